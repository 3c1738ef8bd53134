//! Converts values to text as `getString` and `toString` do.

use super::{JavaString, Value};

/// The size from which Java writes a double with an exponent.
const EXPONENT_FROM: f64 = 1e7;

/// The size below which Java writes a double with an exponent.
const EXPONENT_BELOW: f64 = 1e-3;

/// Returns the string of a value; `None` for an array or object that holds an invalid number.
pub(super) fn string_of(value: &Value) -> Option<JavaString> {
    match value {
        Value::Null => Some(JavaString::from("null")),
        Value::Boolean(value) => Some(JavaString::from(&*value.to_string())),
        Value::Integer(number) => Some(JavaString::from(&*number.to_string())),
        Value::Long(number) => Some(JavaString::from(&*number.to_string())),
        Value::Double(number) => Some(JavaString::from(&*double(*number))),
        Value::Text(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => {
            let mut out = Vec::new();
            write(value, &mut out)?;
            Some(JavaString::from_units(out))
        }
    }
}

/// Writes a value, compact, as JSON; `None` if a number in it is not finite.
fn write(value: &Value, out: &mut Vec<u16>) -> Option<()> {
    match value {
        Value::Text(text) => quoted(text, out),
        Value::Double(number) => out.extend(number_to_string(*number)?.encode_utf16()),
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                out.push(u16::from(if position == 0 { b'[' } else { b',' }));
                match item {
                    Some(item) => write(item, out)?,
                    None => out.extend("null".encode_utf16()),
                }
            }
            out.extend(if items.is_empty() { "[]" } else { "]" }.encode_utf16());
        }
        Value::Object(object) => {
            for (position, (key, value)) in object.entries().iter().enumerate() {
                out.push(u16::from(if position == 0 { b'{' } else { b',' }));
                quoted(key, out);
                out.push(u16::from(b':'));
                write(value, out)?;
            }
            let end = if object.entries().is_empty() {
                "{}"
            } else {
                "}"
            };
            out.extend(end.encode_utf16());
        }
        plain => out.extend_from_slice(string_of(plain)?.units()),
    }
    Some(())
}

/// `JSONObject.numberToString`: a whole number has no fraction.
fn number_to_string(number: f64) -> Option<String> {
    #[expect(clippy::cast_possible_truncation, reason = "Java's conversion")]
    let whole = number as i64;
    #[expect(clippy::cast_precision_loss, reason = "Java's conversion")]
    let is_whole = (whole as f64).to_bits() == number.to_bits();
    if !number.is_finite() {
        None
    } else if number == 0.0 && number.is_sign_negative() {
        Some("-0".to_owned())
    } else if is_whole {
        Some(whole.to_string())
    } else {
        Some(double(number))
    }
}

fn quoted(text: &JavaString, out: &mut Vec<u16>) {
    out.push(u16::from(b'"'));
    for unit in text.units() {
        let letter = match u8::try_from(*unit) {
            Ok(letter @ (b'"' | b'\\' | b'/')) => letter,
            Ok(b'\t') => b't',
            Ok(0x08) => b'b',
            Ok(b'\n') => b'n',
            Ok(b'\r') => b'r',
            Ok(0x0c) => b'f',
            Ok(control @ 0..=0x1f) => {
                out.extend(format!("\\u{control:04x}").encode_utf16());
                continue;
            }
            _ => {
                out.push(*unit);
                continue;
            }
        };
        out.extend([u16::from(b'\\'), u16::from(letter)]);
    }
    out.push(u16::from(b'"'));
}

/// `Double.toString`: as few digits as identify the number, and at least one after the point. Of
/// two that are equally near, the last digit is even.
///
/// For some numbers from 1e15 to 1e26, Java before 19 writes another last digit, or one more than
/// necessary.
fn double(number: f64) -> String {
    let magnitude = number.abs();
    if number.is_nan() {
        return "NaN".to_owned();
    } else if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let is_plain = number == 0.0 || (EXPONENT_BELOW..EXPONENT_FROM).contains(&magnitude);
    let shortest = if is_plain {
        format!("{number}")
    } else {
        format!("{number:E}")
    };
    // Rust's shortest takes the larger of two that are equally near; with a precision it takes the
    // even one. Java writes at least two digits: the nearest number with two is 4.9E-324.
    let digits = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count();
    let decimals = shortest.split_once('.').map_or(1, |(_, part)| digits(part));
    if is_plain {
        format!("{number:.decimals$}")
    } else {
        format!("{number:.decimals$E}")
    }
}
