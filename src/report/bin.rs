//! What a run has put into the bin of a Nextcloud, for a report.

use crate::wire::{Binned, Purged};
use serde::{Deserialize, Serialize};

/// What a run has put into the bin of a Nextcloud.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bin {
    /// How many files.
    pub files: u64,
    /// How many bytes they have together.
    pub bytes: u64,
    /// How many of them were removed again; none where nobody asked for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purged: Option<usize>,
    /// Why others may be left, although somebody asked for their removal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_purged_because: Option<String>,
}

impl Bin {
    /// Returns what was deleted, and what was removed from the bin if somebody asked for that.
    pub(crate) fn new(deleted: Binned, purged: Option<Purged>) -> Self {
        let (count, trouble) = match purged {
            Some(purged) => (Some(purged.files), purged.trouble),
            None => (None, None),
        };
        Self {
            files: deleted.files,
            bytes: deleted.bytes,
            purged: count,
            not_purged_because: trouble,
        }
    }

    /// Returns what is in the bin, and what became of it.
    pub(crate) fn sentence(&self) -> String {
        // A server without a bin.
        if let (0, Some(why)) = (self.files, &self.not_purged_because) {
            return format!("`--purge-trash` has removed nothing: {why}.");
        }
        let files = crate::text::counted(self.files, "file");
        let size = crate::text::size(self.bytes);
        let put = format!("This run has moved {files} ({size}) to Nextcloud's Deleted files");
        let rest = match (self.purged, &self.not_purged_because) {
            (None, _) => {
                ": delete them there. With `--purge-trash`, a run removes its own.".to_owned()
            }
            (Some(count), None) => format!(", and removed {count} from there again."),
            (Some(count), Some(why)) => {
                format!(", and removed {count} from there again; others may remain: {why}.")
            }
        };
        put + &rest
    }
}
