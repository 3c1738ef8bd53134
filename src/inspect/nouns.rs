//! The nouns for counted fields of a backup.

use crate::clients::Field;

/// Returns the count with its noun: `3 distribution lists`.
pub(super) fn counted(field: Field, count: usize) -> String {
    let (one, many) = nouns(field);
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Returns what stands in place of a list or of the settings: `a value that is not a list of
/// contacts`. How many things are lost with it is not known.
pub(super) fn not_a_list(field: Field) -> String {
    let (_, many) = nouns(field);
    match field {
        Field::SyncContacts => "a value that is not an object of settings".to_owned(),
        _ => format!("a value that is not a list of {many}"),
    }
}

const fn nouns(field: Field) -> (&'static str, &'static str) {
    match field {
        Field::PrivateKey => ("private key", "private keys"),
        Field::Nickname => ("own nickname", "own nicknames"),
        Field::Picture => ("profile picture", "profile pictures"),
        Field::PictureRelease => (
            "choice of who may see the profile picture",
            "choices of who may see the profile picture",
        ),
        Field::Link => ("link", "links"),
        Field::LinkName => ("name of a link", "names of links"),
        Field::DeviceGroupKey => ("device group key", "device group keys"),
        Field::Contact => ("contact", "contacts"),
        Field::PublicKey => ("public key of a contact", "public keys of contacts"),
        Field::Verification => (
            "verification level of a contact",
            "verification levels of contacts",
        ),
        Field::ContactCreatedAt => ("creation time of a contact", "creation times of contacts"),
        Field::ContactLastUpdate => (
            "last update time of a contact",
            "last update times of contacts",
        ),
        Field::WorkVerified => ("mark of a colleague", "marks of colleagues"),
        Field::Hidden => ("mark of a hidden contact", "marks of hidden contacts"),
        Field::FirstName => ("first name of a contact", "first names of contacts"),
        Field::LastName => ("last name of a contact", "last names of contacts"),
        Field::ContactNickname => ("nickname of a contact", "nicknames of contacts"),
        Field::ReadReceipts => (
            "read receipt choice for a contact",
            "read receipt choices for contacts",
        ),
        Field::TypingIndicators => (
            "typing indicator choice for a contact",
            "typing indicator choices for contacts",
        ),
        Field::ContactPrivate => ("mark of a private chat", "marks of private chats"),
        Field::Group => ("group", "groups"),
        Field::GroupName => ("name of a group", "names of groups"),
        Field::GroupCreatedAt => ("creation time of a group", "creation times of groups"),
        Field::GroupMembers => ("list of group members", "lists of group members"),
        Field::GroupDeleted => ("mark of a deleted group", "marks of deleted groups"),
        Field::GroupLastUpdate => ("last update time of a group", "last update times of groups"),
        Field::GroupPrivate => ("mark of a private group", "marks of private groups"),
        Field::DistributionList => ("distribution list", "distribution lists"),
        Field::DistributionListId => ("ID of a distribution list", "IDs of distribution lists"),
        Field::DistributionListName => {
            ("name of a distribution list", "names of distribution lists")
        }
        Field::DistributionListCreatedAt => (
            "creation time of a distribution list",
            "creation times of distribution lists",
        ),
        Field::DistributionListMembers => (
            "list of members of a distribution list",
            "lists of members of distribution lists",
        ),
        Field::DistributionListLastUpdate => (
            "last update time of a distribution list",
            "last update times of distribution lists",
        ),
        Field::DistributionListPrivate => (
            "mark of a private distribution list",
            "marks of private distribution lists",
        ),
        Field::SyncContacts => ("address book setting", "address book settings"),
        Field::BlockUnknown => (
            "setting for unknown senders",
            "settings for unknown senders",
        ),
        Field::SendTyping => ("typing indicator setting", "typing indicator settings"),
        Field::ReadReceiptsSetting => ("read receipt setting", "read receipt settings"),
        Field::ThreemaCalls => ("call setting", "call settings"),
        Field::RelayThreemaCalls => ("relayed call setting", "relayed call settings"),
        Field::DisableScreenshots => ("screenshot setting", "screenshot settings"),
        Field::IncognitoKeyboard => ("keyboard setting", "keyboard settings"),
        Field::BlockedContacts => ("blocked contact", "blocked contacts"),
        Field::SyncExcludedIds => ("sync exclusion", "sync exclusions"),
        Field::RecentEmojis => ("recent emoji", "recent emojis"),
    }
}
