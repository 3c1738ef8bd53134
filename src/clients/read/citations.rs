//! Which fact a stop and a change cite: one that is about what the document does.

use super::tests::{ANDROID, around, linked, restored};
use crate::clients::Release;
use crate::clients::restore::{Outcome, Stop};
use crate::safe::envelope::{self, Compression, Nonce, pack};
use crate::safe::{Client, EncryptionKey};

/// Returns where a release stops, with [`ANDROID`] or a document that Desktop accepts, changed.
#[track_caller]
fn stop(reader: Release, old: &str, new: &str) -> Stop {
    let whole = match reader.client() {
        Client::Desktop => linked(),
        _ => ANDROID.to_owned(),
    };
    let document = whole.replacen(old, new, 1);
    assert_ne!(document, whole, "{old}");
    match reader.read(document.as_bytes(), &around()) {
        Outcome::Refused(stop) | Outcome::Broken { stop, .. } => stop,
        other => panic!("{reader}: {new}: {other:?}"),
    }
}

#[track_caller]
fn cites(reader: Release, rows: &[(&str, &str, &str)]) {
    for (old, new, fact) in rows {
        let stop = stop(reader, old, new);
        let expected = format!("clients.read.{fact}");
        assert_eq!(stop.source, expected, "{reader}: {new}: {}", stop.reason);
    }
}

const KEY: &str = "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=";
const VERSION: &str = "\"version\":1";
const CREATED: &str = "\"createdAt\":0";
const LINKS: &str = "\"links\":";
const UPDATED: &str = "\"lastUpdate\":5";

#[test]
fn ios_stops_for_what_a_fact_says() {
    cites(
        Release::Ios7_2,
        &[
            (VERSION, "\"version\":\"1\"", "info-version"),
            (VERSION, "\"version\":2", "info-version"),
            (VERSION, "\"version\":1.5", "info-version"),
            (VERSION, "\"version\":true", "info-version"),
            ("\"version\":1,", "", "missing-info"),
            (VERSION, "\"version\":null", "missing-info"),
            ("\"info\"", "\"inf\"", "missing-info"),
            ("\"user\"", "\"use\"", "missing-user"),
            ("\"syncContacts\":true,", "", "missing-sync-contacts"),
            (
                "\"syncContacts\":true",
                "\"syncContacts\":null",
                "missing-sync-contacts",
            ),
            // Near misses: a value of the wrong type is not a missing one.
            (
                "\"syncContacts\":true",
                "\"syncContacts\":\"true\"",
                "string-for-number",
            ),
            (
                "\"syncContacts\":true",
                "\"syncContacts\":1",
                "decoded-keys",
            ),
            (CREATED, "\"createdAt\":\"0\"", "created-at"),
            (CREATED, "\"createdAt\":true", "created-at"),
            (CREATED, "\"createdAt\":0.5", "fractional-time"),
            (CREATED, "\"createdAt\":-1", "negative-time"),
            (
                CREATED,
                "\"createdAt\":18446744073709551616",
                "largest-time",
            ),
            (
                UPDATED,
                "\"lastUpdate\":18446744073709552000",
                "largest-time",
            ),
            (UPDATED, "\"lastUpdate\":\"5\"", "last-update"),
            (UPDATED, "\"lastUpdate\":5.5", "fractional-time"),
            (
                "\"verification\":1",
                "\"verification\":\"1\"",
                "string-for-number",
            ),
            ("\"verification\":1", "\"verification\":1.5", "decoded-keys"),
            ("\"Ada\"", "7", "decoded-keys"),
            ("\"Ada\"", "\"\\ud800\"", "lone-surrogate"),
            ("\"Ada\"", "\"A\tda\"", "control-character"),
            ("\"version\":1", "'version':1", "json-extensions"),
            ("\"contacts\":[", "\"contacts\":7,\"x\":[", "wrong-type"),
            (
                KEY,
                "WlpaWlpa WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=",
                "base64-whitespace",
            ),
            (
                KEY,
                "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo",
                "base64-unpadded",
            ),
            (KEY, "!", "missing-user"),
        ],
    );
}

#[test]
fn a_restore_that_hangs_is_explained_by_what_ios_does_not_show() {
    cites(
        Release::Ios6_3,
        &[
            (VERSION, "\"version\":2", "swallowed-error"),
            (
                CREATED,
                "\"createdAt\":18446744073709551616",
                "swallowed-error",
            ),
        ],
    );
}

#[test]
fn the_sentence_about_a_time_is_about_this_time() {
    for reader in [Release::Ios7_2, Release::Ios4_9, Release::Ios4_8] {
        let beyond = stop(reader, CREATED, "\"createdAt\":18446744073709551616");
        assert_eq!(beyond.id, Some("time-beyond-64-bits"), "{reader}");
        let negative = stop(reader, CREATED, "\"createdAt\":-1");
        assert_ne!(negative.id, Some("time-beyond-64-bits"), "{reader}");
    }
    // The largest time of 64 bits is restored.
    let largest = ANDROID.replacen(CREATED, "\"createdAt\":18446744073709551615", 1);
    restored(Release::Ios7_2, &largest);
}

