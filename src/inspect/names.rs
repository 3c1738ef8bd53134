//! The names in a backup, on request.

use crate::safe::ThreemaId;
use crate::safe::backup::{self, Backup};
use crate::safe::json::Text;
use crate::text::legible;
use serde::Serialize;

/// The number of characters of a name that are shown.
const LONGEST: usize = 100;

/// The names in a backup. Their text cannot control a terminal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Names {
    /// The own nickname.
    pub nickname: Option<String>,
    /// Linked phone numbers and e-mail addresses.
    pub links: Vec<String>,
    /// The contacts.
    pub contacts: Vec<Contact>,
    /// The groups.
    pub groups: Vec<Group>,
    /// The distribution lists.
    pub distribution_lists: Vec<String>,
    /// The IDs of blocked contacts.
    pub blocked_contacts: Vec<String>,
    /// The IDs of contacts that are excluded from the synchronisation with the address book.
    pub sync_excluded: Vec<String>,
}

/// A contact.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Contact {
    /// The ID.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// The name that the contact chose.
    pub nickname: Option<String>,
}

/// A group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Group {
    /// The name.
    pub name: Option<String>,
    /// The ID of its creator.
    pub creator: String,
    /// The IDs of its members.
    pub members: Vec<String>,
}

impl Names {
    pub(super) fn of(backup: &Backup) -> Self {
        let user = &backup.user;
        let lists = backup.distribution_lists.iter();
        let settings = backup.settings.as_ref();
        let listed = |of: fn(&backup::Settings) -> &[ThreemaId]| {
            settings
                .map(|settings| ids(of(settings)))
                .unwrap_or_default()
        };
        Self {
            nickname: user.nickname.as_ref().map(shown),
            links: user.links.iter().map(|link| shown(&link.value)).collect(),
            contacts: backup.contacts.iter().map(Contact::of).collect(),
            groups: backup.groups.iter().map(Group::of).collect(),
            distribution_lists: lists
                .map(|list| list.name.as_ref().map(shown).unwrap_or_default())
                .collect(),
            blocked_contacts: listed(|settings| &settings.blocked_contacts),
            sync_excluded: listed(|settings| &settings.sync_excluded_ids),
        }
    }

    /// Applies a change to each text.
    pub(super) fn each(&mut self, change: impl Fn(&mut String)) {
        self.nickname.iter_mut().for_each(&change);
        self.links.iter_mut().for_each(&change);
        for contact in &mut self.contacts {
            change(&mut contact.name);
            contact.nickname.iter_mut().for_each(&change);
        }
        for group in &mut self.groups {
            group.name.iter_mut().for_each(&change);
        }
        self.distribution_lists.iter_mut().for_each(&change);
    }
}

impl Contact {
    fn of(contact: &backup::Contact) -> Self {
        let parts = [&contact.first_name, &contact.last_name];
        let parts = parts.into_iter().flatten().map(shown);
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        let nickname = contact.nickname.as_ref().map(shown);
        Self {
            id: contact.identity.to_string(),
            name: parts.join(" "),
            nickname: nickname.filter(|nickname| !nickname.is_empty()),
        }
    }
}

impl Group {
    fn of(group: &backup::Group) -> Self {
        Self {
            name: group.name.as_ref().map(shown),
            creator: group.creator.to_string(),
            members: ids(&group.members),
        }
    }
}

fn shown(text: &Text) -> String {
    legible(&text.to_str_lossy(), LONGEST)
}

fn ids(ids: &[ThreemaId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
