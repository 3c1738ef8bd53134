//! The server's time: the real one, or one that a test controls.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The clock of a server, by which it counts the retention.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Returns the time now.
    fn now(&self) -> SystemTime;

    /// Returns by how much a test has advanced the clock, besides the time that passes.
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

/// A clock that stands still until it is advanced.
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

    /// Advances the clock by `duration`, unless the result is out of range.
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
    /// Returns a clock that stands at the start of 2026.
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
