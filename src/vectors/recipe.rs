//! Recipes: short descriptions of long inputs, as `vectors/README.md` defines them.

use crate::adapter::Hex;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The largest number of bytes to which one recipe may expand. The largest current vector needs 1
/// MiB.
const MOST_BYTES: usize = 16 << 20;

/// Bytes of an input.
#[derive(Clone, Debug)]
pub(super) enum Bytes {
    Hex(Hex),
    Text(String),
    Pattern { pattern: Hex, length: usize },
    Count(usize),
    Concat(Vec<Self>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BytesParts {
    text: Option<String>,
    pattern: Option<Hex>,
    length: Option<usize>,
    count: Option<usize>,
    concat: Option<Vec<Bytes>>,
}

impl BytesParts {
    fn recipe(self) -> Option<Bytes> {
        let Self {
            text,
            pattern,
            length,
            count,
            concat,
        } = self;
        match (text, pattern, length, count, concat) {
            (Some(text), None, None, None, None) => Some(Bytes::Text(text)),
            (None, Some(pattern), Some(length), None, None) if !pattern.0.is_empty() => {
                Some(Bytes::Pattern { pattern, length })
            }
            (None, None, None, Some(count), None) => Some(Bytes::Count(count)),
            (None, None, None, None, Some(concat)) => Some(Bytes::Concat(concat)),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Bytes;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(
                    "bytes: lower-case hexadecimal digits, or an object with `text`, `pattern` and `length`, `count` or `concat`",
                )
            }

            fn visit_str<E: Error>(self, digits: &str) -> Result<Bytes, E> {
                Hex::try_from(digits.to_owned())
                    .map(Bytes::Hex)
                    .map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Bytes, A::Error> {
                let map = serde::de::value::MapAccessDeserializer::new(map);
                let recipe = BytesParts::deserialize(map)?.recipe().ok_or_else(|| {
                    A::Error::custom(
                        "a recipe has one of `text`, `pattern` with `length`, `count` and `concat`",
                    )
                })?;
                let length = recipe.length();
                if length > MOST_BYTES {
                    return Err(A::Error::custom(format!(
                        "a recipe of {length} bytes, and at most {MOST_BYTES} are allowed"
                    )));
                }
                Ok(recipe)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl Bytes {
    fn length(&self) -> usize {
        match self {
            Self::Hex(hex) => hex.0.len(),
            Self::Text(text) => text.len(),
            Self::Pattern { length, .. } | Self::Count(length) => *length,
            Self::Concat(parts) => parts
                .iter()
                .fold(0, |sum, part| part.length().saturating_add(sum)),
        }
    }

    pub(super) fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::Hex(hex) => hex.0.clone(),
            Self::Text(text) => text.clone().into_bytes(),
            Self::Pattern { pattern, length } => repeated(&pattern.0, *length),
            Self::Count(count) => repeated(&(0..251).collect::<Vec<_>>(), *count),
            Self::Concat(parts) => parts.iter().map(Self::to_vec).collect::<Vec<_>>().concat(),
        }
    }

    pub(super) fn to_hex(&self) -> Hex {
        Hex(self.to_vec())
    }
}

/// Returns the pattern repeated up to that length. In a debug build, an iterator over single bytes
/// takes seconds for all vectors.
fn repeated(pattern: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = pattern.repeat(length.div_ceil(pattern.len()));
    bytes.truncate(length);
    bytes
}

/// A text of an input: a string, or a pattern and a length.
#[derive(Clone, Debug)]
pub(super) struct Text(pub(super) String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextPattern {
    pattern: String,
    length: usize,
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Text;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string, or `pattern` and `length`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
                let recipe =
                    TextPattern::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                if recipe.pattern.is_empty() || recipe.length > MOST_BYTES {
                    return Err(A::Error::custom(format!(
                        "a pattern of at least one character, and at most {MOST_BYTES} bytes"
                    )));
                }
                Ok(Text(
                    recipe.pattern.chars().cycle().take(recipe.length).collect(),
                ))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// Bytes of an answer: the bytes themselves, or their length and SHA-256.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Digest {
    /// The bytes.
    Whole(Vec<u8>),
    /// Their number and SHA-256.
    Hash {
        /// The number of bytes.
        length: usize,
        /// Their SHA-256.
        sha256: Hex,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum DigestParts {
    Whole(Hex),
    Hash(HashParts),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HashParts {
    length: usize,
    sha256: Hex,
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = |_| {
            D::Error::custom(
                "bytes of an answer are lower-case hexadecimal digits, or `length` and `sha256`",
            )
        };
        Ok(
            match DigestParts::deserialize(deserializer).map_err(wrong)? {
                DigestParts::Whole(bytes) => Self::Whole(bytes.0),
                DigestParts::Hash(HashParts { length, sha256 }) => Self::Hash { length, sha256 },
            },
        )
    }
}

impl Digest {
    /// Returns whether these bytes are the expected ones.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Whole(whole) => whole == bytes,
            Self::Hash { length, sha256 } => {
                bytes.len() == *length && self::sha256(bytes) == *sha256
            }
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) if bytes.len() <= 24 => {
                write!(formatter, "`{}`", String::from(Hex(bytes.clone())))
            }
            Self::Whole(bytes) => {
                let start = String::from(Hex(bytes[..16].to_vec()));
                write!(formatter, "`{start}… ({} bytes)`", bytes.len())
            }
            Self::Hash { length, sha256 } => {
                let sha256 = String::from(sha256.clone());
                let length = crate::text::counted(*length as u64, "byte");
                write!(formatter, "{length} with the SHA-256 `{sha256}`")
            }
        }
    }
}

/// Returns the SHA-256 of some bytes.
pub(super) fn sha256(bytes: &[u8]) -> Hex {
    Hex(Sha256::digest(bytes).to_vec())
}

/// A JSON value in which no object has duplicate keys.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Unique(pub(super) Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON value")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut seq: A,
            ) -> Result<Value, A::Error> {
                let mut items = Vec::new();
                while let Some(Unique(item)) = seq.next_element()? {
                    items.push(item);
                }
                Ok(items.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut object = serde_json::Map::new();
                while let Some(key) = map.next_key::<String>()? {
                    let Unique(value) = map.next_value()?;
                    if object.contains_key(&key) {
                        return Err(A::Error::custom(format!("duplicate field `{key}`")));
                    }
                    object.insert(key, value);
                }
                Ok(object.into())
            }
        }

        deserializer.deserialize_any(Any).map(Self)
    }
}

/// An object with any keys, without duplicates, in order; its values are not parsed.
#[derive(Clone, Debug)]
pub(super) struct Fields<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs: Self::Value = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    if pairs.iter().any(|(known, _)| *known == key) {
                        return Err(A::Error::custom(format!("duplicate field `{key}`")));
                    }
                    pairs.push((key, map.next_value()?));
                }
                Ok(pairs)
            }
        }

        deserializer.deserialize_map(Pairs).map(Self)
    }
}
