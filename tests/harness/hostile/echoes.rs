//! Answers that contain the credentials: the outputs do not, and removing them takes little time.

use super::{BEYOND, DEADLINE, Uploaded, check};
use crate::support::scripted::{CONFIG, Deed, PASSWORD, Reply, Scripted};
use safe_conformance::engine::Verdict;
use safe_conformance::safe::Stage;
use safe_conformance::wire::{Pace, PaceChoice, Seed};
use safe_conformance::{Checkup, Exit, Target};
use std::sync::Arc;

#[tokio::test]
async fn credentials_that_come_back() {
    let server = Scripted::start(|asked| {
        if asked.is("GET", "/config") && asked.header("authorization").is_some() {
            Deed::Reply(
                Reply::new(200, CONFIG)
                    .with("X-Debug", &format!("{asked:?}").replace(['\r', '\n'], " ")),
            )
        } else if asked.method == "GET" {
            Deed::Reply(Reply::new(404, format!("{} {PASSWORD}", asked.head)))
        } else {
            Deed::Healthy
        }
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "privacy.credentials-echo",
            Verdict::Warn,
            Some(Stage::Http),
            &["contained the credentials"],
        )
        .leaves_nothing_that_can_be_seen(&server);
    let written = format!(
        "{}{}{}",
        checked.report.to_json(),
        checked.report,
        checked.transcript
    );
    assert!(!written.contains(PASSWORD));
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_password_that_is_part_of_what_stands_in_its_place() {
    // `[redacted]` contains it: removing it again and again would never end.
    let server = Scripted::open(|asked| {
        if asked.method == "GET" && asked.backup().is_some() {
            Deed::Reply(Reply::new(404, "redacted ".repeat(100)))
        } else {
            Deed::Healthy
        }
    });
    for password in ["redacted", "dact", "[red"] {
        let url = server.url().replace(
            "http://",
            &format!("http://safe:{}@", password.replace('[', "%5B")),
        );
        let target = Target::parse(&url).expect("a URL");
        let checkup = Checkup::new(target)
            .deadline(DEADLINE)
            .fresh_seed(Seed::new(0x5afe))
            .pace(Pace::new(PaceChoice::Fast));
        tokio::time::timeout(DEADLINE + BEYOND, checkup.run_with(|_| {}))
            .await
            .expect("the run ends by itself")
            .expect("the run begins");
    }
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_password_that_comes_back_a_million_times() {
    // Removing each one separately costs the square of the size, in a loop that no deadline can
    // stop.
    let page = Arc::new(format!("{PASSWORD}\n").repeat(500_000));
    let uploaded = Uploaded::large();
    let server = Scripted::start(move |asked| {
        if asked.is("GET", "/config") {
            Deed::Reply(Reply::new(
                200,
                r#"{"maxBackupBytes": 8388608, "retentionDays": 180}"#,
            ))
        } else if uploaded.is_asked_for(asked) {
            Deed::Reply(Reply::new(200, page.as_bytes()))
        } else {
            Deed::Healthy
        }
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "limits.below",
            Verdict::Fail,
            Some(Stage::Size),
            &["came back"],
        )
        .comes_to(Exit::Deviates)
        .leaves_nothing(&server);
}
