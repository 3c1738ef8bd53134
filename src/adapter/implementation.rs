//! What an implementation says of itself, and how it refuses.

use super::operation::Operation;
use crate::safe::Stage;
use serde::{Deserialize, Serialize};

/// What an operation gives, or why it does not.
pub type Answer<T> = Result<T, Refusal>;

/// Why an operation gives nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The input is refused.
    At {
        /// The first stage that fails.
        stage: Stage,
        /// What the implementation says. For people: nothing is judged by it.
        message: String,
    },
    /// The implementation has no such thing; why.
    Unsupported(String),
}

impl Refusal {
    /// The input is refused at `stage`.
    pub fn at(stage: Stage, message: impl Into<String>) -> Self {
        Self::At {
            stage,
            message: message.into(),
        }
    }

    /// The implementation has no such thing.
    pub fn unsupported(why: impl Into<String>) -> Self {
        Self::Unsupported(why.into())
    }

    pub(super) fn lacks(operation: Operation) -> Self {
        Self::Unsupported(format!("it has no `{operation}`"))
    }
}

/// What an implementation says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The version of the line protocol that it speaks: 1.
    pub protocol: u32,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where defects of it are reported, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug_tracker: Option<String>,
    /// The operations that it has, by name. Others are not asked of it.
    pub operations: Vec<String>,
}

impl Hello {
    /// Returns what an implementation with these operations says of itself.
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

    /// Returns whether it has the operation.
    pub fn has(&self, operation: Operation) -> bool {
        self.operations.iter().any(|name| name == operation.name())
    }
}
