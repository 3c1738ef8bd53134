//! Compares two backups: what would people miss?

use super::crossing::Difference;
use safe_conformance::clients::Field;
use safe_conformance::clients::restore::ChangeKind;
use safe_conformance::safe::ThreemaId;
use safe_conformance::safe::backup::{
    Backup, Contact, DistributionList, Group, Link, List, PictureRelease, Policy, Settings,
    Timestamp, User, Verification,
};
use safe_conformance::safe::json::{Path, Step, Text};
use std::collections::BTreeSet;

/// Returns what another backup has lost, changed or added, in the order of the document.
///
/// A missing field equals the value that clients assume for it: an empty name, 0 for a time, the
/// defaults of the settings. A public key that the directory also has does not count as lost.
/// Contacts are found by their ID, groups by ID and creator, lists and links by their order.
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

    /// The whole object that the path leads to.
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

    /// One field; `None` is the value that clients assume for a missing field.
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
    compare_links(found, &before.links, &after.links);
    found.field(
        Field::DeviceGroupKey,
        before.device_group_key.as_ref(),
        after.device_group_key.as_ref(),
    );
}

/// Links keep their order; one that is missing shifts the others.
fn compare_links(found: &mut Found, before: &[Link], after: &[Link]) {
    let is_same = |a: &Link, b: &Link| a.kind == b.kind && is_written_as(&a.value, &b.value);
    for (index, pair) in aligned(before, after, is_same).into_iter().enumerate() {
        found.item("links", index, |found| {
            match pair.map(|place| &after[place]) {
                None => found.note(Field::Link, ChangeKind::Lost),
                Some(now) => {
                    if before[index].value != now.value {
                        found.note(Field::Link, ChangeKind::Changed);
                    }
                    let (was, is) = (before[index].name.as_ref(), now.name.as_ref());
                    found.text(Field::LinkName, was, is);
                }
            }
        });
    }
    for index in before.len()..after.len() {
        found.item("links", index, |found| {
            found.note(Field::Link, ChangeKind::Added);
        });
    }
}

/// For each object before, the place of the same object after; both lists have one order.
fn aligned<T>(before: &[T], after: &[T], is_same: impl Fn(&T, &T) -> bool) -> Vec<Option<usize>> {
    let mut next = 0;
    let places = before.iter().map(|thing| {
        let mut rest = after.iter().skip(next);
        let place = next + rest.position(|each| is_same(thing, each))?;
        next = place + 1;
        Some(place)
    });
    places.collect()
}

/// Whether a text equals another one as it can be written: half of a surrogate pair becomes `?`,
/// and the end may be cut off.
fn is_written_as(text: &Text, written: &Text) -> bool {
    let spelled = |text: &Text| -> String {
        let characters = char::decode_utf16(text.units());
        characters.map(|each| each.unwrap_or('?')).collect()
    };
    let (text, written) = (spelled(text), spelled(written));
    text == written || written.len() > CUT_BYTES && text.starts_with(&written)
}

/// Shorter texts are not cut off. Source: `clients.read.long-names`.
const CUT_BYTES: usize = 250;

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

/// Lists keep their order; one that is missing shifts the others. Their IDs may be new.
fn lists(found: &mut Found, before: &Backup, after: &Backup) {
    let (was, is) = (&before.distribution_lists, &after.distribution_lists);
    let is_same = |a: &DistributionList, b: &DistributionList| match (&a.name, &b.name) {
        (Some(was), Some(is)) => is_written_as(was, is),
        (was, is) => was.is_none() && is.is_none(),
    };
    let places = if was.len() == is.len() {
        (0..was.len()).map(Some).collect()
    } else {
        aligned(was, is, is_same)
    };
    for (index, place) in places.into_iter().enumerate() {
        found.item("distributionlists", index, |found| {
            match place.map(|place| &is[place]) {
                None => found.note(Field::DistributionList, ChangeKind::Lost),
                Some(now) => compare_lists(found, &was[index], now),
            }
        });
    }
    for index in was.len()..is.len() {
        found.item("distributionlists", index, |found| {
            found.note(Field::DistributionList, ChangeKind::Added);
        });
    }
}

fn compare_lists(found: &mut Found, before: &DistributionList, after: &DistributionList) {
    // A list without an ID gets one.
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

/// Source: clause 3.7, for the meaning of absence.
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
