//! Contacts.

use super::super::reasons::{
    DIRECTORY_KEY, NEVER_HIDDEN, NO_LAST_UPDATE, NO_POLICY, NOT_PRIVATE, NOT_READ_YET,
    POLICY_CRASHES, UNKNOWN_LEVEL, UNKNOWN_POLICY, UPPER_CASED, WITHOUT_DIRECTORY,
};
use super::{Phone, is_other_than_0};
use crate::clients::Field;
use crate::clients::read::{Step, broken, refused};
use crate::clients::reason::mobile::{
    CONTACT_WITHOUT_ID, DUPLICATE, NOT_IN_DIRECTORY, OWN_CONTACT,
};
use crate::clients::release::Release;
use crate::clients::restore::Broken;
use crate::safe::ThreemaId;
use crate::safe::backup::{At, Contact, Policy, PublicKey, Timestamp, Verification};
use crate::safe::json::{Object, Text, Value};
use data_encoding::BASE64;
use std::collections::HashSet;

/// A contact after decoding.
pub(super) struct DecodedContact<'v> {
    /// The whole contact, also what the release does not decode.
    object: &'v Object,
    identity: Option<Text>,
    public_key: Option<Text>,
    created_at: Option<u64>,
    verification: Option<i64>,
    work_verified: Option<bool>,
    hidden: Option<bool>,
    first_name: Option<Text>,
    last_name: Option<Text>,
    nickname: Option<Text>,
    last_update: Option<u64>,
    typing_indicators: Option<i64>,
    read_receipts: Option<i64>,
    private: Option<bool>,
}