#[test]
fn android_stops_for_what_a_fact_says() {
    cites(
        Release::Android6_4,
        &[
            (VERSION, "\"version\":2", "info-version"),
            (VERSION, "\"version\":[]", "info-version"),
            (VERSION, "\"version\":null", "info-version"),
            ("\"version\":1,", "", "missing-info"),
            ("\"info\"", "\"inf\"", "missing-info"),
            (
                KEY,
                "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo",
                "private-key-length",
            ),
            (KEY, "!!!!", "missing-user"),
        ],
    );
}

#[test]
fn desktop_stops_for_what_a_fact_says() {
    cites(
        Release::DesktopPreview14,
        &[
            (VERSION, "\"version\":\"1\"", "info-version"),
            ("\"version\":1,", "", "missing-info"),
            ("\"user\"", "\"use\"", "missing-user"),
            ("\"settings\"", "\"setting\"", "missing-settings"),
            ("\"syncContacts\":true,", "", "missing-sync-contacts"),
            (
                "\"syncContacts\":true",
                "\"syncContacts\":\"true\"",
                "string-for-number",
            ),
            ("\"identity\":\"ABCDEFGH\",", "", "missing-identity"),
            (
                "\"identity\":\"ABCDEFGH\"",
                "\"identity\":\"abcdefgh\"",
                "lower-case-identity",
            ),
            (",\"verification\":1", "", "missing-verification"),
            (",\"deleted\":false", "", "missing-deleted"),
            ("\"creator\":\"ECHOECHO\",", "", "incomplete-group"),
            (
                "\"members\":[\"ECHO",
                "\"m\":[\"ECHO",
                "group-without-members",
            ),
            ("\"members\":[\"ABCD", "\"m\":[\"ABCD", "list-name"),
            ("\"name\":\"Neighbours\",", "", "list-name"),
            ("\"value\":\"a@b\"", "\"v\":\"a@b\"", "links"),
            ("\"Ada\"", "null", "null-string"),
            (CREATED, "\"createdAt\":null", "created-at"),
            (UPDATED, "\"lastUpdate\":\"5\"", "last-update"),
            ("\"Ada\"", "\"A\tda\"", "control-character"),
            (
                LINKS,
                "\"profilePicRelease\":[\"ECHOECHO\",null],\"links\":",
                "release-id-and-null",
            ),
            (
                LINKS,
                "\"profilePicRelease\":[\"null\"],\"links\":",
                "release-null-word",
            ),
            (
                LINKS,
                "\"profilePicRelease\":[\"x\"],\"links\":",
                "release-everyone-and-id",
            ),
            ("\"RUNIT0VD", "\"RU", "bad-public-key"),
            ("\"RUNIT0VD", "\"AAAAAAAA", "public-key-mismatch"),
        ],
    );
    // No fact is about these.
    for (old, new) in [
        ("\"Ada\"", "7"),
        ("\"identity\":\"ABCDEFGH\"", "\"identity\":\"x\""),
        ("\"verification\":1", "\"verification\":3"),
    ] {
        let stop = stop(Release::DesktopPreview14, old, new);
        assert_eq!(stop.source, "clients.read", "{new}");
    }
}

#[test]
fn what_is_not_utf_8_has_its_fact() {
    let document = linked().replacen("Ada", "\u{fffd}", 1).into_bytes();
    let place = document
        .windows(3)
        .position(|three| three == "\u{fffd}".as_bytes());
    let mut broken = document;
    broken[place.expect("it is there")] = 0xff;
    match Release::DesktopPreview14.read(&broken, &around()) {
        Outcome::Refused(stop) => assert_eq!(stop.source, "clients.read.invalid-utf-8"),
        other => panic!("{other:?}"),
    }
}

fn changes_of(old: &str, new: &str) -> Vec<(&'static str, &'static str)> {
    let document = ANDROID.replacen(old, new, 1);
    let restored = restored(Release::Android6_4, &document);
    let changes = restored.changes.iter();
    changes.map(|it| (it.why.id, it.why.source)).collect()
}

