//! Why iOS changes or refuses the content of a backup.

use crate::clients::reason::reasons;

reasons! {
    UNSIGNED = "time-unsigned",
        "iOS reads a time as an unsigned number, and refuses the whole backup",
        "clients.read.negative-time";
    UNSIGNED_HANGS = "time-unsigned-hangs",
        "iOS reads a time as an unsigned number; 5.4 to 6.8.8 does not show the error, and the restore never ends",
        "clients.read.swallowed-error";
    UNSIGNED_CREATED = "time-unsigned-older-ios",
        "iOS before 4.9 reads the time of creation as an unsigned number, and refuses the whole backup",
        "clients.read.negative-time";
    BEYOND_64_BITS = "time-beyond-64-bits",
        "iOS reads a time as an unsigned number of 64 bits, and refuses the whole backup",
        "clients.read.largest-time";
    WITHOUT_CONTACTS = "no-contacts-hangs", "iOS 4.6 never ends a restore without `contacts`", "clients.read.missing-contacts";
    WITHOUT_SETTINGS = "settings-missing", "iOS requires the settings", "clients.read.missing-settings";
    WITHOUT_DIRECTORY = "directory-needed",
        "iOS needs the directory to restore contacts, and shows an error",
        "clients.read.directory-failure";
    POLICY_CRASHES = "policy-crashes",
        "iOS 4.8 to 6.7.1 crashes on a value other than 0, 1 and 2",
        "clients.read.unknown-receipts";
    ODD_GROUP_ID = "group-id-odd-crashes",
        "iOS reads beyond the end of an ID with an odd number of digits",
        "clients.read.group-id-odd";
    GROUP_ID_CRASHES = "group-id-not-hex-crashes",
        "iOS 4.8 to 7.0.4 crashes on an ID that is not hexadecimal",
        "clients.read.group-id-not-hex";
    NO_CONTACTS = "groups-without-contacts-to-older-ios",
        "iOS before 7.0 restores no group if the directory answers for no contact",
        "clients.read.directory-failure";
    NO_LISTS = "lists-to-ios", "iOS has no distribution lists", "clients.loss.lists";
    PICTURE_NOT_BASE64 = "picture-not-strict-base64",
        "iOS drops a picture that is not base64 with padding and nothing else",
        "clients.read.bad-picture";
    PICTURE_SPACED = "picture-with-white-space",
        "iOS drops a picture whose base64 contains white space",
        "clients.read.base64-whitespace";
    EMPTY_IS_NOBODY = "release-empty-is-nobody", "iOS reads an empty list as nobody", "clients.read.release-empty";
    OTHERS_DROPPED = "release-others-dropped",
        "iOS 6.8.8 and later drops an entry that does not have 8 characters",
        "clients.read.release-everyone-and-id";
    NULL_DROPPED = "release-null-dropped",
        "iOS drops null beside an ID",
        "clients.read.release-id-and-null";
    NULL_WORD_DROPPED = "release-null-word-dropped",
        "iOS 6.8.8 and later drops the word `null`, which is not an ID",
        "clients.read.release-null-word";
    OTHERS_KEPT_RAW = "release-others-raw",
        "iOS before 6.8.8 keeps an entry that is not an ID as if it were an ID",
        "clients.read.release-everyone-and-id";
    LINK_IGNORED = "link-of-another-type",
        "iOS handles only links that are a phone number or an e-mail address",
        "clients.read.links";
    INCOMPLETE_LINK = "link-without-type-or-value", "iOS skips a link without a type or a value", "clients.read.links";
    NO_LINK_NAME = "link-name-to-older-ios", "iOS before 4.8 does not read it", "clients.read.decoded-keys";
    UPPER_CASED = "identity-upper-cased", "iOS converts the ID to upper case", "clients.read.lower-case-identity";
    UNKNOWN_LEVEL = "level-unknown-ios", "iOS 7.0 and later restores an unknown level as level 0", "clients.read.unknown-verification";
    DIRECTORY_KEY = "public-key-ignored",
        "iOS uses the key of the directory, with the level of the backup",
        "clients.read.public-key-mismatch";
    NOT_READ_YET = "contact-created-to-older-ios",
        "iOS before 6.3 does not restore it",
        "clients.loss.contact-created-at";
    NO_LAST_UPDATE = "last-update-to-older-ios", "iOS before 5.8 does not read it", "clients.loss.last-update";
    NEVER_HIDDEN = "hidden-to-older-ios", "iOS before 4.9 restores no contact as hidden", "clients.releases.ios";
    NOT_PRIVATE = "private-to-older-ios", "iOS before 4.8 does not restore it", "clients.releases.ios";
    NO_POLICY = "policies-to-older-ios", "iOS before 4.8 does not read it", "clients.read.decoded-keys";
    NO_GROUP_KEY = "device-group-key-to-older-ios", "iOS before 4.9 does not read it", "clients.read.decoded-keys";
    UNKNOWN_POLICY = "policy-default",
        "iOS uses the default for a value other than 0, 1 and 2",
        "clients.read.unknown-receipts";
    INCOMPLETE_GROUP = "group-without-id-creator-or-members",
        "iOS skips a group without an ID, a creator or members",
        "clients.read.incomplete-group";
    LEFT_IS_LOST = "group-left-is-lost",
        "iOS 4.8 to 7.0.4 does not restore a group that the user left and did not create",
        "clients.read.left-group";
    AFTER_LEFT = "group-after-a-left-one",
        "iOS 7.0 to 7.0.4 stops at a group that was left",
        "clients.read.left-group";
    ID_NOT_HEX = "group-id-not-hex-skipped",
        "iOS 7.0.5 and later skips a group whose ID is not hexadecimal",
        "clients.read.group-id-not-hex";
    CREATOR_ADDED = "group-creator-becomes-member", "iOS adds the creator to the members", "clients.read.creator-no-member";
    OWN_GROUP_ACTIVE = "group-dissolved-is-back",
        "iOS 4.8 to 7.0.4 makes the user's own dissolved group active again",
        "clients.read.left-group";
    LEAVES = "group-of-blocked-creator",
        "iOS restores the blocked IDs first, and does not restore an active group whose creator is blocked: it tells all members that the user leaves",
        "clients.read.blocked-creator";
    BLOCKED_MEMBER = "group-of-blocked-member",
        "iOS 4.8 to 4.8.3 does not restore a group with a blocked member that is not a contact",
        "clients.read.unknown-member";
    MEMBER_SKIPPED = "member-skipped",
        "iOS skips a member that is not a contact and cannot become one",
        "clients.read.unknown-member";
    GROUP_NEEDS_DIRECTORY = "group-needs-directory",
        "iOS does not restore a group if it cannot ask the directory for a member that is not a contact",
        "clients.read.unknown-member";
    DELETED_IGNORED = "group-deleted-is-back",
        "iOS does not read that a group was deleted, and restores it",
        "clients.read.deleted-group";
    NO_GROUP_TIME = "group-created-to-ios", "iOS does not restore it", "clients.loss.group-created-at";
    OTHER_SPELLING = "sync-excluded-to-ios",
        "iOS 4.8 and later reads the key `syncExcludedIDs`, which no other client writes",
        "clients.read.sync-excluded-key";
    LATER_SPELLING = "sync-excluded-to-older-ios",
        "iOS before 4.8 reads the key `syncExcludedIds`, which later releases do not write",
        "clients.read.sync-excluded-key";
    ANDROID_ONLY = "settings-to-ios", "iOS has no such setting", "clients.loss.android-settings";
}
