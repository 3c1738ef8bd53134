//! An implementation's description of itself, and its refusals.

use super::operation::Operation;
use crate::safe::Stage;
use serde::{Deserialize, Serialize};

/// The output of an operation, or the reason for its refusal.
pub type Answer<T> = Result<T, Refusal>;

/// Why an operation returns no output.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// The input is refused.
    At {
        /// The first stage that fails.
        stage: Stage,
        /// The implementation's message, for people; no verdict depends on it.
        message: String,
    },
    /// The implementation does not support it; the reason.
    Unsupported(String),
}

impl Refusal {
    /// Returns a refusal of the input at `stage`.
    pub fn at(stage: Stage, message: impl Into<String>) -> Self {
        Self::At {
            stage,
            message: message.into(),
        }
    }

    /// Returns a refusal of an operation that the implementation does not support.
    pub fn unsupported(why: impl Into<String>) -> Self {
        Self::Unsupported(why.into())
    }

    pub(super) fn lacks(operation: Operation) -> Self {
        Self::Unsupported(format!("it has no `{operation}`"))
    }
}

/// An implementation's description of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The version of the line protocol that it supports: 1.
    pub protocol: u32,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where its defects are reported, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug_tracker: Option<String>,
    /// The operations that it supports, by name. It is never asked for others.
    pub operations: Vec<String>,
}

impl Hello {
    /// Returns the description of an implementation with these operations.
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        operations: &[Operation],
    ) -> Self {
        Self {
            protocol: super::PROTOCOL,
            name: name.into(),
            version: version.into(),
            bug_tracker: None,
            operations: operations
                .iter()
                .map(|operation| operation.name().to_owned())
                .collect(),
        }
    }

    /// Returns whether it supports the operation.
    pub fn has(&self, operation: Operation) -> bool {
        self.operations.iter().any(|name| name == operation.name())
    }
}
