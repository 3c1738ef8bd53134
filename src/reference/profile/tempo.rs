//! The time for delays, locks, limits and bans, which can pass faster than the machine's.

use super::super::clock::Clock;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The time of a profile since its start.
#[derive(Clone, Debug)]
pub(in super::super) struct Tempo {
    clock: Arc<dyn Clock>,
    begun: Instant,
    speed: u32,
}

impl Tempo {
    /// Returns a time that passes `speed` times as fast as the machine's, and jumps when `clock` is
    /// advanced.
    pub(in super::super) fn new(clock: Arc<dyn Clock>, speed: u32) -> Self {
        Self {
            clock,
            begun: Instant::now(),
            speed: speed.max(1),
        }
    }

    /// Returns how much time has passed.
    pub(in super::super) fn now(&self) -> Duration {
        self.begun.elapsed() * self.speed + self.clock.advanced()
    }

    /// Waits for `duration` in this time.
    pub(in super::super) async fn sleep(&self, duration: Duration) {
        if !duration.is_zero() {
            tokio::time::sleep(duration / self.speed).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::clock::ManualClock;
    use super::*;

    #[test]
    fn time_passes_faster_and_jumps_with_the_clock() {
        let clock = Arc::new(ManualClock::default());
        let tempo = Tempo::new(clock.clone(), 1000);
        std::thread::sleep(Duration::from_millis(5));
        assert!(tempo.now() >= Duration::from_secs(5));
        clock.advance(Duration::from_secs(1_000_000));
        assert!(tempo.now() >= Duration::from_secs(1_000_005));
    }
}
