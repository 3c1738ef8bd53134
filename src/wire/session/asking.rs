//! The calls of checks, answered by the server or the transcript; what concerns the whole run is
//! noted on the way.

use super::{NotedRedirects, Session, Source};
use crate::clients::CredentialEncoding;
use crate::safe::Stage;
use crate::text::counted;
use crate::wire::answer::{Answer, Handshake, Reach, Response, TlsTrouble};
use crate::wire::facet::Http;
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::guard::OwnBackup;
use crate::wire::live::{Live, Round};
use crate::wire::request::{HttpChoice, Method, Place, Purpose, Request};
use crate::wire::settings::Trace;
use crate::wire::target::LoginKind;
use crate::wire::tls::Inspection;
use crate::wire::transcript::{Got, Key};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// A call in the words of a transcript, and its purpose.
pub(super) struct Question {
    pub(super) words: String,
    purpose: Purpose,
    /// Whether it is the first request of iOS.
    asks_for_challenge: bool,
}

impl Question {
    pub(super) fn of(request: &Request) -> Self {
        Self {
            words: request.fingerprint(),
            purpose: request.purpose(),
            asks_for_challenge: request.asks_for_challenge(),
        }
    }

    /// Returns whether a client that follows this redirect gets what it would get without one: a
    /// challenge that it answers, or that a backup is missing, or, to a HEAD, that it is there.
    ///
    /// Source: clauses 4.8 and 4.9.
    fn is_answered_without(&self, redirect: &Response) -> bool {
        let is_challenged = redirect.asks_for_basic() || redirect.asks_for_digest();
        match self.purpose {
            Purpose::Config => self.asks_for_challenge && is_challenged,
            Purpose::Backup => {
                redirect.proves_absence() || (200..300).contains(&redirect.last_status())
            }
            Purpose::Harness => true,
        }
    }

    /// Returns a call that is not a request.
    fn beside(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            purpose: Purpose::Harness,
            asks_for_challenge: false,
        }
    }
}

/// Whether a request shares its turn.
#[derive(Clone, Copy)]
pub(super) enum Company {
    Alone,
    Several(Round),
}

/// The header fields that show the software behind an answer.
const SIGNS: [&str; 12] = [
    "server",
    "via",
    "x-powered-by",
    "set-cookie",
    "www-authenticate",
    "oc-etag",
    "x-nextcloud-well-known",
    "x-sabre-version",
    "x-varnish",
    "cf-ray",
    "dav",
    "alt-svc",
];
/// The largest number of different ones that are kept.
const MOST_SIGNS: usize = 64;

impl Session {
    /// Returns the server's config, fetched once.
    pub(in crate::wire) async fn config(&self, request: Request) -> Answer {
        let key = Key {
            check: "shared.config".to_owned(),
            variant: String::new(),
            n: 0,
        };
        self.config
            .get_or_init(|| async { self.one(key, request).await })
            .await
            .clone()
    }

    /// Returns the place of an answer that several checks use.
    pub(in crate::wire) fn shared(
        &self,
        check: &'static str,
        variant: &str,
    ) -> Arc<OnceCell<Answer>> {
        let mut shared = self
            .shared_answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(shared.entry((check, variant.to_owned())).or_default())
    }

    /// Returns why a call may not be sent any more, if so.
    fn closed(&self, asks_for_challenge: bool) -> Option<Failure> {
        if let Some(reason) = self.settings.stop.reason() {
            return Some(Failure::of(
                FailureKind::Halted,
                format!("the run was stopped: {reason}"),
            ));
        }
        let halt = self.halted().filter(|halt| halt.stops(asks_for_challenge));
        halt.map(Failure::from)
    }

    /// Connects to every address once.
    pub(in crate::wire) async fn reach(&self, key: Key) -> Result<Reach, Failure> {
        let asked = vec![Question::beside("connect")];
        let got = self.got(
            key,
            asked,
            |live| async { Got::Reach(live.reach().await) },
            |failure| Got::Reach(Err(failure)),
        );
        reach_of(got.await)
    }

