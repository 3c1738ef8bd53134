//! A signal at any moment: the program says what is on the server, and the ledger names it.

use super::PASSWORD;
use super::program::retention;
use crate::support::program::{Ended, Running, run, wait_until};
use crate::support::reference::Reference;
use crate::support::scripted::{Deed, Scripted};
use safe_conformance::retention::Ledger;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long the server waits before every answer: longer than a busy machine takes to send a
/// signal.
const DELAY: Duration = Duration::from_millis(500);

fn requests(server: &Reference, method: &str) -> usize {
    let requests = server.running.requests();
    requests.iter().filter(|it| it.method == method).count()
}

/// Runs a command, and sends a signal once this is so.
fn stopped(
    home: &Path,
    server: &Reference,
    command: &str,
    signal: &str,
    is_so: impl Fn(&Reference) -> bool,
) -> Ended {
    let mut command = retention(home, server.url(), &[command, "--ledger", "l.json"]);
    let running = Running::start(&mut command);
    server.wait_until(is_so);
    running.signal(signal);
    let ended = running.end();
    server.settle();
    ended
}

fn assert_says(ended: &Ended, sentences: &[&str]) {
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert_eq!(ended.stdout, "");
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.all());
    for sentence in sentences {
        assert!(
            ended.stderr.contains(sentence),
            "{sentence}: {}",
            ended.all()
        );
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_stopped_plant_says_which_canaries_the_ledger_names() {
    for signal in ["INT", "TERM", "HUP"] {
        let server = Reference::plain(PASSWORD, &[], DELAY);
        let home = tempfile::tempdir().expect("a temporary folder");
        let is_half_done = |server: &Reference| requests(server, "PUT") >= 4;
        let ended = stopped(home.path(), &server, "plant", signal, is_half_done);
        let ledger = Ledger::peek(&home.path().join("l.json")).expect("a ledger");
        let named = ledger.canaries.values().filter(|it| it.may_be_there());
        let (stored, named) = (server.running.stored(), named.count());
        assert!(named >= stored && stored >= 2, "{stored} of {named}");
        let first = format!("SIG{signal} stopped `retention plant`.");
        assert_says(
            &ended,
            &[&first, "half-time, just-inside", "The ledger l.json names"],
        );
        let mut end = retention(home.path(), server.url(), &["end", "--ledger", "l.json"]);
        let removed = run(&mut end);
        assert_eq!(removed.code, Some(0), "{}", removed.all());
        assert_eq!(server.running.stored(), 0);
    }
}

#[test]
fn a_plant_that_is_stopped_before_it_uploads_leaves_nothing() {
    // A server that does not answer: no machine is too slow to stop the command in time.
    let server = Scripted::start(|_| Deed::Silence);
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = retention(home.path(), &server.url(), &["plant", "--ledger", "l.json"]);
    let running = Running::start(&mut command);
    wait_until(|| !server.asked().is_empty());
    running.signal("INT");
    let ended = running.end();
    assert_says(&ended, &["Nothing was uploaded"]);
    assert!(!home.path().join("l.json").exists());
    assert_eq!(server.count("PUT"), 0);
}

/// A server that no longer answers these requests stops a command at a place that no machine is too
/// slow for.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_stopped_visit_or_end_can_be_continued() {
    let silent = Arc::new(Mutex::new(None));
    let is_silent = Arc::clone(&silent);
    let server = Scripted::open(move |asked| {
        let silent = *is_silent.lock().expect("no script panics");
        let is_last = silent.is_some_and(|(method, end): (&str, &str)| asked.is(method, end));
        if is_last {
            Deed::Silence
        } else {
            Deed::Healthy
        }
    });
    let home = tempfile::tempdir().expect("a temporary folder");
    let command = |command: &str| {
        let mut command = retention(home.path(), &server.url(), &[command, "--ledger", "l.json"]);
        command
            .env_remove("SAFE_SERVER_USER")
            .env_remove("SAFE_SERVER_PASSWORD");
        command
    };
    let planted = run(&mut command("plant"));
    assert_eq!(planted.code, Some(0), "{}", planted.all());
    let stopped_at = |name: &str, signal: &str, last: (&'static str, &'static str)| {
        *silent.lock().expect("no script panics") = Some(last);
        let before = server.count(last.0);
        let running = Running::start(&mut command(name));
        wait_until(|| server.count(last.0) > before);
        running.signal(signal);
        let ended = running.end();
        *silent.lock().expect("no script panics") = None;
        ended
    };
    let ended = stopped_at("verify", "TERM", ("GET", "/config"));
    assert_says(
        &ended,
        &["5 of the 5 canaries", "run `retention verify` again"],
    );
    let ended = stopped_at("end", "INT", ("DELETE", ""));
    assert_says(
        &ended,
        &["5 of the 5 canaries", "run `retention end` again"],
    );
    assert_eq!(server.stored().len(), 5);
    let ended = run(&mut command("end"));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(server.stored().is_empty());
}
