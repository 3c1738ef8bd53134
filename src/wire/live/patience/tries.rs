//! How often a request has been asked, and what comes after an attempt.

use crate::wire::answer::Failure;
use crate::wire::halt::{Halt, Sign};
use std::time::Duration;
use tokio::time::Instant;

/// Returns the pause before the next attempt: the one at that place, or the last one.
pub(super) fn of(pauses: &[u64], tried: u32) -> Duration {
    let place = usize::try_from(tried).unwrap_or(usize::MAX);
    let seconds = pauses.get(place).or(pauses.last());
    Duration::from_secs(seconds.copied().unwrap_or(1))
}

/// How often one request has been asked, and why.
#[derive(Default)]
pub(super) struct Tries {
    pub(super) closures: u32,
    pub(super) timeouts: u32,
    pub(super) connections: u32,
    pub(super) bodies: u32,
    pub(super) limits: u32,
    /// The sign of a limit that may mean something else, until it is known.
    pub(super) sign: Option<Sign>,
    /// When the first request that met it began.
    pub(super) limited_since: Option<Instant>,
    pub(super) is_limit: bool,
    pub(super) locks: u32,
    pub(super) waited: Duration,
}

impl Tries {
    /// Returns whether it is asked again because no answer came: it may have been carried out
    /// twice.
    pub(super) const fn was_lost(&self) -> bool {
        self.closures + self.timeouts + self.connections + self.bodies > 0
    }

    /// Returns whether it is asked again alone, so that nothing else can be the reason for what
    /// came: for no answer, or for a 503 of which it is not known whether it is a limit of requests
    /// at once.
    pub(super) const fn wants_to_be_alone(&self) -> bool {
        self.was_lost() || (self.sign.is_some() && !self.is_limit)
    }
}

/// What comes after an attempt.
pub(super) enum Next {
    /// The answer counts.
    Take,
    /// The same again after this pause, during which others may ask.
    Again(Duration),
    /// The same again, at half the pace, after this pause, during which nobody asks.
    Slower(Duration),
    /// No answer counts: why.
    GiveUp(Failure),
    /// Nothing more is asked.
    Halt(Halt),
}

#[cfg(test)]
mod tests {
    use crate::wire::halt::Sign;
    use crate::wire::live::patience::tries::Tries;

    #[test]
    fn what_may_be_refused_beside_others_is_asked_again_alone() {
        let mut tries = Tries::default();
        assert!(!tries.wants_to_be_alone());
        tries.sign = Some(Sign::Status(503));
        // It was answered, so that it was not carried out twice.
        assert!(tries.wants_to_be_alone() && !tries.was_lost());
        // Of a limit in a time it is no help.
        tries.is_limit = true;
        assert!(!tries.wants_to_be_alone());
        tries.closures = 1;
        assert!(tries.wants_to_be_alone() && tries.was_lost());
    }
}
