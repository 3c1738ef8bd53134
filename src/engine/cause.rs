//! Why something deviates, was not judged, or was not carried out, as types: no behaviour depends
//! on the text of a message.

use crate::engine::Verdict;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// A named cause that several deviations can have in common: one thing to fix.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Cause {
    /// The name, such as `problem.nextcloud-url`. It never changes.
    pub id: Cow<'static, str>,
    /// What is wrong, in a few words.
    pub title: Cow<'static, str>,
    /// What the administrator does now.
    pub fix: Cow<'static, str>,
    /// Whether the evidence allows other causes as well.
    pub likely: bool,
}

impl Cause {
    /// Returns a cause.
    pub const fn new(id: &'static str, title: &'static str, fix: &'static str) -> Self {
        Self {
            id: Cow::Borrowed(id),
            title: Cow::Borrowed(title),
            fix: Cow::Borrowed(fix),
            likely: false,
        }
    }
}

/// A finding holds only the ID: title and fix appear once in the report.
impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.id)
    }
}

impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            id: Cow::Owned(String::deserialize(deserializer)?),
            title: Cow::Borrowed(""),
            fix: Cow::Borrowed(""),
            likely: false,
        })
    }
}

/// Why a check could not be judged.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Blocker {
    /// A check that it needs did not pass.
    Check {
        /// The name of that finding, with its variant.
        name: String,
        /// The verdict of that finding.
        verdict: Verdict,
    },
    /// The server limits the requests of this address.
    Limit,
    /// The server has locked out or banned this address or account.
    LockedOut,
    /// The server refused the credentials.
    CredentialsRefused,
    /// A limit of the harness, or one that the person set, such as `--max-upload`.
    HarnessLimit,
    /// An answer was read only up to a bound, and what matters may come after it.
    TruncatedRead,
    /// The guard refused a request that would have touched a backup that is not the run's own.
    Guarded,
    /// The server refuses to delete what the run stored, so that nothing more is stored.
    DeleteRefused,
    /// A client can do it, but the harness cannot.
    BeyondHarness,
    /// The server's answers leave the question open.
    Answer,
}

impl Blocker {
    /// Returns the name in reports, which never changes; for a check, its ID.
    pub fn key(&self) -> &str {
        match self {
            Self::Check { name, .. } => name.split('[').next().unwrap_or_default(),
            Self::Limit => "blocked.limit",
            Self::LockedOut => "blocked.locked-out",
            Self::CredentialsRefused => "blocked.credentials-refused",
            Self::HarnessLimit => "blocked.harness-limit",
            Self::TruncatedRead => "blocked.truncated-read",
            Self::Guarded => "blocked.guarded",
            Self::DeleteRefused => "blocked.delete-refused",
            Self::BeyondHarness => "blocked.beyond-harness",
            Self::Answer => "blocked.answer",
        }
    }
}

impl Blocker {
    /// All of them except the one that names another check.
    pub const NAMED: [Self; 9] = [
        Self::Limit,
        Self::LockedOut,
        Self::CredentialsRefused,
        Self::HarnessLimit,
        Self::TruncatedRead,
        Self::Guarded,
        Self::DeleteRefused,
        Self::BeyondHarness,
        Self::Answer,
    ];

    /// Returns the blocker as a cause, for reports.
    pub fn cause(&self) -> Cause {
        let (title, fix) = match self {
            // The finding of that check has the text.
            Self::Check { .. } => ("", ""),
            Self::Limit => (
                "the server limits the requests of this address",
                "Wait, then run again with `--pace slow`, or raise the limit.",
            ),
            Self::LockedOut => (
                "the server has locked out this address",
                "Wait until the ban is over, or lift it on the server.",
            ),
            Self::CredentialsRefused => (
                "the server refused the credentials",
                "Check user name and password.",
            ),
            Self::HarnessLimit => (
                "a limit of this run",
                "Raise the limit that the finding names.",
            ),
            Self::TruncatedRead => (
                "an answer was too long to read completely",
                "Check the answer by hand.",
            ),
            Self::Guarded => (
                "the run would have touched a backup that is not its own",
                "Run again: every run has new backup IDs.",
            ),
            Self::DeleteRefused => (
                "the server refuses to delete what the run stored",
                "Let this user delete files: the run stores nothing more until it can delete it.",
            ),
            Self::BeyondHarness => (
                "a client may succeed here, but this program cannot",
                "Try it with the app itself.",
            ),
            Self::Answer => (
                "the server's answers do not decide it",
                "Read what was observed.",
            ),
        };
        Cause {
            id: Cow::Owned(self.key().to_owned()),
            title: Cow::Borrowed(title),
            fix: Cow::Borrowed(fix),
            likely: false,
        }
    }
}

/// Why the harness could not carry out a check.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Breakage {
    /// The harness could not connect.
    Unreachable,
    /// The run was stopped before the check.
    Stopped,
    /// The check itself crashed or was aborted.
    Crashed,
    /// A transcript lacks the answer, or has the answer to another request.
    Transcript,
    /// The suite, the ledger or the machine of the harness.
    Harness,
}

impl Breakage {
    /// Returns the name in reports, which never changes.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Unreachable => "error.unreachable",
            Self::Stopped => "error.stopped",
            Self::Crashed => "error.crashed",
            Self::Transcript => "error.transcript",
            Self::Harness => "error.harness",
        }
    }
}
