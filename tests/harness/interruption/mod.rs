//! Runs that are interrupted at any moment: their uploads are deleted, or are named in a ledger
//! that `sweep` reads.

mod late;
mod ledgers;
mod sweeps;

use crate::support::at_once::at_most;
use crate::support::program::{
    Ended, Running, file, ledgers, named_in_ledgers, program, run, wait_until,
};
use crate::support::reference::{Reference, USER};
use crate::support::scripted::{self, Deed, Scripted};
use crate::support::thorough::in_full_or;
use ledgers::{SEED, killed};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const PASSWORD: &str = "interrupted-Pa55word";
/// How long the server waits before every answer, so that there are moments to interrupt the run.
const DELAY: Duration = Duration::from_millis(20);
/// At how many moments each signal is sent.
fn moments() -> usize {
    in_full_or(21, 5)
}
/// How many of them are tried at once: a run mostly waits.
const AT_ONCE: usize = 7;
/// How many requests the moments are spread over: as many as a run makes at least.
const SPREAD: usize = 200;

fn with_delay() -> Reference {
    Reference::plain(PASSWORD, &[], DELAY)
}

fn program_against(home: &Path, subcommand: &str, url: &str) -> Command {
    let mut command = program(home);
    command
        .args([subcommand, url, "--user", USER, "--ledger-dir"])
        .arg(home.join("ledgers"))
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    command
}

fn check(home: &Path, url: &str) -> Command {
    let mut command = program_against(home, "check", url);
    command.args(["--timeout", "5"]);
    command
}

fn sweep(home: &Path, url: &str) -> Command {
    program_against(home, "sweep", url)
}

/// The folder of a test and of its ledgers.
fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn report(home: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(home.join("report.json")).expect("a report was written");
    serde_json::from_str(&text).expect("the report is JSON")
}

/// Whether a report says once why its run is incomplete; the reason of the exit code counts if it
/// is the same.
fn says_why(ended: &Ended, why: &str) -> bool {
    let sentences = [
        format!("The run is incomplete: {why}."),
        format!("Exit code 3: {why}."),
    ];
    sentences.iter().any(|said| ended.stdout.contains(said))
}

/// Interrupts runs at moments spread over the run, counted in requests and therefore the same on
/// any machine.
fn interrupted_by(signal: &str) {
    let unclean = AtomicUsize::new(0);
    let incomplete = count_of(|moment| {
        let interrupted = interrupted_at(signal, moment);
        unclean.fetch_add(usize::from(interrupted.left_something), Ordering::Relaxed);
        !interrupted.is_complete
    });
    assert!(
        incomplete >= moments() - 3,
        "only {incomplete} runs were interrupted"
    );
    let unclean = unclean.into_inner();
    // A busy machine may not confirm every deletion within the time that a stopped run has.
    assert!(unclean <= moments() / 2, "{unclean} runs left something");
}

/// What became of a run that was interrupted.
struct Interrupted {
    is_complete: bool,
    left_something: bool,
}

/// Returns at how many moments something is so, several of which are tried at once.
fn count_of(is_so: impl Fn(usize) -> bool + Sync) -> usize {
    let count = AtomicUsize::new(0);
    at_most(AT_ONCE, (0..moments()).collect(), |moment| {
        count.fetch_add(usize::from(is_so(moment)), Ordering::Relaxed);
    });
    count.into_inner()
}

