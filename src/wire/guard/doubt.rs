//! Why the run cannot say of a backup that it is gone.

use serde::{Deserialize, Serialize};

/// Why a backup may be on the server though the run has ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Doubt {
    /// The server did not say that it deleted it, and it is not known to be missing.
    NotDeleted,
    /// The server said that it deleted it, and gives it out all the same.
    StillThere,
    /// The server said that it deleted it, and does not say whether it is there.
    Unseen,
    /// An upload of it was broken off or not answered: the server may store it yet.
    MayAppear,
    /// The server said that it deleted it, and said so of others that were still there.
    Doubtful,
}

impl Doubt {
    /// Returns the reason, as a sentence without its stop.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotDeleted => "the server did not delete it",
            Self::StillThere => "DELETE was answered with success, and a GET still returns it",
            Self::Unseen => {
                "DELETE was answered with success, and whether it is gone could not be seen"
            }
            Self::MayAppear => {
                "an upload of it was not answered, and the server may still store it"
            }
            Self::Doubtful => {
                "DELETE was answered with success, as it was for another that is still there"
            }
        }
    }
}
