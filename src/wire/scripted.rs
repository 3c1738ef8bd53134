//! A server in memory for tests of checks and of the cleanup: healthy, unless a script says
//! otherwise.

use super::answer::{Answer, Body, Response};
use super::facet::Http;
use super::failure::{Failure, FailureKind};
use super::ledger::Ledger;
use super::pace::{Pace, PaceChoice};
use super::request::{LoginUse, Manner, Method, Place, Request};
use super::secret::Scrub;
use super::seed::Seed;
use super::session::{Session, hide_encryption_key};
use super::settings::Settings;
use super::target::Target;
use crate::safe::Stage;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// The limit in its config, in bytes.
pub(crate) const LIMIT: usize = 40_000;

/// The seed of its sessions.
const SEED: u64 = 7;

/// The reaction to one request.
pub(crate) enum Deed {
    /// The reaction of a healthy server.
    Healthy,
    /// Only this answer.
    Answers(Answer),
    /// The reaction of a healthy server, but this answer.
    Obeys(Answer),
    /// The reaction of a healthy server, answered after this time.
    Takes(Duration),
    /// The reaction of a healthy server, with additional header fields in the answer.
    Adds(Vec<(&'static str, String)>),
    /// The user's access for everyone.
    LetsIn,
    /// It stores these bytes instead of the upload, or nothing, and answers like a healthy server.
    Keeps(Option<Vec<u8>>),
}

/// One request as a script sees it.
pub(crate) struct Asked<'a> {
    pub(crate) request: &'a Request,
    /// The number of earlier requests.
    pub(crate) number: usize,
    /// The stored bytes, if it is the place of a backup.
    pub(crate) stored: Option<&'a Bytes>,
}

impl Asked<'_> {
    /// Returns the run's ID in a request for a listing.
    pub(crate) fn listed_id(&self) -> Option<String> {
        match &self.request.place {
            Place::Listing(own) => Some(own.id().to_hex()),
            _ => None,
        }
    }
}

type Script = Box<dyn FnMut(&Asked) -> Deed + Send>;

/// The server.
pub(crate) struct Scripted(Mutex<State>);

struct State {
    script: Script,
    stored: BTreeMap<String, Bytes>,
    log: Vec<String>,
}

impl Scripted {
    pub(crate) fn new(script: impl FnMut(&Asked) -> Deed + Send + 'static) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            script: Box::new(script),
            stored: BTreeMap::new(),
            log: Vec::new(),
        })))
    }

    /// Uses another script from now on, and clears the log.
    pub(crate) fn plays(&self, script: impl FnMut(&Asked) -> Deed + Send + 'static) {
        let mut state = self.0.lock().expect("no script panics");
        state.script = Box::new(script);
        state.log.clear();
    }

    /// Returns descriptions of the requests so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.0.lock().expect("no script panics").log.clone()
    }

    /// Returns how many backups are stored.
    pub(crate) fn stored(&self) -> usize {
        self.0.lock().expect("no script panics").stored.len()
    }

    pub(super) async fn answer(&self, request: &Request) -> Answer {
        let (answer, time) = self.0.lock().expect("no script panics").answer(request);
        tokio::time::sleep(time).await;
        answer
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> (Answer, Duration) {
        let place = match &request.place {
            Place::Backup(backup) => backup.id().to_hex(),
            _ => String::new(),
        };
        let asked = Asked {
            request,
            number: self.log.len(),
            stored: self.stored.get(&place),
        };
        let deed = (self.script)(&asked);
        let words = request.fingerprint();
        let (short, rest) = words.split_once(';').unwrap_or((&words, ""));
        let cut = if rest.contains("CutOff") {
            ", cut off"
        } else {
            ""
        };
        self.log.push(format!("{short}{cut}"));
        let time = match deed {
            Deed::Takes(time) => time,
            _ => Duration::ZERO,
        };
        (self.does(deed, request, place), time)
    }

    fn does(&mut self, deed: Deed, request: &Request, place: String) -> Answer {
        match deed {
            Deed::Healthy | Deed::Takes(_) => self.healthy(request, &place),
            Deed::Answers(answer) => answer,
            Deed::Obeys(answer) => {
                let _ = self.healthy(request, &place);
                answer
            }
            Deed::Adds(fields) => {
                let mut answer = self.healthy(request, &place);
                if let Ok(response) = &mut answer {
                    let fields = fields.into_iter();
                    let named = fields.map(|(name, value)| (name.to_owned(), value));
                    response.headers.extend(named);
                }
                answer
            }
            Deed::LetsIn => {
                let trusted = request.clone().login(LoginUse::Given);
                self.healthy(&trusted, &place)
            }
            Deed::Keeps(bytes) => {
                let answer = self.healthy(request, &place);
                match bytes {
                    Some(bytes) => self.stored.insert(place, bytes.into()),
                    None => self.stored.remove(&place),
                };
                answer
            }
        }
    }

    fn healthy(&mut self, request: &Request, place: &str) -> Answer {
        if matches!(
            request.login,
            LoginUse::Nobody | LoginUse::Wrong | LoginUse::Cookie(_)
        ) {
            let mut refused = reply(401, b"");
            let field = ("www-authenticate", "Basic realm=\"safe\"");
            refused
                .headers
                .push((field.0.to_owned(), field.1.to_owned()));
            return Ok(refused);
        }
        let is_backup = matches!(request.place, Place::Backup(_));
        Ok(match request.method {
            _ if matches!(request.place, Place::Config) => reply(
                200,
                format!("{{\"maxBackupBytes\":{LIMIT},\"retentionDays\":180}}").as_bytes(),
            ),
            Method::Put if is_backup => {
                if let Manner::CutOff { .. } = request.manner {
                    return Err(broken_off(true));
                }
                let bytes = request
                    .payload
                    .as_ref()
                    .map(|payload| payload.bytes.clone());
                let bytes = bytes.unwrap_or_default();
                if bytes.len() > LIMIT {
                    return Ok(reply(413, b""));
                }
                match self.stored.insert(place.to_owned(), bytes) {
                    Some(_) => reply(204, b""),
                    None => reply(201, b""),
                }
            }
            Method::Get | Method::Head => match self.stored.get(place) {
                Some(_) if request.method == Method::Head => reply(200, b""),
                Some(bytes) => reply(200, bytes),
                None => reply(404, b""),
            },
            Method::Delete if self.stored.remove(place).is_some() => reply(204, b""),
            Method::Delete => reply(404, b""),
            Method::Put | Method::Propfind => reply(405, b""),
        })
    }
}

