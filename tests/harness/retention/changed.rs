//! A canary that comes back with different content is reported as changed, not as deleted.

use super::Planted;
use crate::support::scripted::{Deed, Reply, Scripted};
use safe_conformance::engine::Verdict;
use safe_conformance::report::Report;
use safe_conformance::report::retention::{self as words, REMEDY, REMEDY_CHANGED};
use safe_conformance::retention::{Ledger, Visit};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An answer to a GET, what is said of it, and whether it is different content.
type Case = (fn() -> Reply, &'static str, bool);

/// A visit this many days after the canaries were planted, on a server that answers like this then.
async fn visited(days: i64, reply: fn() -> Reply) -> (Ledger, Visit, Report) {
    let is_later = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&is_later);
    let server = Scripted::open(move |asked| {
        let is_changed = shared.load(Ordering::SeqCst) && asked.is("GET", "");
        if is_changed && asked.backup().is_some() {
            Deed::Reply(reply())
        } else {
            Deed::Healthy
        }
    });
    let mut planted = Planted::on(&server.url()).await;
    is_later.store(true, Ordering::SeqCst);
    let visit = planted.visited(days).await;
    let later = planted.after(days);
    let Planted {
        canaries,
        ledger,
        folder,
        ..
    } = planted;
    drop(ledger);
    let path = folder.path().join("ledger.json");
    let ledger = Ledger::open(&path).expect("the ledger can be read again");
    let report = safe_conformance::retention_report(&ledger.watch, &visit, &canaries, later);
    (ledger, visit, report)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn different_content_has_its_own_words_and_fix() {
    let cases: [Case; 4] = [
        (|| Reply::new(200, "x".repeat(500)), "does not open", true),
        (|| Reply::new(200, ""), "does not open", true),
        (
            || Reply::new(200, "<html><title>Sign in</title></html>"),
            "a web page titled `Sign in`",
            true,
        ),
        (|| Reply::new(404, ""), "a GET returned 404", false),
    ];
    for (reply, how, is_changed) in cases {
        let (ledger, visit, report) = visited(100, reply).await;
        let text = words::visit(&ledger.watch, &visit, 1000);
        let (word, fix, other) = if is_changed {
            ("WRONG half-time", REMEDY_CHANGED, REMEDY)
        } else {
            ("LOST  half-time", REMEDY, REMEDY_CHANGED)
        };
        assert!(text.contains(word) && text.contains(how), "{text}");
        assert!(text.contains(fix) && !text.contains(other), "{text}");
        assert_eq!(
            text.contains("with different content"),
            is_changed,
            "{text}"
        );
        let mut failed = report
            .findings
            .iter()
            .filter(|it| it.verdict == Verdict::Fail);
        assert!(failed.clone().count() > 0, "{report}");
        assert!(failed.all(|finding| finding.remedy == fix), "{report}");
        // The next visit reports the same.
        let again = words::visit(&ledger.watch, &Visit::default(), 1000);
        assert!(again.contains(word) && again.contains(fix), "{again}");
        let reason = words::damage(&ledger.watch).expect("it is broken");
        assert_eq!(reason.contains("different content"), is_changed);
    }
}

/// After the promise is over, the server may do what it likes with a canary.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn different_content_after_the_promise_accuses_nobody() {
    let (ledger, visit, report) = visited(200, || Reply::new(200, "x")).await;
    assert!(!ledger.watch.is_broken());
    let text = words::visit(&ledger.watch, &visit, 1000);
    assert!(text.contains("note  just-beyond  there"), "{text}");
    assert!(text.contains("late  half-time    there"), "{text}");
    assert!(text.contains("no longer has to keep it"), "{text}");
    assert!(!text.contains("gone "), "{text}");
    let fails = |finding: &safe_conformance::engine::Finding| finding.verdict == Verdict::Fail;
    assert!(!report.findings.iter().any(fails), "{report}");
}
