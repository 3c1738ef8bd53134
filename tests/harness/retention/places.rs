//! A missing canary proves nothing where the server is not at this URL, or its folder is away.

use super::DAILY;
use super::program::retention;
use crate::support::program::{Ended, run};
use crate::support::scripted::{Deed, PASSWORD, Reply, Scripted};
use crate::support::watch::canaries;
use jiff::{SignedDuration, Timestamp};
use safe_conformance::retention::{self, Ledger, Trouble, Unjudgeable};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn command(home: &Path, url: &str, arguments: &[&str]) -> Ended {
    let mut command = retention(home, url, arguments);
    command.args(["--ledger", "l.json"]);
    run(command.env("SAFE_SERVER_PASSWORD", PASSWORD))
}

/// A server that answers everything with 404 while the flag is set, as where a disk is not mounted.
fn unmountable() -> (Scripted, Arc<AtomicBool>) {
    let is_away = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&is_away);
    let server = Scripted::start(move |_| {
        if shared.load(Ordering::SeqCst) {
            Deed::Reply(Reply::new(404, ""))
        } else {
            Deed::Healthy
        }
    });
    (server, is_away)
}

/// Near miss: where `config` answers, a canary that is missing is gone, and so is the ledger.
#[test]
fn an_end_keeps_the_ledger_while_the_config_is_missing() {
    let (server, is_away) = unmountable();
    let home = tempfile::tempdir().expect("a temporary folder");
    let planted = command(home.path(), &server.url(), &["plant"]);
    assert_eq!(planted.code, Some(0), "{}", planted.all());
    let typo = format!("{}/typo", server.url());
    let before = std::fs::read(home.path().join("l.json")).expect("a ledger");
    is_away.store(true, Ordering::SeqCst);
    for arguments in [vec!["end"], vec!["end", "--moved"]] {
        let url = if arguments.len() == 1 {
            server.url()
        } else {
            typo.clone()
        };
        let ended = command(home.path(), &url, &arguments);
        assert_eq!(ended.code, Some(3), "{}", ended.all());
        assert!(ended.stdout.contains("GET of `config`"), "{}", ended.all());
        let after = std::fs::read(home.path().join("l.json")).expect("the ledger is kept");
        assert_eq!(after, before, "{}", ended.all());
    }
    is_away.store(false, Ordering::SeqCst);
    assert_eq!(server.stored().len(), 5);
    let ended = command(home.path(), &server.url(), &["end"]);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(server.stored().len(), 0);
    assert!(!home.path().join("l.json").exists());
}

/// The folder is unmounted after two removals: the others are not counted as gone.
#[test]
#[ignore = "it takes long: CI runs it"]
fn an_end_in_whose_middle_the_folder_vanishes_keeps_the_rest() {
    let (is_planted, deletions) = (Arc::new(AtomicBool::new(false)), std::sync::Mutex::new(0));
    let shared = Arc::clone(&is_planted);
    let server = Scripted::start(move |asked| {
        let mut deletions = deletions.lock().expect("nobody panicked");
        if shared.load(Ordering::SeqCst) && asked.method == "DELETE" {
            *deletions += 1;
        }
        if *deletions > 2 {
            Deed::Reply(Reply::new(404, ""))
        } else {
            Deed::Healthy
        }
    });
    let home = tempfile::tempdir().expect("a temporary folder");
    command(home.path(), &server.url(), &["plant"]);
    is_planted.store(true, Ordering::SeqCst);
    let ended = command(home.path(), &server.url(), &["end"]);
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(
        ended.stdout.starts_with("2 of the canaries"),
        "{}",
        ended.all()
    );
    let watch = Ledger::peek(&home.path().join("l.json")).expect("the ledger is kept");
    let left = watch.canaries.values().filter(|it| it.may_be_there());
    assert_eq!((left.count(), server.stored().len()), (3, 3));
}

/// Near miss: a server to which the canaries were copied is the one that they moved to.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn another_server_is_not_the_one_that_moved() {
    let (ours, other) = (
        Scripted::open(|_| Deed::Healthy),
        Scripted::open(|_| Deed::Healthy),
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ledger.json");
    let begin = Timestamp::now();
    let (mut ledger, _) = retention::plant(&canaries(&ours.url()), &path, DAILY, &move || begin)
        .await
        .expect("planted");
    let before = std::fs::read(&path).expect("a ledger");
    // A refresh is due: a slip of the URL would upload it to the other server.
    let later = begin + SignedDuration::from_hours(24 * 100);
    let there = canaries(&other.url());
    let visit = retention::verify(&there, &mut ledger, true, true, &move || later).await;
    let is_refused =
        |trouble: &Trouble| matches!(trouble, Trouble::Unjudgeable(Unjudgeable::Elsewhere(_)));
    assert!(visit.as_ref().is_err_and(is_refused), "{visit:?}");
    assert_eq!(other.count("PUT"), 0);
    assert_eq!(std::fs::read(&path).expect("a ledger"), before);
    let ended = retention::end(&there, ledger, true, &move || later).await;
    assert!(ended.as_ref().is_err_and(is_refused), "{ended:?}");
    assert_eq!(std::fs::read(&path).expect("a ledger"), before);
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let moved = canaries(&ours.url().replace("127.0.0.1", "localhost"));
    let visit = retention::verify(&moved, &mut ledger, true, true, &move || later)
        .await
        .expect("visited");
    assert!(
        !visit.had_trouble() && !ledger.watch.is_broken(),
        "{visit:?}"
    );
}
