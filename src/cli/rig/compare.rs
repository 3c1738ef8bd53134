//! `rig compare`: reports on clients side by side.

use super::super::Exit;
use super::super::credentials::read;
use super::super::ended::{Complaint, Ended};
use super::super::output::{print, width};
use crate::report::{Matrix, Report};
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `rig compare`.
#[derive(Args)]
pub(super) struct CompareArguments {
    /// Reports of `rig` or `client` from --report json=FILE, oldest first
    #[arg(value_name = "FILE", num_args = 2.., required = true)]
    reports: Vec<PathBuf>,
    /// Also show the cases in which all reports agree
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

/// Returns a report with the name to show for it.
fn opened(file: &Path) -> Result<(String, Report), Complaint> {
    let text = read(file, "the report")?;
    let report = Report::parse(&text)
        .map_err(|error| Complaint::usage(format!("`{}`: {error}", file.display())))?;
    if report.implementation.is_none() {
        return Err(Complaint::usage(format!(
            "`{}` is a report on a server; expected one from `rig` or `client`",
            file.display()
        )));
    }
    Ok((format!("{} ({})", report.target, file.display()), report))
}
