//! The inputs and outputs of the operations on whole documents.

use super::hex::Hex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The input of [`Operation::ReadBackup`](super::Operation::ReadBackup). Source: clauses 2.1 and
/// 3.1 to 3.7.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReadBackup {
    /// The backup.
    #[serde(flatten)]
    pub backup: BackupToRead,
    /// The Threema ID to which the backup belongs.
    pub own_id: String,
    /// The IDs that exist. Every other ID does not.
    pub directory: Vec<DirectoryId>,
}

/// A backup to read: open or sealed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BackupToRead {
    /// The document alone.
    Open {
        /// Its bytes.
        document: Hex,
    },
    /// The body of a download.
    Sealed {
        /// The encryption key, 32 bytes.
        key: Hex,
        /// The body.
        body: Hex,
    },
}

/// The entry of an ID in the directory.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoryId {
    /// The ID.
    pub id: String,
    /// Its public key, 32 bytes.
    pub public_key: Hex,
    /// Whether the directory still serves the ID.
    pub state: DirectoryState,
}

/// Whether the directory serves an ID.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DirectoryState {
    /// It serves the ID.
    Active,
    /// It no longer serves the ID, which was revoked.
    Revoked,
}

/// The output of [`Operation::ReadBackup`](super::Operation::ReadBackup).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoredState {
    /// The state of the phone after the restore, in the form that `vectors/README.md` describes.
    pub restored: Map<String, Value>,
}

/// The input of [`Operation::WriteBackup`](super::Operation::WriteBackup). Source: clauses 3.1 to
/// 3.7.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteBackup {
    /// The backup, as a document in the form that the newest Android release writes.
    pub backup: Hex,
    /// The Threema ID to which the backup belongs.
    pub own_id: String,
}

/// The output of [`Operation::WriteBackup`](super::Operation::WriteBackup).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenDocument {
    /// The bytes of the document that would be sealed and uploaded.
    pub document: Hex,
}

/// The input of [`Operation::SealBackup`](super::Operation::SealBackup). Source: clauses 2.1, 2.2
/// and 2.5.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealBackup {
    /// The encryption key, 32 bytes.
    pub key: Hex,
    /// The nonce, 24 bytes; `None` if the implementation chooses it as for an upload.
    pub nonce: Option<Hex>,
    /// The bytes of the document.
    pub document: Hex,
}

/// The output of [`Operation::SealBackup`](super::Operation::SealBackup).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedBackup {
    /// The body that would be uploaded.
    pub body: Hex,
}

/// The input of [`Operation::OpenBackup`](super::Operation::OpenBackup). Source: clauses 2.1 to
/// 2.3.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenBackup {
    /// The encryption key, 32 bytes.
    pub key: Hex,
    /// The body of a download.
    pub body: Hex,
}

/// The output of [`Operation::OpenBackup`](super::Operation::OpenBackup).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedBackup {
    /// The bytes of the document, before they are parsed as JSON.
    pub document: Hex,
}
