//! In which backups something is lost: a sentence, and the same as a function.

use super::{Crossing, Situation};
use crate::clients::release::Release;
use crate::safe::Client;
use crate::safe::backup::{
    DistributionList, Group, LinkKind, PictureRelease, Policy, Timestamp, Verification,
};
use crate::safe::json::Text;
use std::fmt;

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

impl When {
    pub(super) const LONG_NICKNAME: Self = Self {
        sentence: "it has more than 32 bytes",
        holds: |it| {
            let nickname = it.backup.user.nickname.as_ref();
            nickname.is_some_and(|text| written_bytes(it, text) > 32)
        },
    };

    pub(super) const LONG_NAME: Self = Self {
        sentence: "it has more than 256 bytes",
        holds: |it| it.texts().iter().any(|text| written_bytes(it, text) > 256),
    };

    pub(super) const LINK_OF_ANOTHER_TYPE: Self = Self {
        sentence: "it is neither a number nor an address",
        holds: |it| {
            it.link()
                .is_some_and(|link| matches!(link.kind, LinkKind::Other(_)))
        },
    };

    pub(super) const LINK_OF_NO_USE: Self = Self {
        sentence: "it is neither a number nor an address, or has no value",
        holds: |it| {
            it.link().is_some_and(|link| {
                matches!(link.kind, LinkKind::Other(_)) || link.value.is_empty()
            })
        },
    };

    pub(super) const LEVEL_2_WITHOUT_KEY: Self = Self {
        sentence: "it is level 2 without a public key",
        holds: |it| {
            it.contact().is_some_and(|contact| {
                contact.verification == Some(Verification::Full) && contact.public_key.is_none()
            })
        },
    };

    pub(super) const CREATOR_UNKNOWN: Self = Self {
        sentence: "its creator is no contact that is restored",
        holds: |it| {
            it.group().is_some_and(|group| {
                let is_kept = it.release.since(Release::Ios7_0_5) && is_left(it, group);
                !it.is_known(group.creator) && !is_kept
            })
        },
    };

    pub(super) const CREATOR_FETCHED: Self = Self {
        sentence: "its creator is no contact, and is a member of another group",
        holds: |it| {
            it.group().is_some_and(|group| {
                let fetched = it.directory.entry(group.creator).is_some();
                !it.is_known(group.creator) && fetched
            })
        },
    };

    pub(super) const LEFT_GROUP_OF_ANOTHER: Self = Self {
        sentence: "the user has left it, and somebody else created it",
        holds: |it| {
            it.group()
                .is_some_and(|group| group.creator != it.phone.own_id && is_left(it, group))
        },
    };

    pub(super) const AFTER_A_LEFT_GROUP: Self = Self {
        sentence: "it comes after a group of somebody else that was left",
        holds: |it| {
            let mut before = it.backup.groups.iter().take(it.index().unwrap_or(0));
            let ends = |group: &Group| {
                let own = it.phone.own_id;
                it.is_known(group.creator) && group.creator != own && is_left(it, group)
            };
            it.group().is_some() && before.any(ends)
        },
    };

    pub(super) const MEMBER_NO_CONTACT: Self = Self {
        sentence: "a member is no contact that is restored",
        holds: |it| {
            it.group()
                .is_some_and(|group| it.members(group).any(|id| !it.is_known(id)))
        },
    };

    pub(super) const MEMBER_NOT_IN_DIRECTORY: Self = Self {
        sentence: "a member is no contact, and the directory does not answer for it",
        holds: |it| {
            let groups = it.group().into_iter().flat_map(|group| it.members(group));
            let lists = it
                .list()
                .into_iter()
                .flat_map(|list| list.members.iter().copied());
            let mut members = groups.chain(lists);
            members.any(|id| !it.is_restored(id) && it.directory.entry(id).is_none())
        },
    };

    pub(super) const MEMBER_IN_DIRECTORY: Self = Self {
        sentence: "a member of a group or list is no contact, and the directory answers for it",
        holds: |it| {
            let mut members = it.unknown_members();
            members.any(|id| it.directory.entry(id).is_some())
        },
    };

    pub(super) const LEFT_OUT_AND_MEMBER: Self = Self {
        sentence: "the contact was left out, and comes back as a member of a group or list",
        holds: |it| {
            it.contact().is_some_and(|contact| {
                let id = contact.identity;
                let left_out = it.contacts().all(|each| each.identity != id);
                left_out && it.unknown_members().any(|member| member == id)
            })
        },
    };

    pub(super) const MEMBER_BLOCKED: Self = Self {
        sentence: "a member is no contact, and blocked",
        holds: |it| {
            it.group().is_some_and(|group| {
                let mut members = it.members(group);
                members.any(|id| !it.is_known(id) && it.is_blocked(id))
            })
        },
    };

    pub(super) const CREATOR_BLOCKED: Self = Self {
        sentence: "the creator is blocked, and the user is a member",
        holds: |it| it.group().is_some_and(|group| it.is_blocked(group.creator)),
    };

    pub(super) const OWN_AND_LEFT: Self = Self {
        sentence: "it is the user's own group, and the user is no member",
        holds: |it| {
            it.group()
                .is_some_and(|group| group.creator == it.phone.own_id && is_left(it, group))
        },
    };

    pub(super) const NO_CONTACT_RESTORED: Self = Self {
        sentence: "no contact is restored",
        holds: |it| {
            it.contacts()
                .all(|contact| !it.is_restored(contact.identity))
        },
    };

    /// The number as the release takes it, from the bytes as they were written.
    pub(super) const LIST_ID_OF_NO_USE: Self = Self {
        sentence: "its number is not above zero, or another list has it",
        holds: |it| {
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
        },
    };

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

    pub(super) const HAS_POLICY: Self = Self {
        sentence: "it is not left at its default",
        holds: |it| {
            it.contact().is_some_and(|contact| {
                let policies = [contact.read_receipts, contact.typing_indicators];
                policies.iter().flatten().any(|it| *it != Policy::Default)
            })
        },
    };

    pub(super) const LIST_WITHOUT_NAME: Self = Self {
        sentence: "there is none",
        holds: |it| it.list().is_some_and(|list| list.name.is_none()),
    };

    pub(super) const GROUP_WITHOUT_ONESELF: Self = Self {
        sentence: "one has left the group, or dissolved it",
        holds: |it| it.group().is_some_and(|group| is_left(it, group)),
    };

    pub(super) const NO_CONTACTS: Self = Self {
        sentence: "there are no contacts",
        holds: |it| it.backup.contacts.is_empty(),
    };
}

const EMPTY_RELEASE: fn(&Situation<'_>) -> bool =
    |it| it.backup.user.picture_release == Some(PictureRelease::Only(Vec::new()));

/// Whether the document does not list the user as a member.
fn is_left(it: &Crossing<'_>, group: &Group) -> bool {
    it.members(group).all(|id| id != it.phone.own_id)
}

/// How many bytes of UTF-8 a text has as it is written: Android writes one for half of a surrogate
/// pair.
fn written_bytes(it: &Crossing<'_>, text: &Text) -> usize {
    let lone = if it.origin.client() == Client::Android {
        '?'
    } else {
        char::REPLACEMENT_CHARACTER
    };
    let characters = char::decode_utf16(text.units());
    characters.map(|each| each.unwrap_or(lone).len_utf8()).sum()
}
