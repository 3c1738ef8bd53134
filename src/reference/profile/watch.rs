//! Counts of an address: intrusion detection, and the server's own count of failures.

use super::behaviour::{Counts, Forgets, Then, Watch};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// An answered request, as a watcher sees it.
pub(in super::super) struct Seen<'a> {
    /// Its path.
    pub(in super::super) path: &'a str,
    /// The status of the answer.
    pub(in super::super) status: u16,
    /// Whether the request carried credentials.
    pub(in super::super) had_credentials: bool,
}

/// One watcher and its count. There is only one address, loopback.
pub(super) struct Watcher {
    watch: Watch,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The counted actions with their times; the path is empty if actions need not be distinct.
    counted: VecDeque<(String, Duration)>,
    /// When the count was last decreased.
    leaked: Duration,
    banned_until: Option<Duration>,
}

impl Watcher {
    pub(super) fn new(watch: Watch) -> Self {
        Self {
            watch,
            state: Mutex::default(),
        }
    }

    /// Notes an answer.
    pub(super) fn see(&self, now: Duration, seen: &Seen<'_>) {
        let mut state = self.lock();
        state.forget(self.watch.forgets, now);
        let is_probe = matches!(seen.status, 404 | 403 | 400);
        let (times, path) = match self.watch.counts {
            Counts::Probing if is_probe => (1, seen.path),
            Counts::Missing if seen.status == 404 => (1, ""),
            Counts::Logins { wrong, .. } if seen.status == 401 && seen.had_credentials => {
                (wrong, "")
            }
            Counts::Logins { missing, .. } if seen.status == 401 => (missing, ""),
            Counts::Probing | Counts::Missing | Counts::Logins { .. } => return,
        };
        if !path.is_empty() && state.counted.iter().any(|(known, _)| known == path) {
            return;
        }
        if state.counted.is_empty() {
            state.leaked = now;
        }
        let new = std::iter::repeat_n((path.to_owned(), now), times);
        state.counted.extend(new);
        if let Then::Drop(lasts) | Then::Forbid(lasts) = self.watch.then
            && state.counted.len() > self.watch.most
        {
            state.banned_until = Some(now + lasts);
            state.counted.clear();
        }
    }

    /// Returns the reaction to a request now.
    pub(super) fn verdict(&self, now: Duration) -> Option<Then> {
        let mut state = self.lock();
        state.forget(self.watch.forgets, now);
        let is_over = match self.watch.then {
            Then::Drop(_) | Then::Forbid(_) => state.banned_until.is_some_and(|until| now < until),
            Then::TooMany | Then::MaxDelay => state.counted.len() > self.watch.most,
        };
        is_over.then_some(self.watch.then)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn forget(&mut self, forgets: Forgets, now: Duration) {
        match forgets {
            Forgets::After(time) => self
                .counted
                .retain(|(_, at)| now.saturating_sub(*at) < time),
            Forgets::OneEvery(time) => {
                while now.saturating_sub(self.leaked) >= time && self.counted.pop_front().is_some()
                {
                    self.leaked += time;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn seen(path: &str, status: u16, had_credentials: bool) -> Seen<'_> {
        Seen {
            path,
            status,
            had_credentials,
        }
    }

    fn probing() -> Watcher {
        Watcher::new(Watch {
            counts: Counts::Probing,
            most: 10,
            forgets: Forgets::OneEvery(SECOND * 10),
            then: Then::Drop(SECOND * 14_400),
        })
    }

    #[test]
    fn the_eleventh_distinct_path_is_one_too_many() {
        let watcher = probing();
        for number in 0..10 {
            watcher.see(SECOND, &seen(&format!("/{number}"), 404, true));
            watcher.see(SECOND, &seen("/0", 404, true));
            watcher.see(SECOND, &seen(&format!("/fine/{number}"), 200, true));
        }
        assert_eq!(watcher.verdict(SECOND), None);
        watcher.see(SECOND, &seen("/10", 400, true));
        assert!(watcher.verdict(SECOND).is_some());
        assert!(watcher.verdict(SECOND * 14_400).is_some());
        assert_eq!(watcher.verdict(SECOND * 14_402), None);
    }

    #[test]
    fn one_path_is_forgotten_every_ten_seconds() {
        let watcher = probing();
        for number in 0..100_u32 {
            watcher.see(
                SECOND * 10 * number,
                &seen(&format!("/{number}"), 404, true),
            );
        }
        assert_eq!(watcher.verdict(SECOND * 1000), None);
    }

    #[test]
    fn failures_lock_out_until_they_are_forgotten() {
        let watcher = Watcher::new(Watch {
            counts: Counts::Logins {
                wrong: 1,
                missing: 2,
            },
            most: 10,
            forgets: Forgets::After(SECOND * 1800),
            then: Then::MaxDelay,
        });
        for _ in 0..5 {
            watcher.see(SECOND, &seen("/", 401, false));
        }
        assert_eq!(watcher.verdict(SECOND), None);
        watcher.see(SECOND * 2, &seen("/", 401, true));
        assert_eq!(watcher.verdict(SECOND * 3), Some(Then::MaxDelay));
        assert_eq!(watcher.verdict(SECOND * 1801), None);
    }
}
