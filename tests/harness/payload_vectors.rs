//! The clients' releases against the vectors of whole documents: what each restores
//! and what each writes.

use safe_conformance::adapter::Request;
use safe_conformance::clients::restore::{self, Directory, Surroundings};
use safe_conformance::clients::{Origin, Release};
use safe_conformance::safe::backup::Timestamp;
use safe_conformance::safe::{Client, Stage};
use safe_conformance::safe::{EncryptionKey, ThreemaId};
use safe_conformance::suites::client;
use safe_conformance::vectors::{self, Expected, File, Outcome, Vector};
use std::collections::BTreeMap;

/// Every vector of whole documents.
fn all() -> impl Iterator<Item = &'static Vector> {
    ["payload", "read-backup", "write-backup"]
        .into_iter()
        .flat_map(of_file)
}

fn of_file(name: &str) -> impl Iterator<Item = &'static Vector> {
    let file = vectors::all().iter().find(|file| file.algorithm == name);
    file.into_iter()
        .flat_map(File::vectors)
        .map(|(_, vector)| vector)
}

/// What a vector says of each known release; the newest ones have the given names.
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

#[test]
fn every_release_writes_what_the_vectors_say() {
    let newest = [(Client::Android, "android"), (Client::Ios, "ios")];
    let (mut held, mut wrong) = (0, Vec::new());
    for vector in all() {
        let Request::WriteBackup(input) = vector.request() else {
            continue;
        };
        for (name, outcome) in by_release(vector, &newest) {
            let writer = Origin::named(name).unwrap_or_else(|error| panic!("{name}: {error}"));
            let Outcome::Valid { output, .. } = outcome else {
                continue;
            };
            held += 1;
            let document = writer
                .write_as_asked(&input)
                .expect("it makes sense")
                .document;
            let difference = match output.get("document") {
                Some(Expected::Document { written, contains }) => {
                    client::document(written, contains, &document.0)
                }
                Some(Expected::Whole(whole)) => client::whole_document(whole, &document.0),
                _ => panic!("{}: no document", vector.id),
            };
            if let Some(difference) = difference {
                wrong.push(format!("{} as {name}: {difference}", vector.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(held > 500, "only {held} were held");
}

/// What is wrong with a reader's result for a vector, if anything.
fn misread(found: &restore::Outcome, wanted: &Outcome, own_id: &str) -> Option<String> {
    let own_id = ThreemaId::parse(own_id).expect("an ID");
    let (how, stop) = match (found, wanted) {
        (_, Outcome::NotApplicable { .. })
        | (restore::Outcome::Unknown { .. }, Outcome::Unknown { .. }) => return None,
        (restore::Outcome::Restored(restored), Outcome::Unknown { .. }) => {
            let is_sure = restored.unsure.is_empty();
            return is_sure.then(|| "the vector says unknown, but nothing is unsure".to_owned());
        }
        (restore::Outcome::Restored(restored), Outcome::Valid { output, .. }) => {
            let found = restored.state(own_id).into();
            return match output.get("restored") {
                Some(Expected::Restored(pointers)) => client::restored(pointers, &found),
                Some(Expected::State(state)) => client::state(state, &found),
                _ => Some("the vector does not say what is restored".to_owned()),
            };
        }
        (restore::Outcome::Refused(stop), _) => (None, stop),
        (restore::Outcome::Broken { how, stop }, _) => (Some(*how), stop),
        (other, _) => return Some(format!("{other:?}")),
    };
    let Outcome::Invalid {
        stage,
        broken: wanted,
        ..
    } = wanted
    else {
        return Some(format!("stopped: {how:?}, {stop:?}"));
    };
    let is_as_wanted = stop.stage == *stage && how == *wanted;
    (!is_as_wanted).then(|| format!("{how:?} at {}, not {wanted:?} at {stage}", stop.stage))
}

#[test]
fn every_release_reads_what_the_vectors_say() {
    let newest = [
        (Client::Android, "android"),
        (Client::Ios, "ios"),
        (Client::Desktop, "desktop"),
    ];
    let (mut held, mut wrong) = (0, Vec::new());
    for vector in all() {
        let Request::ReadBackup(input) = vector.request() else {
            continue;
        };
        for (name, outcome) in by_release(vector, &newest) {
            let reader = Release::named(name).unwrap_or_else(|error| panic!("{name}: {error}"));
            held += 1;
            let found = reader.read_as_asked(&input).expect("it makes sense");
            if let Some(difference) = misread(&found, outcome, &input.own_id) {
                wrong.push(format!("{} as {name}: {difference}", vector.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(held > 700, "only {held} were held");
}

/// The stage at which our reader of each newest release stops before it reads the document.
fn stopped_early(found: &restore::Outcome) -> Option<(Option<restore::Broken>, Stage)> {
    let (how, stop) = match found {
        restore::Outcome::Refused(stop) => (None, stop),
        restore::Outcome::Broken { how, stop } => (Some(*how), stop),
        _ => return None,
    };
    let is_no_object = stop.path.as_ref().is_some_and(|path| path.0.is_empty());
    (stop.stage < Stage::Meaning || is_no_object).then_some((how, stop.stage))
}

#[test]
fn every_newest_release_opens_what_the_vectors_of_envelopes_say() {
    let newest = Client::ALL.map(|client| (client, Release::newest(client)));
    let around = Surroundings {
        own_id: ThreemaId::parse("ECHOECHO").expect("an ID"),
        directory: Directory::Answers(BTreeMap::new()),
        now: Timestamp(1),
    };
    let (mut held, mut wrong) = (0, Vec::new());
    for vector in of_file("envelope") {
        // This is a limit of the harness: no client limits the unpacked size.
        if vector.flags.iter().any(|flag| flag == "Bomb") {
            continue;
        }
        let Request::Open(input) = vector.request() else {
            panic!("{}: not to be opened", vector.id);
        };
        let key = EncryptionKey::from_bytes(input.key.0.as_slice().try_into().expect("32 bytes"));
        for (client, reader) in newest {
            let found = reader.open(&key, &input.body.0, &around);
            let wanted = match vector.wanted.of(client) {
                Outcome::Valid { .. } => None,
                Outcome::Invalid { stage, broken, .. } => Some((*broken, *stage)),
                Outcome::Unknown { .. } | Outcome::NotApplicable { .. } => continue,
            };
            held += 1;
            if stopped_early(&found) != wanted {
                wrong.push(format!(
                    "{} as {reader}: {found:?}, not {wanted:?}",
                    vector.id
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(held > 180, "only {held} were held");
}
