//! Tests of a sweep after a killed run.

use super::*;
use crate::wire::halt::Halt;
use crate::wire::ledger::{Ledger, LeftLedger};
use crate::wire::session::Swept;
use crate::wire::target::{LoginKind, Target};
use std::path::Path;
use std::time::SystemTime;

/// Returns the ledger of a run that stored three backups and was killed, and the server.
async fn killed(folder: &Path, login: LoginKind) -> (Arc<Scripted>, LeftLedger) {
    let server = Scripted::new(|_| Deed::Healthy);
    let ledger = killed_at(&server, folder, login, 3).await;
    assert_eq!(server.stored(), 3);
    (server, ledger)
}

/// Returns the ledger of a run that uploaded this many backups to this server and was killed.
async fn killed_at(
    server: &Arc<Scripted>,
    folder: &Path,
    login: LoginKind,
    uploads: usize,
) -> LeftLedger {
    let mut play = recorded(server, folder, login);
    for number in 0..uploads {
        play.upload(&number.to_string()).await;
    }
    drop(play);
    read(folder)
}

/// Returns a run on this server with a ledger.
fn recorded(server: &Arc<Scripted>, folder: &Path, login: LoginKind) -> Play {
    let seed = Seed::new(7);
    let ledger = Ledger::open(folder, "http://127.0.0.1:9/safe", login, seed).expect("a ledger");
    Play::with(Arc::clone(server), Session::scripted(server, Some(ledger)))
}

fn read(folder: &Path) -> LeftLedger {
    let mut left = LeftLedger::all(folder).expect("a folder");
    left.remove(0).expect("a whole ledger")
}

fn named(folder: &Path) -> usize {
    let left = LeftLedger::all(folder).expect("a folder");
    let counts = left
        .iter()
        .map(|ledger| ledger.as_ref().expect("whole").count());
    counts.sum()
}

