//! What the last Desktop preview with a restore makes of a backup: a schema checks the whole
//! document, then an import succeeds or fails as a whole.
//!
//! This code is no longer used in Desktop. It is the strictest published reading of the format, and
//! for information only.

mod values;

use self::values::{
    SCHEMA, as_object, base64, flag, id, ids, items, level, refused, required, required_flag,
    required_id, text, unsourced, whole_part, wrong_container, wrong_kind,
};
use super::reasons::{
    CREATOR, CREATOR_ADDED, DELETED_HAS_NO_MEMBERS, EMPTY_IS_EVERYONE, FRACTION, INVALID_DATE,
    MEMBER, MISSING_IS_EVERYONE, NEEDS_ITS_KEY, NO_LINKS, NO_POLICY, NO_SETTING, NOT_IMPORTED,
    OTHER_KEY, REVOKED, STAR_IS_EVERYONE,
};
use crate::clients::Field;
use crate::clients::read::{
    self, NAME_BYTES, NICKNAME_BYTES, Notes, Step, beyond_judgement, refused as refused_because,
    unknown,
};
use crate::clients::reason::unsourced::{
    DELETED_ON_DESKTOP, LONG_NAME_ON_DESKTOP, LONG_NICKNAME_ON_DESKTOP,
};
use crate::clients::release::Release;
use crate::clients::restore::{Outcome, Restored, Stop, Surroundings};
use crate::safe::Stage;
use crate::safe::ThreemaId;
use crate::safe::backup::{
    At, Backup, Bytes, Contact, DeviceGroupKey, Group, GroupId, Info, PictureRelease, PrivateKey,
    PublicKey, Timestamp, User, Verification, Version,
};
use crate::safe::json::{Document, JsonError, Object, Text, Value};
use data_encoding::HEXLOWER;
use std::collections::HashSet;
use zeroize::Zeroizing;

/// The latest time that a `Date` of JavaScript can be, in milliseconds since 1970.
///
/// Source: ECMAScript, "Time Values and Time Range".
const LATEST_DATE: f64 = 8.64e15;

