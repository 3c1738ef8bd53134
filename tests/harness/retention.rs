//! Retention over time, for real: over HTTP, with ledgers on a disk, and through the program.

use crate::support::program::{file, program, run};
use crate::support::reference::{Reference, USER};
use crate::support::scripted::{self, Deed, Reply, Scripted};
use crate::support::season::{DAY, World, canaries};
use jiff::{SignedDuration, Timestamp};
use safe_conformance::engine::Pattern;
use safe_conformance::engine::Verdict;
use safe_conformance::reference::{Fault, Tidying};
use safe_conformance::retention::{
    self, Event, Found, Ledger, LedgerError, Plan, Role, Season, State, Trouble, Unjudgeable,
};
use safe_conformance::wire::{Pace, PaceChoice, Seed};
use safe_conformance::{Checkup, Target};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;
use tokio::task::JoinSet;

const PASSWORD: &str = "a-password-of-tests";

#[tokio::test(flavor = "multi_thread")]
async fn four_hundred_days_tell_good_servers_from_bad_ones() {
    let good = [
        (Tidying::OnTheDot, None),
        (Tidying::Late(DAY * 30), None),
        (Tidying::Never, None),
        (Tidying::OnTheDot, Some(Fault::DownloadRefreshes)),
    ];
    let bad = [
        Fault::ExpiresEarly,
        Fault::ExpiresByFirstUpload,
        Fault::ExpiresByAccess,
        Fault::ExpiresByTimePutBack,
    ]
    .map(|fault| (Tidying::OnTheDot, Some(fault)));
    let mut seasons = JoinSet::new();
    for (tidying, fault) in good.into_iter().chain(bad) {
        seasons.spawn(async move {
            let faults: Vec<_> = fault.into_iter().collect();
            let world = World::new(&faults, tidying).await;
            let (ledger, report) = world.days(400).await;
            let is_good = good.contains(&(tidying, fault));
            assert_eq!(ledger.season.is_broken(), !is_good, "{tidying:?} {fault:?}");
            assert!(ledger.season.is_over());
            assert_eq!(report.passed(), is_good, "{tidying:?} {fault:?}: {report}");
            let ended = retention::end(&world.canaries, ledger, false)
                .await
                .expect("it ends");
            assert_eq!((ended.gone, ended.refusal), (5, None));
            assert_eq!(world.running.stored(), 0);
            assert!(!world.ledger().exists());
        });
    }
    seasons.join_all().await;
}