#[tokio::test(start_paused = true)]
async fn a_sweep_deletes_what_a_killed_run_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, mut ledger) = killed(folder.path(), LoginKind::Basic).await;
    let swept = Session::scripted(&server, None).sweep(&mut ledger).await;
    assert!(swept.is_clean(), "{swept:?}");
    assert_eq!((swept.named, swept.gone, server.stored()), (3, 3, 0));
    drop(ledger);
    assert_eq!(named(folder.path()), 0);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_stops_at_the_first_refusal_and_the_ledger_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, mut ledger) = killed(folder.path(), LoginKind::Basic).await;
    server.plays(|asked| {
        if is(asked, Method::Delete) {
            answers(403)
        } else {
            Deed::Healthy
        }
    });
    let swept = Session::scripted(&server, None).sweep(&mut ledger).await;
    assert!(!swept.is_clean() && swept.refusal.is_some(), "{swept:?}");
    assert_eq!((swept.gone, server.stored()), (0, 3));
    assert!(swept.doubts.is_empty(), "{swept:?}");
    let log = server.log();
    let deleted = log.iter().filter(|asked| asked.starts_with("DELETE"));
    assert_eq!(deleted.count(), 1, "{log:#?}");
    drop(ledger);
    assert_eq!(named(folder.path()), 3);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_finds_out_a_server_that_only_says_that_it_deletes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, mut ledger) = killed(folder.path(), LoginKind::Basic).await;
    server.plays(|asked| {
        if is(asked, Method::Delete) {
            answers(204)
        } else {
            Deed::Healthy
        }
    });
    let swept = Session::scripted(&server, None).sweep(&mut ledger).await;
    assert_eq!(swept.doubts, BTreeMap::from([(Doubt::StillThere, 3)]));
    drop(ledger);
    assert_eq!((swept.gone, named(folder.path())), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn without_the_login_of_the_run_nothing_is_swept() {
    let open = Target::parse("http://127.0.0.1:9/safe").expect("a URL");
    for (login, lets_in, is_swept) in [
        (LoginKind::Basic, true, false),
        (LoginKind::Token, true, false),
        (LoginKind::Open, false, false),
        (LoginKind::Open, true, true),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let (server, mut ledger) = killed(folder.path(), login).await;
        server.plays(move |asked| {
            if lets_in || !matches!(asked.request.place, Place::Config) {
                Deed::LetsIn
            } else {
                answers(401)
            }
        });
        let session = Session::scripted_at(open.clone(), Scrub::default(), &server, None);
        let swept = session.sweep(&mut ledger).await;
        assert_eq!(swept.is_clean(), is_swept, "{login:?}: {swept:?}");
        assert_eq!(server.stored() == 0, is_swept, "{login:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_locked_for_long_ends_a_sweep() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, mut ledger) = killed(folder.path(), LoginKind::Basic).await;
    server.plays(|asked| {
        if is(asked, Method::Delete) {
            answers(423)
        } else {
            Deed::Healthy
        }
    });
    let began = tokio::time::Instant::now();
    let swept = Session::scripted(&server, None).sweep(&mut ledger).await;
    let expected = Some("the server answered 423".to_owned());
    assert_eq!((swept.gone, swept.refusal), (0, expected));
    assert!(began.elapsed() >= Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn what_was_found_out_before_the_refusal_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, mut ledger) = killed(folder.path(), LoginKind::Basic).await;
    let mut deletions = 0;
    server.plays(move |asked| {
        deletions += usize::from(is(asked, Method::Delete));
        match asked.request.method {
            // It lies at first, and then refuses.
            Method::Delete if deletions == 1 => answers(204),
            Method::Delete => answers(403),
            _ => Deed::Healthy,
        }
    });
    let swept = Session::scripted(&server, None).sweep(&mut ledger).await;
    assert!(swept.refusal.is_some(), "{swept:?}");
    assert_eq!(swept.doubts, one(Doubt::StillThere));
}

#[tokio::test(start_paused = true)]
async fn a_sweep_tells_a_refused_delete_from_refused_credentials() {
    for (config, halts) in [(200, false), (401, true)] {
        let folder = tempfile::tempdir().expect("a folder");
        let (server, mut ledger) = killed(folder.path(), LoginKind::Basic).await;
        server.plays(move |asked| match &asked.request.place {
            Place::Config if config == 200 => Deed::Healthy,
            Place::Config => answers(401),
            _ if asked.request.method == Method::Delete => answers(401),
            _ => Deed::Healthy,
        });
        let session = Session::scripted(&server, None);
        let swept = session.sweep(&mut ledger).await;
        assert!(swept.refusal.is_some() && swept.gone == 0, "{swept:?}");
        let halted = session.halted().is_some_and(Halt::is_of_credentials);
        assert_eq!(halted, halts, "{swept:?}");
        // In both cases one login is refused, rather than one for each backup.
        let log = server.log();
        let deletions = log.iter().filter(|line| line.starts_with("DELETE")).count();
        assert_eq!(deletions, usize::from(!halts), "{log:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sweep_of_long_ago_waits_for_nothing() {
    for (age, waits) in [(60, true), (3600, false)] {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Scripted::new(|asked| match asked.request.method {
            Method::Put => Deed::Answers(Err(silence(FailureKind::TimedOut))),
            _ => Deed::Healthy,
        });
        let ledger = killed_at(&server, folder.path(), LoginKind::Basic, 1).await;
        let path = ledger.path().to_owned();
        drop(ledger);
        let file = std::fs::OpenOptions::new().write(true).open(path);
        let then = SystemTime::now() - Duration::from_secs(age);
        file.and_then(|file| file.set_modified(then)).expect("set");
        let began = tokio::time::Instant::now();
        let mut ledger = read(folder.path());
        let swept = Session::scripted(&server, None).sweep(&mut ledger).await;
        // The guard's clock stands still here, so the upload may still appear.
        assert_eq!(swept.is_clean(), !waits, "{swept:?}");
        let waited = began.elapsed() > Duration::from_secs(7);
        assert_eq!(waited, waits, "{age}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sweep_of_another_machine_lets_missing_urls_be_forgotten() {
    for (is_remote, waited) in [(false, 0), (true, 20)] {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Scripted::new(|asked| match asked.request.method {
            // It stores nothing.
            Method::Put => answers(201),
            _ => Deed::Healthy,
        });
        let mut ledger = killed_at(&server, folder.path(), LoginKind::Basic, 10).await;
        let session = if is_remote {
            remote(&server)
        } else {
            Session::scripted(&server, None)
        };
        let began = tokio::time::Instant::now();
        let swept = session.sweep(&mut ledger).await;
        assert!(swept.is_clean(), "{swept:?}");
        assert_eq!(began.elapsed().as_secs(), waited, "{is_remote}");
    }
}

#[test]
fn a_sweep_is_clean_only_if_everything_is_gone_and_nobody_refused() {
    let clean = Swept {
        named: 2,
        gone: 2,
        ..Swept::default()
    };
    let others = [
        Swept {
            gone: 1,
            ..clean.clone()
        },
        Swept {
            doubts: one(Doubt::Unseen),
            ..clean.clone()
        },
        Swept {
            refusal: Some("the server answered 403".to_owned()),
            ..clean.clone()
        },
    ];
    assert!(clean.is_clean() && others.iter().all(|swept| !swept.is_clean()));
}

/// Near miss: a server without a config that shows a backup is the one of the run.
#[tokio::test(start_paused = true)]
async fn where_everything_is_missing_no_backup_counts_as_gone() {
    for (shows, status, is_swept) in [
        (false, 404, false),
        (false, 503, false),
        (true, 404, true),
        (true, 503, false),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let (server, mut ledger) = killed(folder.path(), LoginKind::Basic).await;
        server.plays(move |asked| match asked.request.place {
            Place::Config => answers(status),
            _ if shows => Deed::Healthy,
            _ => answers(status),
        });
        let swept = Session::scripted(&server, None).sweep(&mut ledger).await;
        drop(ledger);
        let left = if is_swept { 0 } else { 3 };
        assert_eq!(swept.is_clean(), is_swept, "{swept:?}");
        assert_eq!(
            (
                swept.gone,
                swept.is_untouched,
                named(folder.path()),
                server.stored()
            ),
            (3 - left, !is_swept, left, left),
            "{shows} {status}: {swept:?}"
        );
        let why = swept.refusal.unwrap_or_default();
        assert_eq!(why.contains(&status.to_string()), !is_swept, "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_vanishes_in_the_middle_of_a_sweep_is_not_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, mut ledger) = killed(folder.path(), LoginKind::Basic).await;
    let mut deletions = 0;
    server.plays(move |asked| {
        deletions += usize::from(is(asked, Method::Delete));
        if deletions > 1 {
            answers(404)
        } else {
            Deed::Healthy
        }
    });
    let swept = Session::scripted(&server, None).sweep(&mut ledger).await;
    drop(ledger);
    assert!(swept.refusal.is_some(), "{swept:?}");
    assert_eq!((server.stored(), named(folder.path())), (2, 3 - swept.gone));
    assert!(swept.gone <= 1, "{swept:?}");
}

/// What the run had deleted is not counted beside a refusal of the rest.
#[tokio::test(start_paused = true)]
async fn a_refusal_stands_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Scripted::new(|_| Deed::Healthy);
    let mut play = recorded(&server, folder.path(), LoginKind::Basic);
    for slot in ["deleted", "left"] {
        play.upload(slot).await;
    }
    let deleted = play.session.guard.own_backup("test", "deleted");
    play.session.delete(&deleted).await;
    drop(play);
    server.plays(|asked| match asked.request.place {
        Place::Config => Deed::Healthy,
        _ => answers(403),
    });
    let mut ledger = read(folder.path());
    assert_eq!(ledger.count(), 2);
    let swept = Session::scripted(&server, None).sweep(&mut ledger).await;
    assert!(
        swept.refusal.is_some() && swept.doubts.is_empty(),
        "{swept:?}"
    );
}

/// A run at whose end the folder vanishes keeps its ledger. Near miss: one backup alone that is
/// missing is gone.
#[tokio::test(start_paused = true)]
async fn what_vanishes_at_the_end_of_a_run_is_not_gone() {
    for vanishes in [true, false] {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Scripted::new(|_| Deed::Healthy);
        let mut play = recorded(&server, folder.path(), LoginKind::Basic);
        let config = Request::new(Method::Get, Place::Config);
        play.session.config(config).await.expect("a config");
        play.upload("one").await;
        server.plays(move |asked| match asked.request.place {
            Place::Config if !vanishes => Deed::Healthy,
            _ => answers(404),
        });
        let left = play.session.clean_up(PATIENCE).await;
        drop(play);
        // The guard's clock stands still here, so that it may still appear where `config` answers.
        let why = if vanishes {
            Doubt::NotDeleted
        } else {
            Doubt::MayAppear
        };
        assert_eq!(left.doubts, one(why), "{left:?}");
    }
}
