//! `rig`: watches what a client sends to a scripted server.

use super::output::OutputArguments;
use super::{Complaint, Ended, Exit};
use crate::engine::{Pattern, Selection};
use crate::report::Progress;
use crate::run::{Rig, RigRunError};
use crate::safe::Client;
use crate::suites::client::rig;
use crate::wire::Scrub;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What `rig --help` says of the command.
pub(super) const HELP: &str = "\
The command runs once for each action of a case, with these variables in its environment:
  SAFE_RIG_ACTION           test, backup, restore, delete or change-password
  SAFE_RIG_URL              the base URL of the server
  SAFE_RIG_CA               a file with the root certificate to trust, PEM
  SAFE_RIG_ID               the Threema ID
  SAFE_RIG_PASSWORD         the Safe password; SAFE_RIG_NEW_PASSWORD is what to change it to
  SAFE_RIG_USER             the user of the server, empty if it asks for none
  SAFE_RIG_SERVER_PASSWORD  that user's password
  SAFE_RIG_DIR              a folder of the case's own: document.json is what to back up, and
                            restored.json may say what was restored
  SAFE_RIG_CASE             the case
Exit codes of the command: 0 done, 1 the client reports a failure, 127 it does not support the
action. It must answer 127 to an action that it does not know.

Example: safe-conformance rig --exec './my-client-in-a-test-harness.sh' --as android";

/// Arguments of `rig`.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// The client, as a shell would start it: run once for each action, with the task in its
    /// environment
    #[arg(long, value_name = "COMMAND", required_unless_present = "list")]
    exec: Option<String>,
    /// Print the cases and what is expected in each, and run nothing
    #[arg(long)]
    list: bool,
    /// Only this case; a part of the name, `rig.backup`, stands for all cases below it
    #[arg(long = "case", value_name = "ID", value_delimiter = ',')]
    cases: Vec<String>,
    /// Leave this case out
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    skip: Vec<String>,
    /// Whose way counts where the published clients differ; without this, that of any
    #[arg(long = "as", value_name = "CLIENT", value_enum)]
    held_to: Option<As>,
    #[command(flatten)]
    output: OutputArguments,
    /// Keep what was seen in this folder: one folder a case, with the requests in exchanges.txt and
    /// what the command printed in output.txt
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// How many cases run at once
    #[arg(long, value_name = "COUNT", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// How long one action may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// How long the whole run may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    deadline: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum As {
    Android,
    Ios,
    Desktop,
}

pub(super) async fn run(arguments: Arguments) -> Ended {
    if arguments.list {
        super::output::print(&listed())?;
        return Ok(Exit::Conforms);
    }
    let command = arguments.exec.clone().unwrap_or_default();
    if command.trim().is_empty() {
        return Err(Complaint::usage(
            "--exec is empty; expected the command that runs the client",
        ));
    }
    let outputs = arguments.output.open(rig::is_known, Vec::new())?;
    let progress = Arc::new(Progress::new(
        arguments.output.verbose > 0,
        super::output::is_quiet(),
    ));
    let mut run = Rig::new()
        .selecting(Selection {
            only: arguments.cases.iter().map(Pattern::new).collect(),
            skip: arguments
                .skip
                .iter()
                .map(|pattern| (Pattern::new(pattern), format!("--skip {pattern}")))
                .collect(),
            ..Selection::default()
        })
        .jobs(usize::from(arguments.jobs))
        .deadline(Duration::from_secs(arguments.deadline));
    if let Some(held_to) = arguments.held_to {
        run = run.held_to(match held_to {
            As::Android => Client::Android,
            As::Ios => Client::Ios,
            As::Desktop => Client::Desktop,
        });
    }
    if let Some(folder) = arguments.dir {
        run = run.keeping(folder);
    }
    if let Some((waivers, today)) = outputs.waivers() {
        run = run.waiving(waivers, today);
    }
    let stop = crate::engine::Stop::default();
    super::check::listen(stop.clone());
    let timeout = Duration::from_secs(arguments.timeout);
    let report = run
        .stopped_by(stop)
        .run_command(&command, timeout, |event| progress.on(&event))
        .await
        .map_err(|error| match error {
            RigRunError::Plan(error) => Complaint::usage(
                error
                    .to_string()
                    .replace("`safe-conformance list`", "`safe-conformance rig --list`"),
            ),
            RigRunError::Rig(error) => Complaint {
                exit: Exit::Incomplete,
                sentence: error.to_string(),
            },
        })?;
    progress.finish();
    outputs.write(report, &Scrub::default())
}

fn listed() -> String {
    let mut text = String::new();
    for check in rig::checks(crate::suites::client::Like::Anyone) {
        text += &format!(
            "{}\n    {}\n    expected: {}\n",
            check.id, check.title, check.expected
        );
    }
    text
}
