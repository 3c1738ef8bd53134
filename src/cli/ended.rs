//! How a command ends: with an exit code, or with a complaint.

use super::exit::Exit;
use crate::engine::{Pattern, PlanError, Selection};

/// How a command ends.
pub(super) type Ended = Result<Exit, Complaint>;

/// An error for a person in one sentence, and its exit code.
pub(super) struct Complaint {
    pub(super) exit: Exit,
    pub(super) sentence: String,
}

impl Complaint {
    pub(super) fn usage(sentence: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            sentence: sentence.into(),
        }
    }
}

/// Returns the choice of `--only` and `--skip`.
pub(super) fn selection(only: &[String], skip: &[String]) -> Selection {
    let skipped = |pattern: &String| (Pattern::new(pattern), format!("--skip {pattern}"));
    Selection {
        only: only.iter().map(Pattern::new).collect(),
        skip: skip.iter().map(skipped).collect(),
        ..Selection::default()
    }
}

/// Returns the complaint about a selection that makes no plan. `list` is the command that shows the
/// IDs.
pub(super) fn unplanned(error: &PlanError, list: &str) -> Complaint {
    Complaint::usage(match error {
        PlanError::NoMatch { .. } => format!("{error}; `{list}` shows all of them"),
        PlanError::BrokenSuite(_) => error.to_string(),
    })
}
