//! How fast a run asked, and how long it was held up.

use crate::text::duration;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How fast a run asked.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pace {
    /// Requests in a minute, on average.
    pub requests_per_minute: u64,
    /// How long no request was sent because the server limits them, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub paused_ms: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Pace {
    /// Returns in one sentence how long limits held up a run of this length, if they did.
    pub(super) fn sentence(&self, duration_ms: u64) -> Option<String> {
        let paused = duration(Duration::from_millis(self.paused_ms));
        // A run that was judged again took no time.
        let whole = (duration_ms >= self.paused_ms)
            .then(|| format!(" of its {}", duration(Duration::from_millis(duration_ms))));
        (self.paused_ms > 0).then(|| {
            let whole = whole.unwrap_or_default();
            format!("The server limits requests: the run paused for {paused}{whole}.")
        })
    }
}