    /// Tests at every address whether this port speaks QUIC.
    pub(in crate::wire) async fn knock(&self, key: Key, port: u16) -> Result<Reach, Failure> {
        let asked = vec![Question::beside(format!("datagram to UDP port {port}"))];
        let got = self.got(
            key,
            asked,
            |live| async move { Got::Reach(live.knock(port).await) },
            |failure| Got::Reach(Err(failure)),
        );
        reach_of(got.await)
    }

    /// Returns the server's TLS, which is inspected once.
    pub(in crate::wire) async fn inspection(&self) -> Result<Arc<Inspection>, Failure> {
        let inspection = self.inspection.get_or_init(|| self.inspect());
        inspection.await.clone()
    }

    async fn inspect(&self) -> Result<Arc<Inspection>, Failure> {
        let key = Key {
            check: "shared.tls".to_owned(),
            variant: String::new(),
            n: 0,
        };
        let got = self.got(
            key,
            vec![Question::beside("inspection of TLS")],
            |live| async {
                let is_shut_out = async { self.offers().await.is_err() };
                let seen = Box::pin(live.inspect(is_shut_out)).await;
                Got::Inspection(seen.map(Box::new))
            },
            |failure| Got::Inspection(Err(failure)),
        );
        match got.await {
            Got::Inspection(inspection) => inspection.map(Arc::from),
            Got::Reach(_) | Got::Handshake(_) | Got::Answers(_) => Err(mismatch()),
        }
    }

    /// Makes a handshake that offers these versions of HTTP.
    pub(in crate::wire) async fn handshake(
        &self,
        key: Key,
        versions: &'static [Http],
    ) -> Result<Handshake, TlsTrouble> {
        let offered: Vec<_> = versions.iter().map(|http| http.name()).collect();
        let words = format!("TLS handshake offering {}", offered.join(" and "));
        let asked = vec![Question::beside(words)];
        let got = self.got(
            key,
            asked,
            |live| async { Got::Handshake(live.handshake(versions).await) },
            |failure| Got::Handshake(Err(TlsTrouble::Failure(failure))),
        );
        match got.await {
            Got::Handshake(handshake) => handshake,
            Got::Reach(_) | Got::Inspection(_) | Got::Answers(_) => {
                Err(TlsTrouble::Failure(mismatch()))
            }
        }
    }

    /// Prepares for the one wrong password of the run, while something else is sent, because it
    /// needs a connection that does not lose it.
    pub(in crate::wire) async fn get_ready_for(&self, wrong: &Request) {
        if let Source::Live { live, .. } = &self.source
            && self.closed(false).is_none()
            && let Ok(http) = self.version(wrong).await
        {
            live.ready_line(http, CredentialEncoding::Utf8).await;
        }
    }

    /// Sends one request.
    pub(in crate::wire) async fn one(&self, key: Key, request: Request) -> Answer {
        let mut answers = self.together(key, vec![request]).await;
        answers.pop().unwrap_or_else(|| Err(mismatch()))
    }

    /// Verifies that nothing exists under the ID of `backup`, and claims it for the run.
    pub(in crate::wire) async fn claim_if_free(
        &self,
        key: Key,
        backup: &OwnBackup,
    ) -> Result<(), Failure> {
        let before = self.one(key, Request::get(backup)).await?;
        if before.is_success() {
            return Err(Failure::of(
                FailureKind::Guarded,
                format!(
                    "the server answers {} for an unused backup ID; nothing was written there",
                    before.status
                ),
            ));
        }
        if !before.proves_absence() {
            let kind = match before.status {
                401 => FailureKind::CredentialsRefused,
                _ => FailureKind::Guarded,
            };
            return Err(Failure::of(
                kind,
                format!(
                    "the server answers {}, which does not show whether a backup exists; nothing was written",
                    before.status
                ),
            ));
        }
        self.claim(backup)
    }

    /// Claims a backup for the run, under an ID that nobody can have used before.
    pub(in crate::wire) fn claim(&self, backup: &OwnBackup) -> Result<(), Failure> {
        self.guard.claim(backup).map_err(|error| {
            Failure::of(
                FailureKind::Harness,
                format!("failed to write the ledger: {error}"),
            )
        })
    }

