//! The document inside a backup: as much of it as proves that an identity can be restored.

use crate::terms::Stage;
use data_encoding::BASE64;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// The length of an identity's private key, in bytes.
///
/// Source: clause 3.3.
pub const PRIVATE_KEY_BYTES: usize = 32;

/// The version of the document that every client reads.
///
/// Source: clause 3.2.
pub const VERSION: u64 = 1;

/// The number of contacts that [`sample`] has distinct IDs for.
pub const SAMPLE_CONTACTS_AT_MOST: usize = 9_999_999;

/// The private key of an identity; wiped from memory when dropped, never printed.
///
/// Source: clause 3.3.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey([u8; PRIVATE_KEY_BYTES]);

impl PrivateKey {
    /// The key of these 32 bytes.
    pub const fn from_bytes(bytes: [u8; PRIVATE_KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes: a secret.
    pub const fn as_bytes(&self) -> &[u8; PRIVATE_KEY_BYTES] {
        &self.0
    }
}

impl Drop for PrivateKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PrivateKey(…)")
    }
}

/// What a client needs to be somebody again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestoredIdentity {
    /// The private key.
    pub private_key: PrivateKey,
    /// The name that the person chose, if any.
    pub nickname: Option<String>,
}

/// Why no identity can be restored from a document. Names the place, never the value.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DocumentError {
    /// Not JSON, or not UTF-8.
    #[error("the document is not JSON: it breaks at line {line}, column {column}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, in bytes from 1.
        column: usize,
    },
    /// Something required is not there.
    #[error("`{path}` is missing")]
    Missing {
        /// Where in the document.
        path: &'static str,
    },
    /// Something is there, and of the wrong kind.
    #[error("`{path}` is {found}, not {expected}")]
    WrongKind {
        /// Where in the document.
        path: &'static str,
        /// The kind that belongs there.
        expected: &'static str,
        /// The kind that is there.
        found: &'static str,
    },
    /// A version that not every client reads.
    #[error("`info.version` is not {VERSION}")]
    UnknownVersion,
    /// The private key is not base64.
    #[error("`user.privatekey` is not base64 with padding")]
    KeyIsNotBase64,
    /// The private key is too short or too long.
    #[error("`user.privatekey` has {bytes} bytes, not {PRIVATE_KEY_BYTES}")]
    KeyLength {
        /// Its length, in bytes.
        bytes: usize,
    },
}

impl DocumentError {
    /// The stage at which this stops a client.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::NotJson { .. } => Stage::Json,
            _ => Stage::Meaning,
        }
    }
}

/// Reads the identity out of a document, as the strictest client would. Unknown keys are ignored.
///
/// Source: clauses 3.1 to 3.3.
pub fn identity_of(json: &[u8]) -> Result<RestoredIdentity, DocumentError> {
    // All three clients take a byte order mark.
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
    key.map(PrivateKey)
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

/// Writes a small valid document with made-up contacts (`TEST0001`, `TEST0002`, …), for probes.
///
/// `device` is what `info.device` says: `6.4.2A/de_CH`. Order and keys are those of Android of today, the
/// text is compact. At most [`SAMPLE_CONTACTS_AT_MOST`] contacts are written.
///
/// Source: clauses 3.1 to 3.7; VARIANTS section 1, "Android".
///
/// # Panics
/// Never: strings and integers always serialise.
pub fn sample(private_key: &[u8; PRIVATE_KEY_BYTES], device: &str, contacts: usize) -> Vec<u8> {
    let key_in_base64 = Zeroizing::new(BASE64.encode(private_key));
    let contacts = contacts.min(SAMPLE_CONTACTS_AT_MOST);
    let document = SampleDocument {
        info: SampleInfo {
            version: VERSION,
            device,
        },
        user: SampleUser {
            privatekey: &key_in_base64,
            nickname: "Probe",
            links: [],
        },
        contacts: (1..=contacts).map(SampleContact::of).collect(),
        groups: [],
        distributionlists: [],
        settings: SampleSettings::default(),
    };
    serde_json::to_vec(&document).expect("strings and integers always serialise")
}

#[derive(Serialize)]
struct SampleDocument<'a> {
    info: SampleInfo<'a>,
    user: SampleUser<'a>,
    contacts: Vec<SampleContact>,
    groups: [(); 0],
    distributionlists: [(); 0],
    settings: SampleSettings,
}

