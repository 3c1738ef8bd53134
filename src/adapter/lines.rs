//! The frame of the line protocol: one JSON object per line, in both directions.

use super::implementation::Hello;
use super::message::{MessageError, Reply};
use super::operation::{Operation, Request};
use crate::safe::Stage;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// How much of a line is shown, in characters.
const SHOWN: usize = 80;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: u64,
    ok: Option<Map<String, Value>>,
    error: Option<Trouble>,
    unsupported: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trouble {
    stage: Stage,
    message: String,
}

/// Returns a request as a line, without the line feed.
pub(super) fn request(id: u64, request: &Request) -> String {
    // Serialising structs of strings, numbers and lists does not fail.
    let mut value = serde_json::to_value(request).unwrap_or_default();
    value["id"] = id.into();
    value.to_string()
}

/// Returns the first request to a process.
pub(super) fn hello(id: u64) -> String {
    json!({"id": id, "op": "hello", "input": {"protocol": super::PROTOCOL}}).to_string()
}

/// Returns the last request to a process.
pub(super) fn bye(id: u64) -> String {
    json!({"id": id, "op": "bye", "input": {}}).to_string()
}

/// Reads the answer to request `id` for `operation`.
pub(super) fn reply(id: u64, operation: Operation, line: &[u8]) -> Result<Reply, MessageError> {
    let reply = any_reply(id, line)?;
    if let Reply::Done(output) = &reply {
        operation.check_output(output)?;
    }
    Ok(reply)
}

/// Reads the answer to `hello`.
pub(super) fn hello_reply(id: u64, line: &[u8]) -> Result<Hello, MessageError> {
    let wrong = |reason: String| MessageError::WrongForm { reason };
    match any_reply(id, line)? {
        Reply::Done(output) => {
            let hello: Hello = serde_json::from_value(Value::Object(output))
                .map_err(|error| wrong(error.to_string()))?;
            if hello.protocol == super::PROTOCOL {
                Ok(hello)
            } else {
                Err(MessageError::OtherProtocol {
                    found: hello.protocol,
                })
            }
        }
        Reply::Refused { message, .. } => {
            Err(wrong(format!("`hello` is refused: {}", shown(&message))))
        }
        Reply::Unsupported(why) => Err(wrong(format!("`hello` is unsupported: {}", shown(&why)))),
    }
}

/// Reads an answer whose output may be anything.
pub(super) fn any_reply(id: u64, line: &[u8]) -> Result<Reply, MessageError> {
    let text = String::from_utf8_lossy(line);
    let not_json = |reason: String| MessageError::NotJson {
        reason,
        line: shown(&text),
    };
    let line = &*tolerant(line);
    let value: Value = serde_json::from_slice(line).map_err(|error| not_json(error.to_string()))?;
    if !value.is_object() {
        return Err(not_json("it is another JSON value".to_owned()));
    }
    // A second parse of the text, because a `Value` drops duplicate keys without an error.
    let line: Line = serde_json::from_slice(line).map_err(|error| MessageError::WrongForm {
        reason: error.to_string(),
    })?;
    if line.id != id {
        return Err(MessageError::OtherRequest {
            expected: id,
            found: line.id,
        });
    }
    match (line.ok, line.error, line.unsupported) {
        (Some(output), None, None) => Ok(Reply::Done(output)),
        (None, Some(Trouble { stage, message }), None) => Ok(Reply::Refused { stage, message }),
        (None, None, Some(why)) => Ok(Reply::Unsupported(why)),
        (ok, error, unsupported) => Err(MessageError::NotOneOutcome {
            count: usize::from(ok.is_some())
                + usize::from(error.is_some())
                + usize::from(unsupported.is_some()),
        }),
    }
}

/// Returns JSON with U+FFFD for every unpaired half of a surrogate pair: our parser refuses such a
/// half, which the strings of many languages can hold.
pub(crate) fn tolerant(json: &[u8]) -> Cow<'_, [u8]> {
    let mut mended: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(step) = json
        .get(at..)
        .and_then(|rest| rest.iter().position(|it| *it == b'\\'))
    {
        at += step;
        match (surrogate(json, at), surrogate(json, at + ESCAPE)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 2 * ESCAPE,
            (Some(_), _) => {
                let mended = mended.get_or_insert_with(|| json.to_vec());
                mended[at..at + ESCAPE].copy_from_slice(b"\\ufffd");
                at += ESCAPE;
            }
            // The escape of another character, or of a backslash.
            (None, _) => at += 2,
        }
    }
    mended.map_or(Cow::Borrowed(json), Cow::Owned)
}

/// The length of `\u` and its digits.
const ESCAPE: usize = 6;

/// Returns the surrogate that is escaped at this place, if any.
fn surrogate(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    let unit = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (0xd800..=0xdfff).contains(&unit).then_some(unit)
}

/// Returns the beginning of a text, without control characters.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_surrogate_pair_is_no_broken_line() {
        let text =
            |json: &str| String::from_utf8(tolerant(json.as_bytes()).into_owned()).expect("UTF-8");
        assert_eq!(text(r#""Ada\ud800""#), r#""Ada\ufffd""#);
        assert_eq!(
            text(r#""\uDC00\ud83d\ude00\ud83d""#),
            r#""\ufffd\ud83d\ude00\ufffd""#
        );
        assert_eq!(
            text(r#""\\ud800 \ud800\ud800\udc00""#),
            r#""\\ud800 \ufffd\ud800\udc00""#
        );
        assert_eq!(text(r#""\u00e4\ud8"#), r#""\u00e4\ud8"#);
        let line = br#"{"id":1,"unsupported":"Ada\ud800"}"#;
        assert_eq!(
            any_reply(1, line),
            Ok(Reply::Unsupported("Ada\u{fffd}".to_owned()))
        );
    }
}
