//! What a newcomer meets: a server without any set-up, a wrong address, lines to paste. Each text
//! is the program's output.

mod addresses;
mod nothing_set_up;

use crate::support::program::{Ended, file, program, run};
use crate::support::scripted::{Deed, PASSWORD, Reply, Scripted, USER};
use std::path::Path;
use std::sync::LazyLock;

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Runs a subcommand against a server, with its user name and password.
fn ask(subcommand: &str, url: &str, home: &Path, more: &[&str]) -> Ended {
    let password = file(home, "password", PASSWORD);
    let mut command = program(home);
    command
        .args([subcommand, url, "--user", USER, "--password-file"])
        .arg(password)
        .arg("--ledger-dir")
        .arg(home)
        .args(more)
        .env("COLUMNS", "100");
    if subcommand == "check" {
        command.args(["--pace", "fast"]);
    }
    run(&mut command)
}

/// A web server with its start page and nothing else.
fn bare(server: &'static str) -> Scripted {
    Scripted::start(move |asked| {
        let status = match asked.method.as_str() {
            "GET" | "HEAD" => 404,
            _ => 405,
        };
        let page = format!("<html><title>{status}</title></html>");
        Deed::Reply(Reply::new(status, page).with("Server", server))
    })
}

/// Asserts that each line appears complete, at the left edge.
#[track_caller]
fn has_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|there| there == *line), "{line}\n{text}");
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn explain_of_a_server_lists_what_can_be_fixed_on_it() {
    let home = home();
    for word in ["apache", "nginx", "caddy", "nextcloud"] {
        let ended = run(program(home.path()).args(["explain", word]));
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        let problems = ended.stdout.matches("problem.").count();
        assert!(problems > 3, "{word}: {}", ended.stdout);
    }
    let ended = run(program(home.path()).args(["explain", "problem.not-set-up"]));
    has_lines(
        &ended.stdout,
        &[
            "  Dav On",
            "  dav_methods PUT DELETE;",
            "Alias \"/FOLDER\" /srv/threema-safe",
        ],
    );
}

/// A report with one finding of this verdict.
fn report(verdict: &str) -> safe_conformance::report::Report {
    edited(|report| {
        let findings = report["findings"].as_array_mut().expect("findings");
        findings.retain(|finding| finding["id"] == "server.reachable");
        findings[0]["verdict"] = verdict.into();
    })
}

/// A report of the embedded server, after this change of its JSON.
fn edited(change: impl FnOnce(&mut serde_json::Value)) -> safe_conformance::report::Report {
    static REPORT: LazyLock<String> = LazyLock::new(|| {
        let home = home();
        let json = home.path().join("report.json");
        let to = format!("json={}", json.display());
        let arguments = ["check", "--only", "server.reachable", "--report", &to];
        let ended = run(program(home.path()).args(arguments));
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        std::fs::read_to_string(&json).expect("the report")
    });
    let mut report: serde_json::Value = serde_json::from_str(&REPORT).expect("JSON");
    change(&mut report);
    safe_conformance::report::Report::parse(&report.to_string()).expect("a report")
}

#[test]
fn a_client_that_can_do_less_is_said_although_no_check_broke() {
    use safe_conformance::report::Comparison;
    let standing = |verdict: &str| {
        edited(|report| report["clients"]["android"]["backup"]["verdict"] = verdict.into())
    };
    for (before, after, code) in [
        ("pass", "partial", 3),
        ("pass", "unknown", 3),
        ("partial", "fail", 1),
        ("partial", "pass", 0),
        ("pass", "pass", 0),
    ] {
        let compared = Comparison::of(&standing(before), &standing(after)).expect("of one kind");
        assert_eq!(compared.exit().code(), code, "{before} to {after}");
        let changed = format!("Android backup: {before} → {after}");
        let text = compared.to_text(100);
        assert_eq!(text.contains(&changed), before != after, "{text}");
    }
}

#[test]
fn what_was_never_judged_did_not_break() {
    use safe_conformance::report::Comparison;
    let compared = Comparison::of(&report("disabled"), &report("fail")).expect("of one kind");
    assert_eq!((compared.broken.len(), compared.newly_judged.len()), (0, 1));
    assert_eq!(compared.exit().code(), 1);
    let compared = Comparison::of(&report("pass"), &report("fail")).expect("of one kind");
    assert_eq!((compared.broken.len(), compared.newly_judged.len()), (1, 0));
}

#[test]
fn a_server_is_not_compared_with_an_implementation() {
    use safe_conformance::report::{Comparison, Incomparable};
    let server = report("pass");
    let client = edited(|report| {
        report["implementation"] =
            serde_json::json!({"name": "mine", "version": "1", "operations": []});
    });
    assert_eq!(Comparison::of(&server, &client), Err(Incomparable::Kinds));
}

#[test]
fn a_visit_of_retention_is_not_compared_with_a_check() {
    use safe_conformance::report::{Comparison, Incomparable};
    let with_check = |id: &str| {
        edited(|report| {
            let findings = report["findings"].as_array_mut().expect("findings");
            findings.truncate(1);
            findings[0]["id"] = id.into();
        })
    };
    let visit = || with_check("retention.kept");
    let check = report("pass");
    for (before, after) in [(&check, &visit()), (&visit(), &check)] {
        let compared = Comparison::of(before, after);
        assert_eq!(compared, Err(Incomparable::Retention));
    }
    let alike = Comparison::of(&visit(), &visit()).expect("of one kind");
    assert_eq!(alike.exit().code(), 0);
    // Near miss: a check of `check` with a similar name.
    let refresh = with_check("retention.refresh");
    assert!(Comparison::of(&refresh, &check).is_ok());
}

