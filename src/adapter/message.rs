//! The replies of an implementation, and the errors of a line.

use crate::safe::Stage;
use serde_json::{Map, Value};
use thiserror::Error;

/// The reply of an implementation.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Reply {
    /// The output of the operation.
    Done(Map<String, Value>),
    /// The input was refused.
    Refused {
        /// The first stage that failed.
        stage: Stage,
        /// The implementation's message, for people; no verdict depends on it.
        message: String,
    },
    /// The implementation does not support it; the reason.
    Unsupported(String),
}

/// What is wrong with a line. Each sentence ends so that the line, or the faulty part, can be named
/// after it.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum MessageError {
    /// It is not one JSON object.
    #[error("the line is not a JSON object ({reason}): `{line}`")]
    NotJson {
        /// The error of the parser.
        reason: String,
        /// The beginning of the line.
        line: String,
    },
    /// Not exactly one of `ok`, `error` and `unsupported`.
    #[error("an answer must have exactly one of `ok`, `error` and `unsupported`, got {count}")]
    NotOneOutcome {
        /// How many there were.
        count: usize,
    },
    /// It answers another request.
    #[error("the answer has the ID of request {found}; expected {expected}")]
    OtherRequest {
        /// The number of the request.
        expected: u64,
        /// The number in the answer.
        found: u64,
    },
    /// The output does not have the form of the operation.
    #[error("the answer does not have the form that `vectors/README.md` describes: {reason}")]
    WrongForm {
        /// What is wrong with it.
        reason: String,
    },
    /// It has another version of the protocol.
    #[error(
        "it speaks version {found} of the protocol, but this program speaks version {}",
        super::PROTOCOL
    )]
    OtherProtocol {
        /// The version in the answer.
        found: u32,
    },
}
