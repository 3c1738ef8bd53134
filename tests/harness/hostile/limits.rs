//! Uploads that are refused for their size, with any wording, and near misses: refused only once,
//! or refused at any size.

use super::{Checked, LONG_DEADLINE, check, check_within};
use crate::support::scripted::{Asked, Deed, Reply, Scripted};
use safe_conformance::Exit;
use safe_conformance::engine::Verdict;
use safe_conformance::safe::Stage;
use std::sync::atomic::{AtomicBool, Ordering};

fn is_larger(asked: &Asked, size: usize) -> bool {
    asked.method == "PUT" && asked.body.len() > size && asked.header("authorization").is_some()
}

async fn refusing_above(size: usize, deed: impl Fn() -> Deed + Send + Sync + 'static) -> Checked {
    let server = Scripted::start(move |asked| {
        if is_larger(asked, size) {
            deed()
        } else {
            Deed::Healthy
        }
    });
    check_within(&server.url(), LONG_DEADLINE, |checkup| checkup).await
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn refused_for_size_in_whatever_words() {
    for (status, software, fix) in [
        (413, "nginx", "client_max_body_size"),
        (502, "Caddy", "request_body"),
        (403, "Apache", "SecRequestBodyLimit"),
        (404, "Microsoft-IIS/10.0", "maxAllowedContentLength"),
    ] {
        let deed = move || {
            let reply = Reply::new(status, "too much for us");
            Deed::Reply(reply.with("Server", software))
        };
        let checked = refusing_above(150_000, deed).await;
        let finding = checked.finding("limits.below");
        assert_eq!(
            finding.verdict,
            Verdict::Fail,
            "{status}: {}",
            finding.observed
        );
        for words in ["150000", "too much for us"] {
            assert!(finding.observed.contains(words), "{}", finding.observed);
        }
        assert!(finding.remedy.contains(fix), "{status}: {}", finding.remedy);
        assert!(finding.remedy.contains("to 150000"), "{}", finding.remedy);
        checked.comes_to(Exit::Deviates);
    }
}

#[tokio::test]
async fn a_quota_is_found_between_two_sizes() {
    let deed = || Deed::Reply(Reply::new(507, "Insufficient space"));
    let checked = refusing_above(300_000, deed).await;
    checked.says(
        "limits.below",
        Verdict::Fail,
        Some(Stage::Size),
        &["507", "Insufficient space", "between 262144 and 524287"],
    );
    let remedy = &checked.finding("limits.below").remedy;
    assert!(remedy.contains("quota"), "{remedy}");
}

/// The disk may be full, and each failed upload may leave a part on it.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_limit_of_an_error_is_found_between_two_sizes() {
    let deed = || Deed::Reply(Reply::new(500, "too much for us").with("Server", "nginx"));
    let checked = refusing_above(150_000, deed).await;
    checked.says(
        "limits.below",
        Verdict::Fail,
        Some(Stage::Http),
        &["500", "too much for us", "between 131072 and 262144"],
    );
    let remedy = &checked.finding("limits.below").remedy;
    assert!(remedy.contains("client_body_temp_path"), "{remedy}");
}

/// One error is ignored if two more uploads are stored; one refusal leaves the check undecided.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn refused_once_is_no_limit() {
    for (status, verdict, said) in [
        (500, Verdict::Pass, "stored and read back"),
        (
            403,
            Verdict::Blocked,
            "refused once and accepted the second time",
        ),
    ] {
        let refused = AtomicBool::new(false);
        let server = Scripted::start(move |asked| {
            if is_larger(asked, 400_000) && !refused.swap(true, Ordering::Relaxed) {
                Deed::Reply(Reply::new(status, "try again"))
            } else {
                Deed::Healthy
            }
        });
        let checked = check(&server.url()).await;
        checked.says("limits.below", verdict, None, &[said]);
    }
}

#[tokio::test]
async fn refused_whatever_its_size_is_no_limit() {
    let checked = refusing_above(0, || Deed::Reply(Reply::new(507, "nothing goes"))).await;
    checked
        .says(
            "upload.accepted[android-h1]",
            Verdict::Fail,
            Some(Stage::Http),
            &["nothing goes"],
        )
        .comes_to(Exit::Deviates);
    assert_eq!(checked.finding("limits.below").verdict, Verdict::Blocked);
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn what_comes_back_cut_is_not_taken() {
    // Above 200000 bytes it reports the limit; from 90000 bytes on it silently keeps no more.
    let stored = std::sync::Mutex::new(std::collections::BTreeMap::<String, Vec<u8>>::new());
    let server = Scripted::start(move |asked| {
        let Some(id) = asked
            .backup()
            .filter(|_| asked.header("authorization").is_some())
        else {
            return Deed::Healthy;
        };
        if is_larger(asked, 200_000) {
            return Deed::Reply(Reply::new(413, ""));
        }
        let mut stored = stored.lock().expect("no script panics");
        if asked.method == "PUT" {
            let kept = asked.body[..asked.body.len().min(90_000)].to_vec();
            stored.insert(id.to_owned(), kept);
            return Deed::Instead(Reply::new(201, ""));
        }
        match stored.get(id).filter(|_| asked.method == "GET") {
            Some(kept) if kept.len() == 90_000 => Deed::Reply(Reply::new(200, kept.clone())),
            _ => Deed::Healthy,
        }
    });
    let checked = check_within(&server.url(), LONG_DEADLINE, |checkup| checkup).await;
    checked.says(
        "limits.below",
        Verdict::Fail,
        Some(Stage::Size),
        &["413", "the real limit is 90000 bytes"],
    );
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_promise_beyond_all_memory() {
    let server = super::with_config(|| {
        Deed::Reply(Reply::new(
            200,
            "{\"maxBackupBytes\": 9223372036854775807, \"retentionDays\": 180}",
        ))
    });
    let checked = check_within(&server.url(), LONG_DEADLINE, |checkup| {
        checkup.max_upload(u64::MAX)
    })
    .await;
    checked.says("limits.below", Verdict::Blocked, None, &["67108864"]);
}
