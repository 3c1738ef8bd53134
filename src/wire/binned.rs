//! How much of a run lies in a bin, and how much was removed from it.

use serde::{Deserialize, Serialize};

/// What a run has deleted: on a server with a bin, it lies there.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Binned {
    /// How many files.
    pub files: u64,
    /// How many bytes they had together.
    pub bytes: u64,
}

impl Binned {
    /// The same with one more file.
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

/// What came of removing our own files from a bin.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Purged {
    /// How many files were removed.
    pub files: usize,
    /// Why others may be left, in words that follow "because"; none where none is.
    pub trouble: Option<String>,
}
