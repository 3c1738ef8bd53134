//! One case on the server: its store, its counters and its answers.

use super::digest;
use super::exchange::{Exchange, Host, MOST_BODIES, MOST_EXCHANGES};
use super::script::{Answer, Elsewhere, Login, Script};
use super::world::World;
use bytes::Bytes;
use data_encoding::BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How far an upload may exceed `maxBackupBytes` before the connection is closed, in bytes.
pub(super) const SURPLUS: u64 = 2 * 1024 * 1024;

/// How many backups one case stores; no client writes more than two.
const MOST_STORED: usize = 32;

/// One case on the server.
pub(super) struct Site {
    pub(super) case: &'static str,
    pub(super) script: Script,
    world: Arc<World>,
    /// Base URLs of the case: its own, on the other host, and in plain HTTP.
    pub(super) base_urls: BaseUrls,
    began: Instant,
    state: Mutex<State>,
    pub(super) turn: AtomicUsize,
    pub(super) connections: AtomicU64,
    /// How many TLS handshakes continued although the server offered TLS 1.1.
    pub(super) old_handshakes: AtomicU64,
}

/// The base URLs of a case.
#[derive(Clone, Debug)]
pub(super) struct BaseUrls {
    pub(super) own: String,
    pub(super) other: String,
    /// The own host, at the port of the other one.
    pub(super) other_port: String,
    pub(super) plain: String,
}

#[derive(Default)]
struct State {
    stored: BTreeMap<String, Bytes>,
    asked: BTreeMap<&'static str, usize>,
    last_upload: u64,
    exchanges: Vec<Exchange>,
    not_kept: u64,
    kept_bytes: usize,
    let_in: u64,
    last_let_in: Option<Duration>,
}

/// The parts of a request that decide the answer.
pub(super) struct Asked<'a> {
    pub(super) host: Host,
    pub(super) method: &'a str,
    /// The whole path as in the request.
    pub(super) target: &'a str,
    pub(super) path: &'a str,
    pub(super) authorization: Option<&'a str>,
    /// Whether `Accept-Encoding` allows gzip.
    pub(super) takes_gzip: bool,
    /// The body, if it was complete.
    pub(super) body: Option<&'a Bytes>,
    /// How many bytes the body had.
    pub(super) body_length: u64,
}

/// The answer to send.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
    pub(super) after: Duration,
    pub(super) manner: Manner,
}

/// How a reply is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Manner {
    #[default]
    Ordinary,
    /// The connection is closed instead.
    Closes,
    /// The body ends halfway.
    CutOff,
    /// The answer is in HTTP/1.0.
    Http10,
    /// The connection is closed after it.
    ThenCloses,
}

