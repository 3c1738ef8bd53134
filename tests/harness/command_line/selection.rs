//! What is left out and what also runs: `--only`, `--skip`, and a URL in several spellings.

use super::{check, comparable, finding, home, report, server};
use crate::support::program::run;
use safe_conformance::reference::Fault;

#[test]
fn only_runs_what_is_named_and_what_that_needs() {
    let (server, home) = (server(&[]), home());
    let said = run(check(home.path(), server.url()).args(["--only", "tls", "-v"]));
    assert!(
        said.stderr.contains("tls.trusted: ") && !said.stderr.contains("upload.accepted"),
        "what is left out is no news: {}",
        said.stderr
    );
    let (report, ended) =
        report(check(home.path(), server.url()).args(["--only", "upload.round-trip"]));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(
        finding(&report, "upload.round-trip", "android-h1")["verdict"],
        "pass"
    );
    for needed in ["upload.accepted", "config.readable"] {
        assert_eq!(
            finding(&report, needed, "android-h1")["verdict"],
            "pass",
            "{needed} runs along"
        );
    }
    assert_eq!(
        finding(&report, "auth.accepted", "android")["verdict"],
        "pass"
    );
    let other = finding(&report, "delete.missing", "");
    assert_eq!(other["verdict"], "disabled");
    assert!(
        other["observed"]
            .as_str()
            .is_some_and(|observed| observed.contains("--only"))
    );
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_run_of_a_part_is_not_shown_as_the_whole() {
    let (server, home) = (server(&[]), home());
    let ended = run(check(home.path(), server.url()).args(["--only", "server.reachable"]));
    assert_eq!(ended.code, Some(4), "{}", ended.all());
    assert!(!ended.stdout.contains("restore pass"), "{}", ended.stdout);
    let ended = run(check(home.path(), server.url()).args(["--skip", "upload.round-trip"]));
    assert!(
        ended.stdout.contains("restore partial") && ended.stdout.contains("left out"),
        "{}",
        ended.stdout
    );
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn skip_disables_and_fails_nothing() {
    let (server, home) = (server(&[Fault::UploadTruncated]), home());
    let (report, ended) = report(check(home.path(), server.url()).args([
        "--skip",
        "upload,desktop,limits,download.fresh,integrity,auth.challenge",
    ]));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    let skipped = finding(&report, "upload.round-trip", "android-h1");
    assert_eq!(skipped["verdict"], "disabled");
    assert_eq!(skipped["observed"], "skipped by --skip upload");
    let dependent = finding(&report, "delete.removes", "android-h1");
    assert_eq!(
        dependent["verdict"], "pass",
        "what needs it runs as if it had passed"
    );
    for client in ["android", "ios"] {
        for direction in ["backup", "restore"] {
            assert_eq!(report["clients"][client][direction]["verdict"], "partial");
        }
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn no_wrong_password_is_sent_where_that_is_asked() {
    let (server, home) = (server(&[]), home());
    let (report, _) = report(check(home.path(), server.url()).arg("--no-auth-probes"));
    let finding = finding(&report, "auth.wrong-password", "");
    assert_eq!(finding["verdict"], "disabled");
    assert_eq!(finding["observed"], "skipped by --no-auth-probes");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_slash_at_the_end_of_the_url_makes_no_difference() {
    let (server, home) = (server(&[Fault::UploadTruncated]), home());
    let urls = [
        server.url().to_owned(),
        format!("{}/", server.url()),
        format!("{}//", server.url()),
    ];
    let mut reports = urls.iter().map(|url| {
        let (report, _) = report(check(home.path(), url).args(["--seed", "00000000000000aa"]));
        let report = comparable(&report);
        (
            report["target"].clone(),
            report["findings"].clone(),
            report["clients"].clone(),
        )
    });
    let first = reports.next();
    for other in reports {
        assert_eq!(Some(other), first);
    }
}
