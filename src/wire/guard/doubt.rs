//! Why a run cannot say that a backup is gone.

use serde::{Deserialize, Serialize};

/// Why a backup may be on the server although the run has ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Doubt {
    /// The server did not confirm its deletion, and it is not known to be missing.
    NotDeleted,
    /// The server confirmed its deletion, but still returns it.
    StillThere,
    /// The server confirmed its deletion, but does not show whether it exists.
    Unseen,
    /// An upload of it was broken off or not answered, and the server may still store it.
    MayAppear,
    /// The server confirmed its deletion, but did so for others that still existed.
    Doubtful,
}

impl Doubt {
    /// Returns whether the server may keep the backup when it is asked again to delete it.
    pub(crate) const fn may_last(self) -> bool {
        match self {
            Self::NotDeleted | Self::StillThere | Self::Doubtful => true,
            Self::Unseen | Self::MayAppear => false,
        }
    }

    /// Returns the reason as a sentence without a full stop.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotDeleted => "the server did not delete it",
            Self::StillThere => "DELETE succeeded, but a GET still returns it",
            Self::Unseen => "DELETE succeeded, but it could not be checked whether it is gone",
            Self::MayAppear => "an upload of it was not answered, so the server may still store it",
            Self::Doubtful => {
                "DELETE succeeded, but so did a DELETE of another backup that still exists"
            }
        }
    }
}
