//! Where reports go: files that are opened before the run begins, and the terminal.

use super::Complaint;
use crate::engine::Level;
use crate::engine::waiver::Waivers;
use crate::report::{Report, Style};
use crate::wire::Scrub;
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where reports go.
#[derive(Args)]
pub(super) struct ReportArguments {
    /// Write a report: json=FILE, junit=FILE or markdown=FILE; `-` is standard output, and the text
    /// then goes to standard error. May be given several times
    #[arg(long = "report", value_name = "FORM=FILE")]
    reports: Vec<ReportTo>,
}

/// What becomes of the findings.
#[derive(Args)]
pub(super) struct OutputArguments {
    #[command(flatten)]
    reports: ReportArguments,
    /// A TOML file of deviations that are accepted for a while
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// From which level on a deviation makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Required, value_name = "LEVEL")]
    fail_on: FailOn,
    /// Say more: -v every finding, -vv every exchange, -vvv header fields, too
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    /// What breaks a client of today.
    Required,
    /// Any warning, too.
    Recommended,
}

/// The form of a report.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Junit,
    Markdown,
}

/// One `--report`.
#[derive(Clone)]
struct ReportTo {
    form: Form,
    file: PathBuf,
}

impl FromStr for ReportTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (form, file) = text
            .split_once('=')
            .ok_or("write it as json=FILE, junit=FILE or markdown=FILE")?;
        let form = match form {
            "json" => Form::Json,
            "junit" => Form::Junit,
            "markdown" => Form::Markdown,
            other => {
                return Err(format!(
                    "there is no form `{other}`: json, junit and markdown there are"
                ));
            }
        };
        if file.is_empty() {
            return Err("the file is missing after the `=`".to_owned());
        }
        Ok(Self {
            form,
            file: PathBuf::from(file),
        })
    }
}

/// Opened reports.
pub(super) struct Reports(Vec<(Form, PathBuf, Option<File>)>);

impl ReportArguments {
    /// Opens every file, so that a slip shows before the run and not after it.
    pub(super) fn open(&self) -> Result<Reports, Complaint> {
        let mut reports = Vec::new();
        for ReportTo { form, file } in &self.reports {
            let is_stdout = file.as_os_str() == "-";
            if reports
                .iter()
                .any(|(_, other, _): &(Form, PathBuf, Option<File>)| other == file)
            {
                return Err(Complaint::usage(if is_stdout {
                    "only one report can go to standard output".to_owned()
                } else {
                    one_use(file)
                }));
            }
            let opened = if is_stdout {
                None
            } else {
                Some(create(file, "the report")?)
            };
            reports.push((*form, file.clone(), opened));
        }
        Ok(Reports(reports))
    }
}

impl Reports {
    /// Writes the text for people, and every report.
    pub(super) fn write(self, text: &str, report: &Report, scrub: &Scrub) -> Result<(), Complaint> {
        let text = scrub.text(text);
        let stdout_taken = self.0.iter().any(|(_, _, file)| file.is_none());
        if stdout_taken {
            tell(&text);
        } else {
            print(&text)?;
        }
        for (form, path, file) in self.0 {
            let content = match form {
                Form::Json => scrub.json(&report.to_json()),
                Form::Junit => scrub.text(&report.to_junit()),
                Form::Markdown => scrub.text(&report.to_markdown()),
            };
            let written = match file {
                None => std::io::stdout().write_all(content.as_bytes()),
                Some(mut file) => file
                    .write_all(content.as_bytes())
                    .and_then(|()| file.sync_all()),
            };
            written
                .or_else(closed_pipe)
                .map_err(|error| super::Complaint {
                    exit: super::Exit::Incomplete,
                    sentence: format!("the report `{}` cannot be written: {error}", path.display()),
                })?;
        }
        Ok(())
    }
}

/// Opened outputs.
pub(super) struct Outputs {
    reports: Reports,
    waivers: Option<(Waivers, Date)>,
    fail_on: Level,
    verbose: bool,
}

impl OutputArguments {
    /// Opens every file, so that a slip shows before the run and not after it. `is_known` tells which checks there are.
    pub(super) fn open(&self, is_known: fn(&str) -> bool) -> Result<Outputs, Complaint> {
        let reports = self.reports.open()?;
        let waivers = match &self.waivers {
            None => None,
            Some(file) => {
                let text = super::credentials::read(file, "the waivers")?;
                let waivers = Waivers::parse(&text, is_known).map_err(|error| {
                    Complaint::usage(format!("the waivers `{}`: {error}", file.display()))
                })?;
                Some((waivers, today()?))
            }
        };
        let fail_on = match self.fail_on {
            FailOn::Required => Level::Required,
            FailOn::Recommended => Level::Informational,
        };
        Ok(Outputs {
            reports,
            waivers,
            fail_on,
            verbose: self.verbose > 0,
        })
    }
}

/// The day that counts for waivers.
fn today() -> Result<Date, Complaint> {
    let now = jiff::Timestamp::try_from(std::time::SystemTime::now()).map_err(|_| {
        Complaint::usage("the clock of this machine is beyond the year 9999; set it right")
    })?;
    Ok(now.to_zoned_datetime(jiff::tz::TimeZone::system()).date())
}

/// What to say where two outputs would overwrite each other.
fn one_use(file: &Path) -> String {
    format!(
        "only one output can go to the file `{}`; give each a file of its own",
        file.display()
    )
}

/// Creates a file, or says why not.
fn create(file: &PathBuf, what: &str) -> Result<File, Complaint> {
    File::create(file).map_err(|error| {
        Complaint::usage(format!(
            "{what} `{}` cannot be written: {error}",
            file.display()
        ))
    })
}

impl Outputs {
    /// The waivers, and the day that counts.
    pub(super) fn waivers(&self) -> Option<(Waivers, Date)> {
        self.waivers.clone()
    }

    /// Creates another file than those of the reports.
    pub(super) fn create_beside(&self, file: &PathBuf, what: &str) -> Result<File, Complaint> {
        if self.reports.0.iter().any(|(_, report, _)| report == file) {
            return Err(Complaint::usage(one_use(file)));
        }
        create(file, what)
    }

    /// Writes everything, and gives the exit code.
    pub(super) fn write(self, report: &Report, scrub: &Scrub) -> super::Ended {
        let style = Style {
            width: width(),
            verbose: self.verbose,
        };
        self.reports.write(&report.to_text(style), report, scrub)?;
        Ok(report.status(self.fail_on).into())
    }
}

/// Whoever reads only the first lines has had enough: no error.
fn closed_pipe(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        Ok(())
    } else {
        Err(error)
    }
}

/// Prints to standard output, with colours where they belong.
pub(super) fn print(text: &str) -> Result<(), Complaint> {
    anstream::stdout()
        .write_all(text.as_bytes())
        .or_else(closed_pipe)
        .map_err(|error| Complaint {
            exit: super::Exit::Incomplete,
            sentence: format!("standard output cannot be written: {error}"),
        })
}

/// Tells something on standard error. Where that cannot be written, there is nobody to tell it to.
pub(super) fn tell(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// The width for text: that of the terminal as it says, within what reads well.
pub(super) fn width() -> usize {
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    columns.unwrap_or(100).clamp(60, 120)
}
