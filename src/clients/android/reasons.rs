//! Why Android changes or refuses what stands in a backup, where that is seen, and of which releases it is told.

use crate::clients::read::{Told, Why};
use crate::clients::release::Reader;

pub(super) const ORG_JSON: &str = "Android's org.json, executed";

const ALL: Told = &(Reader::Android4_8..=Reader::Android6_4);
const NEWEST: Told = &(Reader::Android6_4..=Reader::Android6_4);
const BEFORE_5_3: Told = &(Reader::Android4_8..=Reader::Android4_8);
const UP_TO_5_8: Told = &(Reader::Android4_8..=Reader::Android5_8);

pub(super) const NO_OBJECT: Why = Why {
    reason: "is not an object",
    source: ORG_JSON,
    told: ALL,
};
pub(super) const LATER_VERSION: Why = Why {
    reason: "is greater than 1",
    source: VERSION,
    told: NEWEST,
};
pub(super) const NO_VERSION: Why = Why {
    reason: "is no number",
    source: VERSION,
    told: NEWEST,
};
const VERSION: &str =
    "source of Android 6.4.2; getInt of org.json, executed (VARIANTS section 2, \"info.version\")";
pub(super) const NO_IDENTITY: Why = Why {
    reason: "is missing",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"missing user / privatekey\")",
    told: NEWEST,
};
pub(super) const NO_SIGNED_NUMBER: Why = Why {
    reason: "is no number of 64 bits with a sign, and nobody catches the exception",
    source: "ThreemaSafeServiceImpl.java:1040 of Android 5.2, executed (VARIANTS section 5, item 13)",
    told: BEFORE_5_3,
};

