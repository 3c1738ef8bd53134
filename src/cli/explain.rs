//! `explain`: prints one check, vector, problem, known issue, fault or profile of the embedded
//! server, or a fact of the manual.

use super::ended::{Complaint, Ended};
use super::fact;
use super::output::{print, width};
use crate::clients::{KNOWN_ISSUES, KnownIssue};
use crate::diagnosis::{CATALOGUE, Problem, Product, Recognised, Shell};
use crate::engine::{Blocker, Check, Context, Facet as _, did_you_mean, nearest};
use crate::manual;
use crate::reference::{Fault, Profile};
use crate::safe::Stage;
use crate::setup::{OBSTACLES, Obstacle};
use crate::suites::client::{self, Like, rig};
use crate::suites::{kept, server};
use crate::text::printable;
use crate::vectors::{self, File, Group, Provenance, Vector};
use crate::wire::Asking;
use clap::Args;

/// Arguments of `explain`.
#[derive(Args)]
pub(super) struct Arguments {
    /// The ID of a check, a vector, a problem or a known issue, as a report or `list` shows it; the
    /// name of a fault or a profile; or the ID of a fact, or its first segments: `4.6`,
    /// `clients.read`
    id: String,
}

pub(super) fn run(arguments: &Arguments) -> Ended {
    let id = arguments.id.split('[').next().unwrap_or_default();
    if let Some(check) = server::checks().find(|check| check.id == id) {
        print(&of_check(check))?;
    } else if let Some(check) = kept::CHECKS.iter().find(|check| check.id == id) {
        print(&of_check(check))?;
    } else if let Ok(fault) = id.parse::<Fault>() {
        print(&crate::text::wrapped(
            &format!("Fault {}: {}", fault.name(), fault.explanation()),
            0,
            width(),
        ))?;
        let places = fault.places().join(", ");
        print(&crate::text::labelled("  made in  ", &places, 11, width()))?;
    } else if let Ok(profile) = id.parse::<Profile>() {
        let text = format!("Profile {}: {}", profile.name(), profile.explanation());
        print(&crate::text::wrapped(&text, 0, width()))?;
        let facts = profile.facts().join(", ");
        print(&crate::text::labelled("  source  ", &facts, 10, width()))?;
        if let Some(list) = of_software(id) {
            print(&list)?;
        }
    } else if let Some(problem) = Problem::of(id) {
        print(&of_lines(problem.id, &problem.lines()))?;
        print(&lines_to_paste(problem))?;
    } else if let Some(obstacle) = Obstacle::of(id) {
        print(&of_lines(obstacle.id, &obstacle.lines()))?;
    } else if let Some(blocker) = Blocker::NAMED.iter().find(|blocker| blocker.key() == id) {
        let cause = blocker.cause();
        let lines = [("means", cause.title.into()), ("fix", cause.fix.into())];
        print(&of_lines(id, &lines))?;
    } else if let Some((_, means, fix)) = STAGES.iter().find(|(stage, ..)| is_stage(id, *stage)) {
        let lines = [("means", (*means).to_owned()), ("fix", (*fix).to_owned())];
        print(&of_lines(id, &lines))?;
    } else if let Some(issue) = KnownIssue::of(id) {
        print(&of_lines(issue.id, &lines_of(issue)))?;
    } else if let Some((file, group, vector)) = vectors::find(id) {
        print(&of_vector(file, group, vector))?;
    } else if let Some(check) = client_checks().iter().find(|check| check.id == id) {
        print(&of_check(check))?;
    } else if let Some(check) = rig::checks(Like::Anyone).iter().find(|it| it.id == id) {
        print(&of_check(check))?;
    } else if let Some(text) = fact::explain(id) {
        print(&text)?;
    } else if let Some(list) = beginning_with(id) {
        print(&list)?;
    } else if let Some(list) = of_software(id) {
        print(&list)?;
    } else {
        let known = server::checks()
            .map(|check| check.id)
            .chain(client_checks().iter().map(|check| check.id))
            .chain(rig::checks(Like::Anyone).iter().map(|check| check.id))
            .chain(kept::CHECKS.iter().map(|check| check.id))
            .chain(Fault::ALL.iter().map(|fault| fault.name()))
            .chain(Profile::ALL.iter().map(|profile| profile.name()))
            .chain(CATALOGUE.iter().map(|problem| problem.id))
            .chain(OBSTACLES.iter().map(|obstacle| obstacle.id))
            .chain(Blocker::NAMED.iter().map(Blocker::key))
            .chain(KNOWN_ISSUES.iter().map(|issue| issue.id))
            .chain(manual::facts().iter().map(|fact| fact.id));
        let suggestion = did_you_mean(nearest(id, known).as_deref());
        return Err(Complaint::usage(format!(
            "unknown check, vector, fault, profile, problem, known issue or fact `{id}`{suggestion}"
        )));
    }
    Ok(super::Exit::Conforms)
}

