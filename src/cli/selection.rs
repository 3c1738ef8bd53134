//! The choice of `--only` and `--skip`.

use super::ended::Complaint;
use crate::engine::{PlanError, Selection};

/// Returns the choice of `--only` and `--skip`.
pub(super) fn selection(only: &[String], skip: &[String]) -> Selection {
    let mut selection = Selection::default();
    for pattern in only {
        selection.choose(pattern);
    }
    for pattern in skip {
        selection.leave_out(pattern, &format!("--skip {pattern}"));
    }
    selection
}

/// Returns the complaint about a selection that makes no plan. `list` is the command that shows the
/// IDs.
pub(super) fn unplanned(error: &PlanError, list: &str) -> Complaint {
    Complaint::usage(match error {
        PlanError::NoMatch { suggestion, .. } => {
            let end = if suggestion.is_some() { "" } else { ";" };
            format!("{error}{end} `{list}` shows all of them")
        }
        PlanError::BrokenSuite(_) => error.to_string(),
    })
}
