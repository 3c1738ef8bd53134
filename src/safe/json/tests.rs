use super::*;
use crate::safe::Stage;

fn parse(text: &str) -> Document {
    Document::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn refusal(text: &[u8]) -> String {
    Document::parse(text).expect_err("refused").to_string()
}

fn text(spelling: &str) -> Text {
    Text::from_spelling(spelling).expect("a string")
}

#[test]
fn every_byte_comes_back() {
    for written in [
        " { \"a\" :\t[ 1 , 2.50 ,\r\n-0e+7 ] , \"a\" : null,\"\":{ } } \n",
        "\u{feff}[true,false,[ ], \"\\/\\u00E9\\ud800\u{1f600}é\" ]",
        "1",
        " \"\" ",
        "{}",
    ] {
        let document = parse(written);
        assert_eq!(
            String::from_utf8(document.to_bytes()).expect("UTF-8"),
            written
        );
    }
    assert!(parse("\u{feff}1").has_byte_order_mark() && !parse("1").has_byte_order_mark());
}

#[test]
fn layouts_differ_in_white_space_alone() {
    let root = parse("[ 1,{\"a\":[ ], \"b\" :{ }, \"c\":[null]}]").root;
    let written = |layout| String::from_utf8(root.to_bytes(layout)).expect("UTF-8");
    assert_eq!(
        written(Layout::Compact),
        r#"[1,{"a":[],"b":{},"c":[null]}]"#
    );
    assert_eq!(
        written(Layout::Lines { indent: 0 }),
        "[\n1,\n{\n\"a\": [],\n\"b\": {},\n\"c\": [\nnull\n]\n}\n]"
    );
    assert_eq!(
        written(Layout::Lines { indent: 2 }),
        "[\n  1,\n  {\n    \"a\": [],\n    \"b\": {},\n    \"c\": [\n      null\n    ]\n  }\n]"
    );
}

#[test]
fn duplicate_keys_are_all_there() {
    let Value::Object(object) = parse(r#"{"a":1,"b":2,"\u0061":3}"#).root else {
        panic!("an object")
    };
    let whole = |value: Option<&Value>| match value {
        Some(Value::Number(number)) => number.to_whole(),
        _ => None,
    };
    assert_eq!(whole(object.first("a")), Some(1));
    assert_eq!(whole(object.last("a")), Some(3));
    assert_eq!(object.values("a").count(), 2);
    assert!(object.last("c").is_none());
}

#[test]
fn strings_are_equal_by_what_they_say() {
    assert_eq!(text("\\u00e9\\/"), Text::new("é/"));
    assert_eq!(text("\\ud83d\\ude00"), Text::new("😀"));
    assert_ne!(text("\\ud83d"), Text::new("\u{fffd}"));
    assert_eq!(Text::new("\"\\\n\u{1}").spelling(), r#"\"\\\u000a\u0001"#);
    assert_eq!(text("a\\nb").to_str().as_deref(), Ok("a\nb"));
    assert_eq!(text("a\\ud800b").to_str(), Err(LoneSurrogate));
    assert_eq!(text("a\\ud800b").to_str_lossy(), "a\u{fffd}b");
    let lone = Text::from_units(&[0x61, 0xdc00, 0xd83d, 0xde00]);
    assert_eq!(lone.spelling(), "a\\udc00😀");
    assert_eq!(
        lone.units().collect::<Vec<_>>(),
        [0x61, 0xdc00, 0xd83d, 0xde00]
    );
    for wrong in ["\"", "\\", "\\x", "\\u12", "\\u12g4", "\n", "a\"b"] {
        assert!(Text::from_spelling(wrong).is_none(), "{wrong}");
    }
    assert_eq!(Text::from_spelling(""), Some(Text::new("")));
}

#[test]
fn numbers_are_whole_or_not_exactly() {
    let whole = |spelling| Number::from_spelling(spelling).expect(spelling).to_whole();
    for (spelling, expected) in [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("-0.0e9", Some(0)),
        ("1.0", Some(1)),
        ("-12.50e1", Some(-125)),
        ("1e3", Some(1000)),
        ("1000e-3", Some(1)),
        ("1.5", None),
        ("15e-1", None),
        ("1e999999999999999999999", None),
        ("1e-99999999999999999999", None),
        ("0e99999999999999999999", Some(0)),
        ("18446744073709552000", Some(18_446_744_073_709_552_000)),
        ("1.8446744073709552E19", Some(18_446_744_073_709_552_000)),
        ("1e38", Some(10_i128.pow(38))),
        ("1e39", None),
    ] {
        assert_eq!(whole(spelling), expected, "{spelling}");
    }
    for wrong in [
        "", "-", "01", "-01", "1.", ".5", "1e", "1e+", "+1", "1 ", "0x1", "NaN",
    ] {
        assert!(Number::from_spelling(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn a_refusal_names_the_place_and_never_the_value() {
    for (written, sentence) in [
        (
            "",
            "at line 1, column 1, in the document, the text ends too early",
        ),
        (
            "{\n\"a\": [1, {\"b c\": tru}]}",
            "at line 2, column 18, in `a[1][\"b c\"]`, a value is missing",
        ),
        (
            "[01]",
            "at line 1, column 2, in `[0]`, a number has a form that JSON does not allow",
        ),
        (
            "[1,]",
            "at line 1, column 4, in the document, a comma stands before the closing bracket",
        ),
        (
            "{\"a\": {\"b\": 1, }}",
            "at line 1, column 16, in `a`, a comma stands before the closing bracket",
        ),
        (
            "[1,,2]",
            "at line 1, column 4, in `[1]`, a value is missing",
        ),
        (
            "[1 2]",
            "at line 1, column 4, in the document, neither a comma nor the closing bracket follows a value",
        ),
        (
            "{a:1}",
            "at line 1, column 2, in the document, a key in double quotes is missing",
        ),
        (
            "{\"a\" 1}",
            "at line 1, column 6, in `a`, no `:` follows the key",
        ),
        (
            "{} x",
            "at line 1, column 4, in the document, text follows the end of the document",
        ),
        (
            "[\"a\tb\"]",
            "at line 1, column 4, in `[0]`, a string contains an unescaped control character",
        ),
        (
            "[\"\\x\"]",
            "at line 1, column 3, in `[0]`, JSON does not have this escape",
        ),
        (
            "[\"abc",
            "at line 1, column 6, in `[0]`, the text ends too early",
        ),
        ("{\"\u{1b}\":1", "unescaped control character"),
        ("{\"\\u001b[2J\":x", "in `[\"\\u{1b}[2J\"]`"),
    ] {
        let said = refusal(written.as_bytes());
        assert!(said.contains(sentence), "{written:?}: {said}");
    }
    assert!(refusal(b"[\"a\xff\"]").contains("column 4, in the document, the bytes are not UTF-8"));
    assert!(refusal(b"\xEF\xBB\xBF\xEF\xBB\xBF1").contains("a value is missing"));
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = "[".repeat(1_000_000);
    assert!(refusal(deep.as_bytes()).contains("more than 128 arrays and objects"));
    let within = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(Document::parse(within(128).as_bytes()).is_ok());
    assert!(Document::parse(within(129).as_bytes()).is_err());
    // Only what is open counts.
    assert!(Document::parse(format!("[{}1]", "[],".repeat(1000)).as_bytes()).is_ok());

    let limits = Limits {
        bytes: 20,
        values: 4,
        depth: 9,
    };
    let parse = |text: &str| Document::parse_within(text.as_bytes(), limits);
    assert!(parse("[1,2,3]").is_ok());
    let error = parse("[1,2,3,4]").expect_err("refused");
    assert!(
        error.to_string().contains("there are more than 4 values"),
        "{error}"
    );
    assert_eq!(error.stage(), Stage::Json);
    let error = parse("[                   ]").expect_err("refused");
    assert_eq!(
        error.to_string(),
        "the document has 21 bytes, but at most 20 are read"
    );
    assert_eq!(error.stage(), Stage::Size);
}

#[test]
fn nothing_shows_in_debug() {
    let document = parse(r#"{"privatekey":"c2VjcmV0","n":[12345]}"#);
    let shown = format!("{document:?} {:?}", document.root);
    assert!(
        !shown.contains("c2Vj") && !shown.contains("privatekey"),
        "{shown}"
    );
    assert_eq!(format!("{:?}", text("c2VjcmV0")), "Text(8 bytes)");
}
