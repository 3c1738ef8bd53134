//! What is lost where, and where a restore stops: the places and the reasons. The vectors of whole
//! documents test what is on the phone, for each fact of `clients.read`.

use super::*;
use crate::clients::restore::{DirectoryEntry, IdentityState, made_up_key};
use crate::clients::{Origin, Phone, Release};
use crate::safe::ThreemaId;
use crate::safe::backup::{Backup, Timestamp, Verification};
use crate::safe::envelope::{Compression, Nonce, pack, seal};
use crate::safe::json::Document;

const OWN: &str = "OWNID123";

const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub(super) const ANDROID: &str = r#"{"info":{"version":1,"device":"6.4.2A/de_CH"},
"user":{"privatekey":"WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=","nickname":"Ada","links":[{"type":"email","value":"a@b"}]},
"contacts":[{"identity":"ECHOECHO","publickey":"RUNIT0VDSE9FQ0hPRUNIT0VDSE9FQ0hPRUNIT0VDSE8=","createdAt":1700000000000,"verification":2,"lastUpdate":5,"readReceipts":1,"typingIndicators":0},
{"identity":"ABCDEFGH","createdAt":0,"verification":1}],
"groups":[{"id":"0102030405060708","creator":"ECHOECHO","groupname":"Family","createdAt":7,"members":["ECHOECHO","OWNID123"],"deleted":false}],
"distributionlists":[{"id":"0100000000000000","name":"Neighbours","createdAt":7,"members":["ABCDEFGH"]},{"name":"None","members":[]}],
"settings":{"syncContacts":true,"disableScreenshots":true,"incognitoKeyboard":false,"blockedContacts":["BLOCKED1"],"syncExcludedIds":["ECHOECHO","ABCDEFGH"],"recentEmojis":["x"]}}"#;

pub(super) const IOS: &str = r#"{"settings":{"syncContacts":true,"blockedContacts":[],"syncExcludedIDs":["ECHOECHO"]},
"user":{"privatekey":"WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=","links":[{"name":"","type":"email","value":"a@b"}],"temporaryDeviceGroupKeyTodoRemove":"YSBkZXZpY2UgZ3JvdXAga2V5IG9mIDMyIGJ5dGVzLi4="},
"contacts":[{"identity":"ECHOECHO","verification":1,"firstname":"","private":false}],"info":{"device":"ios","version":1}}"#;

/// [`ANDROID`] with the key that Desktop requires.
pub(super) fn linked() -> String {
    let key = "YSBkZXZpY2UgZ3JvdXAga2V5IG9mIDMyIGJ5dGVzLi4=";
    let with_key = format!("\"temporaryDeviceGroupKeyTodoRemove\":\"{key}\",\"links\":");
    ANDROID.replace("\"links\":", &with_key)
}

pub(super) fn id(text: &str) -> ThreemaId {
    ThreemaId::parse(text).expect("an ID")
}

/// Returns surroundings whose directory knows everyone in these documents.
pub(super) fn around() -> Surroundings {
    let ids = ["ECHOECHO", "ABCDEFGH", "BLOCKED1"].map(id);
    let entry = |id| DirectoryEntry {
        public_key: made_up_key(id),
        state: IdentityState::Active,
    };
    Surroundings {
        own_id: id(OWN),
        directory: Directory::Answers(ids.into_iter().map(|id| (id, entry(id))).collect()),
        now: NOW,
    }
}

#[track_caller]
pub(super) fn restored(reader: Release, document: &str) -> Restored {
    match reader.read(document.as_bytes(), &around()) {
        Outcome::Restored(restored) => *restored,
        other => panic!("{reader}: {other:?}"),
    }
}

/// Returns the changes as text: kind and place.
pub(super) fn changes(restored: &Restored) -> Vec<String> {
    let said = restored
        .changes
        .iter()
        .map(|change| format!("{:?} {}", change.kind, change.path));
    said.collect()
}

#[track_caller]
pub(super) fn stops(reader: Release, document: &str) -> (Option<Broken>, String) {
    match reader.read(document.as_bytes(), &around()) {
        Outcome::Refused(stop) => (None, stop.reason),
        Outcome::Broken { how, stop } => (Some(how), stop.reason),
        other => panic!("{reader}: {other:?}"),
    }
}

fn is_unknown(reader: Release, document: &str) -> bool {
    matches!(
        reader.read(document.as_bytes(), &around()),
        Outcome::Unknown { .. }
    )
}

