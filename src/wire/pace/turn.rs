//! The turn of a request, and what its answer says about the pace.

use super::Pace;
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

/// The turn of one request, or of several that belong together; others may ask once it is dropped.
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

    /// The same, during which nobody else asks.
    pub(super) fn alone(mut self, door: OwnedMutexGuard<()>) -> Self {
        self.door = Some(door);
        self
    }

    /// Notes that the answer came, and how long an ordinary one took.
    pub(in crate::wire) fn answered(self, is_ordinary: bool) {
        let took = self.began.elapsed();
        // What was asked beside others says nothing about the first latency.
        if is_ordinary && self.door.is_none() {
            self.pace.state().measured(took);
        }
    }

    /// When it began.
    pub(in crate::wire) const fn began(&self) -> Instant {
        self.began
    }

    /// Notes that the server refused it because there were too many, and lets nobody ask for this
    /// long.
    pub(in crate::wire) fn limited(self, pause: Duration) {
        self.limited_since(None);
        let mut state = self.pace.state();
        state.next = state.next.max(Instant::now() + pause);
    }

    /// Lets nobody ask for this long: the server may have refused it because there were too many.
    pub(in crate::wire) fn holds_back(self, pause: Duration) {
        let mut state = self.pace.state();
        state.next = state.next.max(Instant::now() + pause);
    }

    /// Notes that the server refused it, or the one before it that began at `first`, because there
    /// were too many.
    pub(in crate::wire) fn limited_since(&self, first: Option<Instant>) {
        let mut state = self.pace.state();
        state.limited += 1;
        // Several that were under way together are refused together: that is one sign.
        let began = first.unwrap_or(self.began);
        if state.halved.is_none_or(|halved| began >= halved) {
            state.halve();
            state.halved = Some(Instant::now());
        }
    }

    /// Notes that no answer came in time: the server may have had too much to do at once.
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
