//! What iOS restores: a strict decoder for the whole document first, then one thing after the other.

use super::decode::Decoder;
use super::reasons::{
    AFTER_LEFT, ANDROID_ONLY, CREATOR_ADDED, DELETED_IGNORED, DIRECTORY_KEY, DUPLICATE,
    EMPTY_IS_NOBODY, GROUP_ID_CRASHES, ID_NOT_HEX, NO_CONTACTS, NO_GROUP_TIME, NO_LAST_UPDATE,
    NO_LISTS, NOT_IN_DIRECTORY, NOT_READ_YET, ODD_GROUP_ID, OTHER_SPELLING, OTHERS_DROPPED,
    OTHERS_KEPT_RAW, OWN_GROUP_ACTIVE, PICTURE_NOT_BASE64, POLICY_CRASHES, UNKNOWN_CREATOR,
    UNKNOWN_POLICY, UPPER_CASED, WITHOUT_CONTACTS, WITHOUT_DIRECTORY, WITHOUT_SETTINGS,
};
use crate::clients::Field;
use crate::clients::read::{Notes, Step, broken, refused, unknown};
use crate::clients::release::Reader;
use crate::clients::restore::{Broken, Restored, Surroundings};
use crate::safe::ThreemaId;
use crate::safe::backup::{
    At, Backup, Bytes, Contact, DeviceGroupKey, Group, GroupId, Link, LinkKind, PictureRelease,
    Policy, PrivateKey, PublicKey, Settings, Timestamp, User, Verification,
};
use crate::safe::json::{Object, Text, Value};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use std::collections::HashSet;
use zeroize::Zeroizing;

/// Source: VARIANTS section 2, the column of iOS.
pub(in crate::clients) fn read(
    reader: Reader,
    json: &[u8],
    around: &Surroundings,
) -> Step<Restored> {
    let decoder = Decoder { reader };
    let root = decoder.parse(json)?;
    let document = decoder.document(&root)?;
    let mut phone = Phone {
        decoder,
        around,
        notes: Notes::of(reader),
    };
    let backup = phone.restore(document)?;
    Ok(phone.notes.into_restored(backup))
}

struct Phone<'a> {
    decoder: Decoder,
    around: &'a Surroundings,
    notes: Notes,
}

