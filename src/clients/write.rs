//! What a release uploads: the document of a backup, and the sealed body.

use super::release::{Origin, Release};
use super::{android, ios};
use crate::safe::Client;
use crate::safe::backup::{Backup, GroupId, PRIVATE_KEY_BYTES, Timestamp};
use crate::safe::envelope::{self, Compression, Nonce};
use crate::safe::json::{Object, Text, Value};
use crate::safe::{EncryptionKey, ThreemaId};
use std::collections::BTreeSet;

/// The number of contacts in a sample.
const SAMPLE_CONTACTS: usize = 3;

/// What a phone knows in addition to the backup, as far as the document depends on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phone {
    /// The ID of the user.
    pub own_id: ThreemaId,
    /// Groups, by ID and creator, that the user has left although their own ID is still in the list
    /// of members.
    pub left_groups: BTreeSet<(GroupId, ThreemaId)>,
    /// Contacts that the user has removed, but that are kept because groups need them.
    pub removed_contacts: BTreeSet<ThreemaId>,
    /// The seed for the order if the release has none: the same seed produces the same bytes.
    pub order_seed: u64,
}

impl Phone {
    /// Returns a phone without left groups or removed contacts.
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
    /// Returns the document that this release writes, in bytes. Data for which the release has no
    /// place is left out, and so is what `backup` keeps of the document that it was read from.
    ///
    /// Two things may differ from a real phone: pictures, which a release may scale down and encode
    /// again, and times, which iOS stores as doubles.
    ///
    /// Source: `clients.write`.
    pub fn write(self, backup: &Backup, phone: &Phone) -> Vec<u8> {
        match self.client() {
            Client::Android => android::write(self, backup, phone),
            // Desktop does not write.
            Client::Ios | Client::Desktop => ios::write(self, backup, phone),
        }
    }

    /// Returns how this release compresses the document.
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
        // No made-up contact has this ID.
        let Ok(own_id) = ThreemaId::parse("SAFETEST") else {
            unreachable!("the ID is a constant that parses")
        };
        let backup = Backup::sample(private_key, SAMPLE_CONTACTS);
        self.seal(&backup, &Phone::new(own_id), key, nonce)
    }
}

/// How a platform writes strings.
pub(super) trait Spelling {
    /// The replacement for half of a surrogate pair.
    const LONE_SURROGATE: char;

    /// Returns the string as the clients on this platform write it: with `\/`, the short escapes,
    /// and `\u00xx` for other control characters; everything else unescaped.
    ///
    /// Source: `clients.write.android-text`, `clients.write.ios-text`.
    fn text(text: &Text) -> Value {
        let characters = char::decode_utf16(text.units());
        spelled(characters.map(|each| each.unwrap_or(Self::LONE_SURROGATE)))
    }

    /// Returns a string that contains no lone surrogates.
    fn plain(text: &str) -> Value {
        spelled(text.chars())
    }

    /// Returns a list of IDs.
    fn ids<'a>(ids: impl IntoIterator<Item = &'a ThreemaId>) -> Vec<Value> {
        ids.into_iter().map(|id| Self::plain(id.as_str())).collect()
    }

    /// Returns bytes in base64.
    fn base64(bytes: &[u8]) -> Value {
        let text = zeroize::Zeroizing::new(data_encoding::BASE64.encode(bytes));
        Self::plain(&text)
    }

    /// Returns bytes in lower-case hexadecimal digits.
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
    // The loop above escapes every character that JSON requires to be escaped.
    Text::from_spelling(&spelling).map_or(Value::Null, Value::Text)
}

/// Returns a time within the limits of a platform's integer type.
pub(super) fn whole(timestamp: Timestamp, least: i128, most: i128) -> Value {
    Value::from(timestamp.0.clamp(least, most))
}

/// Returns an object without the members that have no value.
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
