//! The exchanges of a run as a waterfall: each in the first lane that is free, so that what ran at
//! once stands one below the other.

use super::super::pictures::Pictures;
use super::{picture, say};
use crate::text::{counted, duration};
use crate::wire::Passed;
use maud::{Markup, html};
use std::time::Duration;

/// The width of the picture and the height of a lane, in its own units.
const WIDTH: u128 = 1000;
const LANE: usize = 14;
/// How many of the slowest exchanges are listed.
const SLOWEST: usize = 10;

pub(super) fn section(pictures: &Pictures) -> Markup {
    let exchanges = &pictures.exchanges;
    let end = exchanges.iter().map(|one| one.began + one.took).max();
    let Some(end) = end.filter(|end| !end.is_zero()) else {
        return html! {};
    };
    let lanes = lanes(exchanges);
    let height = (lanes.iter().max().copied().unwrap_or(0) + 1) * LANE + 30;
    let count = counted(exchanges.len() as u64, "exchange");
    let label = format!("{count} over {}, as bars in time", duration(end));
    let drawing = html! {
            @for (one, lane) in exchanges.iter().zip(&lanes) {
                rect class=(class(one)) x=(place(one.began, end)) y=(lane * LANE + 4)
                    width=(place(one.took, end).max(2)) height=(LANE - 3) rx="1" {
                    title { (say(&words(one))) }
                }
            }
            text x="4" y=(height - 8) { "0 s" }
            text x=(WIDTH - 4) y=(height - 8) text-anchor="end" { (duration(end)) }
    };
    html! {
        h2 { "The exchanges" }
        p {
            (count) " of the checks in " (duration(end)) "; what was sent again and what cleaned up is not "
            "among them. Each bar is one exchange; what ran at once stands one below the other."
        }
        (picture(&label, height, &drawing))
        ul.legend {
            li { span.pass { "■" } " answered 2xx" }
            li { span.warn { "■" } " another answer" }
            li { span.fail { "■" } " no answer, or broken off on purpose" }
        }
        details {
            summary { "The slowest" }
            ol { @for one in slowest(exchanges) { li { (say(&words(one))) } } }
        }
    }
}

fn words(one: &Passed) -> String {
    let status = one
        .status
        .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let (took, began) = (duration(one.took), duration(one.began));
    format!("{}: {status}, {took}, at {began}", one.asked)
}

const fn class(one: &Passed) -> &'static str {
    match one.status {
        Some(200..=299) => "good",
        Some(_) => "refused",
        None => "lost",
    }
}

/// Returns a time on the axis that ends at `end`.
fn place(time: Duration, end: Duration) -> u128 {
    time.as_micros() * WIDTH / end.as_micros().max(1)
}

/// Returns the lane of each exchange: the first that is free when it begins.
fn lanes(exchanges: &[Passed]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..exchanges.len()).collect();
    order.sort_by_key(|at| exchanges[*at].began);
    let mut free_from: Vec<Duration> = Vec::new();
    let mut lanes = vec![0; exchanges.len()];
    for at in order {
        let one = &exchanges[at];
        let lane = free_from.iter().position(|free| *free <= one.began);
        let lane = lane.unwrap_or_else(|| {
            free_from.push(Duration::ZERO);
            free_from.len() - 1
        });
        free_from[lane] = one.began + one.took;
        lanes[at] = lane;
    }
    lanes
}

fn slowest(exchanges: &[Passed]) -> Vec<&Passed> {
    let mut sorted: Vec<_> = exchanges.iter().collect();
    sorted.sort_by_key(|one| std::cmp::Reverse(one.took));
    sorted.truncate(SLOWEST);
    sorted
}
