//! One checkup of a server, from beginning to end: session, plan, run, clean-up, report.

use super::prepared::{Prepared, Stopwatch, waive};
use crate::clients::KnownIssue;
use crate::diagnosis::{
    FOR_PHONES, NEW_ROOT, Problem, Product, Recognised, Shell, Sights, attribute, fill,
    first_releases, recognised_in, recognised_in_run, remarks, with_url,
};
use crate::engine::waiver::Waivers;
use crate::engine::{
    self, Event, Options, Pattern, Plan, PlanError, Selection, StopReason, Verdict,
};
use crate::report::{Bin, Report, Timing};
use crate::suites::server;
use crate::wire::ledger::{Ledger, LedgerError};
use crate::wire::{
    Binned, Halt, Leftovers, Pace, PaceNow, Purged, Seed, Session, Settings, Target, TlsSetupError,
    Trace, Transcript,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

/// How long running checks may continue after the run is stopped.
const GRACE: Duration = Duration::from_secs(2);
/// How long the final deletion of backups may take.
const CLEAN_UP: Duration = Duration::from_secs(8);

/// How many checks run at once if no number is set.
const JOBS: usize = 16;

/// The most requests that a healthy run sends.
const MOST_REQUESTS: u64 = 250;

/// A checkup that is about to be made.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use safe_conformance::{Checkup, Target};
///
/// let target = Target::parse("http://localhost:8080/safe")?.basic("alice", "secret");
/// let report = Checkup::new(target).run().await?;
/// assert!(report.passed(), "{report}");
/// # Ok(())
/// # }
/// ```
pub type Checkup = Prepared<Server>;

/// The server of a checkup.
pub struct Server {
    target: Target,
    /// Why no random seed is available, if so.
    no_seed: Option<String>,
    settings: Settings,
    ledger_folder: Option<PathBuf>,
    purge_trash: bool,
}

/// The result of a checkup that has run.
#[non_exhaustive]
pub struct Done {
    /// The result.
    pub report: Report,
    /// What the run recorded.
    pub transcript: Transcript,
    /// Why the run stopped sending, if it did.
    pub halted: Option<Halt>,
    /// The secrets of the run, which must be removed from everything that is written.
    pub scrub: crate::wire::Scrub,
}

/// Why a checkup could not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckupError {
    /// The selection of checks is not valid.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
    /// The ledger cannot be written.
    #[error("failed to write the ledger of uploads: {0}; choose another folder with --ledger-dir")]
    Ledger(#[from] LedgerError),
    /// The operating system returns no random bytes.
    #[error("failed to read random bytes from the operating system: {0}")]
    Randomness(String),
}

impl Checkup {
    /// Returns a checkup with all checks and a fresh seed.
    pub fn new(target: Target) -> Self {
        let random = Seed::random();
        let no_seed = random.as_ref().err().map(ToString::to_string);
        let seed = random.unwrap_or(Seed::new(0));
        Self::of(Server {
            target,
            no_seed,
            settings: Settings::new(seed).with_fresh(seed),
            ledger_folder: None,
            purge_trash: false,
        })
    }

    /// Sets the seed, with which an earlier run can be repeated, instead of a fresh one.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.of.settings.seed = seed;
        self.of.no_seed = None;
        self
    }

    /// Sets a seed if the caller knows that none of its backup IDs is in use.
    #[must_use]
    pub fn fresh_seed(mut self, seed: Seed) -> Self {
        self.of.settings.fresh = Some(seed);
        self.seed(seed)
    }

    /// Sets how fast the run sends requests.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.of.settings.pace = pace;
        self
    }

    /// Sets how long one answer may take; the default is ten seconds. Large bodies may take longer.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.of.settings.timeout = timeout;
        self
    }

    /// Sets how long the run waits for a server that limits or locks; the default is one minute.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.of.settings.patience = patience;
        self
    }

    /// Sets how many bytes the size checks may upload in total; the default is 16 MiB.
    #[must_use]
    pub const fn max_upload(mut self, bytes: u64) -> Self {
        self.of.settings.max_upload = bytes;
        self
    }

    /// Adds one upload that takes this long, like an upload over a slow line: some servers end
    /// uploads that take too long, for example after 60 s.
    #[must_use]
    pub const fn slow_uplink(mut self, takes: Duration) -> Self {
        self.of.settings.slow_uplink = Some(takes);
        self
    }

    /// Passes one line about every exchange to a function.
    #[must_use]
    pub fn trace(mut self, trace: Trace) -> Self {
        self.of.settings.trace = Some(trace);
        self
    }

    /// Sets the folder for the ledger of uploads. Without one, what a killed run leaves behind is
    /// not recorded.
    #[must_use]
    pub fn ledger_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.of.ledger_folder = Some(folder.into());
        self
    }

    /// Removes the run's own files from the bin of a Nextcloud at the end.
    #[must_use]
    pub const fn purge_trash(mut self) -> Self {
        self.of.purge_trash = true;
        self
    }

    /// Runs the checkup.
    ///
    /// # Errors
    /// If the selection of checks is not valid, or the run cannot start.
    pub async fn run(self) -> Result<Report, CheckupError> {
        let done = self.run_with(|_| {}).await?;
        Ok(done.report)
    }

    /// Runs the checkup and reports every step. Also returns what the run recorded.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub async fn run_with(self, events: impl FnMut(Event) + Send) -> Result<Done, CheckupError> {
        let (choices, server) = (self.choices, self.of);
        if let Some(why) = server.no_seed {
            return Err(CheckupError::Randomness(why));
        }
        let selection = unasked(choices.selection.clone(), server.settings.slow_uplink);
        let plan = Plan::new(server::checks(), &selection)?;
        let ledger = match &server.ledger_folder {
            Some(folder) => Some(Ledger::open(
                folder,
                server.target.base.as_str(),
                server.target.login.kind(),
                server.settings.seed,
            )?),
            None => None,
        };
        let settings = Settings {
            stop: choices.stop.clone(),
            ..server.settings
        };
        let session = Arc::new(Session::live(server.target, settings, ledger)?);
        let timing = Stopwatch::start();
        session.delete_all(CLEAN_UP).await;
        // The slow upload may be sent twice.
        let more = session.facts().slow_uplink.unwrap_or_default() * 2;
        let alarm = ring(
            choices.stop.clone(),
            session.pace().clone(),
            choices.deadline,
            more,
        );
        let subject = Arc::new(Arc::clone(&session));
        let mut run = choices
            .carry_out(plan, subject, (JOBS, GRACE), alarm, events)
            .await;
        let leftovers = session.clean_up(CLEAN_UP).await;
        let purged = if server.purge_trash {
            Some(session.purge_bin(None).await)
        } else {
            None
        };
        server::judge_late(&mut run.findings, &session.late());
        let timing = timing.stop();
        let mut transcript = session.transcript(&run, &leftovers);
        transcript.keep_selection(&choices.selection);
        transcript.keep_timing(timing.started, timing.took);
        let diagnosed = diagnose(&session, &mut run);
        let stale = waive(choices.waivers, &mut run);
        let mut report = assemble(&session, run, timing, leftovers, stale, diagnosed);
        report.bin = bin_of(&session, &report, purged);
        Ok(Done {
            report,
            transcript,
            halted: session.halted().cloned(),
            scrub: session.scrub(),
        })
    }
}

