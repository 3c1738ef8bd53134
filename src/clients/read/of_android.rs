//! What Android does with what it cannot use: it skips it, converts it, or falls back.

use super::tests::{ANDROID, changes, id, restored, stops, unsure};
use crate::clients::Release;
use crate::clients::restore::Broken;
use crate::safe::backup::{PictureRelease, Policy, Verification};

/// What is skipped, and the near miss beside it, which is restored.
#[test]
fn android_skips_what_lacks_an_id() {
    let (new, old) = (Release::Android6_4, Release::Android4_5);
    let group = "{\"id\":\"0102030405060708\",\"creator\":\"ECHOECHO\"";
    for (from, to, lost) in [
        ("\"identity\":\"ABCDEFGH\",", "", "Lost `contacts[1]`"),
        (group, "{\"creator\":\"ECHOECHO\"", "Lost `groups[0]`"),
        (group, "{\"id\":\"0102030405060708\"", "Lost `groups[0]`"),
    ] {
        let document = ANDROID.replacen(from, to, 1);
        assert_ne!(document, ANDROID);
        for reader in [new, old] {
            let said = changes(&restored(reader, &document));
            assert!(said.iter().any(|each| each == lost), "{reader}: {said:?}");
            assert_eq!(unsure(reader, &document), [""; 0], "{reader}");
        }
    }
    // A value of another type has a text, which is not an ID.
    let number = ANDROID.replacen("\"identity\":\"ABCDEFGH\"", "\"identity\":7", 1);
    let why = restored(new, &number).changes[0].why.id;
    assert_eq!(why, "contact-revoked");
    let reader = Release::Android6_4;
    assert!(
        stops(reader, &ANDROID.replace("\"info\"", "\"inf\""))
            .1
            .starts_with("`info` is missing")
    );
    for (from, to) in [
        ("\"user\":{", "\"user\":7,\"x\":{"),
        ("\"WlpaWlpa", "\"!!!!Wlpa"),
    ] {
        assert_eq!(
            stops(reader, &ANDROID.replacen(from, to, 1)).0,
            None,
            "{to}"
        );
    }
}

#[test]
fn android_skips_an_array_of_another_type() {
    for (from, to, lost) in [
        ("[\"ABCDEFGH\"]", "7", "Lost `distributionlists[0].members`"),
        (
            "[\"ECHOECHO\",\"OWNID123\"]",
            "{}",
            "Lost `groups[0].members`",
        ),
        (
            "[\"BLOCKED1\"]",
            "\"BLOCKED1\"",
            "Lost `settings.blockedContacts`",
        ),
        (
            "\"settings\":{",
            "\"settings\":[],\"x\":{",
            "Lost `settings`",
        ),
        (
            "\"links\":",
            "\"profilePicRelease\":\"*\",\"links\":",
            "Lost `user.profilePicRelease`",
        ),
    ] {
        let document = ANDROID.replacen(from, to, 1);
        assert_ne!(document, ANDROID);
        let said = changes(&restored(Release::Android6_4, &document));
        assert!(said.iter().any(|each| each == lost), "{said:?}");
        assert_eq!(unsure(Release::Android6_4, &document), [""; 0]);
    }
}

#[test]
fn android_converts_an_id_that_is_not_hexadecimal() {
    let group = |reader, id: &str| {
        let restored = restored(reader, &ANDROID.replace("0102030405060708", id));
        let ids = restored.backup.groups.iter().map(|group| group.id.0);
        (ids.collect::<Vec<_>>(), changes(&restored).len())
    };
    let new = Release::Android6_4;
    assert_eq!(group(new, "zzzzzzzzzzzzzzzz"), (vec![[0xef; 8]], 2));
    assert_eq!(group(new, "0z0z0z0z0z0z0z0z"), (vec![[0xff; 8]], 2));
    assert_eq!(group(new, "z0z0z0z0z0z0z0z0"), (vec![[0xf0; 8]], 2));
    let upper = [0xab, 0xcd, 0xef, 1, 2, 3, 4, 5];
    assert_eq!(group(new, "ABCDEF0102030405"), (vec![upper], 1));
    let (last_without, before) = (Release::Android6_1, Release::Android4_57);
    for (reader, id) in [
        (new, "010203040506070809"),
        (
            new,
            "\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}00000000",
        ),
        (last_without, "zz"),
        (before, "zzzzzzzzzzzzzzzz"),
        (before, "123"),
    ] {
        let document = ANDROID.replace("0102030405060708", id);
        assert_eq!(unsure(reader, &document), ["`groups[0].id`"], "{id}");
    }
    for id in [
        "",
        "zz",
        "123",
        "01020304050607",
        "010203040506070",
        "\u{ff11}\u{ff11}",
    ] {
        let document = ANDROID.replace("0102030405060708", id);
        for reader in [new, Release::Android6_2] {
            assert_eq!(stops(reader, &document).0, Some(Broken::Crash), "{id}");
        }
    }
    let odd = restored(last_without, &ANDROID.replace("0102030405060708", "123"));
    assert_eq!(odd.groups_without_id.len(), 1);
    let list = |id: &str| {
        let restored = restored(new, &ANDROID.replace("0100000000000000", id));
        let id = restored.backup.distribution_lists[0].id;
        (id.map(|id| id.0), changes(&restored).len())
    };
    // The number is below zero, so that the list gets a random one.
    assert_eq!(list("zzzzzzzzzzzzzzzz"), (None, 3));
    let positive = [0xef, 0, 0, 0, 0, 0, 0, 1];
    assert_eq!(list("zz00000000000001"), (Some(positive), 2));
    assert_eq!(list("zz"), (None, 2));
}

