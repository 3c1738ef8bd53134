//! The choice of `--only` and `--skip`, and the names that waivers may have.

use super::ended::{Complaint, shown_by};
use crate::diagnosis::CATALOGUE;
use crate::engine::waiver::WaiverError;
use crate::engine::{Facet as _, PlanError, Selection, did_you_mean, meant};
use crate::suites::client::{self, Like, rig};
use crate::suites::server;

/// The names that a command judges and waivers excuse.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// Whether there is such a name.
    pub(super) has: fn(&str) -> bool,
    names: fn() -> Vec<String>,
    /// The command that shows the names.
    list: &'static str,
}

impl Known {
    /// The checks of a server, their cases, and the problems.
    pub(super) const SERVER: Self = Self {
        has: server::is_known,
        names: of_server,
        list: "safe-conformance list",
    };
    /// The checks of an implementation.
    pub(super) const CLIENT: Self = Self {
        has: client::is_known,
        names: || ids(client::checks(Like::Anyone).iter().map(|check| check.id)),
        list: "safe-conformance list --client",
    };
    /// The cases and checks of a running client.
    pub(super) const RIG: Self = Self {
        has: rig::is_known,
        names: || ids(rig::checks(Like::Anyone).iter().map(|check| check.id)),
        list: "safe-conformance rig --list",
    };

    /// Returns what is wrong with waivers, and which name was meant.
    pub(super) fn complaint(&self, error: &WaiverError) -> String {
        let WaiverError::NoSuchCheck { check, .. } = error else {
            return error.to_string();
        };
        let names = (self.names)();
        let similar = meant(check, names.iter().map(String::as_str));
        let question = did_you_mean(&similar);
        let all = shown_by(&format!("`{}`", self.list), !similar.is_empty());
        format!("{error}{question}{all}")
    }
}

fn ids(ids: impl Iterator<Item = &'static str>) -> Vec<String> {
    ids.map(str::to_owned).collect()
}

fn of_server() -> Vec<String> {
    let mut names = ids(CATALOGUE.iter().map(|problem| problem.id));
    for check in server::checks() {
        names.push(check.id.to_owned());
        let cases = check
            .variants
            .iter()
            .filter(|case| !case.label().is_empty());
        names.extend(cases.map(|case| check.name_of(*case)));
    }
    names
}

/// Returns the choice of `--only` and `--skip`.
pub(super) fn selection(only: &[String], skip: &[String]) -> Selection {
    let mut selection = Selection::default();
    // A list may have spaces, and a comma too many.
    let typed = |patterns: &[String]| -> Vec<String> {
        let trimmed = patterns.iter().map(|pattern| pattern.trim().to_owned());
        trimmed.filter(|pattern| !pattern.is_empty()).collect()
    };
    let chosen = typed(only);
    if chosen.is_empty() && !only.is_empty() {
        // Nothing has this name: an empty variable of a script does not choose everything.
        selection.choose("");
    }
    for pattern in &chosen {
        selection.choose(pattern);
    }
    for pattern in &typed(skip) {
        selection.leave_out(pattern, &format!("--skip {pattern}"));
    }
    selection
}

/// Returns the complaint about a selection that makes no plan.
pub(super) fn unplanned(error: &PlanError, known: Known) -> Complaint {
    Complaint::usage(match error {
        PlanError::NoMatch {
            pattern,
            suggestions,
        } => {
            let all = shown_by(&format!("`{}`", known.list), !suggestions.is_empty());
            if pattern.is_empty() {
                format!("`--only` names no check{all}")
            } else {
                format!("{error}{all}")
            }
        }
        PlanError::BrokenSuite(_) => error.to_string(),
    })
}
