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
    /// The reason.
    pub why: &'static Reason,
    /// A name for all fields together, if it says more than their list: `any text`.
    pub together: Option<&'static str>,
    /// The fields to which the row applies.
    pub fields: &'static [Field],
    /// What happens to them.
    pub kinds: &'static [ChangeKind],
    /// The side on which it happens.
    pub at: Side,
    /// The origins of the document.
    pub from: Origins,
    /// The releases that restore it.
    pub to: Releases,
    /// The condition that the backup meets.
    pub when: When,
    /// Whether the reason already names the condition.
    pub reason_names_condition: bool,
}

/// The side on which something is lost.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The writer does not include it in the document.
    Writing,
    /// It is in the document, but is not restored.
    Reading,
}

impl Loss {
    /// Returns whether the row applies between these releases.
    pub fn is_between(&self, origin: Origin, release: Release) -> bool {
        self.from.contains(origin) && self.to.contains(release)
    }
}

/// How a whole restore fails.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum End {
    /// The app refuses with an error.
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
