//! The evidence of one request: its answer, or the lack of one.

use crate::wire::{FailureKind, LoginKind, Method, Response};

/// The subject of a request, as far as a problem depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Subject {
    /// The file `config`.
    Config,
    /// A backup that may or may not be there.
    Backup,
    /// A backup that was uploaded successfully just before.
    StoredBackup,
    /// A stored backup that the upload replaces.
    ReplacedBackup,
    /// A backup of exactly the size in the config; one that is a byte shorter was stored before.
    ExactBackup,
    /// A backup that is larger than one stored before.
    LargeBackup,
}

/// One answer and its circumstances.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The URL that was tested, without credentials.
    pub base: &'a str,
    /// How the run logs in.
    pub login: LoginKind,
    /// Whether credentials were sent with the request.
    pub with_credentials: bool,
    /// The method of the request.
    pub method: Method,
    /// The subject of the request.
    pub subject: Subject,
    /// The answer.
    pub answer: &'a Response,
    /// The further requests around it.
    pub beside: Beside<'a>,
}

/// The answers to further requests, which distinguish problems; `None` if a request was not made.
#[derive(Clone, Copy, Default, Debug)]
pub struct Beside<'a> {
    /// The status of a PROPFIND of the folder that should contain the file.
    pub folder: Option<u16>,
    /// The status of a PROPFIND of `backups/`, for a request of `config`.
    pub backups: Option<u16>,
    /// The status of a PROPFIND of the folder above, for an upload: `config` was read from it.
    pub above: Option<u16>,
    /// The name of a file that exists instead of `config`: `config.txt`.
    pub misnamed: Option<&'static str>,
    /// Whether the URL is a folder of a user other than the one who logs in.
    pub other_user: bool,
    /// Whether a part of the credentials begins or ends with a character that is not seen.
    pub unseen_in_login: bool,
    /// The status of the same request with credentials, for an answer to one without them.
    pub person: Option<u16>,
    /// The answer for a backup that was never uploaded, for a `config` that is not understood.
    pub missing: Option<&'a Response>,
    /// The answer to the same request without credentials.
    pub without_login: Option<&'a Response>,
    /// The answer to the same request with the `User-Agent` of another program.
    pub other_agent: Option<&'a Response>,
}

impl<'a> Evidence<'a> {
    /// Returns the evidence of one answer to a request with credentials.
    pub fn of(
        base: &'a str,
        login: LoginKind,
        method: Method,
        subject: Subject,
        answer: &'a Response,
    ) -> Self {
        Self {
            base,
            login,
            with_credentials: true,
            method,
            subject,
            answer,
            beside: Beside::default(),
        }
    }

    /// Returns whether `config` was requested with credentials; without them the answer does not
    /// show what exists.
    pub(super) fn is_config(&self) -> bool {
        self.subject == Subject::Config && self.with_credentials && self.method == Method::Get
    }

    /// Returns whether a backup was uploaded with credentials.
    pub(super) fn is_upload(&self) -> bool {
        self.method == Method::Put && self.with_credentials && self.subject == Subject::Backup
    }

    /// Returns whether a backup larger than a stored one was uploaded.
    pub(super) fn is_large_upload(&self) -> bool {
        self.method == Method::Put && self.subject == Subject::LargeBackup
    }

    /// Returns whether credentials were sent and refused with 401.
    pub(super) fn is_refused_login(&self) -> bool {
        self.answer.status == 401 && self.with_credentials && self.login != LoginKind::Open
    }

    /// Returns the status of the answer.
    pub(super) const fn status(&self) -> u16 {
        self.answer.status
    }
}

/// A request that got no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Silence {
    /// The method and subject of the request, if known.
    pub asked: Option<(Method, Subject)>,
    /// How it failed.
    pub kind: FailureKind,
}
