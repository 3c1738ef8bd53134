//! The interface of a check: the calls that it may make, each with a separate key.

mod sharing;

use super::answer::{Answer, Reach};
use super::facet::{Facet, Http};
use super::failure::{Failure, FailureKind};
use super::guard::OwnBackup;
use super::payload::{Payload, Recipe};
use super::request::{HttpChoice, LoginUse, Manner, Method, Place, Request};
use super::session::Session;
use super::target::{Facts, LoginKind};
use super::tls::{HttpSeen, Inspection};
use super::transcript::Key;
use crate::clients::{Condition, Operation, Release, Transport};
use crate::engine::Effect;
use crate::engine::{self, BoxFuture, Check};
use crate::safe::Client;
use crate::safe::envelope::{self, Nonce};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// The calls that a check may make.
///
/// Calls are numbered in the order in which they are made, so a check makes them one after the
/// other. Simultaneous requests are one call ([`together`](Self::together),
/// [`during`](Self::during)), and independent sequences of calls go through
/// [`branch`](Self::branch).
pub struct Context {
    pub(super) session: Arc<Session>,
    pub(super) check: &'static str,
    effect: Effect,
    facet: Facet,
    label: String,
    asked: AtomicU32,
    written: Arc<Mutex<Vec<OwnBackup>>>,
    /// Held from the check's first use of a shared place until its teardown.
    pub(super) turn: Mutex<Option<OwnedMutexGuard<()>>>,
}

impl Context {
    pub(super) fn new(session: Arc<Session>, check: &'static Check<Self>, facet: Facet) -> Self {
        Self {
            session,
            check: check.id,
            effect: check.effect,
            facet,
            label: engine::Facet::label(facet).to_owned(),
            asked: AtomicU32::new(0),
            written: Arc::default(),
            turn: Mutex::default(),
        }
    }

    /// Returns a separate sequence of calls, which may run while others do.
    #[must_use]
    pub fn branch(&self, name: &str) -> Self {
        Self {
            session: Arc::clone(&self.session),
            check: self.check,
            effect: self.effect,
            facet: self.facet,
            label: format!("{}/{name}", self.label),
            asked: AtomicU32::new(0),
            written: Arc::clone(&self.written),
            turn: Mutex::default(),
        }
    }

    /// Returns a context for all checks together: what it writes stays until the run ends.
    pub(super) fn sharing(&self, check: &'static str, facet: Facet) -> Self {
        Self {
            session: Arc::clone(&self.session),
            check,
            effect: Effect::WritesOwnBackup,
            facet,
            label: engine::Facet::label(facet).to_owned(),
            asked: AtomicU32::new(0),
            written: Arc::default(),
            turn: Mutex::default(),
        }
    }

    fn key(&self) -> Key {
        let n = self.asked.fetch_add(1, Ordering::Relaxed);
        Key {
            check: self.check.to_owned(),
            variant: self.label.clone(),
            n,
        }
    }

    /// Returns the facts about the target.
    pub fn facts(&self) -> &Facts {
        self.session.facts()
    }

    /// Returns whether the server offers both HTTP/1.1 and HTTP/2.
    pub async fn speaks_both(&self) -> bool {
        let offers = self.session.offers().await;
        offers.is_ok_and(|offers| offers.one && offers.two)
    }

    /// Returns the version of HTTP that the platforms' HTTP clients choose.
    ///
    /// # Errors
    /// If the server cannot be reached.
    pub async fn newest(&self) -> Result<Http, Failure> {
        Ok(self.session.offers().await?.newest())
    }

    /// Returns the whole run, for checks of the run itself.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Notes a condition under which a known issue of a client matters.
    pub fn note(&self, condition: Condition) {
        self.session
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(condition);
    }