    /// Sends a call and records its result, or returns the recorded one.
    pub(super) async fn got<'s, F, Fut>(
        &'s self,
        key: Key,
        asked: Vec<Question>,
        ask: F,
        refuse: impl Fn(Failure) -> Got,
    ) -> Got
    where
        F: FnOnce(&'s Live) -> Fut,
        Fut: Future<Output = Got>,
    {
        let words = || -> Vec<_> { asked.iter().map(|asked| asked.words.clone()).collect() };
        match &self.source {
            Source::Live { live, record } => {
                let asks_for_challenge = asked.iter().all(|asked| asked.asks_for_challenge);
                let got = match self.closed(asks_for_challenge) {
                    Some(failure) => refuse(failure),
                    None => ask(live).await,
                };
                self.look(&asked, &got);
                let kept = as_kept(got.clone());
                record
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(key, (words(), kept));
                got
            }
            Source::Replay { entries, .. } => {
                let got = match entries.get(&key) {
                    Some((then, got)) if *then == words() => got.clone(),
                    Some((then, _)) => refuse(Failure::of(
                        FailureKind::Transcript,
                        format!(
                            "the transcript has another request here: {}",
                            then.join(", ")
                        ),
                    )),
                    None => refuse(Failure::of(
                        FailureKind::Transcript,
                        "the transcript has no answer to this request",
                    )),
                };
                self.look(&asked, &got);
                got
            }
        }
    }

    /// Notes what concerns the whole run: redirects, software, and a repeated secret.
    fn look(&self, asked: &[Question], got: &Got) {
        let Got::Answers(answers) = got else { return };
        self.answers
            .fetch_add(answers.iter().flatten().count(), Ordering::Relaxed);
        // A repeated request has more answers than entries, and they follow the others.
        let last = asked.last();
        let asked = asked
            .iter()
            .chain(std::iter::repeat_n(last, answers.len()).flatten());
        for (asked, answer) in asked.zip(answers) {
            if let Ok(response) = answer {
                self.look_at(asked, response);
            }
        }
    }

    fn look_at(&self, asked: &Question, response: &Response) {
        let short = asked
            .words
            .split([';', '('])
            .next()
            .unwrap_or_default()
            .trim();
        if response.echoed_secret {
            self.echoed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert((short.len(), short.to_owned()));
        }
        self.keep_signs(response);
        // `config.readable` and `auth.challenge` judge the answer.
        let is_judged = asked.asks_for_challenge && self.facts.login != LoginKind::Open;
        if let Some(followed) = &response.redirected {
            let what = format!("{short} returned {}", followed.status);
            note_redirect(&self.followed, (asked.purpose, what), followed.to.clone());
        } else if response.is_redirect() && !is_judged && !asked.is_answered_without(response) {
            let what = format!("{short} returned {}", response.status);
            let to = response.header("location").unwrap_or("nowhere").to_owned();
            note_redirect(&self.redirects, (asked.purpose, what), to);
        }
    }

    /// Keeps the fields that show the software behind an answer.
    fn keep_signs(&self, response: &Response) {
        let mut signs = self.signs.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, value) in &response.headers {
            if signs.len() >= MOST_SIGNS || !SIGNS.contains(&name.as_str()) {
                continue;
            }
            let said = match name.as_str() {
                // A cookie without a name is a value.
                "set-cookie" => value.split_once('=').map_or("", |(name, _)| name),
                // These values differ between answers.
                "cf-ray" | "oc-etag" | "x-varnish" => "",
                _ => value.as_str(),
            };
            signs.insert((name.clone(), said.chars().take(200).collect()));
        }
    }

    /// Sends one request, in its own turn or in a shared one.
    pub(super) async fn exchange(
        &self,
        live: &Live,
        request: &Request,
        company: Company,
    ) -> Answer {
        let http = match self.version(request).await {
            Ok(http) => http,
            Err(failure) => return Err(failure),
        };
        // The encoding that servers accept; whether they accept the other is tested last.
        let encoding = CredentialEncoding::Utf8;
        let upload = match (&request.place, request.method) {
            (Place::Backup(backup), Method::Put) => Some(backup),
            _ => None,
        };
        if let Some(backup) = upload {
            self.guard.sent(backup);
        }
        let began = std::time::Instant::now();
        let answer = match company {
            Company::Alone => live.ask(request, http, encoding).await,
            Company::Several(round) => live.ask_together(request, http, encoding, round).await,
        };
        if let Some(backup) = upload {
            let size = request
                .payload
                .as_ref()
                .map_or(0, |payload| payload.len() as u64);
            self.settle(backup, size, &answer, live.has_lost(backup));
        }
        self.observe(live, request, &answer);
        self.note_passed(request, began, &answer);
        if let Some(trace) = &self.settings.trace {
            self.tell(trace, request, http, &answer);
        }
        answer
    }

    /// Returns the version of HTTP for a request, or why none is possible.
    pub(in crate::wire) async fn version(&self, request: &Request) -> Result<Http, Failure> {
        if !self.facts.https && !self.facts.loopback {
            return Err(Failure::of(
                FailureKind::Guarded,
                "requests over http:// are sent only within this machine",
            ));
        }
        let offers = self.offers().await?;
        let not_offered = |what: &str| Failure::of(FailureKind::NotOffered, what.to_owned());
        let choice = if request.needs_raw_sender() {
            HttpChoice::Only(Http::One)
        } else {
            request.http
        };
        match choice {
            HttpChoice::Only(Http::One) if !offers.one => {
                Err(not_offered("the server does not offer HTTP/1.1"))
            }
            HttpChoice::Only(Http::Two) if !self.facts.https => Err(not_offered(
                "HTTP/2 is tested over TLS only, and this is http://",
            )),
            HttpChoice::Only(Http::Two) if !offers.two => {
                Err(not_offered("the server does not offer HTTP/2"))
            }
            HttpChoice::Only(http) => Ok(http),
            HttpChoice::Any if offers.one => Ok(Http::One),
            HttpChoice::Newest | HttpChoice::Any => Ok(offers.newest()),
        }
    }

    fn tell(&self, trace: &Trace, request: &Request, http: Http, answer: &Answer) {
        let scrub = self.scrub();
        let asked = request.fingerprint();
        let short = asked.split(';').next().unwrap_or_default();
        let came = match answer {
            Ok(response) => format!(
                "{}, {}",
                response.status,
                counted(response.body.length, "byte")
            ),
            Err(failure) => format!("{} ({})", failure.message, failure.stage),
        };
        trace(
            2,
            &scrub.text(&format!("{short} [{}] -> {came}", http.name())),
        );
        trace(3, &scrub.text(&format!("  > {asked}")));
        for (name, value) in answer.iter().flat_map(|response| &response.headers) {
            let value = if name == "set-cookie" {
                "[redacted]"
            } else {
                value
            };
            trace(3, &scrub.text(&format!("  < {name}: {value}")));
        }
    }
}

