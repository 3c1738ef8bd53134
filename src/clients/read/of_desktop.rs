//! What Desktop's schema accepts, and what its import makes of it.

use super::tests::{around, changes, id, linked, restored, stops, unsure};
use crate::clients::Release;
use crate::clients::restore::{Directory, Outcome, Surroundings};
use crate::safe::ThreemaId;
use crate::safe::backup::{PictureRelease, Timestamp};

const DESKTOP: Release = Release::DesktopPreview14;

/// Returns the linking document with one part replaced.
#[track_caller]
fn with(old: &str, new: &str) -> String {
    let document = linked().replacen(old, new, 1);
    assert_ne!(document, linked());
    document
}

/// What Desktop refuses, and beside it a near miss, which it restores.
#[test]
fn the_schema_refuses() {
    let list = "{\"name\":\"None\",\"members\":[]}";
    let link = "{\"type\":\"email\",\"value\":\"a@b\"}";
    let group = "\"groupname\":\"Family\",";
    for (old, refused, near) in [
        (list, "{\"members\":[]}", "{\"name\":\"\",\"members\":[]}"),
        (
            list,
            "{\"name\":\"None\"}",
            "{\"name\":\"None\",\"members\":[\"none\"]}",
        ),
        (
            list,
            "{\"id\":null,\"name\":\"None\",\"members\":[]}",
            "{\"id\":\"01\",\"name\":\"None\",\"members\":[]}",
        ),
        (
            list,
            "{\"name\":\"None\",\"members\":[1]}",
            "{\"name\":\"None\",\"members\":[],\"lastUpdate\":\"never\"}",
        ),
        (
            link,
            "{\"type\":\"email\"}",
            "{\"type\":\"fax\",\"value\":\"\"}",
        ),
        (
            link,
            "{\"value\":\"a@b\"}",
            "{\"type\":\"email\",\"value\":\"a@b\",\"name\":\"home\"}",
        ),
        ("[\"BLOCKED1\"]", "[null]", "[\"nobody\"]"),
        ("[\"x\"]", "[1]", "[\"\"]"),
        (
            "\"members\":[\"ECHO",
            "\"m\":[\"ECHO",
            "\"members\":[\"ECHO",
        ),
        (
            "\"0102030405060708\"",
            "\"01020304050607\"",
            "\"0A02030405060708\"",
        ),
        (
            group,
            "\"groupname\":null,",
            "\"lastUpdate\":null,\"private\":true,",
        ),
        (
            group,
            "\"lastUpdate\":8640000000000001,",
            "\"lastUpdate\":8640000000000000,",
        ),
        (group, "\"lastUpdate\":\"1\",", "\"lastUpdate\":-1,"),
        ("WlpaWlpa", "", "WlpaWlpa\\n"),
        ("WlpaWlo=", "WlpaWl==", "WlpaWlp="),
        ("WlpaWlo=", "WlpaWlo==", "WlpaWlo"),
        ("WlpaWlo=", "Wlpa=Wlo", "WlpaWlr"),
        (
            "\"ECHOECHO\",\"OWNID123\"]",
            "\"ECHOECHO\",\"somebody\"]",
            "\"ECHOECHO\"]",
        ),
    ] {
        let (how, reason) = stops(DESKTOP, &with(old, refused));
        assert!(how.is_none(), "{refused}: {reason}");
        let document = linked().replacen(old, near, 1);
        assert_eq!(unsure(DESKTOP, &document), [""; 0], "{near}");
    }
}

/// The text of a public key must be that of the directory's key.
#[test]
fn a_public_key_is_compared_as_text() {
    let key = "RUNIT0VDSE9FQ0hPRUNIT0VDSE9FQ0hPRUNIT0VDSE8=";
    let level_0 = with(
        &format!("{key}\",\"createdAt\":1700000000000,\"verification\":2"),
        &format!("{key}\",\"createdAt\":1700000000000,\"verification\":0"),
    );
    restored(DESKTOP, &level_0);
    for document in [linked(), level_0] {
        for other in [
            &key[..43],
            "RUNI T0VDSE9FQ0hPRUNIT0VDSE9FQ0hPRUNIT0VDSE8=",
            "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=",
            "RUNI",
            "%",
        ] {
            let (how, reason) = stops(DESKTOP, &document.replace(key, other));
            assert!(
                how.is_none() && reason.contains("the directory"),
                "{reason}"
            );
        }
    }
    let without = with(&format!("\"publickey\":\"{key}\","), "");
    assert_eq!(unsure(DESKTOP, &without), [""; 0]);
    // The directory no longer knows the contact: the key of the backup counts.
    let mut revoked = around();
    revoked.directory.revoke(id("ECHOECHO"));
    let read = |key: &str| {
        let document = linked().replace("RUNIT0VDSE9FQ0hPRUNIT0VDSE9FQ0hPRUNIT0VDSE8=", key);
        DESKTOP.read(document.as_bytes(), &revoked)
    };
    assert!(matches!(read(key), Outcome::Restored(_)));
    assert!(matches!(read("RUNI"), Outcome::Refused(_)));
}