#[test]
fn from_android_to_ios() {
    let newest = restored(Release::Ios7_2, ANDROID);
    assert_eq!(
        changes(&newest),
        [
            "Lost `settings.syncExcludedIds[0]`",
            "Lost `settings.syncExcludedIds[1]`",
            "Lost `settings.disableScreenshots`",
            "Lost `settings.recentEmojis`",
            "Lost `groups[0].createdAt`",
            "Lost `distributionlists[0]`",
            "Lost `distributionlists[1]`",
        ]
    );
    assert!(newest.unsure.is_empty());
    let levels = newest.backup.contacts.iter().map(|each| each.verification);
    assert_eq!(
        levels.collect::<Vec<_>>(),
        [Some(Verification::Full), Some(Verification::Server)]
    );
    let old = changes(&restored(Release::Ios5_4, ANDROID));
    for more in [
        "Lost `contacts[0].createdAt`",
        "Lost `contacts[0].lastUpdate`",
    ] {
        assert!(old.iter().any(|each| each == more), "{old:?}");
    }
    assert_eq!(old.len(), 9, "{old:?}");
    let oldest = restored(Release::Ios4_6, ANDROID);
    assert!(
        !changes(&oldest)
            .iter()
            .any(|each| each.contains("syncExcluded"))
    );
    assert!(oldest.unsure.is_empty(), "{:?}", oldest.unsure);
    for lost in [
        "Lost `contacts[0].readReceipts`",
        "Lost `contacts[0].lastUpdate`",
        "Lost `groups[0].createdAt`",
    ] {
        let changes = changes(&oldest);
        assert!(changes.iter().any(|each| each == lost), "{changes:?}");
    }
}

#[test]
fn from_ios_to_android() {
    let newest = restored(Release::Android6_4, IOS);
    assert_eq!(
        changes(&newest),
        [
            "Added `user.nickname`",
            "Lost `user.temporaryDeviceGroupKeyTodoRemove`",
            "Lost `settings.syncExcludedIDs[0]`",
            "Changed `contacts[0].verification`",
            "Added `contacts[0].createdAt`",
        ]
    );
    let nickname = newest.backup.user.nickname.expect("a nickname");
    assert!(nickname.is(OWN));
    let named = IOS.replace("\"name\":\"\"", "\"name\":\"Home\"");
    assert_eq!(
        changes(&restored(Release::Android6_4, &named))[1],
        "Lost `user.links[0].name`"
    );
}

#[test]
fn to_desktop_only_what_was_made_to_link_it() {
    let newest = restored(Release::DesktopPreview14, IOS);
    assert_eq!(
        changes(&newest),
        [
            "Added `user.nickname`",
            "Added `user.profilePicRelease`",
            "Lost `user.links[0]`",
            "Lost `settings.syncContacts`",
            "Lost `settings.syncExcludedIDs[0]`",
            "Added `contacts[0].createdAt`",
        ]
    );
    let (how, reason) = stops(Release::DesktopPreview14, ANDROID);
    assert_eq!(how, None);
    assert!(
        reason.starts_with("`user.temporaryDeviceGroupKeyTodoRemove` is missing"),
        "{reason}"
    );
}

#[test]
fn a_platform_reads_its_own() {
    assert_eq!(
        changes(&restored(Release::Android6_4, ANDROID)),
        ["Changed `contacts[1].verification`"]
    );
    assert_eq!(changes(&restored(Release::Ios7_2, IOS)), [""; 0]);
}

#[test]
fn an_iphone_before_7_waits_for_ever() {
    let below = ANDROID.replace("\"createdAt\":0", "\"createdAt\":-1");
    let sentence = "`contacts[1].createdAt` is below zero: iOS reads a time as an unsigned number, and refuses the whole backup"
        .to_owned();
    assert_eq!(stops(Release::Ios7_2, &below), (None, sentence.clone()));
    for reader in [Release::Ios5_4, Release::Ios6_8, Release::Ios6_8_8] {
        assert_eq!(stops(reader, &below).0, Some(Broken::Hang));
    }
    for reader in [Release::Ios4_9, Release::Ios5_1, Release::Ios7_0] {
        assert_eq!(stops(reader, &below), (None, sentence.clone()));
    }
    for reader in [Release::Ios4_6, Release::Ios4_8_4] {
        let (how, reason) = stops(reader, &below);
        let place = "`contacts[1].createdAt` is below zero: iOS before 4.9 reads";
        assert!(how.is_none() && reason.starts_with(place), "{reason}");
    }
    assert_eq!(changes(&restored(Release::Android6_4, &below)).len(), 1);
}

