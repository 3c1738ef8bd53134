//! Two backups side by side: what people would miss.

use crate::clients::Field;
use crate::clients::restore::ChangeKind;
use crate::safe::ThreemaId;
use crate::safe::backup::{
    Backup, Contact, DistributionList, Group, Link, List, PictureRelease, Policy, Settings,
    Timestamp, User, Verification,
};
use crate::safe::json::{Path, Step, Text};
use std::collections::BTreeSet;

/// Something that is not after a restore as it was before.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Difference {
    /// Where in the backup as it was; of what is new, in the one that came of it.
    pub path: Path,
    /// Which field.
    pub field: Field,
    /// What became of it.
    pub kind: ChangeKind,
}

/// What of a backup is lost, changed or new in another, in the order of the document.
///
/// Absent is the same as what clients take where nothing is said: an empty name, 0 for a time, the defaults of the settings.
/// A public key that the directory tells again is not missed. Contacts are found by their ID, groups by ID and
/// creator, lists and links by their place.
pub fn differences(before: &Backup, after: &Backup) -> Vec<Difference> {
    let mut found = Found {
        path: Path::default(),
        list: Vec::new(),
    };
    found.within(Step::Key("user".to_owned()), |found| {
        user(found, &before.user, &after.user);
    });
    contacts(&mut found, before, after);
    groups(&mut found, before, after);
    lists(&mut found, before, after);
    let none = Settings::default();
    let (was, is) = (before.settings.as_ref(), after.settings.as_ref());
    found.within(Step::Key("settings".to_owned()), |found| {
        settings(found, was.unwrap_or(&none), is.unwrap_or(&none));
    });
    found.list
}

struct Found {
    path: Path,
    list: Vec<Difference>,
}

impl Found {
    fn within(&mut self, step: Step, compare: impl FnOnce(&mut Self)) {
        self.path.0.push(step);
        compare(self);
        self.path.0.pop();
    }

    fn item(&mut self, list: &str, index: usize, compare: impl FnOnce(&mut Self)) {
        self.within(Step::Key(list.to_owned()), |found| {
            found.within(Step::Index(index), compare);
        });
    }

    /// The whole thing that the path leads to.
    fn note(&mut self, field: Field, kind: ChangeKind) {
        self.list.push(Difference {
            path: self.path.clone(),
            field,
            kind,
        });
    }

    fn note_key(&mut self, field: Field, kind: ChangeKind) {
        let pattern = field.pattern();
        let key = pattern.rsplit('.').next().unwrap_or(pattern);
        self.within(Step::Key(key.trim_end_matches("[]").to_owned()), |found| {
            found.note(field, kind);
        });
    }

    /// One field; `None` is what is taken where nothing is said.
    fn field<T: PartialEq>(&mut self, field: Field, before: Option<T>, after: Option<T>) {
        match (before, after) {
            (before, after) if before == after => {}
            (Some(_), None) => self.note_key(field, ChangeKind::Lost),
            (None, _) => self.note_key(field, ChangeKind::Added),
            (Some(_), Some(_)) => self.note_key(field, ChangeKind::Changed),
        }
    }

    fn text(&mut self, field: Field, before: Option<&Text>, after: Option<&Text>) {
        let said = |text: Option<&Text>| text.filter(|text| !text.is_empty()).cloned();
        self.field(field, said(before), said(after));
    }

    fn time(&mut self, field: Field, before: Option<Timestamp>, after: Option<Timestamp>) {
        let known = |time: Option<Timestamp>| time.filter(|time| *time != Timestamp(0));
        self.field(field, known(before), known(after));
    }

    fn flag(&mut self, field: Field, default: bool, before: Option<bool>, after: Option<bool>) {
        let said = |flag: Option<bool>| flag.filter(|flag| *flag != default);
        self.field(field, said(before), said(after));
    }

