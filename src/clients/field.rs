//! The fields of a backup that people would miss: the rows of the loss table.

use serde::{Serialize, Serializer};
use std::fmt;

macro_rules! fields {
    ($($variant:ident = $pattern:literal, $label:literal;)*) => {
        /// A field of a backup, or a whole thing in it.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
        pub enum Field {
            $(#[doc = concat!("`", $pattern, "`: ", $label, ".")] $variant,)*
        }

        impl Field {
            /// Every field, in the order of the document.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns its place in a document: `contacts[].createdAt`.
            pub const fn pattern(self) -> &'static str {
                match self { $(Self::$variant => $pattern,)* }
            }

            /// Returns its name for people.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }
        }
    };
}

fields! {
    PrivateKey = "user.privatekey", "the identity";
    Nickname = "user.nickname", "the user's nickname";
    Picture = "user.profilePic", "the profile picture";
    PictureRelease = "user.profilePicRelease", "who may see the profile picture";
    Link = "user.links[]", "linked phone numbers and e-mail addresses";
    LinkName = "user.links[].name", "the name of a link";
    DeviceGroupKey = "user.temporaryDeviceGroupKeyTodoRemove", "the key of the device group";
    Contact = "contacts[]", "a contact as a whole";
    PublicKey = "contacts[].publickey", "the public key of a contact";
    Verification = "contacts[].verification", "the verification level of a contact";
    ContactCreatedAt = "contacts[].createdAt", "when a contact was made";
    ContactLastUpdate = "contacts[].lastUpdate", "when something last happened with a contact";
    WorkVerified = "contacts[].workVerified", "whether a contact is a colleague";
    Hidden = "contacts[].hidden", "whether a contact is hidden";
    FirstName = "contacts[].firstname", "the first name of a contact";
    LastName = "contacts[].lastname", "the last name of a contact";
    ContactNickname = "contacts[].nickname", "the nickname of a contact";
    ReadReceipts = "contacts[].readReceipts", "whether a contact gets read receipts";
    TypingIndicators = "contacts[].typingIndicators", "whether a contact gets typing indicators";
    ContactPrivate = "contacts[].private", "whether a chat is private";
    Group = "groups[]", "a group as a whole";
    GroupName = "groups[].groupname", "the name of a group";
    GroupCreatedAt = "groups[].createdAt", "when a group was made";
    GroupMembers = "groups[].members", "the members of a group, and whether the user is among them";
    GroupDeleted = "groups[].deleted", "whether a group was deleted";
    GroupLastUpdate = "groups[].lastUpdate", "when something last happened in a group";
    GroupPrivate = "groups[].private", "whether the chat of a group is private";
    DistributionList = "distributionlists[]", "a distribution list as a whole";
    DistributionListId = "distributionlists[].id", "the ID of a distribution list";
    DistributionListName = "distributionlists[].name", "the name of a distribution list";
    DistributionListCreatedAt = "distributionlists[].createdAt", "when a distribution list was made";
    DistributionListMembers = "distributionlists[].members", "the members of a distribution list";
    DistributionListLastUpdate = "distributionlists[].lastUpdate", "when something was last sent to a distribution list";
    DistributionListPrivate = "distributionlists[].private", "whether the chat of a distribution list is private";
    SyncContacts = "settings.syncContacts", "the setting for the address book";
    BlockUnknown = "settings.blockUnknown", "the setting for unknown senders";
    SendTyping = "settings.sendTyping", "the setting for typing indicators";
    ReadReceiptsSetting = "settings.readReceipts", "the setting for read receipts";
    ThreemaCalls = "settings.threemaCalls", "the setting for calls";
    RelayThreemaCalls = "settings.relayThreemaCalls", "the setting for relayed calls";
    DisableScreenshots = "settings.disableScreenshots", "the setting for screenshots";
    IncognitoKeyboard = "settings.incognitoKeyboard", "the setting for the keyboard";
    BlockedContacts = "settings.blockedContacts", "the blocked contacts";
    SyncExcludedIds = "settings.syncExcludedIds", "the contacts that are excluded from the address book synchronisation";
    RecentEmojis = "settings.recentEmojis", "the recently used emojis";
}

impl Field {
    /// Returns whether it is a field of this thing: of a contact, a group, a list, a link.
    pub fn is_of(self, whole: Self) -> bool {
        let is_whole = whole.pattern().ends_with("[]");
        is_whole && self != whole && self.pattern().starts_with(whole.pattern())
    }

    /// The fields of `settings`.
    pub const OF_SETTINGS: &[Self] = &[
        Self::SyncContacts,
        Self::BlockUnknown,
        Self::SendTyping,
        Self::ReadReceiptsSetting,
        Self::ThreemaCalls,
        Self::RelayThreemaCalls,
        Self::DisableScreenshots,
        Self::IncognitoKeyboard,
        Self::BlockedContacts,
        Self::SyncExcludedIds,
        Self::RecentEmojis,
    ];
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.pattern())
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.pattern())
    }
}
