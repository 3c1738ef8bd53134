//! What is lost from one client to another, as a table: each row has the fields, the releases
//! between which they are lost, the condition, and the reason.
//!
//! Tests compare the table with the writers and the readers: they fail for a loss without a row,
//! and for a row that is no longer true. The rows share their reasons with the readers, but only
//! the tests judge, independently of the readers, whether a backup meets a condition.

mod row;
mod stops;
mod table;
mod unknowns;
pub(super) mod writing;

pub use row::{End, Loss, Side};
pub use stops::{STOPS, StopRow};
pub use table::{LOSSES, When};
pub use unknowns::{UNKNOWNS, Unknown};

use super::Field;
use super::release::{Origin, Release};

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
