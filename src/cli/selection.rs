//! The choice of `--only` and `--skip`.

use super::ended::{Complaint, shown_by};
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
            let all = shown_by(&format!("`{list}`"), suggestion.is_some());
            format!("{error}{all}")
        }
        PlanError::BrokenSuite(_) => error.to_string(),
    })
}
