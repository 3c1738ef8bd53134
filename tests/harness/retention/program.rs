//! The program: its ledger, its exit codes, and two at once.

use super::PASSWORD;
use crate::support::program::{file, program, run};
use crate::support::reference::{Reference, USER};
use jiff::{SignedDuration, Timestamp};
use safe_conformance::retention::{Ledger, LedgerError, State, Watch};
use safe_conformance::wire::Seed;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The program, with the address of the server.
pub fn retention(home: &Path, url: &str, arguments: &[&str]) -> Command {
    let mut command = program(home);
    command
        .arg("retention")
        .args(arguments)
        .current_dir(home)
        .env("SAFE_TARGET", url)
        .env("SAFE_SERVER_USER", USER)
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    command
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_killed_plant_leaves_a_ledger_that_can_be_taken_up_or_ended() {
    for next in ["verify", "end"] {
        let server = Reference::plain(PASSWORD, &[], Duration::from_millis(500));
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut plant = retention(home.path(), server.url(), &["plant", "--ledger", "l.json"]);
        let running = crate::support::program::Running::start(&mut plant);
        // The trial is already deleted, and some canaries exist.
        let puts = |server: &Reference| {
            let requests = server.running.requests();
            requests.iter().filter(|it| it.method == "PUT").count()
        };
        server.wait_until(|server| puts(server) >= 4);
        running.signal("KILL");
        running.end();
        server.settle();
        let left = server.running.stored();
        assert!((2..5).contains(&left), "{left} are there");
        let ended = run(&mut retention(
            home.path(),
            server.url(),
            &[next, "--ledger", "l.json"],
        ));
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        let expected = if next == "verify" { 5 } else { 0 };
        assert_eq!(server.running.stored(), expected, "{}", ended.all());
        if next == "verify" {
            let again = run(&mut retention(
                home.path(),
                server.url(),
                &["verify", "--ledger", "l.json"],
            ));
            assert!(again.stdout.contains("Nothing is due."), "{}", again.all());
        }
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_ledger_tells_neither_the_server_nor_who_may_enter() {
    let server = Reference::plain(PASSWORD, &[], Duration::ZERO);
    let home = tempfile::tempdir().expect("a temporary folder");
    let planted = run(&mut retention(
        home.path(),
        server.url(),
        &["plant", "--ledger", "l.json"],
    ));
    assert_eq!(planted.code, Some(0), "{}", planted.all());
    let ledger = std::fs::read_to_string(home.path().join("l.json")).expect("a ledger");
    for secret in [
        "localhost",
        "127.0.0.1",
        "\"safe\"",
        PASSWORD,
        "Basic",
        "backups/",
    ] {
        assert!(!ledger.contains(secret), "{secret} stands in {ledger}");
    }
    let said = run(&mut retention(
        home.path(),
        server.url(),
        &["status", "--ledger", "l.json"],
    ));
    assert_eq!(said.code, Some(0), "{}", said.all());
    let explained = run(program(home.path()).args(["explain", "retention.kept[as-ios]"]));
    assert!(
        explained.stdout.contains("last upload"),
        "{}",
        explained.all()
    );
    let requests = server.count();
    let verified = run(&mut retention(
        home.path(),
        server.url(),
        &["verify", "--ledger", "l.json", "--report", "json=-"],
    ));
    assert_eq!(verified.code, Some(0), "{}", verified.all());
    assert!(
        verified.stderr.contains("Nothing is due."),
        "{}",
        verified.all()
    );
    let report: serde_json::Value = serde_json::from_str(&verified.stdout).expect("JSON alone");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(5));
    assert_eq!(report["complete"], true);
    crate::command_line::assert_valid(&report);
    assert_eq!(server.count(), requests + 1);
}

/// A ledger of a watch that was planted this many days ago, on a server that has none of it.
pub fn long_ago(path: &Path, url: &str, days: i64) {
    let now = Timestamp::now() - SignedDuration::from_hours(24 * days);
    let seed = Seed::new(1);
    let mut watch = Watch::new(seed, url, now, 1, None, 180).expect("promised");
    for canary in watch.canaries.values_mut() {
        canary.uploads = 1;
        canary.state = State::Waiting(0);
    }
    Ledger::create(path, watch).expect("a ledger");
}

#[test]
fn exit_codes_tell_a_loss_from_a_failure_and_a_slip() {
    let server = Reference::plain(PASSWORD, &[], Duration::ZERO);
    let home = tempfile::tempdir().expect("a temporary folder");
    long_ago(&home.path().join("lost.json"), server.url(), 179);
    let at = |arguments: &[&str]| run(&mut retention(home.path(), server.url(), arguments));
    let verify = |ledger: &str| at(&["verify", "--ledger", ledger]);
    for _ in 0..2 {
        let lost = verify("lost.json");
        assert_eq!(lost.code, Some(1), "{}", lost.all());
        assert!(lost.stdout.contains("LOST  just-inside"), "{}", lost.all());
    }
    assert_eq!(at(&["status", "--ledger", "lost.json"]).code, Some(1));

    let whole = std::fs::read_to_string(home.path().join("lost.json")).expect("a ledger");
    file(home.path(), "torn.json", &whole[..whole.len() / 2]);
    file(
        home.path(),
        "edited.json",
        &whole.replace("\"every_days\": 1", "\"every_days\": 2"),
    );
    file(home.path(), "other.json", "{\"format\": 2}");
    file(home.path(), "spaced.json", &whole.replace('\n', "\r\n"));
    file(home.path(), "empty.json", "");
    for (ledger, sentence) in [
        ("empty.json", "is empty, so nothing shows which canaries"),
        ("torn.json", "is not a complete ledger"),
        ("edited.json", "its checksum does not match"),
        (
            "other.json",
            "has format 2, but this version reads format 1",
        ),
        ("none.json", "the ledger `none.json` does not exist"),
    ] {
        for command in ["verify", "status", "end"] {
            let before = std::fs::read(home.path().join(ledger)).ok();
            let refused = at(&[command, "--ledger", ledger]);
            assert_eq!(refused.code, Some(2), "{}", refused.all());
            assert!(refused.stderr.contains(sentence), "{}", refused.all());
            // The file may be all that is left of it.
            assert!(!refused.stderr.contains("elete"), "{}", refused.all());
            assert_eq!(std::fs::read(home.path().join(ledger)).ok(), before);
        }
    }
    // Git may change line endings.
    assert_eq!(verify("spaced.json").code, Some(1));
    let exists = at(&["plant", "--ledger", "lost.json"]);
    assert_eq!(exists.code, Some(2), "{}", exists.all());
    let mut nowhere = retention(
        home.path(),
        server.url(),
        &["verify", "--ledger", "lost.json"],
    );
    let nowhere = run(nowhere.env_remove("SAFE_TARGET"));
    assert_eq!(nowhere.code, Some(2), "{}", nowhere.all());
    let mut anonymous = retention(
        home.path(),
        server.url(),
        &["verify", "--ledger", "lost.json"],
    );
    anonymous
        .env_remove("SAFE_SERVER_USER")
        .env_remove("SAFE_SERVER_PASSWORD");
    let anonymous = run(&mut anonymous);
    assert_eq!(anonymous.code, Some(2), "{}", anonymous.all());
    assert!(
        anonymous.stderr.contains("planted with credentials"),
        "{}",
        anonymous.all()
    );
    let too_many = at(&["plant", "--ledger", "l.json", "--days", "200"]);
    assert_eq!(too_many.code, Some(2), "{}", too_many.all());

    long_ago(&home.path().join("away.json"), server.url(), 10);
    let mut away = retention(
        home.path(),
        server.url(),
        &["verify", "--ledger", "away.json", "--moved"],
    );
    let away = run(away.env("SAFE_TARGET", "http://127.0.0.1:9/safe"));
    assert_eq!(away.code, Some(3), "{}", away.all());
}

#[test]
fn two_that_come_at_once_do_not_both_work() {
    let server = Reference::plain(PASSWORD, &[], Duration::from_millis(500));
    let home = tempfile::tempdir().expect("a temporary folder");
    long_ago(&home.path().join("l.json"), server.url(), 10);
    let start = || {
        let mut verify = retention(home.path(), server.url(), &["verify", "--ledger", "l.json"]);
        crate::support::program::Running::start(&mut verify)
    };
    let first = start();
    server.wait_until(|server| server.count() > 0);
    first.signal("STOP");
    let second = start().end();
    first.signal("CONT");
    let first = first.end();
    assert_eq!(first.code, Some(0), "{}", first.all());
    assert_eq!(second.code, Some(3), "{}", second.all());
    assert!(
        second.stderr.contains("is using the ledger"),
        "{}",
        second.all()
    );
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn no_change_to_a_ledger_is_lost_whoever_else_writes_it() {
    const WRITERS: i64 = 8;
    const CHANGES: i64 = 40;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("l.json");
    let watch = Watch::new(
        Seed::new(1),
        "http://a",
        Timestamp::UNIX_EPOCH,
        1,
        None,
        180,
    );
    drop(Ledger::create(&path, watch.expect("promised")).expect("a ledger"));
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                for _ in 0..CHANGES {
                    let mut ledger = loop {
                        match Ledger::open(&path) {
                            Ok(ledger) => break ledger,
                            Err(LedgerError::Busy(_)) => std::thread::yield_now(),
                            Err(error) => panic!("{error}"),
                        }
                    };
                    ledger.watch.every_days += 1;
                    // Twice, for the moment between two replacements.
                    ledger.save().expect("saved");
                    ledger.save().expect("saved");
                    Ledger::peek(&path).expect("it is whole at every moment");
                }
            });
        }
    });
    let ledger = Ledger::open(&path).expect("a ledger");
    assert_eq!(ledger.watch.every_days, 1 + WRITERS * CHANGES);
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 1, "something was left beside the ledger");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn quiet_commands_say_nothing_where_all_is_well() {
    let server = Reference::plain(PASSWORD, &[], Duration::ZERO);
    let home = tempfile::tempdir().expect("a temporary folder");
    for command in ["plant", "status", "verify", "end"] {
        let arguments = ["-q", command, "--ledger", "l.json"];
        let ended = run(&mut retention(home.path(), server.url(), &arguments));
        assert_eq!((ended.code, ended.all().trim()), (Some(0), ""), "{command}");
    }
    assert_eq!(server.running.stored(), 0);
}

