//! Documents that make real readers fail: well-formed, with values of the wrong kind, and damaged.

use crate::document_keys::KEYS;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::string::string_regex;
use safe_conformance::safe::envelope::{Compression, pack};

/// Names that are requested from every object, even if it does not have them.
pub const ASKED: &[&str] = &[
    "privatekey",
    "identity",
    "createdAt",
    "members",
    "deleted",
    "absent",
];

/// Values that are coerced, and some that nearly are.
const SCALARS: &[&str] = &[
    "null",
    "NULL",
    "true",
    "TRUE",
    "false",
    "fal\u{17f}e",
    "0",
    "-0",
    "-0.0",
    "1",
    "-1",
    "1.0",
    "1.9",
    "-1.9",
    "0.001",
    "0.0009",
    "9999999.9",
    "10000000.0",
    "1e3",
    "1E-7",
    "1e300",
    "5e-324",
    "1e999",
    "NaN",
    "-Infinity",
    "2147483647",
    "2147483648",
    "4294967297",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709552000",
    "010",
    "0x10",
    "0X1f",
    "0-7",
    "09",
    "+5",
    ".5",
    "5.",
    "1d",
    "1.5F",
    "0x1p3",
    "\"\"",
    "\"1\"",
    "\" 1 \"",
    "\"1.9\"",
    "\"1e3\"",
    "\"true\"",
    "\"True\"",
    "\"yes\"",
    "\"null\"",
    "\"NaN\"",
    "\"Infinity\"",
    "\"0x10\"",
    "\"0x1p4\"",
    "\"010\"",
    "\"1d\"",
    "\"18446744073709552000\"",
    "\"ECHOECHO\"",
    "\"*SUPPORT\"",
    "'x'",
    "x",
    "\"\\ud800\"",
    "\"\\ud83d\\udd11\"",
    "\"\\/\\\"\\b\\u0000\"",
    "\"\u{1f511}\u{202e}\"",
    "\"\\u-001\"",
    "[]",
    "[null]",
    "[,]",
    "[\"*\"]",
    "[\"ABCDEFGH\",null]",
    "[1.0,-0.0,1e300]",
    "[NaN]",
    "{}",
    "{\"a\":[{}]}",
    "{a=1;b=>'c'}",
];

/// Changes that damage a text.
const FRAGMENTS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ";",
    ":",
    "=",
    "=>",
    "\"",
    "'",
    "\\",
    "/",
    "//",
    "/*",
    "*/",
    "#",
    "\n",
    "\r",
    "\t",
    "\u{c}",
    " ",
    "\u{0}",
    "\u{feff}",
    "0",
    "0x",
    "-",
    "+",
    ".",
    "e",
    "E",
    "p",
    "d",
    "\\u",
    "\\ud800",
    "null",
    "true",
    "NaN",
    "\u{661}",
    "\u{ff11}",
    "\u{a0}",
    "\u{1f511}",
    "a",
];

/// Bytes that are not UTF-8, or only nearly.
const RAW: &[&[u8]] = &[
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xed\xa0",
    b"\xf4\x90\x80\x80",
    b"\xf0\x9f\x98",
    b"\x80",
];

/// Any document, as bytes.
pub fn any_document() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => text(),
        3 => backup(),
        4 => prop_oneof![text(), backup()].prop_flat_map(spoiled),
    ]
}

/// One or several gzip members, with and without bytes after them, and damaged ones; also around
/// the limits of Java's buffer.
pub fn any_gzip() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        prop::collection::vec(any::<u8>(), 440..560),
    ];
    let member = (text, 0..=9_u8).prop_map(|(text, level)| {
        let stored = level == 0;
        let compression = if stored {
            Compression::Stored
        } else {
            Compression::Level(level)
        };
        pack(&text, compression)
    });
    let cut = (member.clone(), any::<Index>())
        .prop_map(|(member, at)| member[..at.index(member.len())].to_vec());
    let tail = prop_oneof![
        4 => Just(Vec::new()),
        2 => cut,
        1 => (1..600_usize).prop_map(|zeros| vec![0; zeros]),
        1 => prop::collection::vec(any::<u8>(), 1..40),
    ];
    let spoil = prop::option::weighted(0.3, (any::<Index>(), any::<u8>()));
    (prop::collection::vec(member, 1..4), tail, spoil).prop_map(|(members, tail, spoil)| {
        let mut gzip = members.concat();
        gzip.extend(tail);
        if let Some((place, byte)) = spoil {
            let place = place.index(gzip.len());
            gzip[place] = byte;
        }
        gzip
    })
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(SCALARS).prop_map(str::to_owned),
        1 => any::<f64>().prop_map(|number| format!("{number:e}")),
        1 => binary_fraction().prop_map(|number| format!("{number:e}")),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<u64>().prop_map(|number| number.to_string()),
        1 => matching("[ -~]{0,12}").prop_map(|text| serde_json::Value::from(text).to_string()),
        1 => matching("\\PC*").prop_map(|text| serde_json::Value::from(text).to_string()),
        1 => matching("\"([0-9]{1,20}(\\.[0-9]{1,4})?(e[+-]?[0-9]{1,3})?[dfDF]?|0x[0-9a-f.]{1,20}p-?[0-9]{1,4})\""),
        1 => matching("[0-9a-zA-Z+.\u{e9}\u{661}-]{1,8}"),
    ]
}

