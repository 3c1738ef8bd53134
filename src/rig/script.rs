//! How the server behaves in one case, as data.

use super::authority::Certificate;
use std::time::Duration;

/// How the server behaves in one case. The default is a healthy server with HTTP Basic and an empty
/// store.
#[derive(Clone, Debug)]
pub struct Script {
    /// What it requires before it answers anything else.
    pub login: Login,
    /// The certificate that it shows.
    pub certificate: Certificate,
    /// Whether it offers HTTP/2 besides HTTP/1.1.
    pub offers_http2: bool,
    /// What is stored before the client connects.
    pub before: Before,
    /// Its answer to a GET of `config`.
    pub config: Answer,
    /// Its answer to a PUT of a backup.
    pub put: Answer,
    /// Its answer to a GET or HEAD of a backup.
    pub get: Answer,
    /// Its answer to a DELETE of a backup.
    pub delete: Answer,
    /// The document that the client is asked to back up.
    pub document: Document,
    /// The directory of IDs that the client gets with a backup, as JSON; `None` for most cases.
    pub directory: Option<Vec<u8>>,
    /// Whether the document changes between actions, in content but not in length.
    pub changes: bool,
    /// The `maxBackupBytes` of a proper `config`.
    pub max_backup_bytes: u64,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            login: Login::Basic,
            certificate: Certificate::Good,
            offers_http2: true,
            before: Before::Nothing,
            config: Answer::Proper,
            put: Answer::Proper,
            get: Answer::Proper,
            delete: Answer::Proper,
            document: Document::Small,
            directory: None,
            changes: false,
            max_backup_bytes: 524_288,
        }
    }
}

/// What the server requires before it answers anything else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Login {
    /// Nothing.
    Open,
    /// HTTP Basic, with a challenge. Source: RFC 7617.
    Basic,
    /// HTTP Basic among other schemes, several challenges in one field. Source: RFC 9110 section
    /// 11.6.1.
    BasicAmongOthers,
    /// HTTP Basic in the client's first request; 403 without a challenge otherwise.
    BasicUnasked,
    /// HTTP Digest only. Source: RFC 7616.
    Digest,
    /// `Authorization: Bearer` only, which no published client supports.
    Bearer,
    /// HTTP Basic with a password that is not ASCII, in ISO-8859-1 or UTF-8.
    BasicNotAscii,
    /// HTTP Basic with a user and a password that hold punctuation, a space and capital letters.
    BasicPunctuated,
    /// It refuses every credential.
    Refusing,
}

/// What is stored on the server before the client connects.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Before {
    /// Nothing.
    Nothing,
    /// A sealed backup of this document, under the case's own ID.
    Backup(Document),
    /// A backup sealed under the key of another password.
    ForeignBackup,
    /// A sealed backup with one bit changed in its box.
    TamperedBackup,
    /// A sealed backup without its last bytes.
    TruncatedBackup,
    /// A sealed backup whose gzip is compressed, as releases before Android 4.84 wrote it.
    CompressedBackup,
    /// A sealed backup whose content is not gzip.
    UnpackedBackup,
    /// A sealed backup with these bytes in the place of the gzip.
    Packed(Vec<u8>),
    /// These bytes.
    Raw(Vec<u8>),
}

/// A document to back up or to restore.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Document {
    /// A few contacts.
    Small,
    /// Enough contacts for a backup of about this many bytes.
    OfSize(usize),
    /// Exactly this text.
    Text(Vec<u8>),
}

/// What the server answers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// What a healthy server answers.
    Proper,
    /// This status with a short page; the server stores and deletes nothing.
    Status(u16),
    /// The proper answer, but with this status.
    ProperAs(u16),
    /// Exactly this answer.
    Full {
        /// The status.
        status: u16,
        /// The headers.
        headers: Vec<(&'static str, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// One answer per request; the last one for all later requests.
    InTurn(Vec<Answer>),
    /// One answer per action of the client; the last one for all later actions.
    ByAction(Vec<Answer>),
    /// A `config` whose `maxBackupBytes` is the size of the last upload plus this many bytes.
    LimitByLastUpload(i64),
    /// A redirect with this status.
    Redirect {
        /// The status.
        status: u16,
        /// The destination.
        to: Elsewhere,
    },
    /// The connection is closed without an answer.
    Closes,
    /// The body ends before its announced length.
    CutOff,
    /// The proper answer after this time.
    After(Duration),
    /// The proper answer in HTTP/1.0, which ends with the connection.
    Http10,
    /// The proper answer with a compressed body and `Content-Encoding: gzip`, if the request
    /// accepts gzip.
    Gzipped,
    /// The proper answer; then the connection is closed.
    ThenCloses,
}

/// Where a redirect leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Elsewhere {
    /// To another path of the same case, with the same content.
    SameHost,
    /// To another host, which serves the same content without a login.
    OtherHost,
    /// To another port of the same host, which serves the same content without a login.
    OtherPort,
    /// To plain HTTP.
    Plain,
    /// To a page that requires a login.
    LoginPage,
}
