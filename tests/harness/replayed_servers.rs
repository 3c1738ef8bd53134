//! The suite against the answers of servers that cannot be installed here: Nextcloud, sekursranko
//! and eee-safe.
//!
//! A mock answers each request as the real server did when it was measured; it keeps the backups in
//! memory. A mock cannot show how a server behaves when a connection breaks off or two clients
//! write at once. The embedded server has faults for that, and [`REPRODUCED`] lists which fault
//! stands for which measurement.

#[path = "../servers/replay.rs"]
mod replay;

use crate::findings::digest;
use replay::{Names, Replay};
use safe_conformance::engine::Verdict;
use safe_conformance::reference::{Fault, Options, start};
use safe_conformance::report::Report;
use safe_conformance::wire::{Pace, PaceChoice, Seed};
use safe_conformance::{Checkup, Target};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

const NEXTCLOUD: &str = include_str!("../servers/measured/nextcloud.json");
const SEKURSRANKO: &str = include_str!("../servers/measured/sekursranko.json");
const EEE_SAFE: &str = include_str!("../servers/measured/eee-safe.json");

/// What a mock cannot show: it accepts only whole bodies, one after the other.
const NOT_SHOWN: [&str; 4] = [
    "integrity.cut-off-keeps-old",
    "integrity.cut-off-invisible",
    "integrity.concurrent-uploads",
    "integrity.download-during-upload",
];

/// What was measured, the fault of the embedded server with the same behaviour, and the finding
/// that must show it.
struct Reproduced {
    server: &'static str,
    measured: &'static str,
    fault: &'static str,
    finding: &'static str,
}

const fn reproduced(
    server: &'static str,
    measured: &'static str,
    fault: &'static str,
    finding: &'static str,
) -> Reproduced {
    Reproduced {
        server,
        measured,
        fault,
        finding,
    }
}

const REPRODUCED: &[Reproduced] = &[
    reproduced(
        "Nextcloud",
        "an upload over a backup that breaks off replaces it: a target that exists uses no part file",
        "cut-off-replaces",
        "integrity.cut-off-keeps-old[length]",
    ),
    reproduced(
        "Nextcloud",
        "the same with a chunked upload",
        "cut-off-chunked-replaces",
        "integrity.cut-off-keeps-old[chunked]",
    ),
    reproduced(
        "Nextcloud",
        "the part of a chunked upload that breaks off is visible where nothing was",
        "cut-off-visible",
        "integrity.cut-off-invisible[chunked]",
    ),
    reproduced(
        "Nextcloud",
        "session cookies alone authenticate later requests",
        "session-cookie",
        "auth.cookie",
    ),
    reproduced(
        "Nextcloud",
        "two-factor login: 401 without WWW-Authenticate",
        "challenge-missing",
        "auth.challenge[config]",
    ),
    reproduced(
        "Nextcloud",
        "two-factor login: the login password is refused",
        "credentials-refused",
        "auth.accepted[android]",
    ),
    reproduced(
        "Nextcloud",
        "429 once there were too many failures, also with the right password",
        "rate-limited",
        "server.rate-limit",
    ),
    reproduced(
        "Nextcloud",
        "503 in maintenance",
        "maintenance",
        "config.readable[android-h1]",
    ),
    reproduced(
        "Nextcloud",
        "403 on a PUT into a share that is read-only, while config is readable",
        "upload-forbidden",
        "upload.accepted[ios-h1]",
    ),
    reproduced(
        "Nextcloud",
        "507 when the quota is used up",
        "upload-quota",
        "upload.accepted[android-h1]",
    ),
    reproduced(
        "Nextcloud",
        "a file drop answers 201 and stores under another name",
        "upload-renamed",
        "upload.round-trip[android-h1]",
    ),
    reproduced(
        "Nextcloud",
        "an editable public link needs no credentials",
        "anonymous-everything",
        "auth.anonymous-upload",
    ),
    reproduced(
        "Nextcloud",
        "sizes above maxBackupBytes are taken",
        "limit-unenforced",
        "limits.above",
    ),
    reproduced(
        "Nextcloud",
        "DELETE moves a backup to the trash bin, and an overwrite keeps the old one as a version",
        "trash-bin",
        "retention.bin",
    ),
    reproduced(
        "sekursranko",
        "an upload without a length is refused",
        "chunked-refused",
        "upload.chunked",
    ),
    reproduced(
        "sekursranko",
        "404 for a doubled slash",
        "double-slash-refused",
        "url.double-slash",
    ),
    reproduced(
        "eee-safe",
        "an upload over a backup that breaks off replaces it",
        "cut-off-replaces",
        "integrity.cut-off-keeps-old[length]",
    ),
    reproduced(
        "eee-safe",
        "the part of an upload that breaks off is visible where nothing was",
        "cut-off-visible",
        "integrity.cut-off-invisible[length]",
    ),
    reproduced(
        "eee-safe",
        "HEAD is answered 404 wherever it is sent",
        "head-not-found",
        "desktop.head[desktop-h1]",
    ),
    reproduced(
        "eee-safe",
        "400 unless User-Agent is exactly Threema",
        "user-agent-exact",
        "desktop.restore[desktop-h1]",
    ),
    reproduced(
        "eee-safe",
        "an ID in capitals is the same backup",
        "letter-case-ignored",
        "privacy.letter-case",
    ),
    reproduced(
        "eee-safe",
        "404 for a doubled slash",
        "double-slash-refused",
        "url.double-slash",
    ),
];

