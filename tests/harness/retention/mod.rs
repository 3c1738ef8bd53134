//! Retention over time, with real parts: over HTTP, with ledgers on a disk, and through the
//! program.

mod changed;
mod noted;
mod places;
mod program;
mod refusals;
mod signals;

use crate::support::scripted::{self, Deed, Reply, Scripted};
use crate::support::watch::{DAY, World, canaries};
use jiff::{SignedDuration, Timestamp};
use safe_conformance::engine::Verdict;
use safe_conformance::reference::{Fault, Tidying};
use safe_conformance::report::retention as words;
use safe_conformance::retention::{
    self, Event, Found, Ledger, Plan, Role, Trouble, Unjudgeable, Visit,
};
use safe_conformance::wire::{Canaries, Pace, PaceChoice, Seed};
use safe_conformance::{Checkup, Target};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::task::JoinSet;

const PASSWORD: &str = "a-password-of-tests";

/// A canary on every day, for as long as the server promises.
const DAILY: Plan = Plan {
    every_days: 1,
    at_most_days: None,
};

/// Canaries that were planted on a server.
struct Planted {
    canaries: Canaries,
    ledger: Ledger,
    begin: Timestamp,
    folder: TempDir,
}

impl Planted {
    async fn on(url: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ledger.json");
        let (canaries, begin) = (canaries(url), Timestamp::now());
        let (ledger, _) = retention::plant(&canaries, &path, DAILY, &move || begin)
            .await
            .expect("planted");
        Self {
            canaries,
            ledger,
            begin,
            folder,
        }
    }

    /// Returns the time of a visit this many days later.
    fn after(&self, days: i64) -> Timestamp {
        self.begin + SignedDuration::from_hours(24 * days)
    }

