//! A backup of this run's own, and why its ID can be nobody else's.

use crate::safe::keys::BackupId;
use crate::wire::seed::Seed;
use std::fmt;

/// A backup of this run's own: only the guard and the ledger make one, and both from a seed.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnBackup {
    pub(super) id: BackupId,
    pub(super) label: String,
}

impl OwnBackup {
    /// Returns the backup that belongs to a seed and a label, `CHECK/SLOT`.
    pub(in crate::wire) fn labelled(seed: Seed, label: &str) -> Self {
        Self {
            id: BackupId::from_bytes(seed.bytes(&format!("backup/{label}"))),
            label: label.to_owned(),
        }
    }

    /// Returns the ID, for the one place that sends it.
    pub(in crate::wire) fn id(&self) -> &BackupId {
        &self.id
    }

    /// Returns the label by which its ID follows from the seed.
    pub(in crate::wire) fn label(&self) -> &str {
        &self.label
    }

    /// Returns the name of the backup within its check, which stands for the ID in everything that
    /// is written.
    pub fn slot(&self) -> &str {
        // A check's name may hold slashes in its variant; a slot holds none.
        self.label
            .rsplit_once('/')
            .map_or(self.label.as_str(), |(_, slot)| slot)
    }
}

impl fmt::Debug for OwnBackup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OwnBackup({})", self.slot())
    }
}