#[test]
fn without_the_directory_desktop_imports_no_contact() {
    let around = Surroundings {
        directory: Directory::Unreachable,
        ..around()
    };
    let outcome = DESKTOP.read(linked().as_bytes(), &around);
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
}

#[test]
fn the_first_entry_decides_who_sees_the_picture() {
    let release = |list: &str| {
        let with = with(
            "\"links\":",
            &format!("\"profilePicRelease\":{list},\"links\":"),
        );
        restored(DESKTOP, &with).backup.user.picture_release
    };
    let one = PictureRelease::Only(vec![id("ABCDEFGH")]);
    for (list, expected) in [
        ("[\"*\",\"nobody\"]", PictureRelease::Everyone),
        ("[null,\"ABCDEFGH\"]", PictureRelease::Nobody),
        ("[]", PictureRelease::Everyone),
        ("[\"ABCDEFGH\"]", one),
    ] {
        assert_eq!(release(list), Some(expected), "{list}");
    }
    for list in ["[\"ABCDEFGH\",\"*\"]", "[\"ABCDEFGH\",null]", "[\"*\",1]"] {
        let with = format!("\"profilePicRelease\":{list},\"links\":");
        let document = linked().replacen("\"links\":", &with, 1);
        assert_eq!(stops(DESKTOP, &document).0, None, "{list}");
    }
}

#[test]
fn a_deleted_group_is_shown_without_its_members() {
    let document = |members: &str| {
        let deleted = with("\"deleted\":false", "\"deleted\":true");
        deleted.replace("[\"ECHOECHO\",\"OWNID123\"]", members)
    };
    for (members, kept) in [
        ("[\"ECHOECHO\",\"OWNID123\"]", &["OWNID123"][..]),
        ("[\"OWNID123\",\"nobody\"]", &["OWNID123", "ECHOECHO"]),
        ("[\"ECHOECHO\"]", &[]),
        ("[]", &["ECHOECHO"]),
    ] {
        let restored = restored(DESKTOP, &document(members));
        let group = &restored.backup.groups[0];
        let ids: Vec<_> = group.members.iter().map(ThreemaId::as_str).collect();
        assert_eq!((&ids[..], group.deleted), (kept, Some(false)), "{members}");
        assert!(restored.unsure.is_empty());
    }
    // The same group, not deleted, is restored only if its members are contacts.
    let alive =
        document("[\"OWNID123\",\"nobody\"]").replace("\"deleted\":true", "\"deleted\":false");
    assert_eq!(stops(DESKTOP, &alive).0, None);
}

#[test]
fn a_missing_time_is_that_of_the_import() {
    let now = around().now;
    let group = |old: &str, new: &str| {
        let restored = restored(DESKTOP, &with(old, new));
        let group = &restored.backup.groups[0];
        (group.created_at, group.last_update, changes(&restored))
    };
    let (created, updated, said) =
        group("\"createdAt\":7,\"members\":[\"ECHO", "\"members\":[\"ECHO");
    assert_eq!((created, updated), (Some(now), Some(now)));
    for added in [
        "Added `groups[0].createdAt`",
        "Added `groups[0].lastUpdate`",
    ] {
        assert!(said.iter().any(|each| each == added), "{said:?}");
    }
    let seven = Some(Timestamp(7));
    let (created, updated, _) = group("\"groupname\"", "\"lastUpdate\":9,\"groupname\"");
    assert_eq!((created, updated), (seven, Some(Timestamp(9))));
    let (created, updated, _) = group("\"groupname\"", "\"lastUpdate\":null,\"groupname\"");
    assert_eq!((created, updated), (seven, seven));
    let contact = with("\"createdAt\":0,", "");
    assert_eq!(
        restored(DESKTOP, &contact).backup.contacts[1].created_at,
        Some(now)
    );
}
