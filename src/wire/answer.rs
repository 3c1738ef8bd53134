//! What came back: a response with its body, or the stage at which there was none.

use super::facet::Http;
use super::payload::Payload;
use crate::safe::Stage;
use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::Read as _;
use thiserror::Error;

/// What came of one request.
pub type Answer = Result<Response, Failure>;

/// A response.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is its own fact about the answer"
)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The version of HTTP that was spoken.
    pub http: Http,
    /// The header fields, names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// Whether `100 Continue` came before the body was sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continued: bool,
    /// Whether it was asked for again, because no answer came at first: a DELETE may have been done
    /// already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked_again: bool,
    /// What the server answered first, where it led elsewhere within itself and this is what was
    /// there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected: Option<Redirected>,
    /// Whether the body was unpacked by its Content-Encoding after it came.
    #[serde(skip)]
    pub unpacked: bool,
    /// Whether the answer repeated a secret of the person's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub echoed_secret: bool,
}

/// A redirect that was followed, as the apps follow one of a GET.
///
/// Source: clause 4.9.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Redirected {
    /// The status of the first answer.
    pub status: u16,
    /// Where it pointed.
    pub to: String,
}

impl Response {
    /// Returns an answer that came as it was asked for, at the first try.
    pub const fn new(status: u16, http: Http, headers: Vec<(String, String)>, body: Body) -> Self {
        Self {
            status,
            http,
            headers,
            body,
            continued: false,
            asked_again: false,
            redirected: None,
            unpacked: false,
            echoed_secret: false,
        }
    }

    /// Returns the value of a header field, the first if there are several. The name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns all values of a header field.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the response as an HTTP library gives it to an app: a body that is gzipped by its
    /// Content-Encoding is unpacked, to at most `limit` bytes. What does not unpack stays as it is.
    #[must_use]
    pub(super) fn unpacked(mut self, limit: usize) -> Self {
        if let Some(mut unpacked) = self.gunzipped(limit) {
            let overran = unpacked.len() > limit;
            unpacked.truncate(limit);
            self.body = Body::new(unpacked.into(), overran);
            self.unpacked = true;
        }
        self
    }

    /// Returns what the body unpacks to where its Content-Encoding is gzip, one byte beyond `limit`
    /// at the most.
    pub(super) fn gunzipped(&self, limit: usize) -> Option<Vec<u8>> {
        let gzipped = self
            .headers("content-encoding")
            .any(|encoding| encoding.eq_ignore_ascii_case("gzip"));
        if !gzipped || self.body.overran {
            return None;
        }
        let mut unpacked = Vec::new();
        MultiGzDecoder::new(&self.body.bytes[..])
            .take(limit as u64 + 1)
            .read_to_end(&mut unpacked)
            .ok()?;
        Some(unpacked)
    }

    /// Returns whether the answer proves that nothing is there. A 403 or a 5xx does not.
    ///
    /// Source: RFC 9110 sections 15.5.5 and 15.5.11.
    pub const fn proves_absence(&self) -> bool {
        matches!(self.status, 404 | 410)
    }

    /// Returns whether the status is a 2xx.
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// Returns whether the status is a 3xx that points elsewhere.
    pub const fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }
}

/// The body of a response.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "RecordedBody", into = "RecordedBody")]
pub struct Body {
    /// The bytes that are there: all of them, but for long bodies that a transcript keeps the
    /// beginning of.
    pub bytes: Bytes,
    /// The number of bytes that were read.
    pub length: u64,
    /// SHA-256 of the bytes that were read.
    pub sha256: [u8; 32],
    /// Whether reading stopped at its bound while more was to come.
    pub overran: bool,
    /// Whether a transcript keeps all of it, however long: it is judged by more than its length and
    /// hash.
    keeps_all: bool,
}

impl Body {
    /// Returns a body that was read whole, or up to its bound.
    pub fn new(bytes: Bytes, overran: bool) -> Self {
        Self {
            length: bytes.len() as u64,
            sha256: Sha256::digest(&bytes).into(),
            bytes,
            overran,
            keeps_all: false,
        }
    }

