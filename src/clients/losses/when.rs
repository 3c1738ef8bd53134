//! In which backups something is lost: a sentence, and the same as a function.

use super::Difference;
use crate::clients::restore::Directory;
use crate::clients::{Field, Phone, Reader, Writer};
use crate::safe::ThreemaId;
use crate::safe::backup::{
    Backup, Contact, DistributionList, Group, PictureRelease, Policy, Timestamp, Verification,
};
use crate::safe::json::{Step, Text};
use std::fmt;
use std::ops::Deref;

/// A condition.
#[derive(Clone, Copy)]
pub struct When {
    /// Goes on after "if"; empty where there is no condition.
    pub sentence: &'static str,
    /// The same, of a difference that was found.
    pub holds: fn(&Situation<'_>) -> bool,
}

impl fmt::Debug for When {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "When({:?})", self.sentence)
    }
}

/// A backup on its way from one release to another.
#[derive(Clone, Copy, Debug)]
pub struct Crossing<'a> {
    /// The release that wrote.
    pub writer: Writer,
    /// The release that read.
    pub reader: Reader,
    /// The backup before it was written.
    pub backup: &'a Backup,
    /// The phone that wrote it.
    pub phone: &'a Phone,
    /// The directory at the restore.
    pub directory: &'a Directory,
}

impl<'a> Crossing<'a> {
    /// The contacts that the writer puts into the document.
    ///
    /// Source: VARIANTS section 1, "6.0.0" and "6.4.0".
    pub(super) fn contacts(self) -> impl Iterator<Item = &'a Contact> {
        let without_removed = self.writer.since(Writer::Android6_0);
        let without_own = self.writer.since(Writer::Android6_4);
        self.backup.contacts.iter().filter(move |contact| {
            let own = contact.identity == self.phone.own_id;
            let removed = self.phone.removed_contacts.contains(&contact.identity);
            !(own && without_own || removed && without_removed)
        })
    }

    /// The members of a group that the writer puts into the document.
    ///
    /// Source: VARIANTS section 1, "5.7.0".
    fn members(self, group: &Group) -> impl Iterator<Item = ThreemaId> {
        let left = self.phone.left_groups.contains(&(group.id, group.creator));
        let without_own = left && self.writer.since(Writer::Android5_7);
        let own_id = self.phone.own_id;
        let members = group.members.iter().copied();
        members.filter(move |member| !(without_own && *member == own_id))
    }

    /// Whether an ID belongs to somebody who is on the phone after the restore.
    fn is_known(self, id: ThreemaId) -> bool {
        id == self.phone.own_id || self.is_restored(id)
    }

    /// Whether an ID is that of a contact on the phone after the restore.
    fn is_restored(self, id: ThreemaId) -> bool {
        let contact = self.contacts().any(|each| each.identity == id);
        contact && self.directory.entry(id).is_some()
    }
}

/// A difference and where it came up.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// From where to where.
    pub crossing: Crossing<'a>,
    /// What is different.
    pub difference: &'a Difference,
}

impl<'a> Deref for Situation<'a> {
    type Target = Crossing<'a>;

    fn deref(&self) -> &Self::Target {
        &self.crossing
    }
}

impl<'a> Situation<'a> {
    fn index(&self) -> Option<usize> {
        match self.difference.path.0.get(1) {
            Some(Step::Index(index)) => Some(*index),
            _ => None,
        }
    }

    fn is_in(&self, list: &str) -> bool {
        matches!(self.difference.path.0.first(), Some(Step::Key(key)) if key == list)
    }

    fn contact(&self) -> Option<&'a Contact> {
        let index = self.index().filter(|_| self.is_in("contacts"))?;
        self.backup.contacts.get(index)
    }

    fn group(&self) -> Option<&'a Group> {
        let index = self.index().filter(|_| self.is_in("groups"))?;
        self.backup.groups.get(index)
    }

    fn list(&self) -> Option<&'a DistributionList> {
        let index = self.index().filter(|_| self.is_in("distributionlists"))?;
        self.backup.distribution_lists.get(index)
    }

    /// The time that the difference is about.
    fn time(&self) -> Option<Timestamp> {
        match self.difference.field {
            Field::ContactCreatedAt => self.contact()?.created_at,
            Field::ContactLastUpdate => self.contact()?.last_update,
            Field::GroupCreatedAt => self.group()?.created_at,
            Field::GroupLastUpdate => self.group()?.last_update,
            Field::DistributionListCreatedAt => self.list()?.created_at,
            Field::DistributionListLastUpdate => self.list()?.last_update,
            _ => None,
        }
    }

    /// The texts that the difference is about.
    fn texts(&self) -> Vec<&'a Text> {
        let user = &self.backup.user;
        match self.difference.field {
            Field::Nickname => user.nickname.iter().collect(),
            Field::Link => match self.difference.path.0.get(2) {
                Some(Step::Index(index)) => user
                    .links
                    .get(*index)
                    .map(|link| &link.value)
                    .into_iter()
                    .collect(),
                _ => Vec::new(),
            },
            Field::FirstName => self
                .contact()
                .iter()
                .filter_map(|it| it.first_name.as_ref())
                .collect(),
            Field::LastName => self
                .contact()
                .iter()
                .filter_map(|it| it.last_name.as_ref())
                .collect(),
            Field::ContactNickname => self
                .contact()
                .iter()
                .filter_map(|it| it.nickname.as_ref())
                .collect(),
            Field::GroupName => self
                .group()
                .iter()
                .filter_map(|it| it.name.as_ref())
                .collect(),
            Field::DistributionListName => self
                .list()
                .iter()
                .filter_map(|it| it.name.as_ref())
                .collect(),
            Field::RecentEmojis => self
                .backup
                .settings
                .iter()
                .flat_map(|it| it.recent_emojis.iter())
                .collect(),
            _ => Vec::new(),
        }
    }

    fn has_other_key(&self, contact: &Contact) -> bool {
        let entry = self.directory.entry(contact.identity);
        matches!((entry, contact.public_key), (Some(entry), Some(key)) if entry.public_key != key)
    }
}

