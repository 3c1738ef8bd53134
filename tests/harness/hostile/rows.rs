//! Cases that the harness once missed: a config that a transcript did not keep, deletions without
//! proof, logins that were sent again.

use super::{Uploaded, check, with_config};
use crate::support::scripted::{CONFIG, Deed, Reply, Scripted, authorization};
use safe_conformance::Exit;
use safe_conformance::engine::{Finding, Verdict};
use safe_conformance::judge;
use safe_conformance::wire::Transcript;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

fn gist(findings: &[Finding]) -> Vec<(String, Verdict, String)> {
    let gist = |finding: &Finding| (finding.name(), finding.verdict, finding.observed.clone());
    findings.iter().map(gist).collect()
}

/// A transcript keeps 4 KiB of a long body, but all of a config.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_config_of_100_kib_is_judged_from_a_transcript_as_it_was_live() {
    let config = format!("{CONFIG}{}", " ".repeat(100 * 1024));
    let server = with_config(move || Deed::Reply(Reply::new(200, config.clone())));
    let checked = check(&server.url()).await;
    let transcript = Transcript::parse(&checked.transcript).expect("a transcript");
    let judged = judge(&transcript, None, |_| {})
        .await
        .expect("it is judged");
    assert_eq!(gist(&judged.findings), gist(&checked.report.findings));
    assert_eq!(
        checked.finding("config.understood[android]").verdict,
        Verdict::Pass
    );
}

/// Only 404 and 410 prove that a backup is gone.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn an_error_after_a_deletion_proves_nothing() {
    for status in [500, 403] {
        let deleted = Mutex::new(BTreeSet::new());
        let server = Scripted::start(move |asked| {
            let Some(id) = asked.backup() else {
                return Deed::Healthy;
            };
            let mut deleted = deleted.lock().expect("no script panics");
            let is_given = asked.header("authorization").is_some();
            match asked.method.as_str() {
                "DELETE" if is_given => {
                    deleted.insert(id.to_owned());
                }
                "PUT" if is_given => {
                    deleted.remove(id);
                }
                "GET" if is_given && deleted.contains(id) => {
                    return Deed::Reply(Reply::new(status, ""));
                }
                _ => {}
            }
            Deed::Healthy
        });
        let checked = check(&server.url()).await;
        let removes = checked.finding("delete.removes[android-h1]");
        assert_eq!(removes.verdict, Verdict::Blocked, "{}", removes.observed);
        let upload = checked.finding("auth.anonymous-upload");
        assert_ne!(upload.verdict, Verdict::Fail, "{}", upload.observed);
        checked.leaves_nothing_unnamed(&server);
    }
}

/// A server that hangs up on a wrong password receives it only once.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_wrong_password_that_gets_no_answer_is_not_sent_again() {
    let wrong = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&wrong);
    let server = Scripted::start(move |asked| {
        let is_wrong = asked
            .header("authorization")
            .is_some_and(|sent| sent != authorization());
        if is_wrong {
            counter.fetch_add(1, Ordering::Relaxed);
            return Deed::Raw(Vec::new());
        }
        Deed::Healthy
    });
    let checked = check(&server.url()).await;
    assert_eq!(wrong.load(Ordering::Relaxed), 1, "{}", checked.report);
    checked.leaves_nothing(&server);
}

/// If a password is revoked during the run, only the open requests are refused.
#[tokio::test]
async fn a_password_that_is_revoked_in_mid_run_is_not_tried_again() {
    let (seen, refused) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&refused);
    let server = Scripted::start(move |asked| {
        let is_given = asked.header("authorization").is_some();
        if is_given && seen.fetch_add(1, Ordering::Relaxed) > 60 {
            counter.fetch_add(1, Ordering::Relaxed);
            return Deed::Reply(
                Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"safe\""),
            );
        }
        Deed::Healthy
    });
    let checked = check(&server.url()).await;
    let refused = refused.load(Ordering::Relaxed);
    // One more request tests whether only this request is refused.
    assert!((1..=17).contains(&refused), "{refused}: {}", checked.report);
    // What the revocation hides is not judged, whichever request was first.
    assert_eq!(checked.report.exit, Exit::LockedOut, "{}", checked.report);
    let says = "the server no longer accepts the credentials that it accepted at ";
    assert!(
        checked.report.to_string().contains(says),
        "{}",
        checked.report
    );
    checked.no_client_passes().leaves_nothing_unnamed(&server);
}