/// The stages at which an exchange ends without an answer: what each means, and what to do.
const STAGES: [(Stage, &str, &str); 4] = [
    (
        Stage::Resolve,
        "the host name has no address",
        "Check the host name and its DNS entry.",
    ),
    (
        Stage::Connect,
        "no address of the host accepts a connection",
        "Check that the server listens on this port, and that no firewall blocks it.",
    ),
    (
        Stage::Tls,
        "the TLS handshake failed, or this machine does not trust the certificate",
        "Run `safe-conformance check` with the same URL: it shows what is wrong with the certificate. If the certificate comes from a private authority, give its root with --ca-file FILE.",
    ),
    (
        Stage::Http,
        "the connection was made, but no complete answer arrived",
        "Look at the logs of the server and of the proxy in front of it.",
    ),
];

/// Returns whether `id` names a stage, as in `stage.tls`.
fn is_stage(id: &str, stage: Stage) -> bool {
    id.strip_prefix("stage.") == Some(stage.to_string().as_str())
}

/// Returns everything about a known issue of a client, as labels and texts.
fn lines_of(issue: &KnownIssue) -> Vec<(&'static str, String)> {
    vec![
        ("client", format!("{}, {}", issue.client, issue.range())),
        ("concerns", issue.concerns.to_string()),
        ("means", issue.text.to_owned()),
        ("source", issue.source.to_owned()),
    ]
}

/// Returns the problems that have their own fix for this software, one per line.
fn of_software(id: &str) -> Option<String> {
    let product = Product::named(id)?;
    let mut out = format!("Problems with their own fix for {}:\n", product.name());
    for problem in CATALOGUE {
        if problem.fixes.iter().any(|(of, _)| *of == product) {
            let label = format!("{:<34} ", problem.id);
            out += &crate::text::labelled(&label, problem.title, 35, width());
        }
    }
    Some(out + "`safe-conformance explain ID` explains one of them.\n")
}

/// Returns the lines for a shell, not indented; if they differ by software, those of each.
fn lines_to_paste(problem: &Problem) -> String {
    let asking = Asking::default();
    let lines = |software: &[Recognised]| {
        let base = "https://HOST/FOLDER";
        problem.lines_to_paste(&Shell {
            base,
            asking: &asking,
            software,
        })
    };
    let general = lines(&[]);
    let mut out = String::new();
    if !general.is_empty() {
        out += &format!("\nLines to paste:\n\n{}\n", general.join("\n"));
    }
    for (product, _) in problem.fixes {
        let seen = Recognised {
            product: *product,
            evidence: String::new(),
        };
        let own = lines(&[seen]);
        if !own.is_empty() && own != general {
            out += &format!(
                "\nLines to paste, {}:\n\n{}\n",
                product.name(),
                own.join("\n")
            );
        }
    }
    out
}

