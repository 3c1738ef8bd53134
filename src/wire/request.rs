//! Requests to a server: what they ask for, and how they are sent.

use super::bin::{BinEntry, BinPlace};
use super::facet::Http;
use super::guard::OwnBackup;
use super::payload::Payload;
use crate::clients::CredentialEncoding;
use crate::safe::BackupId;
use std::time::Duration;

/// A method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Method {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
    /// PROPFIND of `WebDAV`, which lists a collection.
    Propfind,
}

impl Method {
    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Propfind => "PROPFIND",
        }
    }

    /// Returns whether it changes the server.
    pub const fn writes(self) -> bool {
        matches!(self, Self::Put | Self::Delete)
    }
}

/// The subject of a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Place {
    /// The `config` file.
    Config,
    /// The collection `backups/`, to see whether it lists a backup of the run: read only. Other
    /// entries are secret, so the answer's body is reduced to a word; see
    /// [`Listing`](super::Listing).
    Listing(OwnBackup),
    /// A backup of this run.
    Backup(OwnBackup),
    /// The same backup with its ID in capitals: read only.
    CapitalBackup(OwnBackup),
    /// A backup behind a doubled slash, `{base}//backups/ID`: read only.
    DoubleSlashBackup(OwnBackup),
    /// A backup that is never uploaded, with the same ID in every run: read only.
    Missing,
    /// The user's own backup, under the ID that their password yields: read only, and not changed.
    Theirs(BackupId),
    /// The list of a Nextcloud's bin: read only, and never recorded.
    Bin(BinPlace),
    /// A file of the run in that bin.
    InBin(BinPlace, BinEntry),
    /// Another suffix of the base URL as on the wire, with its slash: read only.
    Below(&'static str),
}

/// The credentials of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum LoginUse {
    /// None.
    Nobody,
    /// The user's, if any, in the encoding that the server accepts.
    Given,
    /// The user's, if any, in this encoding.
    Encoded(CredentialEncoding),
    /// The user's name, if any, with a password that is wrong on purpose.
    Wrong,
    /// Only a cookie that the server set before.
    Cookie(String),
}

/// How long to wait for bytes after an answer: they come with its end, or right after it.
pub(super) const LISTENS: Duration = Duration::from_millis(200);

/// The manner of sending a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Manner {
    /// Like any client, with Content-Length.
    Ordinary,
    /// With Transfer-Encoding: chunked, over HTTP/1.1.
    Chunked,
    /// With Expect: 100-continue, and a wait for it, over HTTP/1.1.
    ExpectContinue,
    /// Breaks the connection off during the body, over HTTP/1.1.
    CutOff {
        /// After how many bytes of the body.
        after: usize,
        /// Whether the body is chunked.
        chunked: bool,
    },
    /// In several pieces with pauses between them, over HTTP/1.1.
    Slowly {
        /// The number of pieces.
        pieces: usize,
        /// The pause.
        pause: Duration,
    },
    /// Like `Ordinary`, and then waits for bytes after the answer, over HTTP/1.1.
    Listening,
}

impl Manner {
    /// Returns how long the deliberate pauses take.
    pub fn takes(self) -> Duration {
        match self {
            Self::Slowly { pieces, pause } => {
                pause.saturating_mul(u32::try_from(pieces).unwrap_or(u32::MAX))
            }
            Self::Listening => LISTENS,
            Self::Ordinary | Self::Chunked | Self::ExpectContinue | Self::CutOff { .. } => {
                Duration::ZERO
            }
        }
    }
}

/// The sender that a request imitates, with the most meaningful variant first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Purpose {
    /// A client asks for `config`.
    Config,
    /// A client uploads, downloads, probes or deletes a backup.
    Backup,
    /// No client sends it.
    Harness,
}

/// The HTTP version for a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum HttpChoice {
    /// HTTP/1.1 if the server offers it.
    Any,
    /// The newest version that the server offers, as the platforms' HTTP clients choose.
    Newest,
    /// This version only.
    Only(Http),
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The subject.
    pub place: Place,
    /// Header fields besides those that the protocol itself requires.
    pub headers: Vec<(&'static str, String)>,
    /// The credentials.
    pub login: LoginUse,
    /// The body.
    pub payload: Option<Payload>,
    /// The version of HTTP.
    pub http: HttpChoice,
    /// The manner.
    pub manner: Manner,
    /// How many bytes of the answer's body are read at most.
    pub read_limit: usize,
}