impl Site {
    pub(super) fn new(
        case: &'static str,
        script: Script,
        world: Arc<World>,
        base_urls: BaseUrls,
    ) -> Self {
        let mut state = State::default();
        if let Some(body) = world.body(&script.before) {
            state.stored.insert(world.backup_id().to_hex(), body);
        }
        Self {
            case,
            script,
            world,
            base_urls,
            began: Instant::now(),
            state: Mutex::new(state),
            turn: AtomicUsize::new(0),
            connections: AtomicU64::new(0),
            old_handshakes: AtomicU64::new(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how long the case has been running.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Keeps an exchange, or only counts it if there are too many.
    pub(super) fn keep(&self, exchange: Exchange) {
        let mut state = self.state();
        if exchange.is_let_in() {
            state.let_in += 1;
            state.last_let_in = Some(exchange.at);
        }
        let bytes = state.kept_bytes + exchange.body.len();
        if state.exchanges.len() < MOST_EXCHANGES && bytes <= MOST_BODIES {
            state.kept_bytes = bytes;
            state.exchanges.push(exchange);
        } else {
            state.not_kept += 1;
        }
    }

    /// Returns the exchanges, how many more were only counted, and what is stored.
    #[allow(clippy::type_complexity, reason = "taken apart by the one caller")]
    pub(super) fn seen(&self) -> (Vec<Exchange>, u64, Vec<(String, Bytes)>) {
        let state = self.state();
        let stored = state.stored.clone().into_iter().collect();
        (state.exchanges.clone(), state.not_kept, stored)
    }

    /// Answers a request and changes the store accordingly.
    pub(super) fn answer(&self, asked: &Asked<'_>) -> Reply {
        if asked.host == Host::Own
            && let Some(refusal) = self.refusal(asked)
        {
            return refusal;
        }
        let (kind, answer) = match (asked.method, asked.path) {
            ("GET" | "HEAD", "/config") => ("config", &self.script.config),
            ("PUT", path) if path.starts_with("/backups/") => ("put", &self.script.put),
            ("GET" | "HEAD", path) if path.starts_with("/backups/") => ("get", &self.script.get),
            ("DELETE", path) if path.starts_with("/backups/") => ("delete", &self.script.delete),
            ("GET" | "HEAD", "/login") => return page(200, "Log in"),
            ("GET" | "HEAD", _) => return page(404, "Not Found"),
            _ => return page(405, "Method Not Allowed"),
        };
        let number = {
            let mut state = self.state();
            let count = state.asked.entry(kind).or_default();
            *count += 1;
            *count - 1
        };
        self.carry_out(answer, number, asked)
    }

    fn carry_out(&self, answer: &Answer, number: usize, asked: &Asked<'_>) -> Reply {
        match answer {
            // The destination of a redirect is healthy on every host.
            Answer::Redirect { .. } if asked.host != Host::Own || asked.path.ends_with('/') => {
                self.proper(asked)
            }
            Answer::Status(status) => page(*status, "as the case says"),
            Answer::ProperAs(status) => Reply {
                status: *status,
                ..self.proper(asked)
            },
            Answer::Full {
                status,
                headers,
                body,
            } => Reply {
                status: *status,
                headers: headers.clone(),
                body: body.clone().into(),
                ..Reply::default()
            },
            Answer::InTurn(answers) => match answers.get(number).or(answers.last()) {
                Some(answer) => self.carry_out(answer, number, asked),
                None => self.proper(asked),
            },
            Answer::Redirect { status, to } => {
                let target = match to {
                    Elsewhere::SameHost => format!("{}{}/", self.base_urls.own, asked.path),
                    Elsewhere::OtherHost => format!("{}{}", self.base_urls.other, asked.path),
                    Elsewhere::OtherPort => format!("{}{}", self.base_urls.other_port, asked.path),
                    Elsewhere::Plain => format!("{}{}", self.base_urls.plain, asked.path),
                    Elsewhere::LoginPage => format!("{}/login", self.base_urls.own),
                };
                Reply {
                    status: *status,
                    headers: vec![("location", target)],
                    ..Reply::default()
                }
            }
            Answer::ByAction(answers) => {
                let turn = self.turn.load(Ordering::Relaxed);
                match answers.get(turn).or(answers.last()) {
                    Some(answer) => self.carry_out(answer, number, asked),
                    None => self.proper(asked),
                }
            }
            Answer::LimitByLastUpload(more) => {
                let size = self.state().last_upload;
                config_of(size.saturating_add_signed(*more))
            }
            Answer::Closes => Reply {
                manner: Manner::Closes,
                ..Reply::default()
            },
            Answer::CutOff => self.in_manner(asked, Manner::CutOff),
            Answer::Http10 => self.in_manner(asked, Manner::Http10),
            Answer::ThenCloses => self.in_manner(asked, Manner::ThenCloses),
            Answer::After(time) => Reply {
                after: *time,
                ..self.proper(asked)
            },
            Answer::Gzipped if asked.takes_gzip => gzipped(self.proper(asked)),
            Answer::Proper | Answer::Gzipped => self.proper(asked),
        }
    }

    fn in_manner(&self, asked: &Asked<'_>, manner: Manner) -> Reply {
        Reply {
            manner,
            ..self.proper(asked)
        }
    }

    /// Returns the answer of a healthy server.
    fn proper(&self, asked: &Asked<'_>) -> Reply {
        let path = asked.path.trim_end_matches('/');
        if path == "/config" {
            return config_of(self.script.max_backup_bytes);
        }
        let id = path.strip_prefix("/backups/").unwrap_or_default();
        let mut state = self.state();
        match asked.method {
            "PUT" if asked.body_length > self.script.max_backup_bytes => page(413, "Too Large"),
            "PUT" if state.stored.len() >= MOST_STORED && !state.stored.contains_key(id) => {
                page(507, "Insufficient Storage")
            }
            "PUT" => match asked.body {
                Some(body) => {
                    state.last_upload = asked.body_length;
                    let new = state.stored.insert(id.to_owned(), body.clone()).is_none();
                    status(if new { 201 } else { 204 })
                }
                None => page(400, "the body was cut off"),
            },
            "DELETE" => match state.stored.remove(id) {
                Some(_) => status(204),
                None => page(404, "Not Found"),
            },
            _ => match state.stored.get(id) {
                Some(body) => Reply {
                    status: 200,
                    headers: vec![("content-type", "application/octet-stream".to_owned())],
                    body: body.clone(),
                    ..Reply::default()
                },
                None => page(404, "Not Found"),
            },
        }
    }

    /// Returns the refusal if credentials are missing or wrong.
    fn refusal(&self, asked: &Asked<'_>) -> Option<Reply> {
        let authorization = asked.authorization;
        let challenge = |schemes: &str| {
            let mut reply = page(401, "Unauthorized");
            reply.headers.push(("www-authenticate", schemes.to_owned()));
            reply
        };
        match self.script.login {
            Login::Open => None,
            Login::Bearer => Some(challenge("Bearer realm=\"rig\"")),
            Login::Basic
            | Login::BasicAmongOthers
            | Login::BasicUnasked
            | Login::BasicNotAscii
            | Login::BasicPunctuated
                if self.is_basic(authorization) =>
            {
                None
            }
            Login::Basic => Some(challenge("Basic realm=\"rig\", charset=\"UTF-8\"")),
            Login::BasicAmongOthers => Some(challenge("Bearer realm=\"rig\", Basic realm=\"rig\"")),
            Login::BasicUnasked => Some(page(403, "Forbidden")),
            Login::BasicNotAscii | Login::BasicPunctuated | Login::Refusing => {
                Some(challenge("Basic realm=\"rig\""))
            }
            Login::Digest if self.is_digest(asked) => None,
            Login::Digest => Some(challenge(digest::CHALLENGE)),
        }
    }

    /// Returns whether these are the right user and password, in UTF-8 or ISO-8859-1.
    fn is_basic(&self, authorization: Option<&str>) -> bool {
        let sent = basic_credentials(authorization);
        let Some((sent, (user, password))) = sent.zip(self.world.login(self.script.login)) else {
            return false;
        };
        let expected = format!("{user}:{password}");
        sent == expected.as_bytes() || Some(sent) == latin1(&expected)
    }

    /// Returns whether this answers the rig's challenge for its user and this request.
    fn is_digest(&self, asked: &Asked<'_>) -> bool {
        let (user, password) = (&self.world.user, &self.world.server_password);
        asked.authorization.is_some_and(|value| {
            digest::is_answer(value, user, password, asked.method, asked.target)
        })
    }
}

/// Returns the user and password of an `Authorization: Basic`, as bytes.
pub(super) fn basic_credentials(authorization: Option<&str>) -> Option<Vec<u8>> {
    let (scheme, value) = authorization?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    BASE64.decode(value.trim().as_bytes()).ok()
}

/// Returns the text in ISO-8859-1, if that can represent it.
fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect()
}

fn config_of(max_backup_bytes: u64) -> Reply {
    let json = format!("{{\"maxBackupBytes\": {max_backup_bytes}, \"retentionDays\": 180}}\n");
    Reply {
        status: 200,
        headers: vec![("content-type", "application/json".to_owned())],
        body: json.into(),
        ..Reply::default()
    }
}

fn status(status: u16) -> Reply {
    Reply {
        status,
        ..Reply::default()
    }
}

/// Returns a short HTML page, as servers show it for an error.
fn page(status: u16, title: &str) -> Reply {
    Reply {
        status,
        headers: vec![("content-type", "text/html; charset=utf-8".to_owned())],
        body: format!("<!DOCTYPE html><title>{title}</title><h1>{title}</h1>\n").into(),
        ..Reply::default()
    }
}

fn gzipped(reply: Reply) -> Reply {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let written = encoder.write_all(&reply.body);
    let body = written.and_then(|()| encoder.finish()).unwrap_or_default();
    let mut headers = reply.headers;
    headers.push(("content-encoding", "gzip".to_owned()));
    Reply {
        headers,
        body: body.into(),
        ..reply
    }
}

impl Site {
    /// Returns how many requests passed the login, and when the last one came, counted from the
    /// start of the case. Requests without a login may come from anyone.
    pub(super) fn traffic(&self) -> (u64, Option<Duration>) {
        let state = self.state();
        (state.let_in, state.last_let_in)
    }

    /// Returns the status of the last answer to this method in the current action; 0 if the
    /// connection was closed instead.
    pub(super) fn last_status(&self, method: &str, of_config: bool) -> Option<u16> {
        let turn = self.turn.load(Ordering::Relaxed);
        let state = self.state();
        let exchanges = state.exchanges.iter().rev();
        exchanges
            .filter(|it| it.turn == turn && it.is_let_in())
            .find(|it| it.method == method && it.is_config() == of_config)
            .map(|exchange| exchange.status.unwrap_or_default())
    }

    /// Notes the action that the client carries out now.
    pub(super) fn begin_turn(&self, turn: usize) {
        self.turn.store(turn, Ordering::Relaxed);
    }
}