fn interrupted_at(signal: &str, moment: usize) -> Interrupted {
    let server = with_delay();
    let home = home();
    let form = format!("json={}", home.path().join("report.json").display());
    let running = Running::start(check(home.path(), server.url()).args(["--report", &form]));
    let requests = 1 + moment * SPREAD / moments();
    server.wait_until(|server| server.count() >= requests);
    running.signal(signal);
    let ended = running.end();
    let report = report(home.path());
    let is_complete = report["complete"] == true;
    if is_complete {
        assert_eq!(ended.code, Some(0), "{}", ended.all());
    } else {
        assert_says_that_it_was_stopped(&ended, &report, signal);
    }
    server.settle();
    let folder = home.path().join("ledgers");
    let left = report["left_behind"].as_u64().expect("a count");
    let left = usize::try_from(left).expect("a small count");
    let named = named_in_ledgers(&folder).len();
    let stored = server.running.stored();
    let context = || format!("moment {moment}, {stored} are left: {}", ended.all());
    // The ledger also names uploads that were announced but never sent.
    assert!(named >= left && left >= stored, "{}", context());
    if left > 0 {
        assert!(!is_complete, "{}", context());
        let swept = run(&mut sweep(home.path(), server.url()));
        assert_eq!(swept.code, Some(0), "moment {moment}: {}", swept.all());
        assert_eq!(server.running.stored(), 0, "moment {moment}");
    }
    assert!(ledgers(&folder).is_empty(), "{}", context());
    Interrupted {
        is_complete,
        left_something: left > 0,
    }
}

