//! What a check may do to a server.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a check may do to the server, at the most; the guard holds it to that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Effect {
    /// Reads only.
    Reads,
    /// Writes and deletes backups under IDs that this run derived itself.
    WritesOwnBackup,
    /// As above, and sends credentials that are wrong on purpose, once: runs after everything else,
    /// alone.
    MayLockOut,
    /// Sends nothing: looks back at what the run has recorded. Runs at the very end.
    LooksBack,
}

impl fmt::Display for Effect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Reads => "reads",
            Self::WritesOwnBackup => "writes and deletes its own backups",
            Self::MayLockOut => "sends one wrong password, last of all",
            Self::LooksBack => "sends nothing",
        })
    }
}
