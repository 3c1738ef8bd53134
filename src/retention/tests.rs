//! Watches on simulated servers, without sockets and scrypt: 400 days pass in no time.

use super::canary::{DAY, Found, TOLERANCE};
use super::*;
use crate::reference::{Clock as _, Expiry, Fault, ManualClock, Store, Tidying};
use crate::report::retention::status;
use crate::wire::Seed;
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

mod often;

const HOUR: u32 = 3600;
/// How long each simulation lasts, in days.
const DAYS: i64 = 400;

fn duration(days: i64) -> Duration {
    Duration::from_secs(u64::try_from(days * DAY).expect("not negative"))
}

/// A simulated server whose true state is known.
struct World {
    clock: Arc<ManualClock>,
    store: Store,
    /// The value of `retentionDays`.
    says: i64,
    /// When each canary was last uploaded, kept apart from the watch.
    uploaded: BTreeMap<Role, Timestamp>,
    /// The smallest promise since that upload, in days.
    held_to: BTreeMap<Role, i64>,
    /// Whether a canary was missing although it was promised.
    lost: bool,
}

impl World {
    fn new(days: i64, tidying: Tidying, fault: Option<Fault>) -> Self {
        let clock = Arc::new(ManualClock::default());
        let expiry = Expiry::of(duration(days), tidying, fault);
        Self {
            store: Store::new(clock.clone(), expiry),
            clock,
            says: days,
            uploaded: BTreeMap::new(),
            held_to: BTreeMap::new(),
            lost: false,
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::try_from(self.clock.now()).expect("a time of this age")
    }

    fn watch(&self, every: i64) -> Watch {
        Watch::new(Seed::new(7), "http://a", self.now(), every, None, self.says)
            .expect("something is promised")
    }

    /// Does what `verify` does, and compares every result with the true state.
    fn visit(&mut self, watch: &mut Watch) {
        let now = self.now();
        for days in self.held_to.values_mut() {
            *days = self.says.min(*days);
        }
        watch
            .visit(now, self.says, Some(0), false)
            .expect("the clock runs forward");
        for role in Role::ALL {
            let mut deeds = 0;
            while let Some(deed) = watch.due(role, now) {
                self.act(watch, role, deed, now);
                deeds += 1;
                assert!(deeds <= 2, "{role} keeps us busy");
            }
        }
    }

    fn act(&mut self, watch: &mut Watch, role: Role, deed: Deed, now: Timestamp) {
        let name = role.name();
        if deed != Deed::Look {
            let number = watch.uploads(role) + 1;
            let content = number.to_string().into_bytes().into();
            self.store.replace(name, content).expect("there is room");
            watch.was_uploaded(role, now);
            self.uploaded.insert(role, now);
            self.held_to.insert(role, self.says);
            return;
        }
        let there = self.store.contains(name);
        self.store.touch(name);
        let sight = if there {
            Sight::Whole
        } else {
            Sight::Missing("404".to_owned())
        };
        let found = watch.was_seen(role, sight, now).expect("a canary");
        let age = now.duration_since(self.uploaded[&role]).as_secs();
        let promised = age < self.held_to[&role] * DAY - TOLERANCE;
        let lost = !there && promised;
        assert_eq!(
            found == Found::Lost,
            lost,
            "{role} after {age} s: {found:?}"
        );
        self.lost |= lost;
    }
}

/// A watch and the times of its visits.
#[derive(Clone, Debug)]
struct Schedule {
    days: i64,
    every: i64,
    tidying: Tidying,
    fault: Option<Fault>,
    /// Hours between two visits, repeated in a cycle.
    gaps: Vec<u32>,
}

impl Schedule {
    fn is_good(&self) -> bool {
        matches!(self.fault, None | Some(Fault::DownloadRefreshes))
    }

    /// Returns whether the visits are as frequent as planned.
    fn is_diligent(&self) -> bool {
        let most = u32::try_from(self.every * 30).expect("a few days");
        self.gaps.iter().all(|gap| *gap <= most)
    }

    /// Returns whether diligent visits detect the fault: an early deletion must happen before the
    /// last look.
    fn shows(&self) -> bool {
        match self.fault {
            Some(Fault::ExpiresEarly) => self.days * 2 > self.every * 25,
            // With a shorter retention, visits this rare may miss its last quarter.
            _ => self.days >= self.every * 5,
        }
    }

