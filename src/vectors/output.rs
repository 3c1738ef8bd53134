//! The outputs of each operation, as the files write them.

use super::error::{LoadError, Source};
pub use super::recipe::Digest;
use super::recipe::{Fields, Unique};
use crate::adapter::{Checked, Config, Derived, Operation, Rule, ScryptKey, Taken, Urls};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What one part of an output must be.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Expected {
    /// This JSON value.
    Json(Value),
    /// Hexadecimal digits of these bytes.
    Bytes(Digest),
    /// Hexadecimal digits of a body that every client opens to the document of the input.
    Body {
        /// Whether its gzip must use stored blocks.
        stored: bool,
    },
    /// The complete state of a phone.
    State(Value),
    /// Hexadecimal digits of a document, of which everything counts.
    Whole(Value),
    /// The state of a phone: JSON pointers with the expected values; null: absent or empty.
    Restored(Pointers),
    /// Hexadecimal digits of a document.
    Document {
        /// JSON pointers into it with the expected values; null: no such key.
        written: Pointers,
        /// Strings that its text contains.
        contains: Vec<String>,
    },
}

/// JSON pointers (RFC 6901), and the value at each.
pub type Pointers = serde_json::Map<String, Value>;

/// What each part of an output must be.
pub type Output = BTreeMap<String, Expected>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentOutput {
    document: Unique,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealOutput {
    r#box: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenBoxOutput {
    plaintext: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleOutput {
    rule: Rule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadBackupOutput {
    restored: Option<Unique>,
    state: Option<Unique>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WriteBackupOutput {
    document: Option<Unique>,
    written: Option<Unique>,
    #[serde(default)]
    contains: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealBackupOutput {
    stored: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenBackupOutput {
    document: Digest,
}

/// Parses the output of a valid vector; without one, returns the default output of the operation.
pub(super) fn of_valid<'a>(
    operation: Operation,
    source: Source<'a>,
    raw: Option<&'a RawValue>,
) -> Result<Output, LoadError> {
    let Some(raw) = raw else {
        return match operation {
            Operation::CheckPassword => Ok(json(&Checked { rule: None })),
            Operation::JudgeExchange => Ok(json(&Taken {})),
            _ => Err(source.error(1, format!("a valid `{operation}` without an `output`"))),
        };
    };
    match operation {
        Operation::Scrypt => Ok(json(&source.part::<ScryptKey>(raw)?)),
        Operation::Derive => Ok(json(&source.part::<Derived>(raw)?)),
        Operation::ParseConfig => Ok(json(&source.part::<Config>(raw)?)),
        Operation::RequestUrls => Ok(json(&source.part::<Urls>(raw)?)),
        Operation::Open => {
            let DocumentOutput { document } = source.part(raw)?;
            Ok(one("document", Expected::Json(document.0)))
        }
        Operation::Seal => {
            let SealOutput { r#box } = source.part(raw)?;
            Ok(one("box", Expected::Bytes(r#box)))
        }
        Operation::OpenBox => {
            let OpenBoxOutput { plaintext } = source.part(raw)?;
            Ok(one("plaintext", Expected::Bytes(plaintext)))
        }
        Operation::SealBackup => {
            let SealBackupOutput { stored } = source.part(raw)?;
            Ok(one("body", Expected::Body { stored }))
        }
        Operation::OpenBackup => {
            let OpenBackupOutput { document } = source.part(raw)?;
            Ok(one("document", Expected::Bytes(document)))
        }
        Operation::ReadBackup => {
            let expected = match source.part(raw)? {
                ReadBackupOutput {
                    restored: Some(restored),
                    state: None,
                } => Expected::Restored(pointers(source, raw, restored)?),
                ReadBackupOutput {
                    restored: None,
                    state: Some(state),
                } => Expected::State(state.0),
                _ => return Err(neither(source, raw, "`restored` or `state`")),
            };
            Ok(one("restored", expected))
        }
        Operation::WriteBackup => {
            let expected = match source.part(raw)? {
                WriteBackupOutput {
                    document: None,
                    written: Some(written),
                    contains,
                } => Expected::Document {
                    written: pointers(source, raw, written)?,
                    contains,
                },
                WriteBackupOutput {
                    document: Some(document),
                    written: None,
                    contains,
                } if contains.is_empty() => Expected::Whole(document.0),
                _ => return Err(neither(source, raw, "`written` or `document`")),
            };
            Ok(one("document", expected))
        }
        Operation::CheckPassword | Operation::JudgeExchange => {
            let reason = format!("a valid `{operation}` has no `output`");
            Err(source.error(source.line_of(raw), reason))
        }
    }
}

fn neither<'a>(source: Source<'a>, raw: &'a RawValue, keys: &str) -> LoadError {
    let reason = format!("an output of this operation has either {keys}");
    source.error(source.line_of(raw), reason)
}

fn pointers<'a>(
    source: Source<'a>,
    raw: &'a RawValue,
    value: Unique,
) -> Result<Pointers, LoadError> {
    match value.0 {
        Value::Object(pointers) if pointers.keys().all(|key| key.starts_with('/')) => Ok(pointers),
        _ => Err(source.error(
            source.line_of(raw),
            "what is restored or written is an object whose keys are JSON pointers",
        )),
    }
}

/// Parses the output of an invalid vector: only a password has one, the rule that it breaks.
pub(super) fn of_invalid<'a>(
    operation: Operation,
    source: Source<'a>,
    raw: Option<&'a RawValue>,
) -> Result<Option<Output>, LoadError> {
    match (operation, raw) {
        (Operation::CheckPassword, Some(raw)) => {
            let RuleOutput { rule } = source.part(raw)?;
            Ok(Some(json(&Checked { rule: Some(rule) })))
        }
        (_, None) => Ok(None),
        (_, Some(raw)) => {
            let reason = format!("an invalid `{operation}` has no `output`");
            Err(source.error(source.line_of(raw), reason))
        }
    }
}

/// Parses the output of a mistake: parts of an output.
pub(super) fn of_mistake<'a>(source: Source<'a>, parts: &Fields<'a>) -> Result<Output, LoadError> {
    let mut output = Output::new();
    for (key, raw) in &parts.0 {
        let expected = match source.part::<Unique>(raw)?.0 {
            Value::Object(_) => Expected::Bytes(source.part(raw)?),
            other => Expected::Json(other),
        };
        output.insert(key.clone(), expected);
    }
    Ok(output)
}

fn json(output: &impl Serialize) -> Output {
    match serde_json::to_value(output) {
        Ok(Value::Object(parts)) => parts
            .into_iter()
            .map(|(key, value)| (key, Expected::Json(value)))
            .collect(),
        // Cannot happen: the outputs are structs.
        _ => Output::new(),
    }
}

fn one(key: &str, expected: Expected) -> Output {
    Output::from([(key.to_owned(), expected)])
}
