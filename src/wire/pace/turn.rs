//! The turn of a request, and the effect of its answer on the pace.

use super::Pace;
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

/// The turn of one request, or of several that belong together; dropping it lets others begin.
pub(in crate::wire) struct Turn {
    pace: Pace,
    door: Option<OwnedMutexGuard<()>>,
    began: Instant,
}

impl Turn {
    pub(super) const fn new(pace: Pace, began: Instant) -> Self {
        Self {
            pace,
            door: None,
            began,
        }
    }

    /// Makes the turn exclusive.
    pub(super) fn alone(mut self, door: OwnedMutexGuard<()>) -> Self {
        self.door = Some(door);
        self
    }

    /// Notes that an answer arrived, and how long an ordinary one took.
    pub(in crate::wire) fn answered(self, is_ordinary: bool) {
        let took = self.began.elapsed();
        // The latency of simultaneous requests does not count.
        if is_ordinary && self.door.is_none() {
            self.pace.state().measured(took);
        }
    }

    /// Returns when the turn began.
    pub(in crate::wire) const fn began(&self) -> Instant {
        self.began
    }

    /// Notes that the server refused the request because there were too many, and sends none for
    /// this long.
    pub(in crate::wire) fn limited(self, pause: Duration) {
        self.limited_since(None);
        self.pace.state().pause(pause);
    }

    /// Sends no request for this long, because the server may have refused this one for their
    /// number.
    pub(in crate::wire) fn holds_back(self, pause: Duration) {
        self.pace.state().pause(pause);
    }

    /// Notes that the server refused the request because there were too many, or its first attempt,
    /// which began at `first`.
    pub(in crate::wire) fn limited_since(&self, first: Option<Instant>) {
        let mut state = self.pace.state();
        state.limited += 1;
        // Simultaneous requests are refused together, which is one sign.
        let began = first.unwrap_or(self.began);
        if state.halved.is_none_or(|halved| began >= halved) {
            state.halve();
            state.halved = Some(Instant::now());
        }
    }

    /// Notes that no answer arrived in time: the server may have had too many simultaneous
    /// requests.
    pub(in crate::wire) fn timed_out(self) {
        self.pace.state().narrow();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        state.flying -= 1;
        state.ended();
        drop(state);
        self.pace.0.left.notify_one();
    }
}