    fn ids(&mut self, field: Field, before: &List<ThreemaId>, after: &List<ThreemaId>) {
        let set = |ids: &List<ThreemaId>| {
            let set: BTreeSet<_> = ids.iter().copied().collect();
            (!set.is_empty()).then_some(set)
        };
        self.field(field, set(before), set(after));
    }
}

fn user(found: &mut Found, before: &User, after: &User) {
    found.field(
        Field::PrivateKey,
        Some(&before.private_key),
        Some(&after.private_key),
    );
    found.text(
        Field::Nickname,
        before.nickname.as_ref(),
        after.nickname.as_ref(),
    );
    found.field(
        Field::Picture,
        before.picture.as_ref(),
        after.picture.as_ref(),
    );
    let released = |user: &User| {
        let release = user.picture_release.clone();
        release.filter(|release| *release != PictureRelease::Nobody)
    };
    found.field(Field::PictureRelease, released(before), released(after));
    for (index, link) in before.links.iter().enumerate() {
        found.item("links", index, |found| match after.links.get(index) {
            None => found.note(Field::Link, ChangeKind::Lost),
            Some(now) => links(found, link, now),
        });
    }
    for index in before.links.len()..after.links.len() {
        found.item("links", index, |found| {
            found.note(Field::Link, ChangeKind::Added);
        });
    }
    found.field(
        Field::DeviceGroupKey,
        before.device_group_key.as_ref(),
        after.device_group_key.as_ref(),
    );
}

fn links(found: &mut Found, before: &Link, after: &Link) {
    if (&before.kind, &before.value) != (&after.kind, &after.value) {
        found.note(Field::Link, ChangeKind::Changed);
    }
    found.text(Field::LinkName, before.name.as_ref(), after.name.as_ref());
}

fn contacts(found: &mut Found, before: &Backup, after: &Backup) {
    for (index, contact) in before.contacts.iter().enumerate() {
        let now = after
            .contacts
            .iter()
            .find(|each| each.identity == contact.identity);
        found.item("contacts", index, |found| match now {
            None => found.note(Field::Contact, ChangeKind::Lost),
            Some(now) => compare_contacts(found, contact, now),
        });
    }
    for (index, contact) in after.contacts.iter().enumerate() {
        let known = before
            .contacts
            .iter()
            .any(|each| each.identity == contact.identity);
        if !known {
            found.item("contacts", index, |found| {
                found.note(Field::Contact, ChangeKind::Added);
            });
        }
    }
}

fn compare_contacts(found: &mut Found, before: &Contact, after: &Contact) {
    if let (Some(before), Some(after)) = (before.public_key, after.public_key) {
        found.field(Field::PublicKey, Some(before), Some(after));
    }
    found.time(Field::ContactCreatedAt, before.created_at, after.created_at);
    let level = |contact: &Contact| {
        let level = contact.verification;
        level.filter(|level| *level != Verification::Unverified)
    };
    found.field(Field::Verification, level(before), level(after));
    found.flag(
        Field::WorkVerified,
        false,
        before.work_verified,
        after.work_verified,
    );
    found.flag(Field::Hidden, false, before.hidden, after.hidden);
    found.text(
        Field::FirstName,
        before.first_name.as_ref(),
        after.first_name.as_ref(),
    );
    found.text(
        Field::LastName,
        before.last_name.as_ref(),
        after.last_name.as_ref(),
    );
    found.text(
        Field::ContactNickname,
        before.nickname.as_ref(),
        after.nickname.as_ref(),
    );
    found.time(
        Field::ContactLastUpdate,
        before.last_update,
        after.last_update,
    );
    let policy = |policy: Option<Policy>| policy.filter(|policy| *policy != Policy::Default);
    found.field(
        Field::TypingIndicators,
        policy(before.typing_indicators),
        policy(after.typing_indicators),
    );
    found.field(
        Field::ReadReceipts,
        policy(before.read_receipts),
        policy(after.read_receipts),
    );
    found.flag(Field::ContactPrivate, false, before.private, after.private);
}

