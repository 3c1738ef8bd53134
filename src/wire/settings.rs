//! The settings of a session, and its costs.

use super::binned::Binned;
use super::pace::{Pace, PaceChoice};
use super::seed::Seed;
use crate::engine::Stop;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// Receives every exchange, if the user asked for it: a level (2 or 3) and a line.
pub type Trace = Arc<dyn Fn(u8, &str) + Send + Sync>;

/// The settings of a session.
#[derive(Clone)]
pub struct Settings {
    /// The seed from which everything is generated.
    pub seed: Seed,
    /// How long one answer may take; large bodies get more time.
    pub timeout: Duration,
    /// How many bytes the size checks may upload in total.
    pub max_upload: u64,
    /// The switch that stops the run.
    pub stop: Stop,
    /// The receiver of every exchange.
    pub trace: Option<Trace>,
    /// The pace of the run; clones share it, so that a progress line can follow it.
    pub pace: Pace,
    /// How long to wait for a server that limits requests or holds a lock.
    pub patience: Duration,
    /// A seed that was generated for this run alone. Its backup IDs cannot be in use, so none is
    /// looked for before the first upload; with another seed, each is.
    pub fresh: Option<Seed>,
    /// How long the single paced upload takes; `None` for no such upload.
    pub slow_uplink: Option<Duration>,
}

impl Settings {
    /// Returns the settings with a seed whose backup IDs are known to be unused.
    #[must_use]
    pub fn with_fresh(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self.fresh = Some(seed);
        self
    }

    /// Returns the settings of `check` without options.
    pub fn new(seed: Seed) -> Self {
        Self {
            seed,
            timeout: Duration::from_secs(10),
            max_upload: 16 * 1024 * 1024,
            stop: Stop::default(),
            trace: None,
            pace: Pace::new(PaceChoice::default()),
            patience: Duration::from_secs(60),
            fresh: None,
            slow_uplink: None,
        }
    }
}

/// What a run met for the first time, in words.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Firsts {
    /// Why the run slowed down, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowed_by: Option<String>,
    /// What was wrong with the certificate of a connection, although an earlier one had been
    /// answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untrusted: Option<String>,
    /// An error that was gone when the request was sent again, and that request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_error: Option<String>,
}

/// The costs of a run.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Totals {
    /// The number of requests.
    pub requests: u64,
    /// The number of bytes in bodies.
    pub bytes_sent: u64,
    /// The number of requests that the server refused because there were too many.
    #[serde(default)]
    pub limited: u32,
    /// The number of 423 answers after which the run waited.
    #[serde(default)]
    pub locked: u32,
    /// The number of requests that were repeated because no answer arrived.
    #[serde(default)]
    pub asked_again: u32,
    /// The number of new connections over which requests of checks were sent, and repeated.
    #[serde(default)]
    pub new_connections: u32,
    /// How many of them closed without an answer, although the same request was answered later.
    #[serde(default)]
    pub closed_connections: u32,
    /// The number of requests that would be sent again after an error of the server.
    #[serde(default)]
    pub repeatable: u32,
    /// How many of them were answered with an error, and otherwise when they were sent again.
    #[serde(default)]
    pub passed_errors: u32,
    /// How long no request was sent because of such answers, in milliseconds.
    #[serde(default)]
    pub paused_ms: u64,
    /// The deleted files, which are in the bin if the server has one.
    #[serde(default, skip_serializing_if = "Binned::is_none")]
    pub deleted: Binned,
}
