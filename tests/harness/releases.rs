//! What an entry in the list of releases claims: where a release changes an aspect, something that
//! this project reads, writes or asks differs from the release before, and nowhere else.

use safe_conformance::adapter::{Implementation as _, Operation, Request};
use safe_conformance::clients::release::Aspect;
use safe_conformance::clients::restore::{Directory, Surroundings};
use safe_conformance::clients::{KNOWN_ISSUES, Origin, Phone, Release};
use safe_conformance::safe::backup::{Backup, Contact, Group, GroupId, Timestamp};
use safe_conformance::safe::envelope::{self, Compression, Nonce};
use safe_conformance::safe::{EncryptionKey, ThreemaId};
use safe_conformance::vectors::{self, File};
use std::collections::BTreeMap;

/// What a release makes of bodies that are not as they should be: cut, sealed with another key, in
/// two members of gzip, and with bytes after the end.
fn opened(release: Release) -> Vec<String> {
    let (key, nonce) = (EncryptionKey::from_bytes([7; 32]), Nonce([9; 24]));
    let member = |text: &str| envelope::pack(text.as_bytes(), Compression::Stored);
    let two = [member("{\"info\":"), member("{}}")].concat();
    let tail = [member("{}"), vec![0]].concat();
    let sealed = |packed: &[u8]| envelope::encrypt(&key, &nonce, packed);
    let whole = sealed(&member("{}"));
    let around = Surroundings {
        own_id: ThreemaId::parse("OWNID123").expect("an ID"),
        directory: Directory::Unreachable,
        now: Timestamp(1),
    };
    let other = EncryptionKey::from_bytes([8; 32]);
    [
        (&key, whole[..20].to_vec()),
        (&other, whole),
        (&key, sealed(&two)),
        (&key, sealed(&tail)),
    ]
    .iter()
    .map(|(key, body)| format!("{:?}", release.open(key, body, &around)))
    .collect()
}

/// The forms of documents that it writes.
fn written(release: Release) -> [Option<Origin>; 2] {
    let forms = [release.usual(), release.device_link()];
    forms.map(|origin| origin.writes().then_some(origin))
}

/// What it writes for a phone in a state that no document shows: with a group that the user left
/// while the list still held the user's own ID, a removed contact, and a deleted group.
fn unusual(origin: Origin) -> String {
    let id = |text| ThreemaId::parse(text).expect("an ID");
    let own_id = id("OWNID123");
    let mut phone = Phone::new(own_id);
    let mut backup = Backup::sample(&[7; 32], 1);
    phone.removed_contacts.insert(id("ECHOECHO"));
    backup.contacts.push(Contact::new(id("ECHOECHO")));
    for (number, is_left) in [(1, true), (2, false)] {
        let mut group = Group::new(GroupId([number; 8]), own_id);
        group.members = vec![own_id].into();
        group.deleted = Some(!is_left);
        phone
            .left_groups
            .extend(is_left.then_some((group.id, group.creator)));
        backup.groups.push(group);
    }
    String::from_utf8_lossy(&origin.write(&backup, &phone)).into_owned()
}

/// What a release answers to a vector.
fn answered(release: Release, request: &Request) -> String {
    match request {
        Request::ReadBackup(input) => {
            format!("{:?}", release.read_as_asked(input))
        }
        Request::WriteBackup(input) => {
            let documents = written(release).map(|origin| {
                let document = origin?.write_as_asked(input).ok()?.document;
                Some(String::from_utf8_lossy(&document.0).into_owned())
            });
            format!("{documents:?}")
        }
        Request::RequestUrls(input) => {
            format!("{:?}", release.request_urls(input.clone()))
        }
        Request::JudgeExchange(input) => {
            format!("{:?}", release.judge_exchange(input.clone()))
        }
        Request::ParseConfig(input) => {
            format!("{:?}", release.parse_config(input.clone()))
        }
        other => panic!("compare the answers to {other:?} here"),
    }
}

/// What is known of a release in an aspect and stands in no vector.
fn beside_the_vectors(release: Release, aspect: Aspect) -> String {
    match aspect {
        Aspect::Writing => {
            let forms = written(release).into_iter().flatten();
            let forms =
                forms.map(|origin| format!("{:?} {}", origin.compression(), unusual(origin)));
            forms.collect::<Vec<_>>().join("\n")
        }
        Aspect::Reading => opened(release).join("\n"),
        Aspect::Transport => {
            let issues = KNOWN_ISSUES.iter().filter(|issue| {
                issue.client == release.client() && issue.releases.contains(release)
            });
            let issues: Vec<_> = issues.map(|issue| issue.id).collect();
            format!(
                "{:?} {:?} {issues:?}",
                release.refresh(),
                release.transport()
            )
        }
        other => panic!("compare {other:?} here"),
    }
}

/// Every vector of an aspect, with its request.
fn asked(aspect: Aspect) -> Vec<(&'static str, Request)> {
    let vectors = vectors::all().iter().flat_map(File::vectors);
    let of_aspect = vectors.filter(|(group, _)| match group.operation {
        Operation::ReadBackup => aspect == Aspect::Reading,
        Operation::WriteBackup => aspect == Aspect::Writing,
        Operation::RequestUrls | Operation::JudgeExchange | Operation::ParseConfig => {
            aspect == Aspect::Transport
        }
        _ => false,
    });
    let requests = of_aspect.map(|(_, vector)| (&*vector.id, vector.request()));
    requests.collect()
}

/// Everything known of a release in one aspect, by the vector.
fn known(release: Release, aspect: Aspect, asked: &[(&str, Request)]) -> BTreeMap<String, String> {
    let answers = asked
        .iter()
        .map(|(id, request)| ((*id).to_owned(), answered(release, request)));
    let mut known: BTreeMap<_, _> = answers.collect();
    let beside = beside_the_vectors(release, aspect);
    known.insert("what no vector shows".to_owned(), beside);
    // What is compared names the release itself.
    let names = [
        format!("{release:?}"),
        release.to_string(),
        format!("{}A", release.first_version()),
    ];
    for said in known.values_mut() {
        for name in &names {
            *said = said.replace(name, "the release");
        }
    }
    known
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_release_differs_from_the_one_before_in_what_its_entry_says_and_in_nothing_else() {
    let mut wrong = Vec::new();
    for aspect in Aspect::ALL {
        let asked = asked(aspect);
        let all: Vec<_> = Release::ALL
            .iter()
            .map(|release| (*release, known(*release, aspect, &asked)))
            .collect();
        for pair in all.windows(2) {
            let [(before, earlier), (release, later)] = pair else {
                unreachable!("windows of two");
            };
            if before.client() != release.client() {
                continue;
            }
            let differing = later
                .iter()
                .find(|(id, said)| earlier.get(*id) != Some(said));
            match (release.change(aspect), differing) {
                (Some(change), None) => {
                    wrong.push(format!("{release}: no case shows \"{change}\""));
                }
                (None, Some((id, _))) => wrong.push(format!(
                    "{release}: {aspect:?} differs in {id}, and its entry is silent"
                )),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
