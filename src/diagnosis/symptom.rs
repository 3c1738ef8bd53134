//! The evidence of a whole run: a finding, and the circumstances of the run.

use super::certainty::Certainty;
use super::software::Recognised;
use crate::engine::{Because, Blocker, Finding};
use crate::safe::Stage;
use crate::wire::tls::Inspection;
use crate::wire::{Facts, Halt};

/// The circumstances of a run.
#[derive(Clone, Copy, Debug)]
pub struct Sights<'a> {
    /// What is known of the target.
    pub facts: &'a Facts,
    /// The server's TLS, if it was examined.
    pub inspection: Option<&'a Inspection>,
    /// The software that the answers show.
    pub software: &'a [Recognised],
    /// Why the run stopped early, if it did.
    pub halted: Option<&'a Halt>,
}

/// A finding that deviates or was not carried out, with the circumstances of the run.
pub(super) struct Symptom<'a> {
    pub(super) finding: &'a Finding,
    /// Every finding of the run.
    pub(super) all: &'a [Finding],
    pub(super) run: &'a Sights<'a>,
}

impl Symptom<'_> {
    /// Returns whether this check deviates.
    pub(super) fn is(&self, check: &str) -> bool {
        self.finding.id == check && self.finding.verdict.is_deviation()
    }

    /// Returns whether this check deviates, or was left to the clients because it cannot be judged
    /// here.
    pub(super) fn concerns(&self, check: &str) -> bool {
        self.finding.id == check && is_shown(self.finding)
    }

    /// Returns whether another check of the run deviates, in any variant.
    pub(super) fn beside(&self, check: &str) -> bool {
        let mut all = self.all.iter();
        all.any(|other| other.id == check && other.verdict.is_deviation())
    }

    /// Returns whether another check of the run deviates in the variant of this one.
    pub(super) fn beside_in_same(&self, check: &str) -> bool {
        let mut all = self.all.iter();
        all.any(|other| {
            let is_same = other.id == check && other.variant == self.finding.variant;
            is_same && other.verdict.is_deviation()
        })
    }

    /// Returns whether this check deviates in no other variant.
    pub(super) fn is_only_variant(&self) -> bool {
        let mut same = self.all.iter().filter(|one| one.id == self.finding.id);
        let is_other = |one: &Finding| one.variant != self.finding.variant;
        !same.any(|one| is_other(one) && one.verdict.is_deviation())
    }

    /// Returns whether one of these checks deviates.
    pub(super) fn is_one_of(&self, checks: &[&str]) -> bool {
        checks.iter().any(|check| self.is(check))
    }
}

/// Returns certainty if one of these checks deviates.
pub(super) fn shown_by(symptom: &Symptom<'_>, checks: &[&str]) -> Option<Certainty> {
    symptom.is_one_of(checks).then_some(Certainty::Certain)
}

/// Returns certainty if this check deviates because of what came back, not because nothing did.
pub(super) fn shown_by_body(symptom: &Symptom<'_>, check: &str) -> Option<Certainty> {
    let came_back = symptom.finding.stage != Some(Stage::Http);
    (came_back && symptom.is(check)).then_some(Certainty::Certain)
}

/// Returns whether a finding shows a problem: it deviates, or only clients can judge it.
pub(super) fn is_shown(finding: &Finding) -> bool {
    let by = finding.because.as_ref();
    finding.verdict.is_deviation() || by == Some(&Because::Blocked(Blocker::BeyondHarness))
}
