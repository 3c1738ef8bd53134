//! The facts of the manual, for people: one fact, or a list of those under a prefix.

use crate::manual::{self, Fact};
use std::fmt::Write as _;

/// Returns what `explain` prints for the ID of a fact, or for the beginning of one; `None` if no fact begins so.
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
    format!(
        "{}\n           {}\nknown      {}\nsource     {}\n\n{}\n",
        fact.id,
        fact.title,
        known.join(", "),
        fact.source,
        fact.text
    )
}

fn list(heading: &str, facts: &[&Fact]) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let mut out = heading.to_owned();
    for fact in facts {
        // Writing to memory cannot fail.
        let _ = writeln!(out, "  {:<40} {}", fact.id, fact.title);
    }
    out
}
