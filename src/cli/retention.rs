//! `retention`: plants canaries on a server and comes back for them.

use super::Exit;
use super::credentials::ServerArguments;
use super::ended::{Complaint, Ended};
use super::number::between;
use super::output::{ReportArguments, Reports, is_quiet, print, width};
use crate::engine::{Blocker, Ending, Outcome};
use crate::report::retention::{self as words, Doing};
use crate::report::{Report, blocks_page};
use crate::retention::{self, Ledger, LedgerError, Plan, Trouble, Visit, Watch};
use crate::wire::{Canaries, Seed};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The longest time between two visits, in days: a year.
const SELDOM: i64 = 366;

/// Arguments of `retention`.
#[derive(Args)]
#[command(after_help = super::examples::with(AFTER_HELP, super::examples::RETENTION))]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
`plant` puts five small backups on the server. Run `verify` every day, from cron or a \
scheduled CI job, or more often if `plant` says so, as for a server that promises less than five \
days: it does what is due, and says when to run it next. The ledger holds no \
credentials, and names the server only as a hash; keep it in a repository or a cache.

Exit codes of `verify`: 1 the server lost or changed a backup that it promises to keep, now or at an \
earlier visit; 2 the ledger or the arguments are invalid; 5 the server refused the credentials, or limits \
or locks out this address, and what is due stays due; 3 something else could not be requested or \
judged, and stays due; 0 everything that was due was done, or nothing was due.";

#[derive(Subcommand)]
enum Command {
    /// Put five canaries on a server and note them in a new ledger.
    Plant(Plant),
    /// Look for the canaries, upload what is due, and report what was lost.
    Verify(Verify),
    /// Show the state of the canaries, without a network.
    Status(Status),
    /// Delete the canaries, and then the ledger.
    End(End),
}

/// The ledger, the server and how long to wait for it.
#[derive(Args)]
struct Common {
    #[command(flatten)]
    server: ServerArguments,
    /// The file with the canaries
    #[arg(long, value_name = "FILE")]
    ledger: PathBuf,
    /// How long one answer may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = between(1_u64, 600))]
    timeout: u64,
}

#[derive(Args)]
struct Plant {
    #[command(flatten)]
    common: Common,
    /// The number of days between two visits; the last visit is this long before the end of the
    /// retention
    #[arg(long, value_name = "DAYS", default_value_t = 1, value_parser = between(1_i64, SELDOM))]
    every: i64,
    /// Watch for at most this many days, even if the server promises more
    #[arg(long, value_name = "DAYS", value_parser = between(1_i64, 36_500))]
    days: Option<i64>,
}

#[derive(Args)]
struct Verify {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    reports: ReportArguments,
    /// The server and its backups have moved to this URL
    #[arg(long)]
    moved: bool,
    /// Trust this machine's clock, even if the server's clock no longer agrees with it
    #[arg(long)]
    trust_clock: bool,
}

#[derive(Args)]
struct Status {
    /// The file with the canaries
    #[arg(long, value_name = "FILE")]
    ledger: PathBuf,
    /// Print one HTML file instead of text
    #[arg(long)]
    html: bool,
}

#[derive(Args)]
struct End {
    #[command(flatten)]
    common: Common,
    /// The server and its backups have moved to this URL
    #[arg(long)]
    moved: bool,
}

pub(super) async fn run(arguments: Arguments) -> Ended {
    match arguments.command {
        Command::Plant(arguments) => plant(arguments).await,
        Command::Verify(arguments) => verify(arguments).await,
        Command::Status(arguments) => status(&arguments),
        Command::End(arguments) => end(arguments).await,
    }
}

impl Common {
    /// Opens the canaries of `seed`. The server must be named: the embedded one does not count.
    fn canaries(&self, seed: Seed) -> Result<Canaries, Complaint> {
        let target = self.server.target()?.ok_or_else(|| {
            Complaint::usage("the server is missing; give its URL or set SAFE_TARGET")
        })?;
        Canaries::new(target, seed, Duration::from_secs(self.timeout))
            .map_err(|error| Complaint::usage(error.to_string()))
    }
}