#[test]
fn android_falls_back_for_a_value_that_it_cannot_use() {
    let new = Release::Android6_4;
    let level = |to: &str| {
        let document = ANDROID.replace("\"verification\":1", &format!("\"verification\":{to}"));
        let restored = restored(new, &document);
        assert!(restored.unsure.is_empty(), "{to}");
        let why = restored.changes.first().map(|change| change.why.id);
        (restored.backup.contacts[1].verification, why)
    };
    let lowest = Some(Verification::Unverified);
    for (to, why) in [
        ("3", Some("level-unknown")),
        ("-1", Some("level-unknown")),
        ("\"high\"", Some("level-unknown")),
        ("1", Some("level-1")),
        ("null", None),
        ("0", None),
    ] {
        assert_eq!(level(to), (lowest, why), "{to}");
    }
    let receipts = |reader, to: &str| {
        let document = ANDROID.replace("\"readReceipts\":1", &format!("\"readReceipts\":{to}"));
        let restored = restored(reader, &document);
        let at = restored.backup.contacts[0].read_receipts;
        (at, restored.unsure.len(), restored.changes.len())
    };
    assert_eq!(receipts(new, "\"often\""), (Some(Policy::Default), 0, 2));
    assert_eq!(receipts(new, "null"), (Some(Policy::Default), 0, 1));
    assert_eq!(receipts(new, "2"), (Some(Policy::DontSend), 0, 1));
    assert_eq!(receipts(new, "3"), (None, 1, 1));
    assert_eq!(
        receipts(Release::Android4_57, "2").0,
        Some(Policy::DontSend)
    );
    assert_eq!(receipts(Release::Android4_5, "2").0, None);
    let name = ANDROID.replace("\"Neighbours\"", "null");
    let lists = restored(new, &name).backup.distribution_lists;
    assert!(lists[0].name.as_ref().is_some_and(|name| name.is("null")));
}

#[test]
fn android_skips_a_group_or_list_whose_time_is_no_number() {
    for (from, lost) in [
        ("\"deleted\":false", "Lost `groups[0]`"),
        ("\"name\":\"Neighbours\"", "Lost `distributionlists[0]`"),
    ] {
        let with = |value: &str| ANDROID.replace(from, &format!("{from},\"lastUpdate\":{value}"));
        let is_lost = |reader, value: &str| {
            let said = changes(&restored(reader, &with(value)));
            said.iter().any(|each| each == lost)
        };
        assert!(is_lost(Release::Android6_4, "\"never\""), "{lost}");
        assert!(is_lost(Release::Android5_3, "[]"), "{lost}");
        assert!(!is_lost(Release::Android6_4, "null"), "{lost}");
        assert!(!is_lost(Release::Android6_4, "\"7\""), "{lost}");
        assert!(!is_lost(Release::Android5_0_5, "\"never\""), "{lost}");
    }
}

#[test]
fn the_first_star_or_null_decides_who_sees_the_picture_of_android() {
    let release = |reader, list: &str| {
        let document = ANDROID.replacen(
            "\"links\":",
            &format!("\"profilePicRelease\":{list},\"links\":"),
            1,
        );
        let restored = restored(reader, &document);
        let unsure = restored.unsure.len();
        (restored.backup.user.picture_release, unsure)
    };
    let some = |ids: &[&str]| {
        let ids = ids.iter().map(|text| id(text)).collect();
        Some(PictureRelease::Only(ids))
    };
    let everyone = Some(PictureRelease::Everyone);
    let nobody = Some(PictureRelease::Nobody);
    let (new, old) = (Release::Android6_4, Release::Android5_7);
    for (reader, list, expected) in [
        (new, "[\"ABCDEFGH\",\"*\"]", everyone.clone()),
        (new, "[\"*\",null]", everyone.clone()),
        (new, "[null,\"*\"]", nobody.clone()),
        (new, "[\"NULL\",\"ABCDEFGH\"]", nobody),
        (old, "[null,\"*\"]", everyone),
        (old, "[\"ABCDEFGH\",null]", some(&["ABCDEFGH"])),
        (new, "[\"short\",\"ABCDEFGH\"]", some(&["ABCDEFGH"])),
    ] {
        assert_eq!(release(reader, list), (expected, 0), "{reader}: {list}");
    }
    assert_eq!(release(new, "[\"abcdefgh\"]").1, 1);
}

