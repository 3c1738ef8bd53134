//! What keeps Desktop from a backup, from several findings of a run: the cause is named, and not
//! what follows from it.

use super::super::*;
use super::scene::{facts, finding};

const HEADS: [&str; 2] = ["desktop.head[desktop-h1]", "desktop.head[desktop-h2]"];
const GETS: [&str; 2] = ["desktop.restore[desktop-h1]", "desktop.restore[desktop-h2]"];
const MISSING: &str = "download.not-found[desktop]";
const MISSING_ON_IOS: &str = "download.not-found[ios]";

/// Returns the cause of each of these findings if they deviate, in order. `known` is a check that
/// named a cause itself, and that cause.
fn causes(deviating: &[&str], known: Option<(&str, &'static str)>) -> Vec<String> {
    let findings = deviating.iter().map(|name| {
        let (id, variant) = name
            .trim_end_matches(']')
            .split_once('[')
            .expect("a variant");
        let mut finding = finding(id, "warn", "http");
        variant.clone_into(&mut finding.variant);
        finding.cause = known
            .filter(|(check, _)| *check == id)
            .and_then(|(_, problem)| Some(named(problem)?.cause()));
        finding
    });
    let mut findings: Vec<_> = findings.collect();
    let facts = facts();
    let sights = Sights {
        facts: &facts,
        inspection: None,
        software: &[],
        halted: None,
    };
    attribute(&mut findings, &sights);
    let cause = |finding: &crate::engine::Finding| {
        let cause = finding.cause.as_ref();
        cause.map_or_else(String::new, |cause| cause.id.to_string())
    };
    findings.iter().map(cause).collect()
}

#[test]
fn a_head_that_is_refused_explains_the_head_of_a_missing_backup() {
    let found = causes(&[MISSING, HEADS[0], HEADS[1]], None);
    assert_eq!(found, ["problem.no-head"; 3]);
}

#[test]
fn a_missing_backup_that_get_does_not_answer_with_404_has_its_own_cause() {
    let found = causes(&[MISSING_ON_IOS, MISSING, HEADS[0]], None);
    let missing = "problem.missing-not-404";
    assert_eq!(found, [missing, missing, "problem.no-head"]);
    assert_eq!(causes(&[MISSING], None), [missing]);
    assert_eq!(causes(&[MISSING_ON_IOS, HEADS[0]], None)[0], missing);
}

#[test]
fn a_head_that_fails_as_get_does_is_not_the_cause() {
    let success = ("desktop.restore", "problem.success-not-200");
    let found = causes(&[HEADS[0], HEADS[1], GETS[0], GETS[1]], Some(success));
    assert_eq!(found, ["problem.success-not-200"; 4]);
    let found = causes(&[MISSING, HEADS[0], HEADS[1], GETS[0], GETS[1]], None);
    assert_eq!(found, ["problem.user-agent-filter"; 5]);
}
