//! Which backups meet the conditions of the loss table, and one backup for each row that shows it.
//! The judgement uses the backup, the phone and the directory, and neither the writers nor the
//! readers.

use super::crossing::{Crossing, Situation};
use super::strategies::{Case, OWN_ID, id};
use safe_conformance::clients::Release;
use safe_conformance::clients::losses::{Loss, StopRow, Unknown, When};
use safe_conformance::clients::restore::made_up_key;
use safe_conformance::safe::Client;
use safe_conformance::safe::backup::{
    Backup, Bytes, Contact, DeviceGroupKey, DistributionList, DistributionListId, Group, GroupId,
    Link, LinkKind, PictureRelease, Policy, PrivateKey, Settings, Timestamp, User, Verification,
};
use safe_conformance::safe::json::Text;

/// Whether a row of the table explains a difference.
pub fn explains(loss: &Loss, it: &Situation<'_>) -> bool {
    let difference = it.difference;
    loss.is_between(it.origin, it.release)
        && loss.fields.contains(&difference.field)
        && loss.kinds.contains(&difference.kind)
        && holds(loss.when, it)
}

/// Whether it is unknown what happens to this field at this place.
pub fn covers(unknown: &Unknown, it: &Situation<'_>) -> bool {
    unknown.is_between(it.origin, it.release)
        && unknown.fields.contains(&it.difference.field)
        && holds(unknown.when, it)
}

/// Whether a restore stops for this reason.
pub fn stops(row: &StopRow, it: &Crossing<'_>) -> bool {
    let condition = match row.why.id {
        "time-unsigned" | "time-unsigned-hangs" => before_1970,
        "time-unsigned-older-ios" => made_before_1970,
        "no-contacts-hangs" => |it: &Crossing<'_>| it.backup.contacts.is_empty(),
        "directory-needed" => {
            |it: &Crossing<'_>| !it.directory.is_reachable() && it.contacts().next().is_some()
        }
        "list-id-crashes" => list_id_begins_high,
        "desktop-needs-its-key" => |_: &Crossing<'_>| true,
        "desktop-revoked" => any_unknown,
        "desktop-needs-directory" => {
            |it: &Crossing<'_>| !it.directory.is_reachable() && it.contacts().next().is_some()
        }
        "desktop-group-date" => any_group_without_date,
        "desktop-other-key" => any_other_key,
        "desktop-creator" => any_creator_unknown,
        "desktop-member" => any_member_unknown,
        other => panic!("no predicate for the stop `{other}`"),
    };
    row.is_between(it.origin, it.release) && condition(it)
}