impl When {
    /// In every backup.
    pub const ALWAYS: Self = Self {
        sentence: "",
        holds: |_| true,
    };

    pub(super) const LONE_SURROGATE: Self = Self {
        sentence: "it holds half of a surrogate pair",
        holds: |it| it.texts().iter().any(|text| text.to_str().is_err()),
    };

    pub(super) const NO_PICTURE: Self = Self {
        sentence: "there is no picture",
        holds: |it| it.backup.user.picture.is_none(),
    };

    pub(super) const NOBODY_IS_SAID: Self = Self {
        sentence: "there is a picture that nobody may see",
        holds: |it| {
            let user = &it.backup.user;
            user.picture.is_some()
                && matches!(user.picture_release, None | Some(PictureRelease::Nobody))
        },
    };

    pub(super) const EMPTY_RELEASE: Self = Self {
        sentence: "it is an empty list",
        holds: EMPTY_RELEASE,
    };

    pub(super) const BEFORE_1970: Self = Self {
        sentence: "the time is before 1970",
        holds: |it| it.time().is_some_and(|time| time < Timestamp(0)),
    };

    pub(super) const BEYOND_63_BITS: Self = Self {
        sentence: "the time takes more than 63 bits",
        holds: |it| it.time().is_some_and(|time| i64::try_from(time.0).is_err()),
    };

    pub(super) const DELETED: Self = Self {
        sentence: "the group was deleted",
        holds: |it| it.group().is_some_and(|group| group.deleted == Some(true)),
    };

    pub(super) const OWN_CONTACT: Self = Self {
        sentence: "it is the own ID",
        holds: |it| {
            it.contact()
                .is_some_and(|contact| contact.identity == it.phone.own_id)
        },
    };

    pub(super) const REMOVED_CONTACT: Self = Self {
        sentence: "it was removed, and a group still needs it",
        holds: |it| {
            it.contact()
                .is_some_and(|contact| it.phone.removed_contacts.contains(&contact.identity))
        },
    };

    pub(super) const LEFT_GROUP: Self = Self {
        sentence: "the group was left, and the own ID was still in the list",
        holds: |it| {
            it.group()
                .is_some_and(|group| it.phone.left_groups.contains(&(group.id, group.creator)))
        },
    };

    pub(super) const LEVEL_1: Self = Self {
        sentence: "it is level 1",
        holds: |it| {
            it.contact()
                .is_some_and(|contact| contact.verification == Some(Verification::Server))
        },
    };

    pub(super) const UNKNOWN_TO_DIRECTORY: Self = Self {
        sentence: "the directory does not answer for it: revoked, or never there",
        holds: |it| {
            it.contact()
                .is_some_and(|contact| it.directory.entry(contact.identity).is_none())
        },
    };

    pub(super) const CREATOR_UNKNOWN: Self = Self {
        sentence: "its creator is no contact that is restored",
        holds: |it| it.group().is_some_and(|group| !it.is_known(group.creator)),
    };

    pub(super) const CREATOR_NO_MEMBER: Self = Self {
        sentence: "the creator is not among them",
        holds: |it| {
            it.group()
                .is_some_and(|group| !group.members.contains(&group.creator))
        },
    };

    pub(super) const WITHOUT_NICKNAME: Self = Self {
        sentence: "there is none",
        holds: |it| {
            let nickname = it.backup.user.nickname.as_ref();
            nickname.is_none_or(Text::is_empty)
        },
    };

    pub(super) const LIST_ID_IS_NO_PALINDROME: Self = Self {
        sentence: "its bytes are not the same both ways",
        holds: |it| {
            let id = it.list().and_then(|list| list.id);
            id.is_some_and(|id| id != id.reversed())
        },
    };

