//! The attempts of one request, and how to continue after each.

use crate::wire::answer::Response;
use crate::wire::failure::Failure;
use crate::wire::halt::{Halt, Sign};
use std::time::Duration;
use tokio::time::Instant;

/// The largest body that is sent repeatedly, in bytes.
pub(super) const SMALL: usize = 64 * 1024;
/// How often a request is repeated after the connection closed without an answer, with a small body
/// and with a large one. A client's library repeats it once. If one connection in twenty is closed,
/// five in a row happen once in 3 million.
pub(super) const CLOSURES: (u32, u32) = (4, 2);
/// How often a request is repeated on a new connection because of the certificate, before the first
/// answer of a run and after it.
pub(super) const DISTRUSTED: (u32, u32) = (3, 8);

/// Returns the pause before the next attempt: the one with this index, or the last one.
pub(super) fn of(pauses: &[u64], tried: u32) -> Duration {
    let place = usize::try_from(tried).unwrap_or(usize::MAX);
    let seconds = pauses.get(place).or(pauses.last());
    Duration::from_secs(seconds.copied().unwrap_or(1))
}

/// How often and why one request was repeated.
#[derive(Default)]
pub(super) struct Tries {
    pub(super) closures: u32,
    /// How often the certificate was the reason, so that no request was sent.
    pub(super) certificates: u32,
    /// What was wrong with the first such certificate.
    pub(super) distrusted: Option<String>,
    pub(super) timeouts: u32,
    pub(super) connections: u32,
    pub(super) bodies: u32,
    /// How often the answer was an error that may pass.
    pub(super) errors: usize,
    /// The first of these answers.
    pub(super) error: Option<Response>,
    pub(super) limits: u32,
    /// The sign of a possible limit, until its meaning is known.
    pub(super) sign: Option<Sign>,
    /// When the first attempt with that sign began.
    pub(super) limited_since: Option<Instant>,
    pub(super) is_limit: bool,
    pub(super) locks: u32,
    pub(super) waited: Duration,
}

impl Tries {
    /// Returns whether it is repeated because no answer arrived, or an error: it may have been
    /// carried out twice.
    pub(super) const fn was_lost(&self) -> bool {
        self.closures + self.timeouts + self.connections + self.bodies > 0 || self.errors > 0
    }

    /// Returns whether it is repeated alone, so that other requests cannot affect its answer: after
    /// a missing answer, or a 503 that may be a limit on simultaneous requests.
    pub(super) const fn wants_to_be_alone(&self) -> bool {
        self.was_lost() || (self.sign.is_some() && !self.is_limit)
    }
}

/// How to continue after an attempt.
pub(super) enum Next {
    /// The answer counts.
    Take,
    /// An earlier answer counts.
    Instead(Box<Response>),
    /// The request is repeated after this pause, while others may be sent.
    Again(Duration),
    /// The request is repeated at half the pace after this pause, in which none is sent.
    Slower(Duration),
    /// The request fails with this cause.
    GiveUp(Failure),
    /// The run is halted.
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
        // It was answered, so it was not carried out twice.
        assert!(tries.wants_to_be_alone() && !tries.was_lost());
        // Sending it alone does not help against a limit on the rate.
        tries.is_limit = true;
        assert!(!tries.wants_to_be_alone());
        tries.closures = 1;
        assert!(tries.wants_to_be_alone() && tries.was_lost());
    }
}
