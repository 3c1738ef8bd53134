//! What the last Desktop preview with a restore makes of a backup: a schema checks the whole
//! document, then an import succeeds or fails as a whole.
//!
//! This code is no longer used in Desktop. It is the strictest published reading of the format, and
//! for information only.

mod values;

use self::values::{
    SCHEMA, as_object, base64, flag, id, items, level, number, refused, required, required_flag,
    required_id, required_text, text, texts, unsourced, whole_part, wrong_kind,
};
use super::reasons::{
    CREATOR, CREATOR_ADDED, DELETED_HAS_NO_MEMBERS, DELETED_IGNORED, EMPTY_IS_EVERYONE, FRACTION,
    GROUP_DATE, INVALID_DATE, MEMBER, MISSING_IS_EVERYONE, NEEDS_DIRECTORY, NEEDS_ITS_KEY,
    NICKNAME_IS_ID, NO_LINKS, NO_POLICY, NO_SETTING, NOT_IMPORTED, NULL_IS_NOBODY, OTHER_KEY,
    REVOKED, STAR_IS_EVERYONE, TIME_OF_GROUP, TIME_OF_IMPORT,
};
use crate::clients::Field;
use crate::clients::read::{
    self, Notes, Step, beyond_judgement, refused as refused_because, unknown,
};
use crate::clients::reason::unsourced::{OWN_CONTACT_ON_DESKTOP, SECOND_GROUP};
use crate::clients::release::Release;
use crate::clients::restore::{Outcome, Restored, Stop, Surroundings};
use crate::safe::Stage;
use crate::safe::ThreemaId;
use crate::safe::backup::{
    At, Backup, Bytes, Contact, DeviceGroupKey, Group, GroupId, Info, PRIVATE_KEY_BYTES,
    PictureRelease, PrivateKey, PublicKey, Timestamp, User, Version,
};
use crate::safe::json::{Document, JsonError, Object, Text, Value};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use std::collections::HashSet;
use zeroize::Zeroizing;

/// The latest time that a `Date` of JavaScript can be, in milliseconds since 1970.
///
/// Source: ECMAScript, "Time Values and Time Range".
const LATEST_DATE: f64 = 8.64e15;

/// Source: `clients.read`, Desktop.
pub(in crate::clients) fn read(json: &[u8], around: &Surroundings) -> Step<Restored> {
    let root = parse(json)?;
    let mut desktop = Desktop {
        around,
        notes: Notes::of(Release::DesktopPreview14),
    };
    let backup = desktop.restore(as_object(&root, &At::Root)?)?;
    Ok(desktop.notes.into_restored(backup))
}

fn parse(json: &[u8]) -> Step<Value> {
    Document::parse_within(json, read::LIMITS)
        .map(|document| document.root)
        .map_err(|error: JsonError| {
            beyond_judgement(&error).unwrap_or_else(|| {
                Outcome::Refused(Stop {
                    id: None,
                    stage: Stage::Json,
                    path: read::path_of(&error),
                    reason: error.to_string(),
                    source: read::facts::about_json(&error),
                })
            })
        })
}

struct Desktop<'a> {
    around: &'a Surroundings,
    notes: Notes,
}