    /// Runs it; returns whether the watch reports a broken server, and whether the server is
    /// broken.
    fn run(&self) -> (bool, bool) {
        let mut world = World::new(self.days, self.tidying, self.fault);
        let mut watch = world.watch(self.every);
        let end = canary::later(world.now(), DAYS * DAY);
        for gap in self.gaps.iter().cycle() {
            world.visit(&mut watch);
            world
                .clock
                .advance(Duration::from_secs(u64::from(gap * HOUR)));
            if world.now() > end {
                break;
            }
        }
        (watch.is_broken(), world.lost)
    }
}

fn gaps(every: i64) -> impl Strategy<Value = Vec<u32>> {
    let days = u32::try_from(every).expect("a few days");
    prop_oneof![
        // A cron job that is late at times.
        3 => prop::collection::vec(days * 20..=days * 30, 1..12),
        // A person who visits at random.
        2 => prop::collection::vec(1..60 * 24_u32, 1..12),
        1 => prop::collection::vec(1..400 * 24_u32, 1..4),
    ]
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let tidying = prop_oneof![
        3 => Just(Tidying::OnTheDot),
        1 => (1..90_i64).prop_map(|days| Tidying::Late(duration(days))),
        1 => Just(Tidying::Never),
    ];
    let fault = prop_oneof![
        Just(None),
        Just(Some(Fault::DownloadRefreshes)),
        Just(Some(Fault::ExpiresEarly)),
        Just(Some(Fault::ExpiresByFirstUpload)),
        Just(Some(Fault::ExpiresByAccess)),
        Just(Some(Fault::ExpiresByTimePutBack)),
    ];
    let days = prop_oneof![1..10_i64, 10..200_i64, Just(90_i64), Just(180_i64)];
    (days, 1..8_i64, tidying, fault).prop_flat_map(|(days, every, tidying, fault)| {
        gaps(every).prop_map(move |gaps| Schedule {
            days,
            every,
            tidying,
            fault,
            gaps,
        })
    })
}

fn schedules_a_case() -> usize {
    let is_thorough = std::env::var_os("CI").is_some();
    if is_thorough { 40 } else { 10 }
}

proptest! {
    /// Runs ten thousand schedules in CI, and a quarter elsewhere.
    #[test]
    fn exactly_the_servers_are_broken_that_lost_a_canary_within_its_promise(
        schedules in prop::collection::vec(schedule(), schedules_a_case())
    ) {
        for schedule in schedules {
            let (called_broken, lost) = schedule.run();
            prop_assert_eq!(called_broken, lost, "{:?}", schedule);
            if schedule.is_good() {
                prop_assert!(!called_broken, "a good server: {:?}", schedule);
            } else if schedule.tidying == Tidying::OnTheDot
                && schedule.is_diligent()
                && schedule.shows()
                && schedule.days * 5 / 2 + 30 < DAYS
            {
                prop_assert!(called_broken, "not noticed: {:?}", schedule);
            }
        }
    }

    /// A server may change its promise between visits, and must keep the one it makes now.
    #[test]
    fn a_good_server_that_changes_its_mind_is_not_broken(
        first in 1..200_i64,
        later in prop::collection::vec((1..60 * 24_u32, prop::option::of(1..200_i64)), 1..60),
    ) {
        let mut world = World::new(first, Tidying::OnTheDot, None);
        let mut watch = world.watch(1);
        world.visit(&mut watch);
        for (hours, days) in later {
            if let Some(days) = days {
                world.says = days;
                world.store.change(Expiry::of(duration(days), Tidying::OnTheDot, None));
            }
            world.clock.advance(Duration::from_secs(u64::from(hours * HOUR)));
            world.visit(&mut watch);
        }
        prop_assert!(!watch.is_broken() && !world.lost);
    }
}

/// Visits once a day until no step is left.
fn daily(days: i64, tidying: Tidying, fault: Option<Fault>) -> Watch {
    let schedule = Schedule {
        days,
        every: 1,
        tidying,
        fault,
        gaps: vec![24],
    };
    let mut world = World::new(schedule.days, schedule.tidying, schedule.fault);
    let mut watch = world.watch(schedule.every);
    for _ in 0..DAYS {
        world.visit(&mut watch);
        world.clock.advance(duration(1));
    }
    watch
}

/// Returns the results for each canary, and how many days after its last upload they were found.
fn found(watch: &Watch) -> Vec<(Role, Found, i64)> {
    let looks = |(role, canary): (&Role, &Canary)| {
        let role = *role;
        let looks = canary.looks.clone();
        looks
            .into_iter()
            .map(move |look| (role, look.found, look.age_hours / 24))
    };
    watch.canaries.iter().flat_map(looks).collect()
}

#[test]
fn on_a_good_server_each_canary_is_looked_at_once_at_its_time() {
    let watch = daily(90, Tidying::OnTheDot, None);
    assert!(watch.is_over() && !watch.is_broken());
    assert_eq!(
        found(&watch),
        [
            (Role::HalfTime, Found::Kept, 45),
            (Role::JustInside, Found::Kept, 89),
            (Role::JustBeyond, Found::Gone, 92),
            (Role::Refreshed, Found::Kept, 89),
            (Role::AsIos, Found::Gone, 91),
            (Role::AsIos, Found::Kept, 89),
        ]
    );
    let uploads = |role| watch.uploads(role);
    assert_eq!(Role::ALL.map(uploads), [1, 1, 1, 2, 2]);
    let still = found(&daily(90, Tidying::Never, None));
    assert!(still.contains(&(Role::JustBeyond, Found::StillThere, 92)));
    assert!(still.contains(&(Role::AsIos, Found::StillThere, 91)));
}

#[test]
fn each_wrong_rule_is_caught_by_the_canary_that_is_there_for_it() {
    let caught = |fault| {
        let watch = daily(90, Tidying::OnTheDot, Some(fault));
        let lost = found(&watch)
            .into_iter()
            .filter(|(_, found, _)| *found == Found::Lost);
        lost.map(|(role, _, _)| role).collect::<Vec<_>>()
    };
    assert_eq!(
        caught(Fault::ExpiresEarly),
        [Role::JustInside, Role::Refreshed, Role::AsIos]
    );
    assert_eq!(caught(Fault::ExpiresByFirstUpload), [Role::Refreshed]);
    assert_eq!(caught(Fault::ExpiresByAccess), [Role::Refreshed]);
    assert_eq!(
        caught(Fault::ExpiresByTimePutBack),
        [Role::JustInside, Role::Refreshed, Role::AsIos]
    );
    assert_eq!(caught(Fault::DownloadRefreshes), []);
}

#[test]
fn a_late_visit_proves_nothing_and_plants_the_canary_again() {
    let mut world = World::new(90, Tidying::OnTheDot, None);
    let mut watch = world.watch(1);
    world.visit(&mut watch);
    world.clock.advance(duration(200));
    world.visit(&mut watch);
    assert!(!watch.is_broken() && !watch.is_over());
    assert_eq!(
        found(&watch),
        [
            (Role::HalfTime, Found::TooLate, 200),
            (Role::JustInside, Found::TooLate, 200),
            (Role::JustBeyond, Found::Gone, 200),
            (Role::AsIos, Found::Gone, 200),
        ]
    );
    assert_eq!(Role::ALL.map(|role| watch.uploads(role)), [2, 2, 1, 2, 2]);
    // A canary that is gone cannot be refreshed.
    assert_eq!(watch.canaries[&Role::Refreshed].state, State::Waiting(0));
    // It continues as if it had begun on that day.
    for _ in 0..200 {
        world.clock.advance(duration(1));
        world.visit(&mut watch);
    }
    assert!(watch.is_over() && !watch.is_broken());
}

#[test]
fn a_clock_that_was_set_back_is_reported_and_nothing_changes() {
    let mut world = World::new(90, Tidying::OnTheDot, None);
    let mut watch = world.watch(1);
    world.clock.advance(duration(10));
    world.visit(&mut watch);
    let before = watch.clone();
    let earlier = canary::later(world.now(), -DAY);
    let refused = watch.visit(earlier, 90, None, false);
    assert!(
        matches!(refused, Err(Unjudgeable::ClockSetBack { .. })),
        "{refused:?}"
    );
    // `trusts_clock` does not permit a clock that was set back.
    assert!(watch.visit(earlier, 90, None, true).is_err());
    assert_eq!(watch, before);
    let a_minute = canary::later(world.now(), -60);
    assert!(watch.visit(a_minute, 90, None, false).is_ok());
    assert_eq!(watch.visited, before.visited);
}

#[test]
fn clocks_that_move_apart_are_reported_and_can_be_trusted() {
    let world = World::new(90, Tidying::OnTheDot, None);
    let mut watch = world.watch(1);
    let now = world.now();
    assert_eq!(watch.visit(now, 90, Some(7200), false), Ok(None));
    let before = watch.clone();
    let refused = watch.visit(now, 90, Some(7200 + 3601), false);
    assert_eq!(refused, Err(Unjudgeable::ClocksApart(3601)));
    assert_eq!(watch, before);
    assert_eq!(watch.visit(now, 90, Some(7200 + 3600), false), Ok(None));
    assert_eq!(watch.visit(now, 90, Some(-7200), true), Ok(None));
    assert_eq!(watch.visit(now, 90, Some(-7200), false), Ok(None));
    // A server without a clock contradicts nothing.
    assert_eq!(watch.visit(now, 90, None, false), Ok(None));
    assert_eq!(watch.server_ahead, Some(-7200));
}

#[test]
fn a_promise_that_shrinks_holds_at_once_and_one_that_grows_from_the_next_upload_on() {
    let mut world = World::new(180, Tidying::Never, None);
    let mut watch = world.watch(1);
    world.visit(&mut watch);
    let days = |watch: &Watch| watch.canaries[&Role::Refreshed].promise.days;
    assert_eq!(watch.visit(world.now(), 90, None, false), Ok(Some(180)));
    assert_eq!(days(&watch), 90);
    assert_eq!(watch.visit(world.now(), 365, None, false), Ok(Some(90)));
    assert_eq!(days(&watch), 90);
    world.says = 365;
    world.clock.advance(duration(50));
    world.visit(&mut watch);
    assert_eq!(days(&watch), 365);
    let refused = watch.visit(world.now(), 0, None, false);
    assert_eq!(refused, Err(Unjudgeable::NothingPromised(0)));
    assert_eq!(days(&watch), 365);
}

#[test]
fn a_person_can_watch_for_a_shorter_time_and_hold_a_server_to_a_number_of_their_own() {
    let promised =
        |says, at_most| promise(says, at_most).map(|promise| (promise.days, promise.watched_days));
    assert_eq!(promised(180, None), Some((180, 180)));
    assert_eq!(promised(180, Some(30)), Some((180, 30)));
    assert_eq!(promised(20, Some(30)), Some((20, 20)));
    assert_eq!(promised(0, Some(30)), Some((30, 30)));
    assert_eq!(promised(0, None), None);
    assert_eq!(promised(-1, None), None);
    // A canary that vanishes after the watched time but within the promise is lost all the same.
    let mut canary = Canary::new(
        Timestamp::UNIX_EPOCH,
        promise(180, Some(30)).expect("promised"),
    );
    canary.was_uploaded(Role::JustBeyond, Timestamp::UNIX_EPOCH, canary.promise);
    let window = canary.window(Role::JustBeyond, 1).expect("it waits");
    let missing = Sight::Missing("404".to_owned());
    assert_eq!(
        canary.was_seen(Role::JustBeyond, missing, window.from),
        Found::Lost
    );
}

#[test]
fn a_promise_of_ages_does_not_overflow() {
    for days in [36_500, 2_147_483_647, i64::MAX] {
        let mut world = World::new(1000, Tidying::Never, None);
        world.says = days;
        let mut watch = world.watch(i64::MAX);
        world.visit(&mut watch);
        for role in Role::ALL {
            let window = watch.window(role).expect("it waits");
            assert!(window.from > world.now());
        }
        assert!(!status(&watch, world.now(), 100).is_empty());
    }
}

#[test]
fn a_clock_that_was_set_back_is_noticed() {
    let watch = Watch::new(
        Seed::new(1),
        "http://a",
        Timestamp::UNIX_EPOCH,
        1,
        None,
        180,
    );
    let watch = watch.expect("promised");
    for (seconds, is_well) in [
        (-8 * 3600, false),
        (-601, false),
        (-600, true),
        (0, true),
        (8 * 3600, true),
    ] {
        let now = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(seconds);
        assert_eq!(watch.look_at_clock(now).is_ok(), is_well, "{seconds}");
    }
}

#[test]
fn another_login_sees_nothing_that_was_planted_with_credentials() {
    use crate::wire::LoginKind;
    let watch = Watch::new(
        Seed::new(1),
        "http://a",
        Timestamp::UNIX_EPOCH,
        1,
        None,
        180,
    );
    let mut watch = watch.expect("promised");
    for (planted, with, shows) in [
        (None, LoginKind::Open, false),
        (Some(LoginKind::Basic), LoginKind::Open, false),
        (Some(LoginKind::Basic), LoginKind::Token, true),
        (Some(LoginKind::Open), LoginKind::Open, true),
        (None, LoginKind::Basic, true),
    ] {
        watch.login = planted;
        assert_eq!(watch.shows_to(with), shows, "{planted:?} {with:?}");
    }
}

/// Near miss: what ends in this century has a last time.
#[test]
fn a_time_beyond_the_last_year_never_comes() {
    let now = Timestamp::UNIX_EPOCH;
    for (days, is_far) in [(180, false), (36_500, false), (1_000_000_000, true)] {
        let promise = super::watch::promise(days, None).expect("promised");
        let mut canary = canary::Canary::new(now, promise);
        canary.was_uploaded(Role::JustInside, now, promise);
        let window = canary.window(Role::JustInside, 1).expect("a look is due");
        assert_eq!(window.is_out_of_reach(), is_far, "{days}");
        assert_eq!(window.until.is_none(), is_far, "{days}");
    }
}
