//! When a run began and how long it took.

use std::time::{Duration, SystemTime};

/// When a run began and how long it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// When it began.
    pub(crate) started: jiff::Timestamp,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Returns the time as a report has it; a clock beyond the year 9999 shows the last moment of that.
fn stamp(clock: SystemTime) -> jiff::Timestamp {
    jiff::Timestamp::try_from(clock).unwrap_or(jiff::Timestamp::MAX)
}

impl Timing {
    /// Returns a run that takes no time, now.
    pub(crate) fn now() -> Self {
        Self {
            started: stamp(SystemTime::now()),
            took: Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    #[test]
    fn a_clock_at_year_22026_has_a_stamp() {
        let clock = UNIX_EPOCH + Duration::from_secs(632_942_553_600);
        assert_eq!(stamp(clock), jiff::Timestamp::MAX);
        assert_eq!(stamp(UNIX_EPOCH), jiff::Timestamp::UNIX_EPOCH);
        assert!(stamp(SystemTime::now()) < jiff::Timestamp::MAX);
    }
}
