//! One run against one target: the one door through which every call goes, live or replayed.

use super::answer::{Answer, Failure, FailureKind, Handshake, Reach, TlsTrouble};
use super::facet::Http;
use super::guard::{Guard, OwnBackup};
use super::ledger::{Ledger, LeftLedger};
use super::live::Live;
use super::request::{HttpChoice, LoginUse, Method, Place, Request};
use super::secret::Scrub;
use super::seed::Seed;
use super::target::{Facts, Target};
use super::tls::TlsSetupError;
use super::transcript::{Got, Key, Opening, Transcript, Unfinished};
use crate::clients::CredentialEncoding;
use crate::engine::{self, Check, Stop};
use crate::safe::keys::{BackupPassword, DerivedKeys, ThreemaId, derive};
use crate::terms::Stage;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// How long a server gets to store an upload that it had not answered, before it is deleted for the last time.
const LATE_STORE: Duration = Duration::from_millis(500);

/// Where the person wants to see every exchange: gets a level (2 or 3) and a line.
pub type Trace = Arc<dyn Fn(u8, &str) + Send + Sync>;

/// How a session behaves.
#[derive(Clone)]
pub struct Settings {
    /// The seed of everything made up.
    pub seed: Seed,
    /// How long one answer may take; large bodies get more.
    pub timeout: Duration,
    /// How many bytes the size checks may upload, together.
    pub max_upload: u64,
    /// The switch that stops the run.
    pub stop: Stop,
    /// Where to tell of every exchange.
    pub trace: Option<Trace>,
}

impl Settings {
    /// The settings that `check` has unless told otherwise.
    pub fn new(seed: Seed) -> Self {
        Self {
            seed,
            timeout: Duration::from_secs(10),
            max_upload: 16 * 1024 * 1024,
            stop: Stop::default(),
            trace: None,
        }
    }
}

/// What a run cost.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Totals {
    /// Requests sent.
    pub requests: u64,
    /// Bytes of bodies sent.
    pub bytes_sent: u64,
}

/// What a run could not delete.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leftovers {
    /// How many backups may still be on the server.
    pub backups: usize,
    /// The ledger that names them, where there is one.
    pub ledger: Option<PathBuf>,
}

/// The versions of HTTP that a server offers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Offers {
    pub(super) one: bool,
    pub(super) two: bool,
}

enum Source {
    Live {
        live: Box<Live>,
        record: Mutex<BTreeMap<Key, (Vec<String>, Got)>>,
    },
    Replay(BTreeMap<Key, (Vec<String>, Got)>),
}

/// One run against one target.
pub struct Session {
    facts: Facts,
    settings: Settings,
    source: Source,
    pub(super) guard: Guard,
    scrub: Mutex<Scrub>,
    /// Why the server wants to be left alone, once it has said so.
    halted: OnceLock<String>,
    keys: OnceCell<Result<Arc<DerivedKeys>, String>>,
    offers: OnceCell<Result<Offers, Failure>>,
    config: OnceCell<Answer>,
    encoding: OnceCell<CredentialEncoding>,
    unfinished: Vec<Unfinished>,
    stopped: Option<String>,
    replayed: Option<(Totals, usize)>,
    /// What was answered with a secret, by length: the shortest is told, whatever came first.
    echoed: Mutex<BTreeSet<(usize, String)>>,
    redirects: Mutex<BTreeMap<String, String>>,
    answers: AtomicUsize,
}

impl Session {
    /// A session with a real server. Without a ledger, what a killed run leaves behind is not written down.
    pub fn live(
        target: Target,
        settings: Settings,
        ledger: Option<Ledger>,
    ) -> Result<Self, TlsSetupError> {
        let mut scrub = Scrub::default();
        target.login.hide(&mut scrub);
        let mut facts = target.facts();
        facts.max_upload = settings.max_upload;
        let live = Box::new(Live::new(target, settings.timeout, scrub.clone())?);
        let source = Source::Live {
            live,
            record: Mutex::default(),
        };
        Ok(Self::new(facts, settings, source, ledger, scrub))
    }

