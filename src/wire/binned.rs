//! How much of a run was moved to a bin, and how much was removed from it.

use serde::{Deserialize, Serialize};

/// What a run has deleted; on a server with a bin, it is in the bin.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Binned {
    /// The number of files.
    pub files: u64,
    /// Their total size in bytes.
    pub bytes: u64,
}

impl Binned {
    /// Returns the sum with one more file of this size.
    pub(super) const fn and(self, bytes: u64) -> Self {
        Self {
            files: self.files + 1,
            bytes: self.bytes + bytes,
        }
    }

    /// Returns whether nothing was deleted.
    pub const fn is_none(&self) -> bool {
        self.files == 0
    }
}

/// The result of removing the run's own files from a bin.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Purged {
    /// The number of files that were removed.
    pub files: usize,
    /// Why others may remain, in words that follow "because"; `None` if none do.
    pub trouble: Option<String>,
}