/// Near misses: a problem is said, and a page that was asked for is written.
#[test]
#[ignore = "it takes long: CI runs it"]
fn quiet_commands_say_what_is_wrong() {
    let server = Reference::plain(PASSWORD, &[], Duration::ZERO);
    let home = tempfile::tempdir().expect("a temporary folder");
    let at = |arguments: &[&str]| run(&mut retention(home.path(), server.url(), arguments));
    long_ago(&home.path().join("l.json"), server.url(), 10);
    let page = at(&["-q", "status", "--html", "--ledger", "l.json"]);
    assert!(page.stdout.contains("</html>"), "{}", page.all());
    long_ago(&home.path().join("lost.json"), server.url(), 179);
    for command in ["verify", "status"] {
        let lost = at(&["-q", command, "--ledger", "lost.json"]);
        assert_eq!(lost.code, Some(1), "{}", lost.all());
        assert!(lost.stdout.contains("LOST  just-inside"), "{}", lost.all());
        assert!(lost.stdout.contains("Exit code 1"), "{}", lost.all());
    }
    let exists = at(&["-q", "plant", "--ledger", "l.json"]);
    assert_eq!(exists.code, Some(2), "{}", exists.all());
    assert!(exists.stderr.contains("exists already"), "{}", exists.all());
    let mut away = retention(
        home.path(),
        "http://127.0.0.1:9/safe",
        &["-q", "end", "--moved", "--ledger", "l.json"],
    );
    let away = run(&mut away);
    assert_eq!(away.code, Some(3), "{}", away.all());
    assert!(away.stdout.contains("names the rest"), "{}", away.all());
}
