//! One run against one target: every call goes through it, live or replayed.

mod asking;
mod at_once;
mod cleaning;
mod fetching;
mod offers;
mod parts;
mod passed;
mod purging;
mod sweeping;
#[cfg(test)]
mod tests;

use parts::BrokenOff;
pub use passed::{Link, Passed};
pub use sweeping::Swept;

use super::answer::Answer;
use super::facet::Http;
use super::failure::Failure;
use super::guard::{Doubt, Guard};
use super::halt::Halt;
use super::ledger::Ledger;
use super::live::Live;
use super::pace::Pace;
use super::person::Asking;
use super::request::Purpose;
use super::secret::Scrub;
use super::seed::Seed;
use super::settings::{Firsts, Settings, Totals};
use super::shared::Shared;
use super::target::{Facts, LoginKind, Target};
use super::tls::{Inspection, TlsSetupError};
use super::transcript::{Got, Key, Late, Opening, Transcript, Unfinished};
use crate::clients::Condition;
use crate::engine;
use crate::safe::keys::EncryptionKey;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

/// How long a server may take to store an upload that a check broke off, before the final look.
const LATE_STORE: Duration = Duration::from_millis(500);

/// The backups that a run may have left on the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leftovers {
    /// How many backups may still exist.
    pub backups: usize,
    /// Their number by reason.
    pub doubts: BTreeMap<Doubt, usize>,
    /// The ledger that names them, if any.
    pub ledger: Option<PathBuf>,
}

/// The versions of HTTP that a server offers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::wire) struct Offers {
    pub(in crate::wire) one: bool,
    pub(in crate::wire) two: bool,
}

impl Offers {
    /// Returns the version that the platforms' HTTP clients choose.
    pub(in crate::wire) const fn newest(self) -> Http {
        if self.two || !self.one {
            Http::Two
        } else {
            Http::One
        }
    }
}

enum Source {
    Live {
        live: Box<Live>,
        record: Mutex<BTreeMap<Key, (Vec<String>, Got)>>,
    },
    Replay {
        entries: BTreeMap<Key, (Vec<String>, Got)>,
        run: Replayed,
    },
}

/// What a transcript says of the whole run.
#[derive(Default)]
struct Replayed {
    totals: Totals,
    firsts: Firsts,
    left_behind: BTreeMap<Doubt, usize>,
}

