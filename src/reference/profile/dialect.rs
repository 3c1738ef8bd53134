//! The words and header fields of a server's answers.

use super::super::answer::{Answer, Refusal};
use super::super::route::Route;
use bytes::Bytes;
use http::header::{
    CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LAST_MODIFIED, SERVER,
    WWW_AUTHENTICATE,
};
use http::request::Parts;
use http::{Method, StatusCode};

/// The form of a server's usual answers.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Dialect {
    /// The value of `Server`.
    pub(super) server: Option<&'static str>,
    /// The form of its refusals.
    pub(super) refusals: Form,
    /// The content type of `config`.
    pub(super) config_type: Option<&'static str>,
    /// The content type of a backup.
    pub(super) backup_type: Option<&'static str>,
    /// The status of an upload to a free name.
    pub(super) created: u16,
    /// The status of an upload that replaces a backup.
    pub(super) replaced: u16,
    /// Whether a backup has an `ETag`.
    pub(super) has_tag: bool,
    /// Whether a backup has a `Last-Modified`.
    pub(super) has_time: bool,
    /// Its challenges.
    pub(super) challenges: &'static [&'static str],
    /// The status for a path with an encoded slash.
    pub(super) encoded_slash: u16,
    /// The status of an upload that is too large.
    pub(super) too_large: u16,
    /// The status of an upload without a required length.
    pub(super) without_length: u16,
    /// The status of a deletion.
    pub(super) deleted: u16,
    /// The status of a folder that may not be listed.
    pub(super) closed_folder: u16,
}

/// The form of a refusal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// The XML of sabre/dav with Nextcloud's sentences.
    Sabre,
    /// nginx's page.
    Nginx,
    /// Apache's page.
    Apache,
    /// lighttpd's page.
    Lighttpd,
    /// A page of wsgidav.
    Wsgidav,
    /// The reason phrase alone.
    Reason,
    /// No content.
    Silence,
}

/// The answers of a plain server.
pub(super) const PLAIN: Dialect = Dialect {
    server: None,
    refusals: Form::Reason,
    config_type: Some("application/octet-stream"),
    backup_type: Some("application/octet-stream"),
    created: 201,
    replaced: 204,
    has_tag: true,
    has_time: true,
    challenges: &["Basic realm=\"Threema Safe\""],
    encoded_slash: 404,
    too_large: 413,
    without_length: 411,
    deleted: 204,
    closed_folder: 405,
};

impl Dialect {
    /// Changes an answer to the server's own words.
    pub(in super::super) fn put(&self, parts: &Parts, route: &Route, answer: &mut Answer) {
        self.put_status(&parts.method, route, answer);
        self.put_marks(route, answer);
        let challenged = answer.headers().contains_key(WWW_AUTHENTICATE);
        if challenged {
            answer.headers_mut().remove(WWW_AUTHENTICATE);
            for challenge in self.challenges {
                let value = HeaderValue::from_static(challenge);
                answer.headers_mut().append(WWW_AUTHENTICATE, value);
            }
        }
        if let Some(server) = self.server {
            set(answer, SERVER, server);
        }
        if let Some(refusal) = answer.extensions_mut().remove::<Refusal>() {
            self.refuse(parts.uri.path(), &refusal, answer);
        }
    }

    fn put_status(&self, method: &Method, route: &Route, answer: &mut Answer) {
        let is_file = !matches!(route, Route::Backups | Route::Login | Route::Malformed);
        let status = match (answer.status(), route) {
            (StatusCode::CREATED, _) if is_file && method == Method::PUT => self.created,
            (StatusCode::NO_CONTENT, _) if is_file && method == Method::PUT => self.replaced,
            (StatusCode::NO_CONTENT, _) if is_file && method == Method::DELETE => self.deleted,
            (StatusCode::PAYLOAD_TOO_LARGE, _) => self.too_large,
            (StatusCode::LENGTH_REQUIRED, _) => self.without_length,
            (StatusCode::METHOD_NOT_ALLOWED, Route::Backups) => self.closed_folder,
            (StatusCode::BAD_REQUEST, Route::Malformed) => self.encoded_slash,
            _ => return,
        };
        *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(answer.status());
    }

