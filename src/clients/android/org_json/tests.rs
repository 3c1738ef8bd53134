//! What the real `org.json` does with each of these texts, by execution.

use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> Result<Value, SyntaxError> {
    Value::parse(&JavaString::from(text))
}

/// Returns the value of the key `a` in the object that `text` is.
fn value_of_a(text: &str) -> Value {
    match parse(text) {
        Ok(Value::Object(object)) => object.value("a").expect(text).clone(),
        other => panic!("{text}: {other:?}"),
    }
}

fn text(text: &str) -> Value {
    Value::Text(JavaString::from(text))
}

#[test]
fn everything_around_a_value_that_passes() {
    let passes = [
        "{\"a\":1}",
        "\u{feff}{\"a\":1}",
        " \t\r\n{ \"a\" : 1 } ",
        "{\"a\":1} trailing",
        "{\"a\":1}}}",
        "{'a':1}",
        "{a:1}",
        "{a=1}",
        "{a=>1}",
        "{a:>1}",
        "{b:2;a:1}",
        "{a:2,a:1}",
        "//x\n{a:1}",
        "#x\r{a:1}",
        "/**/{a:1}",
        "{/*x*/a/*y*/:/*z*/1#\n}",
        "{\"\\u0061\":1}",
        "{\"\\a\":1}",
        "{a:01}",
        "{a:0x1}",
        "{a:0X1}",
        "{a:+1}",
        "{a:\u{661}}",
        "{a:0x\u{ff11}}",
    ];
    for passing in passes {
        assert_eq!(value_of_a(passing), Value::Integer(1), "{passing}");
    }
}

#[test]
fn literals_have_types() {
    let cases = [
        ("NULL", Value::Null),
        ("tRuE", Value::Boolean(true)),
        ("falSe", Value::Boolean(false)),
        ("fal\u{17f}e", Value::Boolean(false)),
        ("010", Value::Integer(8)),
        ("0x-10", Value::Integer(-16)),
        ("0-7", Value::Integer(-7)),
        ("2147483647", Value::Integer(i32::MAX)),
        ("2147483648", Value::Long(1 << 31)),
        ("-9223372036854775808", Value::Long(i64::MIN)),
        (
            "9223372036854775808",
            Value::Double(9_223_372_036_854_775_808.0),
        ),
        ("09", Value::Double(9.0)),
        ("1d", Value::Double(1.0)),
        ("1.5F", Value::Double(1.5)),
        (".5", Value::Double(0.5)),
        ("5.", Value::Double(5.0)),
        ("1e3", Value::Double(1000.0)),
        ("0x1p3", Value::Double(8.0)),
        ("-0x.8P+1d", Value::Double(-1.0)),
        ("0x1p-1075", Value::Double(0.0)),
        ("\u{b}1", Value::Double(1.0)),
        ("1e", text("1e")),
        ("0x", text("0x")),
        ("-0x1", text("-0x1")),
        ("a\"b", text("a\"b")),
        ("inf", text("inf")),
    ];
    for (literal, value) in cases {
        assert_eq!(value_of_a(&format!("{{a:{literal}}}")), value, "{literal}");
    }
}

