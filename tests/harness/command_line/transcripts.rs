//! Judging a transcript gives the same result as the run that wrote it.

use super::{PASSWORD, assert_judged_alike, check, finding, home, report, server};
use crate::support::program::{file, program, run};
use crate::support::reference::Reference;
use crate::support::scripted::{self, Deed, Reply, Scripted};
use safe_conformance::reference::{Fault, Options};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[test]
#[ignore = "it takes long: CI runs it"]
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
#[ignore = "it takes long: CI runs it"]
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
#[ignore = "it takes long: CI runs it"]
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

/// The transcript of a short run, after this change of its JSON.
fn edited(home: &Path, change: impl FnOnce(&mut Value)) -> PathBuf {
    let server = Reference::plain(PASSWORD, &[], Duration::ZERO);
    let transcript = home.join("transcript.json");
    let only = ["--only", "server.reachable", "--transcript"];
    run(check(home, server.url()).args(only).arg(&transcript));
    let text = std::fs::read_to_string(&transcript).expect("a transcript");
    let mut json: Value = serde_json::from_str(&text).expect("JSON");
    change(&mut json);
    file(home, "edited.json", &json.to_string())
}

/// An answer that is missing from a transcript says nothing about the server.
#[test]
fn a_transcript_without_its_answers_blames_no_server() {
    let home = home();
    let cut = edited(home.path(), |it| it["exchanges"] = Value::Array(Vec::new()));
    let (report, ended) = report(program(home.path()).arg("judge").arg(cut));
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    let finding = &report["findings"][0];
    assert_eq!(finding["verdict"], "error", "{finding}");
    assert!(!ended.all().contains("problem."), "{}", ended.all());
    assert!(
        ended
            .all()
            .contains("the transcript has no answer to this request"),
        "{}",
        ended.all()
    );
}

/// An edited base could show a password, and an edited seed makes every download look changed.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_transcript_with_another_base_or_seed_is_refused() {
    let home = home();
    let judged = |change: &dyn Fn(&mut Value)| {
        let edited = edited(home.path(), change);
        run(program(home.path()).arg("judge").arg(edited))
    };
    for base in [
        "https://alice:secret-of-alice@host.example/",
        "http://alice:secret-of-alice@127.0.0.1:9/safe",
        "http://alice:secret-of-alice@[redacted]/safe",
        "http://127.0.0.1:9/[redacted]?secret-of-alice",
        "https://[redacted].example/safe",
        "http://127.0.0.1:9/safe?secret-of-alice",
        "http://127.0.0.1:9/safe#secret-of-alice",
        "http://127.0.0.1:9/safe/config",
        "http://127.0.0.1:9/safe/",
        "https://127.0.0.1:9/safe",
        "http://host.example/safe",
        "secret-of-alice",
        "",
    ] {
        let ended = judged(&|it| it["facts"]["base"] = base.into());
        assert_eq!(ended.code, Some(2), "{base}: {}", ended.all());
        assert_eq!(ended.stdout, "", "{base}");
        assert!(
            ended.stderr.contains("`facts.base` is not"),
            "{}",
            ended.all()
        );
        assert!(!ended.all().contains("secret-of-alice"), "{}", ended.all());
    }
    let ended = judged(&|it| it["seed"] = "00".repeat(32).into());
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    assert!(ended.stderr.contains("`seed` is not"), "{}", ended.all());
}

/// Near misses: an earlier version wrote no mark of the seed, and a part of the address that was
/// also a secret is removed.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_transcript_without_a_mark_or_with_a_secret_removed_is_judged() {
    let home = home();
    let unmarked = edited(home.path(), |it| {
        let fields = it.as_object_mut().expect("an object");
        assert!(fields.remove("seed_mark").is_some());
    });
    let ended = run(program(home.path()).arg("judge").arg(unmarked));
    // The run itself ends so, because it sends no request.
    assert_eq!(ended.code, Some(4), "{}", ended.all());
    for base in [
        "http://127.0.0.1:9/[redacted]",
        "http://[redacted].example/safe",
        "http://192.[redacted].7:9/a@b.example/safe",
        "http://[[redacted]]:9/safe",
        "http://[redacted]:[redacted]/safe",
        "[redacted]",
    ] {
        let removed = edited(home.path(), |it| it["facts"]["base"] = base.into());
        let ended = run(program(home.path()).arg("judge").arg(removed));
        assert_eq!(ended.code, Some(4), "{}", ended.all());
    }
}

/// A number that no run reaches is a number like any other.
#[test]
fn enormous_totals_end_in_a_report() {
    let home = home();
    let edited = edited(home.path(), |it| it["totals"]["requests"] = u64::MAX.into());
    let ended = run(program(home.path()).arg("judge").arg(edited));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
}

#[test]
fn a_report_and_a_transcript_are_told_apart() {
    let server = Reference::plain(PASSWORD, &[], Duration::ZERO);
    let home = home();
    let [transcript, json] = ["transcript.json", "report.json"].map(|name| home.path().join(name));
    let to = format!("json={}", json.display());
    let arguments = [
        "--only",
        " server.reachable,",
        "--report",
        &to,
        "--transcript",
    ];
    let ended = run(check(home.path(), server.url())
        .args(arguments)
        .arg(&transcript));
    assert!(json.exists() && transcript.exists(), "{}", ended.all());
    let judged = run(program(home.path()).arg("judge").arg(&json));
    assert!(
        judged.stderr.contains("this is a report"),
        "{}",
        judged.stderr
    );
    let compared = run(program(home.path())
        .arg("compare")
        .args([&json, &transcript]));
    assert!(
        compared.stderr.contains("it is a transcript"),
        "{}",
        compared.stderr
    );
    assert_eq!((judged.code, compared.code), (Some(2), Some(2)));
    let quiet = run(program(home.path())
        .args(["-q", "compare"])
        .args([&json, &json]));
    assert_eq!((quiet.code, &*quiet.all()), (Some(0), "\n"));
}
