//! The content of a backup, in numbers.

use crate::safe::ThreemaId;
use crate::safe::backup::{self, Backup, LinkKind, PictureRelease, Verification};
use crate::safe::json::Value;
use serde::Serialize;

/// The content of a backup, without the private key and names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Contents {
    /// Whether there is a nickname.
    pub nickname: bool,
    /// The profile picture.
    pub picture: Option<Picture>,
    /// Who may see the picture; `None` if the document does not say.
    pub picture_release: Option<Visibility>,
    /// The links of the ID.
    pub links: Links,
    /// Contacts.
    pub contacts: Contacts,
    /// Groups.
    pub groups: Groups,
    /// Distribution lists.
    pub distribution_lists: usize,
    /// The lists in the settings.
    pub settings: Settings,
    /// Whether the backup was made to link a device, and holds the key of the device group.
    pub device_group_key: bool,
    /// Contacts, groups, lists and links that could not be read.
    pub unread: usize,
}

/// A profile picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Picture {
    /// Its length, in bytes.
    pub bytes: usize,
    /// Whether it begins like a JPEG.
    pub jpeg: bool,
}

/// Who may see the profile picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Visibility {
    /// Everyone.
    Everyone,
    /// Nobody.
    Nobody,
    /// This number of contacts.
    Only(usize),
}

/// The links of the ID, by kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Links {
    /// All of them.
    pub total: usize,
    /// Phone numbers.
    pub mobile: usize,
    /// E-mail addresses.
    pub email: usize,
}

/// The contacts, by property.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Contacts {
    /// All of them.
    pub total: usize,
    /// Level 2: the code was scanned.
    pub fully_verified: usize,
    /// Level 1: found by phone number or e-mail address.
    pub server_verified: usize,
    /// Level 0: only the ID is known.
    pub unverified: usize,
    /// Without a level that could be read.
    pub without_level: usize,
    /// Hidden from the list.
    pub hidden: usize,
    /// With a private chat.
    pub private: usize,
    /// Colleagues, by Threema Work.
    pub work_verified: usize,
    /// With a public key in the backup.
    pub with_public_key: usize,
}

/// The groups, by the role of the user.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Groups {
    /// All of them.
    pub total: usize,
    /// Without the user among the members; `None` if the user's ID is not known.
    pub left: Option<usize>,
    /// Created by the user; `None` if the user's ID is not known.
    pub own: Option<usize>,
    /// Marked as deleted by an old release.
    pub deleted: usize,
    /// With a private chat.
    pub private: usize,
}

/// The lists in the settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Settings {
    /// Blocked contacts.
    pub blocked_contacts: usize,
    /// Contacts that are excluded from the synchronisation with the address book.
    pub sync_excluded: usize,
    /// The same, under the key of iOS 4.8 and later, which no other client reads.
    pub sync_excluded_misspelled: usize,
    /// Emojis that were used last.
    pub recent_emojis: usize,
}

/// The key under which iOS 4.8 and later writes the excluded contacts.
///
/// Source: clients.divergence.sync-excluded-key.
pub(super) const MISSPELLED: &str = "syncExcludedIDs";

impl Contents {
    pub(super) fn of(backup: &Backup, own_id: Option<ThreemaId>) -> Self {
        let user = &backup.user;
        let unread = user.links.unread().count()
            + backup.contacts.unread().count()
            + backup.groups.unread().count()
            + backup.distribution_lists.unread().count();
        Self {
            nickname: user.nickname.is_some(),
            picture: user.picture.as_ref().map(|picture| Picture {
                bytes: picture.0.len(),
                jpeg: picture.0.starts_with(&[0xff, 0xd8, 0xff]),
            }),
            picture_release: user.picture_release.as_ref().map(|release| match release {
                PictureRelease::Everyone => Visibility::Everyone,
                PictureRelease::Nobody => Visibility::Nobody,
                PictureRelease::Only(ids) => Visibility::Only(ids.len()),
            }),
            links: Links {
                total: user.links.len(),
                mobile: count(&user.links, |link| link.kind == LinkKind::Mobile),
                email: count(&user.links, |link| link.kind == LinkKind::Email),
            },
            contacts: Contacts::of(&backup.contacts),
            groups: Groups::of(&backup.groups, own_id),
            distribution_lists: backup.distribution_lists.len(),
            settings: backup
                .settings
                .as_ref()
                .map(Settings::of)
                .unwrap_or_default(),
            device_group_key: user.device_group_key.is_some(),
            unread,
        }
    }
}

impl Contacts {
    fn of(contacts: &[backup::Contact]) -> Self {
        let at = |level| count(contacts, |each| each.verification == level);
        Self {
            total: contacts.len(),
            fully_verified: at(Some(Verification::Full)),
            server_verified: at(Some(Verification::Server)),
            unverified: at(Some(Verification::Unverified)),
            without_level: at(None),
            hidden: count(contacts, |each| each.hidden == Some(true)),
            private: count(contacts, |each| each.private == Some(true)),
            work_verified: count(contacts, |each| each.work_verified == Some(true)),
            with_public_key: count(contacts, |each| each.public_key.is_some()),
        }
    }
}

impl Groups {
    fn of(groups: &[backup::Group], own_id: Option<ThreemaId>) -> Self {
        Self {
            total: groups.len(),
            left: own_id.map(|own| count(groups, |each| !each.members.contains(&own))),
            own: own_id.map(|own| count(groups, |each| each.creator == own)),
            deleted: count(groups, |each| each.deleted == Some(true)),
            private: count(groups, |each| each.private == Some(true)),
        }
    }
}

impl Settings {
    fn of(settings: &backup::Settings) -> Self {
        let mut others = settings.kept.others();
        let misspelled = others.find_map(|(key, value)| match value {
            Value::Array(ids) if key.is(MISSPELLED) => Some(ids.len()),
            _ => None,
        });
        Self {
            blocked_contacts: settings.blocked_contacts.len(),
            sync_excluded: settings.sync_excluded_ids.len(),
            sync_excluded_misspelled: misspelled.unwrap_or(0),
            recent_emojis: settings.recent_emojis.len(),
        }
    }
}

fn count<T>(items: &[T], is: impl Fn(&T) -> bool) -> usize {
    items.iter().filter(|each| is(each)).count()
}
