//! Why a text is not read: the place and the reason, never what stands there.

use super::Path;
use crate::safe::Stage;

/// Why a text is not read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// It is larger than it may be.
    #[error("the document has {bytes} bytes, and more than {limit} are not read")]
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
        /// Within which value.
        path: Path,
        /// What is wrong there.
        reason: Reason,
    },
}

/// What can be wrong with a text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Bytes that are no UTF-8.
    #[error("the bytes are not UTF-8")]
    NotUtf8,
    /// The text ends too early.
    #[error("the text ends too early")]
    EndOfText,
    /// No value stands where one should.
    #[error("no value stands where one should")]
    NoValue,
    /// No key stands where one should.
    #[error("no key in double quotes stands where one should")]
    NoKey,
    /// No colon after a key.
    #[error("no `:` follows the key")]
    NoColon,
    /// Neither a comma nor the closing bracket.
    #[error("neither a comma nor the closing bracket follows a value")]
    NoCommaOrEnd,
    /// A number that JSON does not have: `01`, `1.`, `.5`, `+1`.
    #[error("a number is not spelled as JSON spells it")]
    Number,
    /// A control character in a string.
    #[error("a control character stands in a string without an escape")]
    ControlCharacter,
    /// An escape that JSON does not have.
    #[error("an escape is not one of JSON's")]
    Escape,
    /// Something after the value.
    #[error("something follows after the end of the document")]
    TrailingText,
    /// Too many arrays and objects within each other.
    #[error("more than {limit} arrays and objects stand within each other")]
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
    /// Returns the stage at which this stops a client.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::TooLarge { .. } => Stage::Size,
            Self::Broken { .. } => Stage::Json,
        }
    }
}
