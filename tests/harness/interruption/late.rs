//! A server that locks and stores late.

use super::home;
use crate::support::program::{Running, ledgers, program, run};
use crate::support::reference::Reference;
use safe_conformance::reference::{Login, Options, Profile};
use std::time::Duration;

/// How many runs are interrupted at once: they wait more than they work.
const AT_ONCE: usize = 5;

/// Interrupts a run against a server that locks and stores late; if the run could not clean up,
/// sweeps. Nothing is left.
fn interrupted_while_late(signal: &str, requests: usize) {
    let profile = Profile::NextcloudAppPassword;
    let options = Options::like(profile);
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
    let running = Running::start(&mut at_home("check"));
    server.wait_until(|server| server.count() >= requests);
    running.signal(signal);
    let ended = running.end();
    let mut said = ended.all();
    if !ledgers(&folder).is_empty() {
        let swept = run(&mut at_home("sweep"));
        said += &swept.all();
        assert_eq!(swept.code, Some(0), "SIG{signal} at {requests}: {said}");
    }
    // The latest part of an upload comes after five seconds.
    std::thread::sleep(Duration::from_secs(6));
    assert_eq!(
        server.running.stored(),
        0,
        "SIG{signal} at {requests}: {said}"
    );
    assert!(
        ledgers(&folder).is_empty(),
        "SIG{signal} at {requests}: {said}"
    );
}

/// 60 runs in CI, 8 elsewhere.
#[test]
#[ignore = "not yet run: several minutes against a server in real time"]
fn nothing_is_left_on_a_server_that_locks_and_stores_late() {
    let moments = if std::env::var_os("CI").is_some() {
        15
    } else {
        2
    };
    let cases: Vec<_> = (0..moments)
        .flat_map(|moment| {
            // Spread over what a run asks at least, uploads that break off included.
            let requests = 12 + moment * 150 / moments;
            ["INT", "TERM", "HUP", "KILL"].map(|signal| (signal, requests))
        })
        .collect();
    for some in cases.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            for (signal, requests) in some {
                scope.spawn(|| interrupted_while_late(signal, *requests));
            }
        });
    }
}
