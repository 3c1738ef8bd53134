//! Why a client cannot use a server's config, in a sentence that its administrator understands.

use crate::safe::{Client, Stage};
use std::fmt;

/// The number of characters of a string that an error shows.
const EXCERPT_CHARACTERS: usize = 40;

/// Why a client cannot use a config.
///
/// Source: clause 4.2.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not UTF-8; for a client that requires it.
    #[error("the config is not UTF-8: the error is at byte {place}")]
    NotUtf8 {
        /// The position, in bytes from the beginning.
        place: usize,
    },
    /// More than the harness reads.
    #[error("`config` does not end")]
    Endless,
    /// A good config, sent with a charset in which Android cannot read it.
    #[error("the config is sent with a charset of {charset}, in which Android cannot read it")]
    Charset {
        /// The name of the charset.
        charset: &'static str,
    },
    /// Not JSON, according to the parser of the client.
    #[error("the config is not JSON to {client}: {reason}")]
    NotJson {
        /// The client.
        client: Client,
        /// The reason that its parser returns.
        reason: String,
    },
    /// JSON, but not an object.
    #[error("the config is {found}, not an object with `maxBackupBytes` and `retentionDays`")]
    NotAnObject {
        /// The value that was found.
        found: Found,
    },
    /// A key is absent.
    #[error("`{key}` is missing")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// The value cannot be converted to a number.
    #[error("`{key}` is {found}, not a number")]
    NotANumber {
        /// The key.
        key: &'static str,
        /// The value that was found.
        found: Found,
    },
    /// The value is not a whole number; for a client that requires one.
    #[error("`{key}` is {found}, not a whole number")]
    NotAWholeNumber {
        /// The key.
        key: &'static str,
        /// The value that was found.
        found: Found,
    },
    /// A whole number of more than 64 bits.
    #[error("`{key}` is {found}, which does not fit 64 bits")]
    TooLarge {
        /// The key.
        key: &'static str,
        /// The value that was found.
        found: Found,
    },
}

impl ConfigError {
    /// Returns the stage at which this error stops the client.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Endless => Stage::Size,
            Self::NotUtf8 { .. } | Self::Charset { .. } | Self::NotJson { .. } => Stage::Json,
            _ => Stage::Meaning,
        }
    }
}

/// A value of the wrong kind. Strings are cut short, and escaped when shown.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Found {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as the parser understood it.
    Number(String),
    /// The beginning of a string, and whether more follows.
    Text {
        /// At most 40 characters.
        beginning: String,
        /// Whether more follows.
        goes_on: bool,
    },
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Found {
    /// Returns a string, cut short.
    pub fn text(text: &str) -> Self {
        Self::Text {
            beginning: text.chars().take(EXCERPT_CHARACTERS).collect(),
            goes_on: text.chars().nth(EXCERPT_CHARACTERS).is_some(),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Boolean(value) => write!(formatter, "{value}"),
            Self::Number(number) => write!(formatter, "the number {number}"),
            Self::Text { beginning, goes_on } => {
                let more = if *goes_on { "…" } else { "" };
                write!(
                    formatter,
                    "the string \"{}{more}\"",
                    beginning.escape_debug()
                )
            }
            Self::Array => formatter.write_str("an array"),
            Self::Object => formatter.write_str("an object"),
        }
    }
}
