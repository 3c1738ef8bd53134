//! A backup on its way from one release to another, and a difference that was found.

use safe_conformance::clients::restore::{ChangeKind, Directory};
use safe_conformance::clients::{Field, Origin, Phone, Release};
use safe_conformance::safe::ThreemaId;
use safe_conformance::safe::backup::{Backup, Contact, DistributionList, Group, Link, Timestamp};
use safe_conformance::safe::json::{Path, Step, Text};
use std::ops::Deref;

/// A backup on its way from one release to another.
#[derive(Clone, Copy, Debug)]
pub struct Crossing<'a> {
    /// The release that wrote the backup.
    pub origin: Origin,
    /// The release that restores.
    pub release: Release,
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
    /// Source: `clients.write.removed-contacts`, `clients.write.own-contact`.
    pub fn contacts(self) -> impl Iterator<Item = &'a Contact> {
        let without_removed = self.origin.since(Release::Android6_0);
        let without_own = self.origin.since(Release::Android6_4);
        self.backup.contacts.iter().filter(move |contact| {
            let own = contact.identity == self.phone.own_id;
            let removed = self.phone.removed_contacts.contains(&contact.identity);
            !(own && without_own || removed && without_removed)
        })
    }

    /// The members of a group that the writer puts into the document.
    ///
    /// Source: `clients.write.own-id-in-members`.
    pub fn members(self, group: &Group) -> impl Iterator<Item = ThreemaId> {
        let left = self.phone.left_groups.contains(&(group.id, group.creator));
        let without_own = left && self.origin.since(Release::Android5_7);
        let own_id = self.phone.own_id;
        let members = group.members.iter().copied();
        members.filter(move |member| !(without_own && *member == own_id))
    }

    /// Whether an ID belongs to the user or to a contact in the document.
    pub fn is_listed(self, id: ThreemaId) -> bool {
        id == self.phone.own_id || self.contacts().any(|each| each.identity == id)
    }

    /// Whether an ID belongs to the user or to a contact of the document that is restored.
    pub fn is_known(self, id: ThreemaId) -> bool {
        id == self.phone.own_id || self.is_restored(id)
    }

    /// Whether an ID belongs to a contact of the document that is restored.
    pub fn is_restored(self, id: ThreemaId) -> bool {
        let contact = self.contacts().any(|each| each.identity == id);
        contact && self.directory.entry(id).is_some()
    }

    /// The members of groups and lists that are not contacts, whatever happens to the group or
    /// list.
    pub fn unknown_members(self) -> impl Iterator<Item = ThreemaId> {
        let groups = self
            .backup
            .groups
            .iter()
            .flat_map(move |group| self.members(group));
        let lists = self.backup.distribution_lists.iter();
        let listed = lists.flat_map(|list| list.members.iter().copied());
        groups
            .chain(listed)
            .filter(move |id| !self.is_restored(*id))
    }

    /// Whether the backup blocks an ID.
    pub fn is_blocked(self, id: ThreemaId) -> bool {
        let mut settings = self.backup.settings.iter();
        settings.any(|settings| settings.blocked_contacts.contains(&id))
    }
}

/// Something that is different after a restore.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Difference {
    /// The place in the original backup; for something new, the place in the restored one.
    pub path: Path,
    /// The field.
    pub field: Field,
    /// What happened to it.
    pub kind: ChangeKind,
}

/// A difference and where it was found.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The release that wrote and the release that restored.
    pub crossing: Crossing<'a>,
    /// The difference.
    pub difference: &'a Difference,
}

impl<'a> Deref for Situation<'a> {
    type Target = Crossing<'a>;

    fn deref(&self) -> &Self::Target {
        &self.crossing
    }
}

impl<'a> Situation<'a> {
    pub fn index(&self) -> Option<usize> {
        match self.difference.path.0.get(1) {
            Some(Step::Index(index)) => Some(*index),
            _ => None,
        }
    }

    pub fn is_in(&self, list: &str) -> bool {
        matches!(self.difference.path.0.first(), Some(Step::Key(key)) if key == list)
    }

    pub fn contact(&self) -> Option<&'a Contact> {
        let index = self.index().filter(|_| self.is_in("contacts"))?;
        self.backup.contacts.get(index)
    }

    pub fn group(&self) -> Option<&'a Group> {
        let index = self.index().filter(|_| self.is_in("groups"))?;
        self.backup.groups.get(index)
    }

    pub fn list(&self) -> Option<&'a DistributionList> {
        let index = self.index().filter(|_| self.is_in("distributionlists"))?;
        self.backup.distribution_lists.get(index)
    }

    /// The link of the difference.
    pub fn link(&self) -> Option<&'a Link> {
        match self.difference.path.0.get(2) {
            Some(Step::Index(index)) => self.backup.user.links.get(*index),
            _ => None,
        }
    }

    /// The time of the difference.
    pub fn time(&self) -> Option<Timestamp> {
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

    /// The texts of the difference.
    pub fn texts(&self) -> Vec<&'a Text> {
        let user = &self.backup.user;
        match self.difference.field {
            Field::Nickname => user.nickname.iter().collect(),
            Field::Link => self.link().map(|link| &link.value).into_iter().collect(),
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

    pub fn has_other_key(&self, contact: &Contact) -> bool {
        let entry = self.directory.entry(contact.identity);
        matches!((entry, contact.public_key), (Some(entry), Some(key)) if entry.public_key != key)
    }
}
