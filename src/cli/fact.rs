//! The facts of the manual: one fact, or a list of the facts under a prefix.

use super::output::width;
use crate::manual::{self, Fact};
use crate::text::labelled;

/// Returns what `explain` prints for the ID of a fact.
pub(super) fn exactly(id: &str) -> Option<String> {
    let fact = manual::fact(id)?;
    let more: Vec<_> = manual::under(id).skip(1).collect();
    Some(of(fact, width()) + &list("\nSee also\n", &more))
}

/// Returns what `explain` prints for the beginning of the ID of a fact; `None` if no fact begins
/// so.
pub(super) fn beginning_with(id: &str) -> Option<String> {
    let begun: Vec<_> = manual::facts()
        .iter()
        .filter(|fact| fact.id.starts_with(id))
        .collect();
    match begun.as_slice() {
        _ if id.is_empty() => None,
        [] => None,
        [fact] => Some(of(fact, width())),
        many => Some(list(&format!("Facts of the manual under `{id}`\n"), many)),
    }
}

fn of(fact: &Fact, width: usize) -> String {
    let known: Vec<_> = fact.known.iter().map(ToString::to_string).collect();
    let line = |label: &str, text: &str| labelled(&format!("{label:<10} "), text, 11, width);
    format!(
        "{}\n{}{}{}\n{}",
        fact.id,
        line("", fact.title),
        line("known", &known.join(", ")),
        line("source", fact.source),
        crate::text::manual(fact.text, width)
    )
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

#[cfg(test)]
mod tests {
    use super::of;
    use crate::manual;
    use crate::text::columns;

    #[test]
    fn every_fact_fits_on_every_terminal() {
        let mut over = Vec::new();
        for (fact, width) in manual::facts()
            .iter()
            .flat_map(|fact| [40, 60, 80, 100, 120].map(|width| (fact, width)))
        {
            for line in of(fact, width).lines() {
                // A long word, such as the name of a file, is not broken.
                let longest = line.split(' ').map(columns).max().unwrap_or(0);
                if columns(line) > width && longest + 20 <= width {
                    over.push(format!("{} at {width}: {line}", fact.id));
                }
            }
        }
        assert!(over.is_empty(), "{}", over.join("\n"));
    }
}