#[test]
fn strings_keep_what_java_keeps() {
    let units = |text: &str| match value_of_a(&format!("{{a:{text}}}")) {
        Value::Text(text) => text.units().to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!(units(r#""\ud800""#), [0xd800]);
    assert_eq!(units(r#""\u-001""#), [0xffff]);
    assert_eq!(units(r#""\u+041""#), [0x41]);
    assert_eq!(
        units(r#"'\t\b\n\r\f\/\"\'\\\x'"#),
        [9, 8, 10, 13, 12, 0x2f, 0x22, 0x27, 0x5c, 0x78]
    );
    assert_eq!(units("\"\n\u{0}\""), [10, 0]);
    assert_eq!(units("\"\u{1f600}\""), [0xd83d, 0xde00]);
}

#[test]
fn bytes_that_are_not_utf8_become_as_many_faults_as_in_java() {
    let faults = |bytes: &[u8]| JavaString::from_utf8_lossy(bytes).units().to_vec();
    assert_eq!(faults(b"a\xffb"), [0x61, 0xfffd, 0x62]);
    // A surrogate that was encoded like a character, complete and cut short.
    assert_eq!(faults(b"\xed\xa0\x80"), [0xfffd]);
    assert_eq!(faults(b"\xed\xa0a"), [0xfffd, 0x61]);
    assert_eq!(faults(b"\xed\x9f\xbf"), [0xd7ff]);
    // Overlong, beyond the last character, and cut short.
    assert_eq!(faults(b"\xc0\x80"), [0xfffd; 2]);
    assert_eq!(faults(b"\xf4\x90\x80\x80"), [0xfffd; 4]);
    assert_eq!(faults(b"\xf0\x9f\x98"), [0xfffd]);
}

#[test]
fn refusals_have_reasons() {
    let cases = [
        ("", Reason::EndOfText),
        ("\u{feff}", Reason::EndOfText),
        ("{", Reason::EndOfText),
        ("{a:", Reason::EndOfText),
        ("{a:1,", Reason::EndOfText),
        ("{a:1,}", Reason::NoValue),
        ("{a:}", Reason::NoValue),
        ("{,}", Reason::NoValue),
        ("{1:1}", Reason::NameIsNoString),
        ("{null:1}", Reason::NameIsNoString),
        ("{a}", Reason::NoSeparator),
        ("{\"a\" 1}", Reason::NoSeparator),
        ("{a:NaN}", Reason::ForbiddenNumber),
        ("{a:-Infinity}", Reason::ForbiddenNumber),
        ("{a:1e999}", Reason::ForbiddenNumber),
        ("{a:1", Reason::UnterminatedObject),
        ("{a:1 b}", Reason::UnterminatedObject),
        ("[", Reason::UnterminatedArray),
        ("[1 2]", Reason::UnterminatedArray),
        ("\"a", Reason::UnterminatedString),
        ("\"\\", Reason::UnterminatedEscape),
        ("\"\\u00", Reason::UnterminatedEscape),
        ("\"\\u00g0\"", Reason::InvalidEscape),
        ("/*", Reason::UnterminatedComment),
        ("/*/", Reason::UnterminatedComment),
        ("/", Reason::NoValue),
    ];
    for (text, reason) in cases {
        assert_eq!(parse(text).expect_err(text).reason, reason, "{text}");
    }
    assert_eq!(
        parse("{a:1,}").expect_err("refused").to_string(),
        "a value is missing, at character 5"
    );
}

#[test]
fn arrays_have_holes_and_may_hold_what_objects_may_not() {
    assert_eq!(parse("[]"), Ok(Value::Array(vec![])));
    assert_eq!(parse("[,]"), Ok(Value::Array(vec![None, None])));
    let one = || Some(Value::Integer(1));
    assert_eq!(parse("[1,]"), Ok(Value::Array(vec![one(), None])));
    assert_eq!(parse("[;1;1]"), Ok(Value::Array(vec![None, one(), one()])));
    assert_eq!(
        parse("[Infinity]"),
        Ok(Value::Array(vec![Some(Value::Double(f64::INFINITY))]))
    );
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&nested(DEPTH_AT_MOST)).is_ok());
    let refusal = parse(&nested(DEPTH_AT_MOST + 1)).expect_err("refused");
    assert_eq!(refusal.reason, Reason::TooDeep);
    let side_by_side = format!("[{}]", "[],".repeat(2 * DEPTH_AT_MOST));
    assert!(parse(&side_by_side).is_ok());
}

#[test]
fn numbers_are_coerced_as_java_does() {
    let cases = [
        ("180", Some(180), Some(180)),
        ("180.9", Some(180), Some(180)),
        ("-1.9", Some(-1), Some(-1)),
        ("99999999999", Some(99_999_999_999), Some(1_215_752_191)),
        ("1e11", Some(100_000_000_000), Some(i32::MAX)),
        ("1e300", Some(i64::MAX), Some(i32::MAX)),
        ("\"180\"", Some(180), Some(180)),
        ("\" 180\\n\"", Some(180), Some(180)),
        ("\"99999999999\"", Some(99_999_999_999), Some(i32::MAX)),
        (
            "\"9007199254740993\"",
            Some(9_007_199_254_740_992),
            Some(i32::MAX),
        ),
        ("\"NaN\"", Some(0), Some(0)),
        ("\"-Infinity\"", Some(i64::MIN), Some(i32::MIN)),
        ("\"010\"", Some(10), Some(10)),
        ("\"0x10\"", None, None),
        ("\"0x10p0\"", Some(16), Some(16)),
        ("\"\u{661}\"", None, None),
        ("\"\"", None, None),
        ("true", None, None),
        ("null", None, None),
        ("[1]", None, None),
        ("{}", None, None),
    ];
    for (literal, long, int) in cases {
        let value = value_of_a(&format!("{{a:{literal}}}"));
        assert_eq!((value.as_long(), value.as_int()), (long, int), "{literal}");
    }
}

#[test]
fn everything_has_a_string_and_little_a_truth_value() {
    let cases = [
        ("null", Some("null"), None),
        ("TRUE", Some("true"), Some(true)),
        ("\"FALSE\"", Some("FALSE"), Some(false)),
        ("\"yes\"", Some("yes"), None),
        ("1", Some("1"), None),
        ("1.0", Some("1.0"), None),
        ("-0.0", Some("-0.0"), None),
        ("0.001", Some("0.001"), None),
        ("0.0009", Some("9.0E-4"), None),
        ("9999999.9", Some("9999999.9"), None),
        ("1e7", Some("1.0E7"), None),
        ("5e-324", Some("4.9E-324"), None),
        ("2.5e-5", Some("2.5E-5"), None),
        ("9343138.8330078125", Some("9343138.833007812"), None),
        ("9343138.8349609375", Some("9343138.834960938"), None),
        ("-3847099415496.65625", Some("-3.8470994154966562E12"), None),
        ("[]", Some("[]"), None),
        ("[1.0,,'/',{}]", Some("[1,null,\"\\/\",{}]"), None),
        ("{a:-0.0,b:[null]}", Some("{\"a\":-0,\"b\":[null]}"), None),
        ("'\\u0001'", Some("\u{1}"), None),
        ("['\\u0001']", Some("[\"\\u0001\"]"), None),
        ("[NaN]", None, None),
    ];
    for (literal, string, boolean) in cases {
        let value = value_of_a(&format!("{{a:{literal}}}"));
        let string = string.map(JavaString::from);
        assert_eq!(
            (value.as_string(), value.as_boolean()),
            (string, boolean),
            "{literal}"
        );
    }
}

#[test]
fn the_number_of_values_is_bounded() {
    let commas = |count: usize| format!("[{}]", ",".repeat(count));
    assert!(parse(&commas(VALUES_AT_MOST - 2)).is_ok());
    let refusal = parse(&commas(VALUES_AT_MOST)).expect_err("refused");
    assert_eq!(refusal.reason, Reason::TooManyValues);
}

#[test]
fn keys_keep_their_first_place_and_their_last_value() {
    let Ok(Value::Object(object)) = parse("{a:1,b:2,a:3}") else {
        panic!("an object");
    };
    let keys: Vec<String> = object
        .entries()
        .iter()
        .map(|(key, _)| key.to_string_lossy())
        .collect();
    assert_eq!(keys, ["a", "b"]);
    assert_eq!(object.long("a"), Ok(3));
    assert_eq!(object.long("c"), Err(NoValue::Missing));
}

#[test]
fn an_excerpt_is_bounded_and_escaped() {
    let shown = JavaString::from("a\"\u{1b}[0m\u{202e}\n").to_string();
    assert_eq!(shown, "a\\\"\\u{1b}[0m\\u{202e}\\n");
    assert_eq!(
        JavaString::from_units(vec![0xd800]).to_string(),
        "\\u{d800}"
    );
    assert_eq!(
        JavaString::from(&*"x".repeat(99)).to_string(),
        format!("{}…", "x".repeat(40))
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in "[\\[\\]{}\"'\\\\:;,=>#/*a-f0-9xpu.+ \\n\u{feff}\u{661}-]{0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn hexadecimal_doubles_are_what_they_say(significand: u64, exponent in -1200..1100_i32) {
        // Up to 53 bits and a normal result, nothing is rounded, and powers of two multiply
        // exactly.
        let significand = significand >> 11;
        let written = JavaString::from(&*format!("0x{significand:x}p{exponent}"));
        let read = number::parse_double(written.units()).expect("a number");
        if read.is_normal() {
            let half = exponent / 2;
            #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
            let expected = significand as f64 * 2_f64.powi(half) * 2_f64.powi(exponent - half);
            prop_assert_eq!(read.to_bits(), expected.to_bits());
        }
    }
}
