//! What iOS skips or converts.

use super::tests::{ANDROID, around, changes, id, restored, stops, unsure};
use crate::clients::Release;
use crate::clients::effects::SideEffect;
use crate::clients::restore::{Outcome, Restored};
use crate::safe::backup::{Timestamp, Verification};

const READ: [Release; 6] = [
    Release::Ios4_6,
    Release::Ios4_8,
    Release::Ios6_3,
    Release::Ios7_0,
    Release::Ios7_0_4,
    Release::Ios7_2,
];

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
    }
    // Near misses: an empty list of members, and another ID.
    for (old, new) in [
        ("[\"ECHOECHO\",\"OWNID123\"]", "[\"OWNID123\"]"),
        (contact, "\"identity\":\"BLOCKED1\""),
    ] {
        for reader in READ {
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
fn an_unknown_level_is_0_since_7_0() {
    let document = with("\"verification\":1", "\"verification\":3");
    let level = |reader| {
        let restored = restored(reader, &document);
        (
            restored.backup.contacts[1].verification,
            restored.unsure.len(),
        )
    };
    for reader in [Release::Ios7_0, Release::Ios7_0_4, Release::Ios7_2] {
        let unverified = (Some(Verification::Unverified), 0);
        assert_eq!(level(reader), unverified, "{reader}");
    }
    assert_eq!(level(Release::Ios6_8_8), (None, 1));
    assert_eq!(unsure(Release::Ios6_8_8, ANDROID), [""; 0]);
}

#[test]
fn members_and_creators_in_lower_case() {
    let member = with("\"ECHOECHO\",\"OWNID123\"", "\"echoecho\",\"OWNID123\"");
    let place = "Changed `groups[0].members[0]`";
    let creator = with("\"creator\":\"ECHOECHO\"", "\"creator\":\"echoecho\"");
    for (reader, converts) in [
        (Release::Ios4_6, false),
        (Release::Ios4_8, true),
        (Release::Ios6_3, true),
        (Release::Ios7_0, true),
        (Release::Ios7_0_4, true),
        (Release::Ios7_2, true),
    ] {
        let said = changes(&restored(reader, &member));
        assert_eq!(said.iter().any(|each| each == place), converts, "{reader}");
        assert_eq!(unsure(reader, &member).is_empty(), converts, "{reader}");
        let groups = restored(reader, &creator).backup.groups;
        assert_eq!(groups[0].creator, id("ECHOECHO"), "{reader}");
    }
}

#[test]
fn a_left_group_is_read_as_it_is_written_since_7_0_5() {
    let members = "[\"ECHOECHO\",\"OWNID123\"]";
    let own = with(members, "[\"ECHOECHO\",\"ownid123\"]");
    let active = |reader| {
        let group = &restored(reader, &own).backup.groups[0];
        group.members.contains(&id("OWNID123"))
    };
    assert!(active(Release::Ios7_0_4));
    assert!(!active(Release::Ios7_2));
    let left = with(members, "[\"echoecho\"]").replacen(
        "\"creator\":\"ECHOECHO\"",
        "\"creator\":\"echoecho\"",
        1,
    );
    assert_eq!(
        unsure(Release::Ios7_2, &left),
        ["`groups[0].creator`"],
        "the creator is stored as it is written"
    );
}

#[test]
fn a_group_of_a_blocked_creator_is_not_restored() {
    let blocked = with("\"BLOCKED1\"", "\"ECHOECHO\"");
    let left = blocked.replacen(",\"OWNID123\"]", "]", 1);
    for (reader, groups, of_left) in [
        (Release::Ios4_6, 1, 1),
        (Release::Ios4_8, 0, 0),
        (Release::Ios7_0, 0, 0),
        (Release::Ios7_2, 0, 1),
    ] {
        let (active, left) = (restored(reader, &blocked), restored(reader, &left));
        assert_eq!(active.backup.groups.len(), groups, "{reader}");
        assert_eq!(left.backup.groups.len(), of_left, "{reader}");
        let leaves = |restored: &Restored| restored.effects.contains(&SideEffect::LeavesGroups);
        assert_eq!(leaves(&active), groups == 0, "{reader}");
        assert!(!leaves(&left), "{reader}");
    }
    let group =
        "\"groups\":[{\"id\":\"0102030405060708\",\"creator\":\"ECHOECHO\",\"members\":[]},";
    let two = blocked.replacen("\"groups\":[", group, 1);
    let said = changes(&restored(
        Release::Ios7_0,
        &two.replacen("\"ECHOECHO\"],\"syncE", "\"ABCDEFGH\"],\"syncE", 1),
    ));
    assert!(
        said.iter().any(|each| each == "Lost `groups[1]`"),
        "{said:?}"
    );
    let after = changes(&restored(Release::Ios7_0, &two));
    assert_eq!(
        after
            .iter()
            .filter(|each| each.starts_with("Lost `groups"))
            .count(),
        2
    );
}

#[test]
fn a_creator_who_was_fetched_counts_since_7_0() {
    let fetched = with("\"OWNID123\"],", "\"OWNID123\",\"BLOCKED1\"],").replacen("[\"BLOCKED1\"]", "[]", 1).replacen(
        "\"deleted\":false}",
        "\"deleted\":false},{\"id\":\"0202030405060708\",\"creator\":\"BLOCKED1\",\"members\":[\"OWNID123\"]}",
        1,
    );
    for (reader, groups, doubts) in [
        (Release::Ios4_6, 1, 0),
        (Release::Ios6_3, 1, 1),
        (Release::Ios7_0, 2, 0),
        (Release::Ios7_2, 2, 0),
    ] {
        assert_eq!(
            restored(reader, &fetched).backup.groups.len(),
            groups,
            "{reader}"
        );
        assert_eq!(unsure(reader, &fetched).len(), doubts, "{reader}");
    }
}

#[test]
fn two_characters_of_a_group_id_count_together() {
    let spelled = |digits: &str| with("\"0102030405060708\"", &format!("\"{digits}\""));
    let outcome = |reader: Release, digits| reader.read(spelled(digits).as_bytes(), &around());
    let upper = restored(Release::Ios7_2, &spelled("0A1B2C3D4E5F60AB"));
    assert_eq!(upper.unsure.len(), 0);
    assert_eq!(upper.backup.groups[0].id.0[0], 0x0a);
    assert!(matches!(
        outcome(Release::Ios7_2, "123"),
        Outcome::Broken { .. }
    ));
    // It stops before the last character.
    for digits in ["zz3", "zzzzzzzzzzzzzzzz"] {
        assert_eq!(
            restored(Release::Ios7_2, &spelled(digits))
                .backup
                .groups
                .len(),
            0
        );
        let older = outcome(Release::Ios7_0_4, digits);
        assert!(matches!(older, Outcome::Broken { .. }), "{digits}");
    }
    for digits in ["010203040506070g", "01020304050607 8", "0g3", "0gzz"] {
        let halves = outcome(Release::Ios7_2, digits);
        assert!(matches!(halves, Outcome::Unknown { .. }), "{digits}");
    }
}

#[test]
fn a_whole_number_is_what_a_double_holds() {
    let time = |spelling: &str| with("1700000000000", spelling);
    for (spelling, milliseconds) in [
        ("1700000000000.0", 1_700_000_000_000),
        ("1.7e12", 1_700_000_000_000),
        ("1700000000000.00001", 1_700_000_000_000),
        ("18446744073709551615", u64::MAX.into()),
        ("9007199254740993.0", 9_007_199_254_740_993),
    ] {
        let restored = restored(Release::Ios7_2, &time(spelling));
        let created = restored.backup.contacts[0].created_at;
        assert_eq!(created, Some(Timestamp(milliseconds)), "{spelling}");
    }
    for spelling in ["1700000000000.001", "18446744073709551615.0", "1e300", "-1"] {
        stops(Release::Ios7_2, &time(spelling));
    }
    stops(
        Release::Ios7_2,
        &with("\"verification\":1", "\"verification\":1e30"),
    );
}

#[test]
fn an_unreadable_identity_is_swallowed_as_other_errors_are() {
    let key = with("WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=", "%");
    for (reader, hangs) in [
        (Release::Ios4_9, false),
        (Release::Ios5_4, true),
        (Release::Ios6_8_8, true),
        (Release::Ios7_2, false),
    ] {
        assert_eq!(stops(reader, &key).0.is_some(), hangs, "{reader}");
    }
}
