//! What one request showed: the answer to it, or that none came.

use crate::wire::{FailureKind, LoginKind, Method, Response};

/// What a request was about, as far as a problem depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// The file `config`.
    Config,
    /// A backup that may or may not be there.
    Backup,
    /// A backup that was uploaded just before, with success.
    StoredBackup,
    /// A backup that is stored, which another upload replaces.
    ReplacedBackup,
    /// A backup of exactly the size that the config names, where one byte less was stored before.
    ExactBackup,
    /// A backup that is larger than one that was stored before.
    LargeBackup,
}

/// What one answer showed, and what is known beside it.
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
    /// What it was about.
    pub subject: Subject,
    /// The answer.
    pub answer: &'a Response,
    /// What was asked beside it.
    pub beside: Beside<'a>,
}

/// The answers to further requests that tell one problem from another; each is missing if it was
/// not asked.
#[derive(Clone, Copy, Default, Debug)]
pub struct Beside<'a> {
    /// The status of a PROPFIND of the folder that should hold the file.
    pub folder: Option<u16>,
    /// The status of a PROPFIND of `backups/`, where `config` was asked for.
    pub backups: Option<u16>,
    /// The name of a file that is there in place of `config`: `config.txt`.
    pub misnamed: Option<&'static str>,
    /// Whether the URL is a folder of another user than the one who logs in.
    pub other_user: bool,
    /// The status of the same request with credentials, where one without them was answered.
    pub person: Option<u16>,
    /// The answer to the same request without credentials.
    pub without_login: Option<&'a Response>,
    /// The answer to the same request with the `User-Agent` of another program.
    pub other_agent: Option<&'a Response>,
}

impl<'a> Evidence<'a> {
    /// Returns an answer alone, to a request with credentials.
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

    /// Returns whether `config` was asked for with credentials: an answer without them says nothing
    /// about what is there.
    pub(super) fn is_config(&self) -> bool {
        self.subject == Subject::Config && self.with_credentials && self.method == Method::Get
    }

    /// Returns whether a backup was uploaded with credentials.
    pub(super) fn is_upload(&self) -> bool {
        self.method == Method::Put && self.with_credentials && self.subject == Subject::Backup
    }

    /// Returns whether a backup was uploaded that is larger than one that was stored.
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
    /// The method of the request and what it was about, where that is known.
    pub asked: Option<(Method, Subject)>,
    /// How it failed.
    pub kind: FailureKind,
}