/// How much of an answer is read unless more is required, in bytes.
const READ_LIMIT: usize = 256 * 1024;

impl Request {
    /// Returns a request with the user's credentials and the mobile clients' `User-Agent`.
    pub fn new(method: Method, place: Place) -> Self {
        Self {
            method,
            place,
            headers: vec![("User-Agent", "Threema".to_owned())],
            login: LoginUse::Given,
            payload: None,
            http: HttpChoice::Any,
            manner: Manner::Ordinary,
            read_limit: READ_LIMIT,
        }
    }

    /// Returns whether it has the mobile clients' `User-Agent`: a filter may accept others only.
    pub(super) fn has_name_of_app(&self) -> bool {
        let mut headers = self.headers.iter();
        headers.any(|(name, value)| *name == "User-Agent" && value == "Threema")
    }

    /// Returns a download.
    pub fn get(backup: &OwnBackup) -> Self {
        Self::new(Method::Get, Place::Backup(backup.clone()))
            .header("Accept", "application/octet-stream")
    }

    /// Returns an upload.
    pub fn put(backup: &OwnBackup, payload: &Payload) -> Self {
        let mut request = Self::new(Method::Put, Place::Backup(backup.clone()))
            .header("Content-Type", "application/octet-stream");
        request.payload = Some(payload.clone());
        request
    }

    /// Returns a deletion.
    pub fn delete(backup: &OwnBackup) -> Self {
        Self::new(Method::Delete, Place::Backup(backup.clone()))
    }

    /// Sets a header field.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the credentials.
    #[must_use]
    pub fn login(mut self, login: LoginUse) -> Self {
        self.login = login;
        self
    }

    /// Sends no credentials.
    #[must_use]
    pub fn anonymous(self) -> Self {
        self.login(LoginUse::Nobody)
    }

    /// Restricts the request to a version of HTTP.
    #[must_use]
    pub fn over(mut self, http: Http) -> Self {
        self.http = HttpChoice::Only(http);
        self
    }

    /// Sets the manner.
    #[must_use]
    pub fn manner(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }

    /// Reads at least this many bytes of the answer's body, and some more: to detect a surplus, and
    /// because a fast gzip makes random bytes a twentieth longer.
    #[must_use]
    pub fn reading(mut self, bytes: usize) -> Self {
        self.read_limit = self.read_limit.max(bytes + bytes / 8 + 4096);
        self
    }

    /// Reads at most this many bytes of the answer's body, and notes whether there are more.
    #[must_use]
    pub fn reading_at_most(mut self, bytes: usize) -> Self {
        self.read_limit = bytes;
        self
    }

    /// Returns the sender that it imitates.
    pub fn purpose(&self) -> Purpose {
        // iOS first requests `config` without credentials.
        let is_theirs = match self.login {
            LoginUse::Given | LoginUse::Encoded(_) => true,
            LoginUse::Nobody => matches!(self.place, Place::Config),
            LoginUse::Wrong | LoginUse::Cookie(_) => false,
        };
        match self.place {
            _ if !is_theirs || self.method == Method::Propfind => Purpose::Harness,
            Place::Config => Purpose::Config,
            Place::Backup(_) | Place::Missing | Place::Theirs(_) => Purpose::Backup,
            _ => Purpose::Harness,
        }
    }

    /// Returns whether it is the first request of iOS, which waits for a challenge.
    ///
    /// Source: clause 4.8.
    pub fn asks_for_challenge(&self) -> bool {
        self.login == LoginUse::Nobody && matches!(self.place, Place::Config)
    }

    /// Returns whether its redirect is followed, as the apps do: a GET or a HEAD that a client
    /// sends for its user, rather than a test of the harness; or iOS's download before a challenge.
    ///
    /// Source: clauses 4.8 and 4.9.
    pub fn follows(&self) -> bool {
        let is_bare_download =
            self.login == LoginUse::Nobody && matches!(self.place, Place::Backup(_));
        match self.method {
            Method::Get => is_bare_download || self.purpose() != Purpose::Harness,
            Method::Head => self.purpose() != Purpose::Harness,
            _ => false,
        }
    }

    /// Returns whether only the raw sender can send this, over HTTP/1.1.
    pub fn needs_raw_sender(&self) -> bool {
        self.manner != Manner::Ordinary
            || matches!(self.place, Place::Below(_) | Place::DoubleSlashBackup(_))
    }