/// Returns a reply without header fields.
pub(crate) fn reply(status: u16, body: &[u8]) -> Response {
    let body = Body::new(Bytes::copy_from_slice(body), false);
    Response::new(status, Http::One, Vec::new(), body)
}

/// Returns the end of an upload that was broken off on purpose.
pub(crate) fn broken_off(noticed: bool) -> Failure {
    let kind = FailureKind::BrokenOff { noticed };
    Failure::lost(kind, Stage::Http, "the upload was broken off on purpose")
}

/// Returns the failure of a missing answer.
pub(crate) fn silence(kind: FailureKind) -> Failure {
    Failure::lost(kind, Stage::Http, format!("no answer: {kind:?}"))
}

/// Returns a target with the credentials of [`Session::scripted`].
pub(crate) fn scripted_target(url: &str) -> Target {
    let target = Target::parse(url).expect("a URL");
    target.basic("safe", "s3cret-in-memory")
}

impl Session {
    /// Returns a session with a server in memory.
    pub(crate) fn scripted(server: &Arc<Scripted>, ledger: Option<Ledger>) -> Arc<Self> {
        // What hides its secrets is made once, rather than for thousands of sessions.
        static SCRUB: OnceLock<Scrub> = OnceLock::new();
        let target = scripted_target("http://127.0.0.1:9/safe");
        let scrub = SCRUB.get_or_init(|| {
            let mut scrub = Scrub::default();
            target.login.hide(&mut scrub);
            hide_encryption_key(&mut scrub, Seed::new(SEED));
            scrub
        });
        Self::scripted_at(target, scrub.clone(), server, ledger)
    }

    /// Returns the same session for another target, where only `scrub` hides secrets.
    pub(crate) fn scripted_at(
        target: Target,
        scrub: Scrub,
        server: &Arc<Scripted>,
        ledger: Option<Ledger>,
    ) -> Arc<Self> {
        let seed = Seed::new(SEED);
        let settings = Settings {
            pace: Pace::new(PaceChoice::Fast),
            max_upload: 4 * LIMIT as u64,
            slow_uplink: Some(Duration::from_secs(90)),
            ..Settings::new(seed).with_fresh(seed)
        };
        let session = Self::behind(scrub, target, settings, ledger);
        let mut session = session.expect("no TLS");
        session.play(Arc::clone(server));
        Arc::new(session)
    }
}
