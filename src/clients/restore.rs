//! What a release makes of a backup: what it restores, what it loses on the way, or where it stops.

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

/// What comes of a restore.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It goes through.
    Restored(Box<Restored>),
    /// The app says that it cannot.
    Refused(Stop),
    /// The app breaks.
    Broken {
        /// How.
        how: Broken,
        /// Where and why.
        stop: Stop,
    },
    /// No source and no execution tells.
    Unknown {
        /// What is missing.
        because: String,
    },
}

/// Where a restore stops, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Stop {
    /// The ID of the reason, where it has one.
    pub id: Option<&'static str>,
    /// The stage.
    pub stage: Stage,
    /// Where in the document, if it came so far.
    pub path: Option<Path>,
    /// Why. Never a value of the document.
    pub reason: String,
    /// The fact of the manual that says so, or what was executed.
    pub source: &'static str,
}

/// What a release has restored.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Restored {
    /// The release.
    pub release: Release,
    /// What is on the phone now.
    pub backup: Backup,
    /// What of the document was lost or changed: of the person, the contacts, the groups, the
    /// lists, the settings.
    pub changes: Vec<Change>,
    /// Groups that the app stores under an empty ID, which the format does not have: each with its
    /// place among all groups. Its own ID here means nothing.
    pub groups_without_id: Vec<(usize, Group)>,
    /// Of what no source and no execution tells what became of it. [`backup`](Self::backup) may
    /// hold it as the document does, or not at all; neither is asserted.
    pub unsure: Vec<Unsure>,
    /// What the restore does beside that.
    pub effects: Vec<SideEffect>,
}

/// Something of which nobody knows what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Unsure {
    /// Where in the document.
    pub path: Path,
    /// Which field.
    pub field: Field,
    /// What is missing to know it. Never a value of the document.
    pub because: &'static str,
}

/// Something that is not on the phone as it was in the document.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Change {
    /// Where in the document.
    pub path: Path,
    /// Which field.
    pub field: Field,
    /// What became of it.
    pub kind: ChangeKind,
    /// Why.
    pub why: &'static Reason,
}

/// What became of a field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is gone, or back at what the app takes by default.
    Lost,
    /// It has another value.
    Changed,
    /// It was not in the document.
    Added,
}

/// What the restoring app can learn, and whose backup it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Surroundings {
    /// The ID whose backup is restored. It is not in the document.
    pub own_id: ThreemaId,
    /// The directory of IDs.
    pub directory: Directory,
    /// The time of the restore.
    pub now: Timestamp,
}

/// The directory of IDs, as it answers on the day of the restore.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Directory {
    /// It cannot be reached.
    Unreachable,
    /// It answers with these; an ID that was revoked or never existed is not among them.
    Answers(BTreeMap<ThreemaId, DirectoryEntry>),
}

/// What the directory says of an ID.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DirectoryEntry {
    /// Its public key.
    pub public_key: PublicKey,
    /// Whether it was used lately.
    pub state: IdentityState,
}

/// Whether an ID is in use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum IdentityState {
    /// It is.
    Active,
    /// It was not used for a long time.
    Inactive,
}

impl Directory {
    /// Returns the directory in which every contact of a backup is active, with the key that the
    /// backup gives, or else with [`made_up_key`].
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

    /// Returns what it says of an ID; `None` also where it cannot be reached.
    pub fn entry(&self, id: ThreemaId) -> Option<&DirectoryEntry> {
        match self {
            Self::Unreachable => None,
            Self::Answers(entries) => entries.get(&id),
        }
    }

    /// Takes an ID out, as one that was revoked.
    pub fn revoke(&mut self, id: ThreemaId) {
        if let Self::Answers(entries) = self {
            entries.remove(&id);
        }
    }
}

/// Returns a public key that belongs to an ID for the sake of a test: its characters, four times.
pub fn made_up_key(id: ThreemaId) -> PublicKey {
    let mut key = [0; 32];
    for (place, byte) in key.iter_mut().zip(id.as_str().bytes().cycle()) {
        *place = byte;
    }
    PublicKey(key)
}
