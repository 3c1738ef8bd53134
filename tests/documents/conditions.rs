//! Which backups meet the conditions of the loss table. The judgement uses the backup, the phone
//! and the directory, and neither the writers nor the readers.

use super::crossing::{Crossing, Situation};
use safe_conformance::clients::Release;
use safe_conformance::clients::losses::{Loss, StopRow, Unknown, When};
use safe_conformance::safe::Client;
use safe_conformance::safe::backup::{
    DistributionList, Group, LinkKind, PictureRelease, Timestamp, Verification,
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
                it.is_known(group.creator) && group.creator != own && is_left(it, group)
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
        When::CreatorBlocked => it.group().is_some_and(|group| it.is_blocked(group.creator)),
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
