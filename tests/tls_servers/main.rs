//! The inspection of TLS against OpenSSL's own server with many settings: the findings are
//! snapshots, and the accepted versions and suites equal those that sslscan and testssl.sh report.
//!
//! If a program is missing, the test is skipped, unless `SAFE_REQUIRE_REAL_SERVERS` is `1`. The
//! scanners take seconds and minutes, so they are left to CI.

#[path = "../support/left_to_ci.rs"]
mod left_to_ci;
#[path = "../support/missing.rs"]
mod missing;
mod openssl;
#[path = "../servers/process.rs"]
mod process;
mod scanners;
#[path = "../support/thorough.rs"]
mod thorough;

use left_to_ci::left_to_ci;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use openssl::{Certificates, server, with_each};
use process::program;
use safe_conformance::diagnosis::{Problem, Shell};
use safe_conformance::engine::{Pattern, Selection, Verdict};
use safe_conformance::wire::tls::Inspection;
use safe_conformance::wire::{Asking, Pace, PaceChoice, Seed, Transcript};
use safe_conformance::{Checkup, Target};
use std::fmt::Write as _;
use std::process::{Command, ExitCode};
use std::sync::{Arc, OnceLock};

/// How many tests run at once: they wait for the servers.
const AT_ONCE: usize = 4;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let made: Arc<OnceLock<Certificates>> = Arc::default();
    let trial = |name: &str, needs: &'static [&'static str], run: fn(&Certificates)| {
        let made = Arc::clone(&made);
        Trial::ignorable_test(name, move || {
            attempt(needs, || run(made.get_or_init(Certificates::make)))
        })
    };
    let sslscan = trial(
        "sslscan",
        &["openssl", "sslscan"],
        scanners::agrees_with_sslscan,
    );
    let testssl = trial(
        "testssl",
        &["openssl", "testssl"],
        scanners::agrees_with_testssl,
    );
    let trials = vec![
        trial("findings", &["openssl"], findings),
        trial("printed lines", &["openssl"], printed_lines),
        left_to_ci(sslscan),
        left_to_ci(testssl),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Runs a test if the programs that it needs are there.
fn attempt(needs: &[&str], run: impl FnOnce()) -> Result<Completion, Failed> {
    let missing = needs.iter().find(|need| program(need, "").is_none());
    match missing {
        None => {
            run();
            Ok(Completion::Completed)
        }
        Some(program) => missing::skipped(format!("{program} is not installed")),
    }
}

/// The findings of the TLS checks, and what they observed.
fn inspect(port: u16, root: &str) -> (String, Inspection) {
    let target = Target::parse(&format!("https://127.0.0.1:{port}/safe")).expect("a good URL");
    let checkup = Checkup::new(target.trusting(root))
        .fresh_seed(Seed::new(0x5afe))
        .pace(Pace::new(PaceChoice::Fast))
        .selecting(Selection {
            only: vec![Pattern::new("tls")],
            ..Selection::default()
        });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let done = runtime.block_on(checkup.run_with(|_| {})).expect("it runs");
    let mut text = String::new();
    for (client, directions) in &done.report.clients {
        for (direction, summary) in directions {
            let _ = write!(text, "{client} {direction} {}. ", summary.verdict);
        }
    }
    text.push('\n');
    let tls_findings = done.report.findings.iter().filter(|finding| {
        matches!(
            finding.verdict,
            Verdict::Fail | Verdict::Warn | Verdict::Note | Verdict::Blocked | Verdict::Error
        )
    });
    for finding in tls_findings {
        let _ = writeln!(
            text,
            "  {} {}: {}",
            finding.verdict, finding.id, finding.observed
        );
    }
    (text, seen(&done.transcript))
}

fn seen(transcript: &Transcript) -> Inspection {
    let json: serde_json::Value =
        serde_json::from_str(&transcript.to_json()).expect("a transcript is JSON");
    let entries = json["exchanges"].as_array().expect("exchanges").iter();
    let inspection = entries
        .map(|entry| &entry["got"]["inspection"]["Ok"])
        .find(|inspection| inspection.is_object());
    let inspection = inspection.expect("an inspection").clone();
    serde_json::from_value(inspection).expect("an inspection as it was written")
}

/// The lines that a report prints for a certificate without a public authority create a certificate
/// that passes every check of TLS.
fn printed_lines(certificates: &Certificates) {
    let problem = Problem::of("problem.self-signed").expect("a problem of the catalogue");
    let asking = Asking::default();
    let lines = problem.lines_to_paste(&Shell {
        base: "https://127.0.0.1:8443/safe",
        asking: &asking,
        software: &[],
    });
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in &lines {
        let mut shell = Command::new("sh");
        let ended = shell
            .args(["-c", line])
            .current_dir(certificates.folder())
            .output();
        let ended = ended.expect("a shell");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{line}: {said}");
    }
    let verify = [
        "verify",
        "-purpose",
        "sslserver",
        "-CAfile",
        "ca.pem",
        "server.pem",
    ];
    certificates.openssl(&verify);
    let running = server("printed lines", "server", &[]).start(certificates);
    let (text, _) = inspect(running.port, &certificates.read("ca.pem"));
    // `openssl s_server` sends no date, which another check judges.
    assert!(text.starts_with("Android backup partial."), "{text}");
    for verdict in ["fail", "warn"] {
        assert!(!text.contains(&format!("  {verdict} ")), "{text}");
    }
}

fn findings(certificates: &Certificates) {
    let root = certificates.read("root.pem");
    let texts = with_each(certificates, |server, running| {
        let (text, seen) = inspect(running.port, &root);
        assert!(
            seen.connections <= 40,
            "{}: {}",
            server.name,
            seen.connections
        );
        format!(
            "{}, certificate {}\n{text}",
            server.name, server.certificate
        )
    });
    insta::assert_snapshot!("openssl", texts.join("\n"));
}
