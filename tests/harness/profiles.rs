//! Each profile of the embedded server, modelled on a measured server, has its findings, the same
//! in every run.
//!
//! `SAFE_PROFILE_RUNS` sets how often each profile is run (default: once), and `SAFE_PROFILES`
//! selects profiles (default: all in CI, a third elsewhere). The snapshots were compared line by
//! line with the measurements.

use crate::findings::{Racy, digest};
use crate::support::program::{program, run};
use crate::support::thorough::in_full_or;
use safe_conformance::engine::{Finding, Verdict};
use safe_conformance::reference::{self, Login, Options, Profile};
use safe_conformance::report::Report;
use safe_conformance::wire::Seed;
use safe_conformance::{Checkup, Exit, Target};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many servers are checked at once: they mostly wait.
const AT_ONCE: usize = 37;
/// How many times as fast as measured the servers are, so that the test ends soon.
const SPEED: u32 = 20;
/// How long a run may take, on a machine that is busy with other tests.
const DEADLINE: Duration = Duration::from_secs(600);
/// The time after which a run counts as hanging.
const HANGS: Duration = Duration::from_secs(700);

/// Runs the suite against a server with `profile`, with this seed or a fresh one.
async fn report(profile: Profile, seed: Option<Seed>) -> (Report, u16) {
    let options = Options {
        speed: SPEED,
        ..Options::like(profile)
    };
    let login = options.login.clone();
    let running = reference::start(options)
        .await
        .expect("the embedded server starts");
    let mut target = Target::parse(running.base_url()).expect("its base URL");
    target = match login {
        Login::Basic { user, password } => target.basic(user, password),
        _ => target,
    };
    let root = running.root_certificate().expect("it speaks TLS");
    target = target.trusting(root);
    let mut checkup = Checkup::new(target).deadline(DEADLINE);
    // With a seed that may have been used before, the run first looks for each ID.
    if let Some(seed) = seed {
        checkup = checkup.seed(seed);
    }
    let done = tokio::time::timeout(HANGS, Box::pin(checkup.run_with(|_| {})));
    let report = done.await.expect("it ends").expect("a run").report;
    let port = running.address().port();
    running.stop().await;
    (report, port)
}

/// The values that differ from run to run.
fn races(profile: Profile) -> &'static [Racy] {
    match profile {
        Profile::Rclone | Profile::Wsgidav => WRITES_IN_PLACE,
        Profile::NginxLimitReq | Profile::NginxLimitReq429 | Profile::NginxLimitConn => LIMITS,
        _ => &[],
    }
}

const LIMITS: &[Racy] = &[
    Racy {
        finding: "server.rate-limit",
        allowed: &[Verdict::Note, Verdict::Pass],
        why: "which request meets the limit first, if any does, is a matter of the machine's load",
    },
    Racy {
        finding: "integrity.download-during-upload",
        allowed: &[Verdict::Pass, Verdict::Blocked],
        why: "two requests at once meet the limit or not",
    },
];
const PASS_OR_WARN: &[Verdict] = &[Verdict::Pass, Verdict::Warn];
const WRITES_IN_PLACE: &[Racy] = &[
    Racy {
        finding: "integrity.download-during-upload",
        allowed: PASS_OR_WARN,
        why: "an upload is written into the visible file: a download meets it or not",
    },
    Racy {
        finding: "integrity.concurrent-uploads",
        allowed: PASS_OR_WARN,
        why: "uploads at once are written into one file: they meet or not",
    },
];

/// The findings as the snapshot shows them.
fn shown(profile: Profile, report: &Report, port: u16) -> String {
    let no_reason = |_: &Finding| None;
    let port = port.to_string();
    digest(report, races(profile), no_reason, &[(&port, "PORT")])
}

/// The selected profiles.
fn chosen() -> Vec<Profile> {
    let Ok(names) = std::env::var("SAFE_PROFILES") else {
        let sample = Profile::ALL.iter().step_by(3).copied();
        return in_full_or(Profile::ALL.to_vec(), sample.collect());
    };
    names
        .split(',')
        .map(|name| name.parse().expect("a profile"))
        .collect()
}

fn runs() -> usize {
    let runs = std::env::var("SAFE_PROFILE_RUNS");
    runs.map_or(1, |runs| runs.parse().expect("a number of runs"))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn each_profile_has_its_findings_in_every_run() {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for profile in chosen() {
        for _ in 0..runs() {
            let slots = Arc::clone(&slots);
            running.spawn(async move {
                let _slot = slots.acquire().await;
                let begun = Instant::now();
                let (report, port) = report(profile, None).await;
                eprintln!(
                    "{profile}: {} requests, {:?}",
                    report.requests,
                    begun.elapsed()
                );
                (profile, shown(profile, &report, port))
            });
        }
    }
    let mut found: BTreeMap<Profile, Vec<String>> = BTreeMap::new();
    for (profile, text) in running.join_all().await {
        found.entry(profile).or_default().push(text);
    }
    for (profile, texts) in found {
        for text in texts {
            insta::assert_snapshot!(profile.name(), text);
        }
    }
}

/// A run whose seed was used before first looks for each ID, which intrusion detection counts: the
/// run reports the ban, and judges nothing after it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn a_ban_in_mid_run_is_reported_and_judges_nothing() {
    for profile in [
        Profile::Crowdsec,
        Profile::CrowdsecPage,
        Profile::CopypartyBan,
    ] {
        let (report, _) = report(profile, Some(Seed::new(0x5afe))).await;
        assert_eq!(report.exit, Exit::LockedOut, "{profile}: {report}");
        assert!(!report.complete, "{profile}");
        for finding in &report.findings {
            assert_ne!(finding.verdict, Verdict::Fail, "{profile}: {finding:#?}");
        }
    }
}

#[test]
fn the_program_lists_and_explains_every_profile() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let listed = run(program(home.path()).args(["serve", "--list-profiles"]));
    assert_eq!(listed.code, Some(0), "{}", listed.all());
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = words(&listed.stdout);
    for profile in Profile::ALL {
        let entry = format!("{} {}", profile.name(), profile.explanation());
        assert!(shown.contains(&words(&entry)), "{profile}");
    }
    let explained = run(program(home.path()).args(["explain", "nextcloud-quota"]));
    assert!(
        explained.stdout.contains("servers.nextcloud-quota"),
        "{}",
        explained.all()
    );
    let unknown = run(program(home.path()).args(["serve", "--like", "nextcloud-qota"]));
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown.stderr.contains("did you mean `nextcloud-quota`"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn the_program_serves_like_a_public_link() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut child = program(home.path())
        .args([
            "serve",
            "--plain",
            "--like",
            "nextcloud-link-webdav-password",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let stdout = child.stdout.take().expect("stdout is piped");
    let lines: Vec<_> = BufReader::new(stdout)
        .lines()
        .map_while(Result::ok)
        .take(3)
        .collect();
    child.kill().expect("it runs");
    child.wait().expect("it has ended");
    assert!(
        lines[0].starts_with("SAFE_TARGET=http://localhost:"),
        "{lines:?}"
    );
    assert!(lines[0].ends_with("/public.php/webdav"), "{lines:?}");
    assert_eq!(lines[1], "SAFE_SERVER_USER=kT4nXo9fLBqRz2W");
    assert_eq!(lines[2], "SAFE_SERVER_PASSWORD=s3cret-loopback");
}
