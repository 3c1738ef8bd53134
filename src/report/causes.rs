//! Causes: what several findings have in common, said once with what to do about it.

use crate::engine::{Because, Blocker, Cause, Finding};
use serde::{Deserialize, Serialize};

/// A cause, and the findings that follow from it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CauseSummary {
    /// Its name, as the findings carry it; where a check that did not pass blocks others, the ID of
    /// that check.
    pub id: String,
    /// What is wrong, in a few words.
    pub title: String,
    /// What to do about it.
    pub fix: String,
    /// Whether the evidence allows other causes, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub likely: bool,
    /// Lines for a shell that do it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// The names of the findings that follow from it.
    pub explains: Vec<String>,
}

/// Returns the causes of these findings, in the order in which they come.
pub(super) fn of(findings: &[Finding]) -> Vec<CauseSummary> {
    let mut causes: Vec<CauseSummary> = Vec::new();
    for finding in findings {
        let Some(cause) = &finding.cause else {
            continue;
        };
        if let Some(known) = causes.iter_mut().find(|known| known.id == cause.id) {
            known.explains.push(finding.name());
            known.likely = known.likely && cause.likely;
        } else {
            causes.push(summary(cause, finding, findings));
        }
    }
    causes
}

fn summary(cause: &Cause, finding: &Finding, findings: &[Finding]) -> CauseSummary {
    let root = match &finding.because {
        Some(Because::Blocked(Blocker::Check { name, .. })) => {
            findings.iter().find(|other| other.name() == *name)
        }
        _ => None,
    };
    let (title, fix) = root.map_or_else(
        || (cause.title.to_string(), cause.fix.to_string()),
        |root| {
            let title = format!("{}: {}", root.name(), root.observed);
            (title, root.remedy.clone())
        },
    );
    CauseSummary {
        id: cause.id.to_string(),
        title,
        fix,
        likely: cause.likely,
        lines: Vec::new(),
        explains: vec![finding.name()],
    }
}
