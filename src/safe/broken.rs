//! How an app fails on what it reads, other than with an error.

use serde::Serialize;

/// How an app fails.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Broken {
    /// It crashes.
    Crash,
    /// It shows its progress indicator for ever.
    Hang,
}

impl Broken {
    /// Returns what the user sees.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Crash => "the app crashes",
            Self::Hang => "the app is busy for ever",
        }
    }
}
