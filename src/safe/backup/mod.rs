//! The document inside a backup, typed: identity, contacts, groups, distribution lists, settings.
//!
//! A [`Backup`] holds what people would miss. It also keeps the rest of the document that it was
//! read from: unknown keys, invalid values, order and spelling. If nothing was changed, the
//! document is written again exactly as it was, token by token.

mod deviation;
mod identity;
mod part;
mod sample;
mod values;

pub use deviation::{Deviation, Deviations, Wrong};
pub use identity::{DocumentError, RestoredIdentity, identity_of};
pub(crate) use part::At;
pub use part::{Kept, List};
pub use sample::SAMPLE_CONTACTS_AT_MOST;
pub use values::{
    Bytes, DeviceGroupKey, DistributionListId, GroupId, LATEST_TIMESTAMP, LinkKind,
    PRIVATE_KEY_BYTES, PictureRelease, Policy, PrivateKey, PublicKey, Timestamp, Verification,
    Version,
};

use super::json::{Document, Text, Value};
use super::keys::ThreemaId;
use part::{Entry, Essential, Part, Slot, Taken, objects, put_object, take_field};

/// The version of the document that every client reads.
///
/// Source: clause 3.2.
pub const VERSION: u64 = 1;

objects! {
    /// A whole backup.
    ///
    /// Source: clause 3.1.
    Backup {
        essential {
            /// The user's identity.
            user: User = "user",
        }
        others {
            /// About the document itself.
            info: Option<Info> = "info" expected,
            /// The contacts.
            contacts: List<Contact> = "contacts" optional,
            /// The groups.
            groups: List<Group> = "groups" optional,
            /// The distribution lists, which only Android has.
            distribution_lists: List<DistributionList> = "distributionlists" optional,
            /// The settings.
            settings: Option<Settings> = "settings" expected,
        }
    }

    /// About the document itself.
    ///
    /// Source: clause 3.2.
    Info {
        essential {}
        others {
            /// The version.
            version: Option<Version> = "version" expected,
            /// The writer: `6.4.2A/de_CH` or `ios`.
            device: Option<Text> = "device" optional,
        }
    }

    /// The user's identity.
    ///
    /// Source: clause 3.3.
    User {
        essential {
            /// The private key.
            private_key: PrivateKey = "privatekey",
        }
        others {
            /// The name that others see.
            nickname: Option<Text> = "nickname" optional,
            /// The profile picture, as JPEG.
            picture: Option<Bytes> = "profilePic" optional,
            /// Who may see it.
            picture_release: Option<PictureRelease> = "profilePicRelease" optional,
            /// Phone numbers and e-mail addresses that lead to the ID.
            links: List<Link> = "links" optional,
            /// The key that iOS adds when a backup is made to link a device.
            device_group_key: Option<DeviceGroupKey> = "temporaryDeviceGroupKeyTodoRemove" optional,
        }
    }

    /// A phone number or e-mail address that leads to the ID.
    ///
    /// Source: clause 3.3.
    Link {
        essential {
            /// What it is.
            kind: LinkKind = "type",
            /// The number or address; masked after a restore.
            value: Text = "value",
        }
        others {
            /// A name, which iOS writes empty.
            name: Option<Text> = "name" optional,
        }
    }

    /// A contact.
    ///
    /// Source: clause 3.4.
    Contact {
        essential {
            /// The ID.
            identity: ThreemaId = "identity",
        }
        others {
            /// The public key; only for level 2 or revoked contacts.
            public_key: Option<PublicKey> = "publickey" optional,
            /// When it was added; 0: unknown.
            created_at: Option<Timestamp> = "createdAt" optional,
            /// How certain its identity is.
            verification: Option<Verification> = "verification" expected,
            /// Whether it is a colleague in Threema Work.
            work_verified: Option<bool> = "workVerified" optional,
            /// Whether it is hidden from the list: known from a group only.
            hidden: Option<bool> = "hidden" optional,
            /// The first name.
            first_name: Option<Text> = "firstname" optional,
            /// The last name.
            last_name: Option<Text> = "lastname" optional,
            /// The name that the contact chose.
            nickname: Option<Text> = "nickname" optional,
            /// When something last happened in the chat.
            last_update: Option<Timestamp> = "lastUpdate" nullable,
            /// Whether typing indicators are sent to it.
            typing_indicators: Option<Policy> = "typingIndicators" optional,
            /// Whether read receipts are sent to it.
            read_receipts: Option<Policy> = "readReceipts" optional,
            /// Whether the chat is private.
            private: Option<bool> = "private" optional,
        }
    }

    /// A group. The user has left it if the members do not include the user's own ID.
    ///
    /// Source: clause 3.5.
    Group {
        essential {
            /// The ID, unique with the creator.
            id: GroupId = "id",
            /// The ID of its creator.
            creator: ThreemaId = "creator",
        }
        others {
            /// The name.
            name: Option<Text> = "groupname" optional,
            /// When it was made.
            created_at: Option<Timestamp> = "createdAt" optional,
            /// The members.
            members: List<ThreemaId> = "members" expected,
            /// Whether it was deleted, which old releases wrote.
            deleted: Option<bool> = "deleted" expected,
            /// When something last happened in it.
            last_update: Option<Timestamp> = "lastUpdate" nullable,
            /// Whether the chat is private.
            private: Option<bool> = "private" optional,
        }
    }

    /// A distribution list.
    ///
    /// Source: clause 3.6.
    DistributionList {
        essential {}
        others {
            /// The ID.
            id: Option<DistributionListId> = "id" optional,
            /// The name.
            name: Option<Text> = "name" expected,
            /// When it was made.
            created_at: Option<Timestamp> = "createdAt" optional,
            /// The members.
            members: List<ThreemaId> = "members" expected,
            /// When something last happened in it.
            last_update: Option<Timestamp> = "lastUpdate" nullable,
            /// Whether the chat is private.
            private: Option<bool> = "private" optional,
        }
    }

    /// The settings.
    ///
    /// Source: clause 3.7, with the defaults where something is absent.
    Settings {
        essential {}
        others {
            /// Whether the app searches the address book for contacts.
            sync_contacts: Option<bool> = "syncContacts" expected,
            /// Whether messages from people who are not contacts are dropped.
            block_unknown: Option<bool> = "blockUnknown" optional,
            /// Whether typing indicators are sent.
            send_typing: Option<bool> = "sendTyping" optional,
            /// Whether read receipts are sent.
            read_receipts: Option<bool> = "readReceipts" optional,
            /// Whether calls are accepted.
            threema_calls: Option<bool> = "threemaCalls" optional,
            /// Whether calls always go through a relay.
            relay_threema_calls: Option<bool> = "relayThreemaCalls" optional,
            /// Whether screenshots are forbidden. Android only.
            disable_screenshots: Option<bool> = "disableScreenshots" optional,
            /// Whether the app asks the keyboard not to learn from the input. Android only.
            incognito_keyboard: Option<bool> = "incognitoKeyboard" optional,
            /// Blocked contacts.
            blocked_contacts: List<ThreemaId> = "blockedContacts" optional,
            /// Contacts that are excluded from the synchronisation with the address book.
            sync_excluded_ids: List<ThreemaId> = "syncExcludedIds" optional,
            /// Emojis that were used last. Android only.
            recent_emojis: List<Text> = "recentEmojis" optional,
        }
    }
}

impl Backup {
    /// Reads a document as far as possible: `None` if it is not an object or has no identity, and
    /// all deviations from the format. Values that cannot be read are kept.
    ///
    /// Source: clauses 3.1 to 3.7.
    pub fn read(document: Document) -> (Option<Self>, Deviations) {
        let mut deviations = Deviations::default();
        let read = Self::take(document.root, &At::Root, &mut deviations);
        (read.ok().map(|(backup, _)| backup), deviations)
    }

    /// Returns the document again: unchanged values as they were and in their order, new values at
    /// the end.
    pub fn into_value(self) -> Value {
        self.put(None)
    }

    /// Returns the document of a backup that is still needed.
    pub fn to_value(&self) -> Value {
        self.clone().into_value()
    }
}

#[cfg(test)]
mod tests;
