//! The known answers on the wire: tests every `config` and restores every document of the vectors.

use super::super::case::{RigCase, name};
use crate::adapter::{BackupToRead, DirectoryId, Operation, Request};
use crate::rig::{Action, Answer, Before, Document, Login};
use crate::safe::{EncryptionKey, Stage, clause, envelope};
use crate::vectors;

pub(super) fn cases() -> Vec<RigCase> {
    let mut cases = Vec::new();
    let vectors = vectors::all().iter().flat_map(vectors::File::vectors);
    // A request of another operation may take long to make.
    for (group, vector) in vectors.filter(|(group, _)| is_on_the_wire(group.operation)) {
        match vector.request() {
            Request::ParseConfig(input) => cases.push(
                RigCase::new(
                    name(format!("rig.{}", vector.id)),
                    vector.comment.clone(),
                    clause::CONFIG,
                )
                .does(&[Action::Test])
                .stage(Stage::Json)
                .on(|script| {
                    script.config = Answer::Full {
                        status: 200,
                        headers: vec![("content-type", "application/json".to_owned())],
                        body: input.body.0,
                    };
                })
                .known_by(vector, group.operation),
            ),
            Request::ReadBackup(input) => {
                let Some(before) = before(input.backup) else {
                    continue;
                };
                cases.push(
                    RigCase::new(
                        name(format!("rig.{}", vector.id)),
                        vector.comment.clone(),
                        clause::DOCUMENT,
                    )
                    .does(&[Action::Restore])
                    .stage(Stage::Meaning)
                    .on(|script| {
                        script.before = before;
                        // The case does not test how a client logs in.
                        script.login = Login::Open;
                        script.directory = Some(directory(&input.own_id, &input.directory));
                    })
                    .known_by(vector, group.operation),
                );
            }
            _ => {}
        }
    }
    cases
}

fn is_on_the_wire(operation: Operation) -> bool {
    matches!(operation, Operation::ParseConfig | Operation::ReadBackup)
}

/// Returns the backup on the server: the vector's document, or the content of its body, sealed with
/// the key of the rig's user. `None` for a body that its key does not open.
fn before(backup: BackupToRead) -> Option<Before> {
    match backup {
        BackupToRead::Open { document } => Some(Before::Backup(Document::Text(document.0))),
        BackupToRead::Sealed { key, body } => {
            let key = EncryptionKey::from_bytes(key.exactly(Stage::Open).ok()?);
            let packed = envelope::decrypt(&key, &body.0).ok()?;
            Some(Before::Packed(packed))
        }
    }
}

/// Returns the vector's directory, and the ID of its backup. Contacts that are not listed do not
/// exist.
fn directory(own_id: &str, ids: &[DirectoryId]) -> Vec<u8> {
    serde_json::json!({ "own_id": own_id, "ids": ids })
        .to_string()
        .into()
}
