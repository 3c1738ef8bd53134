//! Why iOS changes or refuses what stands in a backup, where that is seen, and of which releases it is told.

use crate::clients::read::{Told, Why};
use crate::clients::release::Reader;

const ALL: Told = &(Reader::Ios4_6..=Reader::Ios7_2);
const NEWEST: Told = &(Reader::Ios7_2..=Reader::Ios7_2);
const BEFORE_4_8: Told = &(Reader::Ios4_6..=Reader::Ios4_6);
const SINCE_4_8: Told = &(Reader::Ios5_4..=Reader::Ios7_2);
const BEFORE_5_8: Told = &(Reader::Ios4_6..=Reader::Ios5_4);
const FROM_4_8_TO_5_7: Told = &(Reader::Ios5_4..=Reader::Ios5_4);
const FROM_4_8_TO_6_8: Told = &(Reader::Ios5_4..=Reader::Ios6_8);
const FROM_4_8_TO_7_0_3: Told = &(Reader::Ios5_4..=Reader::Ios7_0_0);
const SINCE_6_8: Told = &(Reader::Ios6_8..=Reader::Ios7_2);
const SINCE_7_0: Told = &(Reader::Ios7_0_0..=Reader::Ios7_2);
const FROM_7_0_TO_7_0_3: Told = &(Reader::Ios7_0_0..=Reader::Ios7_0_0);
const SINCE_7_0_5: Told = &(Reader::Ios7_0_5..=Reader::Ios7_2);