/// Whether a condition holds for a difference that was found.
#[allow(
    clippy::too_many_lines,
    reason = "it is a table: one condition after the other"
)]
fn holds(when: When, it: &Situation<'_>) -> bool {
    match when {
        When::LongNickname => {
            let nickname = it.backup.user.nickname.as_ref();
            nickname.is_some_and(|text| written_bytes(it, text) > 32)
        }
        When::LongName => it.texts().iter().any(|text| written_bytes(it, text) > 256),
        When::LinkOfAnotherType => it
            .link()
            .is_some_and(|link| matches!(link.kind, LinkKind::Other(_))),
        When::LinkOfNoUse => it
            .link()
            .is_some_and(|link| matches!(link.kind, LinkKind::Other(_)) || link.value.is_empty()),
        When::LinkWithoutValue => it
            .link()
            .is_some_and(|link| !matches!(link.kind, LinkKind::Other(_)) && link.value.is_empty()),
        When::Level2WithoutKey => it.contact().is_some_and(|contact| {
            contact.verification == Some(Verification::Full) && contact.public_key.is_none()
        }),
        When::CreatorUnknown => it.group().is_some_and(|group| {
            let is_kept = it.release.since(Release::Ios7_0_5) && is_left(it, group);
            !it.is_known(group.creator) && !is_kept
        }),
        When::CreatorFetched => it.group().is_some_and(|group| {
            let fetched = it.directory.entry(group.creator).is_some();
            !it.is_known(group.creator) && fetched
        }),
        When::LeftGroupOfAnother => it
            .group()
            .is_some_and(|group| group.creator != it.phone.own_id && is_left(it, group)),
        When::AfterALeftGroup => {
            let mut before = it.backup.groups.iter().take(it.index().unwrap_or(0));
            let ends = |group: &Group| {
                let own = it.phone.own_id;
                let is_asked = group.creator != own && !it.is_blocked(group.creator);
                it.is_known(group.creator) && is_asked && is_left(it, group)
            };
            it.group().is_some() && before.any(ends)
        }
        When::MemberNoContact => it
            .group()
            .is_some_and(|group| it.members(group).any(|id| !it.is_known(id))),
        When::MemberNotInDirectory => {
            let groups = it.group().into_iter().flat_map(|group| it.members(group));
            let lists = it
                .list()
                .into_iter()
                .flat_map(|list| list.members.iter().copied());
            let mut members = groups.chain(lists);
            members.any(|id| !it.is_restored(id) && it.directory.entry(id).is_none())
        }
        When::MemberInDirectory => {
            let mut members = it.unknown_members();
            members.any(|id| it.directory.entry(id).is_some())
        }
        When::LeftOutAndMember => it.contact().is_some_and(|contact| {
            let id = contact.identity;
            let left_out = it.contacts().all(|each| each.identity != id);
            left_out && it.unknown_members().any(|member| member == id)
        }),
        When::MemberBlocked => it.group().is_some_and(|group| {
            let mut members = it.members(group);
            members.any(|id| !it.is_known(id) && it.is_blocked(id))
        }),
        When::CreatorBlocked => it.group().is_some_and(|group| {
            let own = it.phone.own_id;
            group.creator != own && it.is_blocked(group.creator) && !is_left(it, group)
        }),
        When::OwnAndLeft => it
            .group()
            .is_some_and(|group| group.creator == it.phone.own_id && is_left(it, group)),
        When::NoContactRestored => it
            .contacts()
            .all(|contact| !it.is_restored(contact.identity)),
        // The number as the release reads it, from the bytes as they were written.
        When::ListIdOfNoUse => {
            let number = |list: &DistributionList| {
                let id = list.id?;
                let writes_low = it.origin.since(Release::Android5_3);
                let written = if writes_low { id } else { id.reversed() };
                let reads_low = it.release.since(Release::Android5_3);
                let read = if reads_low {
                    written
                } else {
                    written.reversed()
                };
                Some(read.number())
            };
            let Some(own) = it.list().and_then(number) else {
                return false;
            };
            let lists = it.backup.distribution_lists.iter();
            let same = lists.filter(|list| number(list) == Some(own));
            own == 0 || own > i64::MAX.unsigned_abs() || same.count() > 1
        }
        // In every backup.
        When::Always => true,
        When::LoneSurrogate => it.texts().iter().any(|text| text.to_str().is_err()),
        When::NoPicture => it.backup.user.picture.is_none(),
        When::NobodyIsSaid => {
            let user = &it.backup.user;
            user.picture.is_some()
                && matches!(user.picture_release, None | Some(PictureRelease::Nobody))
        }
        When::EmptyRelease => {
            it.backup.user.picture_release == Some(PictureRelease::Only(Vec::new()))
        }
        When::Before1970 => it.time().is_some_and(|time| time < Timestamp(0)),
        When::Beyond63Bits => it.time().is_some_and(|time| i64::try_from(time.0).is_err()),
        When::Deleted => it.group().is_some_and(|group| group.deleted == Some(true)),
        When::OwnContact => it
            .contact()
            .is_some_and(|contact| contact.identity == it.phone.own_id),
        When::RemovedContact => it
            .contact()
            .is_some_and(|contact| it.phone.removed_contacts.contains(&contact.identity)),
        When::LeftGroup => it
            .group()
            .is_some_and(|group| it.phone.left_groups.contains(&(group.id, group.creator))),
        When::Level1 => it
            .contact()
            .is_some_and(|contact| contact.verification == Some(Verification::Server)),
        When::UnknownToDirectory => it.contact().is_some_and(|contact| {
            it.directory.is_reachable() && it.directory.entry(contact.identity).is_none()
        }),
        When::DirectoryUnreachable => !it.directory.is_reachable(),
        When::MemberUnreachable => it.group().is_some_and(|group| {
            let mut members = it.members(group);
            let asked = members.any(|id| !it.is_known(id) && !it.is_blocked(id));
            asked && !it.directory.is_reachable()
        }),
        When::CreatorNoMember => it
            .group()
            .is_some_and(|group| !group.members.contains(&group.creator)),
        When::WithoutNickname => {
            let nickname = it.backup.user.nickname.as_ref();
            nickname.is_none_or(Text::is_empty)
        }
        When::ListIdIsNoPalindrome => {
            let id = it.list().and_then(|list| list.id);
            id.is_some_and(|id| id != id.reversed())
        }
        When::GroupKeyMadeUp => it.backup.user.device_group_key.is_none(),
        When::Nobody => {
            let release = &it.backup.user.picture_release;
            matches!(release, None | Some(PictureRelease::Nobody))
        }
        When::OtherKey => it
            .contact()
            .is_some_and(|contact| it.has_other_key(contact)),
        When::OtherKeyNotLevel2 => it.contact().is_some_and(|contact| {
            it.has_other_key(contact) && contact.verification != Some(Verification::Full)
        }),
        When::NoDate => it.time().is_some_and(is_no_date),
        When::ListWithoutName => it.list().is_some_and(|list| list.name.is_none()),
        When::NoContacts => it.backup.contacts.is_empty(),
        other => panic!("no predicate for the condition {other:?}"),
    }
}

