//! `sweep`: deletes what killed runs left on a server.

use super::Exit;
use super::credentials::ServerArguments;
use super::ended::{Complaint, Ended};
use super::output::{is_quiet, print, width};
use crate::engine::Ending;
use crate::text::{counted, each_wrapped};
use crate::wire::ledger::LeftLedger;
use crate::wire::{Doubt, Purged, Seed, Session, Settings, Swept, Target};
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Arguments of `sweep`.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    server: ServerArguments,
    /// The folder for the ledgers that `sweep` reads [default: safe-conformance in
    /// $XDG_STATE_HOME or ~/.local/state]
    #[arg(long, value_name = "FOLDER")]
    ledger_dir: Option<PathBuf>,
    /// Also remove the files that the ledgers name, by name, from the bin of a Nextcloud
    #[arg(long)]
    purge_trash: bool,
}

pub(super) async fn run(arguments: Arguments) -> Ended {
    let folder = super::check::ledger_folder(arguments.ledger_dir.as_ref())?;
    // A mistyped folder must not look like a clean server.
    if let Some(named) = arguments.ledger_dir.filter(|named| !named.is_dir()) {
        return Err(Complaint::usage(format!(
            "--ledger-dir `{}` is not a folder",
            named.display()
        )));
    }
    let ledgers = LeftLedger::all(&folder).map_err(|error| Complaint::usage(error.to_string()))?;
    let mut out = String::new();
    let mut ending = Ending::new(Exit::Conforms, "there was nothing to sweep");
    let mut readable = Vec::new();
    for ledger in ledgers {
        match ledger {
            Ok(ledger) => readable.push(ledger),
            Err(error) => {
                // Writing to a string cannot fail.
                let _ = writeln!(out, "{error}");
                ending = Ending::new(Exit::Incomplete, "a ledger could not be read");
            }
        }
    }
    if readable.is_empty() && ending.exit != Exit::Conforms {
        let _ = writeln!(out, "Nothing was swept.");
    } else if readable.is_empty() {
        // A mistyped URL must not look like a clean server either.
        if arguments.server.names_a_server()? {
            arguments.server.target_for(false)?;
        }
        let _ = writeln!(
            out,
            "Nothing to sweep: {} holds no ledger.",
            folder.display()
        );
    } else if let Some(target) = arguments.server.target()? {
        let swept = sweep(&target, readable, arguments.purge_trash, &mut out).await?;
        if ending.exit == Exit::Conforms || swept.exit == Exit::LockedOut {
            ending = swept;
        }
    } else {
        list(&readable, &mut out);
        ending = Ending::new(Exit::Incomplete, "no server was named");
    }
    let _ = writeln!(out, "{}", ending.last_line());
    if !(is_quiet() && ending.exit == Exit::Conforms) {
        print(&each_wrapped(&out, width()))?;
    }
    Ok(ending.exit)
}

/// Lists the servers that have something to sweep.
fn list(ledgers: &[LeftLedger], out: &mut String) {
    let _ = writeln!(
        out,
        "Runs left backups on these servers; sweep each with its URL and credentials:"
    );
    for ledger in ledgers {
        let left = match ledger.count() {
            0 => "no backup that it can name".to_owned(),
            count => counted(count as u64, "backup"),
        };
        let _ = writeln!(
            out,
            "  {} ({left}, {})",
            ledger.target,
            ledger.path().display()
        );
    }
}

/// Deletes what the ledgers of this server name, until it is done or a signal arrives.
async fn sweep(
    target: &Target,
    ledgers: Vec<LeftLedger>,
    purge_trash: bool,
    out: &mut String,
) -> Result<Ending, Complaint> {
    let session = Session::live(target.clone(), Settings::new(Seed::new(0)), None)
        .map_err(|error| Complaint::usage(error.to_string()))?;
    let (mut ours, others): (Vec<_>, Vec<_>) = ledgers
        .into_iter()
        .partition(|ledger| ledger.target == target.base.as_str());
    for ledger in others {
        let _ = writeln!(
            out,
            "{} belongs to another server, {}: skipped.",
            ledger.path().display(),
            ledger.target
        );
    }
    if ours.is_empty() {
        let _ = writeln!(out, "No ledger belongs to {}.", target.base.as_str());
        // A mistyped URL must not look like a clean server.
        let why = "no ledger belongs to this server";
        return Ok(Ending::new(Exit::Incomplete, why));
    }
    let named = ours.iter().map(LeftLedger::count).sum::<usize>();
    let stopped_by = tokio::select! {
        ending = sweep_all(&session, &mut ours, purge_trash, out) => return Ok(ending),
        name = super::check::signal() => name,
    };
    // What was said until then is not lost.
    print(&each_wrapped(out, width()))?;
    Err(stopped(stopped_by, &session, &ours, named))
}

