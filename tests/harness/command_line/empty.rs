//! What is left out never counts as passed: each of these runs judges nothing that was selected,
//! and says so.

use super::{assert_valid, check, home, report, server};
use crate::support::port::Reserved;
use crate::support::program::{file, program, run};
use safe_conformance::reference::Fault;
use std::path::Path;
use std::process::Command;

/// Exit code 4, in the text and in the JSON, and no client that passes.
#[track_caller]
fn assert_nothing_judged(command: &mut Command, why: &str) {
    let (report, ended) = report(command);
    assert_eq!(ended.code, Some(4), "{}", ended.all());
    assert_eq!(report["exit"], 4);
    assert_valid(&report);
    let last = ended.stderr.lines().last().unwrap_or_default();
    assert_eq!(last, format!("Exit code 4: {why}."));
    for (client, directions) in report["clients"].as_object().expect("clients") {
        for (direction, summary) in directions.as_object().expect("directions") {
            assert_ne!(summary["verdict"], "pass", "{client} {direction}");
        }
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_selection_of_which_nothing_is_judged_is_exit_4() {
    let (server, home) = (server(&[]), home());
    let none = "none of the selected checks was judged";
    for (arguments, why) in [
        // Over http, the checks of TLS do not apply, and no request is sent.
        (&["--only", "tls"][..], "no request was sent"),
        (&["--only", "upload", "--skip", "upload"], none),
        (&["--only", "auth.wrong-password", "--no-auth-probes"], none),
        (
            &["--only", "tls", "--skip", "server"],
            "no request was sent",
        ),
    ] {
        assert_nothing_judged(check(home.path(), server.url()).args(arguments), why);
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn what_needs_a_skipped_check_runs_and_is_judged() {
    let (server, home) = (server(&[]), home());
    for arguments in [
        &["--skip", "tls"][..],
        &["--only", "upload", "--skip", "auth"],
        &["--only", "retention,limits", "--skip", "config.readable"],
    ] {
        let (report, ended) = report(check(home.path(), server.url()).args(arguments));
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.all());
        assert_eq!(report["exit"], 0);
        assert!(report["requests"].as_u64() > Some(10), "{arguments:?}");
        assert_eq!(report["summary"]["blocked"], 0, "{arguments:?}");
    }
    // The same server with a fault: what is skipped does not hide anything else.
    let broken = super::server(&[Fault::DeleteNotAllowed]);
    let ended = run(check(home.path(), broken.url()).args(["--skip", "tls,upload.round-trip"]));
    assert_eq!(ended.code, Some(1), "{}", ended.all());
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_first_request_that_is_skipped_hides_no_vector() {
    let home = home();
    let mut command = program(home.path());
    command.args([
        "client", "--exec", "cat", "--only", "kdf", "--skip", "smoke", "--report", "json=-",
    ]);
    let ended = run(&mut command);
    assert_ne!(ended.code, Some(0), "it does not start: {}", ended.all());
    assert_ne!(
        ended.code,
        Some(4),
        "what is wrong is said: {}",
        ended.all()
    );
}

#[test]
fn a_waiver_of_a_root_check_makes_nothing_green() {
    let (server, home) = (server(&[Fault::ConfigMissing]), home());
    let waivers = file(
        home.path(),
        "waivers.toml",
        "[[waiver]]\ncheck = \"config.readable\"\nreason = \"ticket 42\"\nuntil = \"2999-12-31\"\nobserved = \"404 Not Found\"\n",
    );
    let junit = home.path().join("junit.xml");
    let (report, ended) = report(
        check(home.path(), server.url())
            .arg("--waivers")
            .arg(waivers)
            .args(["--report", &format!("junit={}", junit.display())]),
    );
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert_eq!(report["exit"], 3);
    let last = ended.stderr.lines().last().unwrap_or_default();
    assert!(last.ends_with("could not be judged."), "{last}");
    let junit = std::fs::read_to_string(junit).expect("a report");
    assert!(junit.contains("<failure"), "{junit}");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn both_mobile_clients_unknown_is_no_success() {
    let (server, home) = (server(&[]), home());
    let (report, ended) = report(check(home.path(), server.url()).args(["--max-upload", "0"]));
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    for client in ["android", "ios"] {
        assert_eq!(report["clients"][client]["backup"]["verdict"], "unknown");
    }
}

/// The names of the forms of a report, as the program lists them.
fn forms(home: &Path) -> Vec<String> {
    let ended = run(program(home).args(["check", "--report", "no-form=-"]));
    let (_, names) = ended.stderr.split_once("expected ").expect("the names");
    let names = names.lines().next().unwrap_or_default();
    let names = names.replace(" or ", ", ");
    names.split(", ").map(str::to_owned).collect()
}

/// Whether a report in a form says the exit code. All say `Exit code 3` but `json`, and `junit`
/// where nothing failed.
fn says(form: &str, report: &str, code: i32) -> bool {
    let counts_failures = !report.contains("failures=\"0\" errors=\"0\">");
    let has_failure = report.contains("<failure") || report.contains("<error");
    let in_words = report.contains(&format!("Exit code {code}"));
    match (form, code) {
        ("json", code) => report.contains(&format!("\"exit\": {code},")),
        ("junit", 0) => {
            report.contains("name=\"run.exit-code\"") && !counts_failures && !has_failure
        }
        ("junit", _) => in_words && counts_failures && has_failure,
        _ => in_words,
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn every_form_of_a_report_says_the_exit_code() {
    let (healthy, home) = (server(&[]), home());
    let forms = forms(home.path());
    assert!(forms.len() >= 5, "{forms:?}");
    let warned = server(&[Fault::AnonymousRead]);
    let stale = file(
        home.path(),
        "stale.toml",
        "[[waiver]]\ncheck = \"config.generous-limit\"\nreason = \"r\"\nuntil = \"2020-01-01\"\nobserved = \"131072 bytes\"\n",
    );
    let stale = stale.display().to_string();
    let nobody = Reserved::free();
    let unanswered = format!("http://{}/safe", nobody.address());
    for (code, url, arguments) in [
        (0, healthy.url(), &[][..]),
        (1, warned.url(), &["--fail-on", "recommended"]),
        (1, healthy.url(), &["--waivers", &stale]),
        (3, &unanswered, &[]),
        (3, healthy.url(), &["--max-upload", "0"]),
        (4, healthy.url(), &["--only", "tls"]),
    ] {
        let mut command = check(home.path(), url);
        command.args(arguments);
        for form in &forms {
            let file = home.path().join(form);
            command.arg(format!("--report={form}={}", file.display()));
        }
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.all());
        for form in &forms {
            let report = std::fs::read_to_string(home.path().join(form)).expect("a report");
            assert!(says(form, &report, code), "{form}, {arguments:?}: {report}");
        }
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_last_line_says_the_exit_code_and_its_reason() {
    let home = home();
    for (fault, arguments, code) in [
        (None, &[][..], 0),
        (Some(Fault::DeleteNotAllowed), &[], 1),
        (Some(Fault::ConfigMissing), &[], 1),
        (None, &["--only", "tls"], 4),
        (None, &["--deadline", "1", "--max-upload", "0"], 3),
    ] {
        let faults: Vec<_> = fault.into_iter().collect();
        let server = server(&faults);
        let ended = run(check(home.path(), server.url()).args(arguments));
        assert_eq!(ended.code, Some(code), "{}", ended.all());
        let last: String = ended
            .stdout
            .rsplit_once("Exit code ")
            .map(|(_, last)| last.to_owned())
            .unwrap_or_default();
        assert!(last.starts_with(&format!("{code}: ")), "{last}");
        assert!(last.ends_with(".\n"), "{last}");
    }
}
