//! What a server answered instead of the expected success: the reason by type, and the fix.

use crate::diagnosis::{Evidence, Shell, Subject, describe, diagnose};
use crate::engine::{Blocker, Breakage, Outcome};
use crate::wire::{Answer, Canaries, Failure, FailureKind, Method, Response};
use std::fmt;

/// A request of a visit, and its name in messages.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    method: Method,
    subject: Subject,
    what: &'static str,
}

impl Asked {
    /// The file `config`.
    pub(super) const CONFIG: Self = Self::new(Method::Get, Subject::Config, "a GET of `config`");
    /// An upload.
    pub(super) const UPLOAD: Self = Self::new(Method::Put, Subject::Backup, "an upload");
    /// What was just uploaded.
    pub(super) const TRIAL: Self = Self::new(
        Method::Get,
        Subject::StoredBackup,
        "a GET of what was just uploaded",
    );
    /// A canary that may be gone.
    pub(super) const LOOK: Self = Self::new(Method::Get, Subject::Backup, "a GET");
    /// What was deleted.
    pub(super) const DELETED: Self =
        Self::new(Method::Get, Subject::Backup, "a GET of what was deleted");
    /// A removal.
    pub(super) const DELETE: Self = Self::new(Method::Delete, Subject::Backup, "a DELETE");

    const fn new(method: Method, subject: Subject, what: &'static str) -> Self {
        Self {
            method,
            subject,
            what,
        }
    }

    /// Returns the response if it reports success.
    pub(super) fn done(self, canaries: &Canaries, answer: Answer) -> Result<Response, Refusal> {
        match answer {
            Ok(response) if response.is_success() => Ok(response),
            Ok(response) => Err(self.refused(canaries, &response)),
            Err(failure) => Err(Refusal {
                said: format!("{}: {}", self.what, failure.message),
                ..Refusal::from(failure)
            }),
        }
    }

    fn refused(self, canaries: &Canaries, response: &Response) -> Refusal {
        let reason = Reason::of(response);
        let said = format!("{} returned {}", self.what, describe(response));
        let (base, login) = (canaries.base(), canaries.login());
        let found = diagnose(&Evidence::of(
            base,
            login,
            self.method,
            self.subject,
            response,
        ));
        let Some(found) = found else {
            let fix = reason.fix().map(str::to_owned);
            return Refusal { reason, said, fix };
        };
        let found = found.filled(&Shell {
            base,
            asking: &canaries.asking(),
            software: &[],
        });
        let likely = if found.is_certain() { "" } else { "likely: " };
        Refusal {
            reason,
            said: format!("{said} ({likely}{})", found.title),
            fix: Some(found.fix.into_owned()),
        }
    }
}

/// Why a request of a visit did not succeed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// The server refused the credentials, or demands some.
    Credentials,
    /// The server limits the requests of this address.
    Limited,
    /// The server locks out this address.
    LockedOut,
    /// The server answered otherwise than expected.
    Answer,
    /// No answer came.
    NoAnswer,
    /// A backup of someone else exists where a canary would be uploaded.
    Taken,
    /// The program itself failed.
    Harness,
}

impl Reason {
    const fn of(response: &Response) -> Self {
        match response.status {
            401 => Self::Credentials,
            429 => Self::Limited,
            _ => Self::Answer,
        }
    }

    /// Returns what kept the server from being asked, if it refused the credentials, or limits or
    /// locks out this address. Then the exit code is 5.
    pub const fn blocker(self) -> Option<Blocker> {
        match self {
            Self::Credentials => Some(Blocker::CredentialsRefused),
            Self::Limited => Some(Blocker::Limit),
            Self::LockedOut => Some(Blocker::LockedOut),
            Self::Answer | Self::NoAnswer | Self::Taken | Self::Harness => None,
        }
    }

    /// Returns the fix that does not depend on the server.
    const fn fix(self) -> Option<&'static str> {
        match self {
            Self::Credentials => Some("Check user name and password"),
            Self::Limited => Some(
                "Wait half an hour, or raise the limit on the server, then run the same command again",
            ),
            Self::LockedOut => Some(
                "Wait until the ban is over, or lift it on the server, then run the same command again",
            ),
            Self::Answer | Self::NoAnswer | Self::Taken | Self::Harness => None,
        }
    }
}

impl From<FailureKind> for Reason {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::CredentialsRefused => Self::Credentials,
            FailureKind::Limited => Self::Limited,
            FailureKind::LockedOut => Self::LockedOut,
            FailureKind::Guarded => Self::Taken,
            kind if kind.is_peer() => Self::NoAnswer,
            _ => Self::Harness,
        }
    }
}

/// What a server answered instead of the expected success.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Why the request did not succeed.
    pub reason: Reason,
    /// The request and the answer, with the problem that they show; without a full stop.
    pub said: String,
    /// The fix, in complete sentences.
    pub fix: Option<String>,
}

impl Refusal {
    /// Returns a refusal without a fix.
    pub(super) fn new(reason: Reason, said: impl Into<String>) -> Self {
        Self {
            reason,
            said: said.into(),
            fix: None,
        }
    }

    /// Returns the refusal with a consequence before its fix, without a full stop.
    #[must_use]
    pub(super) fn and_so(self, consequence: &str) -> Self {
        Self {
            said: format!("{}. {consequence}", self.said),
            ..self
        }
    }

    /// Returns the refusal if what was uploaded could not be removed, for this later reason.
    #[must_use]
    pub(super) fn and_not_removed(self, later: &Self) -> Self {
        // A later request that was not even sent repeats the first reason.
        let (reason, consequence) = match (self.reason.blocker(), later.reason.blocker()) {
            (Some(_), Some(_)) => (
                self.reason,
                "What was uploaded was not removed: `retention end` removes it".to_owned(),
            ),
            (None, Some(_)) => (later.reason, not_removed(later)),
            (_, None) => (self.reason, not_removed(later)),
        };
        Self {
            reason,
            ..self.and_so(&consequence)
        }
    }
}

fn not_removed(refusal: &Refusal) -> String {
    format!(
        "What was uploaded could not be removed: {}; `retention end` tries again",
        refusal.said
    )
}

impl Refusal {
    /// Returns the outcome of a check that it kept from being judged.
    pub fn outcome(&self) -> Outcome {
        match self.reason.blocker() {
            Some(blocker) => Outcome::blocked_by(blocker, self.to_string()),
            None => Outcome::error(Breakage::Unreachable, self.to_string()),
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let reason = Reason::from(failure.kind);
        Self {
            fix: reason.fix().or_else(|| failure.fix()).map(str::to_owned),
            ..Self::new(reason, failure.message)
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.said)?;
        match &self.fix {
            Some(fix) => write!(formatter, ". {}", fix.trim_end_matches('.')),
            None => Ok(()),
        }
    }
}
