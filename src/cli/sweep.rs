//! `sweep`: deletes what killed runs have left on a server.

use super::credentials::ServerArguments;
use super::output::print;
use super::{Complaint, Ended, Exit};
use crate::wire::ledger::LeftLedger;
use crate::wire::{Seed, Session, Settings, Target};
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Arguments of `sweep`.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    server: ServerArguments,
    /// The folder of the ledgers
    #[arg(long, value_name = "FOLDER")]
    ledger_dir: Option<PathBuf>,
}

pub(super) async fn run(arguments: Arguments) -> Ended {
    let folder = super::check::ledger_folder(arguments.ledger_dir.as_ref())?;
    let ledgers = LeftLedger::all(&folder).map_err(|error| Complaint::usage(error.to_string()))?;
    let mut out = String::new();
    let mut exit = Exit::Conforms;
    let mut readable = Vec::new();
    for ledger in ledgers {
        match ledger {
            Ok(ledger) => readable.push(ledger),
            Err(error) => {
                // Writing to memory cannot fail.
                let _ = writeln!(out, "{error}");
                exit = Exit::Incomplete;
            }
        }
    }
    if readable.is_empty() && exit != Exit::Conforms {
        let _ = writeln!(out, "Nothing was swept.");
    } else if readable.is_empty() {
        let _ = writeln!(
            out,
            "Nothing to sweep: no run has left a ledger in {}.",
            folder.display()
        );
    } else if let Some(target) = arguments.server.target()? {
        exit = sweep(&target, readable, &mut out, exit).await?;
    } else {
        let _ = writeln!(
            out,
            "Runs have left something on these servers; sweep each with its URL and credentials:"
        );
        for ledger in &readable {
            let _ = writeln!(
                out,
                "  {} ({} backups, {})",
                ledger.target,
                ledger.left.len(),
                ledger.path().display()
            );
        }
        exit = Exit::Incomplete;
    }
    print(&out)?;
    Ok(exit)
}

async fn sweep(
    target: &Target,
    ledgers: Vec<LeftLedger>,
    out: &mut String,
    mut exit: Exit,
) -> Ended {
    let session = Session::live(target.clone(), Settings::new(Seed::new(0)), None)
        .map_err(|error| Complaint::usage(error.to_string()))?;
    let mut matched = false;
    for mut ledger in ledgers {
        if ledger.target != target.base.as_str() {
            let _ = writeln!(
                out,
                "{} is about another server, {}: left as it is.",
                ledger.path().display(),
                ledger.target
            );
            continue;
        }
        matched = true;
        let named = ledger.left.len();
        let (gone, refusal) = session.sweep(&mut ledger).await;
        let path = ledger.path().display().to_string();
        if let Some(refusal) = refusal {
            let _ = writeln!(
                out,
                "{gone} of {named} backups are gone, then {}; {path} names the rest.",
                session.scrub().text(&refusal)
            );
            exit = Exit::Incomplete;
        } else {
            let _ = writeln!(out, "{named} of {named} backups are gone.");
            if let Err(error) = ledger.remove() {
                let _ = writeln!(out, "{path} cannot be removed: {error}");
            }
        }
    }
    if !matched {
        let _ = writeln!(out, "No ledger is about {}.", target.base.as_str());
        // Whoever mistypes the URL would take a 0 for a clean server.
        exit = Exit::Incomplete;
    }
    Ok(exit)
}
