//! Why a text cannot be read: the place and the reason, never the text there.

use super::Path;
use crate::safe::Stage;

/// Why a text cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// It is larger than the limit.
    #[error("the document has {bytes} bytes, but at most {limit} are read")]
    TooLarge {
        /// Its length, in bytes.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// It is not JSON, or holds too much.
    #[error("the document cannot be read: at line {line}, column {column}, in {path}, {reason}")]
    Broken {
        /// The line, from 1.
        line: usize,
        /// The column, in bytes from 1.
        column: usize,
        /// The value that contains the place.
        path: Path,
        /// The reason.
        reason: Reason,
    },
}

/// The reasons for which a text cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Bytes that are not UTF-8.
    #[error("the bytes are not UTF-8")]
    NotUtf8,
    /// The text ends too early.
    #[error("the text ends too early")]
    EndOfText,
    /// A value is missing.
    #[error("a value is missing")]
    NoValue,
    /// A key is missing.
    #[error("a key in double quotes is missing")]
    NoKey,
    /// A comma before the closing bracket.
    #[error("a comma stands before the closing bracket")]
    TrailingComma,
    /// The colon after a key is missing.
    #[error("no `:` follows the key")]
    NoColon,
    /// Neither a comma nor the closing bracket follows.
    #[error("neither a comma nor the closing bracket follows a value")]
    NoCommaOrEnd,
    /// A number in a form that JSON does not have: `01`, `1.`, `.5`, `+1`.
    #[error("a number has a form that JSON does not allow")]
    Number,
    /// A control character in a string.
    #[error("a string contains an unescaped control character")]
    ControlCharacter,
    /// An escape that JSON does not have.
    #[error("JSON does not have this escape")]
    Escape,
    /// Text after the value.
    #[error("text follows the end of the document")]
    TrailingText,
    /// Arrays and objects are nested too deep.
    #[error("more than {limit} arrays and objects are nested")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// Too many values.
    #[error("there are more than {limit} values")]
    TooManyValues {
        /// The limit.
        limit: usize,
    },
}

impl JsonError {
    /// Returns the stage at which this error stops a client.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::TooLarge { .. } => Stage::Size,
            Self::Broken { .. } => Stage::Json,
        }
    }
}
