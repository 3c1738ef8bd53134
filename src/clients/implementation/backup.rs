//! What a release of a client restores from a backup and writes, for the vectors of whole
//! documents.

use crate::adapter::{
    Answer, BackupToRead, DirectoryId, DirectoryState, Hex, ReadBackup, Refusal, RestoredState,
    WriteBackup, WrittenDocument,
};
use crate::clients::restore::{Directory, DirectoryEntry, IdentityState, Outcome, Surroundings};
use crate::clients::{Origin, Phone, Release};
use crate::safe::backup::{Backup, PublicKey, Timestamp};
use crate::safe::json::Document;
use crate::safe::{Client, Stage};
use crate::safe::{EncryptionKey, ThreemaId};
use std::collections::BTreeMap;

/// The time at which the models restore: a million seconds after 2^31, so that it differs from
/// every time in the vectors.
const TIME_OF_RESTORE: Timestamp = Timestamp(2_148_483_648_000);

/// Reads a backup. A crash or hang of an app counts as a refusal, as the vectors say.
pub(super) fn read_backup(release: Release, input: &ReadBackup) -> Answer<RestoredState> {
    let own_id = id(&input.own_id)?;
    match release.read_as_asked(input)? {
        Outcome::Restored(restored) => Ok(RestoredState {
            restored: restored.state(own_id),
        }),
        Outcome::Refused(stop) | Outcome::Broken { stop, .. } => {
            Err(Refusal::at(stop.stage, stop.reason))
        }
        Outcome::Unknown { because } => Err(Refusal::unsupported(because)),
    }
}

impl Release {
    /// Returns what this release restores from the input of an adapter operation.
    ///
    /// # Errors
    /// If the input is invalid: a malformed ID, or a key of another length.
    pub fn read_as_asked(self, input: &ReadBackup) -> Answer<Outcome> {
        let around = Surroundings {
            own_id: id(&input.own_id)?,
            directory: directory(&input.directory)?,
            now: TIME_OF_RESTORE,
        };
        Ok(match &input.backup {
            BackupToRead::Open { document } => self.read(&document.0, &around),
            BackupToRead::Sealed { key, body } => {
                let key = EncryptionKey::from_bytes(key.exactly(Stage::Open)?);
                self.open(&key, &body.0, &around)
            }
        })
    }
}

fn directory(known: &[DirectoryId]) -> Answer<Directory> {
    let answering = known.iter().filter(|it| it.state == DirectoryState::Active);
    let entries = answering.map(|known| {
        let entry = DirectoryEntry {
            public_key: PublicKey(known.public_key.exactly(Stage::Meaning)?),
            state: IdentityState::Active,
        };
        Ok((id(&known.id)?, entry))
    });
    entries
        .collect::<Answer<BTreeMap<_, _>>>()
        .map(Directory::Answers)
}

pub(super) fn write_backup(release: Release, input: &WriteBackup) -> Answer<WrittenDocument> {
    if release.client() == Client::Desktop {
        return Err(Refusal::unsupported("it writes no backup"));
    }
    release.usual().write_as_asked(input)
}

impl Origin {
    /// Returns what this release writes for the input of an adapter operation.
    ///
    /// # Errors
    /// If the input is invalid: not a document, no identity in it, or a malformed ID.
    pub fn write_as_asked(self, input: &WriteBackup) -> Answer<WrittenDocument> {
        let document = Document::parse(&input.backup.0)
            .map_err(|error| Refusal::at(Stage::Json, error.to_string()))?;
        let (backup, _) = Backup::read(document);
        let backup = backup.ok_or_else(|| Refusal::at(Stage::Meaning, "it holds no identity"))?;
        let phone = Phone::new(id(&input.own_id)?);
        Ok(WrittenDocument {
            document: Hex(self.write(&backup, &phone)),
        })
    }
}

fn id(text: &str) -> Answer<ThreemaId> {
    ThreemaId::parse(text).map_err(|error| Refusal::at(Stage::Meaning, error.to_string()))
}
