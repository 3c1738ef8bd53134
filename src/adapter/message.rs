//! What comes back from an implementation, and what can be wrong with a line.

use crate::safe::Stage;
use serde_json::{Map, Value};
use thiserror::Error;

/// What came back.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Reply {
    /// The output of the operation.
    Done(Map<String, Value>),
    /// The input was refused.
    Refused {
        /// The first stage that failed.
        stage: Stage,
        /// What the implementation says. For people: nothing is judged by it.
        message: String,
    },
    /// The implementation has no such thing; why.
    Unsupported(String),
}

/// What is wrong with a line. Each sentence ends where the line, or what is wrong in it, can be
/// named after it.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum MessageError {
    /// Not one JSON object.
    #[error("the line is not a JSON object ({reason}): `{line}`")]
    NotJson {
        /// What the parser says.
        reason: String,
        /// The beginning of the line.
        line: String,
    },
    /// None, or more than one, of `ok`, `error` and `unsupported`.
    #[error("an answer has exactly one of `ok`, `error` and `unsupported`, this one has {count}")]
    NotOneOutcome {
        /// How many there were.
        count: usize,
    },
    /// The answer to another request.
    #[error("the answer is to request {found}, and request {expected} was asked")]
    OtherRequest {
        /// The number of the request that was asked.
        expected: u64,
        /// The number in the answer.
        found: u64,
    },
    /// The output is not in the form of the operation.
    #[error("the answer has not the form that `vectors/README.md` gives: {reason}")]
    WrongForm {
        /// What is wrong with it.
        reason: String,
    },
    /// Another version of the protocol.
    #[error(
        "it speaks version {found} of the protocol, and this program version {}",
        super::PROTOCOL
    )]
    OtherProtocol {
        /// The version that was offered.
        found: u32,
    },
}