    async fn visited(&mut self, days: i64) -> Visit {
        let later = self.after(days);
        retention::verify(&self.canaries, &mut self.ledger, false, true, &move || {
            later
        })
        .await
        .expect("visited")
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
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
    let mut watches = JoinSet::new();
    for (tidying, fault) in good.into_iter().chain(bad) {
        watches.spawn(async move {
            let faults: Vec<_> = fault.into_iter().collect();
            let world = World::new(&faults, tidying).await;
            let (ledger, report) = world.days(400).await;
            let is_good = good.contains(&(tidying, fault));
            assert_eq!(ledger.watch.is_broken(), !is_good, "{tidying:?} {fault:?}");
            assert!(ledger.watch.is_over());
            assert_eq!(report.passed(), is_good, "{tidying:?} {fault:?}: {report}");
            let ended = retention::end(&world.canaries, ledger, false, &*world.time())
                .await
                .expect("it ends");
            assert_eq!((ended.gone, ended.refusal), (5, None));
            assert_eq!(world.running.stored(), 0);
            assert!(!world.ledger().exists());
        });
    }
    watches.join_all().await;
}

/// How many requests each backup has received so far.
fn requests(world: &World) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in world.running.requests() {
        *counts.entry(request.path).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn a_visit_asks_at_most_three_times_for_a_canary_and_once_for_config() {
    // Three are lost at once; one is gone and is uploaded again.
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
        // Nothing is due after it, and nothing is requested.
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
#[ignore = "it takes long: CI runs it"]
async fn a_lost_canary_stays_lost_and_is_reported_at_every_visit() {
    let world = World::new(&[Fault::ExpiresEarly], Tidying::OnTheDot).await;
    let (mut ledger, _) = world.plant().await.expect("planted");
    world.clock.advance(DAY * 89);
    let visit = world.verify(&mut ledger).await.expect("visited");
    let text = words::visit(&ledger.watch, &visit, 100);
    assert!(
        text.contains("LOST  just-inside  not there 89 days after its upload"),
        "{text}"
    );
    let visit = world.verify(&mut ledger).await.expect("visited");
    let text = words::visit(&ledger.watch, &visit, 100);
    assert!(text.contains("Nothing is due."), "{text}");
    assert!(text.contains("LOST  just-inside  on 20"), "{text}");
    let now = (world.time())();
    let report = safe_conformance::retention_report(&ledger.watch, &visit, &world.canaries, now);
    assert!(!report.passed(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn what_only_a_second_request_gives_is_not_lost() {
    let refused = Mutex::new(0);
    let server = Scripted::open(move |asked| {
        let mut refused = refused.lock().expect("nobody panicked");
        if asked.method == "GET" && asked.backup().is_some() && asked.head.contains("Threema") {
            *refused += 1;
            // After planting: the four GETs of the trial, and five requests that look whether the
            // place is free.
            if *refused == 10 {
                return Deed::Reply(Reply::new(404, ""));
            }
        }
        Deed::Healthy
    });
    let mut planted = Planted::on(&server.url()).await;
    let visit = planted.visited(100).await;
    assert!(
        matches!(
            &visit.events[0],
            (Role::HalfTime, Event::Seen { look, hesitated: true }) if look.found == Found::Kept
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
    assert!(ledger.watch.is_about(world.running.base_url()));
    // A server that fails on every backup does not show that they have moved to it.
    let ill = World::new(&[Fault::MissingIsError], Tidying::OnTheDot).await;
    let visit = retention::verify(&ill.canaries, &mut ledger, true, true, &*world.time()).await;
    assert!(matches!(visit, Err(Trouble::Server(_))), "{visit:?}");
    assert_eq!(std::fs::read(&path).expect("a ledger"), before);
    let visit = retention::verify(&world.canaries, &mut ledger, true, true, &*world.time())
        .await
        .expect("visited");
    assert!(
        !visit.had_trouble() && !ledger.watch.is_broken(),
        "{visit:?}"
    );
}

/// A server that fails on a backup has not lost it: what is due stays due.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn a_server_that_fails_on_the_canaries_loses_nothing() {
    let fails = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&fails);
    let server = Scripted::open(move |asked| {
        if shared.load(Ordering::SeqCst) && asked.backup().is_some() {
            Deed::Reply(Reply::new(500, ""))
        } else {
            Deed::Healthy
        }
    });
    let mut planted = Planted::on(&server.url()).await;
    fails.store(true, Ordering::SeqCst);
    let visit = planted.visited(100).await;
    assert!(
        visit.had_trouble() && !planted.ledger.watch.is_broken(),
        "{visit:?}"
    );
    let (watch, later) = (&planted.ledger.watch, planted.after(100));
    let report = safe_conformance::retention_report(watch, &visit, &planted.canaries, later);
    assert!(!report.complete && !report.passed());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
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
#[ignore = "it takes long: CI runs it"]
async fn a_clock_that_is_wrong_is_reported_and_the_ledger_stays_as_it_was() {
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
    // This machine's clock advanced by two days, and the server's did not.
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
#[ignore = "it takes long: CI runs it"]
async fn a_server_that_takes_nothing_gets_no_canaries_and_no_ledger_stays() {
    for (fault, why) in [
        (Fault::UploadForbidden, "an upload returned 403 Forbidden"),
        (
            Fault::UploadNotStored,
            "a GET of what was just uploaded returned 404",
        ),
        (Fault::UploadTruncated, "right after it was uploaded"),
        (Fault::ConfigZeroRetention, "retentionDays is 0"),
        (Fault::MissingIsHtml, "an unused backup ID"),
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
#[ignore = "it takes long: CI runs it"]
async fn visits_that_always_come_too_late_do_not_pass() {
    let world = World::new(&[], Tidying::OnTheDot).await;
    let (mut ledger, _) = world.plant().await.expect("planted");
    for _ in 0..3 {
        world.clock.advance(DAY * 200);
        let visit = world.verify(&mut ledger).await.expect("visited");
        assert!(visit.was_too_late(), "{visit:?}");
        let report = safe_conformance::retention_report(
            &ledger.watch,
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
#[ignore = "it takes long: CI runs it"]
async fn what_was_there_before_is_left_alone() {
    for taken in ["trial", "refreshed"] {
        // A person who knew the seed could put a file there.
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
        let canaries = canaries(&server.url());
        let refused = retention::plant(&canaries, &path, DAILY, &Timestamp::now).await;
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

/// If an upload sets a time back, a job that tidies up by that time sees an older backup, not
/// another mark.
#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_an_upload_sets_back_is_reported() {
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
    let checkup = Checkup::new(target.basic(scripted::USER, scripted::PASSWORD))
        .fresh_seed(Seed::new(0x5afe))
        .pace(Pace::new(PaceChoice::Fast))
        .only("retention.upload-refreshes");
    let report = checkup
        .run_with(|_| {})
        .await
        .expect("the checkup runs")
        .report;
    let mut findings = report.findings.iter();
    let finding = findings.find(|it| it.name() == "retention.upload-refreshes[modified]");
    let finding = finding.expect("it was asked");
    assert_eq!(
        (finding.verdict, finding.observed.as_str()),
        (
            Verdict::Warn,
            "an upload over the backup set Last-Modified back"
        ),
        "{report}"
    );
}
