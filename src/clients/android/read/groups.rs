//! Groups.

use super::super::org_json::Object;
use super::super::reasons::{
    DELETED, DELETED_MISSING, EMPTY_GROUP_ID, GARBAGE_GROUP_ID, INCOMPLETE_GROUP, KICKED,
    MEMBER_BY_DEFAULT, NAME_CUT, SECOND_GROUP, SHORT_GROUP_ID, UPDATE_NO_NUMBER_SKIPPED,
};
use super::values::bytes_of_digits;
use super::{Objects, Phone};
use crate::clients::Field;
use crate::clients::read::{NAME_BYTES, Step, broken};
use crate::clients::reason::mobile::UNKNOWN_CREATOR;
use crate::clients::release::Release;
use crate::clients::restore::Broken;
use crate::safe::ThreemaId;
use crate::safe::backup::{At, Group, GroupId};
use data_encoding::HEXLOWER_PERMISSIVE;
use std::collections::HashSet;

/// The number of hexadecimal digits of a group's ID.
const GROUP_ID_DIGITS: usize = 16;

/// The ID of a group, as Android reads it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum FoundId {
    /// A valid ID.
    Whole(GroupId),
    /// No digit is left.
    Empty,
    /// Some other value that the format does not have; nobody knows which.
    Other,
}

impl Phone<'_> {
    pub(super) fn groups(&mut self, items: &Objects<'_>, at: &At<'_>) -> Step<Vec<Group>> {
        let mut groups = Vec::with_capacity(items.len());
        let mut taken = HashSet::new();
        for (index, object) in items {
            let at = at.index(*index);
            let Some(deleted) = self.deleted(object, &at) else {
                continue;
            };
            let Some(creator) = self.creator(object, &at) else {
                continue;
            };
            let Ok(id) = object.string("id") else {
                self.notes.lost(&at, Field::Group, &INCOMPLETE_GROUP);
                continue;
            };
            if self.has_no_time(object, (Field::Group, &UPDATE_NO_NUMBER_SKIPPED), &at) {
                continue;
            }
            let id = self.group_id(&id.to_string_lossy(), &at.key("id"))?;
            if id != FoundId::Other && !taken.insert((id, creator)) {
                self.notes.lost(&at, Field::Group, &SECOND_GROUP);
                continue;
            }
            let whole = match id {
                FoundId::Whole(id) => id,
                FoundId::Empty => GroupId([0; 8]),
                FoundId::Other => continue,
            };
            let mut group = Group::new(whole, creator);
            group.members = self.members(object, creator, &at).into();
            group.deleted = Some(deleted);
            let name = self.text(object, "groupname", Field::GroupName, &at);
            group.name = name.map(|name| {
                self.cut(
                    name,
                    NAME_BYTES,
                    (Field::GroupName, &NAME_CUT),
                    &at.key("groupname"),
                )
            });
            group.created_at = self.time_or_zero(object, Field::GroupCreatedAt, &at);
            group.last_update = self.last_update(object, Field::GroupLastUpdate, &at);
            group.private = self.flag(object, "private", (Field::GroupPrivate, false), &at);
            if id == FoundId::Empty {
                self.notes.keep_without_id(group, groups.len());
            } else {
                groups.push(group);
            }
        }
        Ok(groups)
    }

    /// Returns whether the group was deleted and is therefore hidden; `None` if it is not restored.
    ///
    /// Source: `clients.read.deleted-group`, `clients.read.missing-deleted`.
    fn deleted(&mut self, object: &Object, at: &At<'_>) -> Option<bool> {
        let why = match object.boolean("deleted") {
            Ok(false) => return Some(false),
            Ok(true) if self.since(Release::Android6_0) => &DELETED,
            Ok(true) => return Some(true),
            Err(_) if self.since(Release::Android6_0) => return Some(false),
            Err(_) => &DELETED_MISSING,
        };
        self.notes.lost(at, Field::Group, why);
        None
    }

    /// Returns the creator; `None` if the group is not restored. A contact that the app fetched for
    /// an earlier group counts.
    ///
    /// Source: `clients.read.unknown-creator`, `clients.read.incomplete-group`.
    fn creator(&mut self, object: &Object, at: &At<'_>) -> Option<ThreemaId> {
        let Ok(creator) = object.string("creator") else {
            self.notes.lost(at, Field::Group, &INCOMPLETE_GROUP);
            return None;
        };
        let creator = ThreemaId::parse(&creator.to_string_lossy()).ok();
        let known = creator.filter(|id| *id == self.around.own_id || self.is_contact(*id));
        if known.is_none() {
            self.notes.lost(at, Field::Group, &UNKNOWN_CREATOR);
        }
        known
    }

    /// Source: `clients.read.group-id-odd`, `clients.read.group-id-not-hex`.
    fn group_id(&mut self, id: &str, at: &At<'_>) -> Step<FoundId> {
        let digits = id.encode_utf16().count();
        if self.since(Release::Android6_2) && (digits % 2 == 1 || digits < GROUP_ID_DIGITS) {
            let what = "does not become 8 bytes";
            return Err(broken(Broken::Crash, at, what, &SHORT_GROUP_ID));
        }
        if digits % 2 == 1 && self.since(Release::Android4_8) {
            self.notes.changed(at, Field::Group, &EMPTY_GROUP_ID);
            return Ok(FoundId::Empty);
        }
        let is_hexadecimal = HEXLOWER_PERMISSIVE.decode(id.as_bytes()).is_ok();
        // Before, the release that was read stores the text.
        let bytes = if is_hexadecimal || self.since(Release::Android4_8) {
            bytes_of_digits(id)
        } else {
            None
        };
        let found = bytes.and_then(|bytes| bytes.try_into().ok()).map(GroupId);
        if let Some(found) = found {
            if !is_hexadecimal {
                self.notes.changed(at, Field::Group, &GARBAGE_GROUP_ID);
            }
            return Ok(FoundId::Whole(found));
        }
        self.notes.unsure(
            at,
            Field::Group,
            "no source says what Android does with a group whose ID does not become 8 bytes",
        );
        Ok(FoundId::Other)
    }

    /// Source: `clients.read.left-group`, `clients.read.creator-no-member`,
    /// `clients.read.group-without-members`, `clients.read.unknown-member`.
    fn members(&mut self, object: &Object, creator: ThreemaId, at: &At<'_>) -> Vec<ThreemaId> {
        let own_id = self.around.own_id;
        let members_at = at.key("members");
        let Some(members) = self.ids(object, "members", Field::GroupMembers, at) else {
            // The app stops in the middle, and the database has a default for the user's state.
            if self.since(Release::Android6_0) {
                self.notes
                    .added(&members_at, Field::GroupMembers, &MEMBER_BY_DEFAULT);
                let others = (creator != own_id).then_some(creator);
                return others.into_iter().chain([own_id]).collect();
            }
            return Vec::new();
        };
        let is_orphaned = members.contains(&own_id) && !members.contains(&creator);
        if is_orphaned && self.since(Release::Android6_2) {
            // The members do not change: the user is one of them and the creator is not.
            self.notes
                .changed(&members_at, Field::GroupMembers, &KICKED);
        }
        self.with_contacts(members, true, (Field::GroupMembers, &members_at))
    }
}
