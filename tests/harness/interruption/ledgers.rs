//! What a killed run leaves in its ledger, and what later runs do with it.

use super::{PASSWORD, check, home, sweep, with_delay};
use crate::support::program::{Running, file, ledgers, named_in_ledgers, program, run};
use crate::support::reference::{Reference, USER};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A server on which a killed run left backups, and the folder with its ledger.
pub(super) fn killed(seed: &str) -> (Reference, tempfile::TempDir) {
    for _ in 0..20 {
        let server = with_delay();
        let home = home();
        let running = Running::start(check(home.path(), server.url()).args(["--seed", seed]));
        server.wait_until(|server| server.running.stored() >= 3);
        running.signal("KILL");
        running.end();
        server.settle();
        // Deletions may have been in progress.
        if server.running.stored() > 0 {
            return (server, home);
        }
    }
    panic!("twenty runs were killed, and none left a backup");
}

pub(super) const SEED: &str = "00000000000000a5";

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_run_with_the_seed_of_a_killed_one_deletes_what_that_left() {
    for only in [None, Some("config")] {
        let (server, home) = killed(SEED);
        let mut command = check(home.path(), server.url());
        command.args(["--seed", SEED]);
        if let Some(only) = only {
            command.args(["--only", only]);
        }
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        assert_eq!(server.running.stored(), 0, "{only:?}: {}", ended.all());
        assert!(ledgers(&home.path().join("ledgers")).is_empty());
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_run_with_the_seed_of_one_against_another_server_does_not_begin() {
    let (server, home) = killed(SEED);
    let other = with_delay();
    let ended = run(check(home.path(), other.url()).args(["--seed", SEED]));
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    assert!(ended.stderr.contains("sweep that first"), "{}", ended.all());
    assert_eq!(other.count(), 0, "nothing was sent");
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(
        (swept.code, server.running.stored()),
        (Some(0), 0),
        "{}",
        swept.all()
    );
}

fn ledger_of(home: &Path) -> std::path::PathBuf {
    ledgers(&home.join("ledgers"))
        .pop()
        .expect("a ledger is left")
}

fn append(path: &Path, text: &str) {
    let file = std::fs::OpenOptions::new().append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .expect("a ledger can be appended to");
}

#[test]
fn a_torn_last_line_does_not_keep_the_rest_from_being_swept() {
    let (server, home) = killed(SEED);
    append(&ledger_of(home.path()), "{\"claimed\":\"0123");
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(
        (swept.code, server.running.stored()),
        (Some(0), 0),
        "{}",
        swept.all()
    );
    assert!(ledgers(&home.path().join("ledgers")).is_empty());
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_torn_last_line_does_not_spoil_what_is_written_after_it() {
    let (server, home) = killed(SEED);
    let ledger = ledger_of(home.path());
    append(&ledger, "{\"claimed\":\"0123");
    // A second run with this seed is killed, too: its lines follow the torn line.
    let count = server.count();
    let running = Running::start(check(home.path(), server.url()).args(["--seed", SEED]));
    server.wait_until(|server| server.count() > count + 120);
    running.signal("KILL");
    running.end();
    server.settle();
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(
        (swept.code, server.running.stored()),
        (Some(0), 0),
        "{}",
        swept.all()
    );
    assert!(!ledger.exists());
}

/// Whether the server received a request for this backup.
fn was_asked_about(server: &Reference, id: &str) -> bool {
    let requests = server.running.requests();
    requests.iter().any(|request| request.path.contains(id))
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_good_lines_of_a_damaged_ledger_are_swept() {
    for damage in [
        "oh no\n",
        "{\"claimed\":\"xyz\"}\n",
        "{\"clained\":\"what was this?\"}\n",
        // A line that was cut off on a full disk, and the next line that was appended to it.
        "{\"sent\":\"01{\"sent\":\"0123\"}\n",
    ] {
        let (server, home) = killed(SEED);
        let ledger = ledger_of(home.path());
        append(&ledger, damage);
        let swept = run(&mut sweep(home.path(), server.url()));
        assert_eq!(swept.code, Some(3), "{}", swept.all());
        assert!(swept.stdout.contains("is malformed"), "{}", swept.all());
        assert_eq!(server.running.stored(), 0, "{}", swept.all());
        let kept = std::fs::read_to_string(&ledger).expect("the ledger stays");
        assert!(kept.contains(damage), "{kept}");
    }
}

#[test]
fn a_backup_that_does_not_follow_from_the_seed_is_never_deleted() {
    let (server, home) = killed(SEED);
    let ledger = ledger_of(home.path());
    let theirs = "ab".repeat(32);
    for (label, id) in [
        ("upload.accepted[android-h1]/backup", &theirs),
        ("", &theirs),
    ] {
        append(
            &ledger,
            &format!("{{\"claimed\":{{\"id\":\"{id}\",\"label\":\"{label}\"}}}}\n"),
        );
        append(&ledger, &format!("{{\"sent\":\"{id}\"}}\n"));
    }
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(
        swept
            .unwrapped()
            .contains("names a backup that is not from this program"),
        "{}",
        swept.all()
    );
    assert!(!was_asked_about(&server, &theirs));
    assert_eq!(server.running.stored(), 0, "{}", swept.all());
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_ledger_of_another_format_is_refused() {
    for format in [1, 3] {
        let (server, home) = killed(SEED);
        let ledger = ledger_of(home.path());
        let text = std::fs::read_to_string(&ledger).expect("a ledger");
        let other = text.replacen("\"format\":2", &format!("\"format\":{format}"), 1);
        std::fs::write(&ledger, &other).expect("a ledger can be written");
        let (stored, count) = (server.running.stored(), server.count());
        let swept = run(&mut sweep(home.path(), server.url()));
        assert_eq!(swept.code, Some(3), "{}", swept.all());
        let sentence = format!("this ledger has format {format}");
        assert!(swept.stdout.contains(&sentence), "{}", swept.all());
        assert_eq!(
            (server.running.stored(), server.count()),
            (stored, count),
            "nothing was asked"
        );
        assert_eq!(std::fs::read_to_string(&ledger).expect("a ledger"), other);
    }
}

/// The shell ignores SIGXFSZ, so a write beyond the limit fails after a part of it, as on a full
/// disk.
#[test]
fn on_a_full_disk_nothing_is_uploaded_that_no_ledger_names() {
    let server = with_delay();
    let home = home();
    let ledgers_dir = home.path().join("ledgers");
    let mut command = Command::new("bash");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "bash"])
        .arg(env!("CARGO_BIN_EXE_safe-conformance"))
        .args([
            "check",
            server.url(),
            "--only",
            "upload,delete",
            "--user",
            USER,
        ])
        .arg("--ledger-dir")
        .arg(&ledgers_dir)
        .env_clear()
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    let mut running = Running::start(&mut command);
    server.wait_until(|server| server.running.stored() > 0);
    let mut named = std::collections::BTreeSet::new();
    while running.is_running() {
        // Every line is complete at any moment: a torn line is removed.
        named.extend(named_in_ledgers(&ledgers_dir));
        std::thread::sleep(Duration::from_millis(5));
    }
    let ended = running.end();
    assert!(
        ended.stdout.contains("failed to write the ledger"),
        "{}",
        ended.all()
    );
    let uploaded: std::collections::BTreeSet<_> = server
        .running
        .requests()
        .iter()
        .filter(|request| request.method == "PUT")
        .map(|request| {
            request
                .path
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    assert!(
        !uploaded.is_empty() && uploaded.is_subset(&named),
        "{uploaded:?}"
    );
    assert_eq!(server.running.stored(), 0, "{}", ended.all());
}

#[test]
fn a_folder_of_ledgers_that_is_none_is_a_slip() {
    let server = with_delay();
    let home = home();
    file(home.path(), "a-file", "");
    for named in ["mistyped", "a-file"] {
        let mut command = program(home.path());
        command
            .args(["sweep", server.url(), "--user", USER, "--ledger-dir"])
            .arg(home.path().join(named))
            .env("SAFE_SERVER_PASSWORD", PASSWORD);
        let swept = run(&mut command);
        assert_eq!(swept.code, Some(2), "{}", swept.all());
        assert!(swept.stderr.contains("is not a folder"), "{}", swept.all());
    }
    assert_eq!(server.count(), 0);
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_pipe_among_the_ledgers_holds_nothing_up() {
    let (server, home) = killed(SEED);
    let pipe = home.path().join("ledgers/0.ledger.jsonl");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(
        swept.stdout.contains("not a regular file"),
        "{}",
        swept.all()
    );
    assert_eq!(server.running.stored(), 0, "the others are swept");
}
