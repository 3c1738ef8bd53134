//! A server that locks, and stores uploads late.

use super::home;
use crate::support::at_once::at_most;
use crate::support::program::{Running, ledgers, program, run};
use crate::support::reference::Reference;
use crate::support::thorough::in_full_or;
use safe_conformance::reference::{Login, Options, Profile};
use std::time::{Duration, Instant};

/// Servers that lock the target of an interrupted upload, and later store a part of it.
const LATE_PROFILES: [Profile; 2] = [
    Profile::NextcloudAppPassword,
    Profile::NextcloudLoginPassword,
];
/// How many runs are interrupted at once: they mostly wait.
const AT_ONCE: usize = 30;
/// How many times faster the server's clock runs than a real one.
const SPEED: u32 = 5;
/// When the last part of an upload arrives by that clock, with some reserve.
const LATEST_PART: Duration = Duration::from_millis(1500);
/// How long after the signal everything must be gone: a minute, and another minute because other
/// tests keep the machine busy.
const WITHIN: Duration = Duration::from_secs(120);

/// Interrupts a run against a server that locks and stores late; if the run could not clean up,
/// sweeps. Asserts that nothing is left, and returns how long that took after the signal.
fn interrupted_while_late(profile: Profile, signal: &str, requests: usize) -> Duration {
    let options = Options {
        tls: false,
        speed: SPEED,
        ..Options::like(profile)
    };
    let Login::Basic { user, password } = options.login.clone() else {
        panic!("this server has a login")
    };
    let server = Reference::start(options);
    let home = home();
    let folder = home.path().join("ledgers");
    std::fs::create_dir(&folder).expect("a folder");
    let at_home = |subcommand: &str| {
        let mut command = program(home.path());
        command
            .args([subcommand, server.url(), "--user", &user, "--ledger-dir"])
            .arg(&folder)
            .env("SAFE_SERVER_PASSWORD", &password);
        command
    };
    let running = Running::start(at_home("check").args(["--pace", "fast"]));
    server.wait_until(|server| server.count() >= requests);
    let signalled = Instant::now();
    running.signal(signal);
    let ended = running.end();
    let mut said = ended.all();
    let what = format!("SIG{signal} at {requests} to {}", profile.name());
    if !ledgers(&folder).is_empty() {
        let swept = run(&mut at_home("sweep"));
        said += &swept.all();
        assert_eq!(swept.code, Some(0), "{what}: {said}");
    }
    let took = signalled.elapsed();
    assert!(took < WITHIN, "{what}: {took:?}: {said}");
    std::thread::sleep(LATEST_PART);
    assert_eq!(server.running.stored(), 0, "{what}: {said}");
    assert!(ledgers(&folder).is_empty(), "{what}: {said}");
    took
}

/// 60 runs in CI, 8 elsewhere.
#[test]
#[ignore = "it takes long: CI runs it"]
fn nothing_is_left_on_a_server_that_locks_and_stores_late() {
    let moments = in_full_or(15, 2);
    let cases = (0..moments).flat_map(|moment| {
        // Spread over the minimum number of requests of a run, including interrupted uploads.
        let requests = 12 + moment * 150 / moments;
        let profile = LATE_PROFILES[moment % LATE_PROFILES.len()];
        ["INT", "TERM", "HUP", "KILL"].map(|signal| (profile, signal, requests))
    });
    let longest = std::sync::Mutex::new(Duration::ZERO);
    at_most(AT_ONCE, cases.collect(), |(profile, signal, requests)| {
        let took = interrupted_while_late(profile, signal, requests);
        let mut longest = longest.lock().expect("no worker panics with it");
        *longest = took.max(*longest);
    });
    let longest = longest.into_inner().expect("no worker panicked");
    println!(
        "{} interruptions, the longest gone after {:.1} s",
        moments * 4,
        longest.as_secs_f64()
    );
}
