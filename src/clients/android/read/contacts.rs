//! Contacts: those of the document, and those that the app fetches for groups and lists.

use super::super::base64::{self, Wrong};
use super::super::org_json::{Object, Value};
use super::super::reasons::{
    BAD_KEY, KEY_OF_DIRECTORY, KEY_TOO_SHORT, KEY_TOO_SHORT_TO_DECODE_AT_LEVEL_2, LEVEL_1,
    LEVEL_2_WITHOUT_KEY, LOWER_CASE, NO_DIRECTORY, TIME_OF_RESTORE, UNKNOWN_LEVEL,
    UPDATE_NO_NUMBER,
};
use super::{Objects, Phone};
use crate::clients::Field;
use crate::clients::read::{Step, broken};
use crate::clients::reason::mobile::{
    CONTACT_WITHOUT_ID, DUPLICATE, MEMBER_DROPPED, MEMBER_FETCHED, NOT_IN_DIRECTORY, OWN_CONTACT,
};
use crate::clients::release::Release;
use crate::clients::restore::Broken;
use crate::safe::ThreemaId;
use crate::safe::backup::{At, Contact, PublicKey, Timestamp, Verification};
use std::collections::HashSet;

impl Phone<'_> {
    /// Source: `clients.read.missing-identity`, `clients.read.own-contact`, and the facts about
    /// contacts.
    pub(super) fn contacts(&mut self, items: &Objects<'_>, at: &At<'_>) -> Step<Vec<Contact>> {
        let mut seen = HashSet::new();
        let mut contacts = Vec::with_capacity(items.len());
        for (index, object) in items {
            let at = at.index(*index);
            let Ok(identity) = object.string("identity") else {
                self.notes.lost(&at, Field::Contact, &CONTACT_WITHOUT_ID);
                continue;
            };
            let identity = identity.to_string_lossy();
            if !self.around.directory.is_reachable() {
                self.notes.lost(&at, Field::Contact, &NO_DIRECTORY);
                continue;
            }
            let id = ThreemaId::parse(&identity).ok();
            let entry = id.and_then(|id| self.around.directory.entry(id).map(|entry| (id, entry)));
            let Some((id, entry)) = entry else {
                let lower = ThreemaId::parse(&identity.to_ascii_uppercase()).is_ok();
                let why = if id.is_none() && lower {
                    &LOWER_CASE
                } else {
                    &NOT_IN_DIRECTORY
                };
                self.notes.lost(&at, Field::Contact, why);
                continue;
            };
            let directory_key = entry.public_key;
            if id == self.around.own_id {
                self.notes.lost(&at, Field::Contact, &OWN_CONTACT);
                continue;
            }
            if !seen.insert(id) {
                self.notes.lost(&at, Field::Contact, &DUPLICATE);
                continue;
            }
            contacts.extend(self.contact(object, id, directory_key, &at)?);
        }
        Ok(contacts)
    }

    fn contact(
        &mut self,
        object: &Object,
        id: ThreemaId,
        directory_key: PublicKey,
        at: &At<'_>,
    ) -> Step<Option<Contact>> {
        let mut contact = Contact::new(id);
        let level = self.level(object, &at.key("verification"));
        let Some((level, public_key)) = self.public_key(object, level, directory_key, at)? else {
            return Ok(None);
        };
        contact.verification = Some(level);
        contact.public_key = public_key;
        if self.has_no_time(object, (Field::Contact, &UPDATE_NO_NUMBER), at) {
            return Ok(None);
        }
        contact.created_at = self.created_at(object, at);
        contact.last_update = self.last_update(object, Field::ContactLastUpdate, at);
        contact.work_verified = self.flag(object, "workVerified", (Field::WorkVerified, false), at);
        contact.hidden = self.flag(object, "hidden", (Field::Hidden, false), at);
        contact.private = self.flag(object, "private", (Field::ContactPrivate, false), at);
        contact.first_name = self.text(object, "firstname", Field::FirstName, at);
        contact.last_name = self.text(object, "lastname", Field::LastName, at);
        // Source: `clients.read.null-string`.
        let is_safe = object.is_null("nickname") && self.since(Release::Android5_3);
        contact.nickname = if is_safe {
            None
        } else {
            self.text(object, "nickname", Field::ContactNickname, at)
        };
        contact.read_receipts = self.policy(object, "readReceipts", Field::ReadReceipts, at);
        contact.typing_indicators =
            self.policy(object, "typingIndicators", Field::TypingIndicators, at);
        Ok(Some(contact))
    }

    /// Source: `clients.read.missing-verification`, `clients.read.verification-1`,
    /// `clients.read.unknown-verification`.
    fn level(&mut self, object: &Object, at: &At<'_>) -> Verification {
        let value = object.value("verification").filter(|it| !it.is_null());
        let why = match value.map(Value::as_int) {
            None | Some(Some(0)) => return Verification::Unverified,
            Some(Some(2)) => return Verification::Full,
            Some(Some(1)) => &LEVEL_1,
            Some(_) => &UNKNOWN_LEVEL,
        };
        self.notes.changed(at, Field::Verification, why);
        Verification::Unverified
    }

    /// Returns the level and the key that apply; `None` if the contact is dropped.
    ///
    /// Source: `clients.read.bad-public-key`, `clients.read.public-key-mismatch`,
    /// `clients.read.verified-without-key`, `clients.read.base64-short`, `clients.loss.public-key`.
    fn public_key(
        &mut self,
        object: &Object,
        level: Verification,
        directory_key: PublicKey,
        at: &At<'_>,
    ) -> Step<Option<(Verification, Option<PublicKey>)>> {
        let key_at = at.key("publickey");
        let is_full = level == Verification::Full;
        let text = object.value("publickey").and_then(Value::as_string);
        let text = text.map(|text| text.to_string_lossy());
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            if is_full {
                self.notes.changed(
                    &at.key("verification"),
                    Field::Verification,
                    &LEVEL_2_WITHOUT_KEY,
                );
                return Ok(Some((Verification::Unverified, Some(directory_key))));
            }
            return Ok(Some((level, None)));
        };
        let decoded = base64::decode(&text).map(|decoded| decoded.bytes);
        let key = decoded.clone().ok().and_then(|bytes| bytes.try_into().ok());
        match (key.map(PublicKey), decoded) {
            (Some(key), _) if is_full || key == directory_key => {
                return Ok(Some((level, Some(key))));
            }
            (None, Err(Wrong::Short)) if is_full && !self.since(Release::Android6_1) => {
                let (what, why) = (
                    "has fewer than 4 characters",
                    &KEY_TOO_SHORT_TO_DECODE_AT_LEVEL_2,
                );
                return Err(broken(Broken::Crash, &key_at, what, why));
            }
            (None, Err(_)) if is_full => {
                self.notes.lost(at, Field::Contact, &BAD_KEY);
                return Ok(None);
            }
            (None, Ok(_)) if is_full && self.since(Release::Android6_1) => {
                self.notes.lost(at, Field::Contact, &KEY_TOO_SHORT);
                return Ok(None);
            }
            (None, Ok(_)) if is_full => {
                self.notes.unsure(
                    &key_at,
                    Field::PublicKey,
                    "no source says what Android before 6.1 does with a public key that does not have 32 bytes",
                );
                return Ok(Some((level, None)));
            }
            _ => {}
        }
        self.notes
            .changed(&key_at, Field::PublicKey, &KEY_OF_DIRECTORY);
        Ok(Some((level, Some(directory_key))))
    }

    /// Source: `clients.read.created-at`.
    fn created_at(&mut self, object: &Object, at: &At<'_>) -> Option<Timestamp> {
        let value = object.value("createdAt").filter(|value| !value.is_null());
        if value.and_then(Value::as_long).is_none() {
            self.notes.added(
                &at.key("createdAt"),
                Field::ContactCreatedAt,
                &TIME_OF_RESTORE,
            );
            return Some(self.around.now);
        }
        self.time(object, "createdAt", Field::ContactCreatedAt, at)
    }

    /// Returns the members that are contacts afterwards. The app fetches the other members from the
    /// directory; they are hidden if `hidden`.
    ///
    /// Source: `clients.read.unknown-member`.
    pub(super) fn with_contacts(
        &mut self,
        members: Vec<ThreemaId>,
        hidden: bool,
        (field, at): (Field, &At<'_>),
    ) -> Vec<ThreemaId> {
        let mut kept = Vec::with_capacity(members.len());
        for id in members {
            if self.is_contact(id) || id == self.around.own_id {
                kept.push(id);
                continue;
            }
            let Some(entry) = self.around.directory.entry(id) else {
                self.notes.changed(at, field, &MEMBER_DROPPED);
                continue;
            };
            self.notes.added(at, Field::Contact, &MEMBER_FETCHED);
            self.fetched.push(Contact {
                verification: Some(Verification::Unverified),
                public_key: Some(entry.public_key),
                hidden: Some(hidden),
                ..Contact::new(id)
            });
            kept.push(id);
        }
        kept
    }

    /// Returns whether an ID already belongs to a contact.
    pub(super) fn is_contact(&self, id: ThreemaId) -> bool {
        self.known.contains(&id) || self.fetched.iter().any(|contact| contact.identity == id)
    }
}
