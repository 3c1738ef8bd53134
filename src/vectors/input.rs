//! The inputs of each operation, as the files write them.

use super::error::{LoadError, Recipes, Source};
use super::recipe::{Bytes, Text, sha256};
use crate::adapter::{
    BackupToRead, CheckPassword, Derive, DirectoryId, Hex, JudgeExchange, Open, OpenBackup,
    OpenBox, Operation, ParseConfig, ReadBackup, Request, RequestUrls, Scrypt, Seal, SealBackup,
    ServerAnswer, ServerOperation, To, WriteBackup,
};
use crate::safe::envelope::{self, NONCE_BYTES};
use crate::safe::keys::KEY_BYTES;
use crate::safe::{EncryptionKey, Nonce};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::OnceLock;

/// An input that is not expanded.
#[derive(Clone, Debug)]
pub(super) enum Input {
    Scrypt(Scrypt),
    Derive(DeriveInput),
    Seal(SealInput),
    OpenBox(OpenBoxInput),
    Open(OpenInput),
    SealBackup(SealBackupInput),
    OpenBackup(OpenInput),
    ParseConfig(ParseConfigInput),
    RequestUrls(RequestUrls),
    CheckPassword(CheckPasswordInput),
    JudgeExchange(JudgeExchangeInput),
    ReadBackup(ReadBackupInput),
    WriteBackup(WriteBackupInput),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeriveInput {
    password: Text,
    id: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealInput {
    key: Hex,
    nonce: Hex,
    plaintext: Bytes,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenBoxInput {
    key: Hex,
    nonce: Hex,
    r#box: Bytes,
}

/// The body itself, or a recipe for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenInput {
    key: Hex,
    body: Option<Bytes>,
    seal: Option<Recipe>,
    body_length: Option<usize>,
    body_sha256: Option<Hex>,
    /// The output of `seal`, once it was computed.
    #[serde(skip)]
    sealed: OnceLock<Hex>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealBackupInput {
    key: Hex,
    nonce: Option<Hex>,
    document: Bytes,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    nonce: Hex,
    plaintext: Bytes,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParseConfigInput {
    body: Bytes,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckPasswordInput {
    password: Text,
    pattern: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JudgeExchangeInput {
    operation: ServerOperation,
    key: Option<Hex>,
    credentials: bool,
    body_length: Option<u64>,
    max_backup_bytes: Option<String>,
    answers: Vec<AnswerInput>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerInput {
    to: To,
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
}

/// The document, or a key and the body that it opens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadBackupInput {
    document: Option<Bytes>,
    key: Option<Hex>,
    body: Option<Bytes>,
    own_id: String,
    directory: Vec<DirectoryId>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WriteBackupInput {
    backup: Bytes,
    own_id: String,
}

impl Input {
    pub(super) fn read<'a>(
        operation: Operation,
        source: Source<'a>,
        raw: &'a RawValue,
    ) -> Result<Self, LoadError> {
        let input = match operation {
            Operation::Scrypt => Self::Scrypt(source.part(raw)?),
            Operation::Derive => Self::Derive(source.part(raw)?),
            Operation::Seal => Self::Seal(source.part(raw)?),
            Operation::OpenBox => Self::OpenBox(source.part(raw)?),
            Operation::Open => Self::Open(source.part(raw)?),
            Operation::SealBackup => Self::SealBackup(source.part(raw)?),
            Operation::OpenBackup => Self::OpenBackup(source.part(raw)?),
            Operation::ParseConfig => Self::ParseConfig(source.part(raw)?),
            Operation::RequestUrls => Self::RequestUrls(source.part(raw)?),
            Operation::CheckPassword => Self::CheckPassword(source.part(raw)?),
            Operation::JudgeExchange => Self::JudgeExchange(source.part(raw)?),
            Operation::ReadBackup => Self::ReadBackup(source.part(raw)?),
            Operation::WriteBackup => Self::WriteBackup(source.part(raw)?),
        };
        let complaint = match &input {
            Self::Open(open) | Self::OpenBackup(open) => open.complaint(source.recipes),
            Self::ReadBackup(read) if read.backup().is_none() => {
                Some("an input of `read_backup` has a `document`, or a `key` and a `body`")
            }
            _ => None,
        };
        complaint.map_or(Ok(input), |reason| {
            Err(source.error(source.line_of(raw), reason))
        })
    }

    /// Returns the request, with everything expanded.
    pub(super) fn request(&self) -> Request {
        match self {
            Self::Scrypt(input) => Request::Scrypt(input.clone()),
            Self::Derive(input) => Request::Derive(Derive {
                password: input.password.0.clone(),
                id: input.id.clone(),
            }),
            Self::Seal(input) => Request::Seal(Seal {
                key: input.key.clone(),
                nonce: input.nonce.clone(),
                plaintext: input.plaintext.to_hex(),
            }),
            Self::OpenBox(input) => Request::OpenBox(OpenBox {
                key: input.key.clone(),
                nonce: input.nonce.clone(),
                r#box: input.r#box.to_hex(),
            }),
            Self::Open(input) => Request::Open(Open {
                key: input.key.clone(),
                body: input.body(),
            }),
            Self::SealBackup(input) => Request::SealBackup(SealBackup {
                key: input.key.clone(),
                nonce: input.nonce.clone(),
                document: input.document.to_hex(),
            }),
            Self::OpenBackup(input) => Request::OpenBackup(OpenBackup {
                key: input.key.clone(),
                body: input.body(),
            }),
            Self::ParseConfig(input) => Request::ParseConfig(ParseConfig {
                body: input.body.to_hex(),
            }),
            Self::RequestUrls(input) => Request::RequestUrls(input.clone()),
            Self::CheckPassword(input) => Request::CheckPassword(CheckPassword {
                password: input.password.0.clone(),
                pattern: input.pattern.clone(),
            }),
            Self::JudgeExchange(input) => Request::JudgeExchange(input.request()),
            Self::ReadBackup(input) => Request::ReadBackup(ReadBackup {
                // The parser has checked that it exists.
                backup: input.backup().unwrap_or_else(|| BackupToRead::Open {
                    document: Hex::default(),
                }),
                own_id: input.own_id.clone(),
                directory: input.directory.clone(),
            }),
            Self::WriteBackup(input) => Request::WriteBackup(WriteBackup {
                backup: input.backup.to_hex(),
                own_id: input.own_id.clone(),
            }),
        }
    }
}

impl ReadBackupInput {
    fn backup(&self) -> Option<BackupToRead> {
        match (&self.document, &self.key, &self.body) {
            (Some(document), None, None) => Some(BackupToRead::Open {
                document: document.to_hex(),
            }),
            (None, Some(key), Some(body)) => Some(BackupToRead::Sealed {
                key: key.clone(),
                body: body.to_hex(),
            }),
            _ => None,
        }
    }
}

impl OpenInput {
    fn complaint(&self, recipes: Recipes) -> Option<&'static str> {
        match self {
            Self {
                body: Some(_),
                seal: None,
                body_length: None,
                body_sha256: None,
                ..
            } => None,
            Self {
                body: None,
                seal: Some(seal),
                body_length: Some(length),
                body_sha256: Some(hash),
                key,
                ..
            } => {
                let fits = key.0.len() == KEY_BYTES && seal.nonce.0.len() == NONCE_BYTES;
                if !fits {
                    return Some("a key has 32 bytes, and a nonce 24");
                }
                if recipes == Recipes::WereCompared {
                    return None;
                }
                let body = self.body();
                (body.0.len() != *length || sha256(&body.0) != *hash)
                    .then_some("the sealed body does not have the given length and SHA-256")
            }
            _ => Some(
                "an input of `open` has a `body`, or `seal` with `body_length` and `body_sha256`",
            ),
        }
    }

    fn body(&self) -> Hex {
        match (&self.body, &self.seal) {
            (Some(body), _) => body.to_hex(),
            (None, Some(seal)) => self.sealed.get_or_init(|| self.made(seal)).clone(),
            (None, None) => Hex::default(),
        }
    }

    /// The key and the nonce have their correct lengths: `complaint` has checked them.
    fn made(&self, seal: &Recipe) -> Hex {
        let key = EncryptionKey::from_bytes(array(&self.key));
        let nonce = Nonce(array(&seal.nonce));
        Hex(envelope::encrypt(&key, &nonce, &seal.plaintext.to_vec()))
    }
}

fn array<const LENGTH: usize>(bytes: &Hex) -> [u8; LENGTH] {
    bytes.0.as_slice().try_into().unwrap_or([0; LENGTH])
}

impl JudgeExchangeInput {
    fn request(&self) -> JudgeExchange {
        let answer = |answer: &AnswerInput| ServerAnswer {
            to: answer.to,
            status: answer.status,
            headers: answer.headers.clone(),
            body: answer.body.to_hex(),
        };
        JudgeExchange {
            operation: self.operation,
            key: self.key.clone(),
            credentials: self.credentials,
            body_length: self.body_length,
            max_backup_bytes: self.max_backup_bytes.clone(),
            answers: self.answers.iter().map(answer).collect(),
        }
    }
}
