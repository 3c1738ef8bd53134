//! The choice of `--only` and `--skip`.

use super::ended::{Complaint, shown_by};
use crate::engine::{PlanError, Selection};

/// Returns the choice of `--only` and `--skip`.
pub(super) fn selection(only: &[String], skip: &[String]) -> Selection {
    let mut selection = Selection::default();
    // A list may have spaces, and a comma too many.
    let typed = |patterns: &[String]| -> Vec<String> {
        let trimmed = patterns.iter().map(|pattern| pattern.trim().to_owned());
        trimmed.filter(|pattern| !pattern.is_empty()).collect()
    };
    for pattern in &typed(only) {
        selection.choose(pattern);
    }
    for pattern in &typed(skip) {
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