/// A proxy may refuse one method with 401, and Apache refuses in this way what a user may not do:
/// the password still works.
#[tokio::test]
async fn a_method_that_is_refused_by_401_is_no_refused_password() {
    for (method, finding) in [
        ("PUT", "upload.accepted[android-h1]"),
        ("DELETE", "delete.removes[android-h1]"),
    ] {
        let refused = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&refused);
        let server = Scripted::start(move |asked| {
            if asked.method == method && asked.header("authorization").is_some() {
                counter.fetch_add(1, Ordering::Relaxed);
                return Deed::Reply(
                    Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"safe\""),
                );
            }
            Deed::Healthy
        });
        let checked = check(&server.url()).await;
        checked.comes_to(Exit::Deviates);
        let said = checked.finding(finding);
        assert!(said.observed.contains("401"), "{method}: {}", said.observed);
        // Each of these is a refused login, however many checks send it.
        let refused = refused.load(Ordering::Relaxed);
        assert_eq!(refused, 1, "{method}: {}", checked.report);
        checked.leaves_nothing_unnamed(&server);
    }
}

/// A download that is longer than the upload is the same deviation when a transcript is judged.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn bytes_after_a_large_backup_are_judged_from_a_transcript_as_they_were_live() {
    let uploaded = Uploaded::default();
    let bodies = Mutex::new(std::collections::BTreeMap::<String, Vec<u8>>::new());
    let server = Scripted::start(move |asked| {
        let Some(id) = asked.backup() else {
            return Deed::Healthy;
        };
        let mut bodies = bodies.lock().expect("no script panics");
        if asked.method == "PUT" {
            bodies.insert(id.to_owned(), asked.body.clone());
        }
        match bodies.get(id) {
            Some(body) if uploaded.is_asked_for(asked) && body.len() > 200_000 => {
                let mut longer = body.clone();
                longer.extend_from_slice(b"surplus");
                Deed::Reply(Reply::new(200, longer))
            }
            _ => Deed::Healthy,
        }
    });
    let checked = check(&server.url()).await;
    let below = checked.finding("limits.below");
    assert_eq!(below.verdict, Verdict::Fail, "{}", below.observed);
    assert!(
        below.observed.contains("extra bytes at its end"),
        "{}",
        below.observed
    );
    let transcript = Transcript::parse(&checked.transcript).expect("a transcript");
    let judged = judge(&transcript, None, |_| {})
        .await
        .expect("it is judged");
    assert_eq!(gist(&judged.findings), gist(&checked.report.findings));
}

/// An answer counts only for the request that it answered, header fields included.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn an_answer_to_another_question_judges_nothing() {
    let server = Scripted::start(|_| Deed::Healthy);
    let checked = check(&server.url()).await;
    let mut transcript: serde_json::Value =
        serde_json::from_str(&checked.transcript).expect("JSON");
    let exchanges = transcript["exchanges"].as_array_mut().expect("a list");
    for exchange in exchanges {
        if exchange["check"] == "upload.round-trip" {
            let asked = exchange["asked"][0].as_str().unwrap_or_default();
            exchange["asked"][0] = format!("{asked}; x-other: 1").into();
        }
    }
    let transcript = Transcript::parse(&transcript.to_string()).expect("a transcript");
    let judged = judge(&transcript, None, |_| {})
        .await
        .expect("it is judged");
    let mut findings = judged.findings.iter();
    let finding = findings.find(|finding| finding.name() == "upload.round-trip[android-h1]");
    let finding = finding.expect("a finding");
    assert_eq!(finding.verdict, Verdict::Error, "{}", finding.observed);
    assert!(
        finding.observed.contains("has another request here"),
        "{}",
        finding.observed
    );
    assert_eq!(judged.exit, Exit::Incomplete);
}

/// A text that stands once for several variants names the clients of each.
#[tokio::test]
async fn markdown_names_the_clients_of_every_variant() {
    let server = Scripted::start(|asked| {
        if asked.method == "PUT" {
            Deed::Reply(Reply::new(403, ""))
        } else {
            Deed::Healthy
        }
    });
    let markdown = check(&server.url()).await.report.to_markdown();
    let lines: Vec<_> = markdown.lines().collect();
    let is_about_uploads = |line: &&&str| line.starts_with("- **") && line.contains("upload");
    let named = lines.iter().find(is_about_uploads).expect("a deviation");
    assert!(named.contains("affects Android, iOS"), "{markdown}");
}
