//! `explain`: prints what has an ID or a name: a check, a vector, a problem, a known issue, a fault
//! or a profile of the embedded server, a fact of the manual.

use super::ended::{Complaint, Ended};
use super::fact;
use super::output::{print, width};
use crate::clients::{KNOWN_ISSUES, KnownIssue};
use crate::diagnosis::{CATALOGUE, Problem, Product, Recognised, Shell};
use crate::engine::{Blocker, Check, Context, Facet as _, did_you_mean, meant};
use crate::manual;
use crate::reference::{Fault, Profile};
use crate::safe::Stage;
use crate::setup::{OBSTACLES, Obstacle};
use crate::suites::client::{self, Like, rig};
use crate::suites::{kept, server};
use crate::text::{printable, wrapped};
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
    let id = id.trim().trim_end_matches('.');
    let text = exactly(id)
        .or_else(|| fact::beginning_with(id))
        .or_else(|| of_software(id))
        .or_else(|| beginning_with(id));
    let Some(text) = text else {
        let similar = similar(id);
        let suggestion = did_you_mean(&similar);
        let list = if similar.is_empty() {
            "; `safe-conformance list` shows the checks"
        } else {
            ""
        };
        return Err(Complaint::usage(format!(
            "unknown ID or name `{id}`{suggestion}{list}"
        )));
    };
    print(&text)?;
    Ok(super::Exit::Conforms)
}

/// Returns the text about what has exactly this ID or name. The vectors, and the cases of the rig
/// that come of them, are last: to parse them takes longer than all the rest.
fn exactly(id: &str) -> Option<String> {
    let mut checks = server::checks()
        .filter(|it| it.id == id)
        .map(of_check)
        .chain(kept::CHECKS.iter().filter(|it| it.id == id).map(of_check));
    checks
        .next()
        .or_else(|| id.parse().ok().map(of_fault))
        .or_else(|| id.parse().ok().map(of_profile))
        .or_else(|| {
            let problem = Problem::of(id)?;
            Some(of_lines(problem.id, &problem.lines()) + &lines_to_paste(problem))
        })
        .or_else(|| Obstacle::of(id).map(|it| of_lines(it.id, &it.lines())))
        .or_else(|| {
            let blocker = Blocker::NAMED.iter().find(|it| it.key() == id)?;
            let cause = blocker.cause();
            let lines = [("means", cause.title.into()), ("fix", cause.fix.into())];
            Some(of_lines(id, &lines))
        })
        .or_else(|| {
            let (_, means, fix) = STAGES.iter().find(|(stage, ..)| named(*stage) == id)?;
            let lines = [("means", (*means).to_owned()), ("fix", (*fix).to_owned())];
            Some(of_lines(id, &lines))
        })
        .or_else(|| KnownIssue::of(id).map(|issue| of_lines(issue.id, &lines_of(issue))))
        .or_else(|| fact::exactly(id))
        .or_else(|| {
            let mut rig = rig::checks(Like::Anyone).iter();
            rig.find(|it| it.id == id).map(of_check)
        })
        .or_else(|| vectors::find(id).map(|(file, group, it)| of_vector(file, group, it)))
}

fn of_fault(fault: Fault) -> String {
    let text = format!("Fault {}: {}", fault.name(), fault.explanation());
    let places = fault.places().join(", ");
    wrapped(&text, 0, width()) + &crate::text::labelled("  made in  ", &places, 11, width())
}

fn of_profile(profile: Profile) -> String {
    let text = format!("Profile {}: {}", profile.name(), profile.explanation());
    let facts = profile.facts().join(", ");
    wrapped(&text, 0, width())
        + &crate::text::labelled("  source  ", &facts, 10, width())
        + &of_software(profile.name()).unwrap_or_default()
}