impl Phone<'_> {
    /// Decodes every contact before any is looked up.
    pub(super) fn contacts<'v>(
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
            object,
            identity: text("identity")?,
            public_key: text("publickey")?,
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

    /// Returns the contacts that the directory knows, each once.
    ///
    /// Source: `clients.read.directory-failure`, `clients.read.missing-identity`,
    /// `clients.read.own-contact`.
    pub(super) fn known(
        &mut self,
        decoded: Vec<(usize, DecodedContact<'_>)>,
        at: &At<'_>,
    ) -> Step<Vec<Contact>> {
        let is_asked = decoded.iter().any(|(_, each)| each.identity.is_some());
        if is_asked && !self.around.directory.is_reachable() {
            let what = "cannot be looked up, after the identity and the settings were restored";
            return Err(refused(at, what, &WITHOUT_DIRECTORY));
        }
        let mut seen = HashSet::new();
        let mut contacts = Vec::with_capacity(decoded.len());
        for (index, decoded) in decoded {
            let at = at.index(index);
            let Some(spelled) = &decoded.identity else {
                self.notes.lost(&at, Field::Contact, &CONTACT_WITHOUT_ID);
                continue;
            };
            let spelled = spelled.to_str_lossy();
            let Ok(identity) = ThreemaId::parse(&spelled.to_ascii_uppercase()) else {
                self.notes.unsure(
                    &at,
                    Field::Contact,
                    "no source says what iOS does with a value that is not an ID",
                );
                continue;
            };
            let entry = self.around.directory.entry(identity);
            self.is_answered |= entry.is_some();
            if identity == self.around.own_id {
                self.notes.lost(&at, Field::Contact, &OWN_CONTACT);
                continue;
            }
            if !seen.insert(identity) {
                self.notes.lost(&at, Field::Contact, &DUPLICATE);
                continue;
            }
            let Some(entry) = entry else {
                self.notes.lost(&at, Field::Contact, &NOT_IN_DIRECTORY);
                continue;
            };
            let key = entry.public_key;
            let is_upper_cased = *spelled != *identity.as_str();
            if is_upper_cased {
                self.notes
                    .changed(&at.key("identity"), Field::Contact, &UPPER_CASED);
            }
            contacts.push(self.restored(identity, key, decoded, &at)?);
        }
        Ok(contacts)
    }

    fn restored(
        &mut self,
        identity: ThreemaId,
        directory_key: PublicKey,
        decoded: DecodedContact<'_>,
        at: &At<'_>,
    ) -> Step<Contact> {
        let mut contact = Contact::new(identity);
        let object = decoded.object;
        contact.public_key = self.public_key(decoded.public_key.as_ref(), directory_key, at);
        contact.verification = self.verification(decoded.verification, at);
        contact.created_at = self.contact_created_at(decoded.created_at, at);
        contact.last_update = self.last_update(
            object,
            decoded.last_update,
            &at.key("lastUpdate"),
            Field::ContactLastUpdate,
        );
        contact.typing_indicators = self.policy(
            object.first("typingIndicators"),
            decoded.typing_indicators,
            &at.key("typingIndicators"),
            Field::TypingIndicators,
        )?;
        contact.read_receipts = self.policy(
            object.first("readReceipts"),
            decoded.read_receipts,
            &at.key("readReceipts"),
            Field::ReadReceipts,
        )?;
        let private_at = at.key("private");
        contact.private = self.private(object, decoded.private, &private_at, Field::ContactPrivate);
        contact.hidden = self.hidden(decoded.hidden, &at.key("hidden"));
        contact.work_verified = decoded.work_verified;
        contact.first_name = decoded.first_name;
        contact.last_name = decoded.last_name;
        contact.nickname = decoded.nickname;
        Ok(contact)
    }

    /// The directory's key counts, whatever the document contains.
    ///
    /// Source: `clients.read.public-key-mismatch`.
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
                .changed(&at.key("publickey"), Field::PublicKey, &DIRECTORY_KEY);
        }
        Some(directory)
    }

    /// Source: `clients.read.unknown-verification`.
    fn verification(&mut self, level: Option<i64>, at: &At<'_>) -> Option<Verification> {
        let at = at.key("verification");
        let level = usize::try_from(level.unwrap_or(0)).ok();
        let level = level.and_then(|level| Verification::ALL.get(level).copied());
        if level.is_some() {
            return level;
        }
        if self.since(Release::Ios7_0) {
            self.notes.changed(&at, Field::Verification, &UNKNOWN_LEVEL);
            return Some(Verification::Unverified);
        }
        self.notes.unsure(
            &at,
            Field::Verification,
            "iOS before 7.0 stores the number, and no source says how it shows a level other than 0, 1 and 2",
        );
        None
    }

    /// Source: `clients.loss.contact-created-at`.
    fn contact_created_at(&mut self, time: Option<u64>, at: &At<'_>) -> Option<Timestamp> {
        let time = time.filter(|time| *time != 0)?;
        if self.since(Release::Ios6_3) {
            return Some(Timestamp(time.into()));
        }
        self.notes
            .lost(&at.key("createdAt"), Field::ContactCreatedAt, &NOT_READ_YET);
        None
    }

    /// Source: `clients.releases.ios`.
    fn hidden(&mut self, hidden: Option<bool>, at: &At<'_>) -> Option<bool> {
        if self.since(Release::Ios4_9) {
            return hidden;
        }
        if hidden == Some(true) {
            self.notes.lost(at, Field::Hidden, &NEVER_HIDDEN);
        }
        Some(false)
    }

    /// Source: `clients.releases.ios`.
    pub(super) fn private(
        &mut self,
        object: &Object,
        private: Option<bool>,
        at: &At<'_>,
        field: Field,
    ) -> Option<bool> {
        if self.since(Release::Ios4_8) {
            return private;
        }
        if object.first("private") == Some(&Value::Boolean(true)) {
            self.notes.lost(at, field, &NOT_PRIVATE);
        }
        None
    }

    /// Source: `clients.loss.last-update`.
    pub(super) fn last_update(
        &mut self,
        object: &Object,
        time: Option<u64>,
        at: &At<'_>,
        field: Field,
    ) -> Option<Timestamp> {
        if self.since(Release::Ios5_8) {
            return time.map(|time| Timestamp(time.into()));
        }
        if is_other_than_0(object.first("lastUpdate")) {
            self.notes.lost(at, field, &NO_LAST_UPDATE);
        }
        None
    }

    /// Source: `clients.read.unknown-receipts`, `clients.read.decoded-keys`.
    fn policy(
        &mut self,
        value: Option<&Value>,
        number: Option<i64>,
        at: &At<'_>,
        field: Field,
    ) -> Step<Option<Policy>> {
        if !self.since(Release::Ios4_8) && is_other_than_0(value) {
            self.notes.lost(at, field, &NO_POLICY);
        }
        let Some(number) = number else {
            return Ok(None);
        };
        let policy = usize::try_from(number).ok();
        let policy = policy.and_then(|policy| Policy::ALL.get(policy).copied());
        if policy.is_some() {
            return Ok(policy);
        }
        if !self.since(Release::Ios6_8) {
            let what = "is neither 0, 1 nor 2";
            return Err(broken(Broken::Crash, at, what, &POLICY_CRASHES));
        }
        self.notes.changed(at, field, &UNKNOWN_POLICY);
        Ok(Some(Policy::Default))
    }
}
