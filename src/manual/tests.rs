use super::{DOCUMENTS, Fact, citations, clause, fact, facts, under};
use crate::safe::clause::ALL;
use std::collections::BTreeSet;

#[test]
fn every_heading_of_the_third_level_is_a_fact() {
    for (name, text) in DOCUMENTS {
        assert_eq!(Fact::malformed(text), [""; 0], "{name}");
    }
}

#[test]
fn every_id_stands_once() {
    let mut seen = BTreeSet::new();
    for fact in facts() {
        assert!(seen.insert(fact.id), "`{}` stands twice", fact.id);
        assert!(!fact.text.is_empty(), "`{}` says nothing", fact.id);
    }
}

#[test]
fn the_evidence_stands_in_one_line() {
    for (name, text) in DOCUMENTS {
        let lines: Vec<_> = text.lines().collect();
        for pair in lines
            .windows(2)
            .filter(|pair| pair[0].starts_with("Known: "))
        {
            assert_eq!(
                pair[1], "",
                "{name}: a blank line must follow `{}`",
                pair[0]
            );
        }
    }
}

#[test]
fn every_clause_is_a_fact() {
    for known in ALL {
        assert_eq!(clause(*known).id, known.number);
    }
}

#[test]
fn a_prefix_is_whole_segments() {
    let ids = |prefix| under(prefix).map(|fact| fact.id).collect::<Vec<_>>();
    assert_eq!(ids("4.2"), ["4.2", "4.2.android", "4.2.ios", "4.2.charset"]);
    assert_eq!(ids("4.1"), ["4.1"]);
    assert!(ids("clients.rea").is_empty());
    assert!(fact("clients.read").is_none());
}

#[test]
fn citations_are_found_in_prose() {
    assert_eq!(
        citations(
            "Source: clauses 4.2 to 4.8; clause 6.2.suites. `clients.read.bom`, (servers.head)."
        ),
        [
            "4.2",
            "4.8",
            "6.2.suites",
            "clients.read.bom",
            "servers.head"
        ]
    );
    assert_eq!(citations("Clause 1.5."), ["1.5"]);
    assert_eq!(citations("the facts `clients.read`."), ["clients.read"]);
    assert_eq!(citations("clauses 1.3, 1.6 and 2.1"), ["1.3", "1.6", "2.1"]);
}

#[test]
fn code_is_no_citation() {
    assert_eq!(
        citations("clients.read(); servers.iter() servers.md clause::ALL"),
        [""; 0]
    );
    assert_eq!(
        citations("crate::clients.read_all; src/servers.rs"),
        [""; 0]
    );
}