fn groups(found: &mut Found, before: &Backup, after: &Backup) {
    let same = |a: &Group, b: &Group| (a.id, a.creator) == (b.id, b.creator);
    for (index, group) in before.groups.iter().enumerate() {
        let now = after.groups.iter().find(|each| same(each, group));
        found.item("groups", index, |found| match now {
            None => found.note(Field::Group, ChangeKind::Lost),
            Some(now) => compare_groups(found, group, now),
        });
    }
    for (index, group) in after.groups.iter().enumerate() {
        if !before.groups.iter().any(|each| same(each, group)) {
            found.item("groups", index, |found| {
                found.note(Field::Group, ChangeKind::Added);
            });
        }
    }
}

fn compare_groups(found: &mut Found, before: &Group, after: &Group) {
    found.text(Field::GroupName, before.name.as_ref(), after.name.as_ref());
    found.time(Field::GroupCreatedAt, before.created_at, after.created_at);
    found.ids(Field::GroupMembers, &before.members, &after.members);
    found.flag(Field::GroupDeleted, false, before.deleted, after.deleted);
    found.time(
        Field::GroupLastUpdate,
        before.last_update,
        after.last_update,
    );
    found.flag(Field::GroupPrivate, false, before.private, after.private);
}

fn lists(found: &mut Found, before: &Backup, after: &Backup) {
    for (index, list) in before.distribution_lists.iter().enumerate() {
        let now = after.distribution_lists.get(index);
        found.item("distributionlists", index, |found| match now {
            None => found.note(Field::DistributionList, ChangeKind::Lost),
            Some(now) => compare_lists(found, list, now),
        });
    }
    for index in before.distribution_lists.len()..after.distribution_lists.len() {
        found.item("distributionlists", index, |found| {
            found.note(Field::DistributionList, ChangeKind::Added);
        });
    }
}

fn compare_lists(found: &mut Found, before: &DistributionList, after: &DistributionList) {
    // Who has no ID yet gets one.
    if before.id.is_some() {
        found.field(Field::DistributionListId, before.id, after.id);
    }
    found.text(
        Field::DistributionListName,
        before.name.as_ref(),
        after.name.as_ref(),
    );
    found.time(
        Field::DistributionListCreatedAt,
        before.created_at,
        after.created_at,
    );
    found.ids(
        Field::DistributionListMembers,
        &before.members,
        &after.members,
    );
    found.time(
        Field::DistributionListLastUpdate,
        before.last_update,
        after.last_update,
    );
    found.flag(
        Field::DistributionListPrivate,
        false,
        before.private,
        after.private,
    );
}

/// Source: clause 3.7, for what absence means.
fn settings(found: &mut Found, before: &Settings, after: &Settings) {
    type Flag = (Field, bool, fn(&Settings) -> Option<bool>);
    let flags: [Flag; 8] = [
        (Field::SyncContacts, false, |it| it.sync_contacts),
        (Field::BlockUnknown, false, |it| it.block_unknown),
        (Field::SendTyping, true, |it| it.send_typing),
        (Field::ReadReceiptsSetting, true, |it| it.read_receipts),
        (Field::ThreemaCalls, true, |it| it.threema_calls),
        (Field::RelayThreemaCalls, false, |it| it.relay_threema_calls),
        (Field::DisableScreenshots, false, |it| {
            it.disable_screenshots
        }),
        (Field::IncognitoKeyboard, false, |it| it.incognito_keyboard),
    ];
    for (field, default, flag) in flags {
        found.flag(field, default, flag(before), flag(after));
    }
    found.ids(
        Field::BlockedContacts,
        &before.blocked_contacts,
        &after.blocked_contacts,
    );
    found.ids(
        Field::SyncExcludedIds,
        &before.sync_excluded_ids,
        &after.sync_excluded_ids,
    );
    let emojis = |settings: &Settings| {
        let emojis = settings.recent_emojis.to_vec();
        (!emojis.is_empty()).then_some(emojis)
    };
    found.field(Field::RecentEmojis, emojis(before), emojis(after));
}
