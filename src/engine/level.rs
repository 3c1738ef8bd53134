//! How much a requirement matters.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How much a deviation matters to current clients.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A current client breaks: it cannot back up or cannot restore. A deviation is `fail`.
    Required,
    /// Users can lose a backup or their privacy in realistic circumstances. A deviation is `warn`.
    Recommended,
    /// Worth knowing, but no current client is affected. A deviation is `note`.
    Informational,
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Required => "required",
            Self::Recommended => "recommended",
            Self::Informational => "informational",
        })
    }
}
