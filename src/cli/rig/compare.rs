//! `rig compare`: reports on clients side by side.

use super::super::credentials::read;
use super::super::output::{print, width};
use super::super::{Complaint, Ended, Exit};
use crate::report::{Matrix, Report};
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `rig compare`.
#[derive(Args)]
pub(super) struct CompareArguments {
    /// Reports of `rig` or `client` as --report json=FILE writes them, the oldest first
    #[arg(value_name = "FILE", num_args = 2.., required = true)]
    reports: Vec<PathBuf>,
    /// Show the cases in which all reports agree, too
    #[arg(long)]
    all: bool,
}

pub(super) fn run(arguments: &CompareArguments) -> Ended {
    let reports = arguments.reports.iter().map(|file| opened(file));
    let matrix = Matrix::new(&reports.collect::<Result<Vec<_>, _>>()?);
    print(&matrix.to_text(width(), arguments.all))?;
    let broke = matrix.broken().next().is_some();
    Ok(if broke {
        Exit::Deviates
    } else {
        Exit::Conforms
    })
}

/// Returns a report under a name that says which it is.
fn opened(file: &Path) -> Result<(String, Report), Complaint> {
    let text = read(file, "the report")?;
    let report: Report = serde_json::from_str(&text).map_err(|error| {
        Complaint::usage(format!(
            "`{}` is no report of this program ({error}); expected what --report json=FILE writes",
            file.display()
        ))
    })?;
    if report.implementation.is_none() {
        return Err(Complaint::usage(format!(
            "`{}` is the report on a server; expected one of `rig` or `client`",
            file.display()
        )));
    }
    Ok((format!("{} ({})", report.target, file.display()), report))
}