pub(super) const WITHOUT_CONTACTS: Why = Why {
    reason: "is missing, and the restore never ends",
    source: "source of iOS 4.6.18 (VARIANTS section 2, \"missing contacts\")",
    told: BEFORE_4_8,
};
pub(super) const WITHOUT_SETTINGS: Why = Why {
    reason: "is missing, and the app takes it for granted",
    source: "SafeStore.swift:651 of iOS 7.2.2",
    told: NEWEST,
};
pub(super) const WITHOUT_DIRECTORY: Why = Why {
    reason: "needs the directory, which cannot be reached",
    source: "source of iOS 7.0 and later (VARIANTS section 2, below the table)",
    told: SINCE_7_0,
};
pub(super) const POLICY_CRASHES: Why = Why {
    reason: "is neither 0, 1 nor 2",
    source: "source of iOS 4.8 to 6.7.1 (VARIANTS section 4, \"RR/typing\")",
    told: FROM_4_8_TO_5_7,
};
pub(super) const ODD_GROUP_ID: Why = Why {
    reason: "has an odd number of digits, and the app reads beyond its end",
    source: "source of iOS 7.2.2 (VARIANTS section 2, \"odd-length hex group id\")",
    told: NEWEST,
};
pub(super) const GROUP_ID_CRASHES: Why = Why {
    reason: "is not hexadecimal",
    source: "source of iOS 4.8 to 7.0.4 (VARIANTS section 2, \"non-hex group id\")",
    told: FROM_4_8_TO_7_0_3,
};
pub(super) const NO_CONTACTS: Why = Why {
    reason: "without `contacts` the groups are not restored",
    source: "source of iOS 4.8 to 6.8.8 (VARIANTS section 2, \"missing contacts\")",
    told: FROM_4_8_TO_6_8,
};
pub(super) const NO_LISTS: Why = Why {
    reason: "iOS has no distribution lists",
    source: "clause 3.6; source of iOS 7.2.2 (VARIANTS section 4, \"distributionlists\")",
    told: ALL,
};
pub(super) const PICTURE_NOT_BASE64: Why = Why {
    reason: "the picture is not base64 with padding and nothing else",
    source: "source of iOS 7.2.2 (VARIANTS section 2, \"base64 whitespace\", \"bad base64 profilePic\")",
    told: NEWEST,
};
pub(super) const EMPTY_IS_NOBODY: Why = Why {
    reason: "the empty list becomes nobody, which comes to the same",
    source: "source of iOS 7.2.2 (VARIANTS section 2, \"release `[]`\")",
    told: NEWEST,
};
pub(super) const OTHERS_DROPPED: Why = Why {
    reason: "only the IDs of the list are left",
    source: "source of iOS 6.8.8 and later (VARIANTS section 2, `[\"*\",\"ABCDEFGH\"]`)",
    told: SINCE_7_0,
};
pub(super) const OTHERS_KEPT_RAW: Why = Why {
    reason: "what is no ID stays in the list as if it were one",
    source: "source of iOS before 6.8.8 (VARIANTS section 2, `[\"*\",\"ABCDEFGH\"]`)",
    told: BEFORE_5_8,
};
pub(super) const DUPLICATE: Why = Why {
    reason: "the contact is there a second time, and the first counts",
    source: "source of iOS 7.2.2 (VARIANTS section 2, \"duplicate contact\")",
    told: NEWEST,
};
pub(super) const NOT_IN_DIRECTORY: Why = Why {
    reason: "the directory does not know the contact any more",
    source: "source of iOS 7.2.2 (VARIANTS section 2, \"revoked contact\"; section 5, item 25)",
    told: ALL,
};
pub(super) const UPPER_CASED: Why = Why {
    reason: "the ID is turned to upper case",
    source: "source of iOS 7.2.2 (VARIANTS section 2, \"lower-case contact ID\")",
    told: NEWEST,
};
pub(super) const DIRECTORY_KEY: Why = Why {
    reason: "the public key is ignored: that of the directory counts, at the level of the backup",
    source: "source of iOS 7.2.2 (VARIANTS section 2, \"publickey ≠ directory\"; section 5, item 14)",
    told: NEWEST,
};
pub(super) const NOT_READ_YET: Why = Why {
    reason: "iOS before 6.3 does not restore when a contact was made",
    source: "source of iOS before 6.3 (VARIANTS section 4, \"contact createdAt\")",
    told: BEFORE_5_8,
};
pub(super) const NO_LAST_UPDATE: Why = Why {
    reason: "iOS before 5.8 does not read the time of the last update",
    source: "source of iOS before 5.8 (VARIANTS section 4, \"lastUpdate\")",
    told: BEFORE_5_8,
};
pub(super) const UNKNOWN_POLICY: Why = Why {
    reason: "what is neither 0, 1 nor 2 becomes the default",
    source: "source of iOS 7.2.2 (VARIANTS section 4, \"RR/typing\")",
    told: SINCE_6_8,
};
pub(super) const UNKNOWN_CREATOR: Why = Why {
    reason: "whoever made the group is no contact",
    source: "source of iOS 7.2.2 (VARIANTS section 2, \"group creator unknown\")",
    told: NEWEST,
};
pub(super) const AFTER_LEFT: Why = Why {
    reason: "it comes after a group that was left, where the app stops",
    source: "source of iOS 7.0 to 7.0.4 (VARIANTS section 5, item 10)",
    told: FROM_7_0_TO_7_0_3,
};
pub(super) const ID_NOT_HEX: Why = Why {
    reason: "the ID of the group is not hexadecimal",
    source: "source of iOS 7.0.5 and later (VARIANTS section 2, \"non-hex group id\")",
    told: SINCE_7_0_5,
};
pub(super) const CREATOR_ADDED: Why = Why {
    reason: "whoever made the group becomes a member",
    source: "source of iOS 7.2.2 (VARIANTS section 2, \"members without creator\")",
    told: NEWEST,
};
pub(super) const OWN_GROUP_ACTIVE: Why = Why {
    reason: "the group was dissolved, and is active again",
    source: "source of iOS 4.8 to 7.0.4 (VARIANTS section 5, item 10)",
    told: FROM_4_8_TO_7_0_3,
};
pub(super) const DELETED_IGNORED: Why = Why {
    reason: "the group was deleted, and is back",
    source: "source of iOS 7.2.2, which never reads it (VARIANTS section 5, item 11)",
    told: ALL,
};
pub(super) const NO_GROUP_TIME: Why = Why {
    reason: "iOS does not restore when a group was made",
    source: "source of iOS 7.2.2 (VARIANTS section 4, \"group createdAt\")",
    told: NEWEST,
};
pub(super) const OTHER_SPELLING: Why = Why {
    reason: "the key is spelled otherwise than this release reads it",
    source: "SafeJsonParser.swift:76 of iOS 7.2.2 (VARIANTS section 5, item 2)",
    told: SINCE_4_8,
};
pub(super) const ANDROID_ONLY: Why = Why {
    reason: "iOS has no such setting",
    source: "source of iOS 7.2.2 (VARIANTS section 4)",
    told: NEWEST,
};
