//! `client`: checks an implementation of a client against the known-answer vectors.

use super::ended::{Complaint, Ended};
use super::number::between;
use super::output::{OutputArguments, tell};
use super::selection::{Known, selection, unplanned};
use crate::adapter::{Limits, Tell};
use crate::clients::Release;
use crate::engine::Verdict;
use crate::report::{Progress, Report};
use crate::run::{ClientCheckup, ClientCheckupError};
use crate::wire::Scrub;
use clap::Args;
use std::sync::Arc;
use std::time::Duration;

/// The number of lines of the adapter's standard error that are shown after the run.
const LAST_LINES: usize = 10;

/// The limits, as `client --help` shows them.
const HELP: &str = "\
The adapter has 30 s to answer `hello` (--start-timeout) and 10 s for every other answer (--timeout), \
each of at most 8 MiB (--max-answer). If it takes longer, crashes or writes something else, the \
vector fails, and the program kills the adapter and starts it again. The whole run ends after 10 \
minutes (--deadline): vectors not run by then are reported as not judged, and the exit code is 3.

Example: safe-conformance client --exec 'python3 my_adapter.py' --only kdf";

/// Arguments of `client`.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// The command that starts the adapter, run by a shell. The adapter reads one JSON object per
    /// line and answers each with one (see vectors/README.md)
    #[arg(long, value_name = "COMMAND")]
    exec: String,
    /// The client whose outcome counts if the published clients differ: android, ios or desktop
    /// for the newest release, or any published version (android-5.8, ios-7.1.1); without this
    /// option, the outcome of any client counts
    #[arg(long = "as", value_name = "RELEASE", value_parser = Release::named)]
    held_to: Option<Release>,
    #[command(flatten)]
    output: OutputArguments,
    /// Only these vectors: whole segments of an ID, such as `kdf` or `envelope.crc`;
    /// several with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// All vectors except these; several with commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    skip: Vec<String>,
    /// Also run the vectors that take 1 GiB of memory
    #[arg(long)]
    large_memory: bool,
    /// How many adapters run at once; each needs 64 MiB of memory to derive keys
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = between(1_u16, 64))]
    jobs: u16,
    /// How long one answer may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = between(1_u64, 3600))]
    timeout: u64,
    /// How long the adapter may take to start, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = between(1_u64, 3600))]
    start_timeout: u64,
    /// How long the whole run may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = between(1_u64, 86_400))]
    deadline: u64,
    /// The longest answer that is read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 8 * 1024 * 1024)]
    max_answer: usize,
}

pub(super) async fn run(arguments: Arguments) -> Ended {
    if arguments.exec.trim().is_empty() {
        return Err(Complaint::usage(
            "--exec is empty; expected the command that starts the adapter",
        ));
    }
    let outputs = arguments.output.open(Known::CLIENT, Vec::new())?;
    let progress = Arc::new(Progress::new(
        arguments.output.verbose > 0,
        super::output::is_quiet(),
    ));
    let checkup = ClientCheckup::new(&arguments.exec)
        .selecting(selection(&arguments.only, &arguments.skip))
        .limits(Limits {
            answer: Duration::from_secs(arguments.timeout),
            start: Duration::from_secs(arguments.start_timeout),
            answer_bytes: arguments.max_answer,
            ..Limits::default()
        })
        .jobs(usize::from(arguments.jobs))
        .deadline(Duration::from_secs(arguments.deadline));
    let mut checkup = outputs.waiving(checkup);
    if let Some(held_to) = arguments.held_to {
        checkup = checkup.held_to(held_to);
    }
    if arguments.large_memory {
        checkup = checkup.large_memory();
    }
    if arguments.output.verbose > 0 {
        let progress = Arc::clone(&progress);
        let tell: Tell = Arc::new(move |line| progress.say(&format!("adapter: {line}")));
        checkup = checkup.telling(tell);
    }
    super::check::listen(checkup.stop(), None);
    let (report, last_words) = checkup
        .run_with(|event| progress.on(&event))
        .await
        .map_err(|ClientCheckupError::Plan(error)| unplanned(&error, Known::CLIENT))?;
    progress.finish();
    if arguments.output.verbose == 0 {
        show(&report, &last_words);
    }
    outputs.write(report, &Scrub::default())
}

/// Shows the last lines of the adapter's standard error if something went wrong.
fn show(report: &Report, last_words: &[String]) {
    let wrong = report
        .findings
        .iter()
        .any(|finding| matches!(finding.verdict, Verdict::Fail | Verdict::Error));
    if !wrong || last_words.is_empty() {
        return;
    }
    let from = last_words.len().saturating_sub(LAST_LINES);
    let mut text = String::from("The adapter's standard error ends with:\n");
    for line in &last_words[from..] {
        text += &format!("  {}\n", crate::text::line(line));
    }
    tell(&format!("{text}\n"));
}
