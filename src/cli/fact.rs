//! The facts of the manual: one fact, or a list of the facts under a prefix.

use super::output::width;
use crate::manual::{self, Fact};
use crate::text::{labelled, printable, wrapped};

/// Returns what `explain` prints for the ID of a fact, or for the beginning of one; `None` if no
/// fact begins so.
pub(super) fn explain(id: &str) -> Option<String> {
    if let Some(fact) = manual::fact(id) {
        let more: Vec<_> = manual::under(id).skip(1).collect();
        return Some(of(fact) + &list("\nSee also\n", &more));
    }
    let begun: Vec<_> = manual::facts()
        .iter()
        .filter(|fact| fact.id.starts_with(id))
        .collect();
    match begun.as_slice() {
        _ if id.is_empty() => None,
        [] => None,
        [fact] => Some(of(fact)),
        many => Some(list(&format!("Facts of the manual under `{id}`\n"), many)),
    }
}

fn of(fact: &Fact) -> String {
    let known: Vec<_> = fact.known.iter().map(ToString::to_string).collect();
    let width = width();
    let line = |label: &str, text: &str| labelled(&format!("{label:<10} "), text, 11, width);
    let text: Vec<_> = fact
        .text
        .split("\n\n")
        .map(|paragraph| paragraphed(paragraph, width))
        .collect();
    format!(
        "{}\n{}{}{}\n{}",
        fact.id,
        line("", fact.title),
        line("known", &known.join(", ")),
        line("source", fact.source),
        text.join("\n")
    )
}

/// Returns a paragraph, wrapped; a list or a table keeps its lines.
fn paragraphed(paragraph: &str, width: usize) -> String {
    let kept = |line: &str| line.starts_with(['-', '|', ' ', '`', '#', '>']);
    if paragraph.lines().any(kept) {
        printable(paragraph) + "\n"
    } else {
        wrapped(paragraph, 0, width)
    }
}

fn list(heading: &str, facts: &[&Fact]) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let mut out = heading.to_owned();
    for fact in facts {
        let label = format!("  {:<40} ", fact.id);
        out += &labelled(&label, fact.title, 43, width());
    }
    out
}