    /// Returns the ID of the check.
    pub const fn check_id(&self) -> &'static str {
        self.check
    }

    /// Returns the variant in which the check runs.
    pub const fn facet(&self) -> Facet {
        self.facet
    }

    /// Returns the client whose habits apply; Android if the variant names none.
    pub fn client(&self) -> Client {
        self.facet.client().unwrap_or(Client::Android)
    }

    /// Returns how that client sends requests.
    pub fn transport(&self) -> Transport {
        Transport::of(self.client())
    }

    /// Returns a backup of this run, under an ID that nobody can have used before.
    pub fn own_backup(&self, slot: &str) -> OwnBackup {
        self.session
            .guard
            .own_backup(&format!("{}[{}]", self.check, self.label), slot)
    }

    /// Returns a body; `label` distinguishes bodies with the same recipe.
    pub fn payload(&self, label: &str, recipe: Recipe) -> Payload {
        Payload::new(
            self.session.seed(),
            &format!("{}[{}]/{label}", self.check, self.label),
            recipe,
        )
    }

    /// Returns the body of a shared backup.
    pub fn shared_payload(&self, label: &str, recipe: Recipe) -> Payload {
        Payload::new(self.session.seed(), &format!("shared/{label}"), recipe)
    }

    /// Returns a sealed backup document with its own private key, as the client would upload it,
    /// and that private key.
    pub fn sealed(&self, label: &str) -> (Payload, [u8; 32]) {
        let random = |what: &str| {
            self.session
                .seed()
                .bytes(&format!("{what}/{}[{}]/{label}", self.check, self.label))
        };
        let private_key = random("private key");
        let writer = match self.client() {
            Client::Ios => Client::Ios,
            // Desktop does not write backups.
            Client::Android | Client::Desktop => Client::Android,
        };
        let mut nonce = [0; 24];
        nonce.copy_from_slice(&random("nonce")[..24]);
        let origin = Release::newest(writer).usual();
        let body = origin.seal_sample(&private_key, self.session.encryption_key(), &Nonce(nonce));
        (Payload::sealed(body), private_key)
    }

    /// Opens a body that [`sealed`](Self::sealed) made, and returns the JSON.
    pub fn open(&self, body: &[u8]) -> Result<Vec<u8>, envelope::EnvelopeError> {
        envelope::open(self.session.encryption_key(), body, 16 * 1024 * 1024)
    }

    /// Returns the server's config as Android requests it, once per run.
    pub async fn config(&self) -> Answer {
        let mut request = self.as_client(Client::Android, Operation::ReadConfig, Place::Config);
        request.login = LoginUse::Given;
        let limit = request.read_limit;
        let answer = self.session.config(request).await;
        answer.map(|response| response.unpacked(limit))
    }

    /// Returns the answer to `client`'s request for `config` over `http`, with its headers and its
    /// way of logging in. It is sent once per run, by the first check that needs it.
    ///
    /// # Errors
    /// If no answer arrives, or the server does not offer `http`.
    pub async fn config_as(&self, client: Client, http: Http) -> Answer {
        let asking = self.sharing("shared.config", Facet::Over(client, http));
        let kept = self.session.shared(asking.check, &asking.label);
        kept.get_or_init(|| asking.perform(client, Operation::ReadConfig, Place::Config, None))
            .await
            .clone()
    }

    /// Returns the answer to `client`'s download of a backup that is never uploaded. It is sent
    /// once per run, because some servers ban clients by the number of 404 answers.
    ///
    /// # Errors
    /// If no answer arrives.
    ///
    /// Source: servers.ban-copyparty.
    pub async fn missing_as(&self, client: Client) -> Answer {
        let asking = self.sharing("shared.missing", Facet::As(client));
        let kept = self.session.shared(asking.check, &asking.label);
        kept.get_or_init(|| asking.perform(client, Operation::Download, Place::Missing, None))
            .await
            .clone()
    }

    /// Returns the answer to a PROPFIND, with credentials, of the folder at the suffix `/` or
    /// `/backups/` of the base URL. It shows whether the folder exists, but not its content, and is
    /// sent once per run.
    ///
    /// # Errors
    /// If no answer arrives.
    pub async fn folder(&self, suffix: &'static str) -> Answer {
        let asking = self.sharing("shared.folder", Facet::Case(suffix));
        let kept = self.session.shared(asking.check, &asking.label);
        let request = || {
            Request::new(Method::Propfind, Place::Below(suffix))
                .header("Depth", "0")
                .header("Accept", "*/*")
                .reading_at_most(4096)
        };
        kept.get_or_init(|| asking.send(request())).await.clone()
    }

    /// Connects to every address of the host.
    pub async fn reach(&self) -> Result<Reach, Failure> {
        self.session.reach(self.key()).await
    }

    /// Tests at every address of the host whether this port speaks QUIC.
    pub async fn knock(&self, port: u16) -> Result<Reach, Failure> {
        self.session.knock(self.key(), port).await
    }

    /// Returns the server's TLS, which is inspected once per run.
    pub async fn inspection(&self) -> Result<Arc<Inspection>, Failure> {
        self.session.inspection().await
    }

    /// Returns the server's TLS and the time of its clock: from the inspection's own request or, if
    /// it needed none, from the one request without credentials that every run sends.
    ///
    /// # Errors
    /// If there is no TLS to inspect.
    pub async fn inspection_with_time(&self) -> Result<Arc<Inspection>, Failure> {
        let seen = self.session.inspection().await?;
        if !seen.lacks_time() {
            return Ok(seen);
        }
        Ok(match self.unauthenticated_config().await {
            Ok(answer) => Arc::new(Inspection {
                http: Ok(Some(HttpSeen::new(
                    answer.status,
                    answer.header("date"),
                    answer.header("age"),
                ))),
                ..Inspection::clone(&seen)
            }),
            // Without an answer the time stays unknown.
            Err(_) => seen,
        })
    }

    /// Waits, except in a replay.
    pub async fn pause(&self, time: Duration) {
        if self.session.is_live() {
            tokio::time::sleep(time).await;
        }
    }

    /// Waits, longer on a slow server; not in a replay.
    pub async fn pause_as_slow(&self, time: Duration) {
        self.pause(time.max(if time.is_zero() {
            Duration::ZERO
        } else {
            self.session.pace().now().usual.unwrap_or_default() * 4
        }))
        .await;
    }

    /// Sends one request, if the guard permits it.
    pub async fn send(&self, request: Request) -> Answer {
        self.guard(&request).await?;
        if let (Manner::CutOff { .. }, Place::Backup(backup), Some(payload)) =
            (request.manner, &request.place, &request.payload)
        {
            let by = (self.check, self.label.as_str());
            self.session.breaks_off(by, backup, payload);
        }
        let deletes = request.method == Method::Delete;
        // To anyone else, a server may report an existing backup as missing, or answer with a page.
        let trusted = !matches!(request.login, LoginUse::Nobody | LoginUse::Wrong);
        let place = request.place.clone();
        let limit = request.read_limit;
        let answer = self.session.one(self.key(), request).await;
        if let (true, Place::Backup(backup), Ok(response)) = (deletes, &place, &answer) {
            let guard = &self.session.guard;
            if trusted && response.is_success() {
                guard.deleted(backup);
            } else if trusted && response.proves_absence() && !guard.was_taken(backup) {
                // Where it should be there, the cleanup looks.
                guard.absent(backup);
            }
        }
        answer.map(|response| response.unpacked(limit))
    }

    /// Prepares for `wrong`, a request with a wrong password, which is never repeated.
    pub async fn get_ready_for(&self, wrong: &Request) {
        self.session.get_ready_for(wrong).await;
    }

    /// Sends several requests at the same time; the answers are in the same order.
    pub async fn together(&self, requests: Vec<Request>) -> Result<Vec<Answer>, Failure> {
        for request in &requests {
            self.guard(request).await?;
        }
        let limits: Vec<_> = requests.iter().map(|request| request.read_limit).collect();
        let answers = self.session.together(self.key(), requests).await;
        let unpacked = answers.into_iter().zip(limits);
        let unpacked = unpacked.map(|(answer, limit)| answer.map(|it| it.unpacked(limit)));
        Ok(unpacked.collect())
    }

    /// Sends `upload`, and repeats `poll` while it runs, at most `most` times. The first answer
    /// belongs to the upload.
    pub async fn during(
        &self,
        upload: Request,
        poll: Request,
        most: usize,
    ) -> Result<Vec<Answer>, Failure> {
        self.guard(&upload).await?;
        let limit = poll.read_limit;
        let answers = self.session.during(self.key(), upload, poll, most).await;
        let unpacked = answers.into_iter();
        let unpacked = unpacked.map(|answer| answer.map(|it| it.unpacked(limit)));
        Ok(unpacked.collect())
    }

    /// Returns the request of `client` for `operation`, with the user's credentials.
    pub fn as_client(&self, client: Client, operation: Operation, place: Place) -> Request {
        let transport = Transport::of(client);
        let method = match operation {
            Operation::ReadConfig | Operation::Download => Method::Get,
            Operation::Upload => Method::Put,
            Operation::Probe => Method::Head,
            Operation::Delete => Method::Delete,
        };
        let mut request = Request::new(method, place);
        request.headers = transport
            .headers(operation)
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        request
    }

    /// Returns the answer to iOS's first request for `config`, without credentials. It is sent once
    /// per run.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    ///
    /// Source: clause 4.8.
    pub async fn unauthenticated_config(&self) -> Answer {
        let mut request = self.as_client(Client::Ios, Operation::ReadConfig, Place::Config);
        request.http = HttpChoice::Newest;
        self.once("shared.anonymous-config", request.anonymous())
            .await
    }

    /// Verifies that iOS would not log in with Digest, which this program does not speak.
    ///
    /// # Errors
    /// If the server asks for Digest alone, whatever else it accepts.
    ///
    /// Source: clause 4.8.
    pub async fn can_log_in_as_ios(&self) -> Result<(), Failure> {
        if self.facts().login == LoginKind::Basic
            && let Ok(bare) = self.unauthenticated_config().await
            && bare.asks_for_digest()
        {
            return Err(Failure::of(
                FailureKind::Unspoken,
                "the server asks for Digest authentication: iOS supports it, this program does not",
            ));
        }
        Ok(())
    }

    /// Carries out an operation as `client` does. iOS waits for a challenge each time; here it
    /// waits once, since `auth.challenge` judges the others. Without a challenge it never sends
    /// its credentials and accepts the first answer.
    ///
    /// # Errors
    /// If no answer arrives, or iOS would answer a challenge that this program does not speak.
    ///
    /// Source: clause 4.8; clients.http.sessions.
    pub async fn perform(
        &self,
        client: Client,
        operation: Operation,
        place: Place,
        payload: Option<&Payload>,
    ) -> Answer {
        let mut request = self.as_client(client, operation, place);
        request.payload = payload.cloned();
        request.http = self
            .facet
            .http()
            .map_or(HttpChoice::Newest, HttpChoice::Only);
        if matches!(operation, Operation::ReadConfig | Operation::Download) {
            // OkHttp, URLSession and Chromium all offer it by default, and unpack the answer.
            request = request.header("Accept-Encoding", "gzip");
        }
        let is_first = client == Client::Ios && operation == Operation::ReadConfig;
        if is_first && self.facts().login == LoginKind::Basic {
            let bare = self.unauthenticated_config().await?;
            self.can_log_in_as_ios().await?;
            if !bare.asks_for_basic() {
                // A version that the server does not offer gets no answer, rather than one over
                // another version.
                self.session.version(&request).await?;
                return Ok(bare);
            }
        }
        self.send(request).await
    }

    /// Permits a request or refuses it with a reason. Before the first upload to an ID, verifies
    /// that the ID is free.
    async fn guard(&self, request: &Request) -> Result<(), Failure> {
        if !request.method.writes() {
            return Ok(());
        }
        let forbidden = |what: &str| {
            Err(Failure::of(
                FailureKind::Harness,
                format!("`{}` {what}", self.check),
            ))
        };
        let Place::Backup(backup) = &request.place else {
            return forbidden("would write to a backup that is not its own");
        };
        if !matches!(self.effect, Effect::WritesOwnBackup | Effect::MayLockOut) {
            return forbidden("is declared to write nothing, but would");
        }
        // A version that the server does not offer is never used, so there is nothing to clean up.
        self.session.version(request).await?;
        let guard = &self.session.guard;
        self.trial().await?;
        if !guard.is_claimed(backup) && self.facts().fresh_ids {
            self.session.claim(backup)?;
        } else if !guard.is_claimed(backup) {
            // Which check uses a shared place first depends on the order, and must not show in the
            // keys.
            let key = match backup.label().strip_prefix("shared/") {
                Some(slot) => Key {
                    check: "shared.claim".to_owned(),
                    variant: slot.to_owned(),
                    n: 0,
                },
                None => self.key(),
            };
            self.session.claim_if_free(key, backup).await?;
        }
        if request.method == Method::Put {
            if let Err(error) = guard.about_to_write(backup) {
                return Err(Failure::of(
                    FailureKind::Harness,
                    format!("failed to write the ledger: {error}"),
                ));
            }
            self.written
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(backup.clone());
        }
        Ok(())
    }
}

impl engine::Context for Context {
    type Facet = Facet;

    fn teardown(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            let mut written =
                std::mem::take(&mut *self.written.lock().unwrap_or_else(PoisonError::into_inner));
            written.dedup();
            for backup in written {
                self.session.delete(&backup).await;
            }
            // Only now may another check use the shared place.
            *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = None;
        })
    }
}

impl engine::Subject<Context> for Arc<Session> {
    fn context(&self, check: &'static Check<Context>, facet: Facet) -> Context {
        Context::new(Self::clone(self), check, facet)
    }

    fn left_unfinished(&self, check: &'static Check<Context>, facet: Facet) -> Option<String> {
        let label = engine::Facet::label(facet);
        self.unfinished
            .iter()
            .find(|unfinished| unfinished.check == check.id && unfinished.variant == label)
            .map(|unfinished| unfinished.why.clone())
    }
}