/// How many requests each backup has got so far.
fn requests(world: &World) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in world.running.requests() {
        *counts.entry(request.path).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_asks_at_most_three_times_for_a_canary_and_once_for_config() {
    // Three at once are lost, one is gone and is uploaded again.
    for (fault, days) in [(None, 89), (Some(Fault::ExpiresEarly), 89), (None, 200)] {
        let faults: Vec<_> = fault.into_iter().collect();
        let world = World::new(&faults, Tidying::OnTheDot).await;
        let (mut ledger, _) = world.plant().await.expect("planted");
        world.clock.advance(DAY * days);
        let before = requests(&world);
        let visit = world.verify(&mut ledger).await.expect("visited");
        assert!(visit.events.len() >= 3, "{visit:?}");
        let after = requests(&world);
        assert_eq!(after["/safe/config"] - before["/safe/config"], 1);
        for (path, count) in &after {
            let asked = count - before.get(path).unwrap_or(&0);
            assert!(asked <= 3, "{path} was asked for {asked} times");
        }
        // Nothing is due after it, and nothing is asked.
        let visit = world.verify(&mut ledger).await.expect("visited");
        assert_eq!(visit.events, []);
        let again = requests(&world);
        assert_eq!(
            again.values().sum::<usize>(),
            after.values().sum::<usize>() + 1
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_canary_stays_lost_and_is_told_at_every_visit() {
    let world = World::new(&[Fault::ExpiresEarly], Tidying::OnTheDot).await;
    let (mut ledger, _) = world.plant().await.expect("planted");
    world.clock.advance(DAY * 89);
    let visit = world.verify(&mut ledger).await.expect("visited");
    let text = retention::told(&ledger.season, &visit, 100);
    assert!(
        text.contains("LOST  just-inside  not there 89 days after its upload"),
        "{text}"
    );
    let visit = world.verify(&mut ledger).await.expect("visited");
    let text = retention::told(&ledger.season, &visit, 100);
    assert!(text.contains("Nothing is due."), "{text}");
    assert!(text.contains("LOST  just-inside  on 20"), "{text}");
    let now = (world.time())();
    let report = retention::report(&ledger.season, &visit, &world.canaries, now);
    assert!(!report.passed(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_second_request_gives_is_not_lost() {
    let refused = Mutex::new(0);
    let server = Scripted::open(move |asked| {
        let mut refused = refused.lock().expect("nobody panicked");
        if asked.method == "GET" && asked.backup().is_some() && asked.head.contains("Threema") {
            *refused += 1;
            // After planting: the trial's four GETs and five looks whether the place is free.
            if *refused == 10 {
                return Deed::Reply(Reply::new(404, ""));
            }
        }
        Deed::Healthy
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ledger.json");
    let canaries = canaries(&server.url());
    let begin = Timestamp::now();
    let plan = Plan {
        every_days: 1,
        at_most_days: None,
    };
    let (mut ledger, _) = retention::plant(&canaries, &path, plan, &move || begin)
        .await
        .expect("planted");
    let later = begin + SignedDuration::from_hours(24 * 100);
    let visit = retention::verify(&canaries, &mut ledger, false, true, &move || later)
        .await
        .expect("visited");
    assert!(
        matches!(
            visit.events[0],
            (
                Role::HalfTime,
                Event::Seen {
                    found: Found::Kept,
                    hesitated: true,
                    ..
                }
            )
        ),
        "{visit:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_or_is_away_loses_nothing() {
    let world = World::new(&[], Tidying::OnTheDot).await;
    let (mut ledger, _) = world.plant().await.expect("planted");
    world.clock.advance(DAY * 89);
    let path = world.ledger();
    let before = std::fs::read(&path).expect("a ledger");
    let nobody = canaries("http://127.0.0.1:9/safe");
    let away = retention::verify(&nobody, &mut ledger, true, false, &*world.time()).await;
    assert!(matches!(away, Err(Trouble::Server(_))), "{away:?}");
    for (fault, answer) in [
        (Fault::Maintenance, "503"),
        (Fault::ConfigMissing, "404"),
        (Fault::ConfigHtml, "not understood"),
    ] {
        let ill = World::new(&[fault], Tidying::OnTheDot).await;
        let visit = retention::verify(&ill.canaries, &mut ledger, true, true, &*world.time()).await;
        let why = visit.expect_err("nothing can be judged").to_string();
        assert!(why.contains(answer), "{why}");
    }
    assert_eq!(std::fs::read(&path).expect("a ledger"), before);
    assert!(ledger.season.is_about(world.running.base_url()));
    // A server that fails on a backup is not one that lost it: what is due stays due.
    let ill = World::new(&[Fault::MissingIsError], Tidying::OnTheDot).await;
    let visit = retention::verify(&ill.canaries, &mut ledger, true, true, &*world.time())
        .await
        .expect("visited");
    assert!(
        visit.had_trouble() && !ledger.season.is_broken(),
        "{visit:?}"
    );
    let now = (world.time())();
    let report = retention::report(&ledger.season, &visit, &ill.canaries, now);
    assert!(!report.complete && !report.passed());
    let visit = retention::verify(&world.canaries, &mut ledger, true, true, &*world.time())
        .await
        .expect("visited");
    assert!(
        !visit.had_trouble() && !ledger.season.is_broken(),
        "{visit:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_moved_is_known_again_when_that_is_said() {
    let world = World::new(&[], Tidying::OnTheDot).await;
    let (mut ledger, _) = world.plant().await.expect("planted");
    let moved = canaries(&world.running.base_url().replace("localhost", "127.0.0.1"));
    let before = world.running.requests().len();
    let refused = retention::verify(&moved, &mut ledger, false, false, &*world.time()).await;
    assert!(
        matches!(refused, Err(Trouble::OtherServer(_))),
        "{refused:?}"
    );
    assert_eq!(
        world.running.requests().len(),
        before,
        "something was asked"
    );
    world.clock.advance(DAY * 45);
    let visit = retention::verify(&moved, &mut ledger, true, false, &*world.time()).await;
    assert_eq!(visit.expect("visited").events.len(), 2);
    let visit = retention::verify(&moved, &mut ledger, false, false, &*world.time()).await;
    assert!(visit.is_ok());
    drop(ledger);
    let mut ledger = Ledger::open(&world.ledger()).expect("a ledger");
    assert!(world.verify(&mut ledger).await.is_err(), "it moved back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_is_told_and_the_ledger_stays_as_it_was() {
    let world = World::new(&[], Tidying::OnTheDot).await;
    let (mut ledger, _) = world.plant().await.expect("planted");
    let before = std::fs::read(world.ledger()).expect("a ledger");
    let time = world.time();
    let set_back = move || time() - SignedDuration::from_hours(48);
    let refused = retention::verify(&world.canaries, &mut ledger, false, false, &set_back).await;
    assert!(
        matches!(
            refused,
            Err(Trouble::Unjudgeable(Unjudgeable::ClockSetBack { .. }))
        ),
        "{refused:?}"
    );
    // This machine's clock went on by two days, and the server's did not.
    let time = world.time();
    let ahead = move || time() + SignedDuration::from_hours(48);
    let refused = retention::verify(&world.canaries, &mut ledger, false, false, &ahead).await;
    assert!(
        matches!(
            refused,
            Err(Trouble::Unjudgeable(Unjudgeable::ClocksApart(172_800)))
        ),
        "{refused:?}"
    );
    assert_eq!(std::fs::read(world.ledger()).expect("a ledger"), before);
    let trusted = retention::verify(&world.canaries, &mut ledger, false, true, &ahead).await;
    assert!(trusted.is_ok(), "{trusted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_nothing_gets_no_canaries_and_no_ledger_stays() {
    for (fault, why) in [
        (
            Fault::UploadForbidden,
            "an upload was answered 403 Forbidden",
        ),
        (
            Fault::UploadNotStored,
            "a GET of what was just uploaded was answered 404",
        ),
        (Fault::UploadTruncated, "right after it was uploaded"),
        (Fault::ConfigZeroRetention, "retentionDays is 0"),
        (Fault::MissingIsHtml, "a backup ID that nobody has used"),
    ] {
        let world = World::new(&[fault], Tidying::OnTheDot).await;
        let refused = world.plant().await.expect_err("it is refused").to_string();
        assert!(refused.contains(why), "{fault}: {refused}");
        assert_eq!(world.running.stored(), 0, "{fault}");
        assert!(!world.ledger().exists(), "{fault}");
    }
    // What cannot be removed stays in the ledger.
    for fault in [Fault::DeleteNotAllowed, Fault::DeleteLies] {
        let world = World::new(&[fault], Tidying::OnTheDot).await;
        let refused = world.plant().await.expect_err("it is refused").to_string();
        assert!(refused.contains("could not be removed"), "{refused}");
        assert!(world.running.stored() > 0, "{fault}");
        assert!(Ledger::open(&world.ledger()).is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_that_always_come_too_late_do_not_pass() {
    let world = World::new(&[], Tidying::OnTheDot).await;
    let (mut ledger, _) = world.plant().await.expect("planted");
    for _ in 0..3 {
        world.clock.advance(DAY * 200);
        let visit = world.verify(&mut ledger).await.expect("visited");
        assert!(visit.was_too_late(), "{visit:?}");
        let report = retention::report(
            &ledger.season,
            &visit,
            &world.canaries,
            Timestamp::UNIX_EPOCH,
        );
        let blocked = report
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Blocked);
        assert!(blocked.count() >= 2, "{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_is_left_alone() {
    for taken in ["trial", "refreshed"] {
        // Who knew the seed could put something in the way.
        let id = Seed::new(0x5afe).bytes(&format!("backup/retention/{taken}"));
        let id = data_encoding::HEXLOWER.encode(&id);
        let theirs = id.clone();
        let server = Scripted::open(move |asked| {
            if asked.backup() == Some(&theirs) {
                Deed::Reply(Reply::new(200, "somebody's"))
            } else {
                Deed::Healthy
            }
        });
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ledger.json");
        let plan = Plan {
            every_days: 1,
            at_most_days: None,
        };
        let canaries = canaries(&server.url());
        let refused = retention::plant(&canaries, &path, plan, &Timestamp::now).await;
        let why = refused.expect_err("it is refused").to_string();
        assert!(why.contains("nothing was written there"), "{why}");
        assert!(!path.exists(), "a ledger is left");
        assert!(server.stored().is_empty(), "a canary is left");
        for asked in server.asked() {
            let reads = asked.method == "GET";
            assert!(
                reads || asked.backup() != Some(&id),
                "{} {taken}",
                asked.method
            );
        }
    }
}

/// The program, told where the server is.
fn retention(home: &Path, server: &Reference, arguments: &[&str]) -> Command {
    let mut command = program(home);
    command
        .arg("retention")
        .args(arguments)
        .current_dir(home)
        .env("SAFE_TARGET", server.url())
        .env("SAFE_SERVER_USER", USER)
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    command
}

#[test]
fn a_killed_plant_leaves_a_ledger_that_can_be_taken_up_or_ended() {
    for next in ["verify", "end"] {
        let server = Reference::plain(PASSWORD, &[], Duration::from_millis(150));
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut plant = retention(home.path(), &server, &["plant", "--ledger", "l.json"]);
        let running = crate::support::program::Running::start(&mut plant);
        // The trial is gone again by then, and some canaries are there.
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
            &server,
            &[next, "--ledger", "l.json"],
        ));
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        let expected = if next == "verify" { 5 } else { 0 };
        assert_eq!(server.running.stored(), expected, "{}", ended.all());
        if next == "verify" {
            let again = run(&mut retention(
                home.path(),
                &server,
                &["verify", "--ledger", "l.json"],
            ));
            assert!(again.stdout.contains("Nothing is due."), "{}", again.all());
        }
    }
}

#[test]
fn the_ledger_tells_neither_the_server_nor_who_may_enter() {
    let server = Reference::plain(PASSWORD, &[], Duration::ZERO);
    let home = tempfile::tempdir().expect("a temporary folder");
    let planted = run(&mut retention(
        home.path(),
        &server,
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
        &server,
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
        &server,
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

/// A ledger of a season that was planted so many days ago, on a server that has none of it.
fn long_ago(path: &Path, server: &Reference, days: i64) {
    let now = Timestamp::now() - SignedDuration::from_hours(24 * days);
    let seed = Seed::new(1);
    let mut season = Season::new(seed, server.url(), now, 1, None, 180).expect("promised");
    for canary in season.canaries.values_mut() {
        canary.uploads = 1;
        canary.state = State::Waiting(0);
    }
    Ledger::create(path, season).expect("a ledger");
}

#[test]
fn exit_codes_tell_a_loss_from_a_failure_and_a_slip() {
    let server = Reference::plain(PASSWORD, &[], Duration::ZERO);
    let home = tempfile::tempdir().expect("a temporary folder");
    long_ago(&home.path().join("lost.json"), &server, 179);
    let at = |arguments: &[&str]| run(&mut retention(home.path(), &server, arguments));
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
        ("empty.json", "is empty: `retention plant` was stopped"),
        ("torn.json", "is no whole ledger"),
        ("edited.json", "its checksum does not fit"),
        ("other.json", "has format 2; this version reads format 1"),
        ("none.json", "there is no ledger `none.json`"),
    ] {
        for command in ["verify", "status", "end"] {
            let before = std::fs::read(home.path().join(ledger)).ok();
            let refused = at(&[command, "--ledger", ledger]);
            assert_eq!(refused.code, Some(2), "{}", refused.all());
            assert!(refused.stderr.contains(sentence), "{}", refused.all());
            assert_eq!(std::fs::read(home.path().join(ledger)).ok(), before);
        }
    }
    // Git may change the ends of lines.
    assert_eq!(verify("spaced.json").code, Some(1));
    let exists = at(&["plant", "--ledger", "lost.json"]);
    assert_eq!(exists.code, Some(2), "{}", exists.all());
    let mut nowhere = retention(home.path(), &server, &["verify", "--ledger", "lost.json"]);
    let nowhere = run(nowhere.env_remove("SAFE_TARGET"));
    assert_eq!(nowhere.code, Some(2), "{}", nowhere.all());
    let mut stranger = retention(home.path(), &server, &["verify", "--ledger", "lost.json"]);
    stranger
        .env_remove("SAFE_SERVER_USER")
        .env_remove("SAFE_SERVER_PASSWORD");
    let stranger = run(&mut stranger);
    assert_eq!(stranger.code, Some(2), "{}", stranger.all());
    assert!(
        stranger.stderr.contains("planted with credentials"),
        "{}",
        stranger.all()
    );
    let too_many = at(&["plant", "--ledger", "l.json", "--days", "200"]);
    assert_eq!(too_many.code, Some(2), "{}", too_many.all());

    long_ago(&home.path().join("away.json"), &server, 10);
    let mut away = retention(
        home.path(),
        &server,
        &["verify", "--ledger", "away.json", "--moved"],
    );
    let away = run(away.env("SAFE_TARGET", "http://127.0.0.1:9/safe"));
    assert_eq!(away.code, Some(3), "{}", away.all());
}

#[test]
fn two_that_come_at_once_do_not_both_work() {
    let server = Reference::plain(PASSWORD, &[], Duration::from_millis(400));
    let home = tempfile::tempdir().expect("a temporary folder");
    long_ago(&home.path().join("l.json"), &server, 10);
    let start = || {
        let mut verify = retention(home.path(), &server, &["verify", "--ledger", "l.json"]);
        crate::support::program::Running::start(&mut verify)
    };
    let first = start();
    server.wait_until(|server| server.count() > 0);
    let second = start().end();
    let first = first.end();
    assert_eq!(first.code, Some(0), "{}", first.all());
    assert_eq!(second.code, Some(3), "{}", second.all());
    assert!(second.stderr.contains("is in use"), "{}", second.all());
}

#[test]
fn no_change_to_a_ledger_is_lost_whoever_else_writes_it() {
    const WRITERS: i64 = 8;
    const CHANGES: i64 = 40;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("l.json");
    let season = Season::new(
        Seed::new(1),
        "http://a",
        Timestamp::UNIX_EPOCH,
        1,
        None,
        180,
    );
    drop(Ledger::create(&path, season.expect("promised")).expect("a ledger"));
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
                    ledger.season.every_days += 1;
                    // Twice, for the moment between two replacements.
                    ledger.save().expect("saved");
                    ledger.save().expect("saved");
                    Ledger::peek(&path).expect("it is whole at every moment");
                }
            });
        }
    });
    let ledger = Ledger::open(&path).expect("a ledger");
    assert_eq!(ledger.season.every_days, 1 + WRITERS * CHANGES);
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 1, "something was left beside the ledger");
}

/// A time that an upload sets back counts as an older backup to whoever tidies up by it, not as
/// another mark.
#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_an_upload_sets_back_is_told() {
    let stored: Mutex<BTreeMap<String, (usize, Vec<u8>)>> = Mutex::default();
    let server = Scripted::start(move |asked| {
        let Some(id) = asked
            .backup()
            .filter(|_| asked.header("authorization").is_some())
        else {
            return Deed::Healthy;
        };
        let mut stored = stored.lock().expect("no script panics");
        if asked.method == "PUT" {
            let (uploads, body) = stored.entry(id.to_owned()).or_default();
            *uploads += 1;
            body.clone_from(&asked.body);
        }
        match stored.get(id).filter(|_| asked.method == "GET") {
            Some((uploads, body)) => {
                let time = format!("Sun, 06 Nov 1994 08:{:02}:37 GMT", 59 - uploads);
                Deed::Reply(Reply::new(200, body.clone()).with("Last-Modified", &time))
            }
            None => Deed::Healthy,
        }
    });
    let target = Target::parse(&server.url()).expect("a URL");
    let mut checkup =
        Checkup::new(target.basic(scripted::USER, scripted::PASSWORD)).expect("a checkup");
    checkup.settings = checkup.settings.with_fresh(Seed::new(0x5afe));
    checkup.settings.pace = Pace::new(PaceChoice::Fast);
    checkup.selection.only = vec![Pattern::new("retention.upload-refreshes")];
    let report = checkup.run().await.expect("the checkup runs").report;
    let mut findings = report.findings.iter();
    let finding = findings.find(|it| it.name() == "retention.upload-refreshes[modified]");
    let finding = finding.expect("it was asked");
    assert_eq!(
        (finding.verdict, finding.observed.as_str()),
        (
            Verdict::Warn,
            "Last-Modified was set back by an upload over the backup"
        ),
        "{report}"
    );
}
