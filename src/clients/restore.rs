//! The result of a restore: what a release restores, what it loses, or where it stops.

use super::effects::SideEffect;
use super::field::Field;
use super::reason::Reason;
use super::release::Release;
pub use crate::safe::Broken;
use crate::safe::Stage;
use crate::safe::ThreemaId;
use crate::safe::backup::{Backup, Group, PublicKey, Timestamp};
use crate::safe::json::Path;
use serde::Serialize;
use std::collections::BTreeMap;

/// The outcome of a restore.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The restore succeeds.
    Restored(Box<Restored>),
    /// The app refuses with an error.
    Refused(Stop),
    /// The app crashes or hangs.
    Broken {
        /// Whether it crashes or hangs.
        how: Broken,
        /// The place and the reason.
        stop: Stop,
    },
    /// Neither a source nor an execution shows the outcome.
    Unknown {
        /// What is missing to know it.
        because: String,
    },
}

/// Where a restore stops, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Stop {
    /// The ID of the reason, if it has one.
    pub id: Option<&'static str>,
    /// The stage.
    pub stage: Stage,
    /// The place in the document, if the restore reached it.
    pub path: Option<Path>,
    /// The reason. It never contains a value of the document.
    pub reason: String,
    /// The fact of the manual that is the source, or what was executed.
    pub source: &'static str,
}

/// The result of a successful restore.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Restored {
    /// The release.
    pub release: Release,
    /// The data on the phone after the restore.
    pub backup: Backup,
    /// What was lost or changed, in this order: the user, the contacts, the groups, the lists, the
    /// settings.
    pub changes: Vec<Change>,
    /// Groups that the app stores under an empty ID, which the format does not have, each with its
    /// index among all groups. Its ID here has no meaning.
    pub groups_without_id: Vec<(usize, Group)>,
    /// Values of which neither a source nor an execution shows the result. [`backup`](Self::backup)
    /// may hold them as the document does, or not at all; neither is asserted.
    pub unsure: Vec<Unsure>,
    /// The side effects of the restore.
    pub effects: Vec<SideEffect>,
}

/// A value of which the result is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Unsure {
    /// The place in the document.
    pub path: Path,
    /// The field.
    pub field: Field,
    /// What is missing to know it. It never contains a value of the document.
    pub because: &'static str,
}

/// A value that is not on the phone as it was in the document.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Change {
    /// The place in the document.
    pub path: Path,
    /// The field.
    pub field: Field,
    /// What happened to it.
    pub kind: ChangeKind,
    /// The reason.
    pub why: &'static Reason,
}

/// What happened to a field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ChangeKind {
    /// It is absent, or has the default of the app.
    Lost,
    /// It has another value.
    Changed,
    /// It was not in the document.
    Added,
}

/// What the restoring app can look up, and whose backup it restores.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Surroundings {
    /// The ID to which the backup belongs. It is not in the document.
    pub own_id: ThreemaId,
    /// The directory of IDs.
    pub directory: Directory,
    /// The time of the restore.
    pub now: Timestamp,
}

/// The directory of IDs, as it answers at the time of the restore.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Directory {
    /// It cannot be reached.
    Unreachable,
    /// It answers with these IDs; a revoked or unknown ID is not among them.
    Answers(BTreeMap<ThreemaId, DirectoryEntry>),
}

/// The directory's entry for an ID.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DirectoryEntry {
    /// Its public key.
    pub public_key: PublicKey,
    /// Whether it was used recently.
    pub state: IdentityState,
}

/// Whether an ID is in use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum IdentityState {
    /// It is in use.
    Active,
    /// It was not used for a long time.
    Inactive,
}

impl Directory {
    /// Returns the directory in which every contact of a backup is active, with the key from the
    /// backup, or else [`made_up_key`].
    pub fn of_contacts(backup: &Backup) -> Self {
        let entries = backup.contacts.iter().map(|contact| {
            let public_key = contact
                .public_key
                .unwrap_or_else(|| made_up_key(contact.identity));
            let state = IdentityState::Active;
            (contact.identity, DirectoryEntry { public_key, state })
        });
        Self::Answers(entries.collect())
    }

    /// Returns the entry of an ID; `None` also if the directory cannot be reached.
    pub fn entry(&self, id: ThreemaId) -> Option<&DirectoryEntry> {
        match self {
            Self::Unreachable => None,
            Self::Answers(entries) => entries.get(&id),
        }
    }

    /// Adds an ID that is in use, with this key or else [`made_up_key`], unless it is there.
    pub(crate) fn add(&mut self, id: ThreemaId, key: Option<PublicKey>) {
        if let Self::Answers(entries) = self {
            entries.entry(id).or_insert_with(|| DirectoryEntry {
                public_key: key.unwrap_or_else(|| made_up_key(id)),
                state: IdentityState::Active,
            });
        }
    }

    /// Removes an ID, as if it had been revoked.
    pub fn revoke(&mut self, id: ThreemaId) {
        if let Self::Answers(entries) = self {
            entries.remove(&id);
        }
    }
}

/// Returns a made-up public key for an ID: its characters, four times.
pub fn made_up_key(id: ThreemaId) -> PublicKey {
    let mut key = [0; 32];
    for (place, byte) in key.iter_mut().zip(id.as_str().bytes().cycle()) {
        *place = byte;
    }
    PublicKey(key)
}
