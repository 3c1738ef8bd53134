//! Time as the server sees it: the real one, or one that a test moves.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What tells the server how late it is; retention is counted by it.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Returns the time now.
    fn now(&self) -> SystemTime;

    /// Returns how far a test has moved it on, beside the time that passes.
    fn advanced(&self) -> Duration {
        Duration::ZERO
    }
}

/// The clock of the machine.
#[derive(Clone, Copy, Default, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A clock that stands still until somebody advances it.
#[derive(Debug)]
pub struct ManualClock(Mutex<Hands>);

#[derive(Clone, Copy, Debug)]
struct Hands {
    now: SystemTime,
    advanced: Duration,
}

impl ManualClock {
    /// Returns a clock that stands at `start`.
    pub const fn new(start: SystemTime) -> Self {
        Self(Mutex::new(Hands {
            now: start,
            advanced: Duration::ZERO,
        }))
    }

    /// Moves the clock on by `duration`; where the time would no longer be expressible, it stays.
    pub fn advance(&self, duration: Duration) {
        let mut hands = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(now) = hands.now.checked_add(duration) {
            hands.now = now;
            hands.advanced = hands.advanced.saturating_add(duration);
        }
    }

    fn hands(&self) -> Hands {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    /// Returns a clock that stands at the beginning of 2026.
    fn default() -> Self {
        Self::new(UNIX_EPOCH + Duration::from_secs(1_767_225_600))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        self.hands().now
    }

    fn advanced(&self) -> Duration {
        self.hands().advanced
    }
}