#[test]
fn what_does_not_apply_any_more_is_no_loss() {
    use safe_conformance::report::Comparison;
    let none = report("not_applicable");
    for (before, moot) in [("pass", 1), ("blocked", 0), ("fail", 1)] {
        let comparison = Comparison::of(&report(before), &none).expect("of one kind");
        assert_eq!(comparison.unjudged, [], "{before}");
        assert_eq!(comparison.moot.len(), moot, "{before}");
        assert_eq!(comparison.mended, [], "{before}");
        assert_eq!(comparison.exit().code(), 0, "{before}");
    }
    let lost = Comparison::of(&report("pass"), &report("blocked")).expect("of one kind");
    assert_eq!(lost.exit().code(), 3);
}

/// Returns a report in which one check has this verdict, excused by a waiver if there is a reason.
fn waived(verdict: &str, reason: Option<&str>) -> safe_conformance::report::Report {
    edited(|report| {
        let findings = report["findings"].as_array_mut().expect("findings");
        findings.retain(|finding| finding["id"] == "server.reachable");
        findings[0]["verdict"] = verdict.into();
        if let Some(reason) = reason {
            findings[0]["waived"] = reason.into();
            findings[0]["waived_until"] = "2027-12-31".into();
        }
    })
}

/// `check` exits with 0 if a waiver excuses every deviation, and so does the comparison.
#[test]
fn a_deviation_that_a_waiver_excuses_did_not_break() {
    use safe_conformance::report::Comparison;
    for before in [
        "pass",
        "fail",
        "warn",
        "blocked",
        "disabled",
        "not_applicable",
    ] {
        let after = waived("fail", Some("ticket 42"));
        let compared = Comparison::of(&report(before), &after).expect("of one kind");
        assert_eq!(compared.exit().code(), 0, "{before}");
        assert_eq!(
            (compared.broken.len(), compared.waived.len()),
            (0, 1),
            "{before}"
        );
        assert_eq!(
            (compared.newly_judged.len(), compared.still_broken.len()),
            (0, 0)
        );
        for text in [
            compared.to_text(100),
            compared.to_markdown(),
            compared.to_html(),
        ] {
            assert!(text.contains("ticket 42 (until 2027-12-31)"), "{text}");
        }
        let json: serde_json::Value = serde_json::from_str(&compared.to_json()).expect("JSON");
        assert_eq!(json["waived"][0]["waived"], "ticket 42");
        assert_eq!(json["waived"][0]["waived_until"], "2027-12-31");
    }
    let worse = Comparison::of(&waived("warn", Some("a")), &waived("fail", Some("a")));
    assert_eq!(worse.expect("of one kind").exit().code(), 0);
}

#[test]
fn a_deviation_whose_waiver_has_gone_breaks_again() {
    use safe_conformance::report::Comparison;
    let before = waived("fail", Some("ticket 42"));
    for after in ["fail", "warn"] {
        let compared = Comparison::of(&before, &report(after)).expect("of one kind");
        assert_eq!(compared.exit().code(), 1, "{after}");
        assert_eq!(compared.broken.len(), 1, "{after}");
        let reason = compared.broken[0].no_longer_waived.as_deref();
        assert_eq!(reason, Some("ticket 42"));
        let text = compared.to_text(100);
        assert!(
            text.contains("in the first report only: ticket 42"),
            "{text}"
        );
    }
    // Where the deviation is mended or can no longer be judged, the waiver makes no difference.
    for (after, code, mended, unjudged) in [
        ("pass", 0, 1, 0),
        ("note", 0, 1, 0),
        ("blocked", 3, 0, 1),
        ("not_applicable", 0, 0, 0),
    ] {
        let compared = Comparison::of(&before, &report(after)).expect("of one kind");
        assert_eq!(compared.exit().code(), code, "{after}");
        let lengths = (compared.mended.len(), compared.unjudged.len());
        assert_eq!(lengths, (mended, unjudged), "{after}");
        assert_eq!(compared.broken.len() + compared.waived.len(), 0, "{after}");
    }
    // Near miss: without a waiver in either report, nothing changed.
    let compared = Comparison::of(&report("fail"), &report("fail")).expect("of one kind");
    assert_eq!(
        (compared.still_broken.len(), compared.exit().code()),
        (1, 0)
    );
    assert_eq!(compared.still_broken[0].no_longer_waived, None);
}

#[test]
fn reports_on_clients_side_by_side_know_waivers_too() {
    use safe_conformance::report::Matrix;
    let excused = || waived("fail", Some("ticket 42"));
    for (before, after, broken) in [
        (report("pass"), excused(), false),
        (excused(), excused(), false),
        (excused(), report("pass"), false),
        (excused(), report("blocked"), false),
        (report("fail"), excused(), false),
        (excused(), report("fail"), true),
        (report("pass"), report("fail"), true),
        (report("pass"), report("blocked"), true),
        (report("fail"), report("fail"), false),
    ] {
        let reports = [("a".to_owned(), before), ("b".to_owned(), after)];
        let matrix = Matrix::new(&reports);
        assert_eq!(matrix.broken().count() == 1, broken);
        let text = matrix.to_text(100, true);
        let waived = reports
            .iter()
            .any(|(_, report)| report.findings[0].waived.is_some());
        assert_eq!(text.contains("waived: ticket 42"), waived, "{text}");
    }
}
