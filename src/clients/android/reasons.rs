//! Why Android changes or refuses the content of a backup.

use crate::clients::reason::reasons;

pub(in crate::clients) const ORG_JSON: &str = "clients.read.json-extensions";

reasons! {
    NO_OBJECT = "document-no-object", "the document is not an object", "clients.read.wrong-type";
    LATER_VERSION = "version-later", "Android restores no later version than 1", "clients.read.info-version";
    NO_INFO = "info-missing", "Android refuses a backup without `info`", "clients.read.missing-info";
    VERSION_MISSING = "version-missing",
        "Android refuses a backup without `info.version`",
        "clients.read.missing-info";
    NO_VERSION = "version-no-number", "Android needs a number", "clients.read.info-version";
    NO_IDENTITY = "identity-missing", "Android restores nothing without a private key", "clients.read.missing-user";
    KEY_LENGTH = "private-key-length", "Android refuses a key that does not have 32 bytes", "clients.read.private-key-length";
    KEY_LENGTH_CRASHES = "private-key-length-crashes",
        "Android before 6.2 does not catch the error for a key that does not have 32 bytes",
        "clients.read.private-key-length";
    KEY_TOO_SHORT_TO_DECODE = "private-key-short-crashes",
        "Android does not catch the exception for base64 of fewer than 4 characters",
        "clients.read.base64-short";
    NO_CONTACTS = "groups-without-contacts-to-android",
        "Android restores neither groups nor distribution lists without an array `contacts`",
        "clients.read.missing-contacts";
    NOT_OF_THIS_KIND = "wrong-type-skipped", "Android skips a value of the wrong type", "clients.read.wrong-type";
    NICKNAME_IS_ID = "nickname-from-id", "Android uses the ID as the nickname if there is none", "clients.loss.private-key";
    NICKNAME_CUT = "nickname-cut", "Android cuts a nickname after 32 bytes", "clients.read.long-names";
    NAME_CUT = "name-cut", "Android cuts the name of a group or list after 256 bytes", "clients.read.long-names";
    NULL_IS_TEXT = "null-is-a-word", "Android reads null as the word `null`", "clients.read.null-string";
    BAD_PICTURE = "picture-not-base64", "Android ignores a picture that is not base64", "clients.read.bad-picture";
    PICTURE_CUT = "picture-unpadded",
        "Android drops the last characters of base64 without padding",
        "clients.read.base64-unpadded";
    STAR_IS_EVERYONE = "release-star", "Android reads a list with `*` as everyone", "clients.read.release-everyone-and-id";
    NULL_IS_NOBODY = "release-null", "Android reads a list that holds null as nobody", "clients.read.release-id-and-null";
    NULL_WORD_IS_NOBODY = "release-null-word",
        "Android 6.0 and later reads the word `null` in the list as nobody",
        "clients.read.release-null-word";
    ENTRY_SKIPPED = "release-entry-skipped",
        "Android skips an entry that does not have 8 characters",
        "clients.read.release-everyone-and-id";
    NOBODY_IS_EMPTY = "release-nobody-is-a-list",
        "Android up to 5.8.2 reads `[null]` as an empty list",
        "clients.read.release-nobody";
    LINK_IGNORED = "link-ignored",
        "Android ignores a link that is neither a phone number nor an e-mail address, or has no value",
        "clients.read.links";
    NO_LINK_NAME = "link-name-ignored", "Android does not support names of links", "clients.loss.links";
    NO_DEVICE_LINK = "device-group-key-ignored", "Android ignores the key", "clients.read.device-group-key";
    NO_DIRECTORY = "directory-unreachable",
        "Android restores no contact if the directory cannot be reached, and shows no error",
        "clients.read.directory-failure";
    LOWER_CASE = "identity-lower-case",
        "Android does not find an ID in lower case in the answer of the directory",
        "clients.read.lower-case-identity";
    LEVEL_1 = "level-1", "Android restores level 1 as level 0", "clients.read.verification-1";
    UNKNOWN_LEVEL = "level-unknown", "Android restores an unknown level as level 0", "clients.read.unknown-verification";
    LEVEL_2_WITHOUT_KEY = "level-2-without-key",
        "Android restores level 2 without a public key as level 0",
        "clients.read.verified-without-key";
    BAD_KEY = "public-key-not-base64",
        "Android drops a verified contact whose public key is not base64",
        "clients.read.bad-public-key";
    KEY_TOO_SHORT = "public-key-length",
        "Android 6.1 and later drops a verified contact whose public key does not have 32 bytes",
        "clients.read.bad-public-key";
    KEY_TOO_SHORT_TO_DECODE_AT_LEVEL_2 = "public-key-short-crashes",
        "Android before 6.1 does not catch the exception for base64 of fewer than 4 characters",
        "clients.read.base64-short";
    KEY_OF_DIRECTORY = "public-key-of-level-2-alone",
        "Android uses the key of the backup only at level 2, otherwise that of the directory",
        "clients.loss.public-key";
    TIME_OF_RESTORE = "contact-created-now",
        "Android sets the time of the restore for a contact without a time",
        "clients.read.created-at";
    TIME_IS_ZERO = "created-at-0", "Android uses 0 if the value is not a number", "clients.read.created-at";
    FRACTION = "time-fraction", "Android cuts a fraction off", "clients.read.fractional-time";
    TOO_LARGE = "time-beyond-63-bits",
        "Android uses the largest number of 63 bits instead",
        "clients.read.largest-time";
    UPDATE_NO_NUMBER = "last-update-no-number",
        "Android drops a contact whose `lastUpdate` is not a number",
        "clients.read.last-update";
    UPDATE_NO_NUMBER_SKIPPED = "last-update-no-number-skipped",
        "Android skips a group or list whose `lastUpdate` is not a number",
        "clients.read.last-update";
    NO_LAST_UPDATE = "last-update-to-older-android", "Android before 5.3 does not read it", "clients.loss.last-update";
    NO_TRUTH_VALUE = "flag-default",
        "Android uses the default for a value that is neither true nor false",
        "clients.read.string-for-number";
    NO_POLICY = "policies-to-older-android", "Android before 4.57 does not read it", "clients.read.unknown-receipts";
    POLICY_NO_NUMBER = "policy-no-number",
        "Android uses the default for a value that is not a number",
        "clients.read.unknown-receipts";
    INCOMPLETE_GROUP = "group-without-id-or-creator",
        "Android skips a group without an ID or a creator",
        "clients.read.incomplete-group";
    DELETED = "group-deleted", "Android 6.0 and later restores no deleted group", "clients.read.deleted-group";
    DELETED_MISSING = "group-without-deleted",
        "Android up to 5.8.2 drops a group without `deleted`",
        "clients.read.missing-deleted";
    EMPTY_GROUP_ID = "group-id-odd",
        "Android 4.8 to 6.1.3 stores an ID with an odd number of digits as an empty ID",
        "clients.read.group-id-odd";
    SHORT_GROUP_ID = "group-id-short-crashes",
        "Android 6.2 and later reads 8 bytes of the ID, and does not catch the exception if there are fewer",
        "clients.read.group-id-odd";
    SECOND_GROUP = "group-duplicate",
        "Android keeps only the first group with this ID and creator",
        "clients.read.duplicate-group";
    GARBAGE_GROUP_ID = "group-id-not-hex",
        "Android converts an ID that is not hexadecimal to other bytes",
        "clients.read.group-id-not-hex";
    MEMBER_BY_DEFAULT = "group-without-members-active",
        "Android 6.0 and later makes the user a member of a group without an array `members`",
        "clients.read.group-without-members";
    KICKED = "group-removed-from",
        "Android 6.2 and later treats the user as removed from a group whose creator is not a member",
        "clients.read.creator-no-member";
    NO_LIST_NAME = "list-without-name", "Android skips a list without a name", "clients.read.list-name";
    RANDOM_ID = "list-id-random",
        "Android gives a list a random ID if the ID does not have 16 digits, is not above zero, or is already used",
        "clients.read.list-id";
    GARBAGE_LIST_ID = "list-id-not-hex",
        "Android converts an ID that is not hexadecimal to another number",
        "clients.read.list-id";
    LIST_ID_UNREAD = "list-id-unread",
        "Android before 4.8 does not read the ID, and the list gets a random one",
        "clients.read.list-id";
    OTHER_BYTE_ORDER = "list-id-byte-order",
        "Android 4.8 to 5.2.4 reads a list's ID with the highest byte first, later releases with the lowest byte first",
        "clients.divergence.list-id";
    NO_SIGNED_NUMBER = "list-id-crashes",
        "Android 4.8 to 5.2.4 reads the ID as a signed number, and does not catch the exception",
        "clients.divergence.list-id";
    OTHER_SPELLING = "sync-excluded-from-ios",
        "iOS 4.8 and later spells the key `syncExcludedIDs`, which no other client reads",
        "clients.read.sync-excluded-key";
}