    /// The session that a transcript tells of.
    pub fn replay(transcript: &Transcript) -> Self {
        let settings = Settings::new(transcript.seed);
        let source = Source::Replay(transcript.index());
        let mut session = Self::new(
            transcript.facts.clone(),
            settings,
            source,
            None,
            Scrub::default(),
        );
        session.unfinished.clone_from(&transcript.unfinished);
        session.stopped.clone_from(&transcript.stopped);
        if let Some(why) = &transcript.halted {
            // Of several answers that ask for it, the one that came first counts.
            let _ = session.halted.set(why.clone());
        }
        session.replayed = Some((transcript.totals, transcript.left_behind));
        session
    }

    fn new(
        facts: Facts,
        settings: Settings,
        source: Source,
        ledger: Option<Ledger>,
        scrub: Scrub,
    ) -> Self {
        Self {
            guard: Guard::new(settings.seed, ledger),
            facts,
            settings,
            source,
            scrub: Mutex::new(scrub),
            halted: OnceLock::new(),
            keys: OnceCell::new(),
            offers: OnceCell::new(),
            config: OnceCell::new(),
            encoding: OnceCell::new(),
            unfinished: Vec::new(),
            stopped: None,
            replayed: None,
            echoed: Mutex::default(),
            redirects: Mutex::default(),
            answers: AtomicUsize::new(0),
        }
    }

    /// What is known of the target.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The seed of everything made up.
    pub const fn seed(&self) -> Seed {
        self.settings.seed
    }

    /// What must not appear in anything that is written.
    pub fn scrub(&self) -> Scrub {
        self.scrub
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .of_own_words()
    }

    /// Why the server wants to be left alone, if it said so.
    pub fn halted(&self) -> Option<&str> {
        self.halted.get().map(String::as_str)
    }

    /// How many responses the run has seen.
    pub fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    /// What answered with a secret of the person's, if anything did.
    pub fn echoed(&self) -> Option<String> {
        self.echoed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .first()
            .map(|(_, what)| what.clone())
    }

