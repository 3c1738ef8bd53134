//! Values as the schema of Desktop reads them.

use crate::clients::read::{Step, facts, stop, unknown};
use crate::clients::restore::Outcome;
use crate::safe::ThreemaId;
use crate::safe::backup::{At, Verification};
use crate::safe::json::{Number, Object, Text, Value};
use data_encoding::BASE64_MIME_PERMISSIVE;
use zeroize::Zeroizing;

/// The area of the facts, for what the schema refuses and no fact names.
pub(super) const SCHEMA: &str = "clients.read";

/// The fact about an ID in lower case.
const LOWER_CASE: &str = "clients.read.lower-case-identity";

/// The fact about arrays and objects of a wrong type.
const CONTAINER: &str = "clients.read.wrong-type";

pub(super) fn as_object<'v>(value: &'v Value, at: &At<'_>) -> Step<&'v Object> {
    match value {
        Value::Object(object) => Ok(object),
        other => Err(wrong_container(other, "an object", at)),
    }
}

pub(super) fn required<'v>(object: &'v Object, key: &'static str, at: &At<'_>) -> Step<&'v Value> {
    let at = at.key(key);
    object
        .last(key)
        .ok_or_else(|| refused(&at, "is missing", facts::about_absence(&at, SCHEMA)))
}

/// Returns a refusal by the app.
pub(super) fn refused(at: &At<'_>, reason: &str, source: &'static str) -> Outcome {
    Outcome::Refused(stop(at, reason, source))
}

pub(super) fn wrong_kind(value: &Value, expected: &str, at: &At<'_>) -> Outcome {
    let source = facts::about_type(value, at, SCHEMA);
    refused(at, &format!("is {}, not {expected}", value.kind()), source)
}

/// Source: `clients.read.null-string`.
fn no_text(value: &Value, at: &At<'_>) -> Outcome {
    if *value == Value::Null {
        return refused(at, "is null, not a string", "clients.read.null-string");
    }
    wrong_kind(value, "a string", at)
}

pub(super) fn wrong_container(value: &Value, expected: &str, at: &At<'_>) -> Outcome {
    let reason = format!("is {}, not {expected}", value.kind());
    refused(at, &reason, CONTAINER)
}

pub(super) fn items<'v>(object: &'v Object, key: &str, at: &At<'_>) -> Step<Option<&'v [Value]>> {
    match object.last(key) {
        None => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items)),
        Some(other) => Err(wrong_container(other, "an array", at)),
    }
}

pub(super) fn text(object: &Object, key: &'static str, at: &At<'_>) -> Step<Option<Text>> {
    match object.last(key) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text.clone())),
        Some(other) => Err(no_text(other, &at.key(key))),
    }
}

pub(super) fn required_text(object: &Object, key: &'static str, at: &At<'_>) -> Step<Text> {
    match required(object, key, at)? {
        Value::Text(text) => Ok(text.clone()),
        other => Err(no_text(other, &at.key(key))),
    }
}

pub(super) fn number<'v>(
    object: &'v Object,
    key: &'static str,
    at: &At<'_>,
) -> Step<Option<&'v Number>> {
    match object.last(key) {
        None => Ok(None),
        Some(Value::Number(number)) => Ok(Some(number)),
        Some(other) => Err(wrong_kind(other, "a number", &at.key(key))),
    }
}

pub(super) fn flag(object: &Object, key: &'static str, at: &At<'_>) -> Step<Option<bool>> {
    match object.last(key) {
        None => Ok(None),
        Some(Value::Boolean(value)) => Ok(Some(*value)),
        Some(other) => Err(wrong_kind(other, "a boolean", &at.key(key))),
    }
}

pub(super) fn required_flag(object: &Object, key: &'static str, at: &At<'_>) -> Step<bool> {
    required(object, key, at)?;
    Ok(flag(object, key, at)?.unwrap_or_default())
}

pub(super) fn id(value: &Value) -> Option<ThreemaId> {
    match value {
        Value::Text(text) => ThreemaId::parse(&text.to_str_lossy()).ok(),
        _ => None,
    }
}

/// Returns the strings of an array; `None` if the key is absent.
pub(super) fn texts(object: &Object, key: &str, at: &At<'_>) -> Step<Option<Vec<Text>>> {
    let Some(items) = items(object, key, at)? else {
        return Ok(None);
    };
    let texts = items.iter().enumerate().map(|(index, item)| match item {
        Value::Text(text) => Ok(text.clone()),
        other => Err(no_text(other, &at.index(index))),
    });
    texts.collect::<Step<_>>().map(Some)
}

/// Source: `clients.read.lower-case-identity`.
pub(super) fn required_id(object: &Object, key: &'static str, at: &At<'_>) -> Step<ThreemaId> {
    let value = required(object, key, at)?;
    id(value).ok_or_else(|| {
        let is_lower = matches!(value, Value::Text(text)
            if ThreemaId::parse(&text.to_str_lossy().to_ascii_uppercase()).is_ok());
        let source = if is_lower { LOWER_CASE } else { SCHEMA };
        refused(&at.key(key), "is not a Threema ID", source)
    })
}

pub(super) fn level(value: &Value, at: &At<'_>) -> Step<Verification> {
    let number = match value {
        Value::Number(number) => number.to_whole(),
        other => return Err(wrong_kind(other, "a number", at)),
    };
    let level = number.and_then(|number| usize::try_from(number).ok());
    level
        .and_then(|level| Verification::ALL.get(level).copied())
        .ok_or_else(|| refused(at, "is neither 0, 1 nor 2", SCHEMA))
}

/// Decodes base64 as `atob` does: also with white space, without padding, and with any bits in the
/// place of those that no byte has. `source` says that other text is refused.
///
/// Source: `clients.read.base64-whitespace`, `clients.read.base64-unpadded`,
/// `clients.read.base64-bits`.
pub(super) fn base64(value: &Value, at: &At<'_>, source: &'static str) -> Step<Vec<u8>> {
    let Value::Text(text) = value else {
        return Err(no_text(value, at));
    };
    let text = text.to_str_lossy();
    let characters = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let mut characters = Zeroizing::new(characters.collect::<Vec<_>>());
    let end = characters.iter().rposition(|byte| *byte != b'=');
    let end = end.map_or(0, |end| end + 1);
    let padding = characters.len() - end;
    let is_padded = padding == 0 || padding <= 2 && characters.len().is_multiple_of(4);
    let is_whole = is_padded && !characters[..end].contains(&b'=');
    if padding == 0 && end % 4 > 1 {
        characters.resize(end.next_multiple_of(4), b'=');
    }
    BASE64_MIME_PERMISSIVE
        .decode(&characters)
        .ok()
        .filter(|_| is_whole)
        .ok_or_else(|| refused(at, "is not base64", source))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the caller has seen that it is a date, which 64 bits hold"
)]
pub(super) fn whole_part(number: f64) -> i128 {
    i128::from(number as i64)
}

/// Returns the outcome of a case that no fact covers.
pub(super) fn unsourced(at: &At<'_>, what: &str) -> Outcome {
    unknown(format!(
        "{} {what}, and no source says what Desktop does then",
        at.path()
    ))
}