    /// Returns whether the raw sender sends this, over a new connection.
    pub fn is_sent_raw(&self, http: Http) -> bool {
        // OkHttp adds no `Accept`, and reqwest cannot omit it.
        let lacks_accept = !self.headers.iter().any(|(name, _)| *name == "Accept");
        // A wrong password is sent exactly once, over a connection that has just answered.
        let is_sent_once = self.login == LoginUse::Wrong;
        self.needs_raw_sender() || ((lacks_accept || is_sent_once) && http == Http::One)
    }

    fn place_shown(&self) -> String {
        match &self.place {
            Place::Config => "config".to_owned(),
            Place::Listing(_) => "backups/".to_owned(),
            Place::Backup(backup) => format!("backups/<{}>", backup.slot()),
            Place::CapitalBackup(backup) => format!("backups/<{} in capitals>", backup.slot()),
            Place::DoubleSlashBackup(backup) => format!("/backups/<{}>", backup.slot()),
            Place::Missing => "backups/<never uploaded>".to_owned(),
            Place::Theirs(_) => "backups/<the person's>".to_owned(),
            Place::Bin(_) => "the bin".to_owned(),
            Place::InBin(..) => "a file of ours in the bin".to_owned(),
            Place::Below(suffix) => (*suffix).to_owned(),
        }
    }

    /// Returns a description for people, without an ID or a secret: `GET config`. It names the
    /// credentials if they are not the given ones, and the version of HTTP if it is prescribed.
    pub(super) fn shown(&self) -> String {
        let login = match &self.login {
            LoginUse::Given => "",
            LoginUse::Nobody => " without credentials",
            LoginUse::Encoded(CredentialEncoding::Utf8) => " with credentials in UTF-8",
            LoginUse::Encoded(CredentialEncoding::Latin1) => " with credentials in ISO-8859-1",
            LoginUse::Wrong => " with a wrong password",
            LoginUse::Cookie(_) => " with a session cookie",
        };
        let http = match self.http {
            HttpChoice::Only(http) => format!(" over {}", http.name()),
            _ => String::new(),
        };
        format!(
            "{} {}{login}{http}",
            self.method.as_str(),
            self.place_shown()
        )
    }

    /// Returns what a transcript keeps of the request: enough to detect that another version of the
    /// harness sends something else, without an ID or a secret.
    pub fn fingerprint(&self) -> String {
        let place = self.place_shown();
        let login = match &self.login {
            LoginUse::Nobody => "anonymous",
            LoginUse::Given => "given",
            LoginUse::Encoded(CredentialEncoding::Utf8) => "given as UTF-8",
            LoginUse::Encoded(CredentialEncoding::Latin1) => "given as ISO-8859-1",
            LoginUse::Wrong => "wrong",
            LoginUse::Cookie(_) => "cookie",
        };
        let mut text = format!("{} {place} ({login})", self.method.as_str());
        if let HttpChoice::Only(http) = self.http {
            text += &format!(" over {}", http.name());
        }
        for (name, value) in &self.headers {
            text += &format!("; {name}: {value}");
        }
        if self.manner != Manner::Ordinary {
            text += &format!("; {:?}", self.manner);
        }
        if let Some(payload) = &self.payload {
            text += &format!("; body {:?} of {} bytes", payload.recipe, payload.len());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_asks_for_config_and_backups_and_only_its_downloads_follow() {
        let config = |method| Request::new(method, Place::Config);
        let missing = |method| Request::new(method, Place::Missing);
        let cookie = LoginUse::Cookie("oc=1".to_owned());
        for (request, purpose, follows) in [
            (config(Method::Get), Purpose::Config, true),
            (config(Method::Get).anonymous(), Purpose::Config, true),
            (config(Method::Get).login(cookie), Purpose::Harness, false),
            (missing(Method::Get), Purpose::Backup, true),
            (missing(Method::Get).anonymous(), Purpose::Harness, false),
            (
                missing(Method::Get).login(LoginUse::Wrong),
                Purpose::Harness,
                false,
            ),
            (missing(Method::Head), Purpose::Backup, true),
            (missing(Method::Put), Purpose::Backup, false),
            (missing(Method::Propfind), Purpose::Harness, false),
            (
                Request::new(Method::Get, Place::Below("//config")),
                Purpose::Harness,
                false,
            ),
        ] {
            let asked = request.fingerprint();
            assert_eq!(request.purpose(), purpose, "{asked}");
            assert_eq!(request.follows(), follows, "{asked}");
        }
    }
}