/// Returns what a signal stopped. The ledgers may still name what was deleted: the next sweep finds
/// it gone.
fn stopped(name: &str, session: &Session, ledgers: &[LeftLedger], named: usize) -> Complaint {
    let left = ledgers.iter().map(LeftLedger::count).sum::<usize>();
    let deleted = ledgers.iter().map(|ledger| session.deleted(ledger));
    let gone = named.saturating_sub(left) + deleted.sum::<usize>();
    Complaint {
        exit: Exit::Incomplete,
        sentence: format!(
            "{name} stopped `sweep`: {gone} of {} gone; run `sweep` again",
            counted(named as u64, "backup")
        ),
    }
}

async fn sweep_all(
    session: &Session,
    ledgers: &mut [LeftLedger],
    purge_trash: bool,
    out: &mut String,
) -> Ending {
    let mut ending = Ending::new(Exit::Conforms, "what the ledgers name is gone");
    for ledger in ledgers {
        if let Some(trouble) = sweep_one(session, ledger, purge_trash, out).await {
            ending = trouble;
        }
    }
    ending
}

/// Sweeps one ledger, and removes it if nothing is left. Returns how `sweep` ends otherwise.
async fn sweep_one(
    session: &Session,
    ledger: &mut LeftLedger,
    purge_trash: bool,
    out: &mut String,
) -> Option<Ending> {
    let swept = session.sweep(ledger).await;
    let _ = write!(out, "{}", session.scrub().text(&said(&swept, ledger)));
    if let Some(halt) = session.halted() {
        let why = session.scrub().text(&halt.to_string());
        return Some(Ending::new(Exit::LockedOut, why));
    }
    let incomplete = |why: &str| Some(Ending::new(Exit::Incomplete, why));
    if !swept.is_clean() {
        return incomplete("a backup may still be on the server");
    }
    if purge_trash {
        let purged = session.purge_bin(Some(ledger)).await;
        let said = said_of_bin(&purged);
        let _ = writeln!(out, "{}", session.scrub().text(&said));
        if purged.trouble.is_some() {
            // The next sweep needs the names in the ledger.
            return incomplete("files of this program may still be in the bin");
        }
    }
    if !ledger.damaged.is_empty() {
        return incomplete("a ledger has lines that do not name a backup of this program");
    }
    if let Err(error) = ledger.remove() {
        let path = ledger.path().display();
        let _ = writeln!(out, "failed to remove {path}: {error}");
    }
    None
}

/// Returns what happened to our files in the bin.
fn said_of_bin(purged: &Purged) -> String {
    let files = counted(purged.files as u64, "file");
    match &purged.trouble {
        None => format!("removed {files} of this program from the bin."),
        Some(why) => {
            format!("removed {files} of this program from the bin; others may be left: {why}.")
        }
    }
}

/// Returns what happened to the backups of one ledger, in lines.
fn said(swept: &Swept, ledger: &LeftLedger) -> String {
    let path = ledger.path().display();
    let mut said = match &swept.refusal {
        Some(refusal) if swept.is_untouched => format!(
            "{path}: nothing was done: {refusal}. It still names {}.\n",
            counted(swept.named as u64, "backup")
        ),
        Some(refusal) => format!(
            "{} of {} gone, then {refusal}; {path} names the rest.\n",
            swept.gone,
            counted(swept.named as u64, "backup")
        ),
        None if swept.named == 0 => format!("{path} names no backup that may be left.\n"),
        None => format!(
            "{} of {} gone.\n",
            swept.gone,
            counted(swept.named as u64, "backup")
        ),
    };
    for (doubt, count) in &swept.doubts {
        let _ = writeln!(
            said,
            "{count} may still be there: {}; {path} names them.{}",
            doubt.sentence(),
            if *doubt == Doubt::MayAppear {
                " Run `sweep` again in a minute."
            } else {
                ""
            }
        );
    }
    for line in &ledger.damaged {
        let _ = writeln!(
            said,
            "{path}: line {line} is malformed, or names a backup that is not from this program; the line was skipped and the file kept."
        );
    }
    said
}