/// iOS checks a string when it decodes it, and the keys of what it decodes.
#[test]
fn a_raw_line_break_matters_where_ios_decodes_it() {
    for (from, to) in [
        ("\"device\":\"6", "\"device\":\"\n6"),
        ("\"Family\"", "\"Fam\nily\""),
        ("\"creator\"", "\"crea\ntor\""),
        ("[\"BLOCKED1\"]", "[\"BLOCKED1\\u0031\n\"]"),
    ] {
        let document = ANDROID.replace(from, to);
        assert_ne!(document, ANDROID);
        assert!(stops(Release::Ios7_2, &document).0.is_none(), "{to}");
    }
    for (from, to) in [
        ("\"Neighbours\"", "\"Neigh\nbours\""),
        ("\"x\"", "\"\u{1}x\""),
    ] {
        let document = ANDROID.replace(from, to);
        assert_ne!(document, ANDROID);
        assert!(is_unknown(Release::Ios7_2, &document), "{to}");
    }
}

#[test]
fn left_groups_end_the_groups_on_7_0() {
    let group = |number: u8, creator: &str, members: &str| {
        format!(
            r#"{{"id":"000000000000000{number}","creator":"{creator}","members":[{members}],"deleted":false}}"#
        )
    };
    let groups = [
        group(1, OWN, ""),
        group(2, "ECHOECHO", ""),
        group(3, OWN, "\"OWNID123\""),
    ];
    let place = ANDROID.find("{\"id\":\"0102").expect("a group");
    let end = ANDROID.find("],\n\"distributionlists\"").expect("its end");
    let document = [&ANDROID[..place], &groups.join(","), &ANDROID[end..]].concat();
    let ids = |reader| -> Vec<u8> {
        let groups = restored(reader, &document).backup.groups;
        groups.iter().map(|group| group.id.0[7]).collect()
    };
    assert_eq!(ids(Release::Ios7_2), [1, 2, 3]);
    assert_eq!(ids(Release::Ios4_6), [1, 2, 3]);
    assert_eq!(ids(Release::Ios6_8), [1, 3], "the left one alone is lost");
    for reader in [Release::Ios7_0, Release::Ios7_0_4] {
        assert_eq!(ids(reader), [1], "and all after it");
        let middle = restored(reader, &document);
        let said = changes(&middle);
        for expected in [
            "Lost `groups[1]`",
            "Lost `groups[2]`",
            "Changed `groups[0].members`",
        ] {
            assert!(said.iter().any(|each| each == expected), "{said:?}");
        }
        assert!(middle.unsure.is_empty());
        assert_eq!(middle.backup.groups[0].members.len(), 1, "active again");
    }
    assert!(
        restored(Release::Ios7_2, &document).backup.groups[0]
            .members
            .is_empty()
    );
}

#[test]
fn lists_of_before_5_3_get_another_id() {
    let old = ANDROID.replace("6.4.2A", "5.2A");
    let list = |reader, document: &str| {
        let restored = restored(reader, document);
        let id = restored.backup.distribution_lists[0].id.expect("an ID");
        let said = changes(&restored);
        let changed = said
            .iter()
            .any(|each| each == "Changed `distributionlists[0].id`");
        (id.number(), changed)
    };
    assert_eq!(list(Release::Android6_4, ANDROID), (1, false));
    assert_eq!(list(Release::Android6_4, &old), (1, true));
    assert_eq!(list(Release::Android4_8, &old), (1 << 56, false));
    assert_eq!(list(Release::Android4_8, ANDROID), (1 << 56, true));
    let negative = ANDROID.replace("\"0100000000000000\"", "\"8000000000000000\"");
    assert_eq!(stops(Release::Android4_8, &negative).0, Some(Broken::Crash));
    assert_eq!(list(Release::Android6_4, &negative), (0x80, false));
}

#[test]
fn without_the_directory() {
    let around = Surroundings {
        directory: Directory::Unreachable,
        ..around()
    };
    let Outcome::Restored(restored) = Release::Android6_4.read(ANDROID.as_bytes(), &around) else {
        panic!("Android says that all is well");
    };
    assert!(restored.backup.contacts.is_empty() && restored.backup.groups.is_empty());
    let said = changes(&restored);
    for lost in [
        "Lost `contacts[0]`",
        "Lost `contacts[1]`",
        "Lost `groups[0]`",
    ] {
        assert!(said.iter().any(|each| each == lost), "{said:?}");
    }
    let ios = Release::Ios7_2.read(ANDROID.as_bytes(), &around);
    assert!(matches!(ios, Outcome::Refused(_)), "{ios:?}");
    let old = Release::Ios6_8.read(ANDROID.as_bytes(), &around);
    assert!(
        matches!(&old, Outcome::Refused(stop) if stop.reason.contains("after the identity")),
        "{old:?}"
    );
}