/// Deviates: nothing enforces the limit; a PROPFIND lists the folder. All servers of this kind do
/// so.
#[tokio::test]
async fn nextcloud() {
    let replay = Replay::new(NEXTCLOUD, Names::Any, |_| true);
    insta::assert_snapshot!("nextcloud", replayed(replay, true).await);
}

/// Deviates: a chunked upload is refused, a doubled slash is 404. It has no credentials, so
/// everyone can download, upload and delete: this is intended, and a proxy in front asks for
/// credentials.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn sekursranko() {
    let replay = Replay::new(SEKURSRANKO, Names::LowerHex, |agent| {
        agent.contains("Threema")
    });
    insta::assert_snapshot!("sekursranko", replayed(replay, false).await);
}

/// Deviates: HEAD is 404 and any User-Agent but `Threema` is 400, which shuts Desktop out; an ID in
/// capitals is the same backup; a doubled slash is 404.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn eee_safe() {
    let replay = Replay::new(EEE_SAFE, Names::Hex, |agent| agent == "Threema");
    insta::assert_snapshot!("eee_safe", replayed(replay, true).await);
}

/// Every deviation that a mock cannot show is shown by a fault.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn faults_stand_for_what_was_measured() {
    let mut missed = Vec::new();
    for entry in REPRODUCED {
        let fault: Fault = entry.fault.parse().expect("a fault of that name");
        let running = start(Options {
            tls: false,
            faults: vec![fault],
            ..Options::default()
        })
        .await
        .expect("the embedded server starts");
        let target = Target::parse(running.base_url()).expect("its base URL");
        let target = target.basic("safe", "s3cret-loopback");
        let mut checkup = Checkup::new(target)
            .fresh_seed(Seed::new(0x5afe))
            .pace(Pace::new(PaceChoice::Fast));
        let check = entry.finding.split('[').next().unwrap_or_default();
        // A check of `server` uses the requests of the others: without them it sees nothing.
        if !check.starts_with("server.") {
            checkup = checkup.only(check);
        }
        let report = Box::pin(checkup.run_with(|_| {}))
            .await
            .expect("a run")
            .report;
        running.stop().await;
        let shown = report.findings.iter().any(|finding| {
            finding.name() == entry.finding
                && matches!(
                    finding.verdict,
                    Verdict::Fail | Verdict::Warn | Verdict::Note
                )
        });
        if !shown {
            missed.push(format!(
                "{} ({}): {} does not make {} deviate\n{report}",
                entry.server, entry.measured, entry.fault, entry.finding
            ));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// The findings of a run against a replayed server.
async fn replayed(replay: Replay, login: bool) -> String {
    let server = MockServer::start().await;
    let stored = replay.stored();
    Mock::given(any()).respond_with(replay).mount(&server).await;
    let url = format!("{}/safe", server.uri());
    let mut target = Target::parse(&url).expect("a base URL");
    if login {
        target = target.basic("safe", "s3cret-loopback");
    }
    let mut checkup = Checkup::new(target)
        .fresh_seed(Seed::new(0x5afe))
        .pace(Pace::new(PaceChoice::Fast));
    for check in NOT_SHOWN {
        checkup = checkup.skip(check, "this test: a mock cannot show it");
    }
    let report: Report = Box::pin(checkup.run_with(|_| {}))
        .await
        .expect("a run")
        .report;
    assert!(report.complete, "{report}");
    assert_eq!(report.left_behind, 0, "{report}");
    assert!(
        stored
            .lock()
            .expect("no panic while it was held")
            .is_empty()
    );
    let port = server.address().port().to_string();
    digest(&report, &[], |_| None, &[(&port, "PORT")])
}
