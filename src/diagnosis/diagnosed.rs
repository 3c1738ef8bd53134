//! A problem as it was recognised on one server.

use super::certainty::Certainty;
use super::problem::Problem;
use super::shell::Shell;
use crate::engine::Cause;
use std::borrow::Cow;

/// A problem that the evidence shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnosis {
    /// The ID of the problem.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// What to do on this server.
    pub fix: Cow<'static, str>,
    /// How sure it is.
    pub certainty: Certainty,
}

impl Diagnosis {
    pub(super) fn new(
        problem: &'static Problem,
        certainty: Certainty,
        fix: Cow<'static, str>,
    ) -> Self {
        Self {
            id: problem.id,
            title: problem.title,
            fix,
            certainty,
        }
    }

    /// Returns whether the evidence excludes every other cause.
    pub fn is_certain(&self) -> bool {
        self.certainty == Certainty::Certain
    }

    /// Returns the diagnosis with known values in place of placeholders.
    #[must_use]
    pub fn filled(mut self, shell: &Shell<'_>) -> Self {
        self.fix = Cow::Owned(shell.fill(&self.fix));
        self
    }

    /// Returns the diagnosis as the cause of a deviation.
    pub fn cause(&self) -> Cause {
        Cause {
            id: Cow::Borrowed(self.id),
            title: Cow::Borrowed(self.title),
            fix: self.fix.clone(),
            likely: !self.is_certain(),
        }
    }
}
