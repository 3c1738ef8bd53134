//! The guard: the run never overwrites anything, and sends nothing unencrypted beyond this machine.

use safe_conformance::engine::Verdict;
use safe_conformance::engine::{Pattern, Selection};
use safe_conformance::reference::{self, Fault, Login, Options, Running};
use safe_conformance::report::Report;
use safe_conformance::wire::{Pace, PaceChoice, Seed};
use safe_conformance::{Checkup, Target};

async fn server(faults: Vec<Fault>, tls: bool) -> (Running, Target) {
    let options = Options {
        faults,
        tls,
        ..Options::default()
    };
    let Login::Basic { user, password } = options.login.clone() else {
        panic!("the default login is Basic")
    };
    let running = reference::start(options)
        .await
        .expect("the embedded server starts");
    let target = Target::parse(running.base_url())
        .expect("a good URL")
        .basic(user, password);
    (running, target)
}

async fn report(target: Target, only: &str) -> Report {
    let mut checkup = Checkup::new(target)
        .seed(Seed::new(0x5afe))
        .pace(Pace::new(PaceChoice::Fast));
    if !only.is_empty() {
        checkup = checkup.selecting(Selection {
            only: vec![Pattern::new(only)],
            ..Selection::default()
        });
    }
    checkup.run_with(|_| {}).await.expect("it runs").report
}

fn puts(running: &Running) -> usize {
    running
        .requests()
        .iter()
        .filter(|request| request.method == "PUT")
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_was_there_before_is_neither_replaced_nor_deleted() {
    // The server keeps what the first run uploads; the second has the same seed, so the same backup
    // IDs.
    let (running, target) = server(vec![Fault::DeleteNotAllowed], false).await;
    let first = report(target.clone(), "upload.accepted").await;
    assert!(first.left_behind > 0, "the server was to keep something");
    let (before, kept) = (puts(&running), running.stored());
    let deletes = running
        .requests()
        .iter()
        .filter(|request| request.method == "DELETE")
        .count();

    let second = report(target, "upload.accepted").await;
    let findings: Vec<_> = second
        .findings
        .iter()
        .filter(|finding| finding.name() == "upload.accepted[android-h1]")
        .collect();
    assert_eq!(findings[0].verdict, Verdict::Blocked, "{second}");
    assert!(
        findings[0].observed.contains("for an unused backup ID"),
        "{second}"
    );
    assert_eq!(
        puts(&running),
        before,
        "something was uploaded over what was there"
    );
    assert_eq!(running.stored(), kept);
    let deletes_after = running
        .requests()
        .iter()
        .filter(|request| request.method == "DELETE")
        .count();
    assert_eq!(
        deletes_after, deletes,
        "what was there before was to be deleted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_in_the_clear_beyond_this_machine() {
    let (running, target) = server(Vec::new(), false).await;
    let url = running.base_url().replace("localhost", "safe.example");
    let mut elsewhere = Target::parse(&url)
        .expect("a good URL")
        .at([127, 0, 0, 1].into());
    elsewhere.login = target.login;
    let report = report(elsewhere, "").await;
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.id == "tls.https" && finding.verdict == Verdict::Fail),
        "{report}"
    );
    assert_eq!(running.requests(), [], "requests went out in the clear");
    assert_eq!(report.requests, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wrong_password_at_most_is_sent_and_last() {
    let (running, target) = server(Vec::new(), false).await;
    let report = report(target, "").await;
    assert!(report.passed(), "{report}");
    let requests = running.requests();
    let refused: Vec<_> = requests
        .iter()
        .enumerate()
        .filter(|(_, request)| request.had_authorization && request.status == Some(401))
        .map(|(position, _)| position)
        .collect();
    assert_eq!(
        refused.len(),
        1,
        "one wrong password, not {}",
        refused.len()
    );
    let after = &requests[refused[0] + 1..];
    assert!(
        after.iter().all(
            |request| matches!(request.method.as_str(), "DELETE" | "GET")
                && request.path.contains("/backups/")
                && request.had_authorization
        ),
        "after the wrong password the run only cleans up: {after:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_refused_are_not_tried_again() {
    let (running, target) = server(vec![Fault::CredentialsRefused], false).await;
    let report = report(target, "").await;
    assert!(!report.passed());
    let tried = running
        .requests()
        .iter()
        .filter(|request| request.had_authorization)
        .count();
    assert_eq!(tried, 1, "servers lock people out");
}
