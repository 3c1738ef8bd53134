//! The answer to a request: a response with its body, or the stage that failed.

use super::facet::Http;
use super::failure::Failure;
use super::payload::Payload;
use super::server_time::server_time;
use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::Read as _;

/// The result of one request.
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
    /// Whether the request was repeated, because the first one got no answer: a DELETE may already
    /// have been carried out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked_again: bool,
    /// The first answer, if it was a redirect within the server and this is the answer to the
    /// second request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected: Option<Redirected>,
    /// The end of the redirects within the server, if this is the first of them: an error of the
    /// client, or for a HEAD also a success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads_to: Option<RedirectEnd>,
    /// Whether the body was unpacked according to its Content-Encoding.
    #[serde(skip)]
    pub unpacked: bool,
    /// Whether the answer repeated a secret of the user.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub echoed_secret: bool,
    /// Whether bytes followed the answer's end on a connection that stays open, for a request that
    /// listened for them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_surplus: bool,
}

/// A redirect that was followed, as the apps follow the redirect of a GET.
///
/// Source: clause 4.9.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Redirected {
    /// The status of the first answer.
    pub status: u16,
    /// Its destination.
    pub to: String,
}

/// The answer to which redirects within the server lead.
///
/// Source: clause 4.9.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RedirectEnd {
    /// The status.
    pub status: u16,
    /// The values of `WWW-Authenticate`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub challenges: Vec<String>,
}

impl From<&Response> for RedirectEnd {
    fn from(answer: &Response) -> Self {
        let challenges = answer.headers("www-authenticate").map(str::to_owned);
        Self {
            status: answer.status,
            challenges: challenges.collect(),
        }
    }
}

impl Response {
    /// Returns an answer without redirects or repeated requests.
    pub const fn new(status: u16, http: Http, headers: Vec<(String, String)>, body: Body) -> Self {
        Self {
            status,
            http,
            headers,
            body,
            continued: false,
            asked_again: false,
            redirected: None,
            leads_to: None,
            unpacked: false,
            echoed_secret: false,
            has_surplus: false,
        }
    }

    /// Returns the value of a header field, the first of several; `name` is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the length of the body that the header announces, in bytes.
    pub fn announced(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    /// Returns the length of the body that a 204 or 205 announces, in bytes, if it contradicts its
    /// status.
    ///
    /// Source: clients.http.no-content; RFC 9110 sections 15.3.5 and 15.3.6.
    pub fn contradicting_length(&self) -> Option<u64> {
        let is_empty = matches!(self.status, 204 | 205);
        self.announced().filter(|length| is_empty && *length > 0)
    }

    /// Returns the time of the server's clock.
    pub(crate) fn server_time(&self) -> Option<Timestamp> {
        server_time(self.header("date"), self.header("age"))
    }

    /// Returns all values of a header field.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the response as an HTTP library passes it to an app: a body with the
    /// Content-Encoding gzip is unpacked, to at most `limit` bytes. A body that cannot be unpacked
    /// is not changed.
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

    /// Returns the unpacked body if its Content-Encoding is gzip, at most one byte beyond `limit`.
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

    /// Returns whether the answer proves that nothing exists there. A 403 or a 5xx does not.
    ///
    /// Source: RFC 9110 sections 15.5.5 and 15.5.11.
    pub fn proves_absence(&self) -> bool {
        matches!(self.last_status(), 404 | 410)
    }

    /// Returns the status that a client sees that follows redirects within the server.
    ///
    /// Source: clause 4.9.
    pub fn last_status(&self) -> u16 {
        self.leads_to.as_ref().map_or(self.status, |end| end.status)
    }

    /// Returns whether the status is a 2xx.
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// Returns whether the status is a redirect.
    pub const fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }
}

/// The body of a response.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "RecordedBody", into = "RecordedBody")]
pub struct Body {
    /// The available bytes: all of them, except that a transcript keeps only the beginning of a
    /// long body.
    pub bytes: Bytes,
    /// The number of bytes that were read.
    pub length: u64,
    /// SHA-256 of the bytes that were read.
    pub sha256: [u8; 32],
    /// Whether reading stopped at its limit before the end of the body.
    pub overran: bool,
    /// Whether a transcript keeps all of it, whatever its length, because checks judge more than
    /// its length and hash.
    keeps_all: bool,
}