    /// Returns a body of which only the beginning is there.
    pub(super) const fn begun(bytes: Bytes, length: u64, sha256: [u8; 32], overran: bool) -> Self {
        Self {
            bytes,
            length,
            sha256,
            overran,
            keeps_all: false,
        }
    }

    /// Returns what is there of it whether it has just come or stands in a transcript: both are
    /// judged alike.
    fn known(&self) -> &[u8] {
        let is_whole = self.length <= KEPT_WHOLE as u64 || self.keeps_all;
        let known = if is_whole { usize::MAX } else { KEPT_HEAD };
        &self.bytes[..self.bytes.len().min(known)]
    }

    /// Returns whether the body is the payload with more bytes after it.
    pub fn is_longer_than(&self, payload: &Payload) -> bool {
        let sent = &payload.bytes;
        let known = self.known();
        self.length > sent.len() as u64
            && sent[..known.len().min(sent.len())] == known[..known.len().min(sent.len())]
    }

    /// Lets a transcript keep all of it.
    pub(super) const fn keep_all(&mut self) {
        self.keeps_all = true;
    }

    /// Forgets what a transcript does not keep.
    pub(super) fn shorten(&mut self) {
        if self.bytes.len() > KEPT_WHOLE && !self.keeps_all {
            // A copy: a part would hold on to the whole.
            self.bytes = Bytes::copy_from_slice(&self.bytes[..KEPT_HEAD]);
        }
    }

    /// Returns whether the body is exactly the payload.
    pub fn is(&self, payload: &Payload) -> bool {
        !self.overran && self.length == payload.len() as u64 && self.sha256 == payload.sha256
    }

    /// Returns whether the bytes that are there are those that came: nothing was left out of a
    /// transcript, and no secret was taken out.
    pub fn is_as_it_came(&self) -> bool {
        self.sha256 == <[u8; 32]>::from(Sha256::digest(&self.bytes))
    }

    /// Returns whether the body is the beginning of the payload, and not all of it.
    pub fn is_cut_from(&self, payload: &Payload) -> bool {
        self.length < payload.len() as u64 && payload.bytes.starts_with(self.known())
    }
}

/// The longest body that a transcript keeps whole, in bytes.
const KEPT_WHOLE: usize = 64 * 1024;
/// How much a transcript keeps of a longer one, in bytes.
const KEPT_HEAD: usize = 4 * 1024;

#[derive(Clone, Serialize, Deserialize)]
struct RecordedBody {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    base64: String,
    length: u64,
    sha256: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    overran: bool,
}

impl From<Body> for RecordedBody {
    fn from(body: Body) -> Self {
        Self {
            base64: BASE64.encode(&body.bytes),
            length: body.length,
            sha256: HEXLOWER.encode(&body.sha256),
            overran: body.overran,
        }
    }
}

impl TryFrom<RecordedBody> for Body {
    type Error = String;

