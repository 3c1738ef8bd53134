//! Which keys a release of iOS decodes: what it ignores elsewhere, and what it says about that.

use super::tests::{ANDROID, IOS, changes, restored, stops};
use crate::clients::Release;

/// A release of iOS ignores what stands at a key that it does not decode, and refuses a wrong type
/// where it does decode.
#[test]
fn a_release_of_ios_ignores_the_keys_that_it_does_not_know() {
    use Release::{Ios4_6, Ios4_8, Ios4_8_4, Ios4_9, Ios7_2};
    let contact = "\"identity\":\"ECHOECHO\",";
    let group = "\"groupname\":\"Family\",";
    let link = "\"type\":\"email\",";
    for (old, new, ignored_by, refused_by) in [
        (
            contact,
            "\"private\":1,",
            &[Ios4_6][..],
            &[Ios4_8, Ios7_2][..],
        ),
        (contact, "\"hidden\":1,", &[], &[Ios4_6, Ios7_2]),
        (contact, "\"publickey\":1,", &[], &[Ios4_6, Ios7_2]),
        (
            contact,
            "\"readReceipts\":\"1\",",
            &[Ios4_6],
            &[Ios4_8, Ios7_2],
        ),
        (
            contact,
            "\"typingIndicators\":0.5,",
            &[Ios4_6],
            &[Ios4_8, Ios7_2],
        ),
        (
            contact,
            "\"lastUpdate\":-1,",
            &[Ios4_6, Ios4_8, Ios4_8_4],
            &[Ios4_9, Ios7_2],
        ),
        (contact, "\"createdAt\":-1,", &[], &[Ios4_6, Ios4_8, Ios7_2]),
        (group, "\"createdAt\":-1,", &[Ios4_6], &[Ios4_8, Ios7_2]),
        (
            group,
            "\"lastUpdate\":\"x\",",
            &[Ios4_6, Ios4_8_4],
            &[Ios4_9, Ios7_2],
        ),
        (group, "\"private\":\"x\",", &[Ios4_6], &[Ios4_8, Ios7_2]),
        (group, "\"deleted\":\"x\",", &[], &[Ios4_6, Ios7_2]),
        (link, "\"name\":7,", &[Ios4_6], &[Ios4_8, Ios7_2]),
        (
            "\"nickname\":\"Ada\",",
            "\"temporaryDeviceGroupKeyTodoRemove\":7,",
            &[Ios4_6, Ios4_8_4],
            &[Ios4_9, Ios7_2],
        ),
    ] {
        // The first of two equal keys counts.
        let document = ANDROID.replacen(old, &[new, old].concat(), 1);
        assert_ne!(document, ANDROID);
        for reader in ignored_by {
            let backup = restored(*reader, &document).backup;
            assert_eq!(backup.contacts.len(), 2, "{reader}: {new}");
            assert_eq!(backup.groups.len(), 1, "{reader}: {new}");
        }
        for reader in refused_by {
            let how = stops(*reader, &document).0;
            assert_eq!(how, None, "{reader}: {new}");
        }
    }
}

/// What a release does not decode is lost, and nothing about it is unknown.
#[test]
fn a_release_of_ios_says_which_values_it_ignores() {
    use Release::{Ios4_6, Ios4_8, Ios4_8_4, Ios4_9};
    let private = ANDROID
        .replace("\"verification\":2", "\"verification\":2,\"private\":true")
        .replace("\"groupname\"", "\"lastUpdate\":9,\"groupname\"")
        .replace("\"type\":\"email\"", "\"name\":\"Home\",\"type\":\"email\"");
    let key = IOS.find("\"temporary").expect("a key");
    let end = IOS.find("},\n\"contacts\"").expect("its end");
    let document = private.replace("\"nickname\":\"Ada\"", &IOS[key..end]);
    let key = "user.temporaryDeviceGroupKeyTodoRemove";
    for (place, lost_by, kept_by) in [
        (key, &[Ios4_6, Ios4_8_4][..], &[Ios4_9][..]),
        ("user.links[0].name", &[Ios4_6], &[Ios4_8]),
        ("contacts[0].private", &[Ios4_6], &[Ios4_8]),
        ("contacts[0].readReceipts", &[Ios4_6], &[Ios4_8]),
        // The default.
        ("contacts[0].typingIndicators", &[], &[Ios4_6, Ios4_8]),
        ("contacts[0].lastUpdate", &[Ios4_6, Ios4_8, Ios4_9], &[]),
        ("groups[0].lastUpdate", &[Ios4_6, Ios4_8, Ios4_9], &[]),
        ("groups[0].createdAt", &[Ios4_6, Ios4_8, Ios4_9], &[]),
    ] {
        for (readers, is_lost) in [(lost_by, true), (kept_by, false)] {
            for reader in readers {
                let restored = restored(*reader, &document);
                assert!(restored.unsure.is_empty(), "{:?}", restored.unsure);
                let lost = changes(&restored).contains(&format!("Lost `{place}`"));
                assert_eq!(lost, is_lost, "{reader}: {place}");
            }
        }
    }
    let oldest = restored(Ios4_6, &document).backup;
    assert!(oldest.user.device_group_key.is_none());
    assert_eq!(oldest.contacts[0].read_receipts, None);
    assert!(
        restored(Ios4_9, &document)
            .backup
            .user
            .device_group_key
            .is_some()
    );
}