impl Body {
    /// Returns a body that was read completely, or up to its limit.
    pub fn new(bytes: Bytes, overran: bool) -> Self {
        Self {
            length: bytes.len() as u64,
            sha256: Sha256::digest(&bytes).into(),
            bytes,
            overran,
            keeps_all: false,
        }
    }

    /// Returns a body of which only the beginning is available.
    pub(super) const fn begun(bytes: Bytes, length: u64, sha256: [u8; 32], overran: bool) -> Self {
        Self {
            bytes,
            length,
            sha256,
            overran,
            keeps_all: false,
        }
    }

    /// Returns the bytes that a transcript would also have, so that a live answer and a replayed
    /// one are judged alike.
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

    /// Makes a transcript keep all of it.
    pub(super) const fn keep_all(&mut self) {
        self.keeps_all = true;
    }

    /// Drops the bytes that a transcript does not keep.
    pub(super) fn shorten(&mut self) {
        if self.bytes.len() > KEPT_WHOLE && !self.keeps_all {
            // A copy, because a slice would keep all bytes in memory.
            self.bytes = Bytes::copy_from_slice(&self.bytes[..KEPT_HEAD]);
        }
    }

    /// Returns whether the body is exactly the payload.
    pub fn is(&self, payload: &Payload) -> bool {
        !self.overran && self.length == payload.len() as u64 && self.sha256 == payload.sha256
    }

    /// Returns whether the available bytes are the bytes of the answer: none was left out of a
    /// transcript, and no secret was removed.
    pub fn is_as_it_came(&self) -> bool {
        self.sha256 == <[u8; 32]>::from(Sha256::digest(&self.bytes))
    }

    /// Returns whether the body is a beginning of the payload, but not all of it.
    pub fn is_cut_from(&self, payload: &Payload) -> bool {
        self.length < payload.len() as u64 && payload.bytes.starts_with(self.known())
    }
}

/// The longest body that a transcript keeps completely, in bytes.
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
            .map_err(|error| format!("a recorded body is not valid base64: {error}"))?;
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

/// The result of connecting to the host.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reach {
    /// Each address of the name with the result of connecting to it: an error, or empty for
    /// success.
    pub addresses: Vec<(String, String)>,
}

impl Reach {
    /// Returns whether any address accepted a connection.
    pub fn is_reached(&self) -> bool {
        self.addresses.iter().any(|(_, trouble)| trouble.is_empty())
    }
}

/// The result of a TLS handshake with certificate verification.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Handshake {
    /// The protocol that ALPN selected, if any: `h2`, `http/1.1`.
    pub alpn: Option<String>,
    /// The TLS version: `TLS 1.3`.
    pub version: String,
}

/// Why a handshake failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "trouble", content = "detail")]
#[non_exhaustive]
pub enum TlsTrouble {
    /// This machine has no certificate store and none was given.
    NoStore,
    /// The chain does not end in a trusted root.
    UnknownIssuer,
    /// A certificate has expired.
    Expired,
    /// A certificate is not valid yet.
    NotYetValid,
    /// The certificate is for other names.
    WrongName(String),
    /// The certificate is refused for another reason.
    BadCertificate(String),
    /// Client and server have no ALPN protocol in common.
    NoCommonProtocol,
    /// The handshake failed before a certificate was verified.
    Handshake(String),
    /// No connection was made, or the run was halted.
    Failure(Failure),
}

impl TlsTrouble {
    /// Returns whether the certificate is what is wrong: the server speaks the protocol.
    pub(in crate::wire) const fn is_of_certificate(&self) -> bool {
        match self {
            Self::UnknownIssuer
            | Self::Expired
            | Self::NotYetValid
            | Self::WrongName(_)
            | Self::BadCertificate(_) => true,
            Self::NoStore | Self::NoCommonProtocol | Self::Handshake(_) | Self::Failure(_) => false,
        }
    }
}