pub(super) const NO_CONTACTS: Why = Why {
    reason: "without `contacts` neither groups nor distribution lists are restored",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"missing contacts\")",
    told: NEWEST,
};
pub(super) const NICKNAME_IS_ID: Why = Why {
    reason: "without a nickname the ID becomes the nickname",
    source: "source of Android 6.4.2 (VARIANTS section 4, \"privatekey, nickname, picture\")",
    told: NEWEST,
};
pub(super) const NULL_IS_TEXT: Why = Why {
    reason: "null becomes the word \"null\"",
    source: "ThreemaSafeServiceImpl.java:706 of Android 6.4.2; org.json, executed (VARIANTS section 5, item 15)",
    told: NEWEST,
};
pub(super) const BAD_PICTURE: Why = Why {
    reason: "the picture is not base64",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"bad base64 profilePic\")",
    told: NEWEST,
};
pub(super) const STAR_IS_EVERYONE: Why = Why {
    reason: "a list that begins with `*` is everyone",
    source: "source of Android 6.4.2 (VARIANTS section 2, `[\"*\",\"ABCDEFGH\"]`)",
    told: NEWEST,
};
pub(super) const NULL_IS_NOBODY: Why = Why {
    reason: "a list with an empty entry is nobody",
    source: "source of Android 6.4.2 (VARIANTS section 2, `[\"ABCDEFGH\",null]`, `[\"null\"]`)",
    told: NEWEST,
};
pub(super) const NOBODY_IS_EMPTY: Why = Why {
    reason: "nobody becomes a choice of contacts with none chosen",
    source: "source of Android 5.8.2 (VARIANTS section 5, item 16)",
    told: UP_TO_5_8,
};
pub(super) const NO_LINK_NAME: Why = Why {
    reason: "Android has no names of links",
    source: "source of Android 6.4.2 (VARIANTS section 4, \"links\")",
    told: NEWEST,
};
pub(super) const NO_DEVICE_LINK: Why = Why {
    reason: "Android does not read it",
    source: "source of Android 6.4.2 (VARIANTS section 4, \"DGK\")",
    told: NEWEST,
};
pub(super) const NO_DIRECTORY: Why = Why {
    reason: "the directory cannot be reached, and the contact is lost without a word",
    source: "source of Android 6.4.2 (VARIANTS section 2, below the table)",
    told: NEWEST,
};
pub(super) const LOWER_CASE: Why = Why {
    reason: "the ID is not in upper case, and is not found again in the directory's answer",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"lower-case contact ID\")",
    told: NEWEST,
};
pub(super) const NOT_IN_DIRECTORY: Why = Why {
    reason: "the directory does not know the contact any more",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"revoked contact\"; section 5, item 25)",
    told: ALL,
};
pub(super) const DUPLICATE: Why = Why {
    reason: "the contact is there a second time, and the first counts",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"duplicate contact\")",
    told: NEWEST,
};
pub(super) const LEVEL_1: Why = Why {
    reason: "level 1 becomes level 0",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"verification 1\")",
    told: NEWEST,
};
pub(super) const BAD_KEY: Why = Why {
    reason: "the public key is not base64, and the contact is dropped",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"bad base64 publickey\")",
    told: NEWEST,
};
pub(super) const KEY_OF_DIRECTORY: Why = Why {
    reason: "the public key of the backup counts at level 2 alone: that of the directory takes its place",
    source: "source of Android 6.4.2 (VARIANTS section 4, \"publickey\")",
    told: NEWEST,
};
pub(super) const OTHER_NUMBER: Why = Why {
    reason: "the number is cut off to a whole one of 64 bits with a sign",
    source: "getLong of org.json, executed (VARIANTS section 2, \"fractional ts\", \"18446744073709552000\")",
    told: NEWEST,
};
pub(super) const NO_LAST_UPDATE: Why = Why {
    reason: "Android before 5.3 does not know the time of the last update",
    source: "source of Android before 5.3 (VARIANTS section 4, \"lastUpdate\")",
    told: BEFORE_5_3,
};
pub(super) const NO_TRUTH_VALUE: Why = Why {
    reason: "it is neither true nor false, and the default counts",
    source: "optBoolean of org.json, executed (VARIANTS section 2, \"string for number/bool\")",
    told: NEWEST,
};
pub(super) const UNKNOWN_CREATOR: Why = Why {
    reason: "whoever made the group is no contact",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"group creator unknown\")",
    told: NEWEST,
};
pub(super) const DELETED: Why = Why {
    reason: "the group was deleted",
    source: "clause 3.5",
    told: ALL,
};
pub(super) const DELETED_MISSING: Why = Why {
    reason: "`deleted` is missing, and the group is dropped",
    source: "source of Android 5.8.2 (VARIANTS section 5, item 12)",
    told: UP_TO_5_8,
};
pub(super) const EMPTY_GROUP_ID: Why = Why {
    reason: "the ID of the group has an odd number of digits, and an empty one takes its place",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"odd-length hex group id\")",
    told: NEWEST,
};
pub(super) const GARBAGE_GROUP_ID: Why = Why {
    reason: "the ID of the group is not hexadecimal, and becomes garbage",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"non-hex group id\")",
    told: NEWEST,
};
pub(super) const KICKED: Why = Why {
    reason: "whoever made the group is no member of it, so the person counts as removed",
    source: "source of Android 6.2 and later (VARIANTS section 2, \"members without creator\")",
    told: NEWEST,
};
pub(super) const RANDOM_ID: Why = Why {
    reason: "the ID has not 16 digits, is below zero or taken: the list gets a new one at random",
    source: "source of Android 6.4.2 (VARIANTS section 2, \"DL id\")",
    told: NEWEST,
};
pub(super) const OTHER_BYTE_ORDER: Why = Why {
    reason: "the bytes of the ID were written in the other order: the list gets another one",
    source: "ThreemaSafeServiceImpl.java:1040 of Android 5.2 (VARIANTS section 5, item 13)",
    told: ALL,
};
pub(super) const OTHER_SPELLING: Why = Why {
    reason: "iOS spells the key otherwise than Android",
    source: "ThreemaSafeServiceImpl.java:201 of Android 6.4.2 (VARIANTS section 5, item 2)",
    told: NEWEST,
};
