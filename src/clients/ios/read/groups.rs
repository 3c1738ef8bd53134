//! Groups.

use super::super::reasons::{
    AFTER_LEFT, BLOCKED_MEMBER, CREATOR_ADDED, DELETED_IGNORED, GROUP_ID_CRASHES,
    GROUP_NEEDS_DIRECTORY, ID_NOT_HEX, INCOMPLETE_GROUP, LEAVES, LEFT_IS_LOST, MEMBER_SKIPPED,
    NO_GROUP_TIME, ODD_GROUP_ID, OWN_GROUP_ACTIVE, UPPER_CASED,
};
use super::{Phone, id_of, is_other_than_0};
use crate::clients::Field;
use crate::clients::effects::SideEffect;
use crate::clients::read::{NAME_BYTES, Step, broken, unknown};
use crate::clients::reason::mobile::{MEMBER_FETCHED, UNKNOWN_CREATOR};
use crate::clients::reason::unsourced::{FETCHED_CREATOR, LONG_NAME_ON_IOS, SECOND_GROUP};
use crate::clients::release::Release;
use crate::clients::restore::Broken;
use crate::safe::ThreemaId;
use crate::safe::backup::{At, Contact, Group, GroupId, Verification};
use crate::safe::json::{Object, Text, Value};
use data_encoding::HEXLOWER_PERMISSIVE;

const HALF_A_PAIR: &str = "no source says what iOS does with a character beside a digit in the ID of a group, where only one of the two is hexadecimal";

/// What happens to a group.
enum Fate {
    /// It is restored with these members.
    Kept(Vec<ThreemaId>),
    /// It is not restored.
    Lost,
    /// Neither this group nor any later one is restored.
    Last,
}

/// The characters of a group's ID, which the app reads two at a time.
enum Digits {
    /// All are hexadecimal, and their number is even.
    Whole,
    /// The last one stands alone.
    Odd,
    /// Two are not hexadecimal, and the app stops there.
    Others,
    /// One of two is not hexadecimal.
    Unsure,
}