/// A contact that was fetched for an earlier group counts as a contact on Android.
#[test]
fn android_restores_a_group_whose_creator_it_fetched() {
    let two = |first: &str| {
        let group = format!(
            r#""groups":[{{"id":"0000000000000001","creator":"OWNID123","members":["OWNID123"{first}],"deleted":false}},{{"id":"0000000000000002","creator":"BLOCKED1","members":["BLOCKED1"],"deleted":false}},"#
        );
        ANDROID.replace("\"groups\":[", &group)
    };
    for reader in [Release::Android6_4, Release::Android4_5] {
        let groups = |document: &str| restored(reader, document).backup.groups.len();
        assert_eq!(groups(&two(",\"BLOCKED1\"")), 3, "{reader}");
        assert_eq!(groups(&two("")), 2, "{reader}");
    }
}

/// The database has no two groups with one ID and one creator.
#[test]
fn android_keeps_the_first_of_two_groups() {
    let group = |id: &str, creator: &str, name: &str| {
        format!(
            r#"{{"id":"{id}","creator":"{creator}","groupname":"{name}","members":["OWNID123"],"deleted":false}},"#
        )
    };
    let with = |groups: [String; 2]| {
        let groups = format!("\"groups\":[{}", groups.concat());
        ANDROID.replace("\"groups\":[", &groups)
    };
    let one = group("00000000000000ab", "OWNID123", "One");
    let again = group("00000000000000AB", "OWNID123", "Two");
    let other = group("00000000000000ab", "ECHOECHO", "Two");
    for reader in [Release::Android6_4, Release::Android4_5] {
        let twice = restored(reader, &with([one.clone(), again.clone()]));
        assert_eq!(twice.backup.groups.len(), 2, "{reader}");
        let name = twice.backup.groups[0].name.as_ref();
        assert!(name.is_some_and(|name| name.is("One")), "{reader}");
        let lost = changes(&twice)
            .iter()
            .any(|each| each == "Lost `groups[1]`");
        assert!(lost, "{reader}");
        let two = restored(reader, &with([one.clone(), other.clone()]));
        assert_eq!(two.backup.groups.len(), 3, "{reader}");
    }
}

#[test]
fn the_user_is_a_member_of_a_group_without_members_on_android() {
    let members = |reader, to: &str| {
        let document = ANDROID.replacen("[\"ECHOECHO\",\"OWNID123\"]", to, 1);
        let groups = restored(reader, &document).backup.groups;
        groups[0].members.iter().copied().collect::<Vec<_>>()
    };
    for to in ["null", "{}", "7"] {
        let both = [id("ECHOECHO"), id("OWNID123")];
        assert_eq!(members(Release::Android6_4, to), both, "{to}");
        assert_eq!(members(Release::Android5_7, to), [], "{to}");
    }
    assert_eq!(members(Release::Android6_4, "[]"), []);
}

/// Where the app does not expect an exception, it crashes.
#[test]
fn android_crashes_for_some_base64() {
    const KEY: &str = "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=";
    let (new, old) = (Release::Android6_4, Release::Android6_0);
    let key = |reader, to: &str| stops(reader, &ANDROID.replacen(KEY, to, 1)).0;
    let crash = Some(Broken::Crash);
    for (to, on_new, on_old) in [
        ("", None, None),
        ("!!!!", None, None),
        ("AAE", crash, crash),
        ("AAEC", None, crash),
        ("null", None, crash),
    ] {
        assert_eq!((key(new, to), key(old, to)), (on_new, on_old), "{to}");
    }
    // What a strict reader refuses.
    for to in [KEY.replace("o=", "p="), format!("{KEY}%")] {
        let restored = restored(new, &ANDROID.replacen(KEY, &to, 1));
        assert_eq!(
            restored.backup.user.private_key.as_bytes(),
            &[b'Z'; 32],
            "{to}"
        );
    }
    let contact = |to: &str| {
        let verified = format!("\"verification\":2,\"publickey\":\"{to}\"");
        ANDROID.replacen("\"verification\":1", &verified, 1)
    };
    let dropped = changes(&restored(new, &contact("AAE")));
    assert!(dropped.iter().any(|each| each == "Lost `contacts[1]`"));
    assert_eq!(stops(old, &contact("AAE")).0, crash);
    for reader in [new, old] {
        let contacts = restored(reader, &contact("")).backup.contacts;
        assert_eq!(contacts[1].verification, Some(Verification::Unverified));
    }
}