/// Where iOS and Desktop decode an object or an array, they refuse everything else.
#[test]
fn a_strict_reader_refuses_an_object_or_array_of_a_wrong_type() {
    let places = [
        ("\"contacts\":[", "\"contacts\":{},\"x\":["),
        ("\"groups\":[", "\"groups\":7,\"x\":["),
        ("\"contacts\":[", "\"contacts\":[7,"),
        ("\"groups\":[", "\"groups\":[null,"),
        ("\"links\":[", "\"links\":[\"a\","),
        ("\"members\":[\"ECHO", "\"members\":{},\"x\":[\"ECHO"),
        ("\"blockedContacts\":[", "\"blockedContacts\":true,\"x\":["),
        ("\"info\":{", "\"info\":[],\"x\":{"),
    ];
    let linked = linked();
    let source = |outcome: &Outcome| match outcome {
        Outcome::Refused(stop) | Outcome::Broken { stop, .. } => Some(stop.source),
        _ => None,
    };
    for (old, new) in places {
        let document = linked.replacen(old, new, 1);
        assert_ne!(document, linked);
        let read = |reader: Release| reader.read(document.as_bytes(), &around());
        let wrong_type = Some("clients.read.wrong-type");
        for reader in [Release::Ios4_6, Release::Ios7_2] {
            assert_eq!(source(&read(reader)), wrong_type, "{reader}: {new}");
        }
        assert!(
            matches!(
                read(Release::Ios6_8),
                Outcome::Broken {
                    how: Broken::Hang,
                    ..
                }
            ),
            "{new}"
        );
        assert_eq!(
            source(&read(Release::DesktopPreview14)),
            wrong_type,
            "{new}"
        );
    }
    for (old, new) in [
        ("[\"BLOCKED1\"]", "[\"BLOCKED1\",null]"),
        ("\"OWNID123\"]", "\"OWNID123\",null]"),
    ] {
        let (how, reason) = stops(Release::Ios7_2, &ANDROID.replace(old, new));
        assert!(
            how.is_none() && reason.ends_with("is null, not a string"),
            "{reason}"
        );
    }
    // Near misses: null in place of the array, `null` among those who may see the picture, and what
    // iOS does not read.
    for (old, new) in [
        ("\"groups\":[", "\"groups\":null,\"x\":["),
        (
            "\"links\":",
            "\"profilePicRelease\":[\"ECHOECHO\",null],\"links\":",
        ),
        ("\"distributionlists\":[", "\"distributionlists\":7,\"x\":["),
    ] {
        let document = ANDROID.replacen(old, new, 1);
        assert_ne!(document, ANDROID);
        restored(Release::Ios7_2, &document);
    }
}

#[test]
fn what_no_source_tells_is_unknown() {
    let short = ANDROID.replacen("WlpaWlpa", "Wlpa", 1);
    assert!(is_unknown(Release::Ios7_2, &short));
    let place = ANDROID.find("Ada").expect("a name");
    let not_utf8 = [
        &ANDROID.as_bytes()[..place],
        b"\xff",
        &ANDROID.as_bytes()[place..],
    ]
    .concat();
    for (reader, unknown) in [
        (Release::Ios7_2, true),
        (Release::Android6_4, false),
        (Release::DesktopPreview14, false),
    ] {
        let outcome = reader.read(&not_utf8, &around());
        assert_eq!(
            matches!(outcome, Outcome::Unknown { .. }),
            unknown,
            "{outcome:?}"
        );
    }
}

/// The places of the values of which nothing is known.
pub(super) fn unsure(reader: Release, document: &str) -> Vec<String> {
    let restored = restored(reader, document);
    let places = restored.unsure.iter().map(|each| each.path.to_string());
    places.collect()
}

#[test]
fn what_only_android_shortens_is_unsure_on_ios() {
    let (desktop, ios) = (Release::DesktopPreview14, Release::Ios7_2);
    let linked = linked();
    let with = |old: &str, new: String| {
        let document = linked.replacen(old, &new, 1);
        assert_ne!(document, linked);
        document
    };
    let nickname = with("\"Ada\"", format!("\"{}\"", "n".repeat(33)));
    // Two bytes each.
    let name = |bytes: usize| with("\"Family\"", format!("\"{}\"", "\u{e9}".repeat(bytes / 2)));
    for (reader, document, places) in [
        (ios, &name(258), &["`groups[0].groupname`"][..]),
        (ios, &name(256), &[]),
        (ios, &nickname, &[]),
        (desktop, &name(258), &[]),
        (desktop, &nickname, &[]),
        (Release::Android6_4, &name(258), &[]),
    ] {
        assert_eq!(unsure(reader, document), places, "{reader}");
    }
    let kept = restored(desktop, &nickname).backup.user.nickname;
    assert_eq!(kept.expect("a nickname").to_str_lossy().len(), 33);
}