    /// Why the run that a transcript tells of was stopped.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// The redirects that came, as "what was asked" and "where it pointed".
    pub fn redirects(&self) -> BTreeMap<String, String> {
        self.redirects
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether a network stands behind the session.
    pub(super) const fn is_live(&self) -> bool {
        matches!(self.source, Source::Live { .. })
    }

    /// What the run cost so far.
    pub fn totals(&self) -> Totals {
        match (&self.source, self.replayed) {
            (Source::Live { live, .. }, _) => {
                let (requests, bytes_sent) = live.counted();
                Totals {
                    requests,
                    bytes_sent,
                }
            }
            (Source::Replay(_), replayed) => replayed.map(|(totals, _)| totals).unwrap_or_default(),
        }
    }

    /// The keys of the run's own backups: one derivation, on first need.
    pub(super) async fn keys(&self) -> Result<Arc<DerivedKeys>, Failure> {
        let seed = self.seed();
        let keys = self.keys.get_or_init(|| async move {
            let derived = tokio::task::spawn_blocking(move || derived_from(seed));
            derived.await.map_err(|error| error.to_string())?
        });
        let keys = keys
            .await
            .clone()
            .map_err(|why| Failure::of(FailureKind::Harness, why))?;
        let mut scrub = self.scrub.lock().unwrap_or_else(PoisonError::into_inner);
        scrub.add(&data_encoding::HEXLOWER.encode(keys.encryption_key.as_bytes()));
        scrub.add(&data_encoding::BASE64.encode(keys.encryption_key.as_bytes()));
        drop(scrub);
        Ok(keys)
    }

    /// The server's config, fetched once.
    pub(super) async fn config(&self, request: Request) -> Answer {
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

    /// The encoding of credentials that the server takes, found out once where it makes a difference.
    pub(super) async fn encoding(&self) -> CredentialEncoding {
        if self.facts.ascii_login {
            return CredentialEncoding::Utf8;
        }
        *self.encoding.get_or_init(|| self.find_encoding()).await
    }

    /// The encoding for a request: finding it out asks with a stated one, which must not wait for itself.
    async fn working_encoding(&self, request: &Request) -> CredentialEncoding {
        if request.login == LoginUse::Given {
            Box::pin(self.encoding()).await
        } else {
            CredentialEncoding::Utf8
        }
    }

    async fn find_encoding(&self) -> CredentialEncoding {
        for (n, encoding) in [
            (0, CredentialEncoding::Utf8),
            (1, CredentialEncoding::Latin1),
        ] {
            let key = Key {
                check: "shared.encoding".to_owned(),
                variant: String::new(),
                n,
            };
            let request = Request::new(Method::Get, Place::Config)
                .header("Accept", "application/json")
                .login(LoginUse::Encoded(encoding));
            if matches!(self.one(key, request).await, Ok(response) if response.status != 401) {
                return encoding;
            }
        }
        CredentialEncoding::Utf8
    }

    /// The versions of HTTP that the server offers, found out once.
    pub(super) async fn offers(&self) -> Result<Offers, Failure> {
        self.offers.get_or_init(|| self.find_offers()).await.clone()
    }

    async fn find_offers(&self) -> Result<Offers, Failure> {
        if !self.facts.https {
            return Ok(Offers {
                one: true,
                two: false,
            });
        }
        let key = |n| Key {
            check: "shared.offers".to_owned(),
            variant: String::new(),
            n,
        };
        match self.handshake(key(0), &[Http::Two, Http::One]).await {
            Ok(handshake) if handshake.alpn.as_deref() == Some("h2") => {
                let one = self.handshake(key(1), &[Http::One]).await.is_ok();
                Ok(Offers { one, two: true })
            }
            Ok(_) => Ok(Offers {
                one: true,
                two: false,
            }),
            Err(trouble) => Err(super::tls::failure_of(trouble)),
        }
    }

    /// Why nothing may be sent any more, if that is so.
    fn closed(&self) -> Option<Failure> {
        if let Some(reason) = self.settings.stop.reason() {
            return Some(Failure::of(
                FailureKind::Halted,
                format!("the run was stopped: {reason}"),
            ));
        }
        self.halted
            .get()
            .map(|why| Failure::of(FailureKind::Halted, format!("probing was stopped: {why}")))
    }

    /// Connects to every address once.
    pub(super) async fn reach(&self, key: Key) -> Result<Reach, Failure> {
        let asked = vec!["connect".to_owned()];
        let got = self.got(
            key,
            asked,
            |live| async { Got::Reach(live.reach().await) },
            |failure| Got::Reach(Err(failure)),
        );
        match got.await {
            Got::Reach(reach) => reach,
            Got::Handshake(_) | Got::Answers(_) => Err(mismatch()),
        }
    }

    /// Shakes hands, offering these versions of HTTP.
    pub(super) async fn handshake(
        &self,
        key: Key,
        versions: &'static [Http],
    ) -> Result<Handshake, TlsTrouble> {
        let offered: Vec<_> = versions.iter().map(|http| http.name()).collect();
        let asked = vec![format!("TLS handshake offering {}", offered.join(" and "))];
        let got = self.got(
            key,
            asked,
            |live| async { Got::Handshake(live.handshake(versions).await) },
            |failure| Got::Handshake(Err(TlsTrouble::Failure(failure))),
        );
        match got.await {
            Got::Handshake(handshake) => handshake,
            Got::Reach(_) | Got::Answers(_) => Err(TlsTrouble::Failure(mismatch())),
        }
    }

    /// Sends one request.
    pub(super) async fn one(&self, key: Key, request: Request) -> Answer {
        let mut answers = self.together(key, vec![request]).await;
        answers.pop().unwrap_or_else(|| Err(mismatch()))
    }

    /// Sends several requests at once; the answers come in their order.
    pub(super) async fn together(&self, key: Key, requests: Vec<Request>) -> Vec<Answer> {
        let asked: Vec<_> = requests.iter().map(Request::fingerprint).collect();
        let count = requests.len();
        let got = self.got(
            key,
            asked,
            |live| async {
                let exchanges = requests.iter().map(|request| self.exchange(live, request));
                Got::Answers(join_all(exchanges).await)
            },
            |failure| Got::Answers(vec![Err(failure); count]),
        );
        match got.await {
            Got::Answers(answers) => answers,
            Got::Reach(_) | Got::Handshake(_) => vec![Err(mismatch()); count],
        }
    }

    /// Sends `upload`, and while it is on its way `poll` again and again, at most `most` times. The answer to the
    /// upload comes first.
    pub(super) async fn during(
        &self,
        key: Key,
        upload: Request,
        poll: Request,
        most: usize,
    ) -> Vec<Answer> {
        let asked = vec![
            upload.fingerprint(),
            format!("{}; at most {most} times", poll.fingerprint()),
        ];
        let got = self.got(
            key,
            asked,
            |live| async {
                let uploading = self.exchange(live, &upload);
                tokio::pin!(uploading);
                let mut polled = Vec::new();
                let first = loop {
                    if polled.len() >= most {
                        break uploading.await;
                    }
                    let polling = self.exchange(live, &poll);
                    tokio::pin!(polling);
                    tokio::select! {
                        biased;
                        answer = &mut uploading => {
                            // What is under way when the upload ends is the most likely to be torn.
                            polled.push(polling.await);
                            break answer;
                        }
                        answer = &mut polling => polled.push(answer),
                    }
                };
                polled.insert(0, first);
                Got::Answers(polled)
            },
            |failure| Got::Answers(vec![Err(failure)]),
        );
        match got.await {
            Got::Answers(answers) => answers,
            Got::Reach(_) | Got::Handshake(_) => vec![Err(mismatch())],
        }
    }

    /// Asks the server and records what came, or looks it up.
    async fn got<'s, F, Fut>(
        &'s self,
        key: Key,
        asked: Vec<String>,
        ask: F,
        refuse: impl Fn(Failure) -> Got,
    ) -> Got
    where
        F: FnOnce(&'s Live) -> Fut,
        Fut: Future<Output = Got>,
    {
        match &self.source {
            Source::Live { live, record } => {
                let got = match self.closed() {
                    Some(failure) => refuse(failure),
                    None => ask(live).await,
                };
                self.look(&asked, &got);
                let kept = as_kept(got.clone());
                record
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(key, (asked, kept));
                got
            }
            Source::Replay(entries) => {
                let got = match entries.get(&key) {
                    Some((then, got)) if *then == asked => got.clone(),
                    Some((then, _)) => refuse(Failure::of(
                        FailureKind::Harness,
                        format!(
                            "the transcript asked something else here: {}",
                            then.join(", ")
                        ),
                    )),
                    None => refuse(Failure::of(
                        FailureKind::Harness,
                        "the transcript has no answer to this",
                    )),
                };
                self.look(&asked, &got);
                got
            }
        }
    }

    /// Notes what concerns the whole run: a server that wants to be left alone, redirects, an echoed secret.
    fn look(&self, asked: &[String], got: &Got) {
        let Got::Answers(answers) = got else { return };
        let lone = answers.len() == 1;
        self.answers
            .fetch_add(answers.iter().flatten().count(), Ordering::Relaxed);
        for (position, response) in answers
            .iter()
            .enumerate()
            .filter_map(|(at, answer)| Some((at, answer.as_ref().ok()?)))
        {
            let what = asked
                .get(position)
                .or(asked.last())
                .map_or("", String::as_str);
            let short = what.split([';', '(']).next().unwrap_or_default().trim();
            if response.echoed_secret {
                self.echoed
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert((short.len(), short.to_owned()));
            }
            if response.is_redirect() {
                let to = response.header("location").unwrap_or("nowhere").to_owned();
                let mut redirects = self
                    .redirects
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                redirects
                    .entry(format!("{short} was answered {}", response.status))
                    // Which of two came first must not matter.
                    .and_modify(|known| {
                        if to < *known {
                            known.clone_from(&to);
                        }
                    })
                    .or_insert(to);
            }
            // Where several uploads race, 423 is how a server keeps them apart.
            if response.status == 429 || (response.status == 423 && lone) {
                let after = response
                    .header("retry-after")
                    .map(|after| format!(" (Retry-After: {after})"));
                let why = format!(
                    "the server answered {}{}",
                    response.status,
                    after.unwrap_or_default()
                );
                let _ = self.halted.set(why);
            }
        }
    }

    async fn exchange(&self, live: &Live, request: &Request) -> Answer {
        let http = match self.version(request).await {
            Ok(http) => http,
            Err(failure) => return Err(failure),
        };
        let encoding = self.working_encoding(request).await;
        let upload = match (&request.place, request.method) {
            (Place::Backup(backup), Method::Put) => Some(backup),
            _ => None,
        };
        if let Some(backup) = upload {
            self.guard.sent(backup);
        }
        let answer = live.exchange(request, http, encoding).await;
        let settled = match &answer {
            Ok(_) => true,
            // What it broke off, the check waits for by itself.
            Err(failure) => failure.kind == FailureKind::BrokenOff,
        };
        if let Some(backup) = upload.filter(|_| settled) {
            self.guard.answered(backup);
        }
        if let Some(trace) = &self.settings.trace {
            self.tell(trace, request, http, &answer);
        }
        answer
    }

    /// The version of HTTP for a request, or why there is none.
    pub(super) async fn version(&self, request: &Request) -> Result<Http, Failure> {
        if !self.facts.https && !self.facts.loopback {
            return Err(Failure::of(
                FailureKind::Guarded,
                "nothing is sent over http:// beyond this machine",
            ));
        }
        let offers = self.offers().await?;
        let not_offered = |what: &str| Failure::of(FailureKind::NotOffered, what.to_owned());
        let choice = if request.is_raw() {
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
            HttpChoice::Newest if offers.two => Ok(Http::Two),
            HttpChoice::Newest | HttpChoice::Any if offers.one => Ok(Http::One),
            HttpChoice::Newest | HttpChoice::Any => Ok(Http::Two),
        }
    }

    fn tell(&self, trace: &Trace, request: &Request, http: Http, answer: &Answer) {
        let scrub = self.scrub();
        let asked = request.fingerprint();
        let short = asked.split(';').next().unwrap_or_default();
        let came = match answer {
            Ok(response) => format!("{}, {} bytes", response.status, response.body.length),
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

    /// Deletes one of our own backups, if something of it may be there. Not recorded: no check sees it.
    pub(super) async fn delete(&self, backup: &OwnBackup) {
        let Source::Live { live, .. } = &self.source else {
            return;
        };
        if !self.guard.may_be_there(backup) {
            return;
        }
        // A server may store an upload after we gave up waiting for its answer: then it is deleted once more at the end.
        if self.is_deleted(live, backup).await && !self.guard.is_unanswered(backup) {
            self.guard.gone(backup);
        }
    }

    /// Deletes a backup, and tells whether it is gone: because the server says so, or because it is not there although
    /// the server deletes nothing.
    async fn is_deleted(&self, live: &Live, backup: &OwnBackup) -> bool {
        let says_gone = |answer: &Answer| matches!(answer, Ok(response) if matches!(response.status, 404 | 410));
        let answer = self
            .unseen(live, Request::delete(backup).header("Accept", "*/*"))
            .await;
        match &answer {
            Ok(response) if response.is_success() => true,
            Ok(_) if says_gone(&answer) => true,
            // Asking again with credentials that are refused locks people out.
            Ok(response) if response.status != 401 => {
                says_gone(&self.unseen(live, Request::get(backup)).await)
            }
            _ => false,
        }
    }

    /// Sends a request that no check sees and no transcript keeps.
    async fn unseen(&self, live: &Live, request: Request) -> Answer {
        let http = self.version(&request).await?;
        let encoding = self.working_encoding(&request).await;
        live.exchange(&request, http, encoding).await
    }

    /// Deletes whatever may be there, within `patience`. Before a run that is what an earlier one with the same seed left.
    pub async fn delete_all(&self, patience: Duration) {
        let deleting = async {
            for backup in self.guard.left() {
                self.delete(&backup).await;
            }
        };
        // What is still there after this stands in the ledger.
        let _ = tokio::time::timeout(patience, deleting).await;
    }

    /// Deletes whatever is still there, within `patience`, and closes the ledger.
    pub async fn clean_up(&self, patience: Duration) -> Leftovers {
        if let Some((_, left_behind)) = self.replayed {
            return Leftovers {
                backups: left_behind,
                ledger: None,
            };
        }
        if self.guard.give_up_waiting() {
            tokio::time::sleep(LATE_STORE).await;
        }
        self.delete_all(patience).await;
        Leftovers {
            backups: self.guard.left().len(),
            ledger: self.guard.close(),
        }
    }

    /// Deletes what a ledger of an earlier run names. Gives how many are gone, and the first refusal.
    pub async fn sweep(&self, ledger: &mut LeftLedger) -> (usize, Option<String>) {
        let Source::Live { live, .. } = &self.source else {
            return (0, None);
        };
        let (mut gone, mut refusal) = (0, None);
        for id in ledger.left.clone() {
            let request = Request::delete(&OwnBackup::of_ledger(id)).header("Accept", "*/*");
            let http = self.version(&request).await;
            let encoding = self.working_encoding(&request).await;
            let answer = match http {
                Ok(http) => live.exchange(&request, http, encoding).await,
                Err(failure) => Err(failure),
            };
            match answer {
                Ok(response) if response.is_success() || matches!(response.status, 404 | 410) => {
                    match ledger.gone(&id) {
                        Ok(()) => gone += 1,
                        Err(error) => {
                            refusal =
                                refusal.or(Some(format!("the ledger cannot be written: {error}")));
                        }
                    }
                }
                // Asking again and again with credentials that are refused locks people out.
                Ok(response) => {
                    return (
                        gone,
                        Some(format!("the server answered {}", response.status)),
                    );
                }
                Err(failure) => return (gone, Some(failure.message)),
            }
        }
        (gone, refusal)
    }

    /// The transcript of what came so far.
    pub fn transcript(&self, run: &engine::Run, leftovers: &Leftovers) -> Transcript {
        let mut transcript = Transcript::new(Opening {
            facts: self.facts.clone(),
            seed: self.seed(),
        });
        if let Source::Live { record, .. } = &self.source {
            transcript.record(
                record
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone(),
            );
        }
        transcript.totals = self.totals();
        transcript.halted = self.halted().map(str::to_owned);
        transcript.left_behind = leftovers.backups;
        if let Some(reason) = &run.stopped {
            transcript.stopped = Some(reason.to_string());
            transcript.unfinished = run
                .findings
                .iter()
                .filter(|finding| finding.verdict == crate::terms::Verdict::Error)
                .map(|finding| Unfinished {
                    check: finding.id.clone(),
                    variant: finding.variant.clone(),
                    why: finding.observed.clone(),
                })
                .collect();
        }
        transcript
    }
}

impl engine::Subject<super::Context> for Arc<Session> {
    fn context(
        &self,
        check: &'static Check<super::Context>,
        facet: super::Facet,
    ) -> super::Context {
        super::Context::new(Self::clone(self), check, facet)
    }

    fn left_unfinished(
        &self,
        check: &'static Check<super::Context>,
        facet: super::Facet,
    ) -> Option<String> {
        let label = engine::Facet::label(facet);
        self.unfinished
            .iter()
            .find(|unfinished| unfinished.check == check.id && unfinished.variant == label)
            .map(|unfinished| unfinished.why.clone())
    }
}

/// The keys that belong to a seed. The last ones are kept: whoever runs many sessions with one seed derives once.
fn derived_from(seed: Seed) -> Result<Arc<DerivedKeys>, String> {
    static LAST: Mutex<Option<(Seed, Arc<DerivedKeys>)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, keys)) = last.as_ref().filter(|(of, _)| *of == seed) {
        return Ok(Arc::clone(keys));
    }
    let id = ThreemaId::parse("SAFETEST").map_err(|error| error.to_string())?;
    let password = BackupPassword::new(format!("safe-conformance {seed}"));
    let keys = Arc::new(derive(&password, &id));
    *last = Some((seed, Arc::clone(&keys)));
    Ok(keys)
}

fn mismatch() -> Failure {
    Failure {
        kind: FailureKind::Harness,
        stage: Stage::Http,
        message: "the transcript is of another kind here".to_owned(),
    }
}

/// The same as it is kept: without the values of cookies, which are credentials too, and without the rest of bodies
/// that are not written down whole.
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
