//! The part of a document that shows whether an identity can be restored.

use super::VERSION;
use super::values::{PRIVATE_KEY_BYTES, PrivateKey};
use crate::safe::Stage;
use data_encoding::BASE64;
use serde_json::Value;
use zeroize::Zeroizing;

/// What a client needs to restore an identity.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct RestoredIdentity {
    /// The private key.
    pub private_key: PrivateKey,
    /// The nickname that the user chose, if any.
    pub nickname: Option<String>,
}

/// Why no identity can be restored from a document. Names the place, never the value.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// Not JSON, or not UTF-8.
    #[error("the document is not JSON: the error is at line {line}, column {column}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, in bytes from 1.
        column: usize,
    },
    /// A required value is absent.
    #[error("`{path}` is missing")]
    Missing {
        /// The place in the document.
        path: &'static str,
    },
    /// A value is of the wrong kind.
    #[error("`{path}` is {found}, not {expected}")]
    WrongKind {
        /// The place in the document.
        path: &'static str,
        /// The expected kind.
        expected: &'static str,
        /// The kind that was found.
        found: &'static str,
    },
    /// A version that not every client reads.
    #[error("`info.version` is not {VERSION}")]
    UnknownVersion,
    /// The private key is not base64.
    #[error("`user.privatekey` is not base64 with padding")]
    KeyIsNotBase64,
    /// The private key is too short or too long.
    #[error("`user.privatekey` must have {PRIVATE_KEY_BYTES} bytes, but has {bytes}")]
    KeyLength {
        /// Its length, in bytes.
        bytes: usize,
    },
}

impl DocumentError {
    /// Returns the stage at which this error stops a client.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::NotJson { .. } => Stage::Json,
            _ => Stage::Meaning,
        }
    }
}

/// Reads the identity of a document as the strictest client would. Unknown keys are ignored.
///
/// Source: clauses 3.1 to 3.3.
pub fn identity_of(json: &[u8]) -> Result<RestoredIdentity, DocumentError> {
    // All three clients accept a byte order mark.
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    let document: Value = serde_json::from_slice(json).map_err(|error| DocumentError::NotJson {
        line: error.line(),
        column: error.column(),
    })?;
    let info = object_at(&document, "the document", Some)
        .and_then(|document| object_at(document, "info", |document| document.get("info")))?;
    check_version(info)?;
    let user = object_at(&document, "user", |document| document.get("user"))?;
    Ok(RestoredIdentity {
        private_key: private_key_of(user)?,
        nickname: nickname_of(user)?,
    })
}

fn object_at<'a>(
    parent: &'a Value,
    path: &'static str,
    select: impl Fn(&'a Value) -> Option<&'a Value>,
) -> Result<&'a Value, DocumentError> {
    match select(parent) {
        None => Err(DocumentError::Missing { path }),
        Some(value) if value.is_object() => Ok(value),
        Some(other) => Err(wrong_kind(path, "an object", other)),
    }
}

/// Source: clause 3.2.
fn check_version(info: &Value) -> Result<(), DocumentError> {
    let path = "info.version";
    match info.get("version") {
        None => Err(DocumentError::Missing { path }),
        Some(Value::Number(number)) if number.as_u64() == Some(VERSION) => Ok(()),
        Some(Value::Number(_)) => Err(DocumentError::UnknownVersion),
        Some(other) => Err(wrong_kind(path, "a number", other)),
    }
}

/// Source: clause 3.3.
fn private_key_of(user: &Value) -> Result<PrivateKey, DocumentError> {
    let path = "user.privatekey";
    let text = match user.get("privatekey") {
        None => return Err(DocumentError::Missing { path }),
        Some(Value::String(text)) => text,
        Some(other) => return Err(wrong_kind(path, "a string", other)),
    };
    let bytes = BASE64
        .decode(text.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| DocumentError::KeyIsNotBase64)?;
    let key = <[u8; PRIVATE_KEY_BYTES]>::try_from(bytes.as_slice());
    key.map(PrivateKey::from_bytes)
        .map_err(|_| DocumentError::KeyLength { bytes: bytes.len() })
}

/// Source: clause 3.3.
fn nickname_of(user: &Value) -> Result<Option<String>, DocumentError> {
    match user.get("nickname") {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(wrong_kind("user.nickname", "a string", other)),
    }
}

fn wrong_kind(path: &'static str, expected: &'static str, found: &Value) -> DocumentError {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    DocumentError::WrongKind {
        path,
        expected,
        found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safe::backup::Backup;
    use crate::safe::json::Layout;

    const KEY: [u8; 32] = [0x5a; 32];

    fn sample(contacts: usize) -> Vec<u8> {
        let sample = Backup::sample(&KEY, contacts);
        sample.into_value().to_bytes(Layout::Compact)
    }

    fn with(replaced: &str, replacement: &str) -> Result<RestoredIdentity, DocumentError> {
        let sample = String::from_utf8(sample(0)).expect("UTF-8");
        assert!(sample.contains(replaced), "{sample}");
        identity_of(sample.replace(replaced, replacement).as_bytes())
    }

    #[test]
    fn a_sample_restores() {
        for contacts in [0, 1, 30] {
            let identity = identity_of(&sample(contacts)).expect("valid");
            assert_eq!(identity.private_key.as_bytes(), &KEY);
            assert_eq!(identity.nickname.as_deref(), Some("Probe"));
        }
    }

    #[test]
    fn a_refusal_names_the_place() {
        let cases = [
            ("\"version\":1", "\"version\":2", "`info.version` is not 1"),
            (
                "\"version\":1",
                "\"version\":\"1\"",
                "`info.version` is a string, not a number",
            ),
            ("\"version\":1,", "", "`info.version` is missing"),
            ("\"info\"", "\"inf\"", "`info` is missing"),
            (
                "\"user\":{",
                "\"user\":[{}],\"u\":{",
                "`user` is an array, not an object",
            ),
            ("privatekey", "privateKey", "`user.privatekey` is missing"),
            (
                "\"privatekey\":\"",
                "\"privatekey\":\"AAAA",
                "`user.privatekey` must have 32 bytes, but has 35",
            ),
            (
                "\"privatekey\":\"",
                "\"privatekey\":\" ",
                "`user.privatekey` is not base64 with padding",
            ),
            ("\"Probe\"", "null", "`user.nickname` is null, not a string"),
        ];
        for (replaced, replacement, sentence) in cases {
            let error = with(replaced, replacement).expect_err(sentence);
            assert_eq!(error.to_string(), sentence);
            assert_eq!(error.stage(), Stage::Meaning);
        }
    }

    #[test]
    fn what_is_not_json_fails_as_json() {
        for text in [&b""[..], b"{", b"{}x", b"\xff", b"{\"a\":\"\xff\"}"] {
            assert_eq!(identity_of(text).expect_err("refused").stage(), Stage::Json);
        }
        let error = identity_of(b"[]").expect_err("refused");
        assert_eq!(
            error.to_string(),
            "`the document` is an array, not an object"
        );
    }

    #[test]
    fn a_nickname_is_not_required_and_a_key_is_not_printed() {
        let identity = with(",\"nickname\":\"Probe\"", "").expect("valid");
        assert_eq!(identity.nickname, None);
        assert!(format!("{identity:?}").contains("PrivateKey(…)"));
        assert!(!format!("{identity:?}").contains("90"));
    }
}
