//! What iOS skips or converts in the releases that were read; in later ones it is unsure.

use super::tests::{ANDROID, changes, restored, stops, unsure};
use crate::clients::Release;
use crate::safe::backup::Verification;

const READ: [Release; 4] = [
    Release::Ios4_6,
    Release::Ios4_8,
    Release::Ios6_3,
    Release::Ios7_0,
];
const NEWER: [Release; 2] = [Release::Ios7_0_4, Release::Ios7_2];

#[track_caller]
fn with(old: &str, new: &str) -> String {
    let document = ANDROID.replacen(old, new, 1);
    assert_ne!(document, ANDROID);
    document
}

#[test]
fn what_lacks_a_part_is_skipped() {
    let id = "\"id\":\"0102030405060708\",";
    let contact = "\"identity\":\"ABCDEFGH\"";
    for (old, new, place) in [
        ("\"identity\":\"ABCDEFGH\",", "", "contacts[1]"),
        (contact, "\"identity\":null", "contacts[1]"),
        (contact, "\"identity\":\"OWNID123\"", "contacts[1]"),
        (contact, "\"identity\":\"ownid123\"", "contacts[1]"),
        (id, "", "groups[0]"),
        ("\"creator\":\"ECHOECHO\",", "", "groups[0]"),
        ("\"members\":[\"ECHO", "\"m\":[\"ECHO", "groups[0]"),
        ("\"type\":\"email\",", "", "user.links[0]"),
        (",\"value\":\"a@b\"", "", "user.links[0]"),
    ] {
        let document = with(old, new);
        let lost = format!("Lost `{place}`");
        for reader in READ {
            let said = changes(&restored(reader, &document));
            assert!(said.contains(&lost), "{reader}: {said:?}");
            assert_eq!(unsure(reader, &document), [""; 0], "{reader}: {new}");
        }
        for reader in NEWER {
            assert_eq!(
                unsure(reader, &document),
                [format!("`{place}`")],
                "{reader}"
            );
        }
    }
    // Near misses: an empty list of members, and another ID.
    for (old, new) in [
        ("[\"ECHOECHO\",\"OWNID123\"]", "[\"OWNID123\"]"),
        (contact, "\"identity\":\"BLOCKED1\""),
    ] {
        for reader in READ.into_iter().chain(NEWER) {
            let said = changes(&restored(reader, &with(old, new)));
            assert!(!said.iter().any(|each| each.contains("Lost `contacts[1]`")));
            assert_eq!(unsure(reader, &with(old, new)), [""; 0], "{reader}: {new}");
        }
    }
}

#[test]
fn info_and_its_version_are_decoded() {
    for (old, new) in [("\"info\"", "\"inf\""), ("\"version\":1,", "")] {
        let (how, reason) = stops(Release::Ios7_2, &with(old, new));
        assert!(how.is_none() && reason.ends_with("is missing"), "{reason}");
        let (how, _) = stops(Release::Ios6_3, &with(old, new));
        assert!(how.is_some(), "it never ends");
    }
}

#[test]
fn an_unknown_level_is_0_on_7_0() {
    let document = with("\"verification\":1", "\"verification\":3");
    let level = |reader| {
        let restored = restored(reader, &document);
        (
            restored.backup.contacts[1].verification,
            restored.unsure.len(),
        )
    };
    assert_eq!(level(Release::Ios7_0), (Some(Verification::Unverified), 0));
    for reader in [Release::Ios6_8_8, Release::Ios7_0_4, Release::Ios7_2] {
        assert_eq!(level(reader), (None, 1), "{reader}");
    }
    assert_eq!(unsure(Release::Ios6_8_8, ANDROID), [""; 0]);
}

#[test]
fn members_and_creators_in_lower_case() {
    let member = with("\"ECHOECHO\",\"OWNID123\"", "\"echoecho\",\"OWNID123\"");
    let place = "Changed `groups[0].members[0]`";
    let creator = with("\"creator\":\"ECHOECHO\"", "\"creator\":\"echoecho\"");
    let groups = |reader, document: &str| restored(reader, document).backup.groups.len();
    for (reader, converts, finds) in [
        (Release::Ios4_6, false, 1),
        (Release::Ios4_8, true, 1),
        (Release::Ios6_3, true, 0),
        (Release::Ios7_0, true, 0),
        (Release::Ios7_0_4, false, 0),
    ] {
        let said = changes(&restored(reader, &member));
        assert_eq!(said.iter().any(|each| each == place), converts, "{reader}");
        assert_eq!(unsure(reader, &member).is_empty(), converts, "{reader}");
        assert_eq!(groups(reader, &creator), finds, "{reader}");
    }
}