impl Desktop<'_> {
    fn restore(&mut self, document: &Object) -> Step<Backup> {
        let root = At::Root;
        let info = info(document, &root.key("info"))?;
        let user_at = root.key("user");
        let user = as_object(required(document, "user", &root)?, &user_at)?;
        let mut backup = Backup::new(self.user(user, &user_at)?);
        backup.info = Some(info);
        let settings_at = root.key("settings");
        let settings = as_object(required(document, "settings", &root)?, &settings_at)?;
        self.settings(settings, &settings_at)?;
        let contacts_at = root.key("contacts");
        let contacts = items(document, "contacts", &contacts_at)?;
        let contacts = self.contacts(contacts.unwrap_or_default(), &contacts_at)?;
        let groups_at = root.key("groups");
        let groups = items(document, "groups", &groups_at)?;
        backup.groups = self
            .groups(groups.unwrap_or_default(), &contacts, &groups_at)?
            .into();
        backup.contacts = contacts.into();
        let lists_at = root.key("distributionlists");
        let lists = items(document, "distributionlists", &lists_at)?.unwrap_or_default();
        self.lists(lists, &lists_at)?;
        Ok(backup)
    }

    fn user(&mut self, object: &Object, at: &At<'_>) -> Step<User> {
        let key_at = at.key("privatekey");
        let key = required(object, "privatekey", at)?;
        let key = Zeroizing::new(base64(key, &key_at, SCHEMA)?);
        let key = key
            .as_slice()
            .try_into()
            .map_err(|_| refused(&key_at, "is not a key of 32 bytes", KEY_LENGTH))?;
        let mut user = User::new(PrivateKey::from_bytes(key));
        let nickname = text(object, "nickname", at)?.filter(|text| !text.is_empty());
        user.nickname = Some(nickname.unwrap_or_else(|| {
            self.notes
                .added(&at.key("nickname"), Field::Nickname, &NICKNAME_IS_ID);
            Text::new(self.around.own_id.as_str())
        }));
        if let Some(picture) = object.last("profilePic") {
            user.picture = Some(Bytes(base64(
                picture,
                &at.key("profilePic"),
                "clients.read.bad-picture",
            )?));
        }
        user.picture_release = Some(self.release(object, &at.key("profilePicRelease"))?);
        let links_at = at.key("links");
        let links = items(object, "links", &links_at)?.unwrap_or_default();
        for (index, link) in links.iter().enumerate() {
            let place = links_at.index(index);
            let link = as_object(link, &place)?;
            for key in ["type", "value"] {
                required_text(link, key, &place)?;
            }
            text(link, "name", &place)?;
            self.notes.lost(&place, Field::Link, &NO_LINKS);
        }
        user.device_group_key = Some(device_group_key(object, at)?);
        Ok(user)
    }

    /// Source: `clients.read.release-missing` and the facts around it.
    fn release(&mut self, object: &Object, at: &At<'_>) -> Step<PictureRelease> {
        let Some(items) = items(object, "profilePicRelease", at)? else {
            self.notes
                .added(at, Field::PictureRelease, &MISSING_IS_EVERYONE);
            return Ok(PictureRelease::Everyone);
        };
        for (index, item) in items.iter().enumerate() {
            if !matches!(item, Value::Text(_) | Value::Null) {
                return Err(wrong_kind(item, "a string or null", &at.index(index)));
            }
        }
        // The first entry decides.
        let (release, why) = match items.first() {
            None => (PictureRelease::Everyone, Some(&EMPTY_IS_EVERYONE)),
            Some(Value::Null) => (
                PictureRelease::Nobody,
                (items.len() > 1).then_some(&NULL_IS_NOBODY),
            ),
            Some(Value::Text(text)) if text.is("*") => (
                PictureRelease::Everyone,
                (items.len() > 1).then_some(&STAR_IS_EVERYONE),
            ),
            Some(_) => return Self::listed(items, at),
        };
        if let Some(why) = why {
            self.notes.changed(at, Field::PictureRelease, why);
        }
        Ok(release)
    }

    fn listed(items: &[Value], at: &At<'_>) -> Step<PictureRelease> {
        let ids = items.iter().enumerate().map(|(index, item)| {
            id(item).ok_or_else(|| {
                let source = match item {
                    Value::Null => "clients.read.release-id-and-null",
                    Value::Text(text) if text.is("null") => "clients.read.release-null-word",
                    _ => "clients.read.release-everyone-and-id",
                };
                refused(&at.index(index), "is not a Threema ID", source)
            })
        });
        ids.collect::<Step<Vec<_>>>().map(PictureRelease::Only)
    }

    /// Checks the settings; Desktop restores none of them.
    ///
    /// Source: `clients.loss.other-settings`.
    fn settings(&mut self, object: &Object, at: &At<'_>) -> Step<()> {
        required(object, "syncContacts", at)?;
        for (key, field, default) in FLAGS {
            if flag(object, key, at)?.is_some_and(|value| value != *default) {
                self.notes.lost(&at.key(key), *field, &NO_SETTING);
            }
        }
        // The schema does not list the spelling of iOS, so it is not checked.
        for (key, field, checked) in [
            ("blockedContacts", Field::BlockedContacts, true),
            ("syncExcludedIds", Field::SyncExcludedIds, true),
            ("syncExcludedIDs", Field::SyncExcludedIds, false),
        ] {
            let at = at.key(key);
            if checked {
                texts(object, key, &at)?;
            }
            let Some(Value::Array(list)) = object.last(key) else {
                continue;
            };
            for index in 0..list.len() {
                self.notes.lost(&at.index(index), field, &NO_SETTING);
            }
        }
        let emojis_at = at.key("recentEmojis");
        let emojis = texts(object, "recentEmojis", &emojis_at)?.unwrap_or_default();
        if !emojis.is_empty() {
            self.notes
                .lost(&emojis_at, Field::RecentEmojis, &NO_SETTING);
        }
        Ok(())
    }

    fn contacts(&mut self, items: &[Value], at: &At<'_>) -> Step<Vec<Contact>> {
        let mut contacts = Vec::with_capacity(items.len());
        for (index, entry) in items.iter().enumerate() {
            let at = at.index(index);
            let object = as_object(entry, &at)?;
            let key = text(object, "publickey", &at)?;
            contacts.push((self.contact(object, &at)?, key));
        }
        // The schema checks everything before the import begins.
        let mut seen = HashSet::new();
        for (index, (contact, key)) in contacts.iter_mut().enumerate() {
            let at = at.index(index);
            if !seen.insert(contact.identity) {
                return Err(unknown(format!(
                    "{} occurs twice; that the import fails is only inferred",
                    at.path()
                )));
            }
            if contact.identity == self.around.own_id {
                self.notes
                    .unsure(&at, Field::Contact, OWN_CONTACT_ON_DESKTOP);
            }
            contact.public_key = self.look_up(contact.identity, key.as_ref(), &at)?;
        }
        Ok(contacts.into_iter().map(|(contact, _)| contact).collect())
    }

    fn contact(&mut self, object: &Object, at: &At<'_>) -> Step<Contact> {
        let mut contact = Contact::new(required_id(object, "identity", at)?);
        let level_at = at.key("verification");
        contact.verification = Some(level(required(object, "verification", at)?, &level_at)?);
        contact.created_at = self.created_at(object, Field::ContactCreatedAt, at)?;
        contact.last_update = self.last_update(object, Field::ContactLastUpdate, at)?;
        contact.work_verified = flag(object, "workVerified", at)?;
        contact.hidden = flag(object, "hidden", at)?;
        contact.private = flag(object, "private", at)?;
        contact.first_name = text(object, "firstname", at)?;
        contact.last_name = text(object, "lastname", at)?;
        contact.nickname = match object.last("nickname") {
            Some(Value::Null) => None,
            _ => text(object, "nickname", at)?.filter(|text| !text.is_empty()),
        };
        for (key, field) in [
            ("readReceipts", Field::ReadReceipts),
            ("typingIndicators", Field::TypingIndicators),
        ] {
            // Source: clients.read.unknown-receipts.
            if number(object, key, at)?.is_some_and(|number| number.to_whole() != Some(0)) {
                self.notes.lost(&at.key(key), field, &NO_POLICY);
            }
        }
        Ok(contact)
    }

    /// Returns the public key of a contact that is imported, if the backup has one: it must be
    /// spelled as the directory's key is.
    ///
    /// Source: `clients.read.public-key-mismatch`, `clients.read.bad-public-key`,
    /// `clients.read.revoked-contact`, `clients.read.directory-failure`.
    fn look_up(
        &self,
        identity: ThreemaId,
        key: Option<&Text>,
        at: &At<'_>,
    ) -> Step<Option<PublicKey>> {
        let key_at = at.key("publickey");
        if !self.around.directory.is_reachable() {
            return Err(refused_because(at, "cannot be looked up", &NEEDS_DIRECTORY));
        }
        let key = key.map(Text::to_str_lossy);
        match (self.around.directory.entry(identity), key) {
            (None, None) => Err(refused_because(
                &key_at,
                "is missing, and the directory does not know the contact",
                &REVOKED,
            )),
            (None, Some(key)) => {
                let bytes = base64(&Value::Text(Text::new(&key)), &key_at, BAD_KEY)?;
                let key = bytes.try_into().map(PublicKey);
                key.map(Some)
                    .map_err(|_| refused(&key_at, "is not a key of 32 bytes", BAD_KEY))
            }
            (Some(_), None) => Ok(None),
            (Some(entry), Some(key)) if key == BASE64.encode(&entry.public_key.0) => {
                Ok(Some(entry.public_key))
            }
            (Some(_), Some(key)) if !is_key(&key) => Err(refused(
                &key_at,
                "is not base64 of 32 bytes, as the key of the directory is spelled",
                BAD_KEY,
            )),
            (Some(_), Some(_)) => Err(refused_because(
                &key_at,
                "is not the key of the directory",
                &OTHER_KEY,
            )),
        }
    }

    /// Returns when a contact or group was made: at the time of the import if the key is missing.
    ///
    /// Source: `clients.read.created-at`.
    fn created_at(
        &mut self,
        object: &Object,
        field: Field,
        at: &At<'_>,
    ) -> Step<Option<Timestamp>> {
        if object.last("createdAt").is_none() {
            self.notes
                .added(&at.key("createdAt"), field, &TIME_OF_IMPORT);
            return Ok(Some(self.around.now));
        }
        self.time(object, "createdAt", field, at)
    }

    /// Source: `clients.read.negative-time`, `clients.read.fractional-time`,
    /// `clients.read.largest-time`.
    fn time(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Step<Option<Timestamp>> {
        let Some(number) = number(object, key, at)? else {
            return Ok(None);
        };
        let at = at.key(key);
        let double = number.to_f64();
        if double > LATEST_DATE && field.is_of(Field::Group) {
            return Err(refused_because(&at, "is too large", &GROUP_DATE));
        }
        if double.abs() > LATEST_DATE {
            self.notes.lost(&at, field, &INVALID_DATE);
            return Ok(None);
        }
        let whole = whole_part(double);
        if number.to_whole() != Some(whole) {
            self.notes.changed(&at, field, &FRACTION);
        }
        Ok(Some(Timestamp(whole)))
    }

    fn last_update(
        &mut self,
        object: &Object,
        field: Field,
        at: &At<'_>,
    ) -> Step<Option<Timestamp>> {
        match object.last("lastUpdate") {
            Some(Value::Null) => Ok(None),
            _ => self.time(object, "lastUpdate", field, at),
        }
    }

    fn groups(&mut self, items: &[Value], contacts: &[Contact], at: &At<'_>) -> Step<Vec<Group>> {
        let known: HashSet<_> = contacts.iter().map(|contact| contact.identity).collect();
        let (mut groups, mut taken) = (Vec::with_capacity(items.len()), HashSet::new());
        for (index, entry) in items.iter().enumerate() {
            let at = at.index(index);
            let (group, members) = self.group(as_object(entry, &at)?, &at)?;
            // Source: `clients.read.duplicate-group`.
            if !taken.insert((group.id, group.creator)) {
                self.notes.unsure(&at, Field::Group, SECOND_GROUP);
            }
            groups.push((group, members));
        }
        let groups = groups.into_iter().enumerate();
        groups
            .map(|(index, (group, members))| self.import(group, &members, &known, &at.index(index)))
            .collect()
    }

    /// Returns a group as the schema reads it, without members, and the texts of its members.
    ///
    /// Source: `clients.read.incomplete-group`, `clients.read.group-id-not-hex`.
    fn group(&mut self, object: &Object, at: &At<'_>) -> Step<(Group, Vec<Text>)> {
        let id_at = at.key("id");
        let id = required_text(object, "id", at)?.to_str_lossy().into_owned();
        let id = HEXLOWER_PERMISSIVE.decode(id.as_bytes()).ok();
        let id = id.and_then(|bytes| bytes.try_into().ok()).map(GroupId);
        let Some(id) = id else {
            return Err(refused(
                &id_at,
                "is not 16 hexadecimal digits",
                "clients.read.group-id-not-hex",
            ));
        };
        let mut group = Group::new(id, required_id(object, "creator", at)?);
        let members_at = at.key("members");
        required(object, "members", at)?;
        let members = texts(object, "members", &members_at)?.unwrap_or_default();
        group.deleted = Some(required_flag(object, "deleted", at)?);
        group.name = text(object, "groupname", at)?;
        group.created_at = self.created_at(object, Field::GroupCreatedAt, at)?;
        group.last_update = self.last_update(object, Field::GroupLastUpdate, at)?;
        // Source: `clients.read.last-update`.
        if matches!(object.last("lastUpdate"), None | Some(Value::Null)) {
            if group.created_at != Some(Timestamp(0)) {
                let update_at = at.key("lastUpdate");
                self.notes
                    .added(&update_at, Field::GroupLastUpdate, &TIME_OF_GROUP);
            }
            group.last_update = group.created_at;
        }
        group.private = flag(object, "private", at)?;
        Ok((group, members))
    }

    /// Source: `clients.read.unknown-creator`, `clients.read.unknown-member`,
    /// `clients.read.deleted-group`, `clients.read.creator-no-member`.
    fn import(
        &mut self,
        mut group: Group,
        members: &[Text],
        known: &HashSet<ThreemaId>,
        at: &At<'_>,
    ) -> Step<Group> {
        let own_id = self.around.own_id;
        let (creator, is_deleted) = (group.creator, group.deleted == Some(true));
        let members_at = at.key("members");
        let is_listed = |id: ThreemaId| members.iter().any(|member| member.is(id.as_str()));
        if creator != own_id && !known.contains(&creator) {
            let creator_at = at.key("creator");
            if is_deleted && is_listed(creator) {
                return Err(unsourced(
                    &creator_at,
                    "of a deleted group is not a contact",
                ));
            }
            return Err(refused_because(&creator_at, "is not a contact", &CREATOR));
        }
        if is_deleted {
            self.notes
                .changed(&at.key("deleted"), Field::GroupDeleted, &DELETED_IGNORED);
            group.deleted = Some(false);
            group.members = is_listed(own_id).then_some(own_id).into_iter().collect();
            if group.members.len() < members.len() {
                self.notes
                    .lost(&members_at, Field::GroupMembers, &DELETED_HAS_NO_MEMBERS);
            }
        } else {
            for (index, member) in members.iter().enumerate() {
                let id = ThreemaId::parse(&member.to_str_lossy()).ok();
                let id = id.filter(|id| *id == own_id || known.contains(id));
                group.members.push(id.ok_or_else(|| {
                    refused_because(&members_at.index(index), "is not a contact", &MEMBER)
                })?);
            }
        }
        if creator != own_id && !is_listed(creator) {
            group.members.push(creator);
            self.notes
                .changed(&members_at, Field::GroupMembers, &CREATOR_ADDED);
        }
        Ok(group)
    }

    /// Checks the distribution lists; Desktop imports none.
    ///
    /// Source: `clients.read.list-id`, `clients.read.list-name`.
    fn lists(&mut self, items: &[Value], at: &At<'_>) -> Step<()> {
        for (index, entry) in items.iter().enumerate() {
            let at = at.index(index);
            let object = as_object(entry, &at)?;
            text(object, "id", &at)?;
            required_text(object, "name", &at)?;
            number(object, "createdAt", &at)?;
            required(object, "members", &at)?;
            texts(object, "members", &at.key("members"))?;
            flag(object, "private", &at)?;
            self.notes.lost(&at, Field::DistributionList, &NOT_IMPORTED);
        }
        Ok(())
    }
}

