//! `compare`: two JSON reports side by side.

use super::Exit;
use super::ended::{Complaint, Ended};
use super::output::{is_quiet, print, width};
use crate::report::{Comparison, Report};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// The longest report that is read, in bytes.
const LONGEST: u64 = 48 * 1024 * 1024;

/// What `compare --help` ends with.
pub(super) const EXAMPLES: &str = "\
Examples:
  safe-conformance compare last-week.json today.json
  safe-conformance compare before.json after.json --format html > comparison.html

Exit codes: 1 if a check broke and no waiver excuses it, or deviates that was not judged before; 3 if nothing broke, but a \
check can no longer be judged or a client's verdict fell; 2 if a file is not a report, or they are \
not of one kind; 0 otherwise.";

/// Arguments of `compare`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The older report, from `--report json=FILE`
    before: PathBuf,
    /// The newer report
    after: PathBuf,
    /// The format of the comparison
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For issues and merge requests.
    Markdown,
    /// One HTML file.
    Html,
}

pub(super) fn run(arguments: &Arguments) -> Ended {
    let before = report(&arguments.before)?;
    let after = report(&arguments.after)?;
    let comparison =
        Comparison::of(&before, &after).map_err(|error| Complaint::usage(error.to_string()))?;
    if is_quiet() && comparison.exit() == Exit::Conforms {
        return Ok(Exit::Conforms);
    }
    let text = match arguments.format {
        Format::Text => comparison.to_text(width()),
        Format::Json => comparison.to_json(),
        Format::Markdown => comparison.to_markdown(),
        Format::Html => comparison.to_html(),
    };
    print(&text)?;
    Ok(comparison.exit())
}

fn report(file: &Path) -> Result<Report, Complaint> {
    let text = super::credentials::read_at_most(file, "the report", LONGEST)?;
    Report::parse(&text).map_err(|error| Complaint::usage(format!("`{}`: {error}", file.display())))
}