/// Returns everything that has an ID or a name, but the facts: it, and a few words.
fn explained() -> Vec<(String, String)> {
    let rig = rig::checks(Like::Anyone).iter();
    let vectors = vectors::all().iter().flat_map(File::vectors);
    let all = server::checks()
        .map(|it| (it.id, it.title))
        .chain(kept::CHECKS.iter().map(|it| (it.id, it.title)))
        .chain(rig.map(|it| (it.id, it.title)))
        .chain(vectors.map(|(_, it)| (&*it.id, &*it.comment)))
        .chain(CATALOGUE.iter().map(|it| (it.id, it.title)))
        .chain(OBSTACLES.iter().map(|it| (it.id, it.title)))
        .chain(KNOWN_ISSUES.iter().map(|it| (it.id, it.title)))
        .chain(Fault::ALL.iter().map(|it| (it.name(), it.explanation())))
        .chain(Profile::ALL.iter().map(|it| (it.name(), it.explanation())));
    let owned = |(id, words): (&str, &str)| (id.to_owned(), words.trim().to_owned());
    let mut all: Vec<_> = all.map(owned).collect();
    let blockers = Blocker::NAMED.iter();
    all.extend(blockers.map(|it| owned((it.key(), &it.cause().title))));
    all.extend(STAGES.map(|(stage, means, _)| (named(stage), means.to_owned())));
    all
}

/// Returns the IDs, or the first segments of some, that are similar to what was typed.
fn similar(typed: &str) -> Vec<String> {
    let explained = explained();
    let facts = manual::facts().iter().map(|fact| fact.id);
    let ids: Vec<_> = explained.iter().map(|(id, _)| &**id).chain(facts).collect();
    let beginnings = ids.iter().filter_map(|id| Some(id.rsplit_once('.')?.0));
    meant(typed, ids.iter().copied().chain(beginnings))
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

/// Returns the ID of a stage: `stage.tls`.
fn named(stage: Stage) -> String {
    format!("stage.{stage}")
}

/// Returns everything about a known issue of a client, as labels and texts.
fn lines_of(issue: &KnownIssue) -> Vec<(&'static str, String)> {
    vec![
        ("client", format!("{}, {}", issue.client, issue.range())),
        ("concerns", issue.concerns.to_string()),
        ("means", issue.text()),
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
    let explained = explained();
    let mut found = explained
        .iter()
        .filter(|(known, _)| is_beginning(id, known));
    let first = found.next()?;
    let more: Vec<_> = found.collect();
    if more.is_empty() {
        return exactly(&first.0);
    }
    let mut out = String::new();
    for (known, title) in std::iter::once(first).chain(more) {
        out += &crate::text::labelled(&format!("{known:<34} "), title, 35, width());
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

#[cfg(test)]
mod tests {
    use super::{beginning_with, exactly, explained, similar};
    use crate::manual;
    use std::collections::BTreeSet;

    #[test]
    fn all_that_has_an_id_is_explained_and_no_two_have_the_same() {
        let mut ids = BTreeSet::new();
        let facts = manual::facts().iter().map(|fact| fact.id.to_owned());
        for id in explained().into_iter().map(|(id, _)| id).chain(facts) {
            assert!(exactly(&id).is_some(), "{id}");
            assert!(ids.insert(id.clone()), "two are called {id}");
        }
    }

    #[test]
    fn a_slip_gets_the_similar_name() {
        for (typed, meant) in [
            (concat!("clients", ".reed"), "clients.read"),
            ("CLIENTS.READ.BOM", "clients.read.bom"),
            ("stage.tsl", "stage.tls"),
            ("envelope.stord", "envelope.stored"),
            ("config-mising", "config-missing"),
        ] {
            assert_eq!(similar(typed), [meant]);
        }
        assert!(similar("something else").is_empty());
    }

    #[test]
    fn a_beginning_lists_what_it_begins_and_a_single_match_is_explained() {
        for (typed, listed) in [
            ("kdf", "kdf.nfc"),
            ("rig.backup", "rig.backup.first"),
            ("cut-off", "cut-off-replaces"),
            ("retention", "retention.kept"),
        ] {
            let list = beginning_with(typed).expect(typed);
            assert!(
                list.contains(&format!("\n{listed} ")) || list.starts_with(listed),
                "{list}"
            );
        }
        let issue = beginning_with("ios-ful").expect("one");
        assert!(issue.contains("concerns"), "{issue}");
        assert_eq!(beginning_with("no"), None);
    }
}