    pub(super) const GROUP_KEY_MADE_UP: Self = Self {
        sentence: "there is none yet",
        holds: |it| it.backup.user.device_group_key.is_none(),
    };

    pub(super) const NOBODY: Self = Self {
        sentence: "nobody may see the picture",
        holds: |it| {
            let release = &it.backup.user.picture_release;
            matches!(release, None | Some(PictureRelease::Nobody))
        },
    };

    pub(super) const OTHER_KEY: Self = Self {
        sentence: "the directory has another key",
        holds: |it| {
            it.contact()
                .is_some_and(|contact| it.has_other_key(contact))
        },
    };

    pub(super) const OTHER_KEY_NOT_LEVEL_2: Self = Self {
        sentence: "the directory has another key, and the level is not 2",
        holds: |it| {
            it.contact().is_some_and(|contact| {
                it.has_other_key(contact) && contact.verification != Some(Verification::Full)
            })
        },
    };

    pub(super) const NO_DATE: Self = Self {
        sentence: "the time is later than the year 275760",
        holds: |it| it.time().is_some_and(|time| time.0 > 8_640_000_000_000_000),
    };

    pub(super) const AFTER_A_LEFT_GROUP: Self = Self {
        sentence: "it comes after a group of somebody else's that was left",
        holds: |it| {
            let before = it.backup.groups.iter().take(it.index().unwrap_or(0));
            let own = it.phone.own_id;
            it.group().is_some()
                && before
                    .filter(|group| it.is_known(group.creator))
                    .any(|group| group.creator != own && it.members(group).all(|id| id != own))
        },
    };

    pub(super) const IS_HIDDEN: Self = Self {
        sentence: "it is",
        holds: |it| it.contact().is_some_and(|it| it.hidden == Some(true)),
    };

    pub(super) const IS_PRIVATE: Self = Self {
        sentence: "it is",
        holds: |it| {
            let contact = it.contact().and_then(|contact| contact.private);
            contact.or_else(|| it.group()?.private) == Some(true)
        },
    };

    pub(super) const HAS_POLICY: Self = Self {
        sentence: "it is not left at its default",
        holds: |it| {
            it.contact().is_some_and(|contact| {
                let policies = [contact.read_receipts, contact.typing_indicators];
                policies.iter().flatten().any(|it| *it != Policy::Default)
            })
        },
    };

    pub(super) const MEMBER_NO_CONTACT: Self = Self {
        sentence: "a member is no contact that is restored",
        holds: |it| {
            it.group().is_some_and(|group| {
                let mut members = it.members(group);
                members.any(|id| id != group.creator && !it.is_known(id))
            })
        },
    };

    pub(super) const LIST_MEMBER_NO_CONTACT: Self = Self {
        sentence: "a member is no contact that is restored",
        holds: |it| {
            let mut members = it.list().into_iter().flat_map(|list| list.members.iter());
            members.any(|id| !it.is_restored(*id))
        },
    };

    pub(super) const LIST_WITHOUT_NAME: Self = Self {
        sentence: "there is none",
        holds: |it| it.list().is_some_and(|list| list.name.is_none()),
    };

    pub(super) const GROUP_WITHOUT_ONESELF: Self = Self {
        sentence: "one has left the group, or dissolved it",
        holds: |it| {
            it.group()
                .is_some_and(|group| it.members(group).all(|id| id != it.phone.own_id))
        },
    };

    pub(super) const NO_CONTACTS: Self = Self {
        sentence: "there are no contacts",
        holds: |it| it.backup.contacts.is_empty(),
    };

    pub(super) const OWN_AND_EMPTY: Self = Self {
        sentence: "it is a group of one's own without members",
        holds: |it| {
            it.group().is_some_and(|group| {
                group.creator == it.phone.own_id && it.members(group).next().is_none()
            })
        },
    };

    /// The number as the reader takes it, from the bytes as the writer wrote them.
    pub(super) const LIST_ID_NEGATIVE_OR_TAKEN: Self = Self {
        sentence: "its number is below zero, or another list has it",
        holds: |it| {
            let number = |list: &DistributionList| {
                let id = list.id?;
                let written = if it.writer.since(Writer::Android5_3) {
                    id
                } else {
                    id.reversed()
                };
                let read = if it.reader.since(Reader::Android5_3) {
                    written
                } else {
                    written.reversed()
                };
                Some(read.number())
            };
            let Some(own) = it.list().and_then(number) else {
                return false;
            };
            let same = it
                .backup
                .distribution_lists
                .iter()
                .filter(|list| number(list) == Some(own));
            own > i64::MAX.unsigned_abs() || same.count() > 1
        },
    };
}

const EMPTY_RELEASE: fn(&Situation<'_>) -> bool =
    |it| it.backup.user.picture_release == Some(PictureRelease::Only(Vec::new()));
