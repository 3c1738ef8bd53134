//! What the problems are recognised by in a whole run: a finding, and what the run saw beside it.

use super::certainty::Certainty;
use super::software::Recognised;
use crate::engine::{Because, Blocker, Finding};
use crate::wire::tls::Inspection;
use crate::wire::{Facts, Halt};

/// What a run saw, beside its findings.
#[derive(Clone, Copy, Debug)]
pub struct Sights<'a> {
    /// What is known of the target.
    pub facts: &'a Facts,
    /// The server's TLS, if it was looked at.
    pub inspection: Option<&'a Inspection>,
    /// The software that the answers show.
    pub software: &'a [Recognised],
    /// Why nothing more was sent, if that was so.
    pub halted: Option<&'a Halt>,
}

/// A finding that deviates, or was not carried out, with what the run saw beside it.
pub(super) struct Symptom<'a> {
    pub(super) finding: &'a Finding,
    pub(super) run: &'a Sights<'a>,
}

impl Symptom<'_> {
    /// Returns whether this check deviates.
    pub(super) fn is(&self, check: &str) -> bool {
        self.finding.id == check && self.finding.verdict.is_deviation()
    }

    /// Returns whether this check deviates, or could not be judged here although clients judge it.
    pub(super) fn concerns(&self, check: &str) -> bool {
        self.finding.id == check && is_shown(self.finding)
    }

    /// Returns whether one of these checks deviates.
    pub(super) fn is_one_of(&self, checks: &[&str]) -> bool {
        checks.iter().any(|check| self.is(check))
    }
}

/// Returns whether deviations of these checks show a problem for certain.
pub(super) fn shown_by(symptom: &Symptom<'_>, checks: &[&str]) -> Option<Certainty> {
    symptom.is_one_of(checks).then_some(Certainty::Certain)
}

/// Returns whether a finding shows a problem: it deviates, or clients judge what this program
/// cannot.
pub(super) fn is_shown(finding: &Finding) -> bool {
    let by = finding.because.as_ref();
    finding.verdict.is_deviation() || by == Some(&Because::Blocked(Blocker::BeyondHarness))
}
