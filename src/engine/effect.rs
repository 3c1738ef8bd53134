//! What a check may do to a server.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The most that a check may do to the server; the guard enforces it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Effect {
    /// Reads only.
    Reads,
    /// Writes and deletes backups under IDs that this run derived itself.
    WritesOwnBackup,
    /// As above, and sends deliberately wrong credentials once. Runs alone, after everything else.
    MayLockOut,
    /// Sends nothing: judges what the run has recorded. Runs at the very end.
    LooksBack,
}

impl Effect {
    /// Returns whether a check with this effect waits until all checks with the other have ended.
    pub(super) fn waits_for(self, other: Self) -> bool {
        match self {
            Self::Reads | Self::WritesOwnBackup => false,
            Self::MayLockOut | Self::LooksBack => other < self,
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Reads => "reads",
            Self::WritesOwnBackup => "writes and deletes its own backups",
            Self::MayLockOut => "sends one wrong password, at the end of the run",
            Self::LooksBack => "sends nothing",
        })
    }
}
