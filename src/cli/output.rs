//! Where reports go: files that are opened before the run begins, and the terminal.

use super::Exit;
use super::ended::Complaint;
use super::files::{Files, OpenFile, Output, is_stdout};
use super::selection::Known;
use crate::engine::Level;
use crate::engine::waiver::Waivers;
use crate::report::{Form, Report, Style};
use crate::run::Prepared;
use crate::text;
use crate::wire::Scrub;
use clap::{Args, ValueEnum};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where reports go.
#[derive(Args)]
pub(super) struct ReportArguments {
    #[arg(long = "report", value_name = "FORMAT=FILE", help = help())]
    reports: Vec<ReportTo>,
}

/// Returns what `--help` says of `--report`.
fn help() -> String {
    format!(
        "Write a report: {}. With `-` the report goes to standard output and the text to standard error. May be given several times",
        Form::usage()
    )
}

/// How findings are judged and shown.
#[derive(Args)]
pub(super) struct OutputArguments {
    #[command(flatten)]
    reports: ReportArguments,
    /// A TOML file of deviations that are accepted until a date
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// The lowest level of deviation that makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Required, value_name = "LEVEL")]
    fail_on: FailOn,
    /// Show more: -v every finding, -vv every exchange, -vvv header fields as well
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Show every finding of a cause with what was observed, not only the first few names
    #[arg(long)]
    all: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    /// A Required deviation (for Desktop also a Recommended one).
    Required,
    /// Any warning.
    Recommended,
}

/// One `--report`.
#[derive(Clone)]
struct ReportTo {
    form: &'static Form,
    file: PathBuf,
}

impl FromStr for ReportTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match Form::named(text) {
            Some(form) if form.is_for_stdout => (text, "-"),
            _ => text
                .split_once('=')
                .ok_or_else(|| format!("write it as {}", Form::usage()))?,
        };
        let form = Form::named(name).ok_or_else(|| {
            let (name, known) = (text::line(name), Form::names());
            format!("unknown report format `{name}`; expected {known}")
        })?;
        if file.is_empty() {
            return Err("expected a file after the `=`".to_owned());
        }
        Ok(Self {
            form,
            file: PathBuf::from(file),
        })
    }
}

/// Opened reports.
pub(super) struct Reports {
    reports: Vec<(&'static Form, PathBuf, Output)>,
    files: Files,
}

impl ReportArguments {
    /// Opens every file, so that a mistake shows before the run and not after it. No output may
    /// replace a file in `read`.
    pub(super) fn open(&self, read: Vec<PathBuf>) -> Result<Reports, Complaint> {
        let mut files = Files::reading(read);
        let mut reports = Vec::new();
        let mut stdout_taken = false;
        for ReportTo { form, file } in &self.reports {
            let output = if is_stdout(file) {
                if stdout_taken {
                    return Err(Complaint::usage(
                        "only one report can go to standard output",
                    ));
                }
                stdout_taken = true;
                Output::Stdout
            } else {
                Output::File(files.open(file, "the report")?)
            };
            reports.push((*form, file.clone(), output));
        }
        Ok(Reports { reports, files })
    }
}

impl Reports {
    /// Writes the text for people, and every report. With `--quiet`, the text is written only if
    /// something is wrong, or if it `matters` although the exit code is 0.
    pub(super) fn write(
        self,
        text: &str,
        report: &Report,
        scrub: &Scrub,
        matters: bool,
    ) -> Result<(), Complaint> {
        let text = scrub.text(text);
        let is_stdout = |output: &Output| matches!(output, Output::Stdout);
        if is_quiet() && report.exit == Exit::Conforms && !matters {
            // Nothing is wrong, so nothing is printed.
        } else if self.reports.iter().any(|(_, _, output)| is_stdout(output)) {
            tell(&text);
        } else {
            print(&text)?;
        }
        self.write_files(report, scrub)
    }

    /// Writes every report, where the text for people is said otherwise.
    pub(super) fn write_files(self, report: &Report, scrub: &Scrub) -> Result<(), Complaint> {
        for (form, path, output) in self.reports {
            let content = form.write(report, scrub);
            output.write(&content).map_err(|error| Complaint {
                exit: Exit::Incomplete,
                sentence: format!("failed to write the report `{}`: {error}", path.display()),
            })?;
        }
        Ok(())
    }
}

/// Opened outputs.
pub(super) struct Outputs {
    reports: Reports,
    waivers: Option<Waivers>,
    fail_on: Level,
    verbose: bool,
    all: bool,
}

impl OutputArguments {
    /// Opens every file, so that a mistake shows before the run and not after it. `known` are
    /// the checks that exist; no output may replace a file in `read`.
    pub(super) fn open(&self, known: Known, mut read: Vec<PathBuf>) -> Result<Outputs, Complaint> {
        let waivers = match &self.waivers {
            None => None,
            Some(file) => {
                let text = super::credentials::read(file, "the waivers")?;
                let waivers = Waivers::parse(&text, known.has).map_err(|error| {
                    let what = known.complaint(&error);
                    Complaint::usage(format!("the waivers `{}`: {what}", file.display()))
                })?;
                // Waivers expire by its date.
                if jiff::Timestamp::try_from(std::time::SystemTime::now()).is_err() {
                    return Err(Complaint::usage(
                        "the clock of this machine is past the year 9999; correct it",
                    ));
                }
                Some(waivers)
            }
        };
        read.extend(self.waivers.clone());
        let reports = self.reports.open(read)?;
        let fail_on = match self.fail_on {
            FailOn::Required => Level::Required,
            FailOn::Recommended => Level::Recommended,
        };
        Ok(Outputs {
            reports,
            waivers,
            fail_on,
            verbose: self.verbose > 0,
            all: self.all,
        })
    }
}

impl Outputs {
    /// Returns the waivers.
    pub(super) fn waivers(&self) -> Option<Waivers> {
        self.waivers.clone()
    }

