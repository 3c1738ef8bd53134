//! What the guard knows of one backup, and of the server.

use super::doubt::Doubt;
use super::own::OwnBackup;
use std::time::Instant;

/// Where a backup of ours stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Nothing was there before; the ledger names it.
    Claimed,
    /// Something was written, or may have been; and why it is still there, once that is known.
    Written(Option<Doubt>),
    /// The server said that it deleted it.
    Deleted,
    /// It was looked for and is not there, but an upload of it may yet be stored.
    Awaited,
    /// It was looked for, and is not there.
    Gone,
}

/// A backup that is this run's own, or was an earlier run's with the same seed.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) backup: OwnBackup,
    pub(super) state: State,
    /// Whether an earlier run left it. The checks of this run do not count it as theirs.
    pub(super) is_inherited: bool,
    /// How many uploads went out.
    pub(super) uploads: usize,
    /// Whether one was taken since it was last gone: the others were refused or broken off.
    pub(super) was_taken: bool,
    /// Whether something of it may have been stored: not where every upload was refused.
    pub(super) may_be_stored: bool,
    /// How many bytes the last upload had that was taken.
    pub(super) size: u64,
}

/// What may still come of uploads that were sent.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Pending {
    /// How many are on their way.
    pub(super) on_the_way: usize,
    /// The last moment at which something of those that were broken off or not answered may be
    /// stored.
    pub(super) until: Option<Instant>,
}

/// What is known of a server's deletions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::wire) enum Honesty {
    /// Nothing was looked for after a deletion.
    Unknown,
    /// Everything that was looked for was gone.
    Honest,
    /// Something was still there.
    Lies,
}

impl Honesty {
    /// Notes that something that was deleted is gone.
    pub(super) fn was_honest(&mut self) {
        if *self == Self::Unknown {
            *self = Self::Honest;
        }
    }
}