/// Returns the selection without the checks that take too long, unless they were requested.
fn unasked(mut selection: Selection, slow_uplink: Option<Duration>) -> Selection {
    if slow_uplink.is_none() {
        let reason = "it takes more than a minute; use --slow-uplink to run it";
        let pattern = Pattern::new(server::SLOW_UPLINK);
        selection.rare.push((pattern, reason.to_owned()));
    }
    selection
}

/// Stops the run at its deadline.
async fn ring(stop: engine::Stop, pace: Pace, deadline: Option<Duration>, more: Duration) {
    let began = Instant::now();
    let limit = loop {
        let limit = deadline.unwrap_or_else(|| time_at(pace.now()) + more);
        let left = limit.saturating_sub(began.elapsed());
        if left.is_zero() {
            break limit;
        }
        tokio::time::sleep(left.min(Duration::from_secs(1))).await;
    };
    stop.pull(StopReason::Deadline(limit.as_secs()));
}

/// Returns how long a whole run may take at this pace: twice the time of its requests, and some
/// time to wait.
fn time_at(pace: PaceNow) -> Duration {
    let (least, most) = (Duration::from_secs(180), Duration::from_secs(3600));
    let time = pace.time_for(2 * MOST_REQUESTS) + Duration::from_secs(60);
    time.clamp(least, most)
}

