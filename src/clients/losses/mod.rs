//! What is lost from one client to another, as a table: each row the fields, the releases between
//! which they are lost, when, and why.
//!
//! Tests hold the table against the writers and the readers: a loss without a row fails them, and
//! so does a row that is no longer true. Reasons are shared with the readers; which backups meet a
//! condition is judged by those tests alone, and not from what a reader says.

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