/// Whether the document does not list the user as a member.
fn is_left(it: &Crossing<'_>, group: &Group) -> bool {
    it.members(group).all(|id| id != it.phone.own_id)
}

/// How many bytes of UTF-8 a text has when it is written: Android writes one byte for half of a
/// surrogate pair.
fn written_bytes(it: &Crossing<'_>, text: &Text) -> usize {
    let lone = if it.origin.client() == Client::Android {
        '?'
    } else {
        char::REPLACEMENT_CHARACTER
    };
    let characters = char::decode_utf16(text.units());
    characters.map(|each| each.unwrap_or(lone).len_utf8()).sum()
}

fn before_1970(it: &Crossing<'_>) -> bool {
    let contacts = it
        .contacts()
        .map(|contact| (contact.created_at, contact.last_update));
    let groups = it
        .backup
        .groups
        .iter()
        .map(|group| (group.created_at, group.last_update));
    let is_before = |time: Option<Timestamp>| time.is_some_and(|time| time < Timestamp(0));
    let with_update = it.origin.since(Release::Android5_3);
    contacts
        .chain(groups)
        .any(|(created, updated)| is_before(if with_update { updated } else { created }))
}

/// iOS 4.6 ignores when a group was made.
fn made_before_1970(it: &Crossing<'_>) -> bool {
    let contacts = it.contacts().map(|contact| contact.created_at);
    let groups = it.backup.groups.iter().map(|group| group.created_at);
    let groups = groups.filter(|_| it.release.since(Release::Ios4_8));
    let mut times = contacts.chain(groups).flatten();
    times.any(|time| time < Timestamp(0))
}

fn list_id_begins_high(it: &Crossing<'_>) -> bool {
    let low_first = it.origin.since(Release::Android5_3);
    let mut lists = it.backup.distribution_lists.iter();
    lists.any(|list| {
        let first = |bytes: [u8; 8]| if low_first { bytes[0] } else { bytes[7] };
        list.name.is_some() && list.id.is_some_and(|id| first(id.0) >= 0x80)
    })
}

fn any_unknown(it: &Crossing<'_>) -> bool {
    it.contacts().any(|contact| {
        let full = contact.verification == Some(Verification::Full);
        let is_written = full || it.origin.since(Release::Ios5_1);
        let written = is_written && contact.public_key.is_some();
        !written && it.directory.entry(contact.identity).is_none()
    })
}

fn any_other_key(it: &Crossing<'_>) -> bool {
    it.contacts().any(|contact| {
        let entry = it.directory.entry(contact.identity);
        let full = contact.verification == Some(Verification::Full);
        let is_written = full || it.origin.since(Release::Ios5_1);
        is_written
            && contact.public_key.is_some()
            && entry.is_some_and(|entry| Some(entry.public_key) != contact.public_key)
    })
}

/// No client writes a time of creation that is so late.
fn any_group_without_date(it: &Crossing<'_>) -> bool {
    let mut updated = it
        .backup
        .groups
        .iter()
        .filter_map(|group| group.last_update);
    updated.any(is_no_date)
}

fn is_no_date(time: Timestamp) -> bool {
    time.0 > 8_640_000_000_000_000
}

fn any_creator_unknown(it: &Crossing<'_>) -> bool {
    it.backup
        .groups
        .iter()
        .any(|group| !it.is_listed(group.creator))
}

fn any_member_unknown(it: &Crossing<'_>) -> bool {
    it.backup.groups.iter().any(|group| {
        let mut members = it.members(group);
        members.any(|id| !it.is_listed(id) && id != group.creator)
    })
}

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
        "contact-own" | "contact-own-not-restored" | "contact-own-desktop" => {
            backup.contacts.push(Contact::new(id(OWN_ID)));
        }
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