/// Judges a transcript again, without a network.
///
/// # Errors
/// If the selection that the transcript records names a check that no longer exists.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use safe_conformance::{Transcript, judge};
///
/// let transcript = Transcript::parse(&std::fs::read_to_string("transcript.json")?)?;
/// let report = judge(&transcript, None, |_| {}).await?;
/// print!("{report}");
/// # Ok(())
/// # }
/// ```
pub async fn judge(
    transcript: &Transcript,
    waivers: Option<Waivers>,
    events: impl FnMut(Event) + Send,
) -> Result<Report, CheckupError> {
    let selection = unasked(transcript.selection(), transcript.slow_uplink());
    let plan = Plan::new(server::checks(), &selection)?;
    let session = Arc::new(Session::replay(transcript));
    let options = Options {
        jobs: 1,
        grace: GRACE,
        stop: engine::Stop::default(),
    };
    let mut run = engine::run(plan, Arc::new(Arc::clone(&session)), options, events).await;
    let leftovers = session.clean_up(CLEAN_UP).await;
    server::judge_late(&mut run.findings, &session.late());
    let diagnosed = diagnose(&session, &mut run);
    let stale = waive(waivers, &mut run);
    let then = transcript.timing();
    let timing = then.map_or_else(Timing::now, |(started, took)| Timing { started, took });
    let mut report = assemble(&session, run, timing, leftovers, stale, diagnosed);
    report.bin = bin_of(&session, &report, None);
    Ok(report)
}

/// Returns what is in the bin if the server is recognisably a Nextcloud or showed its bin;
/// otherwise the result of `--purge-trash`, if it was requested.
fn bin_of(session: &Session, report: &Report, purged: Option<Purged>) -> Option<Bin> {
    let mut software = report.software.iter();
    let is_nextcloud = software.any(|seen| seen.product == Product::Nextcloud);
    let has_removed = purged.as_ref().is_some_and(|purged| purged.files > 0);
    let deleted = if is_nextcloud || has_removed {
        session.totals().deleted
    } else {
        Binned::default()
    };
    (!deleted.is_none() || purged.is_some()).then(|| Bin::new(deleted, purged))
}

/// Adds to each finding its problem and the fix for this server.
fn diagnose(session: &Session, run: &mut engine::Run) -> Diagnosed {
    let signs = session.signs();
    let fields = signs.iter();
    let mut software = recognised_in(fields.map(|(name, value)| (name.as_str(), value.as_str())));
    with_url(&session.facts().base, &mut software);
    let fields = signs.iter();
    let fields = fields.map(|(name, value)| (name.as_str(), value.as_str()));
    software.splice(..0, recognised_in_run(&run.findings, fields));
    let inspection = session.inspected();
    let sights = Sights {
        facts: session.facts(),
        inspection: inspection.as_deref(),
        software: &software,
        halted: session.halted(),
    };
    attribute(&mut run.findings, &sights);
    let asking = session.asking();
    let shell = Shell {
        base: &session.facts().base,
        asking: &asking,
        software: &software,
    };
    fill(&mut run.findings, &shell);
    let root = inspection.as_deref().and_then(first_releases);
    let said = |problem: &'static Problem| match root {
        Some((root, releases)) if problem.id == NEW_ROOT => {
            format!("The root `{root}` is in {releases}, and later ({NEW_ROOT}).")
        }
        _ => shell.fill(&format!(
            "{} ({}). {}",
            problem.title, problem.id, problem.fix
        )),
    };
    let fails = run.findings.iter().any(|it| it.verdict == Verdict::Fail);
    // Failures must be fixed first, and no phone is meant to reach the embedded server.
    let may_concern_phones = !fails && !session.facts().embedded;
    let remarks = remarks(&sights).into_iter();
    let remarks = remarks.filter(|problem| may_concern_phones || !FOR_PHONES.contains(&problem.id));
    let remarks = remarks.map(said).collect();
    Diagnosed { software, remarks }
}

/// The texts of a diagnosis other than the findings.
struct Diagnosed {
    software: Vec<Recognised>,
    remarks: Vec<String>,
}

fn assemble(
    session: &Session,
    run: engine::Run,
    timing: Timing,
    leftovers: Leftovers,
    stale: Vec<String>,
    diagnosed: Diagnosed,
) -> Report {
    let conditions = session.conditions();
    let issues = KnownIssue::under(&conditions);
    let report = Report::new(session, run, timing, leftovers, issues, stale);
    let mut report = report.on(diagnosed.software);
    report.remarks = diagnosed.remarks;
    report
}
