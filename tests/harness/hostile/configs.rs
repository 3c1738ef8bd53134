//! Configs that differ between clients or requests, and near misses that do not.

use super::{Checked, check};
use crate::support::scripted::{Asked, CONFIG, Deed, Reply, Scripted};
use safe_conformance::Exit;
use safe_conformance::clients::{Phone, Release};
use safe_conformance::engine::Verdict;
use safe_conformance::safe::backup::{Backup, PrivateKey, User};
use safe_conformance::safe::{Client, EncryptionKey, Nonce, Stage, ThreemaId};
use std::sync::atomic::{AtomicUsize, Ordering};

const LOGIN_PAGE: &str = "<!DOCTYPE html><html><head><title>Log in</title></head></html>";

fn asks_for_config(asked: &Asked) -> bool {
    asked.is("GET", "/config")
}

fn is_anonymous(asked: &Asked) -> bool {
    asked.header("authorization").is_none()
}

/// A healthy server, except for requests for `config` without credentials.
async fn with_anonymous_config(reply: Reply) -> Checked {
    let server = Scripted::start(move |asked| {
        if asks_for_config(asked) && is_anonymous(asked) {
            Deed::Reply(reply.clone())
        } else {
            Deed::Healthy
        }
    });
    check(&server.url()).await
}

/// A healthy server, except for requests for `config` with credentials: the number of the request
/// determines the body.
async fn with_numbered_config(body: impl Fn(usize) -> String + Send + Sync + 'static) -> Checked {
    let seen = AtomicUsize::new(0);
    let server = Scripted::start(move |asked| {
        if asks_for_config(asked) && !is_anonymous(asked) {
            Deed::Reply(Reply::new(200, body(seen.fetch_add(1, Ordering::Relaxed))))
        } else {
            Deed::Healthy
        }
    });
    check(&server.url()).await
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_login_page_in_place_of_a_challenge() {
    let checked = with_anonymous_config(Reply::new(200, LOGIN_PAGE)).await;
    checked
        .says(
            "config.understood[android]",
            Verdict::Pass,
            None,
            &["524288"],
        )
        .says(
            "config.understood[ios]",
            Verdict::Fail,
            Some(Stage::Json),
            &["HTML page titled \"Log in\"", "200"],
        )
        .says(
            "auth.challenge[config]",
            Verdict::Fail,
            Some(Stage::Auth),
            &["never sends its credentials"],
        )
        .says(
            "auth.anonymous-config",
            Verdict::Pass,
            None,
            &["instead of what was requested"],
        )
        .comes_to(Exit::Deviates);
    let remedy = &checked.finding("config.understood[ios]").remedy;
    assert!(remedy.contains("WWW-Authenticate"), "{remedy}");
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_login_page_beside_a_challenge() {
    let challenge = "Basic realm=\"Files\"";
    let reply = Reply::new(401, LOGIN_PAGE).with("WWW-Authenticate", challenge);
    let checked = with_anonymous_config(reply).await;
    checked
        .says("config.understood[ios]", Verdict::Pass, None, &["524288"])
        .comes_to(Exit::Conforms);
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_config_that_differs_from_request_to_request() {
    let checked = with_numbered_config(|number| {
        let limit = if number.is_multiple_of(2) {
            524_288
        } else {
            600_000
        };
        format!("{{\"maxBackupBytes\": {limit}, \"retentionDays\": 180}}")
    })
    .await;
    checked.says(
        "config.same",
        Verdict::Warn,
        Some(Stage::Meaning),
        &["differ", "524288", "600000"],
    );
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_config_that_is_written_otherwise_each_time() {
    let checked = with_numbered_config(|number| {
        let blanks = " ".repeat(number);
        format!("{{\"retentionDays\":{blanks}180, \"now\": {number}, \"maxBackupBytes\": 524288}}")
    })
    .await;
    checked
        .says("config.same", Verdict::Pass, None, &["the same numbers"])
        .comes_to(Exit::Conforms);
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_config_that_one_client_alone_cannot_decode() {
    for (charset, android) in [
        ("utf-16", Verdict::Fail),
        ("iso-8859-1", Verdict::Pass),
        ("utf-8", Verdict::Pass),
    ] {
        let kind = format!("application/json; charset={charset}");
        let server = Scripted::start(move |asked| {
            if asks_for_config(asked) && !is_anonymous(asked) {
                Deed::Reply(Reply::new(200, CONFIG).with("Content-Type", &kind))
            } else {
                Deed::Healthy
            }
        });
        let checked = check(&server.url()).await;
        let verdict = checked.finding("config.understood[android]").verdict;
        assert_eq!(verdict, android, "{charset}");
        checked.says("config.understood[ios]", Verdict::Pass, None, &["524288"]);
    }
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_refused_config_with_a_sentence() {
    let id = "ab".repeat(32);
    for (status, body, said) in [
        (403, "Blocked by rule 4711".to_owned(), "saying \"Blocked by rule 4711\""),
        (507, format!("no room for {id}, sorry"), "saying \"no room for …, sorry\""),
        (
            503,
            "<?xml version=\"1.0\"?><d:error xmlns:d=\"DAV:\" xmlns:s=\"x\"><s:message>Account disabled</s:message></d:error>".to_owned(),
            "saying \"Account disabled\"",
        ),
        (403, "<html><title>Sorry</title></html>".to_owned(), "HTML page titled \"Sorry\""),
    ] {
        let server = Scripted::start(move |asked| {
            if asks_for_config(asked) && !is_anonymous(asked) {
                Deed::Reply(Reply::new(status, body.clone()))
            } else {
                Deed::Healthy
            }
        });
        let checked = check(&server.url()).await;
        let observed = &checked.finding("config.readable[android-h1]").observed;
        assert!(observed.contains(said), "{status}: {observed}; {:?}", checked.report.incomplete_because);
        assert!(!checked.transcript.contains(&id) && !observed.contains(&id));
    }
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn the_smallest_limit_that_lets_a_backup_through() {
    let alone = Backup::new(User::new(PrivateKey::from_bytes([0x5a; 32])));
    let phone = Phone::new(ThreemaId::parse("ECHOECHO").expect("an ID"));
    let (key, nonce) = (EncryptionKey::from_bytes([1; 32]), Nonce([2; 24]));
    let newest = Release::newest(Client::Android).usual();
    let smallest = newest.seal(&alone, &phone, &key, &nonce).len();
    for (limit, verdict) in [(smallest - 1, Verdict::Fail), (smallest, Verdict::Pass)] {
        let checked = with_numbered_config(move |_| {
            format!("{{\"maxBackupBytes\": {limit}, \"retentionDays\": 180}}")
        })
        .await;
        for name in ["config.limit[android]", "config.limit[ios]"] {
            assert_eq!(checked.finding(name).verdict, verdict, "{name} at {limit}");
        }
    }
}
