//! `judge`: judges a transcript again.

use super::ended::{Complaint, Ended};
use super::output::OutputArguments;
use crate::report::Progress;
use crate::wire::{Scrub, Transcript};
use clap::Args;
use std::path::PathBuf;

/// The longest transcript that is read, in bytes.
const LONGEST: u64 = 48 * 1024 * 1024;

/// Arguments of `judge`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The file that `check --transcript` wrote
    transcript: PathBuf,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) async fn run(arguments: Arguments) -> Ended {
    let text = super::credentials::read_at_most(&arguments.transcript, "the transcript", LONGEST)?;
    let transcript = Transcript::parse(&text).map_err(|error| {
        Complaint::usage(format!("`{}`: {error}", arguments.transcript.display()))
    })?;
    let outputs = arguments.output.open(
        super::selection::Known::SERVER,
        vec![arguments.transcript.clone()],
    )?;
    let progress = Progress::new(arguments.output.verbose > 0, super::output::is_quiet());
    let report = crate::run::judge(&transcript, outputs.waivers(), |event| progress.on(&event))
        .await
        .map_err(|error| super::check::complaint(&error))?;
    progress.finish();
    outputs.write(report, &Scrub::default())
}
