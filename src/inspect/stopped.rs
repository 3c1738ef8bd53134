//! Where the way to a backup ended, and how long a body is looked at.

use crate::diagnosis::Diagnosis;
use crate::safe::Stage;
use serde::Serialize;

/// The largest body and the largest document that are inspected, in bytes: sixteen times what
/// clients upload if the server names no limit.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Where opening a backup failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Stopped {
    /// The stage.
    pub stage: Stage,
    /// What happened. Never a value of the document.
    pub message: String,
    /// The problem of the server that its answers show: `problem.backups-missing`.
    pub problem: Option<String>,
    /// Possible causes, and what to try.
    pub hints: Vec<String>,
}

impl Stopped {
    pub(super) fn new(stage: Stage, message: String) -> Self {
        Self {
            stage,
            message,
            problem: None,
            hints: Vec::new(),
        }
    }

    /// Adds the problem that the server's answer shows, with its fix.
    pub(super) fn because(mut self, found: Option<Diagnosis>) -> Self {
        if let Some(found) = found {
            let likely = if found.is_certain() { "" } else { "likely: " };
            self.message = format!("{} ({likely}{})", self.message, found.title);
            self.problem = Some(found.id.to_owned());
            self.hints.push(found.fix.into_owned());
        }
        self
    }

    /// Adds a hint if there is no backup.
    pub(super) fn or_else(mut self, hint: &str) -> Self {
        if self.hints.is_empty() {
            self.hints.push(hint.to_owned());
        }
        self
    }
}
