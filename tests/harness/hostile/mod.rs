//! Servers that misbehave on purpose: every run ends in time, names the cause, and leaves nothing
//! behind.

mod answers;
mod bodies;
mod configs;
mod connections;
mod echoes;
mod limits;
#[cfg(target_os = "linux")]
mod memory;
mod problems;
mod rows;

use crate::support::program::{ledgers, named_in_ledgers};
use crate::support::scripted::{Asked, Control, Deed, PASSWORD, Scripted, USER};
use safe_conformance::engine::Verdict;
use safe_conformance::engine::{ClientVerdict, Finding};
use safe_conformance::report::Report;
use safe_conformance::safe::Stage;
use safe_conformance::wire::{Doubt, Pace, PaceChoice, Seed};
use safe_conformance::{Checkup, Exit, Target};
use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The deadline of a run here.
const DEADLINE: Duration = Duration::from_secs(60);
/// The deadline of a run with large bodies.
const LONG_DEADLINE: Duration = Duration::from_secs(600);
/// The time allowed after the deadline: running checks end, leftovers are deleted, and other tests
/// keep the machine busy.
const BEYOND: Duration = Duration::from_secs(60);

struct Checked {
    report: Report,
    transcript: String,
    ledgers: tempfile::TempDir,
}

/// Checks a server, and asserts that the run ends in time.
async fn check(url: &str) -> Checked {
    check_with(url, |checkup| checkup).await
}

async fn check_with(url: &str, adjust: impl FnOnce(Checkup) -> Checkup) -> Checked {
    check_within(url, DEADLINE, adjust).await
}

async fn check_within(
    url: &str,
    deadline: Duration,
    adjust: impl FnOnce(Checkup) -> Checkup,
) -> Checked {
    let target = Target::parse(url).expect("a URL").basic(USER, PASSWORD);
    check_target(target, deadline, adjust).await
}

async fn check_target(
    target: Target,
    deadline: Duration,
    adjust: impl FnOnce(Checkup) -> Checkup,
) -> Checked {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let checkup = Checkup::new(target)
        .timeout(Duration::from_secs(1))
        // All share one derivation.
        .fresh_seed(Seed::new(0x5afe))
        .pace(Pace::new(PaceChoice::Fast))
        .deadline(deadline)
        .ledger_folder(folder.path());
    let checkup = adjust(checkup);
    let began = Instant::now();
    let done = tokio::time::timeout(deadline + BEYOND, checkup.run_with(|_| {}))
        .await
        .expect("the run ends by itself")
        .expect("the run begins");
    assert!(
        began.elapsed() < deadline + BEYOND,
        "the run took {:?}",
        began.elapsed()
    );
    assert_eq!(
        done.report.left_behind > 0,
        !ledgers(folder.path()).is_empty(),
        "a ledger stays exactly where something is left"
    );
    Checked {
        report: done.report,
        transcript: done.transcript.to_json(),
        ledgers: folder,
    }
}

impl Checked {
    fn finding(&self, name: &str) -> &Finding {
        self.report
            .findings
            .iter()
            .find(|finding| finding.name() == name)
            .unwrap_or_else(|| panic!("there is no finding `{name}`"))
    }

    /// Asserts that the finding `name` has this verdict and stage, and that its observation
    /// contains these words.
    #[track_caller]
    fn says(&self, name: &str, verdict: Verdict, stage: Option<Stage>, words: &[&str]) -> &Self {
        let finding = self.finding(name);
        let right = finding.verdict == verdict
            && finding.stage == stage
            && words.iter().all(|word| finding.observed.contains(word));
        assert!(
            right,
            "{name} should be {verdict} at {stage:?} with {words:?}, and is {} at {:?}: {}\n\n{}",
            finding.verdict, finding.stage, finding.observed, self.report
        );
        self
    }

    #[track_caller]
    fn comes_to(&self, status: Exit) -> &Self {
        assert_eq!(self.report.exit, status, "{}", self.report);
        self
    }

    /// Asserts that no client passes with this server.
    #[track_caller]
    fn no_client_passes(&self) -> &Self {
        for (client, directions) in &self.report.clients {
            let works = directions.values().all(|summary| {
                matches!(
                    summary.verdict,
                    ClientVerdict::Pass | ClientVerdict::Partial
                )
            });
            assert!(!works, "{client}\n{}", self.report);
        }
        self
    }

