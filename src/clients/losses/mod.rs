//! What is lost from one client to another, as a table: each row has the fields, the releases
//! between which they are lost, the condition, and the reason.
//!
//! Tests compare the table with the writers and the readers: they fail for a loss without a row,
//! and for a row that is no longer true. The rows share their reasons with the readers, but only
//! the tests judge, independently of the readers, whether a backup meets a condition.

mod stops;
mod table;
mod unknowns;
pub(super) mod writing;

pub use stops::{STOPS, StopRow};
pub use table::{LOSSES, When};
pub use unknowns::{UNKNOWNS, Unknown};

use super::Field;
use super::reason::Reason;
use super::release::{Origin, Origins, Release, Releases};
use super::restore::{Broken, ChangeKind};
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

/// Returns the rows about a field between two releases. Without rows, the field is kept.
pub fn losses_of(
    field: Field,
    origin: Origin,
    release: Release,
) -> impl Iterator<Item = &'static Loss> {
    LOSSES
        .iter()
        .filter(move |loss| loss.fields.contains(&field) && loss.is_between(origin, release))
}

/// Returns what is not known about a field between two releases.
pub fn unknowns_of(
    field: Field,
    origin: Origin,
    release: Release,
) -> impl Iterator<Item = &'static Unknown> {
    UNKNOWNS.iter().filter(move |unknown| {
        unknown.fields.contains(&field) && unknown.is_between(origin, release)
    })
}

/// Returns the restores that stop between two releases.
pub fn stops_between(origin: Origin, release: Release) -> impl Iterator<Item = &'static StopRow> {
    STOPS
        .iter()
        .filter(move |stop| stop.is_between(origin, release))
}

/// How a whole restore fails.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
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