/// A text that matches, from a pattern that is parsed once.
fn matching(pattern: &str) -> impl Strategy<Value = String> + use<> {
    string_regex(pattern).expect("a pattern")
}

/// A number whose exact digits often end with a 5, so that two shorter ones are equally near.
fn binary_fraction() -> impl Strategy<Value = f64> {
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    (0..1_u64 << 53, 0..60_i32).prop_map(|(whole, places)| whole as f64 * 2_f64.powi(-places))
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(KEYS).prop_map(|key| format!("\"{key}\"")),
        1 => prop::sample::select(KEYS).prop_map(str::to_owned),
        1 => scalar(),
    ]
}

fn space() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        12 => Just(""),
        3 => prop::sample::select(&[" ", "\n", "\t", "\r\n"][..]),
        1 => prop::sample::select(&["/*x*/", "//x\n", "#x\r", "/**/"][..]),
    ]
}

/// A value that contains values, in JSON or in what `org.json` accepts as JSON.
fn text() -> impl Strategy<Value = Vec<u8>> {
    // Made once, because each value calls the function for its parts again.
    let key = key().boxed();
    let value = scalar().prop_recursive(4, 24, 5, move |inner| {
        let members = prop::collection::vec(
            (
                space(),
                key.clone(),
                separator(),
                space(),
                inner.clone(),
                space(),
            ),
            0..5,
        );
        let items = prop::collection::vec((space(), inner), 0..5);
        prop_oneof![
            (members, comma()).prop_map(|(members, comma)| {
                let members = members.into_iter().map(|(a, key, separator, b, value, c)| {
                    format!("{a}{key}{separator}{b}{value}{c}")
                });
                format!("{{{}}}", members.collect::<Vec<_>>().join(comma))
            }),
            (items, comma()).prop_map(|(items, comma)| {
                let items = items
                    .into_iter()
                    .map(|(space, item)| format!("{space}{item}"));
                format!("[{}]", items.collect::<Vec<_>>().join(comma))
            }),
        ]
    });
    value.prop_map(String::into_bytes)
}

fn separator() -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just(":"), 1 => prop::sample::select(&["=", "=>", ":>", " : "][..])]
}

fn comma() -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just(","), 1 => prop::sample::select(&[";", ",,", " , "][..])]
}

/// The shape of a backup, with values of any kind.
fn backup() -> impl Strategy<Value = Vec<u8>> {
    let object = |keys: &'static [&'static str]| {
        let member = (prop::sample::select(keys), scalar())
            .prop_map(|(key, value)| format!("\"{key}\":{value}"));
        prop::collection::vec(member, 0..8).prop_map(|members| format!("{{{}}}", members.join(",")))
    };
    let info = object(&["version", "device"]);
    let user = object(&KEYS[8..17]);
    let contacts = prop::collection::vec(object(&KEYS[17..29]), 0..3);
    let groups = prop::collection::vec(object(&KEYS[19..34]), 0..3);
    let settings = object(&KEYS[26..45]);
    (info, user, contacts, groups, settings).prop_map(|(info, user, contacts, groups, settings)| {
        let (contacts, groups) = (contacts.join(","), groups.join(",\n"));
        format!("{{\"info\":{info},\n\"user\": {user},\"contacts\":[{contacts}],\"groups\":[{groups}],\"settings\":{settings}}}").into_bytes()
    })
}

/// A text in which a few bytes were removed, doubled or inserted.
fn spoiled(text: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let insertion = prop_oneof![
        12 => prop::sample::select(FRAGMENTS).prop_map(|fragment| fragment.as_bytes().to_vec()),
        1 => prop::sample::select(RAW).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 1..3),
    ];
    let change = (any::<Index>(), 0..3_usize, insertion);
    prop::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut text = text.clone();
        for (place, gone, come) in changes {
            let place = place.index(text.len() + 1);
            let end = (place + gone).min(text.len());
            text.splice(place..end, come);
        }
        text
    })
}
