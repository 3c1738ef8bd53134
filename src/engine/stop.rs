//! Stopping a run before its end: the deadline, a signal.

use std::fmt;
use std::sync::Arc;
use tokio::sync::watch;

/// Why a run was stopped early.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum StopReason {
    /// The deadline of the whole run passed, in seconds.
    Deadline(u64),
    /// A signal, such as `SIGINT` or `SIGTERM`.
    Signal(&'static str),
}

impl fmt::Display for StopReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline(seconds) => write!(formatter, "the deadline of {seconds} s passed"),
            Self::Signal(name) => write!(formatter, "{name} came"),
        }
    }
}

/// A switch that stops a run; clones are the same switch.
#[derive(Clone)]
pub struct Stop(Arc<watch::Sender<Option<StopReason>>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Stop {
    /// Stops the run. The first reason counts.
    pub fn pull(&self, reason: StopReason) {
        self.0.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some(reason);
            }
            first
        });
    }

    /// Returns why the run is being stopped, if it is.
    pub fn reason(&self) -> Option<StopReason> {
        self.0.borrow().clone()
    }

    /// Waits until the run is stopped.
    pub async fn pulled(&self) -> StopReason {
        let mut receiver = self.0.subscribe();
        let reason = receiver
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|reason| (*reason).clone());
        match reason {
            Some(reason) => reason,
            // The sender lives as long as `self`, so this cannot happen.
            None => std::future::pending().await,
        }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Stop").field(&self.reason()).finish()
    }
}
