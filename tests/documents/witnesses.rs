//! One fixed document for each row of the loss table, that shows it: a loss that no longer happens
//! fails here.

use super::compare::differences;
use super::crossing::Difference;
use super::losses::{Went, readers, restore, rows, stops, unknowns};
use super::strategies::{Case, OWN_ID, id};
use safe_conformance::clients::losses::{LOSSES, Loss, STOPS, UNKNOWNS};
use safe_conformance::clients::restore::made_up_key;
use safe_conformance::clients::{Field, Origin, Phone, Release};
use safe_conformance::safe::backup::{
    Backup, Bytes, Contact, DeviceGroupKey, DistributionList, DistributionListId, Group, GroupId,
    Link, LinkKind, PictureRelease, Policy, PrivateKey, Settings, Timestamp, User, Verification,
};
use safe_conformance::safe::json::Text;
use std::collections::BTreeSet;

/// A backup in which nothing is as it is by default, and which every mobile client restores.
fn rich() -> Case {
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
    Case {
        backup,
        phone: Phone::new(id(OWN_ID)),
        revoked: BTreeSet::new(),
        rekeyed: BTreeSet::new(),
        unlisted: BTreeSet::new(),
    }
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

/// The document that shows a row: the rich one, but for what the row is about.
#[allow(
    clippy::too_many_lines,
    reason = "it is a table: one row after the other"
)]
fn witness(row: &str) -> Case {
    let mut case = rich();
    let Case {
        backup,
        phone,
        revoked,
        rekeyed,
        unlisted,
    } = &mut case;
    let user = &mut backup.user;
    match row {
        "text-lone-surrogate" => spoil_texts(backup),
        "nickname-from-id" => user.nickname = None,
        "nickname-cut" => user.nickname = Some("long".repeat(9).as_str().into()),
        "name-cut" => {
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
        "device-group-key-made-up" => user.device_group_key = None,
        "contact-own" => backup.contacts.push(Contact::new(id(OWN_ID))),
        "contact-removed" => drop(phone.removed_contacts.insert(id("ABCDEFGH"))),
        "contact-revoked" | "desktop-revoked" => drop(revoked.insert(id("ABCDEFGH"))),
        "public-key-ignored" | "desktop-other-key" => drop(rekeyed.insert(id("ECHOECHO"))),
        "public-key-of-level-2-alone" => {
            backup.contacts[1].public_key = Some(made_up_key(id("ABCDEFGH")));
            rekeyed.insert(id("ABCDEFGH"));
        }
        "level-2-without-key" => backup.contacts[0].public_key = None,
        "member-becomes-contact" => {
            // One that is no contact, and one that the newest Android leaves out.
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
        "time-unsigned" | "time-unsigned-hangs" => {
            backup.contacts[0].created_at = Some(Timestamp(-1));
            backup.groups[0].last_update = Some(Timestamp(-1));
        }
        "time-beyond-63-bits" | "time-no-date" => {
            set_times(backup, Some(Timestamp(1 << 63)), Some(Timestamp(1 << 63)));
        }
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
        "group-left-is-lost" | "group-left-older-android" => {
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
            // From Android an empty list is there, and nobody is in it.
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

/// Whether something else explains why the loss of a field cannot be seen.
fn is_hidden(
    loss: &Loss,
    field: Field,
    case: &Case,
    pair: (Origin, Release),
    found: &[Difference],
    unsure: &[Field],
) -> bool {
    let of = |each: Field| each == field || field.is_of(each);
    let directory = case.directory();
    unsure.iter().any(|each| of(*each) || each.is_of(field))
        || found
            .iter()
            .filter(|each| of(each.field))
            .any(|each| rows(case, &directory, pair, each).any(|row| row.why.id != loss.why.id))
}

#[test]
fn every_loss_has_a_witness_that_shows_it() {
    let mut silent = Vec::new();
    for loss in LOSSES {
        for field in loss.fields {
            let mut shown = 0;
            for (writer, reader) in
                pairs().filter(|(writer, reader)| loss.is_between(*writer, *reader))
            {
                let case = witness(loss.why.id).on(writer.client());
                let Went::Through {
                    restored, unsure, ..
                } = restore(reader, &writer.write(&case.backup, &case.phone), &case)
                else {
                    continue;
                };
                let found = differences(&case.backup, &restored);
                let directory = case.directory();
                let seen = found
                    .iter()
                    .filter(|each| each.field == *field)
                    .any(|each| {
                        rows(&case, &directory, (writer, reader), each)
                            .any(|row| row.why.id == loss.why.id)
                    });
                let unsure: Vec<_> = unsure.iter().map(|(_, field)| *field).collect();
                if seen {
                    shown += 1;
                } else if !is_hidden(loss, *field, &case, (writer, reader), &found, &unsure) {
                    silent.push(format!(
                        "{}: {field} is kept from {writer} to {reader}",
                        loss.why.id
                    ));
                }
            }
            if shown == 0 {
                silent.push(format!(
                    "{}: {field} is lost between no two releases",
                    loss.why.id
                ));
            }
        }
    }
    assert!(
        silent.is_empty(),
        "the table is no longer true:\n{}",
        silent.join("\n")
    );
}

#[test]
fn every_unknown_has_a_witness_that_shows_it() {
    for row in UNKNOWNS {
        for field in row.fields {
            let mut shown = 0;
            for pair in pairs().filter(|(writer, reader)| row.is_between(*writer, *reader)) {
                let case = witness(row.id).on(pair.0.client());
                let json = pair.0.write(&case.backup, &case.phone);
                let Went::Through { unsure, .. } = restore(pair.1, &json, &case) else {
                    continue;
                };
                let directory = case.directory();
                let mut unsure = unsure.iter().filter(|(_, each)| each == field);
                shown += usize::from(unsure.any(|place| {
                    unknowns(&case, &directory, pair, place).any(|each| each.id == row.id)
                }));
            }
            assert_ne!(
                shown, 0,
                "{}: {field} is known between all releases",
                row.id
            );
        }
    }
}

#[test]
fn every_stop_has_a_witness_that_shows_it() {
    for stop in STOPS {
        for (writer, reader) in pairs().filter(|(writer, reader)| stop.is_between(*writer, *reader))
        {
            let case = witness(stop.why.id).on(writer.client());
            let went = restore(reader, &writer.write(&case.backup, &case.phone), &case);
            assert!(
                matches!(&went, Went::Stopped(end, _) if *end == stop.end),
                "{}: from {writer} to {reader}: {went:?}",
                stop.why.id
            );
        }
    }
}

/// What nothing is wrong with goes through, but for what the table says of every backup.
#[test]
fn the_rich_document_is_restored_everywhere_but_on_desktop() {
    for (writer, reader) in pairs() {
        let case = rich().on(writer.client());
        let went = restore(reader, &writer.write(&case.backup, &case.phone), &case);
        let stops = !stops(&case, (writer, reader)).is_empty();
        assert_eq!(
            matches!(went, Went::Through { .. }),
            !stops,
            "from {writer} to {reader}: {went:?}"
        );
    }
}

/// A reason may stand in more rows than one, but no two rows of one reason are about the same
/// fields and releases.
#[test]
fn no_row_stands_twice() {
    for (index, loss) in LOSSES.iter().enumerate() {
        let same = |other: &&Loss| {
            other.why.id == loss.why.id
                && pairs().any(|(from, to)| loss.is_between(from, to) && other.is_between(from, to))
                && other.fields.iter().any(|field| loss.fields.contains(field))
        };
        assert_eq!(
            LOSSES[index + 1..].iter().find(same).map(|row| row.why.id),
            None
        );
    }
    let stops: BTreeSet<_> = STOPS.iter().map(|stop| stop.why.id).collect();
    let unknowns: BTreeSet<_> = UNKNOWNS.iter().map(|unknown| unknown.id).collect();
    assert_eq!((stops.len(), unknowns.len()), (STOPS.len(), UNKNOWNS.len()));
}

fn pairs() -> impl Iterator<Item = (Origin, Release)> {
    let all = Origin::all().into_iter();
    all.flat_map(|writer| readers().into_iter().map(move |reader| (writer, reader)))
}
