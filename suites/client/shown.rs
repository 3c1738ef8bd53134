//! Values in an observation, cut to fit a line.

use crate::vectors::Expected;
use serde_json::Value;

/// The length of the longest value that an observation shows, in characters.
const SHOWN: usize = 48;

pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{}`", short(text)),
        other => short(&other.to_string()),
    }
}

pub(super) fn shown_expected(expected: &Expected) -> String {
    match expected {
        Expected::Json(value) => shown(value),
        Expected::Bytes(digest) => digest.to_string(),
        Expected::Restored(pointers)
        | Expected::Document {
            written: pointers, ..
        } => short(&Value::Object(pointers.clone()).to_string()),
        Expected::State(whole) | Expected::Whole(whole) => short(&whole.to_string()),
        Expected::Body { .. } => "a body that opens to the document".to_owned(),
    }
}

pub(super) fn short(text: &str) -> String {
    let length = text.chars().count();
    if length <= SHOWN {
        return text.to_owned();
    }
    let start: String = text.chars().take(SHOWN - 16).collect();
    format!("{start}… ({length} characters)")
}