fn assert_says_that_it_was_stopped(ended: &Ended, report: &serde_json::Value, signal: &str) {
    let fails = report["summary"]["fail"].as_u64().expect("a count");
    assert_eq!(
        ended.code,
        Some(if fails > 0 { 1 } else { 3 }),
        "{}",
        ended.all()
    );
    let why = report["incomplete_because"].as_str().unwrap_or_default();
    assert_eq!(why, format!("SIG{signal} came"));
    assert!(says_why(ended, why), "{}", ended.all());
    assert!(ended.stderr.contains("cleaning up"), "{}", ended.all());
    for client in ["android", "ios", "desktop"] {
        for direction in ["backup", "restore"] {
            let verdict = &report["clients"][client][direction]["verdict"];
            assert_ne!(verdict, "pass", "{}", ended.all());
        }
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn sigint_at_any_moment() {
    interrupted_by("INT");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn sigterm_at_any_moment() {
    interrupted_by("TERM");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn sighup_at_any_moment() {
    interrupted_by("HUP");
}

#[test]
fn a_run_under_nohup_outlives_its_terminal() {
    let server = with_delay();
    let home = home();
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh"])
        .arg(env!("CARGO_BIN_EXE_safe-conformance"))
        .args(["check", server.url(), "--only", "config", "--user", USER])
        .arg("--ledger-dir")
        .arg(home.path().join("ledgers"))
        .env_clear()
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    let running = Running::start(&mut command);
    server.wait_until(|server| server.count() >= 1);
    running.signal("HUP");
    let ended = running.end();
    assert_eq!(ended.code, Some(0), "{}", ended.all());
}

#[test]
fn sigkill_at_any_moment() {
    let left_something = count_of(killed_at);
    assert!(
        left_something > moments() / 3,
        "only {left_something} kills left anything to sweep"
    );
}

/// Kills a run and sweeps; returns whether the run had left something.
fn killed_at(moment: usize) -> bool {
    let server = with_delay();
    let home = home();
    let folder = home.path().join("ledgers");
    std::fs::create_dir(&folder).expect("a folder");
    let running = Running::start(&mut check(home.path(), server.url()));
    let requests = moment * SPREAD / moments();
    server.wait_until(|server| server.count() >= requests);
    running.signal("KILL");
    let ended = running.end();
    server.settle();
    let stored = server.running.stored();
    let named = named_in_ledgers(&folder).len();
    assert!(
        named >= stored,
        "moment {moment}: {stored} are left, {named} are named"
    );
    if ended.code.is_none() {
        let swept = run(&mut sweep(home.path(), server.url()));
        assert_eq!(swept.code, Some(0), "moment {moment}: {}", swept.all());
    }
    assert_eq!(server.running.stored(), 0, "moment {moment}");
    assert!(ledgers(&folder).is_empty(), "moment {moment}");
    stored > 0
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn sweeping_while_the_run_lives_touches_nothing() {
    let server = with_delay();
    let home = home();
    let mut running = Running::start(&mut check(home.path(), server.url()));
    server.wait_until(|server| server.running.stored() > 0);
    let swept = run(&mut sweep(home.path(), server.url()));
    assert!(running.is_running(), "the run outlives the sweep");
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(
        swept.stdout.contains("a run is still writing it"),
        "{}",
        swept.all()
    );
    assert!(!swept.stdout.contains("holds no ledger"), "{}", swept.all());
    let ended = running.end();
    assert_eq!(
        ended.code,
        Some(0),
        "the run did not suffer: {}",
        ended.all()
    );
    assert_eq!(server.running.stored(), 0);
}

#[test]
fn sweeping_with_the_wrong_server_or_credentials_keeps_the_ledger() {
    let (server, home) = killed(SEED);
    let other = with_delay();
    let swept = run(&mut sweep(home.path(), other.url()));
    assert!(swept.stdout.contains("another server"), "{}", swept.all());
    assert_eq!(swept.code, Some(3), "a mistyped URL sweeps nothing");
    assert_eq!(other.count(), 0);
    let stored = server.running.stored();
    let count = server.count();
    let swept = run(sweep(home.path(), server.url()).env("SAFE_SERVER_PASSWORD", "wrong"));
    assert_eq!(swept.code, Some(5), "{}", swept.all());
    let says = "the server refused the credentials of GET config";
    assert!(swept.stdout.contains(says), "{}", swept.all());
    assert_eq!(server.count() - count, 1, "one refused login is enough");
    assert_eq!(server.running.stored(), stored);
    let ended = run(program(home.path())
        .args(["sweep", "--ledger-dir"])
        .arg(home.path().join("ledgers")));
    assert!(ended.stdout.contains(server.url()), "{}", ended.all());
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(
        (swept.code, server.running.stored()),
        (Some(0), 0),
        "{}",
        swept.all()
    );
}

#[test]
fn nothing_to_sweep_is_no_error() {
    let server = with_delay();
    let home = home();
    std::fs::create_dir(home.path().join("ledgers")).expect("a folder");
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(swept.code, Some(0), "{}", swept.all());
    assert!(swept.stdout.contains("Nothing to sweep"));
    assert_eq!(server.count(), 0);
    let mistyped = run(&mut sweep(home.path(), "localhost"));
    assert_eq!(mistyped.code, Some(2), "{}", mistyped.all());
    let elsewhere = home.path().join("ledgers");
    let mut unnamed = program(home.path());
    unnamed.args(["sweep", "--ledger-dir"]).arg(elsewhere);
    let mistyped = run(unnamed.env("SAFE_TARGET", "localhost"));
    assert_eq!(mistyped.code, Some(2), "{}", mistyped.all());
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn two_runs_at_once_do_not_meet() {
    let server = with_delay();
    let home = home();
    let first = Running::start(&mut check(home.path(), server.url()));
    let second = Running::start(&mut check(home.path(), server.url()));
    for ended in [first.end(), second.end()] {
        assert_eq!(ended.code, Some(0), "{}", ended.all());
    }
    assert_eq!(server.running.stored(), 0);
    assert!(ledgers(&home.path().join("ledgers")).is_empty());
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn two_runs_at_once_with_one_seed_are_kept_apart() {
    let server = with_delay();
    let home = home();
    let first = Running::start(check(home.path(), server.url()).args(["--seed", SEED]));
    server.wait_until(|server| server.count() > 10);
    let second = run(check(home.path(), server.url()).args(["--seed", SEED]));
    assert_eq!(second.code, Some(2), "{}", second.all());
    assert!(
        second.stderr.contains("a run is still writing it"),
        "{}",
        second.all()
    );
    let first = first.end();
    assert_eq!(first.code, Some(0), "{}", first.all());
    assert_eq!(server.running.stored(), 0);
}

#[test]
fn a_deadline_ends_the_run_and_cleans_up() {
    let server = Reference::plain(PASSWORD, &[], Duration::from_millis(100));
    let home = home();
    let form = format!("json={}", home.path().join("report.json").display());
    let ended = run(check(home.path(), server.url()).args(["--deadline", "2", "--report", &form]));
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    // One line for what was prevented; the JSON names each.
    assert_eq!(ended.stdout.matches("ERROR").count(), 1, "{}", ended.all());
    let prevented = report(home.path())["summary"]["error"]
        .as_u64()
        .expect("a count");
    let line =
        format!("{prevented} checks did not run to the end, because the deadline of 2 s passed");
    assert!(
        prevented > 1 && ended.stdout.contains(&line),
        "{}",
        ended.all()
    );
    assert!(
        says_why(&ended, "the deadline of 2 s passed"),
        "{}",
        ended.all()
    );
    server.settle();
    assert_eq!(server.running.stored(), 0);
    assert!(
        ledgers(&home.path().join("ledgers")).is_empty(),
        "{}",
        ended.all()
    );
}

#[test]
fn a_second_signal_ends_at_once_and_leaves_the_ledger() {
    let server = Scripted::start(|asked| {
        if asked.method == "DELETE" {
            Deed::Silence
        } else {
            Deed::Healthy
        }
    });
    let home = home();
    let mut command = check(home.path(), &server.url());
    command.env("SAFE_SERVER_PASSWORD", scripted::PASSWORD);
    let mut running = Running::start(&mut command);
    wait_until(|| !server.stored().is_empty());
    running.signal("INT");
    std::thread::sleep(Duration::from_millis(700));
    assert!(
        running.is_running(),
        "it cleans up, and the server does not answer"
    );
    running.signal("INT");
    let ended = running.end();
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    // After the clean-up, there is a report, as the test below shows.
    assert_eq!(ended.stdout, "", "{}", ended.all());
    let sweep = format!("safe-conformance sweep {}", server.url());
    assert!(ended.stderr.contains(&sweep), "{}", ended.all());
    let named = named_in_ledgers(&home.path().join("ledgers"));
    assert!(server.stored().is_subset(&named));
    assert!(!named.is_empty());
}

#[test]
fn a_signal_while_nothing_answers_leaves_the_ledger_and_says_so() {
    let server = Scripted::start(|asked| {
        if asked.method == "DELETE" {
            Deed::Silence
        } else {
            Deed::Healthy
        }
    });
    let home = home();
    let mut command = check(home.path(), &server.url());
    command.env("SAFE_SERVER_PASSWORD", scripted::PASSWORD);
    let running = Running::start(&mut command);
    wait_until(|| !server.stored().is_empty());
    running.signal("TERM");
    let ended = running.end();
    let named = named_in_ledgers(&home.path().join("ledgers"));
    assert!(server.stored().is_subset(&named) && !named.is_empty());
    assert!(
        ended.stdout.contains("safe-conformance sweep"),
        "{}",
        ended.all()
    );
}

#[test]
fn an_empty_ledger_is_no_obstacle() {
    let server = with_delay();
    let home = home();
    std::fs::create_dir(home.path().join("ledgers")).expect("a folder");
    for (seed, content) in [(1, ""), (2, "{\"format\":1,\"tar")] {
        file(
            &home.path().join("ledgers"),
            &format!("{seed:064x}.ledger.jsonl"),
            content,
        );
    }
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(swept.code, Some(0), "{}", swept.all());
}

/// Near miss: this program gives no ledger such a name.
#[test]
fn an_empty_file_of_somebody_else_is_kept_and_named() {
    let server = with_delay();
    let home = home();
    let folder = home.path().join("ledgers");
    std::fs::create_dir(&folder).expect("a folder");
    let notes = file(&folder, "notes.ledger.jsonl", "");
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(
        swept.stdout.contains("notes.ledger.jsonl"),
        "{}",
        swept.all()
    );
    assert!(notes.exists(), "{}", swept.all());
}
