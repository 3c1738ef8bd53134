//! What `setup` prints: the plan, an obstacle, and what to enter in the apps.

use crate::cli::Exit;
use crate::cli::ended::Complaint;
use crate::cli::output::width;
use crate::cli::proxy;
use crate::diagnosis::Shell;
use crate::safe::ServerConfig;
use crate::setup::{self, ConfigSeen, Plan, Thing, Trouble};
use crate::text::{labelled, line, wrapped};
use crate::wire::Door;

/// Returns the text of the plan: what exists, and what will be done.
pub(super) fn plan_text(door: &Door, plan: &Plan) -> String {
    let mut out = format!("Setup of {}\n", line(door.base().as_str()));
    if let Some(seen) = plan.software.first() {
        out += &wrapped(
            &format!("The server is {} ({}).", seen.product.name(), seen.evidence),
            0,
            width(),
        );
    }
    if let ConfigSeen::Other { config, text, .. } = &plan.config {
        out += &other_config(plan, config.as_ref(), text);
    }
    let steps = plan.steps();
    if steps.is_empty() {
        let is_other = matches!(plan.config, ConfigSeen::Other { .. });
        return out
            + if is_other {
                "The folder and `backups` exist as well: nothing is changed.\n"
            } else {
                NOTHING_TO_DO
            };
    }
    out += "\nPlan:\n";
    for (number, step) in (1..).zip(&steps) {
        let words = step.words(&plan.wish.config);
        out += &labelled(&format!("  {number}  "), &words, 5, width());
    }
    out += "Nothing else is changed.\n";
    if let Thing::Unseen(status) = plan.folder {
        let words = format!(
            "The server does not list folders over WebDAV here (PROPFIND: {status}): what exists already is not known, so a step may be refused or skipped."
        );
        out += &wrapped(&words, 0, width());
    }
    out + "\n"
}

const NOTHING_TO_DO: &str = "The folder, `config` and `backups` exist: there is nothing to do.\nWhether the apps can store backups is what `check` finds out.\n";

/// Returns the difference between the existing config and the planned one.
fn other_config(plan: &Plan, config: Option<&ServerConfig>, text: &str) -> String {
    let there = config.map_or_else(|| text.to_owned(), ServerConfig::to_json);
    let mut out = String::from("\nA `config` with other values exists already:\n");
    out += &labelled("  there   ", &there, 10, width());
    out += &labelled("  wanted  ", &plan.wish.config.to_json(), 10, width());
    let note = match (plan.wish.replace_config, config) {
        (true, _) => return out,
        (false, Some(_)) => "It stays as it is. --replace-config replaces it.",
        (false, None) => {
            "The apps cannot read it. It stays as it is; --replace-config replaces it."
        }
    };
    out + &wrapped(note, 0, width())
}

/// Returns the complaint about an obstacle.
pub(super) fn stopped(
    door: &Door,
    trouble: &Trouble,
    commands: &[String],
    notes: &[&str],
) -> Complaint {
    let width = width();
    let asking = door.target().asking();
    let shell = Shell {
        base: door.base().as_str(),
        asking: &asking,
        software: &trouble.software,
    };
    // `error: ` precedes it.
    let mut text = labelled("", &trouble.title, 7, width);
    text += &labelled("  at        ", door.base().as_str(), 12, width);
    text += &labelled("  observed  ", &trouble.seen, 12, width);
    text += &labelled("  fix       ", &shell.fill(&trouble.fix), 12, width);
    let lines = trouble
        .problem
        .map(|problem| problem.lines_to_paste(&shell));
    let lines = lines.unwrap_or_default();
    if !lines.is_empty() {
        // Not indented, so that they can be copied as they are.
        text += &format!("\n{}\n\n", lines.join("\n"));
    }
    text += &labelled("  problem   ", &trouble.id, 12, width);
    for note in notes {
        text += &wrapped(note, 2, width);
    }
    if trouble.is_unreachable
        && let Some(sentence) = proxy::unused(door.base())
    {
        text += &wrapped(&sentence, 2, width);
    }
    if trouble.by_shell && lines.is_empty() {
        text += &shell_text(commands);
    }
    let exit = if trouble.is_locked_out {
        Exit::LockedOut
    } else {
        Exit::Incomplete
    };
    Complaint {
        exit,
        sentence: door.scrub().text(text.trim_end()),
    }
}

/// Commands for the server's shell.
pub(super) fn shell_text(commands: &[String]) -> String {
    let mut text = wrapped(
        "Run on the server itself, as root; FOLDER is the folder on its disk that this URL serves:",
        0,
        width(),
    );
    for command in commands {
        text += &format!("  {command}\n");
    }
    text
}

/// Returns what to enter in the apps, one field per line.
pub(super) fn entries_text(door: &Door, exit: Exit, is_saved: bool) -> String {
    let heading = if exit != Exit::Conforms {
        "First fix the problems above and run `check`. When it ends with exit code 0, enter this in the app (Android and iOS: Threema Safe, choose the server):"
    } else if door.base().scheme_is_https() {
        "Enter this in the app, for your own server (Android and iOS: Threema Safe, choose the server):"
    } else {
        "The apps speak only https. When `check` of the server's https address ends with exit code 0, enter this in the app, with that address (Android and iOS: Threema Safe, choose the server):"
    };
    let mut text = format!("\n{}", wrapped(heading, 0, width()));
    for entry in setup::entries(door.base(), &door.target().login, is_saved) {
        let what = match (&entry.text, entry.note) {
            (Some(text), None) => text.clone(),
            (Some(text), Some(note)) if text.is_empty() => format!("({note})"),
            (Some(text), Some(note)) => format!("{text} ({note})"),
            (None, note) => format!("({})", note.unwrap_or_default()),
        };
        text += &labelled(&format!("  {:<11}", entry.field), &what, 13, width());
    }
    if door.base().is_loopback() {
        text += &wrapped(
            &format!(
                "Phones cannot reach `{}`: enter the name or the address of this machine in your network.",
                line(door.base().host())
            ),
            0,
            width(),
        );
    }
    text + "\n"
}