/// Shared answers by the name and the text of a request's key.
type SharedAnswers = BTreeMap<(&'static str, String), Arc<OnceCell<Answer>>>;

/// The destinations of redirects, by the purpose and the words of the request.
type NotedRedirects = BTreeMap<(Purpose, String), String>;

/// One run against one target.
pub struct Session {
    facts: Facts,
    settings: Settings,
    source: Source,
    pub(in crate::wire) guard: Guard,
    pub(in crate::wire) shared: Shared,
    scrub: Mutex<Scrub>,
    /// Why the run stopped by itself, if it did.
    halted: Arc<OnceLock<Halt>>,
    encryption_key: EncryptionKey,
    offers: OnceCell<Result<Offers, Failure>>,
    inspection: OnceCell<Result<Arc<Inspection>, Failure>>,
    config: OnceCell<Answer>,
    /// The answers that several checks use, by the key of the request.
    shared_answers: Mutex<SharedAnswers>,
    pub(in crate::wire) unfinished: Vec<Unfinished>,
    stopped: Option<String>,
    /// The requests whose answers repeated a secret, by length: the shortest is reported, in any
    /// order.
    echoed: Mutex<BTreeSet<(usize, String)>>,
    redirects: Mutex<NotedRedirects>,
    /// The redirects of a GET that led to the requested content.
    followed: Mutex<NotedRedirects>,
    /// The fields that show the software behind the answers.
    signs: Mutex<BTreeSet<(String, String)>>,
    /// The conditions that checks found for known issues of clients.
    pub(in crate::wire) seen: Mutex<BTreeSet<Condition>>,
    answers: AtomicUsize,
    /// When the session began.
    opened: Instant,
    /// The exchanges so far.
    passed: Mutex<Vec<Passed>>,
    /// How often the server refused to delete during the cleanup.
    refusals: AtomicUsize,
    /// Why the deletions ended, if not because the server refused them.
    deletions_ended: OnceLock<String>,
    /// Whether a look has found a backup, so that the server is where the run has stored it.
    has_seen_a_backup: AtomicBool,
    /// Whether a server with a limit refused a look during the cleanup.
    sees_no_more: AtomicBool,
    /// The uploads that were broken off, in order.
    broken_off: Mutex<Vec<BrokenOff>>,
    /// The checks whose broken-off uploads became visible after they had looked.
    late: Mutex<BTreeSet<Late>>,
}

impl Session {
    /// Returns a session with a real server. Without a ledger, nothing notes what a killed run
    /// leaves behind.
    pub fn live(
        target: Target,
        settings: Settings,
        ledger: Option<Ledger>,
    ) -> Result<Self, TlsSetupError> {
        let mut scrub = Scrub::default();
        target.login.hide(&mut scrub);
        Self::behind(scrub, target, settings, ledger)
    }

    /// Returns the same session with this scrub for the login's secrets.
    pub(in crate::wire) fn behind(
        mut scrub: Scrub,
        target: Target,
        settings: Settings,
        ledger: Option<Ledger>,
    ) -> Result<Self, TlsSetupError> {
        let mut facts = target.facts();
        facts.max_upload = settings.max_upload;
        facts.fresh_ids = settings.fresh == Some(settings.seed);
        facts.slow_uplink = settings.slow_uplink;
        facts.cuts_off_apart = facts.loopback && settings.pace.is_unlimited();
        let halted = Arc::default();
        hide_encryption_key(&mut scrub, settings.seed);
        let live = Live::new(target, &settings, scrub.clone(), Arc::clone(&halted))?;
        let source = Source::Live {
            live: Box::new(live),
            record: Mutex::default(),
        };
        let session = Self::new(facts, settings, source, ledger, scrub);
        Ok(Self { halted, ..session })
    }

    /// Returns the session that a transcript records.
    pub fn replay(transcript: &Transcript) -> Self {
        let settings = Settings::new(transcript.seed);
        let source = Source::Replay {
            entries: transcript.index(),
            run: Replayed {
                totals: transcript.totals,
                firsts: transcript.firsts.clone(),
                left_behind: transcript.left_behind.clone(),
            },
        };
        let mut scrub = Scrub::default();
        hide_encryption_key(&mut scrub, settings.seed);
        let facts = transcript.facts.clone();
        let mut session = Self::new(facts, settings, source, None, scrub);
        session.unfinished.clone_from(&transcript.unfinished);
        session.stopped.clone_from(&transcript.stopped);
        if let Some(why) = &transcript.halted {
            // The first of several reasons counts.
            let _ = session.halted.set(why.clone());
        }
        session.late = Mutex::new(transcript.late.clone());
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
            shared: Shared::default(),
            facts,
            source,
            scrub: Mutex::new(scrub),
            halted: Arc::default(),
            encryption_key: encryption_key(settings.seed),
            settings,
            offers: OnceCell::new(),
            inspection: OnceCell::new(),
            config: OnceCell::new(),
            shared_answers: Mutex::default(),
            unfinished: Vec::new(),
            stopped: None,
            echoed: Mutex::default(),
            redirects: Mutex::default(),
            followed: Mutex::default(),
            signs: Mutex::default(),
            seen: Mutex::default(),
            answers: AtomicUsize::new(0),
            opened: Instant::now(),
            passed: Mutex::default(),
            refusals: AtomicUsize::new(0),
            deletions_ended: OnceLock::new(),
            has_seen_a_backup: AtomicBool::new(false),
            sees_no_more: AtomicBool::new(false),
            broken_off: Mutex::default(),
            late: Mutex::default(),
        }
    }

    /// Makes a server in memory answer the requests.
    #[cfg(test)]
    pub(in crate::wire) fn play(&mut self, server: Arc<super::scripted::Scripted>) {
        if let Source::Live { live, .. } = &mut self.source {
            live.script = Some(server);
        }
        self.shared = Shared::tried();
    }

    /// Makes a server in memory offer both versions of HTTP.
    #[cfg(test)]
    pub(crate) fn offers_both(&self) {
        let both = Offers {
            one: true,
            two: true,
        };
        self.offers.set(Ok(both)).expect("nothing was asked before");
    }

    /// Returns the facts about the target.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Returns the user's options for requests to the target, which a transcript does not contain.
    pub fn asking(&self) -> Asking {
        match &self.source {
            Source::Live { live, .. } => live.target.asking(),
            Source::Replay { .. } => Asking::default(),
        }
    }

    /// Returns the seed from which everything is generated.
    pub const fn seed(&self) -> Seed {
        self.settings.seed
    }

    /// Returns the secrets that must not appear in any output.
    pub fn scrub(&self) -> Scrub {
        self.scrub
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .of_own_words()
    }

    /// Returns why the run stopped by itself, if it did.
    pub fn halted(&self) -> Option<&Halt> {
        self.halted.get()
    }

    /// Returns what the run met for the first time.
    pub fn firsts(&self) -> Firsts {
        match &self.source {
            Source::Live { live, .. } => live.firsts(),
            Source::Replay { run, .. } => run.firsts.clone(),
        }
    }

    /// Returns the pace of the run.
    pub const fn pace(&self) -> &Pace {
        &self.settings.pace
    }

    /// Returns how many responses the run has received.
    pub fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }

    /// Returns the request whose answer repeated a secret of the user, if any.
    pub fn echoed(&self) -> Option<String> {
        self.echoed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .first()
            .map(|(_, what)| what.clone())
    }

    /// Returns the conditions for known issues of clients, from the target and from checks.
    pub fn conditions(&self) -> BTreeSet<Condition> {
        let mut conditions = self
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let asks = !conditions.contains(&Condition::AnybodyDownloads);
        if self.facts.login == LoginKind::Basic && asks {
            conditions.insert(Condition::PasswordAsked);
        }
        if self.facts.encoded_user_info {
            conditions.insert(Condition::EncodedUserInfo);
        }
        conditions
    }

    /// Returns why the recorded run was stopped.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Returns the redirects of clients' requests as "what was asked" and "where it pointed"; the
    /// one of `config` first.
    pub fn redirects(&self) -> Vec<(String, String)> {
        in_order(&self.redirects)
    }

    /// Returns the redirects of a GET that led to the requested content, in the same form.
    pub fn followed(&self) -> Vec<(String, String)> {
        in_order(&self.followed)
    }

    /// Returns the header fields that show the software behind the answers, as name and value; of a
    /// cookie, only the name.
    pub fn signs(&self) -> BTreeSet<(String, String)> {
        self.signs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Returns the server's TLS, if a check has inspected it.
    pub fn inspected(&self) -> Option<Arc<Inspection>> {
        self.inspection.get()?.clone().ok()
    }

    /// Returns whether the session has a network.
    pub(in crate::wire) const fn is_live(&self) -> bool {
        matches!(self.source, Source::Live { .. })
    }

    /// Returns what the run has cost so far.
    pub fn totals(&self) -> Totals {
        match &self.source {
            Source::Live { live, .. } => Totals {
                deleted: self.guard.binned(),
                ..live.totals()
            },
            Source::Replay { run, .. } => run.totals,
        }
    }

    /// Returns the key of the run's own backups, which is derived from the seed alone. No server
    /// can distinguish it from one derived from a password, which would take 64 MiB.
    pub(in crate::wire) const fn encryption_key(&self) -> &EncryptionKey {
        &self.encryption_key
    }

    /// Returns the transcript of the run so far.
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
        transcript.halted = self.halted().cloned();
        transcript.firsts = self.firsts();
        transcript.left_behind.clone_from(&leftovers.doubts);
        transcript.late = self.late();
        if let Some(reason) = &run.stopped {
            transcript.stopped = Some(reason.to_string());
            transcript.unfinished = run
                .findings
                .iter()
                .filter(|finding| finding.verdict == crate::engine::Verdict::Error)
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

/// Returns the key of the run's own backups.
fn encryption_key(seed: Seed) -> EncryptionKey {
    EncryptionKey::from_bytes(seed.bytes("encryption key"))
}

/// Adds the key of the run's own backups to the secrets.
pub(in crate::wire) fn hide_encryption_key(scrub: &mut Scrub, seed: Seed) {
    let key = encryption_key(seed);
    scrub.add(&data_encoding::HEXLOWER.encode(key.as_bytes()));
    scrub.add(&data_encoding::BASE64.encode(key.as_bytes()));
}

fn in_order(noted: &Mutex<NotedRedirects>) -> Vec<(String, String)> {
    let noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
    let pairs = noted
        .iter()
        .map(|((_, what), to)| (what.clone(), to.clone()));
    pairs.collect()
}
