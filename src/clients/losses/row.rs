//! What a row of the table says.

use super::table::When;
use crate::clients::Field;
use crate::clients::reason::Reason;
use crate::clients::release::{Origin, Origins, Release, Releases};
use crate::clients::restore::{Broken, ChangeKind};
use serde::Serialize;

/// A row of the table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Loss {
    /// Why.
    pub why: &'static Reason,
    /// What the fields are together, if that says more than one by one: `any text`.
    pub together: Option<&'static str>,
    /// The fields that go the same way.
    pub fields: &'static [Field],
    /// What becomes of them.
    pub kinds: &'static [ChangeKind],
    /// On which side.
    pub at: Side,
    /// Who wrote.
    pub from: Origins,
    /// The releases that restore.
    pub to: Releases,
    /// In which backups.
    pub when: When,
}

/// On which side something is lost.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// It never gets into the document.
    Writing,
    /// It is in the document, and is not restored.
    Reading,
}

impl Loss {
    /// Returns whether it is about these releases.
    pub fn is_between(&self, origin: Origin, release: Release) -> bool {
        self.from.contains(origin) && self.to.contains(release)
    }
}

/// How a whole restore ends that does not go through.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// The app says that it cannot.
    Refused,
    /// It crashes.
    Crash,
    /// It never ends.
    Hang,
}

impl From<Broken> for End {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Crash => Self::Crash,
            Broken::Hang => Self::Hang,
        }
    }
}
