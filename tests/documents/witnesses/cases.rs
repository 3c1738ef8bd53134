//! One backup for each row of the loss table, which shows it.

use crate::strategies::{Case, OWN_ID, id};
use safe_conformance::clients::restore::made_up_key;
use safe_conformance::safe::backup::{
    Backup, Bytes, Contact, DeviceGroupKey, DistributionList, DistributionListId, Group, GroupId,
    Link, LinkKind, PictureRelease, Policy, PrivateKey, Settings, Timestamp, User, Verification,
};
use safe_conformance::safe::json::Text;

/// A backup in which nothing has its default value, and which every mobile client restores.
pub fn rich() -> Case {
    let mut user = User::new(PrivateKey::from_bytes([5; 32]));
    user.nickname = Some("Ada".into());
    user.picture = Some(Bytes(vec![0xff, 0xd8, 0xff, 0xd9]));
    user.picture_release = Some(PictureRelease::Only(vec![id("ECHOECHO")]));
    user.device_group_key = Some(DeviceGroupKey::from_bytes([6; 32]));
    user.links.push(Link {
        name: Some("work".into()),
        ..Link::new(LinkKind::Email, "ada@example.com".into())
    });
    let mut backup = Backup::new(user);
    for (identity, level) in [
        ("ECHOECHO", Verification::Full),
        ("ABCDEFGH", Verification::Server),
    ] {
        let identity = id(identity);
        backup.contacts.push(Contact {
            public_key: (level == Verification::Full).then(|| made_up_key(identity)),
            created_at: Some(Timestamp(1_000)),
            last_update: Some(Timestamp(2_000)),
            verification: Some(level),
            work_verified: Some(true),
            hidden: Some(true),
            private: Some(true),
            first_name: Some("A".into()),
            last_name: Some("B".into()),
            nickname: Some("C".into()),
            read_receipts: Some(Policy::Send),
            typing_indicators: Some(Policy::DontSend),
            ..Contact::new(identity)
        });
    }
    backup.groups.push(group(1));
    backup.distribution_lists.push(DistributionList {
        id: Some(DistributionListId([1, 2, 3, 4, 5, 6, 7, 8])),
        name: Some("L".into()),
        created_at: Some(Timestamp(1_000)),
        last_update: Some(Timestamp(2_000)),
        members: vec![id("ECHOECHO")].into(),
        private: Some(true),
        ..DistributionList::default()
    });
    backup.settings = Some(Settings {
        sync_contacts: Some(true),
        block_unknown: Some(true),
        send_typing: Some(false),
        read_receipts: Some(false),
        threema_calls: Some(false),
        relay_threema_calls: Some(true),
        disable_screenshots: Some(true),
        incognito_keyboard: Some(true),
        blocked_contacts: vec![id("ABCDEFGH")].into(),
        sync_excluded_ids: vec![id("ECHOECHO")].into(),
        recent_emojis: vec![Text::new("\u{1f600}")].into(),
        ..Settings::default()
    });
    Case::of(backup)
}

fn group(number: u8) -> Group {
    Group {
        name: Some("G".into()),
        created_at: Some(Timestamp(1_000)),
        last_update: Some(Timestamp(2_000)),
        members: vec![id("ECHOECHO"), id(OWN_ID)].into(),
        deleted: Some(false),
        private: Some(true),
        ..Group::new(GroupId([number; 8]), id("ECHOECHO"))
    }
}