    fn try_from(recorded: RecordedBody) -> Result<Self, String> {
        let bytes = BASE64
            .decode(recorded.base64.as_bytes())
            .map_err(|error| format!("a recorded body is not base64: {error}"))?;
        let sha256 = HEXLOWER
            .decode(recorded.sha256.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or("a recorded SHA-256 is not 64 hex digits")?;
        Ok(Self {
            bytes: bytes.into(),
            length: recorded.length,
            sha256,
            overran: recorded.overran,
            keeps_all: false,
        })
    }
}

/// Why there is no response.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Error)]
#[error("{message}")]
pub struct Failure {
    /// Whose doing it is.
    pub kind: FailureKind,
    /// The stage that failed.
    pub stage: Stage,
    /// What happened, in a few words that are the same from run to run.
    pub message: String,
}

/// Whose doing a failure is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FailureKind {
    /// No connection: the address refused it.
    Refused,
    /// No connection for another reason.
    Unreachable,
    /// The connection ended, or was reset, before the first byte of an answer.
    NoAnswer,
    /// The answer did not come, or did not end, in time.
    TimedOut,
    /// The connection or the HTTP/2 stream was broken off while an answer was on its way.
    Reset,
    /// The connection ended in the middle of a body.
    BodyEnded,
    /// The URL is plain http, and the port speaks TLS.
    SpeaksTls,
    /// The server's or the network's, of another sort: a client would fail here too.
    Peer,
    /// Ours, on purpose: the upload was broken off as asked.
    BrokenOff {
        /// Whether the server took notice of the end: it answered, or closed the connection. A
        /// reset does not count.
        noticed: bool,
    },
    /// The server does not offer the version of HTTP that was asked for.
    NotOffered,
    /// The harness cannot speak to this server, though a client may.
    Unspoken,
    /// The run had been stopped.
    Halted,
    /// The server limits this address: the run had been halted.
    Limited,
    /// The server locks out this address: the run had been halted.
    LockedOut,
    /// The server had refused the credentials: the run had been halted.
    CredentialsRefused,
    /// The guard refused: something was there before.
    Guarded,
    /// A lock that our own upload has left stayed for as long as the harness waits.
    Locked,
    /// The server refused to delete a backup of ours, with this status: nothing more is written.
    DeleteRefused(u16),
    /// The harness's: a defect, or a transcript that lacks the answer.
    Harness,
}

impl FailureKind {
    /// Returns whether it is the server's or the network's: a client would fail here too.
    pub const fn is_peer(self) -> bool {
        match self {
            Self::Refused
            | Self::Unreachable
            | Self::NoAnswer
            | Self::TimedOut
            | Self::Reset
            | Self::BodyEnded
            | Self::SpeaksTls
            | Self::Peer => true,
            Self::BrokenOff { .. }
            | Self::NotOffered
            | Self::Unspoken
            | Self::Halted
            | Self::Limited
            | Self::LockedOut
            | Self::CredentialsRefused
            | Self::Guarded
            | Self::Locked
            | Self::DeleteRefused(_)
            | Self::Harness => false,
        }
    }
}

impl Failure {
    /// Returns the server or the network failed in this way.
    pub fn lost(kind: FailureKind, stage: Stage, message: impl Into<String>) -> Self {
        Self {
            kind,
            stage,
            message: message.into(),
        }
    }

    /// Returns the server or the network failed.
    pub fn peer(stage: Stage, message: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Peer,
            stage,
            message: message.into(),
        }
    }

    /// Returns a failure of another kind, at the stage `http`.
    pub fn of(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            stage: Stage::Http,
            message: message.into(),
        }
    }
}

/// What came of connecting to the host.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reach {
    /// Each address that the name has, with what came of connecting to it: empty if it did.
    pub addresses: Vec<(String, String)>,
}

impl Reach {
    /// Returns whether any address took a connection.
    pub fn is_reached(&self) -> bool {
        self.addresses.iter().any(|(_, trouble)| trouble.is_empty())
    }
}

/// What came of a TLS handshake with certificate verification.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Handshake {
    /// The protocol that ALPN settled on, if any: `h2`, `http/1.1`.
    pub alpn: Option<String>,
    /// The version of TLS, as `TLS 1.3`.
    pub version: String,
}

/// Why a handshake did not end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "trouble", content = "detail")]
#[non_exhaustive]
pub enum TlsTrouble {
    /// This machine has no certificate store and none was given.
    NoStore,
    /// The chain does not end in a root that is trusted here.
    UnknownIssuer,
    /// A certificate has expired.
    Expired,
    /// A certificate is not valid yet.
    NotYetValid,
    /// The certificate is for other names.
    WrongName(String),
    /// The certificate is refused for another reason.
    BadCertificate(String),
    /// No ALPN protocol in common.
    NoCommonProtocol,
    /// The handshake failed before a certificate was judged.
    Handshake(String),
    /// There was no connection, or the run was halted.
    Failure(Failure),
}