impl From<Trouble> for Complaint {
    fn from(trouble: Trouble) -> Self {
        let exit = match &trouble {
            Trouble::Server(refusal) if refusal.reason.blocker().is_some() => Exit::LockedOut,
            Trouble::Ledger(
                LedgerError::Busy(_)
                | LedgerError::Unmade { .. }
                | LedgerError::Unsaved { .. }
                | LedgerError::Unremoved { .. },
            )
            | Trouble::Unjudgeable(_)
            | Trouble::Server(_) => Exit::Incomplete,
            Trouble::Ledger(_)
            | Trouble::OtherServer(_)
            | Trouble::OtherLogin
            | Trouble::Senseless(_) => Exit::Usage,
        };
        Self {
            exit,
            sentence: trouble.to_string(),
        }
    }
}

impl From<LedgerError> for Complaint {
    fn from(error: LedgerError) -> Self {
        Trouble::from(error).into()
    }
}

/// Returns the time of this machine's clock. A time past the year 9999 is refused, because days
/// cannot be counted from it.
fn machine_time() -> Result<Timestamp, Complaint> {
    Timestamp::try_from(std::time::SystemTime::now()).map_err(|_| {
        Complaint::usage("the clock of this machine is past the year 9999; correct it")
    })
}

/// Returns the same during a visit, when the clock was already checked.
fn clock() -> Timestamp {
    machine_time().unwrap_or(Timestamp::MAX)
}

async fn plant(arguments: Plant) -> Ended {
    machine_time()?;
    let seed = Seed::random().map_err(|error| Complaint {
        exit: Exit::Incomplete,
        sentence: format!("failed to read random bytes from the operating system: {error}"),
    })?;
    let canaries = arguments.common.canaries(seed)?;
    let plan = Plan {
        every_days: arguments.every,
        at_most_days: arguments.days,
    };
    let path = &arguments.common.ledger;
    let (ledger, visit) = tokio::select! {
        planted = retention::plant(&canaries, path, plan, &clock) => planted?,
        name = super::check::signal() => return Err(stopped(name, Doing::Plant, path)),
    };
    let text = format!(
        "{}The ledger is {}. Keep it: `verify` and `end` need it.\n",
        words::visit(&ledger.watch, &visit, width()),
        path.display(),
    );
    let ending = Ending::new(Exit::Conforms, "the canaries are planted");
    close(&canaries.scrub().text(&text), &ending)
}

async fn verify(arguments: Verify) -> Ended {
    machine_time()?;
    let mut ledger = Ledger::open(&arguments.common.ledger)?;
    let reports = arguments
        .reports
        .open(vec![arguments.common.ledger.clone()])?;
    let canaries = arguments.common.canaries(ledger.watch.seed)?;
    let (moved, trusts_clock) = (arguments.moved, arguments.trust_clock);
    let path = &arguments.common.ledger;
    let visit = tokio::select! {
        visit = retention::verify(&canaries, &mut ledger, moved, trusts_clock, &clock) => visit,
        name = super::check::signal() => return Err(stopped(name, Doing::Verify, path)),
    };
    let watch = &ledger.watch;
    let visit = match visit {
        Ok(visit) => visit,
        Err(trouble) => return Err(refused(trouble, watch, &canaries, reports)),
    };
    let text = words::visit(watch, &visit, width());
    let report = crate::run::retention_report(watch, &visit, &canaries, clock());
    let ending = ending_of(watch, &visit);
    let text = format!("{text}{}\n", ending.last_line());
    let report = report.ending_as(ending);
    let matters = watch.gone_before_ios().is_some();
    reports.write(&text, &report, &canaries.scrub(), matters)?;
    Ok(report.exit)
}