pub(super) fn mismatch() -> Failure {
    Failure {
        kind: FailureKind::Transcript,
        stage: Stage::Http,
        message: "the transcript is of another kind here".to_owned(),
    }
}

/// Returns the result as it is kept: without the values of cookies, which are also credentials, and
/// without the rest of long bodies.
fn as_kept(mut got: Got) -> Got {
    if let Got::Answers(answers) = &mut got {
        for response in answers.iter_mut().flatten() {
            response.body.shorten();
            for (_, value) in response
                .headers
                .iter_mut()
                .filter(|(name, _)| name == "set-cookie")
            {
                *value = match value.split_once('=') {
                    Some((name, _)) => format!("{name}=[redacted]"),
                    None => "[redacted]".to_owned(),
                };
            }
        }
    }
    got
}

fn reach_of(got: Got) -> Result<Reach, Failure> {
    match got {
        Got::Reach(reach) => reach,
        Got::Handshake(_) | Got::Inspection(_) | Got::Answers(_) => Err(mismatch()),
    }
}

/// Notes the destination of a redirect, independently of the order of several.
fn note_redirect(noted: &Mutex<NotedRedirects>, what: (Purpose, String), to: String) {
    let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
    noted
        .entry(what)
        .and_modify(|known| {
            if to < *known {
                known.clone_from(&to);
            }
        })
        .or_insert(to);
}