#[derive(Serialize)]
struct SampleInfo<'a> {
    version: u64,
    device: &'a str,
}

#[derive(Serialize)]
struct SampleUser<'a> {
    privatekey: &'a str,
    nickname: &'a str,
    links: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SampleContact {
    identity: String,
    created_at: u64,
    verification: u8,
    work_verified: bool,
    hidden: bool,
    firstname: String,
    lastname: &'static str,
    typing_indicators: u8,
    read_receipts: u8,
    private: bool,
}

impl SampleContact {
    fn of(number: usize) -> Self {
        // From 10000 on the number needs the room of the letters; the two forms never meet, since the
        // second character of one is a letter and of the other a digit.
        let identity = if number < 10_000 {
            format!("TEST{number:04}")
        } else {
            format!("T{number:07}")
        };
        Self {
            identity,
            created_at: 1_700_000_000_000,
            verification: 0,
            work_verified: false,
            hidden: false,
            firstname: format!("Made-up {number}"),
            lastname: "Contact",
            typing_indicators: 0,
            read_receipts: 0,
            private: false,
        }
    }
}

/// The values are the defaults of clause 3.7.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the document has them")]
struct SampleSettings {
    sync_contacts: bool,
    block_unknown: bool,
    send_typing: bool,
    read_receipts: bool,
    threema_calls: bool,
    relay_threema_calls: bool,
    disable_screenshots: bool,
    incognito_keyboard: bool,
    blocked_contacts: [(); 0],
    sync_excluded_ids: [(); 0],
    recent_emojis: [(); 0],
}

impl Default for SampleSettings {
    fn default() -> Self {
        Self {
            sync_contacts: false,
            block_unknown: false,
            send_typing: true,
            read_receipts: true,
            threema_calls: true,
            relay_threema_calls: false,
            disable_screenshots: false,
            incognito_keyboard: false,
            blocked_contacts: [],
            sync_excluded_ids: [],
            recent_emojis: [],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safe::keys::ThreemaId;
    use std::collections::HashSet;

    const KEY: [u8; 32] = [0x5a; 32];

    fn with(replaced: &str, replacement: &str) -> Result<RestoredIdentity, DocumentError> {
        let sample = String::from_utf8(sample(&KEY, "6.4.2A/de_CH", 0)).expect("UTF-8");
        assert!(sample.contains(replaced), "{sample}");
        identity_of(sample.replace(replaced, replacement).as_bytes())
    }

    #[test]
    fn a_sample_restores() {
        for contacts in [0, 1, 30] {
            let identity = identity_of(&sample(&KEY, "6.4.2A/de_CH", contacts)).expect("valid");
            assert_eq!(identity.private_key.as_bytes(), &KEY);
            assert_eq!(identity.nickname.as_deref(), Some("Probe"));
        }
    }

    #[test]
    fn a_sample_has_the_order_of_android() {
        let text = String::from_utf8(sample(&KEY, "6.4.2A/de_CH", 1)).expect("UTF-8");
        let keys = [
            "info",
            "user",
            "contacts",
            "groups",
            "distributionlists",
            "settings",
        ];
        let places = keys.map(|key| text.find(&format!("\"{key}\":")).expect(key));
        assert!(places.is_sorted(), "{text}");
        assert!(
            text.contains(r#""version":1,"device":"6.4.2A/de_CH""#),
            "{text}"
        );
        assert!(
            text.contains(r#"{"identity":"TEST0001","createdAt":"#),
            "{text}"
        );
        assert!(
            text.ends_with(r#""syncExcludedIds":[],"recentEmojis":[]}}"#),
            "{text}"
        );
    }

    #[test]
    fn made_up_contacts_have_ids_of_their_own() {
        let numbers = [
            1,
            2,
            9_999,
            10_000,
            99_999,
            1_000_000,
            SAMPLE_CONTACTS_AT_MOST,
        ];
        let ids = numbers.map(|number| SampleContact::of(number).identity);
        assert!(ids.iter().all(|id| ThreemaId::parse(id).is_ok()), "{ids:?}");
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
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
                "`user.privatekey` has 35 bytes, not 32",
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