/// The document that shows a row: the rich document, changed only in what the row describes.
#[allow(
    clippy::too_many_lines,
    reason = "it is a table: one row after the other"
)]
pub fn witness(row: &str) -> Case {
    let mut case = rich();
    let Case {
        backup,
        phone,
        revoked,
        rekeyed,
        unlisted,
        unreachable,
    } = &mut case;
    let user = &mut backup.user;
    match row {
        "text-lone-surrogate" => spoil_texts(backup),
        "nickname-from-id" | "nickname-from-id-desktop" => user.nickname = None,
        "nickname-cut" => {
            user.nickname = Some("long".repeat(9).as_str().into());
        }
        "name-cut" | "group-name-long-ios" => {
            backup.groups[0].name = Some("long".repeat(65).as_str().into());
            backup.distribution_lists[0].name = Some("long".repeat(65).as_str().into());
        }
        "release-without-picture" => user.picture = None,
        "release-nobody-is-a-list" | "release-is-everyone" => {
            user.picture_release = Some(PictureRelease::Nobody);
        }
        "release-empty-is-nobody" | "release-empty-is-everyone" => {
            user.picture_release = Some(PictureRelease::Only(vec![]));
        }
        "link-ignored" | "link-of-another-type" => {
            user.links
                .push(Link::new(LinkKind::Other("fax".into()), "1".into()));
        }
        "link-without-value-ios" => user.links[0].value = "".into(),
        "device-group-key-made-up" => user.device_group_key = None,
        "contact-own"
        | "contact-own-not-restored"
        | "contact-own-newer-ios"
        | "contact-own-desktop" => backup.contacts.push(Contact::new(id(OWN_ID))),
        "contact-removed" => drop(phone.removed_contacts.insert(id("ABCDEFGH"))),
        "contact-revoked" | "desktop-revoked" => drop(revoked.insert(id("ABCDEFGH"))),
        "directory-unreachable" | "directory-needed" | "desktop-needs-directory" => {
            *unreachable = true;
        }
        "group-needs-directory" => {
            *unreachable = true;
            backup.contacts = vec![].into();
            backup.groups[0].creator = id(OWN_ID);
        }
        "public-key-ignored" | "desktop-other-key" => drop(rekeyed.insert(id("ECHOECHO"))),
        "public-key-of-level-2-alone" => {
            backup.contacts[1].public_key = Some(made_up_key(id("ABCDEFGH")));
            rekeyed.insert(id("ABCDEFGH"));
        }
        "level-2-without-key" => backup.contacts[0].public_key = None,
        "member-becomes-contact" => {
            // One ID that is not a contact, and one that the newest Android leaves out.
            unlisted.insert(id("NOBODY01"));
            phone.removed_contacts.insert(id("ABCDEFGH"));
            backup.contacts[1].hidden = Some(false);
            backup.contacts[1].public_key = Some(made_up_key(id("ABCDEFGH")));
            rekeyed.insert(id("ABCDEFGH"));
            let members = &mut backup.groups[0].members;
            members.extend([id("NOBODY01"), id("ABCDEFGH")]);
        }
        "created-before-1970-android" => {
            set_times(backup, Some(Timestamp(-1)), Some(Timestamp(2_000)));
        }
        "time-unsigned" | "time-unsigned-hangs" | "time-unsigned-older-ios" => {
            backup.contacts[0].created_at = Some(Timestamp(-1));
            backup.groups[0].last_update = Some(Timestamp(-1));
        }
        "time-beyond-63-bits" => {
            set_times(backup, Some(Timestamp(1 << 63)), Some(Timestamp(1 << 63)));
        }
        "time-no-date" => {
            for contact in backup.contacts.iter_mut() {
                contact.created_at = Some(Timestamp(1 << 63));
                contact.last_update = contact.created_at;
            }
        }
        "desktop-group-date" => backup.groups[0].last_update = Some(Timestamp(1 << 63)),
        "group-members-left" => drop(
            phone
                .left_groups
                .insert((backup.groups[0].id, backup.groups[0].creator)),
        ),
        "group-deleted"
        | "group-deleted-is-back"
        | "group-deleted-android"
        | "group-deleted-ios" => backup.groups[0].deleted = Some(true),
        "group-of-unknown-creator" | "desktop-creator" => backup.groups[0].creator = id("NOBODY01"),
        "group-of-fetched-creator" => {
            unlisted.insert(id("NOBODY01"));
            backup.groups[0].members.push(id("NOBODY01"));
            backup.groups.push(group(2));
            backup.groups[1].creator = id("NOBODY01");
        }
        "group-left-is-lost" => {
            backup.groups[0].members = vec![id("ECHOECHO")].into();
        }
        "group-after-a-left-one" => {
            backup.groups[0].members = vec![id("ECHOECHO")].into();
            backup.groups.push(group(2));
        }
        "group-creator-becomes-member" | "group-creator-becomes-member-desktop" => {
            backup.groups[0].members = vec![id(OWN_ID)].into();
        }
        "group-dissolved-is-back" => {
            backup.groups[0].creator = id(OWN_ID);
            backup.groups[0].members = vec![].into();
        }
        "group-of-blocked-creator" => block(backup, "ECHOECHO"),
        "group-of-blocked-member" => {
            block(backup, "NOBODY01");
            backup.groups[0].members.push(id("NOBODY01"));
        }
        "groups-without-contacts-to-android"
        | "groups-without-contacts-to-older-ios"
        | "no-contacts-hangs" => {
            // A backup from Android has the list of contacts, and the list is empty.
            backup.contacts = vec![].into();
            backup.groups[0].creator = id(OWN_ID);
        }
        "list-id-random" | "list-id-crashes" => {
            backup.distribution_lists[0].id =
                Some(DistributionListId([0x80, 2, 3, 4, 5, 6, 7, 0x80]));
        }
        "member-dropped" | "member-skipped" | "desktop-member" => {
            backup.groups[0].members.push(id("NOBODY01"));
            backup.distribution_lists[0].members.push(id("NOBODY01"));
        }
        "list-without-name" => backup.distribution_lists[0].name = None,
        _ => {}
    }
    case
}

fn block(backup: &mut Backup, who: &str) {
    if let Some(settings) = &mut backup.settings {
        settings.blocked_contacts.push(id(who));
    }
}

fn spoil_texts(backup: &mut Backup) {
    let lone = || Some(Text::from_units(&[0x61, 0xd800]));
    backup.user.nickname = lone();
    backup.user.links[0].value = Text::from_units(&[0xdc00]);
    for contact in backup.contacts.iter_mut() {
        (contact.first_name, contact.last_name, contact.nickname) = (lone(), lone(), lone());
    }
    backup.groups[0].name = lone();
    backup.distribution_lists[0].name = lone();
    if let Some(settings) = &mut backup.settings {
        settings.recent_emojis = lone().into_iter().collect();
    }
}

fn set_times(backup: &mut Backup, created: Option<Timestamp>, updated: Option<Timestamp>) {
    for contact in backup.contacts.iter_mut() {
        (contact.created_at, contact.last_update) = (created, updated);
    }
    for group in backup.groups.iter_mut() {
        (group.created_at, group.last_update) = (created, updated);
    }
    for list in backup.distribution_lists.iter_mut() {
        (list.created_at, list.last_update) = (created, updated);
    }
}