/// Returns every ID that begins with these segments, one per line. A single match is explained in
/// full.
fn beginning_with(id: &str) -> Option<String> {
    let checks = server::checks().map(|check| (check.id, check.title));
    let problems = CATALOGUE.iter().map(|problem| (problem.id, problem.title));
    let obstacles = OBSTACLES
        .iter()
        .map(|obstacle| (obstacle.id, obstacle.title));
    let found: Vec<_> = checks
        .chain(problems)
        .chain(obstacles)
        .filter(|(known, _)| is_beginning(id, known))
        .collect();
    if found.is_empty() {
        return None;
    }
    let mut out = String::new();
    for (known, title) in found {
        out += &crate::text::labelled(&format!("{known:<34} "), title.trim(), 35, width());
    }
    Some(out + "`safe-conformance explain ID` explains one of them.\n")
}

/// Returns whether an ID begins with what was typed: whole segments, or part of the last one.
fn is_beginning(typed: &str, known: &str) -> bool {
    typed.len() >= 3 && known.starts_with(typed) && known.len() > typed.len()
}

/// Returns the text about a problem: what it means, and the fix for each software.
fn of_lines(id: &str, lines: &[(&str, String)]) -> String {
    let mut out = format!("{id}\n");
    for (label, text) in lines {
        out += &labelled(label, text);
    }
    out
}

fn client_checks() -> &'static [client::ClientCheck] {
    client::checks(Like::Anyone)
}

/// Returns the text about a vector: its file and origin, and everything in it.
fn of_vector(file: &File, group: &Group, vector: &Vector) -> String {
    let mut out = format!("{}\n", vector.id);
    let mut line = |label: &str, text: &str| out += &labelled(label, text);
    line("", &vector.comment);
    line(
        "file",
        &format!("vectors/{}.json, group \"{}\"", file.algorithm, group.name),
    );
    line(
        "asks",
        &format!("{}: {}", group.operation, group.operation.about()),
    );
    for flag in &vector.flags {
        line(
            "flag",
            &format!("{flag}: {}", file.note(flag).unwrap_or_default()),
        );
    }
    for source in &group.source {
        line("source", source);
    }
    for provenance in &group.provenance {
        let Provenance { of, how, by } = provenance;
        line("answers", &format!("{of}: {how} by {by}"));
    }
    line(
        "expected",
        &client::expected(vector, group.operation, Like::Anyone),
    );
    let indent = "\n        ";
    out += &printable(&format!("\n{}", vector.text.replace(indent, "\n")));
    out.push('\n');
    out
}

/// Returns a line of text behind its label, wrapped.
fn labelled(label: &str, text: &str) -> String {
    crate::text::labelled(&format!("{label:<10} "), text, 11, width())
}

/// Returns which clients a deviation affects, and what they then cannot do.
fn affected<C: Context>(check: &Check<C>) -> String {
    if check.clients.is_empty() || check.breaks.is_empty() {
        check.clients.to_string()
    } else {
        format!("{} ({})", check.clients, check.breaks)
    }
}

fn of_check<C: Context>(check: &Check<C>) -> String {
    let mut out = format!("{}\n", check.id);
    let fact = manual::clause(check.clause);
    let mut line = |label: &str, text: &str| out += &labelled(label, text);
    line("", check.title.trim());
    line("clause", &format!("{}, {}", fact.id, fact.title));
    line("source", fact.source);
    line("level", &check.level.to_string());
    line("affects", &affected(check));
    line("expected", check.expected);
    line("fix", check.remedy);
    line("effect", &check.effect.to_string());
    if !check.needs.is_empty() {
        line("needs", &check.needs.join(", "));
    }
    let variants: Vec<_> = check
        .variants
        .iter()
        .map(|facet| facet.label())
        .filter(|label| !label.is_empty())
        .collect();
    if !variants.is_empty() {
        line("variants", &variants.join(", "));
    }
    out
}
