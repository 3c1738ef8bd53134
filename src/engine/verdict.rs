//! The verdicts on one check and on one client.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The verdict of one finding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Judged, and as it should be.
    Pass,
    /// An [`Informational`](super::Level::Informational) deviation: it never changes an exit code.
    Note,
    /// A [`Recommended`](super::Level::Recommended) deviation.
    Warn,
    /// A [`Required`](super::Level::Required) deviation.
    Fail,
    /// The question does not arise for this target.
    NotApplicable,
    /// The person skipped it.
    Disabled,
    /// A check that it needs did not pass, or something else kept it from being judged.
    Blocked,
    /// The harness could not carry it out.
    Error,
}

impl Verdict {
    /// Every verdict, in the order in which summaries count them.
    pub const ALL: [Self; 8] = [
        Self::Pass,
        Self::Note,
        Self::Warn,
        Self::Fail,
        Self::NotApplicable,
        Self::Disabled,
        Self::Blocked,
        Self::Error,
    ];

    /// Returns the word in reports: `not_applicable` and so on.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::NotApplicable => "not_applicable",
            Self::Disabled => "disabled",
            Self::Blocked => "blocked",
            Self::Error => "error",
        }
    }

    /// Returns whether the check was judged at all.
    pub const fn is_judged(self) -> bool {
        matches!(self, Self::Pass | Self::Note | Self::Warn | Self::Fail)
    }

    /// Returns whether something was judged and is not as it should be.
    pub const fn is_deviation(self) -> bool {
        matches!(self, Self::Note | Self::Warn | Self::Fail)
    }

    /// Returns whether something was judged, and a person should change it.
    pub const fn asks_for_change(self) -> bool {
        matches!(self, Self::Warn | Self::Fail)
    }

    /// Returns whether checks that need this one can be judged.
    pub const fn serves(self) -> bool {
        matches!(self, Self::Pass | Self::Note | Self::Warn)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.key())
    }
}

/// The verdict for one direction of one client over a whole run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientVerdict {
    /// Nothing that was judged affects the client, and everything that matters to it was judged.
    Pass,
    /// Nothing that was judged affects the client, but the person left out a check that matters to
    /// it, or there was no TLS.
    Partial,
    /// A deviation affects the client.
    Fail,
    /// Something that matters to the client could not be judged.
    Unknown,
}

impl fmt::Display for ClientVerdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Pass => "pass",
            Self::Partial => "partial",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        })
    }
}
