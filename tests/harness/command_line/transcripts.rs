//! Judging a transcript gives the same result as the run that wrote it.

use super::{PASSWORD, assert_judged_alike, check, finding, home, server};
use crate::support::program::{file, program, run};
use crate::support::reference::Reference;
use crate::support::scripted::{self, Deed, Reply, Scripted};
use safe_conformance::reference::{Fault, Options};
use std::time::Duration;

#[test]
fn judging_a_transcript_gives_the_same() {
    for faults in [
        &[][..],
        &[Fault::UploadTruncated],
        &[Fault::RedirectEverything],
        &[Fault::DeleteNotAllowed],
        &[Fault::CredentialsEchoed],
    ] {
        let (server, home) = (server(faults), home());
        assert_judged_alike(home.path(), &mut check(home.path(), server.url()));
    }
    let tls = Reference::start(Options::default());
    let home = home();
    let root = file(
        home.path(),
        "root.pem",
        tls.running.root_certificate().expect("a root"),
    );
    let mut command = check(home.path(), tls.url());
    command
        .env("SAFE_SERVER_PASSWORD", "s3cret-loopback")
        .arg("--ca-file")
        .arg(root);
    assert_judged_alike(home.path(), &mut command);
}

#[test]
fn judging_a_run_that_its_deadline_stopped_gives_the_same() {
    let server = Reference::plain(PASSWORD, &[], Duration::from_millis(60));
    let home = home();
    let report = assert_judged_alike(
        home.path(),
        check(home.path(), server.url()).args(["--deadline", "1"]),
    );
    assert_eq!(report["complete"], false);
    assert_eq!(report["incomplete_because"], "the deadline of 1 s passed");
}

#[test]
fn judging_a_run_that_a_rate_limit_stopped_gives_the_same() {
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let server = Scripted::start(move |asked| {
        let count = seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if count > 60 && asked.method != "DELETE" {
            Deed::Reply(Reply::new(429, "").with("Retry-After", &(1000 - count).to_string()))
        } else {
            Deed::Healthy
        }
    });
    let home = home();
    let mut command = check(home.path(), &server.url());
    command.env("SAFE_SERVER_PASSWORD", scripted::PASSWORD);
    let report = assert_judged_alike(home.path(), &mut command);
    assert_eq!(report["complete"], false);
    assert_eq!(finding(&report, "server.rate-limit", "")["verdict"], "note");
}

#[test]
fn judging_redirects_that_point_elsewhere_each_time_gives_the_same() {
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let server = Scripted::start(move |_| {
        let count = seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Deed::Reply(Reply::new(302, "").with(
            "Location",
            &format!("/login?session={}", 7919 * count % 1000),
        ))
    });
    let home = home();
    let mut command = check(home.path(), &server.url());
    command.env("SAFE_SERVER_PASSWORD", scripted::PASSWORD);
    assert_judged_alike(home.path(), &mut command);
}

/// A transcript of an earlier format is refused with a sentence that says what to do.
#[test]
fn an_old_transcript_is_refused() {
    let home = home();
    let old = file(home.path(), "old.json", r#"{"format": 1, "tool": "x"}"#);
    let ended = run(program(home.path()).arg("judge").arg(old));
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    assert!(
        ended.stderr.contains(
            "the transcript has format 1, but this version reads format 2; run the check again"
        ),
        "{}",
        ended.stderr
    );
}
