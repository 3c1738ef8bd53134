//! How the server behaves in one case, as data.

use super::authority::Certificate;
use bytes::Bytes;
use std::time::Duration;

/// How the server behaves in one case. The default is a healthy server with HTTP Basic and nothing
/// stored.
#[derive(Clone, Debug)]
pub struct Script {
    /// What it asks for before it answers anything else.
    pub login: Login,
    /// The certificate that it shows.
    pub certificate: Certificate,
    /// Whether it offers HTTP/2 beside HTTP/1.1.
    pub offers_http2: bool,
    /// What lies on it before the client comes.
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
    /// The directory of IDs that a client is given beside a backup, as JSON; none for most cases.
    pub directory: Option<Bytes>,
    /// Whether the document changes from one action to the next, in content and not in length.
    pub changes: bool,
    /// `maxBackupBytes` of a proper `config`.
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

/// What the server asks for before it answers anything else.
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
    /// HTTP Digest alone. Source: RFC 7616.
    Digest,
    /// `Authorization: Bearer` alone, which no published client can do.
    Bearer,
    /// HTTP Basic with a password that is not ASCII, in ISO-8859-1 or UTF-8.
    BasicNotAscii,
    /// It refuses whatever it gets.
    Refusing,
}

/// What lies on the server before the client comes.
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
    /// A sealed backup whose content is no gzip at all.
    UnpackedBackup,
    /// A sealed backup of which this is inside, in the place of a gzip.
    Packed(Bytes),
    /// These bytes.
    Raw(Bytes),
}

/// A document to back up or to restore.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Document {
    /// A few contacts.
    Small,
    /// As many contacts as make a backup of about this many bytes.
    OfSize(usize),
    /// This text, whatever it is.
    Text(Bytes),
}

/// What the server answers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// What a healthy server answers.
    Proper,
    /// This status, with a short page; nothing is stored or deleted.
    Status(u16),
    /// As proper, but with this status.
    ProperAs(u16),
    /// Exactly this, with headers as given.
    Full {
        /// The status.
        status: u16,
        /// The headers.
        headers: Vec<(&'static str, String)>,
        /// The body.
        body: Bytes,
    },
    /// The first for the first request, and so on; the last for all that follow.
    InTurn(Vec<Answer>),
    /// The first during the client's first action, and so on; the last for all that follow.
    ByAction(Vec<Answer>),
    /// A `config` whose `maxBackupBytes` is the size of the last upload plus this many bytes.
    LimitByLastUpload(i64),
    /// A redirect with this status.
    Redirect {
        /// The status.
        status: u16,
        /// Where to.
        to: Elsewhere,
    },
    /// The connection is closed without a word.
    Closes,
    /// The body ends before the length that was announced.
    CutOff,
    /// As proper, after this time.
    After(Duration),
    /// As proper, in an answer of HTTP/1.0 that ends with the connection.
    Http10,
    /// As proper, with `Content-Encoding: gzip` and the body compressed accordingly, if the request
    /// offers to take it.
    Gzipped,
    /// As proper, and the connection is closed after it.
    ThenCloses,
}

/// Where a redirect leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Elsewhere {
    /// To another path of the same case, where the same is served.
    SameHost,
    /// To another host, where the same is served to anybody.
    OtherHost,
    /// To plain HTTP.
    Plain,
    /// To a page that asks for a login.
    LoginPage,
}