impl Phone<'_> {
    fn since(&self, first: Reader) -> bool {
        self.decoder.reader.since(first)
    }

    fn restore(&mut self, document: &Object) -> Step<Backup> {
        let root = At::Root;
        let (user_at, settings_at) = (root.key("user"), root.key("settings"));
        // The whole document is decoded before anything is restored.
        let info = self.decoder.info(document, &root.key("info"))?;
        let decoded_user = self.decoder.required_object(document, "user", &root)?;
        let user = self.user(decoded_user, &user_at)?;
        let contacts_at = root.key("contacts");
        let contacts = self.decoder.array(document, "contacts", &contacts_at)?;
        let contacts_decoded = self.contacts(contacts.unwrap_or_default(), &contacts_at)?;
        let groups_at = root.key("groups");
        let groups = self.decoder.array(document, "groups", &groups_at)?;
        self.decoder
            .groups(groups.unwrap_or_default(), &groups_at)?;
        let settings = self.decoder.object(document, "settings", &settings_at)?;
        let settings = match settings {
            Some(settings) => Some(self.settings(settings, &settings_at)?),
            None => None,
        };
        if contacts.is_none() && !self.since(Reader::Ios5_4) {
            return Err(broken(
                self.decoder.reader,
                Broken::Hang,
                &contacts_at,
                WITHOUT_CONTACTS,
            ));
        }
        let contacts = self.known(contacts_decoded, &contacts_at)?;
        let mut backup = Backup::new(user);
        backup.info = Some(info);
        backup.groups = if self.skips_groups(document) {
            self.groups_lost(groups.unwrap_or_default(), &groups_at);
            Vec::new().into()
        } else {
            self.groups(groups.unwrap_or_default(), &contacts, &groups_at)?
                .into()
        };
        backup.contacts = contacts.into();
        self.lists_lost(document);
        if settings.is_none() {
            return Err(broken(
                self.decoder.reader,
                Broken::Crash,
                &settings_at,
                WITHOUT_SETTINGS,
            ));
        }
        backup.settings = settings;
        Ok(backup)
    }

    /// Source: VARIANTS section 2, "missing contacts".
    fn skips_groups(&self, document: &Object) -> bool {
        let missing = matches!(document.first("contacts"), None | Some(Value::Null));
        missing && !self.since(Reader::Ios7_0_0)
    }

    fn groups_lost(&mut self, groups: &[Value], at: &At<'_>) {
        for index in 0..groups.len() {
            self.notes.lost(&at.index(index), Field::Group, NO_CONTACTS);
        }
    }

    fn lists_lost(&mut self, document: &Object) {
        let at = At::Root.key("distributionlists");
        if let Some(Value::Array(lists)) = document.first("distributionlists") {
            for index in 0..lists.len() {
                self.notes
                    .lost(&at.index(index), Field::DistributionList, NO_LISTS);
            }
        }
    }

    fn user(&mut self, object: &Object, at: &At<'_>) -> Step<User> {
        let decoder = self.decoder;
        let key = decoder.private_key_text(object, at)?;
        let nickname = decoder.text(object, "nickname", &at.key("nickname"))?;
        let picture = decoder.text(object, "profilePic", &at.key("profilePic"))?;
        let release_at = at.key("profilePicRelease");
        let release = decoder.array(object, "profilePicRelease", &release_at)?;
        let release = match release {
            Some(items) => Some(decoder.texts(items, &release_at)?),
            None => None,
        };
        let links = decoder.array(object, "links", &at.key("links"))?;
        let links = self.links(links.unwrap_or_default(), &at.key("links"))?;
        let group_key_at = at.key("temporaryDeviceGroupKeyTodoRemove");
        let group_key = decoder.text(object, "temporaryDeviceGroupKeyTodoRemove", &group_key_at)?;
        if group_key.is_some() && !self.since(Reader::Ios5_4) {
            self.notes.unsure(
                &group_key_at,
                Field::DeviceGroupKey,
                "whether iOS before 4.9 reads it is not told",
            );
        }
        let mut user = User::new(self.private_key(&key, &at.key("privatekey"))?);
        user.nickname = nickname;
        user.picture = picture.and_then(|text| self.picture(&text, &at.key("profilePic")));
        user.picture_release = Some(match release {
            Some(items) => self.release(&items, &release_at),
            None => PictureRelease::Nobody,
        });
        user.links = links.into();
        user.device_group_key =
            group_key.and_then(|text| self.device_group_key(&text, &group_key_at));
        Ok(user)
    }

    fn private_key(&self, text: &Text, at: &At<'_>) -> Step<PrivateKey> {
        let bytes = BASE64.decode(text.to_str_lossy().as_bytes());
        let Ok(bytes) = bytes.map(Zeroizing::new) else {
            return Err(self
                .decoder
                .no_identity(at, "is not base64 with padding and nothing else"));
        };
        match bytes.as_slice().try_into() {
            Ok(key) => Ok(PrivateKey::from_bytes(key)),
            Err(_) => Err(unknown(format!(
                "{} has not 32 bytes, and no source tells what iOS does with such a key",
                at.path()
            ))),
        }
    }

    fn device_group_key(&mut self, text: &Text, at: &At<'_>) -> Option<DeviceGroupKey> {
        let bytes = BASE64.decode(text.to_str_lossy().as_bytes()).ok();
        let bytes = bytes.map(Zeroizing::new);
        let key = bytes.and_then(|bytes| bytes.as_slice().try_into().ok());
        if key.is_none() {
            self.notes.unsure(
                at,
                Field::DeviceGroupKey,
                "what iOS does with a key that is not base64 of 32 bytes is not told",
            );
        }
        key.map(DeviceGroupKey::from_bytes)
    }

    fn picture(&mut self, text: &Text, at: &At<'_>) -> Option<Bytes> {
        let bytes = BASE64.decode(text.to_str_lossy().as_bytes()).ok();
        if bytes.is_none() {
            self.notes.lost(at, Field::Picture, PICTURE_NOT_BASE64);
        }
        bytes.map(Bytes)
    }

    /// Source: VARIANTS section 2, the rows about `release`.
    fn release(&mut self, items: &[Option<Text>], at: &At<'_>) -> PictureRelease {
        let is = |item: &Option<Text>, text: &str| item.as_ref().is_some_and(|it| it.is(text));
        match items {
            [] => {
                self.notes
                    .changed(at, Field::PictureRelease, EMPTY_IS_NOBODY);
                return PictureRelease::Nobody;
            }
            [None] => return PictureRelease::Nobody,
            [item] if is(item, "*") => return PictureRelease::Everyone,
            _ => {}
        }
        let id = |item: &Option<Text>| ThreemaId::parse(&item.as_ref()?.to_str().ok()?).ok();
        let ids: Vec<_> = items.iter().filter_map(id).collect();
        let foreign: Vec<_> = items.iter().filter(|item| id(item).is_none()).collect();
        let is_dropped = foreign
            .iter()
            .copied()
            .flatten()
            .all(|item| item.units().count() != 8);
        if foreign.is_empty() {
            return PictureRelease::Only(ids);
        }
        if self.since(Reader::Ios7_0_0) && is_dropped {
            self.notes
                .changed(at, Field::PictureRelease, OTHERS_DROPPED);
        } else if self.since(Reader::Ios6_8) {
            self.notes.unsure(
                at,
                Field::PictureRelease,
                "what has not 8 characters is dropped since 6.8.8; of other things that are no ID nothing is told",
            );
        } else {
            self.notes
                .changed(at, Field::PictureRelease, OTHERS_KEPT_RAW);
        }
        PictureRelease::Only(ids)
    }

    fn links(&mut self, items: &[Value], at: &At<'_>) -> Step<Vec<Link>> {
        let mut links = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let at = at.index(index);
            let object = self.decoder.item(item, &at)?;
            let kind = self.decoder.required_text(object, "type", &at)?;
            let value = self.decoder.required_text(object, "value", &at)?;
            let name = self.decoder.text(object, "name", &at.key("name"))?;
            let kind = match &*kind.to_str_lossy() {
                "mobile" => LinkKind::Mobile,
                "email" => LinkKind::Email,
                _ => LinkKind::Other(kind),
            };
            let mut link = Link::new(kind, value);
            link.name = name;
            links.push(link);
        }
        Ok(links)
    }

    /// Decodes every contact, before any is looked up.
    fn contacts<'v>(
        &self,
        items: &'v [Value],
        at: &At<'_>,
    ) -> Step<Vec<(usize, DecodedContact<'v>)>> {
        let decoded = items.iter().enumerate().map(|(index, item)| {
            let at = at.index(index);
            let object = self.decoder.item(item, &at)?;
            Ok((index, self.contact(object, &at)?))
        });
        decoded.collect()
    }

    fn contact<'v>(&self, object: &'v Object, at: &At<'_>) -> Step<DecodedContact<'v>> {
        let decoder = self.decoder;
        let text = |key| decoder.text(object, key, &at.key(key));
        let boolean = |key| decoder.boolean(object, key, &at.key(key));
        let time = |key| decoder.unsigned(object, key, &at.key(key));
        let number = |key| decoder.whole(object, key, &at.key(key));
        Ok(DecodedContact {
            identity: decoder.required_text(object, "identity", at)?,
            public_key: Decoder::undecoded_text(object, "publickey", &at.key("publickey"))?,
            created_at: time("createdAt")?,
            verification: number("verification")?,
            work_verified: boolean("workVerified")?,
            hidden: boolean("hidden")?,
            first_name: text("firstname")?,
            last_name: text("lastname")?,
            nickname: text("nickname")?,
            last_update: time("lastUpdate")?,
            typing_indicators: number("typingIndicators")?,
            read_receipts: number("readReceipts")?,
            private: boolean("private")?,
        })
    }

    /// The contacts that the directory knows, each once.
    fn known(
        &mut self,
        decoded: Vec<(usize, DecodedContact<'_>)>,
        at: &At<'_>,
    ) -> Step<Vec<Contact>> {
        if !decoded.is_empty() && !self.around.directory.is_reachable() {
            return Err(self.without_directory(at));
        }
        let mut seen = HashSet::new();
        let mut contacts = Vec::with_capacity(decoded.len());
        for (index, decoded) in decoded {
            let at = at.index(index);
            let spelled = decoded.identity.to_str_lossy();
            let Ok(identity) = ThreemaId::parse(&spelled.to_ascii_uppercase()) else {
                self.notes.unsure(
                    &at,
                    Field::Contact,
                    "what iOS does with what is no ID is not told",
                );
                continue;
            };
            if !seen.insert(identity) {
                self.notes.lost(&at, Field::Contact, DUPLICATE);
                continue;
            }
            let Some(entry) = self.around.directory.entry(identity) else {
                self.notes.lost(&at, Field::Contact, NOT_IN_DIRECTORY);
                continue;
            };
            let key = entry.public_key;
            if *spelled != *identity.as_str() {
                self.notes
                    .changed(&at.key("identity"), Field::Contact, UPPER_CASED);
            }
            contacts.push(self.restored(identity, key, decoded, &at)?);
        }
        Ok(contacts)
    }

    fn without_directory(&self, at: &At<'_>) -> crate::clients::restore::Outcome {
        if self.since(Reader::Ios7_0_0) {
            refused(self.decoder.reader, at, WITHOUT_DIRECTORY)
        } else {
            unknown("what iOS before 7.0 does when the directory cannot be reached is not told")
        }
    }

    fn restored(
        &mut self,
        identity: ThreemaId,
        directory_key: PublicKey,
        decoded: DecodedContact<'_>,
        at: &At<'_>,
    ) -> Step<Contact> {
        let mut contact = Contact::new(identity);
        contact.public_key = self.public_key(decoded.public_key, directory_key, at);
        contact.verification = self.verification(decoded.verification, at);
        contact.created_at = self.contact_created_at(decoded.created_at, at);
        contact.last_update = self.last_update(
            decoded.last_update,
            &at.key("lastUpdate"),
            Field::ContactLastUpdate,
        );
        contact.typing_indicators = self.policy(
            decoded.typing_indicators,
            &at.key("typingIndicators"),
            Field::TypingIndicators,
        )?;
        contact.read_receipts = self.policy(
            decoded.read_receipts,
            &at.key("readReceipts"),
            Field::ReadReceipts,
        )?;
        if decoded.private == Some(true) && !self.since(Reader::Ios5_4) {
            self.notes.unsure(
                &at.key("private"),
                Field::ContactPrivate,
                "whether iOS before 4.8 reads it is not told",
            );
        }
        if decoded.hidden == Some(true) && !self.since(Reader::Ios5_4) {
            self.notes.unsure(
                &at.key("hidden"),
                Field::Hidden,
                "whether iOS before 4.9 reads it is not told",
            );
        }
        contact.work_verified = decoded.work_verified;
        contact.hidden = decoded.hidden;
        contact.first_name = decoded.first_name;
        contact.last_name = decoded.last_name;
        contact.nickname = decoded.nickname;
        contact.private = decoded.private;
        Ok(contact)
    }

    /// The key of the directory counts, whatever the document says.
    fn public_key(
        &mut self,
        text: Option<&Text>,
        directory: PublicKey,
        at: &At<'_>,
    ) -> Option<PublicKey> {
        let bytes = BASE64.decode(text?.to_str_lossy().as_bytes()).ok();
        let written = bytes.and_then(|bytes| bytes.try_into().ok()).map(PublicKey);
        if written != Some(directory) {
            self.notes
                .changed(&at.key("publickey"), Field::PublicKey, DIRECTORY_KEY);
        }
        Some(directory)
    }

    fn verification(&mut self, level: Option<i128>, at: &At<'_>) -> Option<Verification> {
        let level = usize::try_from(level.unwrap_or(0)).ok();
        let level = level.and_then(|level| Verification::ALL.get(level).copied());
        if level.is_none() {
            self.notes.unsure(
                &at.key("verification"),
                Field::Verification,
                "what iOS does with another level than 0, 1 and 2 is not told",
            );
        }
        level
    }

    /// Source: VARIANTS section 4, "contact createdAt".
    fn contact_created_at(&mut self, time: Option<u64>, at: &At<'_>) -> Option<Timestamp> {
        let time = time.filter(|time| *time != 0)?;
        if self.since(Reader::Ios6_8) {
            return Some(Timestamp(time.into()));
        }
        self.notes
            .lost(&at.key("createdAt"), Field::ContactCreatedAt, NOT_READ_YET);
        None
    }

    /// Source: VARIANTS section 4, "lastUpdate".
    fn last_update(&mut self, time: Option<u64>, at: &At<'_>, field: Field) -> Option<Timestamp> {
        let time = time?;
        if self.since(Reader::Ios6_8) {
            return Some(Timestamp(time.into()));
        }
        if time != 0 {
            self.notes.lost(at, field, NO_LAST_UPDATE);
        }
        None
    }

    /// Source: VARIANTS section 4, "RR/typing".
    fn policy(&mut self, number: Option<i128>, at: &At<'_>, field: Field) -> Step<Option<Policy>> {
        let Some(number) = number else {
            return Ok(None);
        };
        let policy = usize::try_from(number).ok();
        let policy = policy.and_then(|policy| Policy::ALL.get(policy).copied());
        if !self.since(Reader::Ios5_4) {
            if policy != Some(Policy::Default) {
                self.notes
                    .unsure(at, field, "whether iOS before 4.8 reads it is not told");
            }
            return Ok(policy);
        }
        if policy.is_some() {
            return Ok(policy);
        }
        if !self.since(Reader::Ios6_8) {
            return Err(broken(
                self.decoder.reader,
                Broken::Crash,
                at,
                POLICY_CRASHES,
            ));
        }
        self.notes.changed(at, field, UNKNOWN_POLICY);
        Ok(Some(Policy::Default))
    }

    fn groups(&mut self, items: &[Value], contacts: &[Contact], at: &At<'_>) -> Step<Vec<Group>> {
        let own_id = self.around.own_id;
        let known: HashSet<_> = contacts.iter().map(|contact| contact.identity).collect();
        let mut groups = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let at = at.index(index);
            let object = self.decoder.item(item, &at)?;
            let Some(id) = self.group_id(object, &at)? else {
                continue;
            };
            let creator = self.decoder.required_text(object, "creator", &at)?;
            let creator = creator
                .to_str()
                .ok()
                .and_then(|text| ThreemaId::parse(&text).ok());
            let creator = creator.filter(|creator| *creator == own_id || known.contains(creator));
            let Some(creator) = creator else {
                self.notes.lost(&at, Field::Group, UNKNOWN_CREATOR);
                continue;
            };
            let (members, goes_on) = self.members(object, creator, &known, &at)?;
            groups.push(self.group(object, id, creator, members, &at)?);
            if !goes_on {
                let rest = index + 1..items.len();
                for index in rest {
                    self.notes.lost(
                        &At::Root.key("groups").index(index),
                        Field::Group,
                        AFTER_LEFT,
                    );
                }
                break;
            }
        }
        Ok(groups)
    }

    /// Source: VARIANTS section 2, "odd-length hex group id", "non-hex group id".
    fn group_id(&mut self, object: &Object, at: &At<'_>) -> Step<Option<GroupId>> {
        let text = self.decoder.required_text(object, "id", at)?;
        let text = text.to_str_lossy();
        let id_at = at.key("id");
        if text.chars().count() % 2 == 1 {
            return Err(broken(
                self.decoder.reader,
                Broken::Crash,
                &id_at,
                ODD_GROUP_ID,
            ));
        }
        let Ok(bytes) = HEXLOWER_PERMISSIVE.decode(text.as_bytes()) else {
            if self.since(Reader::Ios7_0_5) {
                self.notes.lost(at, Field::Group, ID_NOT_HEX);
                return Ok(None);
            }
            if self.since(Reader::Ios5_4) {
                return Err(broken(
                    self.decoder.reader,
                    Broken::Crash,
                    &id_at,
                    GROUP_ID_CRASHES,
                ));
            }
            return Err(unknown(
                "what iOS before 4.8 does with the ID of a group that is not hexadecimal is not told",
            ));
        };
        let id = bytes.try_into().ok().map(GroupId);
        if id.is_none() || *text != text.to_ascii_lowercase() {
            self.notes.unsure(
                &id_at,
                Field::Group,
                "what iOS does with the ID of a group that has not 16 lower-case digits is not told",
            );
        }
        Ok(id)
    }

    /// The members of a group, and whether iOS goes on with the groups after it.
    ///
    /// Source: VARIANTS section 2, "members without own ID", "members without creator"; section 5, item 10.
    fn members(
        &mut self,
        object: &Object,
        creator: ThreemaId,
        known: &HashSet<ThreemaId>,
        at: &At<'_>,
    ) -> Step<(Vec<ThreemaId>, bool)> {
        let own_id = self.around.own_id;
        let members_at = at.key("members");
        let items = self.decoder.required_array(object, "members", at)?;
        let texts = self.decoder.texts(items, &members_at)?;
        let mut members = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let id = text.as_ref().and_then(|text| text.to_str().ok());
            let id = id.and_then(|id| ThreemaId::parse(&id).ok());
            let is_known = |id: &ThreemaId| *id == own_id || *id == creator || known.contains(id);
            if !id.as_ref().is_some_and(is_known) {
                self.notes.unsure(
                    &members_at.index(index),
                    Field::GroupMembers,
                    "what iOS does with a member that is no contact is not told",
                );
            }
            members.extend(id);
        }
        let is_own = creator == own_id;
        if members.contains(&own_id) {
            if !members.contains(&creator) {
                members.push(creator);
                self.notes
                    .changed(&members_at, Field::GroupMembers, CREATOR_ADDED);
            }
            return Ok((members, true));
        }
        if self.since(Reader::Ios7_0_5) {
            return Ok((members, true));
        }
        if is_own && members.is_empty() && self.since(Reader::Ios5_4) {
            members.push(creator);
            self.notes
                .changed(&members_at, Field::GroupMembers, OWN_GROUP_ACTIVE);
            return Ok((members, true));
        }
        self.notes.unsure(
            at,
            Field::GroupMembers,
            "what iOS before 7.0.5 makes of this group that was left is not told",
        );
        let goes_on = is_own || !self.since(Reader::Ios7_0_0);
        Ok((members, goes_on))
    }

    fn group(
        &mut self,
        object: &Object,
        id: GroupId,
        creator: ThreemaId,
        members: Vec<ThreemaId>,
        at: &At<'_>,
    ) -> Step<Group> {
        let decoder = self.decoder;
        let mut group = Group::new(id, creator);
        group.name = decoder.text(object, "groupname", &at.key("groupname"))?;
        group.private = decoder.boolean(object, "private", &at.key("private"))?;
        group.members = members.into();
        group.deleted = Some(false);
        if object.first("deleted") == Some(&Value::Boolean(true)) {
            self.notes
                .changed(&at.key("deleted"), Field::GroupDeleted, DELETED_IGNORED);
        }
        let created_at = decoder.unsigned(object, "createdAt", &at.key("createdAt"))?;
        if created_at.is_some_and(|time| time != 0) {
            self.notes
                .lost(&at.key("createdAt"), Field::GroupCreatedAt, NO_GROUP_TIME);
        }
        let last_update_at = at.key("lastUpdate");
        let last_update = decoder.unsigned(object, "lastUpdate", &last_update_at)?;
        group.last_update = self.last_update(last_update, &last_update_at, Field::GroupLastUpdate);
        if group.private == Some(true) && !self.since(Reader::Ios5_4) {
            self.notes.unsure(
                &at.key("private"),
                Field::GroupPrivate,
                "whether iOS before 4.8 reads it is not told",
            );
        }
        Ok(group)
    }

    fn settings(&mut self, object: &Object, at: &At<'_>) -> Step<Settings> {
        let decoder = self.decoder;
        let flag = |key| decoder.boolean(object, key, &at.key(key));
        let mut settings = Settings {
            sync_contacts: Some(decoder.required_boolean(object, "syncContacts", at)?),
            block_unknown: flag("blockUnknown")?,
            send_typing: flag("sendTyping")?,
            read_receipts: flag("readReceipts")?,
            threema_calls: flag("threemaCalls")?,
            relay_threema_calls: flag("relayThreemaCalls")?,
            ..Settings::default()
        };
        settings.blocked_contacts = self
            .ids(object, "blockedContacts", Field::BlockedContacts, at)?
            .into();
        let (read, ignored) = if self.since(Reader::Ios5_4) {
            ("syncExcludedIDs", "syncExcludedIds")
        } else {
            ("syncExcludedIds", "syncExcludedIDs")
        };
        settings.sync_excluded_ids = self.ids(object, read, Field::SyncExcludedIds, at)?.into();
        if let Some(Value::Array(ids)) = object.first(ignored) {
            for index in 0..ids.len() {
                self.notes.lost(
                    &at.key(ignored).index(index),
                    Field::SyncExcludedIds,
                    OTHER_SPELLING,
                );
            }
        }
        for (key, field) in [
            ("disableScreenshots", Field::DisableScreenshots),
            ("incognitoKeyboard", Field::IncognitoKeyboard),
        ] {
            if object.first(key) == Some(&Value::Boolean(true)) {
                self.notes.lost(&at.key(key), field, ANDROID_ONLY);
            }
        }
        if matches!(object.first("recentEmojis"), Some(Value::Array(items)) if !items.is_empty()) {
            self.notes
                .lost(&at.key("recentEmojis"), Field::RecentEmojis, ANDROID_ONLY);
        }
        Ok(settings)
    }

    fn ids(
        &mut self,
        object: &Object,
        key: &'static str,
        field: Field,
        at: &At<'_>,
    ) -> Step<Vec<ThreemaId>> {
        let at = at.key(key);
        let items = self.decoder.array(object, key, &at)?.unwrap_or_default();
        let texts = self.decoder.texts(items, &at)?;
        let mut ids = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let id = text.as_ref().and_then(|text| text.to_str().ok());
            match id.and_then(|id| ThreemaId::parse(&id).ok()) {
                Some(id) => ids.push(id),
                None => self.notes.unsure(
                    &at.index(index),
                    field,
                    "what iOS does with what is no ID is not told",
                ),
            }
        }
        Ok(ids)
    }
}

/// A contact as the decoder has it.
struct DecodedContact<'v> {
    identity: Text,
    public_key: Option<&'v Text>,
    created_at: Option<u64>,
    verification: Option<i128>,
    work_verified: Option<bool>,
    hidden: Option<bool>,
    first_name: Option<Text>,
    last_name: Option<Text>,
    nickname: Option<Text>,
    last_update: Option<u64>,
    typing_indicators: Option<i128>,
    read_receipts: Option<i128>,
    private: Option<bool>,
}
