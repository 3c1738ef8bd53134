//! `completions` and `man`: shell completions and manual pages, made from the definitions of the
//! arguments.

use super::ended::{Complaint, Ended, unwritable};
use super::output::print;
use super::{Arguments as Program, Exit};
use crate::clients::{KNOWN_ISSUES, Release};
use crate::diagnosis::CATALOGUE;
use crate::engine::beginnings;
use crate::reference::{Fault, Profile};
use crate::safe::Client;
use crate::suites::client::{self, Like, rig};
use crate::suites::server;
use clap::builder::PossibleValuesParser;
use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;
use std::collections::BTreeSet;
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
    let mut command = with_names(Program::command());
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut command,
        "safe-conformance",
        &mut script,
    );
    let script = String::from_utf8_lossy(&script);
    print(&if arguments.shell == Shell::Bash {
        script.replace(MISSPELT, SPELT)
    } else {
        script.into_owned()
    })?;
    Ok(Exit::Conforms)
}

/// How a script for bash spells the program where it looks for a command, and where it sets it:
/// clap_complete 4.6 takes a hyphen for the end of the program's name, and completes no command.
///
/// Source: <https://github.com/clap-rs/clap/issues/6421>.
const MISSPELT: &str = "safe__subcmd__conformance";
const SPELT: &str = "safe__conformance";

/// Which names an argument takes.
type Names = fn() -> BTreeSet<&'static str>;

/// The arguments that take names: the command, the argument, and the names.
const NAMED: [(&str, &str, Names); 13] = [
    ("check", "only", of_server),
    ("check", "skip", of_server),
    ("client", "only", of_implementation),
    ("client", "skip", of_implementation),
    ("client", "held_to", releases),
    ("explain", "id", explained),
    ("losses", "from", releases_or_all),
    ("losses", "to", releases_or_all),
    ("rig", "only", of_rig),
    ("rig", "skip", of_rig),
    ("rig", "held_to", releases),
    ("serve", "faults", faults),
    ("serve", "like", profiles),
];

/// Returns the command with the names that its arguments take. Only a script needs them: they would
/// make `--help` long, and complaints about an unknown name have better words.
fn with_names(command: Command) -> Command {
    NAMED
        .iter()
        .fold(command, |command, (of, argument, names)| {
            command.mut_subcommand(of, |command| {
                command.mut_arg(argument, |argument| {
                    argument.value_parser(PossibleValuesParser::new(names()))
                })
            })
        })
}

fn of_server() -> BTreeSet<&'static str> {
    server::checks().flat_map(|it| beginnings(it.id)).collect()
}

/// Returns the first segment of each vector: all IDs would make a long script.
fn of_implementation() -> BTreeSet<&'static str> {
    let checks = client::checks(Like::Anyone).iter();
    checks.filter_map(|it| beginnings(it.id).next()).collect()
}

/// Returns the first two segments of each case of `rig`, for the same reason.
fn of_rig() -> BTreeSet<&'static str> {
    let checks = rig::checks(Like::Anyone).iter();
    checks.flat_map(|it| beginnings(it.id).take(2)).collect()
}

fn releases() -> BTreeSet<&'static str> {
    let clients = Client::ALL.into_iter().map(Client::key);
    let releases = Release::ALL.iter().map(|release| release.id());
    clients.chain(releases).collect()
}

fn releases_or_all() -> BTreeSet<&'static str> {
    releases().into_iter().chain(["all"]).collect()
}

fn faults() -> BTreeSet<&'static str> {
    Fault::ALL.iter().map(|fault| fault.name()).collect()
}

fn profiles() -> BTreeSet<&'static str> {
    Profile::ALL.iter().map(|profile| profile.name()).collect()
}

fn explained() -> BTreeSet<&'static str> {
    let checks = server::checks().map(|check| check.id);
    let problems = CATALOGUE.iter().map(|problem| problem.id);
    let issues = KNOWN_ISSUES.iter().map(|issue| issue.id);
    let names = checks.chain(problems).chain(issues);
    names.chain(faults()).chain(profiles()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the argument of a command.
    fn argument(of: &str, name: &str) -> clap::Arg {
        let program = Program::command();
        let command = program.find_subcommand(of).expect("a command");
        let mut arguments = command.get_arguments();
        let found = arguments.find(|argument| argument.get_id() == name);
        found.expect("an argument").clone()
    }

    #[test]
    fn each_argument_that_takes_names_completes_them() {
        for (of, name, names) in NAMED {
            assert!(names().len() > 10, "{of} {name}");
            let is_open = argument(of, name).get_possible_values().is_empty();
            assert!(
                is_open,
                "{of} {name}: --help and complaints stay as they are"
            );
        }
        let program = Program::command();
        for command in program.get_subcommands() {
            for argument in command.get_arguments() {
                let takes = argument.get_value_names().unwrap_or_default().iter();
                let mut takes = takes.map(clap::builder::Str::as_str);
                let is_name = takes.any(|name| ["RELEASE", "PROFILE"].contains(&name))
                    || ["only", "skip", "faults"].contains(&argument.get_id().as_str());
                let place = (command.get_name(), argument.get_id().as_str());
                let is_listed = NAMED.iter().any(|(of, name, _)| (*of, *name) == place);
                assert!(!is_name || is_listed, "{place:?} takes names");
            }
        }
    }
}
