//! How often a watch asks to be visited.

use super::*;

/// Visits a good server at these distances, as parts of the time that the watch asks for, until no
/// step is left; returns the watch.
fn visited_as_asked(days: i64, every: i64, parts: &[f64]) -> Watch {
    let mut world = World::new(days, Tidying::OnTheDot, None);
    let mut watch = world.watch(every);
    for part in parts.iter().cycle().take(20_000) {
        world.visit(&mut watch);
        if watch.is_over() {
            break;
        }
        let hours = u32::try_from(watch.hours_between_visits()).expect("some days");
        world
            .clock
            .advance(Duration::from_secs(u64::from(hours * HOUR)).mul_f64(*part));
    }
    watch
}

proptest! {
    /// Visits as often as the watch asks for are never too late, however short the promise is, and
    /// although they are not punctual.
    #[test]
    fn visits_as_often_as_asked_are_in_time(
        days in prop_oneof![2 => 1..6_i64, 1 => 6..60_i64, 1 => 60..200_i64],
        every in prop_oneof![3 => Just(1_i64), 1 => 2..40_i64],
        parts in prop::collection::vec(0.5..1.2, 1..8),
    ) {
        let watch = visited_as_asked(days, every, &parts);
        prop_assert!(watch.is_over() && !watch.is_broken());
        let late = found(&watch).into_iter().filter(|(_, found, _)| *found == Found::TooLate);
        prop_assert_eq!(late.count(), 0);
        prop_assert_eq!(Role::ALL.map(|role| watch.uploads(role)), [1, 1, 1, 2, 2]);
    }
}

#[test]
fn how_often_to_visit_follows_from_the_promise() {
    for (days, at_most, every, hours) in [
        (1, None, 1, 4),
        (2, None, 1, 8),
        (3, None, 1, 12),
        (4, None, 1, 12),
        (5, None, 1, 24),
        (180, None, 1, 24),
        (180, None, 7, 7 * 24),
        (20, None, 7, 4 * 24),
        // What is promised beyond the watched time leaves time for the last look.
        (180, Some(1), 1, 24),
    ] {
        let promise = promise(days, at_most).expect("promised");
        let asked = promise.hours_between_visits(every);
        assert_eq!(asked, hours, "{days} {at_most:?} {every}");
    }
    let said = |days| {
        let world = World::new(days, Tidying::OnTheDot, None);
        let mut watch = world.watch(1);
        for role in Role::ALL {
            watch.was_uploaded(role, world.now());
        }
        let planted = crate::report::retention::visit(&watch, &Visit::default(), 1000);
        let standing = status(&watch, world.now(), 1000);
        let asked = |text: &str| text.contains("must be kept for only");
        assert_eq!(asked(&planted), asked(&standing), "{planted}");
        standing
    };
    // The same is said when they are planted, and at any time after it.
    let short = said(1);
    assert!(short.contains("must be kept for only 1 day"), "{short}");
    assert!(
        short.contains("every 4 hours (cron: `17 */4 * * *`)"),
        "{short}"
    );
    assert!(!said(5).contains("must be kept for only"));
}

/// A visit every 24 hours to a server that keeps backups for one day cannot prove anything: that is
/// why the watch asks for more.
#[test]
fn a_daily_visit_is_too_late_for_a_day() {
    let late = |days: i64| {
        let found = found(&daily(days, Tidying::OnTheDot, None));
        found.iter().any(|(_, found, _)| *found == Found::TooLate)
    };
    assert!(late(1) && !late(5));
}

#[test]
fn the_table_of_the_manual_is_what_the_watch_asks_for() {
    let manual = include_str!("../../manual/retention.md");
    for (label, all) in [
        ("1", 1..=1),
        ("2", 2..=2),
        ("3 or 4", 3..=4),
        ("5 or more", 5..=200),
    ] {
        for days in all {
            let promise = promise(days, None).expect("promised");
            let row = match promise.hours_between_visits(1) {
                24 => format!("| {label} | every day | `17 4 * * *` |"),
                hours => format!("| {label} | every {hours} hours | `17 */{hours} * * *` |"),
            };
            assert!(manual.contains(&row), "{days}: {row}");
        }
    }
}