/// Null stands for nothing, so nothing is lost with it; another value is.
#[test]
fn with_null_nothing_is_lost_on_android() {
    let usual = changes_of("Ada", "Eve");
    for (old, null, other) in [
        (
            "\"links\":[",
            "\"links\":null,\"x\":[",
            "\"links\":7,\"x\":[",
        ),
        (
            "\"links\":",
            "\"profilePicRelease\":null,\"links\":",
            "\"profilePicRelease\":7,\"links\":",
        ),
        (
            "\"settings\":{",
            "\"settings\":null,\"x\":{",
            "\"settings\":7,\"x\":{",
        ),
        (
            "\"blockedContacts\":[",
            "\"blockedContacts\":null,\"x\":[",
            "\"blockedContacts\":7,\"x\":[",
        ),
        (
            "\"distributionlists\":[",
            "\"distributionlists\":null,\"x\":[",
            "\"distributionlists\":7,\"x\":[",
        ),
        (
            "\"type\":",
            "\"name\":null,\"type\":",
            "\"name\":\"Home\",\"type\":",
        ),
        ("\"id\":\"0100000000000000\"", "\"id\":null", "\"id\":\"x\""),
        (
            "\"links\":",
            "\"temporaryDeviceGroupKeyTodoRemove\":null,\"links\":",
            "\"temporaryDeviceGroupKeyTodoRemove\":\"x\",\"links\":",
        ),
    ] {
        assert_eq!(changes_of(old, null), usual, "{null}");
        assert_eq!(changes_of(old, other).len(), usual.len() + 1, "{other}");
    }
    // The user becomes a member of the group.
    for (members, more) in [("null", 1), ("7", 2)] {
        let members = format!("\"members\":{members},\"x\":[\"ECHO");
        let changes = changes_of("\"members\":[\"ECHO", &members);
        assert_eq!(changes.len(), usual.len() + more, "{members}");
    }
    let without: Vec<_> = changes_of("\"contacts\":[", "\"contacts\":null,\"x\":[");
    let groups = "groups-without-contacts-to-android";
    assert!(without.iter().all(|(id, _)| *id == groups), "{without:?}");
}

#[test]
fn a_picture_is_lost_for_what_a_fact_says() {
    let with = |picture: &str| {
        let document = format!("\"profilePic\":\"{picture}\",\"links\":");
        ANDROID.replacen("\"links\":", &document, 1)
    };
    let cited = |reader, picture| {
        let restored = restored(reader, &with(picture));
        let changes = restored.changes.iter();
        let mut of_picture = changes.filter(|it| it.path.to_string().contains("profilePic"));
        of_picture.next().map(|it| it.why.source)
    };
    for (picture, android, ios) in [
        ("AAEC", None, None),
        (
            "AAECAA",
            Some("clients.read.base64-unpadded"),
            Some("clients.read.bad-picture"),
        ),
        ("AA EC", None, Some("clients.read.base64-whitespace")),
        (
            "!!!!",
            Some("clients.read.bad-picture"),
            Some("clients.read.bad-picture"),
        ),
    ] {
        assert_eq!(cited(Release::Android6_4, picture), android, "{picture}");
        assert_eq!(cited(Release::Ios7_2, picture), ios, "{picture}");
    }
}

/// Returns what the newest release cites for a body that it cannot unpack.
fn cited_for(reader: Release, packed: &[u8]) -> Option<&'static str> {
    let key = EncryptionKey::from_bytes([7; 32]);
    let body = envelope::encrypt(&key, &Nonce([9; 24]), packed);
    match reader.open(&key, &body, &around()) {
        Outcome::Refused(stop) => Some(stop.source),
        _ => None,
    }
}

#[test]
fn what_cannot_be_unpacked_is_told_apart() {
    let (android, ios) = (Release::Android6_4, Release::Ios7_2);
    let whole = pack(ANDROID.as_bytes(), Compression::Stored);
    let tail = [&whole[..], b"x"].concat();
    let cut = &whole[..whole.len() - 12];
    for (reader, packed, source) in [
        (android, ANDROID.as_bytes(), "clause 2.1"),
        (ios, ANDROID.as_bytes(), "clause 2.1"),
        (
            android,
            &[0x78, 0x9c, 3, 0, 0, 0, 0, 1][..],
            "clients.read.zlib",
        ),
        (android, cut, "clause 2.2"),
        (ios, cut, "clause 2.2"),
        (ios, &tail, "clients.read.gzip-tail"),
    ] {
        assert_eq!(cited_for(reader, packed), Some(source), "{reader}");
    }
    assert_eq!(cited_for(android, &tail), None);
}

#[test]
fn who_may_see_the_picture_changes_for_what_a_fact_says() {
    let cited = |reader, list: &str| {
        let document = format!("\"profilePicRelease\":{list},\"links\":");
        let restored = restored(reader, &ANDROID.replacen(LINKS, &document, 1));
        let mut changes = restored.changes.iter();
        let found = changes.find(|it| it.path.to_string().contains("Release"));
        found.map(|it| it.why.source.trim_start_matches("clients.read."))
    };
    for (list, android, ios) in [
        ("[\"ECHOECHO\"]", None, None),
        ("[null]", None, None),
        (
            "[\"ECHOECHO\",null]",
            Some("release-id-and-null"),
            Some("release-id-and-null"),
        ),
        (
            "[\"null\"]",
            Some("release-null-word"),
            Some("release-null-word"),
        ),
        (
            "[\"*\",\"ECHOECHO\"]",
            Some("release-everyone-and-id"),
            Some("release-everyone-and-id"),
        ),
        (
            "[\"x\"]",
            Some("release-everyone-and-id"),
            Some("release-everyone-and-id"),
        ),
    ] {
        assert_eq!(cited(Release::Android6_4, list), android, "{list}");
        assert_eq!(cited(Release::Ios7_2, list), ios, "{list}");
    }
}