    fn put_marks(&self, route: &Route, answer: &mut Answer) {
        if answer.status() != StatusCode::OK {
            return;
        }
        let kind = match route {
            Route::Config => self.config_type,
            Route::Backup(_) | Route::BackupFolder(_) => self.backup_type,
            _ => return,
        };
        answer.headers_mut().remove(CONTENT_TYPE);
        if let Some(kind) = kind {
            set(answer, CONTENT_TYPE, kind);
        }
        if !self.has_tag {
            answer.headers_mut().remove(ETAG);
        }
        if !self.has_time {
            answer.headers_mut().remove(LAST_MODIFIED);
        }
        if self.refusals == Form::Sabre && self.server.is_some_and(is_nextcloud) {
            set(answer, CONTENT_DISPOSITION, "attachment");
        }
    }

    /// Changes a refusal to the server's own words.
    fn refuse(&self, path: &str, refusal: &Refusal, answer: &mut Answer) {
        let status = answer.status();
        let reason = status.canonical_reason().unwrap_or_default();
        let code = status.as_u16();
        let (kind, body) = match self.refusals {
            Form::Sabre => (
                "application/xml; charset=utf-8",
                sabre(status, path, refusal),
            ),
            Form::Nginx => (
                "text/html",
                format!(
                    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n\
                     <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
                    nginx_title(code, reason)
                ),
            ),
            Form::Apache => (
                "text/html; charset=iso-8859-1",
                format!(
                    "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>{code} {reason}</title>\n\
                     </head><body>\n<h1>{reason}</h1>\n</body></html>\n"
                ),
            ),
            Form::Lighttpd => (
                "text/html",
                format!(
                    "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head><title>{code} {reason}</title></head>\
                     <body><h1>{code} {reason}</h1></body></html>\n"
                ),
            ),
            Form::Wsgidav => (
                "text/html; charset=utf-8",
                format!(
                    "<html><head><title>{code} {reason}</title></head><body><h1>{code} {reason}</h1></body></html>\n"
                ),
            ),
            Form::Reason => ("text/plain; charset=utf-8", reason.to_owned()),
            Form::Silence => {
                answer.headers_mut().remove(CONTENT_TYPE);
                *answer.body_mut() = Bytes::new().into();
                return;
            }
        };
        set(answer, CONTENT_TYPE, kind);
        *answer.body_mut() = Bytes::from(body).into();
    }
}

/// Returns whether `Server` belongs to a measured Nextcloud: it shows the web server under it, with
/// PHP.
fn is_nextcloud(server: &str) -> bool {
    server.starts_with("Apache")
}

fn nginx_title(code: u16, reason: &str) -> String {
    match code {
        401 => "401 Authorization Required".to_owned(),
        413 => "413 Request Entity Too Large".to_owned(),
        503 => "503 Service Temporarily Unavailable".to_owned(),
        _ => format!("{code} {reason}"),
    }
}

/// Returns the error document of sabre/dav.
fn sabre(status: StatusCode, path: &str, refusal: &Refusal) -> String {
    let (exception, message) = match (refusal, status.as_u16()) {
        (Refusal::Saying { exception, message }, _) => (*exception, message.clone()),
        (Refusal::Plain, 400) => (r"Sabre\DAV\Exception\BadRequest", "Bad request".to_owned()),
        (Refusal::Plain, 401) => (
            r"Sabre\DAV\Exception\NotAuthenticated",
            "No public access to this resource., Username or password was incorrect".to_owned(),
        ),
        (Refusal::Plain, 403) => (r"Sabre\DAV\Exception\Forbidden", String::new()),
        (Refusal::Plain, 404) => (
            r"Sabre\DAV\Exception\NotFound",
            format!("File with name /{path} could not be located"),
        ),
        (Refusal::Plain, 405) => (r"Sabre\DAV\Exception\MethodNotAllowed", String::new()),
        (Refusal::Plain, 423) => (
            r"OCA\DAV\Connector\Sabre\Exception\FileLocked",
            format!("\"{path}\" is locked"),
        ),
        (Refusal::Plain, 503) => (
            r"Sabre\DAV\Exception\ServiceUnavailable",
            "System is in maintenance mode.".to_owned(),
        ),
        (Refusal::Plain, _) => (
            r"Sabre\DAV\Exception",
            status.canonical_reason().unwrap_or_default().to_owned(),
        ),
    };
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\">\n  \
         <s:exception>{exception}</s:exception>\n  <s:message>{message}</s:message>\n</d:error>\n"
    )
}

fn set(answer: &mut Answer, name: HeaderName, value: &'static str) {
    let value = HeaderValue::from_static(value);
    answer.headers_mut().insert(name, value);
}
