//! What is lost from one client to another, as a table: each row the fields, the releases between
//! which they are lost, when, and why.
//!
//! Tests hold the table against the writers and the readers: a loss without a row fails them, and
//! so does a row that is no longer true. Reasons are shared with the readers; which backups meet a
//! condition is judged by those tests alone, and not from what a reader says.

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

/// Returns what becomes of a field from one release to another: the rows about it. None: it is
/// kept.
pub fn losses_of(
    field: Field,
    origin: Origin,
    release: Release,
) -> impl Iterator<Item = &'static Loss> {
    LOSSES
        .iter()
        .filter(move |loss| loss.fields.contains(&field) && loss.is_between(origin, release))
}

/// Returns what nobody knows of a field from one release to another.
pub fn unknowns_of(
    field: Field,
    origin: Origin,
    release: Release,
) -> impl Iterator<Item = &'static Unknown> {
    UNKNOWNS.iter().filter(move |unknown| {
        unknown.fields.contains(&field) && unknown.is_between(origin, release)
    })
}

/// Returns the restores that stop, from one release to another.
pub fn stops_between(origin: Origin, release: Release) -> impl Iterator<Item = &'static StopRow> {
    STOPS
        .iter()
        .filter(move |stop| stop.is_between(origin, release))
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
