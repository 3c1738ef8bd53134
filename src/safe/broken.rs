//! How an app breaks on what it reads.

use serde::Serialize;

/// How an app breaks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Broken {
    /// It crashes.
    Crash,
    /// It shows that it is busy, for ever.
    Hang,
}

impl Broken {
    /// Returns what the person sees.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Crash => "the app crashes",
            Self::Hang => "the app is busy for ever",
        }
    }
}
