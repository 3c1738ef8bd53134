//! A report always says what stays on a server: if DELETE answers falsely, if backends differ, if
//! an upload is stored late.

use crate::support::program::{Ended, Running, ledgers, program, run, wait_until};
use crate::support::reference::{Reference, USER};
use crate::support::scripted::{self, Asked, Deed, Reply, Scripted};
use safe_conformance::reference::Fault;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PASSWORD: &str = "residual-Pa55word";

fn with_ledger(home: &Path, subcommand: &str, url: &str, password: &str) -> Command {
    let folder = home.join("ledgers");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut command = program(home);
    command
        .args([subcommand, url, "--user", USER, "--ledger-dir"])
        .arg(folder)
        .env("SAFE_SERVER_PASSWORD", password);
    command
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn check(home: &Path, url: &str, password: &str, only: &str) -> Ended {
    let mut command = with_ledger(home, "check", url, password);
    command.args(["--only", only, "--timeout", "2", "--report"]);
    run(command.arg(format!("json={}", home.join("report.json").display())))
}

fn left_because(home: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(home.join("report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    report["left_because"].clone()
}

/// The report does not claim that a backup is there if every upload was refused or sent elsewhere,
/// though no answer of the server proves its absence.
#[test]
#[ignore = "it takes long: CI runs it"]
fn where_nothing_was_stored_nothing_is_claimed_to_be_left() {
    for fault in [
        Fault::RedirectTrailing,
        Fault::RedirectEverything,
        Fault::UploadRedirected,
        Fault::UploadForbidden,
        Fault::UploadNotAllowed,
    ] {
        let server = Reference::plain(PASSWORD, &[fault], Duration::ZERO);
        let home = home();
        let checked = check(home.path(), server.url(), PASSWORD, "upload");
        assert_eq!(server.running.stored(), 0, "{fault}: {}", checked.all());
        assert_eq!(
            left_because(home.path()),
            serde_json::Value::Null,
            "{fault}"
        );
        assert!(
            !checked.stdout.contains("may still be"),
            "{}",
            checked.all()
        );
        let kept = ledgers(&home.path().join("ledgers"));
        assert!(kept.is_empty(), "{fault}: {}", checked.all());
    }
}

#[test]
fn where_delete_lies_the_ledger_stays_and_says_why() {
    let server = Reference::plain(PASSWORD, &[Fault::DeleteLies], Duration::ZERO);
    let home = home();
    let checked = check(home.path(), server.url(), PASSWORD, "upload");
    let left = server.running.stored();
    assert!(left > 3, "{}", checked.all());
    assert_eq!(
        left_because(home.path())["still-there"].as_u64(),
        Some(left as u64),
        "{}",
        checked.all()
    );
    assert!(
        checked.stdout.contains("a GET still returns it"),
        "{}",
        checked.all()
    );
    let words: Vec<_> = checked.stdout.split_whitespace().collect();
    let line = "this deletes them, if the server then allows it:";
    assert!(words.join(" ").contains(line), "{}", checked.all());
    let kept = ledgers(&home.path().join("ledgers"));
    let ledger = std::fs::read_to_string(&kept[0]).expect("a ledger");
    assert!(ledger.contains("\"still-there\""), "{ledger}");

    let swept = run(&mut with_ledger(
        home.path(),
        "sweep",
        server.url(),
        PASSWORD,
    ));
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(
        swept.stdout.contains(&format!("0 of {left} backups")),
        "{}",
        swept.all()
    );
    assert!(kept[0].exists());
}

/// The number of requests, and the contents of two stores.
type Stores = (usize, [BTreeMap<String, Vec<u8>>; 2]);

/// Two stores behind one name, which answer in turn.
fn two_backends(asked: &Asked, stores: &Mutex<Stores>) -> Deed {
    let Some(id) = asked.backup() else {
        return Deed::Healthy;
    };
    let mut stores = stores.lock().expect("no script panics");
    stores.0 += 1;
    let turn = stores.0 % 2;
    match asked.method.as_str() {
        "PUT" => {
            // Both stores receive it, as if uploads were shared; only deletions are lost.
            for store in &mut stores.1 {
                store.insert(id.to_owned(), asked.body.clone());
            }
            Deed::Reply(Reply::new(201, ""))
        }
        "DELETE" => {
            stores.1[turn].remove(id);
            Deed::Reply(Reply::new(204, ""))
        }
        _ => match stores.1[turn].get(id) {
            Some(body) => Deed::Reply(Reply::new(200, body.clone())),
            None => Deed::Reply(Reply::new(404, "")),
        },
    }
}

#[test]
fn where_two_backends_differ_nothing_is_called_gone_that_one_of_them_has() {
    let stores = Arc::new(Mutex::new((0, [BTreeMap::new(), BTreeMap::new()])));
    let shared = Arc::clone(&stores);
    let server = Scripted::start(move |asked| two_backends(asked, &shared));
    let home = home();
    let checked = check(
        home.path(),
        &server.url(),
        scripted::PASSWORD,
        "upload.accepted,upload.round-trip",
    );
    let left: BTreeSet<String> = {
        let stores = stores.lock().expect("no script panics");
        stores
            .1
            .iter()
            .flat_map(|store| store.keys().cloned())
            .collect()
    };
    let named = crate::support::program::named_in_ledgers(&home.path().join("ledgers"));
    assert!(left.is_subset(&named), "{left:?} {}", checked.all());
}

/// Accepts an upload, does not answer, and stores it three seconds later.
#[test]
#[ignore = "it takes long: CI runs it"]
fn an_upload_that_is_stored_late_is_found() {
    let late: Arc<Mutex<BTreeMap<String, Instant>>> = Arc::default();
    let shared = Arc::clone(&late);
    let server = Scripted::start(move |asked| {
        let Some(id) = asked.backup() else {
            return Deed::Healthy;
        };
        let mut late = shared.lock().expect("no script panics");
        match asked.method.as_str() {
            "PUT" => {
                late.insert(id.to_owned(), Instant::now() + Duration::from_secs(3));
                Deed::Silence
            }
            "DELETE" | "GET" => {
                let is_there = late.get(id).is_some_and(|since| *since <= Instant::now());
                match (asked.method.as_str(), is_there) {
                    ("DELETE", true) => {
                        late.remove(id);
                        Deed::Reply(Reply::new(204, ""))
                    }
                    ("GET", true) => Deed::Reply(Reply::new(200, "a part")),
                    _ => Deed::Reply(Reply::new(404, "")),
                }
            }
            _ => Deed::Healthy,
        }
    });
    let home = home();
    let checked = check(
        home.path(),
        &server.url(),
        scripted::PASSWORD,
        "upload.accepted",
    );
    std::thread::sleep(Duration::from_secs(3));
    let left = late.lock().expect("no script panics").len();
    let is_named = !ledgers(&home.path().join("ledgers")).is_empty();
    assert!(left == 0 || is_named, "{left} are left: {}", checked.all());
    assert_eq!(left, 0, "{}", checked.all());
    assert!(server.count("PUT") > 0);
}

#[test]
fn without_credentials_nothing_is_called_gone() {
    // The server hides its backups without credentials.
    let server = Scripted::start(|asked| {
        if asked.header("authorization").is_none() {
            Deed::Reply(Reply::new(404, ""))
        } else if asked.method == "DELETE" {
            Deed::Reply(Reply::new(405, ""))
        } else {
            Deed::Healthy
        }
    });
    let home = home();
    let checked = check(
        home.path(),
        &server.url(),
        scripted::PASSWORD,
        "upload.accepted",
    );
    let left = server.stored().len();
    assert!(left > 0, "{}", checked.all());
    let asked = server.asked().len();
    let mut anonymous = program(home.path());
    anonymous
        .args(["sweep", &server.url(), "--ledger-dir"])
        .arg(home.path().join("ledgers"));
    let swept = run(&mut anonymous);
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(
        swept.stdout.contains("without the credentials of the run"),
        "{}",
        swept.all()
    );
    assert_eq!(server.asked().len(), asked, "nothing was asked");
    assert_eq!(ledgers(&home.path().join("ledgers")).len(), 1);
}

#[test]
fn a_run_without_credentials_is_swept_without_them_as_long_as_they_are_not_needed() {
    let is_closed = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let closed = Arc::clone(&is_closed);
    let server = Scripted::open(move |asked| {
        if closed.load(std::sync::atomic::Ordering::Relaxed) {
            Deed::Reply(Reply::new(404, ""))
        } else if asked.method == "DELETE" {
            Deed::Reply(Reply::new(405, ""))
        } else {
            Deed::Healthy
        }
    });
    let home = home();
    let folder = home.path().join("ledgers");
    std::fs::create_dir(&folder).expect("a folder");
    let anonymous = |subcommand: &str| {
        let mut command = program(home.path());
        command
            .args([subcommand, &server.url(), "--ledger-dir"])
            .arg(&folder);
        if subcommand == "check" {
            command.args(["--only", "upload.accepted"]);
        }
        run(&mut command)
    };
    let checked = anonymous("check");
    assert!(!server.stored().is_empty(), "{}", checked.all());
    is_closed.store(true, std::sync::atomic::Ordering::Relaxed);
    let swept = anonymous("sweep");
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(
        swept
            .unwrapped()
            .contains("a missing backup proves nothing"),
        "{}",
        swept.all()
    );
    assert_eq!(ledgers(&folder).len(), 1);
}

/// What a server that shows a part late knows about one backup.
#[derive(Default)]
struct Seen {
    is_stored: bool,
    looks: usize,
    was_shown: bool,
    is_over: bool,
}

/// The received part of an interrupted upload, here empty, appears only after both checks have
/// looked.
#[test]
fn a_part_that_comes_after_the_check_is_deleted_and_judged() {
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    let all: Mutex<BTreeMap<String, Seen>> = Mutex::default();
    let server = Scripted::start(move |asked| {
        let Some(id) = asked.backup() else {
            return Deed::Healthy;
        };
        let mut all = all.lock().expect("no script panics");
        let seen = all.entry(id.to_owned()).or_default();
        match asked.method.as_str() {
            "PUT" => seen.is_stored = true,
            "GET" if seen.is_stored || seen.is_over => {}
            // A check sends an `Accept` field; the clean-up does not.
            "GET" if asked.header("accept").is_some() => seen.looks += 1,
            "GET" if seen.looks >= 2 => {
                seen.was_shown = true;
                return Deed::Reply(Reply::new(200, ""));
            }
            _ if seen.was_shown => {
                seen.is_over = true;
                over.store(true, Ordering::Relaxed);
                return Deed::Reply(Reply::new(204, ""));
            }
            _ => seen.is_stored = false,
        }
        Deed::Healthy
    });
    let home = home();
    let transcript = home.path().join("run.json");
    let mut command = with_ledger(home.path(), "check", &server.url(), scripted::PASSWORD);
    command.args(["--only", "integrity.cut-off-invisible", "--transcript"]);
    let checked = run(command.arg(&transcript));
    let said = "was not visible when the check looked";
    assert!(is_over.load(Ordering::Relaxed), "{}", checked.all());
    assert!(
        ledgers(&home.path().join("ledgers")).is_empty(),
        "{}",
        checked.all()
    );
    assert!(checked.stdout.contains(said), "{}", checked.all());
    let judged = run(program(home.path()).arg("judge").arg(&transcript));
    assert!(judged.stdout.contains(said), "{}", judged.all());
}

#[test]
fn where_nothing_may_be_deleted_the_rest_is_blocked_for_that_reason() {
    let server = Scripted::start(|asked| match asked.method.as_str() {
        "DELETE" => Deed::Reply(Reply::new(403, "")),
        _ => Deed::Healthy,
    });
    let home = home();
    let checked = check(home.path(), &server.url(), scripted::PASSWORD, "upload");
    let report = std::fs::read_to_string(home.path().join("report.json")).expect("a report");
    assert!(report.contains("blocked.delete-refused"), "{report}");
    assert!(!report.contains("blocked.guarded"), "{report}");
    assert_eq!(server.stored().len(), 1, "{}", checked.all());
}

/// Whether the run has gone on to another request about its first upload, so that it has read the
/// answer.
fn is_followed(server: &Scripted) -> bool {
    let asked = server.asked();
    let mut since = asked
        .iter()
        .skip_while(|it| it.method != "PUT" || it.backup().is_none());
    let Some(upload) = since.next() else {
        return false;
    };
    since.any(|it| it.backup() == upload.backup())
}

/// A run that is stopped right after its first upload and deletion has seen enough to call it gone.
#[test]
#[ignore = "it takes long: CI runs it"]
fn a_run_that_is_cut_early_leaves_no_doubt() {
    for deletions in [0, 1] {
        let server = Scripted::start(|_| Deed::Healthy);
        let home = home();
        let url = server.url();
        let mut command = with_ledger(home.path(), "check", &url, scripted::PASSWORD);
        let running = Running::start(&mut command);
        // An upload that is stopped before its answer arrives is a doubt.
        wait_until(|| is_followed(&server) && server.count("DELETE") >= deletions);
        running.signal("INT");
        let ended = running.end();
        assert!(server.stored().is_empty(), "{}", ended.all());
        assert!(
            ledgers(&home.path().join("ledgers")).is_empty(),
            "{}",
            ended.all()
        );
    }
}