/// Returns whether a text is a key, spelled as the directory's keys are.
fn is_key(text: &str) -> bool {
    let bytes = BASE64.decode(text.as_bytes());
    bytes.is_ok_and(|bytes| bytes.len() == PRIVATE_KEY_BYTES)
}

fn info(document: &Object, at: &At<'_>) -> Step<Info> {
    let object = as_object(required(document, "info", &At::Root)?, at)?;
    let version_at = at.key("version");
    match required(object, "version", at)? {
        Value::Number(number) if number.to_whole() == Some(1) => {}
        _ => {
            return Err(refused(
                &version_at,
                "is not 1",
                "clients.read.info-version",
            ));
        }
    }
    Ok(Info {
        version: Some(Version),
        device: text(object, "device", at)?,
        ..Info::default()
    })
}

/// The fact about a private key of another length.
const KEY_LENGTH: &str = "clients.read.private-key-length";

/// The fact about a public key that is no key.
const BAD_KEY: &str = "clients.read.bad-public-key";

/// The fact about the key of the device group.
const DEVICE_GROUP_KEY: &str = "clients.read.device-group-key";

/// Source: `clients.read.device-group-key`.
fn device_group_key(object: &Object, at: &At<'_>) -> Step<DeviceGroupKey> {
    let at = at.key("temporaryDeviceGroupKeyTodoRemove");
    let Some(value) = object.last("temporaryDeviceGroupKeyTodoRemove") else {
        return Err(refused_because(&at, "is missing", &NEEDS_ITS_KEY));
    };
    let bytes = Zeroizing::new(base64(value, &at, DEVICE_GROUP_KEY)?);
    let key = bytes.as_slice().try_into();
    key.map(DeviceGroupKey::from_bytes)
        .map_err(|_| refused(&at, "is not a key of 32 bytes", DEVICE_GROUP_KEY))
}

/// The settings that are true or false, and their defaults.
///
/// Source: clause 3.7.
const FLAGS: &[(&str, Field, bool)] = &[
    ("syncContacts", Field::SyncContacts, false),
    ("blockUnknown", Field::BlockUnknown, false),
    ("sendTyping", Field::SendTyping, true),
    ("readReceipts", Field::ReadReceiptsSetting, true),
    ("threemaCalls", Field::ThreemaCalls, true),
    ("relayThreemaCalls", Field::RelayThreemaCalls, false),
    ("disableScreenshots", Field::DisableScreenshots, false),
    ("incognitoKeyboard", Field::IncognitoKeyboard, false),
];
