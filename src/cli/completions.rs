//! `completions` and `man`: shell completions and manual pages, made from the definitions of the
//! arguments.

use super::ended::{Complaint, Ended, unwritable};
use super::output::print;
use super::{Arguments as Program, Exit};
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use std::path::PathBuf;

/// What `completions --help` ends with.
pub(super) const EXAMPLES: &str = "\
Examples:
  safe-conformance completions bash > ~/.local/share/bash-completion/completions/safe-conformance
  safe-conformance completions zsh > ~/.zfunc/_safe-conformance
  safe-conformance completions fish > ~/.config/fish/completions/safe-conformance.fish";

/// What `man --help` ends with.
pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  safe-conformance man | man -l -
  safe-conformance man --dir ~/.local/share/man/man1";

/// Arguments of `completions`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The shell
    shell: Shell,
}

/// Arguments of `man`.
#[derive(Args)]
pub(super) struct ManArguments {
    /// Write one page for the program and one for each command into this folder; it is created if
    /// needed
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Ended {
    let mut command = Program::command();
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut command,
        "safe-conformance",
        &mut script,
    );
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Conforms)
}

pub(super) fn man(arguments: &ManArguments) -> Ended {
    let command = Program::command();
    let cannot = |error: std::io::Error| Complaint {
        exit: Exit::Incomplete,
        sentence: format!("failed to write the manual page: {error}"),
    };
    if let Some(folder) = &arguments.dir {
        std::fs::create_dir_all(folder)
            .map_err(|error| unwritable("create the folder", folder, &error))?;
        clap_mangen::generate_to(command, folder)
            .map_err(|error| unwritable("write the manual pages to", folder, &error))?;
        return Ok(Exit::Conforms);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(cannot)?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Conforms)
}
