//! What an entry in the list of releases claims: where a release changes an aspect, something that
//! this project reads, writes or asks differs from the release before, and nowhere else.

use safe_conformance::adapter::{Implementation as _, Request};
use safe_conformance::clients::release::Aspect;
use safe_conformance::clients::restore::{Directory, Surroundings};
use safe_conformance::clients::{KNOWN_ISSUES, Origin, Phone, Release};
use safe_conformance::safe::backup::{Backup, Contact, Group, GroupId, Timestamp};
use safe_conformance::safe::envelope::{self, Compression, Nonce};
use safe_conformance::safe::{EncryptionKey, ThreemaId};
use safe_conformance::vectors::{self, File};
use std::collections::BTreeMap;

/// What makes of bodies that are not as they should be: cut, sealed with another key, in two
/// members of gzip, and with bytes after the end.
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

/// Everything known of a release in one aspect, by the vector or the name of the case.
fn known(release: Release, aspect: Aspect) -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    let vectors = vectors::all().iter().flat_map(File::vectors);
    for (_, vector) in vectors {
        let said = match (vector.request(), aspect) {
            (Request::ReadBackup(input), Aspect::Reading) => {
                format!("{:?}", release.read_as_asked(&input))
            }
            (Request::WriteBackup(input), Aspect::Writing) => {
                format!(
                    "{:?}",
                    written(release).map(|origin| Some(
                        String::from_utf8_lossy(&origin?.write_as_asked(&input).ok()?.document.0)
                            .into_owned()
                    ))
                )
            }
            (Request::RequestUrls(input), Aspect::Transport) => {
                format!("{:?}", release.request_urls(input))
            }
            (Request::JudgeExchange(input), Aspect::Transport) => {
                format!("{:?}", release.judge_exchange(input))
            }
            (Request::ParseConfig(input), Aspect::Transport) => {
                format!("{:?}", release.parse_config(input))
            }
            _ => continue,
        };
        known.insert(vector.id.clone(), said);
    }
    let of_client = KNOWN_ISSUES
        .iter()
        .filter(|issue| issue.client == release.client());
    let issues = of_client
        .filter(|issue| issue.releases.contains(release))
        .map(|issue| issue.id);
    let besides = match aspect {
        Aspect::Writing => written(release)
            .into_iter()
            .flatten()
            .map(|origin| format!("{:?} {}", origin.compression(), unusual(origin)))
            .collect(),
        Aspect::Reading => vec![format!("{:?}", opened(release))],
        Aspect::Transport => vec![
            format!("{:?}", release.refresh()),
            format!("{:?}", release.transport()),
            format!("{:?}", issues.collect::<Vec<_>>()),
        ],
        other => panic!("compare {other:?} here"),
    };
    let besides = besides.into_iter().enumerate();
    known.extend(besides.map(|(number, said)| (format!("besides {number}"), said)));
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

fn differing(one: Release, other: Release, aspect: Aspect) -> Vec<String> {
    let (one, other) = (known(one, aspect), known(other, aspect));
    let differs = one
        .iter()
        .filter(|(name, said)| other.get(*name) != Some(said));
    differs.map(|(name, _)| name.clone()).collect()
}

#[test]
fn a_release_differs_from_the_one_before_in_what_its_entry_says_and_in_nothing_else() {
    let mut wrong = Vec::new();
    let pairs = Release::ALL.windows(2).map(|pair| (pair[0], pair[1]));
    for (before, release) in pairs.filter(|(one, other)| one.client() == other.client()) {
        for aspect in Aspect::ALL {
            let differing = differing(before, release, aspect);
            match (release.change(aspect), differing.first()) {
                (Some(change), None) => {
                    wrong.push(format!("{release}: no case shows \"{change}\""));
                }
                (None, Some(first)) => {
                    wrong.push(format!(
                        "{release}: {aspect:?} differs in {first}, and its entry is silent"
                    ));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