impl Digits {
    /// Source: `clients.read.group-id-odd`, `clients.read.group-id-not-hex`.
    fn of(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let mut found = Self::Whole;
        for pair in characters.chunks(2) {
            let end = match *pair {
                [high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => continue,
                [high, _] if high.is_ascii_hexdigit() || high.is_whitespace() => {
                    found = Self::Unsure;
                    continue;
                }
                [_, _] => Self::Others,
                _ => Self::Odd,
            };
            return if matches!(found, Self::Whole) {
                end
            } else {
                found
            };
        }
        found
    }
}

impl Phone<'_> {
    pub(super) fn groups(&mut self, items: &[Value], at: &At<'_>) -> Step<Vec<Group>> {
        let mut groups = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let group_at = at.index(index);
            let object = self.decoder.item(item, &group_at)?;
            let text = |key| self.decoder.text(object, key, &group_at.key(key));
            let (id, creator) = (text("id")?, text("creator")?);
            let members_at = group_at.key("members");
            let members = self.decoder.array(object, "members", &members_at)?;
            let (Some(id), Some(creator), Some(members)) = (id, creator, members) else {
                self.notes.lost(&group_at, Field::Group, &INCOMPLETE_GROUP);
                continue;
            };
            let Some(id) = self.group_id(&id, &group_at)? else {
                continue;
            };
            let members = self.decoder.texts(members, &members_at)?;
            let is_left = self.is_left(&members);
            let Some(creator) = self.creator(&creator, is_left, &group_at) else {
                continue;
            };
            let members = self.listed(&members, is_left, &members_at);
            match self.fate(members, is_left, creator, &group_at) {
                Fate::Kept(members) => {
                    // Source: `clients.read.duplicate-group`.
                    if groups
                        .iter()
                        .any(|group: &Group| (group.id, group.creator) == (id, creator))
                    {
                        self.notes.unsure(&group_at, Field::Group, SECOND_GROUP);
                    }
                    groups.push(self.group(object, id, creator, members, &group_at)?);
                }
                Fate::Lost => {}
                Fate::Last => {
                    for index in index + 1..items.len() {
                        self.notes.lost(&at.index(index), Field::Group, &AFTER_LEFT);
                    }
                    break;
                }
            }
        }
        Ok(groups)
    }

    /// Source: `clients.read.group-id-odd`, `clients.read.group-id-not-hex`.
    fn group_id(&mut self, text: &Text, at: &At<'_>) -> Step<Option<GroupId>> {
        let text = text.to_str_lossy();
        let id_at = at.key("id");
        match Digits::of(&text) {
            Digits::Whole => {}
            Digits::Unsure => return Err(unknown(HALF_A_PAIR)),
            Digits::Odd => {
                let what = "has an odd number of digits";
                return Err(broken(Broken::Crash, &id_at, what, &ODD_GROUP_ID));
            }
            Digits::Others if self.since(Release::Ios7_0_5) => {
                self.notes.lost(at, Field::Group, &ID_NOT_HEX);
                return Ok(None);
            }
            Digits::Others if self.since(Release::Ios4_8) => {
                let what = "is not hexadecimal";
                return Err(broken(Broken::Crash, &id_at, what, &GROUP_ID_CRASHES));
            }
            Digits::Others => {
                return Err(unknown(
                    "no source says what iOS before 4.8 does with the ID of a group that is not hexadecimal",
                ));
            }
        }
        let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
        let id = bytes.and_then(|bytes| bytes.try_into().ok()).map(GroupId);
        if id.is_none() {
            self.notes.unsure(
                &id_at,
                Field::Group,
                "no source says what iOS does with an ID that does not have 16 digits",
            );
        }
        Ok(id)
    }

    /// Returns whether a group counts as left. 7.0.5 and later compares the members as they are
    /// written.
    ///
    /// Source: `clients.read.left-group`.
    fn is_left(&self, members: &[Text]) -> bool {
        let own_id = self.around.own_id;
        let is_own = |member: &Text| {
            if self.since(Release::Ios7_0_5) || !self.since(Release::Ios4_8) {
                id_of(Some(member)) == Some(own_id)
            } else {
                upper_cased(member) == Some(own_id)
            }
        };
        !members.iter().any(is_own)
    }

    /// Returns the creator, unless what follows is not known.
    ///
    /// Source: `clients.read.lower-case-identity`.
    fn creator(&mut self, text: &Text, is_left: bool, at: &At<'_>) -> Option<ThreemaId> {
        let is_converted = !is_left || !self.since(Release::Ios7_0_5);
        let creator = if is_converted {
            upper_cased(text)
        } else {
            id_of(Some(text))
        };
        if creator.is_none() {
            self.notes.unsure(
                &at.key("creator"),
                Field::Group,
                "no source says what iOS does with a creator that is not an ID",
            );
        }
        creator
    }

    /// Source: `clients.read.left-group`, `clients.read.unknown-creator`,
    /// `clients.read.blocked-creator`.
    fn fate(
        &mut self,
        members: Vec<ThreemaId>,
        is_left: bool,
        creator: ThreemaId,
        at: &At<'_>,
    ) -> Fate {
        let own_id = self.around.own_id;
        if is_left && self.since(Release::Ios7_0_5) {
            return Fate::Kept(self.only_contacts(members, at));
        }
        let is_blocked = creator != own_id && self.blocked.contains(&creator);
        if is_blocked && self.since(Release::Ios4_8) {
            if is_left {
                self.notes.lost(at, Field::Group, &LEFT_IS_LOST);
            } else {
                self.notes.lost(at, Field::Group, &LEAVES);
                self.notes.effect(SideEffect::LeavesGroups);
            }
            return Fate::Lost;
        }
        // Since 7.0, a group is restored after the one before it.
        let is_fetched = self.since(Release::Ios7_0) && self.is_contact(creator);
        if creator != own_id && !self.known.contains(&creator) && !is_fetched {
            self.notes.lost(at, Field::Group, &UNKNOWN_CREATOR);
            if self.is_contact(creator) {
                self.notes.unsure(at, Field::Group, FETCHED_CREATOR);
            }
            return Fate::Lost;
        }
        if !is_left {
            return self.active(members, creator, at);
        }
        if !self.since(Release::Ios4_8) {
            return Fate::Kept(self.only_contacts(members, at));
        }
        if creator == own_id {
            self.notes
                .changed(&at.key("members"), Field::GroupMembers, &OWN_GROUP_ACTIVE);
            return self.active(members, creator, at);
        }
        self.notes.lost(at, Field::Group, &LEFT_IS_LOST);
        if self.since(Release::Ios7_0) {
            Fate::Last
        } else {
            Fate::Lost
        }
    }

    /// Returns the members that the document lists.
    ///
    /// Source: `clients.read.lower-case-identity`.
    fn listed(&mut self, texts: &[Text], is_left: bool, members_at: &At<'_>) -> Vec<ThreemaId> {
        let as_written = is_left && self.since(Release::Ios7_0_5);
        let mut members = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let at = members_at.index(index);
            let converted = upper_cased(text).filter(|_| self.since(Release::Ios4_8));
            match (id_of(Some(text)), converted) {
                (Some(id), _) => members.push(id),
                // No contact has an ID in lower case.
                (None, Some(_)) if as_written => {
                    self.notes
                        .changed(&at, Field::GroupMembers, &MEMBER_SKIPPED);
                }
                (None, Some(id)) => {
                    self.notes.changed(&at, Field::GroupMembers, &UPPER_CASED);
                    members.push(id);
                }
                (None, None) => self.notes.unsure(
                    &at,
                    Field::GroupMembers,
                    "no source says what iOS does with a value that is not an ID",
                ),
            }
        }
        members
    }

    /// Decides about a group that lists the user as a member, or that becomes active again.
    ///
    /// Source: `clients.read.creator-no-member`, `clients.read.unknown-member`.
    fn active(&mut self, members: Vec<ThreemaId>, creator: ThreemaId, at: &At<'_>) -> Fate {
        let own_id = self.around.own_id;
        let members_at = at.key("members");
        if !self.since(Release::Ios4_8) {
            let mut members = self.only_contacts(members, at);
            if !members.contains(&creator) {
                members.push(creator);
                self.notes
                    .changed(&members_at, Field::GroupMembers, &CREATOR_ADDED);
            }
            return Fate::Kept(members);
        }
        let mut kept = Vec::with_capacity(members.len());
        for id in members {
            if id == own_id || self.is_contact(id) {
                kept.push(id);
                continue;
            }
            if self.blocked.contains(&id) {
                if !self.since(Release::Ios4_8_4) {
                    self.notes.lost(at, Field::Group, &BLOCKED_MEMBER);
                    return Fate::Lost;
                }
                self.notes
                    .changed(&members_at, Field::GroupMembers, &MEMBER_SKIPPED);
                continue;
            }
            if !self.around.directory.is_reachable() {
                self.notes.lost(at, Field::Group, &GROUP_NEEDS_DIRECTORY);
                return Fate::Lost;
            }
            let Some(entry) = self.around.directory.entry(id) else {
                self.notes
                    .changed(&members_at, Field::GroupMembers, &MEMBER_SKIPPED);
                continue;
            };
            self.notes
                .added(&members_at, Field::Contact, &MEMBER_FETCHED);
            self.fetched.push(Contact {
                verification: Some(Verification::Unverified),
                public_key: Some(entry.public_key),
                // Before 4.9, no contact is hidden.
                hidden: Some(self.since(Release::Ios4_9)),
                ..Contact::new(id)
            });
            kept.push(id);
        }
        if !kept.contains(&creator) {
            kept.push(creator);
            self.notes
                .changed(&members_at, Field::GroupMembers, &CREATOR_ADDED);
        }
        Fate::Kept(kept)
    }

    /// Returns the members that are contacts; the app does not ask the directory for the others.
    fn only_contacts(&mut self, mut members: Vec<ThreemaId>, at: &At<'_>) -> Vec<ThreemaId> {
        let own_id = self.around.own_id;
        let before = members.len();
        members.retain(|id| *id == own_id || self.is_contact(*id));
        if members.len() < before {
            self.notes
                .changed(&at.key("members"), Field::GroupMembers, &MEMBER_SKIPPED);
        }
        members
    }

    /// Returns whether an ID already belongs to a contact.
    fn is_contact(&self, id: ThreemaId) -> bool {
        self.known.contains(&id) || self.fetched.iter().any(|contact| contact.identity == id)
    }

    /// Source: `clients.read.long-names`.
    fn name(&mut self, object: &Object, at: &At<'_>) -> Step<Option<Text>> {
        let name = self.decoder.text(object, "groupname", at)?;
        if name
            .as_ref()
            .is_some_and(|name| name.to_str_lossy().len() > NAME_BYTES)
        {
            self.notes.unsure(at, Field::GroupName, LONG_NAME_ON_IOS);
        }
        Ok(name)
    }

    fn group(
        &mut self,
        object: &Object,
        id: GroupId,
        creator: ThreemaId,
        members: Vec<ThreemaId>,
        at: &At<'_>,
    ) -> Step<Group> {
        let decoder = self.decoder;
        let mut group = Group::new(id, creator);
        group.name = self.name(object, &at.key("groupname"))?;
        let private = decoder.boolean(object, "private", &at.key("private"))?;
        group.private = self.private(object, private, &at.key("private"), Field::GroupPrivate);
        group.members = members.into();
        group.deleted = Some(false);
        if object.first("deleted") == Some(&Value::Boolean(true)) {
            self.notes
                .changed(&at.key("deleted"), Field::GroupDeleted, &DELETED_IGNORED);
        }
        if is_other_than_0(object.first("createdAt")) {
            self.notes
                .lost(&at.key("createdAt"), Field::GroupCreatedAt, &NO_GROUP_TIME);
        }
        let last_update_at = at.key("lastUpdate");
        let last_update = decoder.unsigned(object, "lastUpdate", &last_update_at)?;
        let field = Field::GroupLastUpdate;
        group.last_update = self.last_update(object, last_update, &last_update_at, field);
        Ok(group)
    }
}

/// Returns the ID that a text is in upper case.
fn upper_cased(text: &Text) -> Option<ThreemaId> {
    ThreemaId::parse(&text.to_str_lossy().to_ascii_uppercase()).ok()
}
