//! How our `org.json` reads a document, in the words of `OrgJson.java`.

use safe_conformance::clients::android::org_json::{JavaString, NoValue, Object, Reason, Value};
use std::fmt::{Display, Write as _};

/// What `document` is, and what every accessor returns for every value in it.
pub fn answer(document: &[u8], keys: &[&str]) -> String {
    let mut out = String::new();
    match Value::parse(&JavaString::from_utf8_lossy(document)) {
        Ok(value) => tell(&value, keys, &mut out),
        Err(error) if error.reason == Reason::TooDeep => out.push_str("too deep"),
        Err(_) => out.push_str("refused"),
    }
    out
}

fn tell(value: &Value, keys: &[&str], out: &mut String) {
    match value {
        Value::Null => out.push_str(" null"),
        Value::Boolean(value) => put(out, format_args!("B{value}")),
        Value::Integer(number) => put(out, format_args!("I{number}")),
        Value::Long(number) => put(out, format_args!("L{number}")),
        Value::Double(number) => put(out, format_args!("d{:x}", bits(*number))),
        Value::Text(value) => text(value, out),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                match item {
                    None => out.push_str("hole"),
                    Some(item) => tell(item, keys, out),
                }
                asked_of_item(item.as_ref(), out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (key, value) in object.entries() {
                text(key, out);
                out.push('=');
                tell(value, keys, out);
                // Our accessors accept names of fields, which contain no half of a surrogate pair.
                match String::from_utf16(key.units()) {
                    Ok(key) => asked_of(object, &key, out),
                    Err(_) => out.push_str("(lone surrogate)"),
                }
            }
            for key in keys {
                out.push('|');
                asked_of(object, key, out);
            }
            out.push('}');
        }
    }
}

fn asked_of(object: &Object, key: &str, out: &mut String) {
    out.push('(');
    out.push(if object.is_null(key) { 'n' } else { '-' });
    let has = object.value(key).is_some();
    out.push(if has { 'h' } else { '-' });
    got(object.boolean(key), out);
    got(object.int(key), out);
    got(object.long(key), out);
    got(object.double(key).map(|number| Bits(bits(number))), out);
    let sure = |string| sure(object.value(key), string);
    got_text(object.string(key).ok().map(sure), out);
    got(object.array(key).map(<[_]>::len), out);
    got(object.object(key).map(|each| each.entries().len()), out);
    let fallback = |text: &str| Some(object.string(key).unwrap_or_else(|_| text.into()));
    got::<_, ()>(Ok(object.boolean(key).unwrap_or_default()), out);
    got::<_, ()>(Ok(object.boolean(key).unwrap_or(true)), out);
    got::<_, ()>(Ok(object.int(key).unwrap_or_default()), out);
    got::<_, ()>(Ok(object.int(key).unwrap_or(7)), out);
    got::<_, ()>(Ok(object.long(key).unwrap_or(8)), out);
    got_text(fallback("").map(sure), out);
    got_text(fallback("x").map(sure), out);
    got::<_, ()>(Ok(object.array(key).is_err()), out);
    got::<_, ()>(Ok(object.object(key).is_err()), out);
    out.push(')');
}

fn asked_of_item(item: Option<&Value>, out: &mut String) {
    out.push('(');
    out.push(if item.is_none_or(Value::is_null) {
        'n'
    } else {
        '-'
    });
    got(item.and_then(Value::as_int).ok_or(NoValue::Missing), out);
    let string = item.and_then(Value::as_string);
    got_text(string.clone().map(|string| sure(item, string)), out);
    got_text(Some(sure(item, string.unwrap_or_default())), out);
    let boolean = item.and_then(Value::as_boolean);
    got::<_, ()>(Ok(boolean.unwrap_or(true)), out);
    let object = item.and_then(Value::as_object);
    got(object.map(|each| each.entries().len()).ok_or(()), out);
    out.push(')');
}

/// The last digit of a double of this size, and whether it is written, depends on the release of
/// Java (JDK-4511638).
fn is_unsure(value: &Value) -> bool {
    match value {
        Value::Double(number) => (1e15..1e26).contains(&number.abs()),
        Value::Array(items) => items.iter().flatten().any(is_unsure),
        Value::Object(object) => object.entries().iter().any(|(_, value)| is_unsure(value)),
        _ => false,
    }
}

fn sure(value: Option<&Value>, string: JavaString) -> JavaString {
    if value.is_some_and(is_unsure) {
        JavaString::from("~")
    } else {
        string
    }
}

struct Bits(u64);

impl Display for Bits {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:x}", self.0)
    }
}

/// `Double.doubleToLongBits`: there is one NaN.
fn bits(number: f64) -> u64 {
    if number.is_nan() {
        0x7ff8_0000_0000_0000
    } else {
        number.to_bits()
    }
}

fn got<T: Display, E>(answer: Result<T, E>, out: &mut String) {
    match answer {
        Ok(value) => put(out, format_args!(",{value}")),
        Err(_) => out.push_str(",!"),
    }
}

fn got_text(answer: Option<JavaString>, out: &mut String) {
    out.push(',');
    match answer {
        Some(value) => text(&value, out),
        None => out.push('!'),
    }
}

fn text(value: &JavaString, out: &mut String) {
    out.push('"');
    for unit in value.units() {
        match u8::try_from(*unit) {
            Ok(letter @ b' '..0x7f) if letter != b'"' && letter != b'\\' => {
                out.push(char::from(letter));
            }
            _ => put(out, format_args!("\\{unit:x};")),
        }
    }
    out.push('"');
}

fn put(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments)
        .expect("writing to memory does not fail");
}
