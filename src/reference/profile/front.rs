//! The front of a server: it limits the rate of requests, and how many run at the same time.

use super::super::answer::Answer;
use super::behaviour::{Crowd, Rate};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What the front does with a request.
pub(in super::super) enum Front<'a> {
    /// The connection is closed.
    Closed,
    /// The request is answered at once.
    Refused(Answer),
    /// The request passes, and counts as running until the guard is dropped.
    Passed(Passing<'a>),
}

/// A running request.
pub(in super::super) struct Passing<'a> {
    pub(super) running: Option<&'a AtomicUsize>,
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        if let Some(running) = self.running {
            running.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// The bucket of `limit_req`.
///
/// Source: the documentation of `ngx_http_limit_req_module`, which calls it a *leaky bucket*.
pub(super) struct Bucket {
    rate: Rate,
    level: Mutex<Level>,
}

#[derive(Default)]
struct Level {
    excess: f64,
    at: Option<Duration>,
}

impl Bucket {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            rate,
            level: Mutex::default(),
        }
    }

    /// Returns how long a request waits, or the status that refuses it.
    pub(super) fn pour(&self, now: Duration) -> Result<Duration, u16> {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = level.at.map(|at| now.saturating_sub(at).as_secs_f64());
        let rate = f64::from(self.rate.per_second);
        let excess = passed.map_or(0.0, |passed| (level.excess - passed * rate + 1.0).max(0.0));
        if excess > f64::from(self.rate.burst) {
            return Err(self.rate.status);
        }
        *level = Level {
            excess,
            at: Some(now),
        };
        let wait = Duration::from_secs_f64(excess / rate);
        Ok(if self.rate.delays {
            wait
        } else {
            Duration::ZERO
        })
    }
}

/// The count of `limit_conn`.
pub(super) struct Running {
    pub(super) crowd: Crowd,
    count: AtomicUsize,
}

impl Running {
    pub(super) fn new(crowd: Crowd) -> Self {
        Self {
            crowd,
            count: AtomicUsize::new(0),
        }
    }

    /// Counts one more request; `None` if that is too many.
    pub(super) fn enter(&self) -> Option<Passing<'_>> {
        let before = self.count.fetch_add(1, Ordering::Relaxed);
        let passing = Passing {
            running: Some(&self.count),
        };
        (before < self.crowd.most).then_some(passing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        per_second: 1,
        burst: 20,
        delays: false,
        status: 503,
    };

    #[test]
    fn a_burst_passes_and_then_one_a_second() {
        let bucket = Bucket::new(RATE);
        for _ in 0..21 {
            assert_eq!(bucket.pour(Duration::ZERO), Ok(Duration::ZERO));
        }
        assert_eq!(bucket.pour(Duration::ZERO), Err(503));
        assert_eq!(bucket.pour(Duration::from_millis(900)), Err(503));
        let second = Duration::from_secs(1);
        assert_eq!(bucket.pour(second), Ok(Duration::ZERO));
        assert_eq!(bucket.pour(second), Err(503));
    }

    #[test]
    fn without_nodelay_the_burst_waits() {
        let bucket = Bucket::new(Rate {
            delays: true,
            ..RATE
        });
        for seconds in 0..5 {
            let wait = Duration::from_secs(seconds);
            assert_eq!(bucket.pour(Duration::ZERO), Ok(wait));
        }
    }

    #[test]
    fn so_many_run_at_once() {
        let running = Running::new(Crowd {
            most: 1,
            status: 503,
        });
        let one = running.enter();
        assert!(one.is_some());
        assert!(running.enter().is_none());
        drop(one);
        assert!(running.enter().is_some());
    }
}