    /// Asserts that the finding, the run and the verdict of every client fail, for this reason.
    #[track_caller]
    fn deviates(&self, name: &str, stage: Stage, words: &[&str]) -> &Self {
        self.says(name, Verdict::Fail, Some(stage), words)
            .comes_to(Exit::Deviates)
            .no_client_passes()
    }

    /// Asserts that the finding has this problem as its cause.
    #[track_caller]
    fn is_caused_by(&self, name: &str, problem: &str) -> &Self {
        let finding = self.finding(name);
        let cause = finding.cause.as_ref().map(|cause| &*cause.id);
        assert_eq!(cause, Some(problem), "{}", finding.observed);
        self
    }

    /// Asserts that a ledger names every backup that the server still has.
    #[track_caller]
    fn leaves_nothing_unnamed(&self, server: &Scripted) -> &Self {
        let named = named_in_ledgers(self.ledgers.path());
        let unnamed: Vec<_> = server.stored().difference(&named).cloned().collect();
        assert!(
            unnamed.is_empty(),
            "{} backups are left and not named",
            unnamed.len()
        );
        self
    }

    /// Asserts that the server has none of our backups but hides that: the ledger stays.
    #[track_caller]
    fn leaves_nothing_that_can_be_seen(&self, server: &Scripted) -> &Self {
        assert_eq!(server.stored().len(), 0, "{}", self.report);
        assert!(self.report.left_behind > 0, "{}", self.report);
        assert!(
            self.report
                .left_because
                .keys()
                .all(|why| matches!(why, Doubt::Unseen | Doubt::StillThere | Doubt::Doubtful)),
            "{}",
            self.report
        );
        self
    }

    /// Asserts that the server has none of our backups.
    #[track_caller]
    fn leaves_nothing(&self, server: &Scripted) -> &Self {
        assert_eq!(server.stored().len(), 0, "{}", self.report);
        assert_eq!(self.report.left_behind, 0, "{}", self.report);
        self
    }
}

/// Announces more than anybody can read, and continues until the other side hangs up.
fn endless(stream: &mut TcpStream, head: &str, _: &Control) -> io::Result<()> {
    stream.write_all(head.as_bytes())?;
    let part = vec![b'x'; 64 * 1024];
    loop {
        stream.write_all(&part)?;
    }
}

/// Records what was uploaded, so that a script can misbehave only for what exists.
#[derive(Default)]
struct Uploaded {
    known: Mutex<BTreeSet<String>>,
    at_least: usize,
}

impl Uploaded {
    /// Records only uploads of more than a mebibyte; requests for smaller ones succeed.
    fn large() -> Self {
        Self {
            known: Mutex::default(),
            at_least: 1024 * 1024,
        }
    }

    /// Whether this is a request, with credentials, for a backup that was uploaded.
    fn is_asked_for(&self, asked: &Asked) -> bool {
        let Some(id) = asked.backup() else {
            return false;
        };
        let mut known = self.known.lock().expect("no script panics");
        let counts = asked.body.len() >= self.at_least;
        if asked.method == "PUT" && counts && asked.header("authorization").is_some() {
            known.insert(id.to_owned());
        }
        asked.method == "GET" && asked.header("authorization").is_some() && known.contains(id)
    }
}

/// A healthy server, except for downloads of what was uploaded.
fn with_downloads(deed: impl Fn() -> Deed + Send + Sync + 'static) -> Scripted {
    let uploaded = Uploaded::default();
    Scripted::start(move |asked| {
        if uploaded.is_asked_for(asked) {
            deed()
        } else {
            Deed::Healthy
        }
    })
}

/// A healthy server, except for its config.
fn with_config(deed: impl Fn() -> Deed + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |asked| {
        if asked.is("GET", "/config") && asked.header("authorization").is_some() {
            deed()
        } else {
            Deed::Healthy
        }
    })
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Gzip that unpacks to a thousand times its size, 64 MiB.
fn bomb() -> Vec<u8> {
    crate::support::bomb::bomb(b' ', 64)
}
