//! `rig`: watches what a client sends to a scripted server.

mod by_hand;
mod compare;

use super::Exit;
use super::ended::{Complaint, Ended};
use super::number::between;
use super::output::{OutputArguments, width};
use super::selection::{Known, selection, unplanned};
use crate::clients::Release;
use crate::engine::{Pattern, Selection};
use crate::report::{Progress, Report};
use crate::run::{Rig, RigRunError};
use crate::suites::client::rig;
use crate::text::wrapped;
use crate::wire::Scrub;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The environment and exit codes of the command, as `rig --help` shows them.
pub(super) const HELP: &str = "\
The command runs once for each action of a case, with these variables in its environment:
  SAFE_RIG_ACTION           test, backup, restore, delete or change-password
  SAFE_RIG_URL              the base URL of the server
  SAFE_RIG_CA               a file with the root certificate to trust, PEM
  SAFE_RIG_ID               the Threema ID
  SAFE_RIG_PASSWORD         the Safe password; SAFE_RIG_NEW_PASSWORD is what to change it to
  SAFE_RIG_USER             the user of the server, empty if it asks for none
  SAFE_RIG_SERVER_PASSWORD  that user's password
  SAFE_RIG_DIR              a folder for this case: document.json is the document to back up; the
                            client may write restored.json
  SAFE_RIG_CASE             the case

Exit codes of the command: 0 done, 1 the client reports a failure, 127 it does not support the \
action. It must end with 127 for an action that it does not know. The page `rig` of the manual \
describes each variable.

Without --exec you drive the client yourself, a phone for example: the rig shows what to do next and \
continues when it has seen it. --listen accepts other devices; it prints the address of a page with \
the certificate to install.

Examples:
  safe-conformance rig --exec './my-client-in-a-test-harness.sh' --as android
  safe-conformance rig --listen 192.168.1.20 --id ABCD1234 --backup-password-file password.txt
  safe-conformance rig compare before.json after.json";

/// Arguments of `rig`.
#[derive(Args)]
#[command(after_help = HELP, args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The command that runs the client, run by a shell once for each action, with the task in its
    /// environment
    #[arg(long, value_name = "COMMAND")]
    exec: Option<String>,
    #[command(flatten)]
    by_hand: by_hand::HandArguments,
    /// Print the cases and what each expects, without running them
    #[arg(long)]
    list: bool,
    /// Only these cases: whole segments of an ID, such as `rig.backup`; several with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// All cases except these; several with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    skip: Vec<String>,
    /// Which client to follow if the published clients differ: android, ios or desktop for its
    /// newest release, or any published version (android-5.8); without this option, any newest
    /// release
    #[arg(long = "as", value_name = "RELEASE", value_parser = Release::named)]
    held_to: Option<Release>,
    #[command(flatten)]
    output: OutputArguments,
    /// Keep what was seen in this folder: one folder per case, with the requests in exchanges.txt
    /// and what the command printed in output.txt
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// How many cases run at once; by hand always one
    #[arg(long, value_name = "COUNT", default_value_t = 8, value_parser = between(1_u16, 64))]
    jobs: u16,
    /// How long one action may take, in seconds [default: 60, by hand 600]
    #[arg(long, value_name = "SECONDS", value_parser = between(1_u64, 3600))]
    timeout: Option<u64>,
    /// How long the whole run may take, in seconds [default: 600, by hand 14400]
    #[arg(long, value_name = "SECONDS", value_parser = between(1_u64, 86_400))]
    deadline: Option<u64>,
}

#[derive(Subcommand)]
enum Command {
    /// Compare reports side by side; exit code 1 if a case broke from one to the next.
    Compare(compare::CompareArguments),
}