    /// Returns the run, with the waivers of the arguments.
    pub(super) fn waiving<S>(&self, run: Prepared<S>) -> Prepared<S> {
        match self.waivers() {
            Some(waivers) => run.waiving(waivers),
            None => run,
        }
    }

    /// Returns where text for people goes.
    pub(super) fn voice(&self) -> Voice {
        let mut outputs = self.reports.reports.iter();
        Voice {
            to_stderr: outputs.any(|(_, _, output)| matches!(output, Output::Stdout)),
        }
    }

    /// Shows text to the person.
    pub(super) fn say(&self, text: &str) -> Result<(), Complaint> {
        self.voice().say(text)
    }

    /// Opens a file that is not one of the reports. Standard output is for the text or a report.
    pub(super) fn open_beside(&mut self, file: &Path, what: &str) -> Result<OpenFile, Complaint> {
        if is_stdout(file) {
            return Err(Complaint::usage(format!(
                "{what} cannot go to standard output (`{}`), which is for the text or a report; name a file",
                file.display()
            )));
        }
        self.reports.files.open(file, what)
    }

    /// Writes everything, and returns the exit code.
    pub(super) fn write(self, report: Report, scrub: &Scrub) -> super::ended::Ended {
        self.write_closing_with(report, scrub, |_| String::new())
    }

    /// Does the same, with more text for people before the reason of the exit code.
    pub(super) fn write_closing_with(
        self,
        report: Report,
        scrub: &Scrub,
        more: impl FnOnce(Exit) -> String,
    ) -> super::ended::Ended {
        let report = report.failing_on(self.fail_on);
        let more = more(report.exit);
        let report = report.closing_with(more);
        let style = Style {
            width: width(),
            verbose: self.verbose,
            all: self.all,
        };
        let text = report.to_text(style);
        self.reports.write(&text, &report, scrub, false)?;
        Ok(report.exit)
    }
}

/// Where text for people goes: standard output, or standard error if a report takes standard
/// output.
#[derive(Clone, Copy)]
pub(super) struct Voice {
    to_stderr: bool,
}

impl Voice {
    /// Shows text to the person.
    pub(super) fn say(self, text: &str) -> Result<(), Complaint> {
        if is_quiet() {
            Ok(())
        } else if self.to_stderr {
            tell(text);
            Ok(())
        } else {
            print(text)
        }
    }
}

/// Ignores a closed pipe: a reader that has read enough may hang up.
pub(super) fn closed_pipe(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        Ok(())
    } else {
        Err(error)
    }
}

/// Whether only problems are printed.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Prints only problems from now on.
pub(super) fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Returns whether only what is wrong is said.
pub(super) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Prints to standard output, with colours if they are wanted there.
pub(super) fn print(text: &str) -> Result<(), Complaint> {
    let mut stdout = anstream::stdout();
    // Flushed, so that the text precedes what standard error shows next.
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .or_else(closed_pipe)
        .map_err(|error| Complaint {
            exit: Exit::Incomplete,
            sentence: format!("failed to write to standard output: {error}"),
        })
}

/// Writes to standard error. A failure is ignored: it could not be reported anywhere.
pub(super) fn tell(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Writes sentences to standard error, wrapped if that is a terminal: a program that reads them
/// gets each in one line.
pub(super) fn tell_wrapped(sentences: &str) {
    let Some(columns) = columns_of(&console::Term::stderr()) else {
        return tell(&(text::printable(sentences) + "\n"));
    };
    let width = text::width_of(Some(columns), None);
    tell(&text::each_wrapped(sentences, width));
}

/// Returns the width for text on standard output.
pub(super) fn width() -> usize {
    let columns = columns_of(&console::Term::stdout());
    text::width_of(columns, std::env::var("COLUMNS").ok().as_deref())
}

/// Returns the columns of a terminal; `None` if it is none, or does not say.
fn columns_of(terminal: &console::Term) -> Option<usize> {
    let size = terminal.is_term().then(|| terminal.size_checked());
    size.flatten().map(|(_, columns)| usize::from(columns))
}
