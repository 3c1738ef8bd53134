//! A server that answers as a real one did when it was measured: statuses, headers and bodies come
//! from a file.

use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use wiremock::{Request, Respond, ResponseTemplate};

/// The limit in the config of all three, in bytes.
const LIMIT: usize = 524_288;

/// What a server accepts as the name of a backup. Source: the probes `get_upper`, `put_upper` and
/// `put_nothex`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Any file name.
    Any,
    /// 64 hex digits in any case.
    Hex,
    /// 64 lower-case hex digits.
    LowerHex,
}

/// A measured server.
pub struct Replay {
    answers: BTreeMap<String, Measured>,
    names: Names,
    /// Whether a User-Agent is accepted. Only an unknown one was measured; the rule is in the
    /// server's source.
    knows: fn(&str) -> bool,
    stored: Stored,
}

/// The backups that it holds, by name.
pub type Stored = Arc<Mutex<BTreeMap<String, Kept>>>;

/// A backup that it holds.
pub struct Kept {
    body: Vec<u8>,
    uploaded: Timestamp,
}

#[derive(Deserialize)]
struct File {
    answers: BTreeMap<String, Measured>,
}

/// One answer as it was measured.
#[derive(Clone, Deserialize)]
struct Measured {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    note: String,
}

impl Measured {
    fn succeeded(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Replay {
    /// Creates a server from its measurements.
    pub fn new(measured: &str, names: Names, knows: fn(&str) -> bool) -> Self {
        let file: File = serde_json::from_str(measured).expect("a file of measured answers");
        Self {
            answers: file.answers,
            names,
            knows,
            stored: Stored::default(),
        }
    }

    /// The stored backups.
    pub fn stored(&self) -> Stored {
        Arc::clone(&self.stored)
    }

    fn answer(&self, probe: &str) -> &Measured {
        self.answers
            .get(probe)
            .unwrap_or_else(|| panic!("`{probe}` was not measured"))
    }

    /// The answer to a probe, with the body that was measured.
    fn replay(&self, probe: &str) -> ResponseTemplate {
        let measured = self.answer(probe);
        with_headers(measured).set_body_bytes(measured.body.as_bytes())
    }

    /// Whether it requires credentials.
    fn has_login(&self) -> bool {
        self.answers.contains_key("unauth_config")
    }

    /// The answer to a request whose User-Agent or credentials are not accepted.
    fn turned_away(&self, request: &Request, path: &str) -> Option<ResponseTemplate> {
        let method = request.method.as_str();
        let put = method == "PUT";
        if self.has_login() {
            let given = header(request, "authorization");
            let right = format!("Basic {}", BASE64.encode(b"safe:s3cret-loopback"));
            let probe = match (given, method, path) {
                (given, ..) if given == right => None,
                ("", _, "/config") => Some("unauth_config"),
                ("", "PUT", _) if request.body.len() >= LIMIT => Some("unauth_put_512k"),
                ("", "PUT", _) => Some("unauth_PUT"),
                ("", "DELETE", _) => Some("unauth_DELETE"),
                ("", "HEAD", _) => Some("unauth_HEAD"),
                ("", "PROPFIND", _) => Some("propfind_unauth"),
                ("", ..) => Some("unauth_GET"),
                _ => Some("wrong_pw"),
            };
            if let Some(probe) = probe {
                return Some(self.replay(probe));
            }
        }
        let probe = match path {
            "/config" => "config_curl_ua",
            _ if put => "put_curl_ua",
            _ => "get_curl_ua",
        };
        (!(self.knows)(header(request, "user-agent"))).then(|| self.replay(probe))
    }

    /// The name under which it stores the file of a path; `None` for a name that it does not
    /// accept.
    fn name(&self, name: &str) -> Option<String> {
        let hex = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let lower = name.to_ascii_lowercase();
        match self.names {
            Names::Any => Some(name.to_owned()),
            Names::Hex => hex.then_some(lower),
            Names::LowerHex => (hex && name == lower).then_some(lower),
        }
    }

    /// The answer to a request for a possible backup.
    fn backup(&self, request: &Request, name: &str) -> ResponseTemplate {
        let mut stored = self.stored.lock().expect("no panic while it was held");
        let Some(name) = self.name(name) else {
            return self.replay(match request.method.as_str() {
                "PUT" => "put_nothex",
                _ if name.len() == 64 => "get_upper",
                _ => "get_nothex",
            });
        };
        let old = stored.get(&name);
        match (request.method.as_str(), old) {
            ("GET", Some(kept)) => {
                let wanted = header(request, "accept") == "application/octet-stream";
                let probe = if wanted {
                    "get_after_put"
                } else {
                    "get_no_accept"
                };
                let measured = self.answer(probe);
                if measured.succeeded() {
                    with_marks(measured, kept).set_body_bytes(kept.body.clone())
                } else {
                    self.replay(probe)
                }
            }
            ("GET", None) => self.replay("get_missing"),
            ("HEAD", Some(kept)) => with_marks(self.answer("head_after_put"), kept),
            ("HEAD", None) => self.replay("head_missing"),
            ("DELETE", Some(_)) => {
                stored.remove(&name);
                self.replay("delete")
            }
            ("DELETE", None) => self.replay("delete_missing"),
            ("PUT", old) => {
                let typed = header(request, "content-type") == "application/octet-stream";
                let chunked = header(request, "transfer-encoding") == "chunked";
                let ordinary = if old.is_some() {
                    "put_overwrite"
                } else {
                    "put_new"
                };
                let unusual = [
                    (!typed, "put_no_ctype"),
                    (chunked, "put_chunked"),
                    (request.body.is_empty(), "put_empty"),
                    (request.body.len() > LIMIT, "put_max_plus1"),
                ];
                // Of the unusual requests, only the refused ones matter.
                let refused = unusual
                    .iter()
                    .find(|(is, probe)| *is && !self.answer(probe).succeeded());
                if let Some((_, probe)) = refused {
                    return self.replay(probe);
                }
                let kept = Kept {
                    body: request.body.clone(),
                    uploaded: Timestamp::now(),
                };
                stored.insert(name, kept);
                self.replay(ordinary)
            }
            // Measured on the folder: a server without WebDAV answers by the method only.
            ("PROPFIND", _) if !self.answer("propfind_1").succeeded() => self.replay("propfind_1"),
            (other, _) => panic!("{other} was not measured"),
        }
    }

    /// The answer of a listing: the measurements only say whether it names the backups.
    fn listing(&self, probe: &str) -> ResponseTemplate {
        let measured = self.answer(probe);
        if measured.note != "LEAKS ID" {
            return self.replay(probe);
        }
        let stored = self.stored.lock().expect("no panic while it was held");
        let mut entries = String::new();
        for name in stored.keys() {
            let _ = write!(
                entries,
                "<d:response><d:href>/safe/backups/{name}</d:href></d:response>"
            );
        }
        let body = format!("<d:multistatus xmlns:d=\"DAV:\">{entries}</d:multistatus>");
        with_headers(measured).set_body_bytes(body)
    }
}

impl Respond for Replay {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let path = request.url.path().strip_prefix("/safe").unwrap_or("");
        if let Some(answer) = self.turned_away(request, path) {
            return answer;
        }
        let listing = request.method.as_str() == "PROPFIND";
        match path.strip_prefix("/backups/") {
            Some("") if listing => self.listing("propfind_1"),
            Some("") => self.listing("list_get"),
            Some("..%2fconfig") => self.replay("trav_get_enc2f"),
            Some(name) => self.backup(request, name),
            None if path == "/config" && header(request, "accept") == "application/json" => {
                self.replay("config_get")
            }
            None if path == "/config" => self.replay("config_get_noaccept"),
            None if path == "//config" => self.replay("base_doubleslash_config"),
            None => panic!("{path} was not measured"),
        }
    }
}

fn with_headers(measured: &Measured) -> ResponseTemplate {
    let empty = ResponseTemplate::new(measured.status);
    measured
        .headers
        .iter()
        .fold(empty, |answer, (name, value)| {
            answer.insert_header(name.as_str(), value.as_str())
        })
}

/// The same where a field depends on the backup: `{time}` stands for when it was uploaded, `{tag}`
/// for its content.
fn with_marks(measured: &Measured, kept: &Kept) -> ResponseTemplate {
    let time = DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&kept.uploaded)
        .expect("now is a time for header fields");
    let tag = HEXLOWER.encode(&Sha256::digest(&kept.body)[..16]);
    let mut measured = measured.clone();
    for value in measured.headers.values_mut() {
        *value = value.replace("{time}", &time).replace("{tag}", &tag);
    }
    with_headers(&measured)
}

/// The value of a header field; empty if it is missing.
fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request
        .headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("")
}
