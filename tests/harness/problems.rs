//! The manual's table of problems is the catalogue, and the program explains each.

use crate::support::page::holds;
use crate::support::program::{program, run};
use safe_conformance::diagnosis::CATALOGUE;
use std::fmt::Write as _;
use std::path::Path;

/// The page of the manual, made from the catalogue.
fn page() -> String {
    let mut page = String::from(
        "# The problems of servers\n\nA run names what is wrong with a server. A problem is certain, or `likely` if the evidence allows other causes.\n\
         `safe-conformance explain ID` says what it means, and how to fix it on each software. A waiver may name a problem.\n\
         This table is generated from the catalogue.\n\n| problem | what is wrong | breaks | evidence |\n|---|---|---|---|\n",
    );
    for problem in CATALOGUE {
        // Writing to memory cannot fail.
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} |",
            problem.id, problem.title, problem.breaks, problem.evidence
        );
    }
    page
}

#[test]
fn the_table_of_the_manual_is_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manual/problems.md");
    let written = std::fs::read_to_string(&path).expect("the page of the manual");
    holds("problems", &written, &page());
}

#[test]
fn the_program_explains_a_problem() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let ended = run(program(home.path()).args(["explain", "problem.cut-off-destroys"]));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    for word in [
        "fix",
        "Nextcloud:",
        "evidence",
        "breaks",
        "nextcloud/server/issues/62321",
    ] {
        assert!(ended.stdout.contains(word), "{word}: {}", ended.stdout);
    }
}

#[test]
fn the_program_explains_each_known_issue() {
    let home = tempfile::tempdir().expect("a temporary folder");
    for issue in safe_conformance::clients::KNOWN_ISSUES {
        let ended = run(program(home.path()).args(["explain", issue.id]));
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        assert!(ended.stdout.contains(&issue.range()), "{}", ended.stdout);
    }
}
