//! What a server answered instead of the expected success, and the fix.

use crate::diagnosis::{Evidence, Shell, Subject, describe, diagnose};
use crate::wire::{Answer, Canaries, Method, Response};
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
                fix: None,
            }),
        }
    }

    fn refused(self, canaries: &Canaries, response: &Response) -> Refusal {
        let said = format!("{} was answered {}", self.what, describe(response));
        let (base, login) = (canaries.base(), canaries.login());
        let found = diagnose(&Evidence::of(
            base,
            login,
            self.method,
            self.subject,
            response,
        ));
        let Some(found) = found else {
            return Refusal { said, fix: None };
        };
        let found = found.filled(&Shell {
            base,
            asking: &canaries.asking(),
            software: &[],
        });
        let likely = if found.is_certain() { "" } else { "likely: " };
        Refusal {
            said: format!("{said} ({likely}{})", found.title),
            fix: Some(found.fix.into_owned()),
        }
    }
}

/// What a server answered instead of the expected success.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The request and the answer, with the problem that they show; without a full stop.
    pub(super) said: String,
    /// The fix, in complete sentences.
    pub(super) fix: Option<String>,
}

impl Refusal {
    /// Returns a sentence with this consequence, without a full stop.
    pub(super) fn and_so(self, consequence: &str) -> String {
        Self {
            said: format!("{}. {consequence}", self.said),
            fix: self.fix,
        }
        .to_string()
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
