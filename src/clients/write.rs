//! What a release uploads: from a backup to the bytes of its JSON, and to the sealed body.

use super::release::{Origin, Release};
use super::{android, ios};
use crate::safe::Client;
use crate::safe::backup::{Backup, GroupId, PRIVATE_KEY_BYTES, Timestamp};
use crate::safe::envelope::{self, Compression, Nonce};
use crate::safe::json::{Object, Text, Value};
use crate::safe::{EncryptionKey, ThreemaId};
use std::collections::BTreeSet;

/// How many contacts a sample has.
const SAMPLE_CONTACTS: usize = 3;

/// What a phone knows beyond what stands in a backup, and what the document depends on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phone {
    /// The ID of the person.
    pub own_id: ThreemaId,
    /// Groups, by ID and creator, that the person has left although their ID is still in the list
    /// of members.
    pub left_groups: BTreeSet<(GroupId, ThreemaId)>,
    /// Contacts that the person has removed, and which are kept because groups need them.
    pub removed_contacts: BTreeSet<ThreemaId>,
    /// What makes up an order where the release has none: the same seed gives the same bytes.
    pub order_seed: u64,
}

impl Phone {
    /// Returns a phone on which nothing was left or removed.
    pub const fn new(own_id: ThreemaId) -> Self {
        Self {
            own_id,
            left_groups: BTreeSet::new(),
            removed_contacts: BTreeSet::new(),
            order_seed: 0,
        }
    }
}

impl Origin {
    /// Returns the document that this release writes, in bytes. What it has no place for is not in
    /// it; nor is what `backup` keeps of the document that it was read from, since no release knows
    /// that.
    ///
    /// Two things are as they come: pictures, which a release may make smaller and encode again,
    /// and times, which iOS holds in doubles.
    ///
    /// Source: `clients.write`.
    pub fn write(self, backup: &Backup, phone: &Phone) -> Vec<u8> {
        match self.client() {
            Client::Android => android::write(self, backup, phone),
            // Desktop has no writer.
            Client::Ios | Client::Desktop => ios::write(self, backup, phone),
        }
    }

    /// Returns how this release packs it.
    ///
    /// Source: `clients.write.gzip-level`.
    pub fn compression(self) -> Compression {
        let compressed = match self.client() {
            Client::Android => !self.since(Release::Android4_84),
            Client::Ios | Client::Desktop => !self.since(Release::Ios4_8_3),
        };
        if compressed {
            Compression::Level(6)
        } else {
            Compression::Stored
        }
    }

    /// Returns the body that this release uploads.
    ///
    /// Source: clause 2.1; `clients.write.gzip-level`.
    pub fn seal(
        self,
        backup: &Backup,
        phone: &Phone,
        key: &EncryptionKey,
        nonce: &Nonce,
    ) -> Vec<u8> {
        let json = zeroize::Zeroizing::new(self.write(backup, phone));
        envelope::seal(key, nonce, &json, self.compression())
    }

    /// Returns a small backup with made-up contacts, as this release uploads it.
    pub fn seal_sample(
        self,
        private_key: &[u8; PRIVATE_KEY_BYTES],
        key: &EncryptionKey,
        nonce: &Nonce,
    ) -> Vec<u8> {
        // None of the made-up contacts has it.
        let Ok(own_id) = ThreemaId::parse("SAFETEST") else {
            unreachable!("the ID is a constant that parses")
        };
        let backup = Backup::sample(private_key, SAMPLE_CONTACTS);
        self.seal(&backup, &Phone::new(own_id), key, nonce)
    }
}

/// How a platform spells strings.
pub(super) trait Spelling {
    /// What goes in place of half of a surrogate pair.
    const LONE_SURROGATE: char;

    /// Returns the string in the spelling of the platform: as the clients write it, with `\/`, the
    /// short escapes, and `\u00xx` for other control characters; the rest raw.
    ///
    /// Source: `clients.write.android-text`, `clients.write.ios-text`.
    fn text(text: &Text) -> Value {
        let characters = char::decode_utf16(text.units());
        spelled(characters.map(|each| each.unwrap_or(Self::LONE_SURROGATE)))
    }

    /// The same for what has no lone surrogates.
    fn plain(text: &str) -> Value {
        spelled(text.chars())
    }

    /// Returns a list of IDs.
    fn ids<'a>(ids: impl IntoIterator<Item = &'a ThreemaId>) -> Vec<Value> {
        ids.into_iter().map(|id| Self::plain(id.as_str())).collect()
    }

    /// Bytes in base64.
    fn base64(bytes: &[u8]) -> Value {
        let text = zeroize::Zeroizing::new(data_encoding::BASE64.encode(bytes));
        Self::plain(&text)
    }

    /// Bytes in lower-case hexadecimal digits.
    fn hex(bytes: &[u8]) -> Value {
        Self::plain(&data_encoding::HEXLOWER.encode(bytes))
    }
}

fn spelled(characters: impl Iterator<Item = char>) -> Value {
    let mut spelling = zeroize::Zeroizing::new(String::new());
    for character in characters {
        match character {
            '"' => spelling.push_str("\\\""),
            '\\' => spelling.push_str("\\\\"),
            '/' => spelling.push_str("\\/"),
            '\u{8}' => spelling.push_str("\\b"),
            '\t' => spelling.push_str("\\t"),
            '\n' => spelling.push_str("\\n"),
            '\u{c}' => spelling.push_str("\\f"),
            '\r' => spelling.push_str("\\r"),
            '\u{0}'..='\u{1f}' => spelling.push_str(&format!("\\u{:04x}", u32::from(character))),
            other => spelling.push(other),
        }
    }
    // Every character above is escaped as JSON demands.
    Text::from_spelling(&spelling).map_or(Value::Null, Value::Text)
}

/// Returns a time as a platform's type of whole numbers holds it.
pub(super) fn whole(timestamp: Timestamp, least: i128, most: i128) -> Value {
    Value::from(timestamp.0.clamp(least, most))
}

/// Members of an object, of which those without a value are left out.
pub(super) fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Object {
    let mut object = Object::default();
    for (key, value) in members {
        if let Some(value) = value {
            object.push(key, value);
        }
    }
    object
}

#[cfg(test)]
mod tests;
