//! The guard's knowledge about one backup, and about the server.

use super::doubt::Doubt;
use super::own::OwnBackup;
use std::time::Instant;

/// The state of a backup of the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Nothing existed before, and the ledger names it.
    Claimed,
    /// It was written, or may have been; with the reason why it still exists, if known.
    Written(Option<Doubt>),
    /// The server confirmed its deletion.
    Deleted,
    /// A look did not find it, but an upload of it may still be stored.
    Awaited,
    /// A look did not find it.
    Gone,
}

/// A backup of this run, or of an earlier run with the same seed.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) backup: OwnBackup,
    pub(super) state: State,
    /// Whether an earlier run left it; then it does not count as a backup of this run's checks.
    pub(super) is_inherited: bool,
    /// How many uploads were sent.
    pub(super) uploads: usize,
    /// Whether an upload was accepted since it was last gone; the others were refused or broken
    /// off.
    pub(super) was_taken: bool,
    /// Whether a part of it may have been stored; not if every upload was refused.
    pub(super) may_be_stored: bool,
    /// The size of the last accepted upload, in bytes.
    pub(super) size: u64,
}

/// Uploads whose effect may still come.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Pending {
    /// How many uploads are running.
    pub(super) on_the_way: usize,
    /// The last moment at which an upload that was broken off or not answered may be stored.
    pub(super) until: Option<Instant>,
    /// Whether an accepted upload was not found.
    pub(super) was_missed: bool,
}

/// Whether a server's deletions can be believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::wire) enum Honesty {
    /// No deletion was verified.
    Unknown,
    /// Every verified deletion was true.
    Honest,
    /// A backup still existed after its deletion.
    Lies,
}

impl Honesty {
    /// Notes that a deleted backup is gone.
    pub(super) fn was_honest(&mut self) {
        if *self == Self::Unknown {
            *self = Self::Honest;
        }
    }
}
