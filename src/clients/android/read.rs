//! What Android restores: one thing after the other, each value coerced to what the app wants of it.

use super::base64;
use super::org_json::{JavaString, Object, Reason, Value};
use super::reasons::{
    BAD_KEY, BAD_PICTURE, DELETED, DELETED_MISSING, DUPLICATE, EMPTY_GROUP_ID, GARBAGE_GROUP_ID,
    KEY_OF_DIRECTORY, KICKED, LATER_VERSION, LEVEL_1, LOWER_CASE, NICKNAME_IS_ID, NO_CONTACTS,
    NO_DEVICE_LINK, NO_DIRECTORY, NO_IDENTITY, NO_LAST_UPDATE, NO_LINK_NAME, NO_OBJECT,
    NO_SIGNED_NUMBER, NO_TRUTH_VALUE, NO_VERSION, NOBODY_IS_EMPTY, NOT_IN_DIRECTORY,
    NULL_IS_NOBODY, NULL_IS_TEXT, ORG_JSON, OTHER_BYTE_ORDER, OTHER_NUMBER, OTHER_SPELLING,
    RANDOM_ID, STAR_IS_EVERYONE, UNKNOWN_CREATOR,
};
use crate::clients::Field;
use crate::clients::read::{Notes, Step, broken, refused, unknown};
use crate::clients::release::{Reader, Writer};
use crate::clients::restore::{Broken, Outcome, Restored, Stop, Surroundings};
use crate::safe::Stage;
use crate::safe::ThreemaId;
use crate::safe::backup::{
    At, Backup, Bytes, Contact, DistributionList, DistributionListId, Group, GroupId, Info, Link,
    LinkKind, PictureRelease, Policy, PrivateKey, PublicKey, Settings, Timestamp, User,
    Verification, Version,
};
use crate::safe::json::Text;
use data_encoding::HEXLOWER_PERMISSIVE;
use std::collections::HashSet;
use zeroize::Zeroizing;

/// Source: VARIANTS section 2, the column of Android.
pub(in crate::clients) fn read(
    reader: Reader,
    json: &[u8],
    around: &Surroundings,
) -> Step<Restored> {
    let root = parse(json)?;
    let Value::Object(document) = &root else {
        return Err(refused(reader, &At::Root, NO_OBJECT));
    };
    let mut phone = Phone {
        reader,
        around,
        notes: Notes::of(reader),
    };
    let backup = phone.restore(document)?;
    Ok(phone.notes.into_restored(backup))
}

fn parse(json: &[u8]) -> Step<Value> {
    if json.len() > crate::clients::read::LIMITS.bytes {
        return Err(unknown(format!(
            "the document has {} bytes; no client's source bounds that",
            json.len()
        )));
    }
    let text = JavaString::from_utf8_lossy(json);
    match Value::parse(&text) {
        Ok(value) => Ok(value),
        Err(error) => Err(match error.reason {
            Reason::TooDeep | Reason::TooManyValues => unknown(format!(
                "{error}: the app dies sooner or later, at a size that depends on the phone"
            )),
            _ => not_json(&error.to_string()),
        }),
    }
}

fn not_json(why: &str) -> Outcome {
    Outcome::Refused(Stop {
        stage: Stage::Json,
        path: None,
        reason: format!("the document is not JSON even to Android: {why}"),
        source: ORG_JSON,
    })
}

/// The ID of a group, as Android reads it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FoundId {
    /// As the format wants it.
    Whole(GroupId),
    /// None of it is left.
    Empty,
    /// Something that the format does not have, and nobody knows what.
    Other,
}

struct Phone<'a> {
    reader: Reader,
    around: &'a Surroundings,
    notes: Notes,
}

