//! A client of one file, held to the known answers: `cargo run --example minimal_client`.
//!
//! It has two operations, `derive` and `open_backup`, made only of libraries. Put your own code in
//! their place. Run `cargo run --example minimal_client -- --list` to see the vectors that it is
//! asked, and add operations one by one: each is a method of [`Implementation`], and
//! `vectors/README.md` describes its input and its output.

use safe_conformance::adapter::{
    Answer, Derive, Derived, Hello, Hex, Implementation, OpenBackup, OpenedBackup, Operation,
    Refusal,
};
use safe_conformance::safe::keys::{self, BackupPassword, ThreemaId};
use safe_conformance::safe::{EncryptionKey, Stage, envelope};
use std::process::ExitCode;

/// The largest document that it unpacks, in bytes.
const LIMIT_BYTES: usize = 16 << 20;

struct MinimalClient;

impl Implementation for MinimalClient {
    fn hello(&self) -> Hello {
        let operations = [Operation::Derive, Operation::OpenBackup];
        Hello::new("minimal client", env!("CARGO_PKG_VERSION"), &operations)
    }

    fn derive(&self, input: Derive) -> Answer<Derived> {
        let id = ThreemaId::parse(&input.id)
            .map_err(|error| Refusal::at(error.stage(), error.to_string()))?;
        let keys = keys::derive(&BackupPassword::new(input.password), &id);
        let (backup_id, encryption_key) =
            (keys.backup_id.as_bytes(), keys.encryption_key.as_bytes());
        Ok(Derived {
            master_key: Hex([&backup_id[..], &encryption_key[..]].concat()),
            backup_id: (*backup_id).into(),
            encryption_key: (*encryption_key).into(),
            resource: format!("backups/{}", keys.backup_id.to_hex()),
            shard_prefix: keys.backup_id.shard_prefix(),
        })
    }

    fn open_backup(&self, input: OpenBackup) -> Answer<OpenedBackup> {
        let key = EncryptionKey::from_bytes(input.key.exactly(Stage::Size)?);
        match envelope::open(&key, &input.body.0, LIMIT_BYTES) {
            Ok(document) => Ok(OpenedBackup {
                document: Hex(document),
            }),
            Err(error) => Err(Refusal::at(error.stage(), error.to_string())),
        }
    }
}

fn main() -> ExitCode {
    safe_conformance::client_tests(MinimalClient)
}
