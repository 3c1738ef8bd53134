//! Waivers excuse what they name, and fail the run when they are stale.

use super::{assert_valid, check, finding, home, report, server};
use crate::support::program::{Ended, file, program, run};
use safe_conformance::reference::Fault;
use serde_json::Value;

fn waiver(check: &str, until: &str, observed: &str) -> String {
    format!(
        "[[waiver]]\ncheck = \"{check}\"\nreason = \"ticket 42\"\nuntil = \"{until}\"\nobserved = \"{observed}\"\n"
    )
}

fn waived(content: &str, faults: &[Fault]) -> (Value, Ended) {
    let (server, home) = (server(faults), home());
    let waivers = file(home.path(), "waivers.toml", content);
    report(
        check(home.path(), server.url())
            .arg("--waivers")
            .arg(waivers),
    )
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_waiver_excuses_what_it_names_and_only_that() {
    let fault = &[Fault::ConfigSmallLimit, Fault::UploadAccepted202][..];
    let (report, ended) = waived(
        &waiver(
            "config.generous-limit",
            "2999-12-31",
            "maxBackupBytes is 131072",
        ),
        fault,
    );
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(
        finding(&report, "config.generous-limit", "")["waived"],
        "ticket 42"
    );
    assert_valid(&report);
    let required = &[Fault::ContentHtmlRewritten, Fault::ContentGunzipped][..];
    let all = waiver("integrity.content", "2999-12-31", "came back changed");
    let (report, ended) = waived(&all, required);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(
        finding(&report, "integrity.content", "html")["waived"],
        "ticket 42"
    );
    let one = waiver("integrity.content[html]", "2999-12-31", "came back changed");
    let (_, ended) = waived(&one, required);
    assert_eq!(ended.code, Some(1), "the other variant is not excused");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_waiver_of_a_problem_excuses_it_and_shows_its_end() {
    let quota = &[Fault::ContentHtmlRewritten][..];
    let (report, ended) = waived(
        &waiver("problem.body-rewritten", "2999-12-31", "came back changed"),
        quota,
    );
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_valid(&report);
    let summary = &report["clients"]["android"]["restore"];
    assert_eq!(summary["waived"]["until"], "2999-12-31");
    assert!(
        ended.stderr.contains("partial (1 waived until 2999-12-31)"),
        "{}",
        ended.stderr
    );
    let (_, ended) = waived(
        &waiver("problem.body-rewritten", "2999-12-31", "came back changed"),
        &[],
    );
    assert_eq!(ended.code, Some(1), "{}", ended.all());
    // Stale waivers come last, before the reason of the exit code.
    let lines: Vec<_> = ended.stderr.trim_end().lines().collect();
    let place = lines.iter().position(|line| line.contains("stale waiver"));
    let last = lines.iter().position(|line| line.contains("Exit code 1"));
    assert!(
        place < last && place.is_some_and(|place| place + 3 >= lines.len()),
        "{lines:?}"
    );
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_stale_waiver_fails_the_run_and_says_why() {
    for (content, faults, words) in [
        (
            waiver(
                "config.generous-limit",
                "2020-01-01",
                "maxBackupBytes is 131072",
            ),
            &[Fault::ConfigSmallLimit][..],
            "expired on 2020-01-01",
        ),
        (
            waiver("config.generous-limit", "2999-12-31", "something else"),
            &[Fault::ConfigSmallLimit],
            "does not match what was observed",
        ),
        (
            waiver(
                "config.generous-limit",
                "2999-12-31",
                "maxBackupBytes is 131072",
            ),
            &[],
            "no longer needed",
        ),
    ] {
        let (report, ended) = waived(&content, faults);
        assert_eq!(ended.code, Some(1), "{}", ended.all());
        let stale = report["stale_waivers"][0].as_str().unwrap_or_default();
        assert!(stale.contains(words), "{stale}");
        assert!(ended.stderr.contains("stale waiver"), "{}", ended.stderr);
    }
}

#[test]
fn a_waiver_of_an_unknown_name_gets_the_similar_one_or_the_list() {
    let home = home();
    let client = ["client", "--exec", "true"];
    let rig = ["rig", "--exec", "true"];
    for (command, name, words) in [
        (
            &["check"][..],
            "limits.abov",
            "did you mean `limits.above`?",
        ),
        (
            &["check"],
            "problem.body",
            "did you mean `problem.body-buffer`, `problem.body-limit` or ",
        ),
        (
            &["check"],
            "upload.acepted[ios-h2]",
            "did you mean `upload.accepted[ios-h2]`?",
        ),
        (
            &["check"],
            "bogus",
            "`bogus`; `safe-conformance list` shows",
        ),
        (
            &client,
            "bogus",
            "`bogus`; `safe-conformance list --client` shows",
        ),
        (
            &rig,
            "bogus",
            "`bogus`; `safe-conformance rig --list` shows",
        ),
    ] {
        let waivers = file(
            home.path(),
            "waivers.toml",
            &waiver(name, "2999-12-31", "something observed"),
        );
        let mut run_with = program(home.path());
        let ended = run(run_with.args(command).arg("--waivers").arg(waivers));
        assert_eq!(ended.code, Some(2), "{name}: {}", ended.all());
        assert!(ended.stderr.contains(words), "{name}: {}", ended.stderr);
    }
}