impl Phone<'_> {
    fn since(&self, first: Reader) -> bool {
        self.reader.since(first)
    }

    fn restore(&mut self, document: &Object) -> Step<Backup> {
        let root = At::Root;
        let info = self.info(document, &root.key("info"))?;
        let user = self.user(document, &root.key("user"))?;
        let mut backup = Backup::new(user);
        let (contacts_at, groups_at) = (root.key("contacts"), root.key("groups"));
        let lists_at = root.key("distributionlists");
        let contacts = Self::objects(document, "contacts", &contacts_at)?;
        let groups = Self::objects(document, "groups", &groups_at)?.unwrap_or_default();
        let lists = Self::objects(document, "distributionlists", &lists_at)?.unwrap_or_default();
        if let Some(contacts) = &contacts {
            backup.contacts = self.contacts(contacts, &contacts_at)?.into();
            let known = backup.contacts.iter().map(|contact| contact.identity);
            let known: HashSet<_> = known.collect();
            backup.groups = self.groups(&groups, &known, &groups_at)?.into();
            let other_order = self.has_other_order(info.device.as_ref());
            backup.distribution_lists = self.lists(&lists, &known, other_order, &lists_at)?.into();
        } else {
            for index in 0..groups.len() {
                self.notes
                    .lost(&groups_at.index(index), Field::Group, NO_CONTACTS);
            }
            for index in 0..lists.len() {
                self.notes
                    .lost(&lists_at.index(index), Field::DistributionList, NO_CONTACTS);
            }
        }
        backup.settings = self.settings(document, &root.key("settings"), contacts.is_some())?;
        backup.info = Some(info);
        Ok(backup)
    }

    /// Source: VARIANTS section 2, "info.version".
    fn info(&self, document: &Object, at: &At<'_>) -> Step<Info> {
        let Some(object) = document.value("info").and_then(Value::as_object) else {
            return Err(untold(at, "is missing or not an object"));
        };
        let version_at = at.key("version");
        match object.int("version") {
            Ok(version) if version <= 1 => {}
            Ok(_) => return Err(refused(self.reader, &version_at, LATER_VERSION)),
            Err(_) => return Err(refused(self.reader, &version_at, NO_VERSION)),
        }
        Ok(Info {
            version: Some(Version),
            device: object.string("device").ok().map(|device| text(&device)),
            ..Info::default()
        })
    }

    fn user(&mut self, document: &Object, at: &At<'_>) -> Step<User> {
        let object = match document.value("user") {
            None => return Err(refused(self.reader, at, NO_IDENTITY)),
            Some(Value::Object(object)) => object,
            Some(_) => return Err(untold(at, "is not an object")),
        };
        let mut user = User::new(self.private_key(object, &at.key("privatekey"))?);
        user.nickname = self.nickname(object, at);
        user.picture = self.picture(object, &at.key("profilePic"));
        user.picture_release = self.release(object, &at.key("profilePicRelease"))?;
        user.links = self.links(object, &at.key("links"))?.into();
        if object.value("temporaryDeviceGroupKeyTodoRemove").is_some() {
            self.notes.lost(
                &at.key("temporaryDeviceGroupKeyTodoRemove"),
                Field::DeviceGroupKey,
                NO_DEVICE_LINK,
            );
        }
        Ok(user)
    }

    fn private_key(&self, object: &Object, at: &At<'_>) -> Step<PrivateKey> {
        let Ok(text) = object.string("privatekey") else {
            return Err(match object.value("privatekey") {
                None => refused(self.reader, at, NO_IDENTITY),
                Some(_) => untold(at, "has no string"),
            });
        };
        let text = Zeroizing::new(text.to_string_lossy());
        let bytes = base64::decode(&text).map(Zeroizing::new);
        let Some(bytes) = bytes else {
            return Err(untold(at, "is not base64"));
        };
        match bytes.as_slice().try_into() {
            Ok(key) => Ok(PrivateKey::from_bytes(key)),
            Err(_) => Err(untold(at, "gives a key that has not 32 bytes")),
        }
    }

    fn nickname(&mut self, object: &Object, at: &At<'_>) -> Option<Text> {
        let nickname_at = at.key("nickname");
        match object.value("nickname") {
            None => {
                self.notes
                    .added(&nickname_at, Field::Nickname, NICKNAME_IS_ID);
                Some(Text::new(self.around.own_id.as_str()))
            }
            Some(_) => self.text(object, "nickname", Field::Nickname, at),
        }
    }

    /// A string; `null` becomes its four letters.
    ///
    /// Source: VARIANTS section 2, "explicit null string"; section 5, item 15.
    fn text(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Option<Text> {
        if object.value(key)?.is_null() {
            self.notes.changed(&at.key(key), field, NULL_IS_TEXT);
        }
        object.string(key).ok().map(|found| text(&found))
    }

    fn picture(&mut self, object: &Object, at: &At<'_>) -> Option<Bytes> {
        let value = object.value("profilePic")?;
        if value.is_null() {
            self.notes.unsure(
                at,
                Field::Picture,
                "null is read as its four letters, which are base64 of no picture",
            );
            return None;
        }
        let bytes = value.as_string().map(|found| found.to_string_lossy());
        let bytes = bytes.and_then(|found| base64::decode(&found));
        if bytes.is_none() {
            self.notes.lost(at, Field::Picture, BAD_PICTURE);
        }
        bytes.map(Bytes)
    }

    /// Source: VARIANTS section 2, the rows about `release`; section 5, item 16.
    fn release(&mut self, object: &Object, at: &At<'_>) -> Step<Option<PictureRelease>> {
        let items = match object.value("profilePicRelease") {
            // Left at its default.
            None => return Ok(Some(PictureRelease::Nobody)),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(untold(at, "is not an array")),
        };
        let is_nobody = |item: &Option<Value>| match item {
            None | Some(Value::Null) => true,
            Some(Value::Text(text)) => text.to_string_lossy() == "null",
            Some(_) => false,
        };
        let everyone = |item: &Option<Value>| matches!(item, Some(Value::Text(text)) if text.to_string_lossy() == "*");
        let ids: Vec<_> = items
            .iter()
            .filter_map(|item| id_of(item.as_ref()))
            .collect();
        let has_everyone = items.iter().any(everyone);
        let has_nobody = items.iter().any(is_nobody);
        let is_new = self.since(Reader::Android6_1);
        let is_json_null = matches!(items.as_slice(), [Some(Value::Null)]);
        Ok(Some(match (has_everyone, has_nobody) {
            (false, false) if ids.len() == items.len() => PictureRelease::Only(ids),
            (true, false) if items.len() == 1 => PictureRelease::Everyone,
            (true, false)
                if items.first().is_some_and(everyone) && ids.len() + 1 == items.len() =>
            {
                self.notes
                    .changed(at, Field::PictureRelease, STAR_IS_EVERYONE);
                PictureRelease::Everyone
            }
            (false, true) if is_new && is_json_null => PictureRelease::Nobody,
            (false, true) if is_new => {
                self.notes
                    .changed(at, Field::PictureRelease, NULL_IS_NOBODY);
                PictureRelease::Nobody
            }
            (false, true) if is_json_null => {
                self.notes
                    .changed(at, Field::PictureRelease, NOBODY_IS_EMPTY);
                PictureRelease::Only(Vec::new())
            }
            _ => {
                self.notes.unsure(
                    at,
                    Field::PictureRelease,
                    "what Android makes of such a list is not told",
                );
                PictureRelease::Only(ids)
            }
        }))
    }

    fn links(&mut self, object: &Object, at: &At<'_>) -> Step<Vec<Link>> {
        let mut links = Vec::new();
        for (index, object) in Self::objects(object, "links", at)?
            .unwrap_or_default()
            .into_iter()
            .enumerate()
        {
            let at = at.index(index);
            let (Ok(kind), Ok(value)) = (object.string("type"), object.string("value")) else {
                return Err(untold(&at, "lacks type or value"));
            };
            let kind = match kind.to_string_lossy().as_str() {
                "mobile" => LinkKind::Mobile,
                "email" => LinkKind::Email,
                _ => LinkKind::Other(text(&kind)),
            };
            // iOS writes an empty one, which is no loss.
            if object
                .string("name")
                .is_ok_and(|name| !name.units().is_empty())
            {
                self.notes
                    .lost(&at.key("name"), Field::LinkName, NO_LINK_NAME);
            }
            links.push(Link::new(kind, text(&value)));
        }
        Ok(links)
    }

    fn contacts(&mut self, items: &[&Object], at: &At<'_>) -> Step<Vec<Contact>> {
        let mut seen = HashSet::new();
        let mut contacts = Vec::with_capacity(items.len());
        for (index, object) in items.iter().enumerate() {
            let at = at.index(index);
            let identity = match object.string("identity") {
                Ok(identity) => identity.to_string_lossy(),
                Err(_) => return Err(untold(&at, "has no identity")),
            };
            if !self.around.directory.is_reachable() {
                self.notes.lost(&at, Field::Contact, NO_DIRECTORY);
                continue;
            }
            let id = ThreemaId::parse(&identity).ok();
            let entry = id.and_then(|id| self.around.directory.entry(id).map(|entry| (id, entry)));
            let Some((id, entry)) = entry else {
                let lower = ThreemaId::parse(&identity.to_ascii_uppercase()).is_ok();
                let why = if id.is_none() && lower {
                    LOWER_CASE
                } else {
                    NOT_IN_DIRECTORY
                };
                self.notes.lost(&at, Field::Contact, why);
                continue;
            };
            let directory_key = entry.public_key;
            if !seen.insert(id) {
                self.notes.lost(&at, Field::Contact, DUPLICATE);
                continue;
            }
            if let Some(contact) = self.contact(object, id, directory_key, &at) {
                contacts.push(contact);
            }
        }
        Ok(contacts)
    }

    fn contact(
        &mut self,
        object: &Object,
        id: ThreemaId,
        directory_key: PublicKey,
        at: &At<'_>,
    ) -> Option<Contact> {
        let mut contact = Contact::new(id);
        let level = self.level(object, &at.key("verification"));
        contact.verification = level;
        contact.public_key = self.public_key(object, level, directory_key, at)?;
        contact.created_at = self.time(object, "createdAt", Field::ContactCreatedAt, at);
        contact.last_update = self.last_update(object, Field::ContactLastUpdate, at);
        contact.work_verified = self.flag(object, "workVerified", (Field::WorkVerified, false), at);
        contact.hidden = self.flag(object, "hidden", (Field::Hidden, false), at);
        contact.private = self.flag(object, "private", (Field::ContactPrivate, false), at);
        contact.first_name = self.text(object, "firstname", Field::FirstName, at);
        contact.last_name = self.text(object, "lastname", Field::LastName, at);
        // Source: VARIANTS section 2, "explicit null string": safe since 5.3.
        let is_safe = object.is_null("nickname") && self.since(Reader::Android5_3);
        contact.nickname = if is_safe {
            None
        } else {
            self.text(object, "nickname", Field::ContactNickname, at)
        };
        contact.read_receipts = self.policy(object, "readReceipts", Field::ReadReceipts, at);
        contact.typing_indicators =
            self.policy(object, "typingIndicators", Field::TypingIndicators, at);
        Some(contact)
    }

    /// Source: VARIANTS section 2, "contact w/o verification", "verification 1".
    fn level(&mut self, object: &Object, at: &At<'_>) -> Option<Verification> {
        let number = match object.value("verification") {
            None => 0,
            Some(value) => value.as_int().unwrap_or(-1),
        };
        match number {
            0 => Some(Verification::Unverified),
            1 => {
                self.notes.changed(at, Field::Verification, LEVEL_1);
                Some(Verification::Unverified)
            }
            2 => Some(Verification::Full),
            _ => {
                self.notes.unsure(
                    at,
                    Field::Verification,
                    "what Android does with another level than 0, 1 and 2 is not told",
                );
                None
            }
        }
    }

    /// The key that counts; the outer `None`: the contact is dropped.
    ///
    /// Source: VARIANTS section 2, "bad base64 publickey", "publickey ≠ directory, verif. 2"; section 4, "publickey".
    #[expect(clippy::option_option, reason = "no contact, no key, or a key")]
    fn public_key(
        &mut self,
        object: &Object,
        level: Option<Verification>,
        directory_key: PublicKey,
        at: &At<'_>,
    ) -> Option<Option<PublicKey>> {
        let key_at = at.key("publickey");
        let Some(value) = object.value("publickey") else {
            return Some(None);
        };
        let text = value.as_string().map(|text| text.to_string_lossy());
        let Some(bytes) = text.and_then(|text| base64::decode(&text)) else {
            self.notes.lost(at, Field::Contact, BAD_KEY);
            return None;
        };
        let Some(key) = bytes.try_into().ok().map(PublicKey) else {
            self.notes.unsure(
                &key_at,
                Field::PublicKey,
                "what Android does with a public key that has not 32 bytes is not told",
            );
            return Some(None);
        };
        if level == Some(Verification::Full) || key == directory_key {
            return Some(Some(key));
        }
        self.notes
            .changed(&key_at, Field::PublicKey, KEY_OF_DIRECTORY);
        Some(Some(directory_key))
    }

    /// A time: `null` is 0.
    ///
    /// Source: VARIANTS section 2, "null createdAt", "negative ts", "fractional ts", "18446744073709552000".
    fn time(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Option<Timestamp> {
        let value = object.value(key)?;
        if value.is_null() {
            return Some(Timestamp(0));
        }
        let Some(time) = value.as_long() else {
            self.notes.unsure(
                &at.key(key),
                field,
                "what Android does with a time that is no number is not told",
            );
            return None;
        };
        let is_same = match value {
            Value::Integer(_) | Value::Long(_) => true,
            other => other.as_double().is_some_and(fits_long),
        };
        if !is_same {
            self.notes.changed(&at.key(key), field, OTHER_NUMBER);
        }
        Some(Timestamp(time.into()))
    }

    /// Source: VARIANTS section 4, "lastUpdate": since 5.3.
    fn last_update(&mut self, object: &Object, field: Field, at: &At<'_>) -> Option<Timestamp> {
        if object.is_null("lastUpdate") {
            return None;
        }
        if self.since(Reader::Android5_3) {
            return self.time(object, "lastUpdate", field, at);
        }
        if object.long("lastUpdate").is_ok_and(|time| time != 0) {
            self.notes
                .lost(&at.key("lastUpdate"), field, NO_LAST_UPDATE);
        }
        None
    }

    /// Source: VARIANTS section 2, "string for number/bool".
    fn flag(
        &mut self,
        object: &Object,
        key: &'static str,
        (field, default): (Field, bool),
        at: &At<'_>,
    ) -> Option<bool> {
        let value = object.value(key)?;
        let flag = value.as_boolean();
        if flag.is_none() && !value.is_null() {
            self.notes.lost(&at.key(key), field, NO_TRUTH_VALUE);
        }
        flag.or(Some(default))
    }

    fn policy(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Option<Policy> {
        let number = object.value(key)?.as_int();
        let policy = number.and_then(|number| usize::try_from(number).ok());
        let policy = policy.and_then(|number| Policy::ALL.get(number).copied());
        if policy.is_none() {
            self.notes.unsure(
                &at.key(key),
                field,
                "what Android does with what is neither 0, 1 nor 2 is not told",
            );
        }
        policy
    }

    fn groups(
        &mut self,
        items: &[&Object],
        known: &HashSet<ThreemaId>,
        at: &At<'_>,
    ) -> Step<Vec<Group>> {
        let mut groups = Vec::with_capacity(items.len());
        for (index, object) in items.iter().enumerate() {
            let at = at.index(index);
            if self.is_deleted(object, &at) {
                continue;
            }
            let Ok(creator) = object.string("creator") else {
                return Err(untold(&at, "has no creator"));
            };
            let creator = ThreemaId::parse(&creator.to_string_lossy()).ok();
            let creator = creator.filter(|id| *id == self.around.own_id || known.contains(id));
            let Some(creator) = creator else {
                self.notes.lost(&at, Field::Group, UNKNOWN_CREATOR);
                continue;
            };
            let id = self.group_id(object, &at)?;
            if id == FoundId::Other {
                continue;
            }
            let group_id = match id {
                FoundId::Whole(id) => id,
                FoundId::Empty | FoundId::Other => GroupId([0; 8]),
            };
            let mut group = Group::new(group_id, creator);
            group.members = self.members(object, creator, known, &at)?.into();
            group.deleted = Some(false);
            group.name = self.text(object, "groupname", Field::GroupName, &at);
            group.created_at = self.time(object, "createdAt", Field::GroupCreatedAt, &at);
            group.last_update = self.last_update(object, Field::GroupLastUpdate, &at);
            group.private = self.flag(object, "private", (Field::GroupPrivate, false), &at);
            if id == FoundId::Empty {
                self.notes.keep_without_id(group, groups.len());
            } else {
                groups.push(group);
            }
        }
        Ok(groups)
    }

    /// Source: VARIANTS section 2, "group w/o `deleted`"; section 5, item 12; clause 3.5.
    fn is_deleted(&mut self, object: &Object, at: &At<'_>) -> bool {
        let why = match object.boolean("deleted") {
            Ok(false) => return false,
            Ok(true) => DELETED,
            Err(_) if self.since(Reader::Android6_1) => return false,
            Err(_) => DELETED_MISSING,
        };
        self.notes.lost(at, Field::Group, why);
        true
    }

    /// Source: VARIANTS section 2, "odd-length hex group id", "non-hex group id".
    fn group_id(&mut self, object: &Object, at: &At<'_>) -> Step<FoundId> {
        let Ok(id) = object.string("id") else {
            return Err(untold(at, "has no ID"));
        };
        let id = id.to_string_lossy();
        let id_at = at.key("id");
        if id.chars().count() % 2 == 1 {
            self.notes.changed(&id_at, Field::Group, EMPTY_GROUP_ID);
            return Ok(FoundId::Empty);
        }
        if let Ok(bytes) = HEXLOWER_PERMISSIVE.decode(id.as_bytes()) {
            let found = bytes.try_into().ok().map(GroupId);
            if found.is_none() || id != id.to_ascii_lowercase() {
                self.notes.unsure(
                    &id_at,
                    Field::Group,
                    "what Android does with the ID of a group that has not 16 lower-case digits is not told",
                );
            }
            return Ok(found.map_or(FoundId::Other, FoundId::Whole));
        }
        self.notes.changed(&id_at, Field::Group, GARBAGE_GROUP_ID);
        Ok(FoundId::Other)
    }

    /// Source: VARIANTS section 2, "members without own ID", "members without creator, own ID present".
    fn members(
        &mut self,
        object: &Object,
        creator: ThreemaId,
        known: &HashSet<ThreemaId>,
        at: &At<'_>,
    ) -> Step<Vec<ThreemaId>> {
        let own_id = self.around.own_id;
        let members_at = at.key("members");
        let members = self.ids(object, "members", Field::GroupMembers, at)?;
        let Some(members) = members else {
            return Err(untold(&members_at, "is missing"));
        };
        let stranger = |id: &ThreemaId| *id != own_id && *id != creator && !known.contains(id);
        if members.iter().any(stranger) {
            self.notes.unsure(
                &members_at,
                Field::GroupMembers,
                "what Android does with a member that is no contact is not told",
            );
        }
        if !members.contains(&own_id) {
            if !self.since(Reader::Android5_8) {
                self.notes.unsure(
                    &members_at,
                    Field::GroupMembers,
                    "what Android before 5.7 makes of a group that was left is not told",
                );
            }
        } else if !members.contains(&creator) {
            if self.since(Reader::Android6_4) {
                // The members stay as they are: that the person is one and the creator is not is what being removed means.
                self.notes.changed(&members_at, Field::GroupMembers, KICKED);
            } else {
                self.notes.unsure(
                    &members_at,
                    Field::GroupMembers,
                    "what Android before 6.2 makes of a group whose creator is no member is not told",
                );
            }
        }
        Ok(members)
    }

    /// The IDs of a list; `None` where there is no such key.
    fn ids(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Step<Option<Vec<ThreemaId>>> {
        let at = at.key(key);
        let items = match object.value(key) {
            None => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(untold(&at, "is not an array")),
        };
        let mut ids = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match id_of(item.as_ref()) {
                Some(id) => ids.push(id),
                None => self.notes.unsure(
                    &at.index(index),
                    field,
                    "what Android does with what is no ID is not told",
                ),
            }
        }
        Ok(Some(ids))
    }

    /// Whether the IDs of distribution lists were written with their bytes in the other order than they are read.
    ///
    /// Source: VARIANTS section 5, item 13.
    fn has_other_order(&self, device: Option<&Text>) -> bool {
        let writer = device.and_then(|device| Writer::of_android_device(&device.to_str_lossy()));
        let written_low_first = writer.map(|writer| writer.since(Writer::Android5_3));
        written_low_first.is_some_and(|low_first| low_first != self.since(Reader::Android5_3))
    }

    fn lists(
        &mut self,
        items: &[&Object],
        known: &HashSet<ThreemaId>,
        other_order: bool,
        at: &At<'_>,
    ) -> Step<Vec<DistributionList>> {
        let mut taken = HashSet::new();
        let mut lists = Vec::with_capacity(items.len());
        for (index, object) in items.iter().enumerate() {
            let at = at.index(index);
            let mut list = DistributionList {
                id: self.list_id(object, other_order, &mut taken, &at)?,
                ..DistributionList::default()
            };
            let members = self.ids(object, "members", Field::DistributionListMembers, &at)?;
            let Some(members) = members else {
                return Err(untold(&at.key("members"), "is missing"));
            };
            if members.iter().any(|id| !known.contains(id)) {
                self.notes.unsure(
                    &at.key("members"),
                    Field::DistributionListMembers,
                    "what Android does with a member that is no contact is not told",
                );
            }
            list.members = members.into();
            list.name = match object.string("name") {
                Ok(name) if !object.is_null("name") => Some(text(&name)),
                _ => {
                    self.notes.unsure(
                        &at.key("name"),
                        Field::DistributionListName,
                        "what Android does with a list that has no name is not told",
                    );
                    None
                }
            };
            list.created_at = self.time(object, "createdAt", Field::DistributionListCreatedAt, &at);
            list.last_update = self.last_update(object, Field::DistributionListLastUpdate, &at);
            list.private = self.flag(
                object,
                "private",
                (Field::DistributionListPrivate, false),
                &at,
            );
            lists.push(list);
        }
        Ok(lists)
    }

    /// Source: VARIANTS section 2, "DL id ≠16 chars, negative or taken"; section 5, item 13.
    fn list_id(
        &mut self,
        object: &Object,
        other_order: bool,
        taken: &mut HashSet<DistributionListId>,
        at: &At<'_>,
    ) -> Step<Option<DistributionListId>> {
        let id_at = at.key("id");
        let Some(id) = object.value("id").and_then(Value::as_string) else {
            return Ok(None);
        };
        let id = id.to_string_lossy();
        let id = if self.since(Reader::Android5_3) {
            let bytes = HEXLOWER_PERMISSIVE.decode(id.as_bytes()).ok();
            let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
            if bytes.is_none() && id.chars().count() == 16 {
                self.notes.unsure(
                    &id_at,
                    Field::DistributionListId,
                    "what Android does with the ID of a list that is not hexadecimal is not told",
                );
                return Ok(None);
            }
            bytes.map(DistributionListId)
        } else {
            let Ok(number) = i64::from_str_radix(&id, 16) else {
                return Err(broken(self.reader, Broken::Crash, &id_at, NO_SIGNED_NUMBER));
            };
            Some(DistributionListId(number.to_le_bytes()))
        };
        let id = id.filter(|id| i64::from_le_bytes(id.0) >= 0 && taken.insert(*id));
        if id.is_none() {
            self.notes
                .changed(&id_at, Field::DistributionListId, RANDOM_ID);
        } else if other_order {
            self.notes
                .changed(&id_at, Field::DistributionListId, OTHER_BYTE_ORDER);
        }
        Ok(id)
    }

    /// Source: VARIANTS section 2, "missing `settings`", "settings w/o syncContacts"; section 4.
    fn settings(
        &mut self,
        document: &Object,
        at: &At<'_>,
        came_so_far: bool,
    ) -> Step<Option<Settings>> {
        let object = match document.value("settings") {
            None => return Ok(None),
            Some(Value::Object(object)) => object,
            Some(_) => return Err(untold(at, "is not an object")),
        };
        if !came_so_far {
            for field in Field::OF_SETTINGS {
                self.notes.unsure(
                    at,
                    *field,
                    "whether the settings are restored where there are no contacts is not told",
                );
            }
        }
        let mut settings = Settings {
            sync_contacts: self
                .flag(object, "syncContacts", (Field::SyncContacts, false), at)
                .or(Some(false)),
            block_unknown: self.flag(object, "blockUnknown", (Field::BlockUnknown, false), at),
            send_typing: self.flag(object, "sendTyping", (Field::SendTyping, true), at),
            read_receipts: self.flag(
                object,
                "readReceipts",
                (Field::ReadReceiptsSetting, true),
                at,
            ),
            threema_calls: self.flag(object, "threemaCalls", (Field::ThreemaCalls, true), at),
            relay_threema_calls: self.flag(
                object,
                "relayThreemaCalls",
                (Field::RelayThreemaCalls, false),
                at,
            ),
            disable_screenshots: self.flag(
                object,
                "disableScreenshots",
                (Field::DisableScreenshots, false),
                at,
            ),
            incognito_keyboard: self.flag(
                object,
                "incognitoKeyboard",
                (Field::IncognitoKeyboard, false),
                at,
            ),
            ..Settings::default()
        };
        let blocked = self.ids(object, "blockedContacts", Field::BlockedContacts, at)?;
        settings.blocked_contacts = blocked.unwrap_or_default().into();
        let excluded = self.ids(object, "syncExcludedIds", Field::SyncExcludedIds, at)?;
        settings.sync_excluded_ids = excluded.unwrap_or_default().into();
        if let Ok(ids) = object.array("syncExcludedIDs") {
            for index in 0..ids.len() {
                self.notes.lost(
                    &at.key("syncExcludedIDs").index(index),
                    Field::SyncExcludedIds,
                    OTHER_SPELLING,
                );
            }
        }
        let emojis = object.array("recentEmojis").unwrap_or_default();
        let emojis = emojis.iter().flatten().filter_map(Value::as_string);
        settings.recent_emojis = emojis.map(|emoji| text(&emoji)).collect();
        Ok(Some(settings))
    }

    /// The objects of an array; `None` where there is no such key.
    fn objects<'v>(object: &'v Object, key: &str, at: &At<'_>) -> Step<Option<Vec<&'v Object>>> {
        let items = match object.value(key) {
            None => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(untold(at, "is not an array")),
        };
        let objects = items.iter().enumerate().map(|(index, item)| {
            let object = item.as_ref().and_then(Value::as_object);
            object.ok_or_else(|| untold(&at.index(index), "is not an object"))
        });
        objects.collect::<Step<Vec<_>>>().map(Some)
    }
}

/// Whether `getLong` gives just this number.
fn fits_long(number: f64) -> bool {
    /// Two to the power of 63.
    const END: f64 = 9_223_372_036_854_775_808.0;
    number.fract() == 0.0 && (-END..END).contains(&number)
}

fn text(found: &JavaString) -> Text {
    Text::from_units(found.units())
}

fn id_of(item: Option<&Value>) -> Option<ThreemaId> {
    match item {
        Some(Value::Text(text)) => ThreemaId::parse(&text.to_string_lossy()).ok(),
        _ => None,
    }
}

/// What no source tells of.
fn untold(at: &At<'_>, what: &str) -> Outcome {
    unknown(format!(
        "{} {what}, and no source tells what Android does then",
        at.path()
    ))
}
