//! The models of the clients' releases against the vectors of whole documents: what each restores and what each writes.

use safe_conformance::adapter::{Request, WriteBackup};
use safe_conformance::clients::{Phone, Writer};
use safe_conformance::safe::ThreemaId;
use safe_conformance::safe::backup::Backup;
use safe_conformance::safe::json::Document;
use safe_conformance::suites::client;
use safe_conformance::terms::Client;
use safe_conformance::vectors::{self, Expected, File, Outcome, Vector};

/// Every vector of whole documents.
fn all() -> impl Iterator<Item = &'static Vector> {
    let file = vectors::all()
        .iter()
        .find(|file| file.algorithm == "payload");
    file.into_iter()
        .flat_map(File::vectors)
        .map(|(_, vector)| vector)
}

/// What a vector says of each release that is known, the newest ones under the names given.
fn by_release<'a>(
    vector: &'a Vector,
    newest: &'a [(Client, &'static str)],
) -> impl Iterator<Item = (&'a str, &'a Outcome)> {
    let earlier = vector.earlier.iter().flat_map(|earlier| {
        let names = earlier.releases.iter();
        names.map(|name| (name.as_str(), &earlier.outcome))
    });
    newest
        .iter()
        .map(|(client, name)| (*name, vector.wanted.of(*client)))
        .chain(earlier)
}

fn written(writer: Writer, input: &WriteBackup) -> Vec<u8> {
    let document = Document::parse(&input.backup.0).expect("JSON");
    let (backup, deviations) = Backup::read(document);
    let backup = backup.unwrap_or_else(|| panic!("no backup: {deviations:?}"));
    let own_id = ThreemaId::parse(&input.own_id).expect("an ID");
    writer.write(&backup, &Phone::new(own_id))
}

#[test]
fn every_release_writes_what_the_vectors_say() {
    let newest = [
        (Client::Android, Writer::Android6_4.id()),
        (Client::Ios, Writer::Ios6_3.id()),
    ];
    let (mut held, mut wrong) = (0, Vec::new());
    for vector in all() {
        let Request::WriteBackup(input) = vector.request() else {
            continue;
        };
        for (name, outcome) in by_release(vector, &newest) {
            let writer = Writer::of_id(name).unwrap_or_else(|| panic!("no writer is {name}"));
            let Outcome::Valid { output, .. } = outcome else {
                continue;
            };
            let Some(Expected::Document {
                written: pointers,
                contains,
            }) = output.get("document")
            else {
                panic!("{}: no document", vector.id);
            };
            held += 1;
            let bytes = written(writer, &input);
            if let Some(difference) = client::document(pointers, contains, &bytes) {
                wrong.push(format!("{} as {name}: {difference}", vector.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(held > 100, "only {held} were held");
}
