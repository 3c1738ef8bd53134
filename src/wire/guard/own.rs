//! A backup of this run, whose ID can belong to nobody else.

use crate::safe::keys::BackupId;
use crate::wire::seed::Seed;
use std::fmt;

/// A backup of this run; only the guard and the ledger create one, always from a seed.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnBackup {
    pub(super) id: BackupId,
    pub(super) label: String,
}

impl OwnBackup {
    /// Returns the backup of a seed and a label, `CHECK/SLOT`.
    pub(in crate::wire) fn labelled(seed: Seed, label: &str) -> Self {
        Self {
            id: BackupId::from_bytes(seed.bytes(&format!("backup/{label}"))),
            label: label.to_owned(),
        }
    }

    /// Returns the ID; only the code that sends it may use it.
    pub(in crate::wire) fn id(&self) -> &BackupId {
        &self.id
    }

    /// Returns the label from which its ID is derived, together with the seed.
    pub(in crate::wire) fn label(&self) -> &str {
        &self.label
    }

    /// Returns the name of the backup within its check, which replaces the ID in all output.
    pub fn slot(&self) -> &str {
        // The variant in a check's name may contain slashes; a slot contains none.
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