/// The latest time that the schema allows.
///
/// Source: `clients.read.largest-time`.
const LATEST_IN_SCHEMA: f64 = 18_446_744_073_709_552_000.0;

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
                    source: "clients.read.json-extensions",
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
            .map_err(|_| unsourced(&key_at, "contains a key that does not have 32 bytes"))?;
        let mut user = User::new(PrivateKey::from_bytes(key));
        user.nickname = text(object, "nickname", at)?;
        self.measure(
            user.nickname.as_ref(),
            (NICKNAME_BYTES, LONG_NICKNAME_ON_DESKTOP),
            Field::Nickname,
            &at.key("nickname"),
        );
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
            as_object(link, &place)?;
            self.notes.lost(&place, Field::Link, &NO_LINKS);
        }
        user.device_group_key = Some(device_group_key(object, at)?);
        Ok(user)
    }

    /// Notes a text of which only Android's reading is known, because it is so long.
    ///
    /// Source: `clients.read.long-names`.
    fn measure(
        &mut self,
        text: Option<&Text>,
        (most_bytes, because): (usize, &'static str),
        field: Field,
        at: &At<'_>,
    ) {
        if text.is_some_and(|text| text.to_str_lossy().len() > most_bytes) {
            self.notes.unsure(at, field, because);
        }
    }

    /// Source: `clients.read.release-missing` and the facts around it.
    fn release(&mut self, object: &Object, at: &At<'_>) -> Step<PictureRelease> {
        let Some(items) = items(object, "profilePicRelease", at)? else {
            self.notes
                .added(at, Field::PictureRelease, &MISSING_IS_EVERYONE);
            return Ok(PictureRelease::Everyone);
        };
        let is = |item: &Value, word: &str| matches!(item, Value::Text(text) if text.is(word));
        match items {
            [] => {
                self.notes
                    .changed(at, Field::PictureRelease, &EMPTY_IS_EVERYONE);
                return Ok(PictureRelease::Everyone);
            }
            [Value::Null] => return Ok(PictureRelease::Nobody),
            [first] if is(first, "*") => return Ok(PictureRelease::Everyone),
            [first, rest @ ..] if is(first, "*") && rest.iter().all(|item| id(item).is_some()) => {
                self.notes
                    .changed(at, Field::PictureRelease, &STAR_IS_EVERYONE);
                return Ok(PictureRelease::Everyone);
            }
            _ => {}
        }
        if items.iter().any(|item| is(item, "*")) {
            return Err(unsourced(at, "holds `*` among others"));
        }
        let ids = items.iter().enumerate().map(|(index, item)| {
            id(item).ok_or_else(|| refused(&at.index(index), "is not a Threema ID", SCHEMA))
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
            let list = match object.last(key) {
                Some(Value::Array(list)) => list,
                Some(other) if checked => return Err(wrong_container(other, "an array", &at)),
                _ => continue,
            };
            if checked {
                ids(list, &at)?;
            }
            for index in 0..list.len() {
                self.notes.lost(&at.index(index), field, &NO_SETTING);
            }
        }
        let emojis_at = at.key("recentEmojis");
        let emojis = items(object, "recentEmojis", &emojis_at)?.unwrap_or_default();
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
            contacts.push(self.contact(as_object(entry, &at)?, &at)?);
        }
        // The schema checks everything before the import begins.
        let mut seen = HashSet::new();
        for (index, contact) in contacts.iter_mut().enumerate() {
            let at = at.index(index);
            if !seen.insert(contact.identity) {
                return Err(unknown(format!(
                    "{} occurs twice; that the import fails is only inferred",
                    at.path()
                )));
            }
            self.look_up(contact, &at)?;
        }
        Ok(contacts)
    }

    fn contact(&mut self, object: &Object, at: &At<'_>) -> Step<Contact> {
        let mut contact = Contact::new(required_id(object, "identity", at)?);
        let level_at = at.key("verification");
        contact.verification = Some(level(required(object, "verification", at)?, &level_at)?);
        if let Some(key) = object.last("publickey") {
            let key_at = at.key("publickey");
            let key = base64(key, &key_at, "clients.read.bad-public-key")?;
            let key = key
                .try_into()
                .map_err(|_| unsourced(&key_at, "contains a key that does not have 32 bytes"))?;
            contact.public_key = Some(PublicKey(key));
        }
        contact.created_at = self.time(object, "createdAt", Field::ContactCreatedAt, at)?;
        contact.last_update = self.last_update(object, Field::ContactLastUpdate, at)?;
        contact.work_verified = flag(object, "workVerified", at)?;
        contact.hidden = flag(object, "hidden", at)?;
        contact.private = flag(object, "private", at)?;
        contact.first_name = text(object, "firstname", at)?;
        contact.last_name = text(object, "lastname", at)?;
        contact.nickname = match object.last("nickname") {
            Some(Value::Null) => None,
            _ => text(object, "nickname", at)?,
        };
        for (key, field) in [
            ("readReceipts", Field::ReadReceipts),
            ("typingIndicators", Field::TypingIndicators),
        ] {
            match object.last(key) {
                None => {}
                Some(Value::Number(number)) => match number.to_whole() {
                    Some(0) => {}
                    // Source: clients.read.unknown-receipts.
                    _ => self.notes.lost(&at.key(key), field, &NO_POLICY),
                },
                Some(other) => return Err(wrong_kind(other, "a number", &at.key(key))),
            }
        }
        Ok(contact)
    }

    /// Source: `clients.read.public-key-mismatch`, `clients.read.revoked-contact`.
    fn look_up(&self, contact: &Contact, at: &At<'_>) -> Step<()> {
        let key_at = at.key("publickey");
        if !self.around.directory.is_reachable() {
            return Err(unknown(
                "no source says what Desktop does when the directory cannot be reached",
            ));
        }
        let entry = self.around.directory.entry(contact.identity);
        match (entry, contact.public_key) {
            (None, None) => Err(refused_because(
                &key_at,
                "is missing, and the directory does not know the contact",
                &REVOKED,
            )),
            (Some(entry), Some(key)) if entry.public_key != key => {
                if contact.verification == Some(Verification::Full) {
                    return Err(refused_because(
                        &key_at,
                        "is not the key of the directory",
                        &OTHER_KEY,
                    ));
                }
                Err(unsourced(&key_at, "is not the key of the directory"))
            }
            (Some(_), None) if contact.verification == Some(Verification::Full) => {
                Err(unsourced(&key_at, "is missing at level 2"))
            }
            _ => Ok(()),
        }
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
        let at = at.key(key);
        let number = match object.last(key) {
            None => return Ok(None),
            Some(Value::Number(number)) => number,
            Some(other) => return Err(wrong_kind(other, "a number", &at)),
        };
        let double = number.to_f64();
        if double > LATEST_IN_SCHEMA {
            return Err(unsourced(&at, "is larger than the schema allows"));
        }
        if double < 0.0 && field != Field::ContactCreatedAt {
            return Err(unsourced(&at, "is below zero"));
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
        let mut groups = Vec::with_capacity(items.len());
        for (index, entry) in items.iter().enumerate() {
            let at = at.index(index);
            groups.push(self.group(as_object(entry, &at)?, &at)?);
        }
        for (index, group) in groups.iter_mut().enumerate() {
            self.import(group, &known, &at.index(index))?;
        }
        Ok(groups)
    }

    fn group(&mut self, object: &Object, at: &At<'_>) -> Step<Group> {
        let id_at = at.key("id");
        let id = match required(object, "id", at)? {
            Value::Text(text) => HEXLOWER.decode(text.to_str_lossy().as_bytes()).ok(),
            other => return Err(wrong_kind(other, "a string", &id_at)),
        };
        let id = id.and_then(|bytes| bytes.try_into().ok()).map(GroupId);
        let Some(id) = id else {
            return Err(refused(
                &id_at,
                "is not 16 lower-case hexadecimal digits",
                SCHEMA,
            ));
        };
        let mut group = Group::new(id, required_id(object, "creator", at)?);
        let members_at = at.key("members");
        let Some(members) = items(object, "members", &members_at)? else {
            return Err(unsourced(&members_at, "is missing"));
        };
        group.members = ids(members, &members_at)?.into();
        group.deleted = Some(required_flag(object, "deleted", at)?);
        group.name = text(object, "groupname", at)?;
        self.measure(
            group.name.as_ref(),
            (NAME_BYTES, LONG_NAME_ON_DESKTOP),
            Field::GroupName,
            &at.key("groupname"),
        );
        group.created_at = self.time(object, "createdAt", Field::GroupCreatedAt, at)?;
        group.last_update = self.last_update(object, Field::GroupLastUpdate, at)?;
        group.private = flag(object, "private", at)?;
        Ok(group)
    }

    /// Source: `clients.read.unknown-creator`, `clients.read.unknown-member`,
    /// `clients.read.deleted-group`.
    fn import(&mut self, group: &mut Group, known: &HashSet<ThreemaId>, at: &At<'_>) -> Step<()> {
        let own_id = self.around.own_id;
        let is_known = |id: &ThreemaId| *id == own_id || known.contains(id);
        if !is_known(&group.creator) {
            return Err(refused_because(
                &at.key("creator"),
                "is not a contact",
                &CREATOR,
            ));
        }
        let members_at = at.key("members");
        if group.deleted == Some(true) {
            self.notes
                .unsure(&at.key("deleted"), Field::GroupDeleted, DELETED_ON_DESKTOP);
            if !group.members.is_empty() {
                self.notes
                    .lost(&members_at, Field::GroupMembers, &DELETED_HAS_NO_MEMBERS);
            }
            group.members = Vec::new().into();
            return Ok(());
        }
        let is_member = |id: &ThreemaId| is_known(id) || *id == group.creator;
        if !group.members.iter().all(is_member) {
            return Err(refused_because(&members_at, "names no contact", &MEMBER));
        }
        if group.members.contains(&own_id) && !group.members.contains(&group.creator) {
            let creator = group.creator;
            group.members.push(creator);
            self.notes
                .changed(&members_at, Field::GroupMembers, &CREATOR_ADDED);
        }
        Ok(())
    }

    fn lists(&mut self, items: &[Value], at: &At<'_>) -> Step<()> {
        for (index, entry) in items.iter().enumerate() {
            let at = at.index(index);
            let object = as_object(entry, &at)?;
            let is_id = |text: &Text| {
                let text = text.to_str_lossy();
                HEXLOWER
                    .decode(text.as_bytes())
                    .is_ok_and(|id| id.len() == 8)
            };
            let id_is_good = match object.last("id") {
                None => true,
                Some(Value::Text(text)) => is_id(text),
                Some(_) => false,
            };
            let has_name = matches!(object.last("name"), Some(Value::Text(_)));
            let has_members = matches!(object.last("members"), Some(Value::Array(_)));
            if !id_is_good || !has_name || !has_members {
                return Err(unsourced(
                    &at,
                    "is not as the format has it, and is validated",
                ));
            }
            self.notes.lost(&at, Field::DistributionList, &NOT_IMPORTED);
        }
        Ok(())
    }
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
