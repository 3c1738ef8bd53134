//! What is lost from one client to another, as a table: each row a field, the releases between which it is lost, when, why, and
//! where that is seen.
//!
//! The table is held against the writers and the readers by tests: what is lost and stands in no row fails them, and so does
//! a row that is no longer true.

mod compare;
mod stops;
mod table;
mod unknowns;
mod when;

pub use compare::{Difference, differences};
pub use stops::{STOPS, StopRow};
pub use table::{KEPT, Kept, LOSSES};
pub use unknowns::{UNKNOWNS, Unknown};
pub use when::{Crossing, Situation, When};

use super::restore::{Broken, ChangeKind};
use super::{Field, Reader, Writer};
use serde::Serialize;
use std::ops::RangeInclusive;

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Loss {
    /// The name, for ever.
    pub id: &'static str,
    /// What the fields are together, where that says more than one by one: `any text`.
    pub together: Option<&'static str>,
    /// The fields that go the same way.
    pub fields: &'static [Field],
    /// What becomes of them.
    pub kinds: &'static [ChangeKind],
    /// On which side.
    pub at: Side,
    /// The releases that write.
    pub writers: RangeInclusive<Writer>,
    /// The releases that read.
    pub readers: RangeInclusive<Reader>,
    /// Of which of them the source tells beyond the newest of each client. The others are taken to do as the newest does.
    pub told: Option<RangeInclusive<Reader>>,
    /// In which backups.
    pub when: When,
    /// Why, in a sentence for a person.
    pub reason: &'static str,
    /// Where it is seen.
    pub source: &'static str,
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
    /// Whether it is about this pair of releases.
    pub fn is_between(&self, writer: Writer, reader: Reader) -> bool {
        self.writers.contains(&writer) && self.readers.contains(&reader)
    }

    /// Whether the source tells of this reader; if not, it is unknown what that one does.
    pub fn is_told_of(&self, reader: Reader) -> bool {
        let told = self.told.as_ref();
        self.at == Side::Writing
            || reader.is_newest()
            || told.is_some_and(|told| told.contains(&reader))
    }

    /// Whether it tells of this difference.
    pub fn explains(&self, situation: &Situation<'_>) -> bool {
        let difference = situation.difference;
        let Crossing { writer, reader, .. } = situation.crossing;
        self.is_between(writer, reader)
            && self.fields.contains(&difference.field)
            && self.kinds.contains(&difference.kind)
            && (self.when.holds)(situation)
    }
}

/// What becomes of a field from one release to another: the rows that tell of it. None: it is kept.
pub fn losses_of(
    field: Field,
    writer: Writer,
    reader: Reader,
) -> impl Iterator<Item = &'static Loss> {
    LOSSES
        .iter()
        .filter(move |loss| loss.fields.contains(&field) && loss.is_between(writer, reader))
}

/// What nobody knows of a field from one release to another.
pub fn unknowns_of(
    field: Field,
    writer: Writer,
    reader: Reader,
) -> impl Iterator<Item = &'static Unknown> {
    UNKNOWNS.iter().filter(move |unknown| {
        unknown.fields.contains(&field) && unknown.is_between(writer, reader)
    })
}

/// The restores that stop, from one release to another.
pub fn stops_between(writer: Writer, reader: Reader) -> impl Iterator<Item = &'static StopRow> {
    STOPS
        .iter()
        .filter(move |stop| stop.is_between(writer, reader))
}

/// How a whole restore ends that does not go through.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// The app says that it cannot.
    Refused,
    /// It crashes.
    Crash,
    /// It is busy for ever.
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
