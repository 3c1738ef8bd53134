//! The format of the vectors, as `vectors/README.md` describes it.

use data_encoding::HEXLOWER;
use safe_conformance::terms::{Client, Stage};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// The most bytes of an answer that stand as digits; the files give more as length and hash.
const BYTES_AS_DIGITS: usize = 65_536;

/// One subject's vectors.
#[derive(Deserialize)]
pub struct File {
    pub algorithm: String,
    pub version: u64,
    pub number_of_tests: usize,
    pub groups: Vec<Group>,
}

impl File {
    pub fn read(subject: &str) -> Self {
        let name = format!("{subject}.json");
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("vectors")
            .join(&name);
        let text = std::fs::read(path).unwrap_or_else(|error| panic!("{name}: {error}"));
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

#[derive(Deserialize)]
pub struct Group {
    pub operation: Operation,
    pub tests: Vec<Vector>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    Scrypt,
    Derive,
    Seal,
    OpenBox,
    Open,
    ParseConfig,
}

#[derive(Deserialize)]
pub struct Vector {
    pub id: String,
    pub comment: String,
    input: Value,
    #[serde(flatten)]
    pub wanted: Wanted,
    #[serde(default)]
    pub mistakes: Vec<Map<String, Value>>,
}

impl Vector {
    /// The input, as the operation takes it.
    pub fn input<T: DeserializeOwned>(&self) -> T {
        T::deserialize(&self.input).unwrap_or_else(|error| panic!("{}: {error}", self.id))
    }
}

/// What must come out.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Wanted {
    OfEach { clients: BTreeMap<Client, Outcome> },
    OfAll(Outcome),
}

#[derive(Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    Valid { output: Value },
    Invalid { stage: Stage },
    Unknown { because: String },
    NotApplicable,
}

/// Bytes that go in.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Bytes {
    Hex { hex: Hex },
    Text { text: String },
    Pattern { pattern: Hex, length: usize },
    Count { count: usize },
    Concat { concat: Vec<Self> },
}

impl Bytes {
    pub fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::Hex { hex } => hex.0.clone(),
            Self::Text { text } => text.clone().into_bytes(),
            Self::Pattern { pattern, length } => {
                pattern.0.iter().copied().cycle().take(*length).collect()
            }
            Self::Count { count } => (0..251).cycle().take(*count).collect(),
            Self::Concat { concat } => concat.iter().flat_map(Self::to_vec).collect(),
        }
    }
}

/// A text that goes in.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Text {
    Plain(String),
    Pattern { pattern: String, length: usize },
}

impl Text {
    pub fn into_string(self) -> String {
        match self {
            Self::Plain(text) => text,
            Self::Pattern { pattern, length } => pattern.chars().cycle().take(length).collect(),
        }
    }
}

/// Bytes given as lower-case digits.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub struct Hex(pub Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = data_encoding::DecodeError;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        HEXLOWER.decode(digits.as_bytes()).map(Self)
    }
}

impl Hex {
    /// These bytes, which must be as many as the operation takes.
    pub fn exactly<const LENGTH: usize>(&self) -> [u8; LENGTH] {
        let bytes: Result<[u8; LENGTH], _> = self.0.as_slice().try_into();
        bytes.unwrap_or_else(|_| panic!("{} bytes, not {LENGTH}", self.0.len()))
    }
}

/// Bytes of an answer, in the form that the files give them.
pub fn bytes_of_an_answer(bytes: &[u8]) -> Value {
    if bytes.len() <= BYTES_AS_DIGITS {
        json!({"hex": HEXLOWER.encode(bytes)})
    } else {
        json!({"length": bytes.len(), "sha256": sha256(bytes)})
    }
}

/// The SHA-256 of some bytes, in digits.
pub fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}
