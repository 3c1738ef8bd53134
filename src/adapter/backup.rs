//! What the operations on whole documents take and give.

use super::hex::Hex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What [`Operation::ReadBackup`](super::Operation::ReadBackup) takes. Source: clauses 2.1 and 3.1
/// to 3.7.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReadBackup {
    /// The backup.
    #[serde(flatten)]
    pub backup: BackupToRead,
    /// The Threema ID whose backup it is.
    pub own_id: String,
    /// The IDs that exist. One that is not among them does not.
    pub directory: Vec<DirectoryId>,
}

/// A backup to be read: open or sealed.
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

/// What the directory knows of an ID.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoryId {
    /// The ID.
    pub id: String,
    /// Its public key, 32 bytes.
    pub public_key: Hex,
    /// Whether it answers for it.
    pub state: DirectoryState,
}

/// Whether the directory answers for an ID.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryState {
    /// It does.
    Active,
    /// It did once: the ID was revoked.
    Revoked,
}

/// What [`Operation::ReadBackup`](super::Operation::ReadBackup) gives.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoredState {
    /// What is on the phone then, in the form that `vectors/README.md` describes.
    pub restored: Map<String, Value>,
}

/// What [`Operation::WriteBackup`](super::Operation::WriteBackup) takes. Source: clauses 3.1 to
/// 3.7.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteBackup {
    /// The backup, as a document spelled as Android of today spells it.
    pub backup: Hex,
    /// The Threema ID whose backup it is.
    pub own_id: String,
}

/// What [`Operation::WriteBackup`](super::Operation::WriteBackup) gives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenDocument {
    /// The bytes of the document that would be sealed and uploaded.
    pub document: Hex,
}

/// What [`Operation::SealBackup`](super::Operation::SealBackup) takes. Source: clauses 2.1, 2.2 and
/// 2.5.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealBackup {
    /// The encryption key, 32 bytes.
    pub key: Hex,
    /// The nonce, 24 bytes; nothing where the implementation chooses it as it does for an upload.
    pub nonce: Option<Hex>,
    /// The bytes of the document.
    pub document: Hex,
}

/// What [`Operation::SealBackup`](super::Operation::SealBackup) gives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedBackup {
    /// The body that would be uploaded.
    pub body: Hex,
}

/// What [`Operation::OpenBackup`](super::Operation::OpenBackup) takes. Source: clauses 2.1 to 2.3.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenBackup {
    /// The encryption key, 32 bytes.
    pub key: Hex,
    /// The body of a download.
    pub body: Hex,
}

/// What [`Operation::OpenBackup`](super::Operation::OpenBackup) gives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedBackup {
    /// The bytes of the document, before anybody reads them as JSON.
    pub document: Hex,
}
