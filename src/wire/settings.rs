//! How a session behaves, and what it cost.

use super::binned::Binned;
use super::pace::{Pace, PaceChoice};
use super::seed::Seed;
use crate::engine::Stop;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// Where the person asked to see every exchange: gets a level (2 or 3) and a line.
pub type Trace = Arc<dyn Fn(u8, &str) + Send + Sync>;

/// How a session behaves.
#[derive(Clone)]
pub struct Settings {
    /// The seed of everything made up.
    pub seed: Seed,
    /// How long one answer may take; large bodies get more.
    pub timeout: Duration,
    /// How many bytes the size checks may upload, together.
    pub max_upload: u64,
    /// The switch that stops the run.
    pub stop: Stop,
    /// Where every exchange is reported.
    pub trace: Option<Trace>,
    /// How fast the run asks; clones are the same pace, so that a progress line can follow it.
    pub pace: Pace,
    /// How long a server that limits or locks is waited for.
    pub patience: Duration,
    /// The seed that was made for this run alone. No backup ID of it can be in use, so that none is
    /// looked for before the first upload; of any other seed, each is.
    pub fresh: Option<Seed>,
    /// How long the one paced upload takes; without it, none is made.
    pub slow_uplink: Option<Duration>,
}

impl Settings {
    /// The same with a seed of which the caller knows that no backup ID of it is in use.
    #[must_use]
    pub fn with_fresh(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self.fresh = Some(seed);
        self
    }

    /// Returns the settings that `check` has without options.
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

/// What a run cost.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Totals {
    /// Requests sent.
    pub requests: u64,
    /// Bytes of bodies sent.
    pub bytes_sent: u64,
    /// Requests that the server refused because there were too many.
    #[serde(default)]
    pub limited: u32,
    /// Answers 423 that were waited for.
    #[serde(default)]
    pub locked: u32,
    /// Requests that were asked again because no answer came.
    #[serde(default)]
    pub asked_again: u32,
    /// What was deleted, which lies in the bin of a server that has one.
    #[serde(default, skip_serializing_if = "Binned::is_none")]
    pub deleted: Binned,
}