#[test]
fn what_else_is_unsure() {
    let link = |kind: &str, value: &str| {
        let new = format!("\"type\":\"{kind}\",\"value\":\"{value}\"");
        ANDROID.replace("\"type\":\"email\",\"value\":\"a@b\"", &new)
    };
    for (kind, value, places) in [
        ("email", "", &["`user.links[0]`"][..]),
        ("mobile", "", &["`user.links[0]`"]),
        ("mobile", "1", &[]),
        ("fax", "", &[]),
    ] {
        assert_eq!(
            unsure(Release::Ios7_2, &link(kind, value)),
            places,
            "{kind}"
        );
        assert_eq!(unsure(Release::Android6_4, &link(kind, value)), [""; 0]);
    }
}

#[test]
fn bodies_stop_where_each_release_stops() {
    let key = EncryptionKey::from_bytes([7; 32]);
    let body = seal(
        &key,
        &Nonce([9; 24]),
        ANDROID.as_bytes(),
        Compression::Stored,
    );
    let first = |reader: Release, bytes| reader.open(&key, &body[..bytes], &around());
    let other = EncryptionKey::from_bytes([8; 32]);
    let shut = |reader: Release| reader.open(&other, &body, &around());
    let is_crash = |outcome: &Outcome| {
        matches!(
            outcome,
            Outcome::Broken {
                how: Broken::Crash,
                ..
            }
        )
    };
    for reader in Release::ALL.iter().copied() {
        let old_ios = reader.client() == Client::Ios && !reader.since(Release::Ios7_0_4);
        let android = reader.client() == Client::Android;
        let old_android = android && !reader.since(Release::Android6_2);
        for (bytes, crashes) in [
            (23, old_ios || android),
            (24, old_ios || old_android),
            (39, old_ios || old_android),
            (40, old_ios),
        ] {
            assert_eq!(
                is_crash(&first(reader, bytes)),
                crashes,
                "{reader}: {bytes}"
            );
        }
        assert_eq!(is_crash(&shut(reader)), old_ios, "{reader}");
        let opened = reader.open(&key, &body, &around());
        assert_eq!(opened, reader.read(ANDROID.as_bytes(), &around()));
    }
    let tail = [&pack(ANDROID.as_bytes(), Compression::Stored)[..], &[0]].concat();
    let sealed = crate::safe::envelope::encrypt(&key, &Nonce([9; 24]), &tail);
    let stage = |reader: Release| match reader.open(&key, &sealed, &around()) {
        Outcome::Refused(stop) => Some(stop.stage),
        _ => None,
    };
    assert_eq!(stage(Release::Android6_4), None);
    assert_eq!(stage(Release::Ios7_2), Some(Stage::Gunzip));
    assert_eq!(stage(Release::Ios5_8), None);
    assert_eq!(stage(Release::Ios5_9), Some(Stage::Gunzip));
}

#[test]
fn a_bomb_is_not_judged() {
    let key = EncryptionKey::from_bytes([7; 32]);
    let bomb = vec![b' '; LIMITS.bytes + 1];
    let body = seal(&key, &Nonce([9; 24]), &bomb, Compression::Level(9));
    for reader in Release::newest_of_each() {
        let outcome = reader.open(&key, &body, &around());
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    }
    let deep = "[".repeat(1_000_000);
    let wide = format!("[{}0]", "0,".repeat(1_000_000));
    for reader in Release::newest_of_each() {
        for text in [&deep, &wide] {
            assert!(is_unknown(reader, text), "{reader}");
        }
    }
}

/// Every release reads what the newest writer of its platform writes; all losses are known.
#[test]
fn every_writer_is_read_by_its_own_platform() {
    let document = Document::parse(ANDROID.as_bytes()).expect("JSON");
    let (backup, _) = Backup::read(document);
    let backup = backup.expect("a backup");
    for writer in Origin::all() {
        let written = writer.write(&backup, &Phone::new(id(OWN)));
        for reader in Release::ALL
            .iter()
            .filter(|it| it.client() == writer.client())
        {
            let outcome = reader.read(&written, &around());
            assert!(
                matches!(outcome, Outcome::Restored(_)),
                "{writer} to {reader}: {outcome:?}"
            );
        }
    }
}