pub(super) async fn run(arguments: Arguments) -> Ended {
    if let Some(Command::Compare(arguments)) = &arguments.command {
        return compare::run(arguments);
    }
    if arguments.list {
        super::output::print(&listed())?;
        return Ok(Exit::Conforms);
    }
    if arguments
        .exec
        .as_deref()
        .is_some_and(|it| it.trim().is_empty())
    {
        return Err(Complaint::usage(
            "--exec is empty; expected the command that runs the client",
        ));
    }
    if let Some(id) = looks_back_at_nothing(&arguments) {
        return Err(Complaint::usage(format!(
            "`{id}` judges what other cases sent, but no such case is selected; add one: --only rig.backup.first,{id}"
        )));
    }
    let is_by_hand = arguments.exec.is_none();
    let outputs = arguments.output.open(Known::RIG, Vec::new())?;
    let progress = Arc::new(Progress::new(
        arguments.output.verbose > 0,
        super::output::is_quiet(),
    ));
    let seconds = |given: Option<u64>, by_hand: u64, command: u64| {
        Duration::from_secs(given.unwrap_or(if is_by_hand { by_hand } else { command }))
    };
    let timeout = seconds(arguments.timeout, 600, 60);
    let run = prepared(&arguments).deadline(seconds(arguments.deadline, 14_400, 600));
    let run = outputs.waiving(run);
    super::check::listen(run.stop(), None);
    let report = if let Some(command) = &arguments.exec {
        run.run_command(command, timeout, |event| progress.on(&event))
            .await
    } else {
        let cases = chosen(&arguments);
        by_hand::run(run, &arguments.by_hand, cases, timeout, &progress).await?
    };
    let report = report.map_err(complaint)?;
    progress.finish();
    if arguments.exec.is_some() && supports_nothing(&report) {
        super::output::tell(&wrapped(NOT_SUPPORTED, 0, width()));
    }
    outputs.write(report, &Scrub::default())
}

/// The hint if the command ended with 127 for every action.
const NOT_SUPPORTED: &str = "\
The command ended with exit code 127 for every action of the selected cases. A shell does the same if \
it cannot find a command: run it by hand, or look at output.txt in the folders that --dir keeps. The \
checks that judge what other cases sent (rig.request, rig.hosts, rig.secret, rig.body) need cases with \
them.";

/// Returns whether a whole run judged no action, except the answer to an unknown one.
fn supports_nothing(report: &Report) -> bool {
    let mut findings = report.findings.iter();
    report.complete
        && findings.all(|finding| finding.id == rig::UNSUPPORTED || !finding.verdict.is_judged())
}

/// Returns the selection of cases: by hand the tour, unless some are named.
fn asked_for(arguments: &Arguments) -> Selection {
    let mut asked_for = selection(&arguments.only, &arguments.skip);
    if arguments.only.is_empty() && arguments.exec.is_none() {
        asked_for.only = by_hand::TOUR.into_iter().map(Pattern::new).collect();
    }
    asked_for
}

/// Returns a selected check that judges the requests of other cases, if none of those cases is
/// selected.
fn looks_back_at_nothing(arguments: &Arguments) -> Option<&'static str> {
    if !chosen(arguments).is_empty() {
        return None;
    }
    let Selection { only, .. } = asked_for(arguments);
    let checks = rig::checks(crate::suites::client::Like::Anyone).iter();
    let mut chosen = checks.filter(|check| only.iter().any(|it| it.matches(check.id)));
    chosen
        .find(|check| check.id != rig::UNSUPPORTED)
        .map(|check| check.id)
}

/// Returns the cases that will be played.
fn chosen(arguments: &Arguments) -> Vec<&'static rig::RigCase> {
    let Selection { only, skip, .. } = asked_for(arguments);
    let cases = rig::cases().iter();
    cases
        .filter(|case| only.is_empty() || only.iter().any(|it| it.matches(case.case.id)))
        .filter(|case| !skip.iter().any(|(it, _)| it.matches(case.case.id)))
        .collect()
}

/// Returns the run that the arguments describe.
fn prepared(arguments: &Arguments) -> Rig {
    let jobs = usize::from(arguments.jobs);
    let mut run = Rig::new().selecting(asked_for(arguments)).jobs(jobs);
    if let Some(held_to) = arguments.held_to {
        run = run.held_to(held_to);
    }
    if let Some(folder) = &arguments.dir {
        run = run.keeping(folder);
    }
    run
}

fn complaint(error: RigRunError) -> Complaint {
    match error {
        RigRunError::Plan(error) => unplanned(&error, Known::RIG),
        RigRunError::Rig(error) => Complaint {
            exit: Exit::Incomplete,
            sentence: error.to_string(),
        },
    }
}

fn listed() -> String {
    let mut text = String::new();
    for check in rig::checks(crate::suites::client::Like::Anyone) {
        text += &format!("{}\n", check.id);
        text += &wrapped(check.title.trim(), 4, width());
        text += &wrapped(&format!("expected: {}", check.expected), 4, width());
    }
    text
}