/// Returns the complaint about a visit at which nothing could be judged, and writes it to the
/// reports if the server or a clock is the reason.
fn refused(trouble: Trouble, watch: &Watch, canaries: &Canaries, reports: Reports) -> Complaint {
    let (outcome, halted) = match &trouble {
        Trouble::Server(refusal) => (
            refusal.outcome(),
            refusal.reason.blocker().map(|_| refusal.said.clone()),
        ),
        Trouble::Unjudgeable(why) => (Outcome::blocked(why.to_string()), None),
        _ => return trouble.into(),
    };
    let mut complaint = Complaint::from(trouble);
    // What an earlier visit found remains true.
    if let Some(damage) = words::damage(watch) {
        complaint.exit = Exit::Deviates;
        complaint.sentence = format!("{}. Before this visit, {damage}", complaint.sentence);
    }
    let findings = crate::suites::kept::findings_without_visit(watch, &outcome, clock());
    let ending = Ending::new(complaint.exit, complaint.sentence.clone());
    let report = Report::on_watch(watch, halted, findings, canaries);
    let report = report.incomplete(complaint.sentence.clone());
    let written = reports.write_files(&report.ending_as(ending), &canaries.scrub());
    written.err().unwrap_or(complaint)
}

/// Returns what a signal stopped, and what the ledger at `path` knows. The ledger is complete: each
/// upload is noted before it is sent.
fn stopped(signal: &str, doing: Doing, path: &Path) -> Complaint {
    let left = match Ledger::peek(path) {
        Ok(watch) => words::left(&watch, doing, &path.display().to_string()),
        Err(LedgerError::Missing(_)) => words::nothing_left(doing).to_owned(),
        Err(error) => error.to_string(),
    };
    Complaint {
        exit: Exit::Incomplete,
        sentence: format!("{signal} stopped `retention {}`. {left}", doing.name()),
    }
}

fn ending_of(watch: &Watch, visit: &Visit) -> Ending {
    if let Some(damage) = words::damage(watch) {
        Ending::new(Exit::Deviates, damage)
    } else if let Some((_, blocker)) = visit.shut_out() {
        shut_out(&blocker)
    } else if visit.had_trouble() || visit.was_too_late() {
        Ending::new(Exit::Incomplete, "a canary could not be looked at")
    } else {
        Ending::new(Exit::Conforms, "no canary was lost")
    }
}

fn shut_out(blocker: &Blocker) -> Ending {
    Ending::new(Exit::LockedOut, blocker.cause().title)
}

fn status(arguments: &Status) -> Ended {
    let watch = Ledger::peek(&arguments.ledger)?;
    let ending = words::damage(&watch).map_or_else(
        || Ending::new(Exit::Conforms, "no canary was lost"),
        |damage| Ending::new(Exit::Deviates, damage),
    );
    let now = machine_time()?;
    if arguments.html {
        let blocks = words::status_blocks(&watch, now);
        print(&blocks_page("Threema Safe: are backups kept?", &blocks))?;
    } else {
        let text = words::status(&watch, now, width());
        close_with(&text, &ending, watch.gone_before_ios().is_some())?;
    }
    Ok(ending.exit)
}

async fn end(arguments: End) -> Ended {
    machine_time()?;
    let ledger = Ledger::open(&arguments.common.ledger)?;
    let canaries = arguments.common.canaries(ledger.watch.seed)?;
    let path = &arguments.common.ledger;
    let ended = tokio::select! {
        ended = retention::end(&canaries, ledger, arguments.moved, &clock) => ended?,
        name = super::check::signal() => return Err(stopped(name, Doing::End, path)),
    };
    let path = path.display();
    let (text, ending) = match ended.refusal {
        None => (
            format!("The canaries are gone, and so is the ledger {path}.\n"),
            Ending::new(Exit::Conforms, "the canaries are gone"),
        ),
        Some(refusal) => (
            format!(
                "{} of the canaries are gone, then {refusal}. The ledger {path} names the rest; run `retention end` again.\n",
                ended.gone
            ),
            refusal.reason.blocker().map_or_else(
                || Ending::new(Exit::Incomplete, "a canary may still be on the server"),
                |blocker| shut_out(&blocker),
            ),
        ),
    };
    close(&canaries.scrub().text(&text), &ending)
}

/// Prints a text with the reason of the exit code; with `--quiet` only if something is wrong.
fn close(text: &str, ending: &Ending) -> Ended {
    close_with(text, ending, false)
}

/// Prints the same also with `--quiet` if it `matters` although nothing is wrong.
fn close_with(text: &str, ending: &Ending, matters: bool) -> Ended {
    if matters || !(is_quiet() && ending.exit == Exit::Conforms) {
        print(&format!("{text}{}\n", ending.last_line()))?;
    }
    Ok(ending.exit)
}
