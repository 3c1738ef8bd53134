//! The rows.

#![allow(clippy::enum_glob_use, reason = "nearly every field has a row")]

use super::{Loss, Side, When};
use crate::clients::Field::{self, *};
use crate::clients::restore::ChangeKind::{self, Added, Changed, Lost};
use crate::clients::{Reader, Writer};
use std::ops::RangeInclusive;

pub(super) const ANDROID_WRITES: RangeInclusive<Writer> = Writer::Android4_5..=Writer::Android6_4;
pub(super) const IOS_WRITES: RangeInclusive<Writer> = Writer::Ios4_6..=Writer::Ios6_3;
pub(super) const ALL_WRITE: RangeInclusive<Writer> = Writer::Android4_5..=Writer::Ios6_3;
pub(super) const ANDROID_READS: RangeInclusive<Reader> = Reader::Android4_8..=Reader::Android6_4;
pub(super) const IOS_READS: RangeInclusive<Reader> = Reader::Ios4_6..=Reader::Ios7_2;
const MOBILE_READS: RangeInclusive<Reader> = Reader::Android4_8..=Reader::Ios7_2;
pub(super) const DESKTOP_READS: RangeInclusive<Reader> =
    Reader::DesktopPreview14..=Reader::DesktopPreview14;
const ALL_READ: RangeInclusive<Reader> = Reader::Android4_8..=Reader::DesktopPreview14;

const TEXTS: &[Field] = &[
    Nickname,
    Link,
    FirstName,
    LastName,
    ContactNickname,
    GroupName,
    DistributionListName,
    RecentEmojis,
];

const CREATED: &[Field] = &[ContactCreatedAt, GroupCreatedAt, DistributionListCreatedAt];
const LAST_UPDATES: &[Field] = &[
    ContactLastUpdate,
    GroupLastUpdate,
    DistributionListLastUpdate,
];
/// What only Android has.
const OF_ANDROID: &[Field] = &[DisableScreenshots, IncognitoKeyboard, RecentEmojis];

const DEVICE_LINK: RangeInclusive<Writer> = Writer::Ios4_9DeviceLink..=Writer::Ios4_9DeviceLink;

macro_rules! told {
    () => {
        None
    };
    ($told:expr) => {
        Some($told)
    };
}

macro_rules! losses {
    ($($id:literal $(as $together:literal)? $fields:expr, $kinds:expr, $side:ident $writers:expr, $readers:expr $(=> $told:expr)?, $when:ident, $reason:literal, $source:literal;)*) => {
        /// Everything that is known to be lost, in the order of the document.
        pub const LOSSES: &[Loss] = &[$(Loss {
            id: $id,
            together: [$(Some($together),)? None][0],
            fields: $fields,
            kinds: $kinds,
            at: Side::$side,
            writers: $writers,
            readers: $readers,
            told: told!($($told)?),
            when: When::$when,
            reason: $reason,
            source: $source,
        },)*];
    };
}

const LOST: &[ChangeKind] = &[Lost];
const CHANGED: &[ChangeKind] = &[Changed];
const ADDED: &[ChangeKind] = &[Added];

losses! {
    "text-lone-surrogate" as "any text" TEXTS, CHANGED, Writing ANDROID_WRITES, ALL_READ, LONE_SURROGATE,
        "Android writes `?` for half of a surrogate pair",
        "Android's org.json, executed (VARIANTS section 1)";
    "nickname-from-id" &[Nickname], ADDED, Reading ALL_WRITE, ANDROID_READS, WITHOUT_NICKNAME,
        "without a nickname Android takes the ID for one",
        "VARIANTS section 4, \"privatekey, nickname, picture\"";
    "release-without-picture" &[PictureRelease], LOST, Writing ANDROID_WRITES, ALL_READ, NO_PICTURE,
        "Android says who may see the picture only if there is one",
        "VARIANTS section 1, \"user\"";
    "release-nobody-is-a-list" &[PictureRelease], ADDED, Reading ANDROID_WRITES, Reader::Android4_8..=Reader::Android5_8 => Reader::Android4_8..=Reader::Android5_8, NOBODY_IS_SAID,
        "Android up to 5.8.2 reads `[null]` as a list of nobody",
        "VARIANTS section 2, \"release [null]\"; section 5, item 16";
    "release-empty-is-nobody" &[PictureRelease], LOST, Reading ALL_WRITE, IOS_READS, EMPTY_RELEASE,
        "iOS takes an empty list for nobody",
        "VARIANTS section 2, \"release []\"";
    "link-name" &[LinkName], LOST, Writing ALL_WRITE, ALL_READ, ALWAYS,
        "Android writes no name of a link, iOS an empty one",
        "VARIANTS section 1, \"user\"";
    "device-group-key-android" &[DeviceGroupKey], LOST, Writing ANDROID_WRITES, ALL_READ, ALWAYS,
        "Android has no such key",
        "VARIANTS section 1, \"user\"";
    "device-group-key-ios" &[DeviceGroupKey], LOST, Writing Writer::Ios4_6..=Writer::Ios4_9, ALL_READ, ALWAYS,
        "iOS writes the key only to link a device",
        "VARIANTS section 1, \"temporaryDeviceGroupKeyTodoRemove\"";
    "device-group-key-later-ios" &[DeviceGroupKey], LOST, Writing Writer::Ios5_1..=Writer::Ios6_3, ALL_READ, ALWAYS,
        "iOS writes the key only to link a device",
        "VARIANTS section 1, \"temporaryDeviceGroupKeyTodoRemove\"";
    "device-group-key-ignored" &[DeviceGroupKey], LOST, Reading DEVICE_LINK, ANDROID_READS, ALWAYS,
        "Android does not look at the key",
        "VARIANTS section 4, \"DGK\"";
    "device-group-key-made-up" &[DeviceGroupKey], ADDED, Writing DEVICE_LINK, Reader::Ios4_6..=Reader::DesktopPreview14, GROUP_KEY_MADE_UP,
        "iOS makes the key up when it makes a backup to link a device",
        "VARIANTS section 1, \"temporaryDeviceGroupKeyTodoRemove\"";
    "contact-own" &[Contact], LOST, Writing Writer::Android6_4..=Writer::Android6_4, ALL_READ, OWN_CONTACT,
        "Android 6.4 leaves the own ID out of the contacts",
        "VARIANTS section 1, \"6.4.0\"";
    "contact-removed" &[Contact], LOST, Writing Writer::Android6_0..=Writer::Android6_4, ALL_READ, REMOVED_CONTACT,
        "Android 6.0 and later leaves contacts out that were removed",
        "VARIANTS section 1, \"6.0.0\"";
    "contact-created-ios" &[ContactCreatedAt], LOST, Writing Writer::Ios4_6..=Writer::Ios5_1, ALL_READ, ALWAYS,
        "iOS before 6.3 writes 0",
        "VARIANTS section 1, \"6.3\"";
    "created-before-1970-android" as "any createdAt" CREATED, LOST, Writing Writer::Android5_0_5..=Writer::Android6_4, ALL_READ, BEFORE_1970,
        "Android 5.0.5 and later writes 0 for a time before 1970",
        "VARIANTS section 1, \"5.0.5\"";
    "last-update-android" LAST_UPDATES, LOST, Writing Writer::Android4_5..=Writer::Android5_0_5, ALL_READ, ALWAYS,
        "Android before 5.3 does not write it",
        "VARIANTS section 1, \"5.3\"";
    "last-update-ios" &[ContactLastUpdate, GroupLastUpdate], LOST, Writing Writer::Ios4_6..=Writer::Ios4_8_3, ALL_READ, ALWAYS,
        "iOS before 4.9 does not write it",
        "VARIANTS section 1, \"4.9\"";
    "hidden-ios" &[Hidden], LOST, Writing Writer::Ios4_6..=Writer::Ios4_8_3, ALL_READ, ALWAYS,
        "iOS before 4.9 always writes false",
        "VARIANTS section 1, \"4.9\"";
    "policies-android" &[ReadReceipts, TypingIndicators], LOST, Writing Writer::Android4_5..=Writer::Android4_5, ALL_READ, ALWAYS,
        "Android before 4.57 does not write them",
        "VARIANTS section 1, \"4.57\"";
    "policies-and-private-ios" &[ReadReceipts, TypingIndicators, ContactPrivate, GroupPrivate], LOST, Writing Writer::Ios4_6..=Writer::Ios4_6, ALL_READ, ALWAYS,
        "iOS before 4.8 does not write them",
        "VARIANTS section 1, \"4.8\"";
    "group-created-ios" &[GroupCreatedAt], LOST, Writing IOS_WRITES, ALL_READ, ALWAYS,
        "iOS always writes 0",
        "VARIANTS section 1, \"group\"";
    "group-members-left" &[GroupMembers], &[Lost, Changed], Writing Writer::Android5_7..=Writer::Android6_4, ALL_READ, LEFT_GROUP,
        "Android 5.7 and later takes the own ID out of the members of a group that was left",
        "VARIANTS section 1, \"5.7.0\"";
    "group-deleted-android" &[GroupDeleted], LOST, Writing Writer::Android6_0..=Writer::Android6_4, ALL_READ, ALWAYS,
        "Android 6.0 and later always writes false",
        "VARIANTS section 1, \"6.0.0\"";
    "group-deleted-ios" &[GroupDeleted], LOST, Writing IOS_WRITES, ALL_READ, ALWAYS,
        "iOS always writes false",
        "VARIANTS section 1, \"group\"";
    "lists-ios" &[DistributionList], LOST, Writing IOS_WRITES, ALL_READ, ALWAYS,
        "iOS has no distribution lists",
        "VARIANTS section 1, \"iOS\"";
    "list-id-android" &[DistributionListId], &[Lost, Changed], Writing Writer::Android4_5..=Writer::Android4_7Test, ALL_READ, ALWAYS,
        "Android before 4.8 does not write it, and the list gets one at random",
        "VARIANTS section 1, \"4.8\"";
    "list-id-byte-order" &[DistributionListId], &[Lost, Changed], Writing Writer::Android4_8..=Writer::Android5_0_5, Reader::Android5_3..=Reader::Android6_4 => ANDROID_READS, LIST_ID_IS_NO_PALINDROME,
        "Android 4.8 to 5.2 writes the highest byte first, later releases the lowest",
        "VARIANTS section 5, item 13";
    "settings-of-android" OF_ANDROID, LOST, Writing IOS_WRITES, ALL_READ, ALWAYS,
        "iOS has no such setting",
        "VARIANTS section 1, \"iOS\"";
    "sync-excluded-from-ios" &[SyncExcludedIds], LOST, Reading Writer::Ios4_8..=Writer::Ios6_3, ANDROID_READS, ALWAYS,
        "iOS 4.8 and later spells the key `syncExcludedIDs`, which nobody else reads",
        "SafeJsonParser.swift:76 of iOS 7.2.2; VARIANTS section 5, item 2";
    "sync-excluded-to-older-ios" &[SyncExcludedIds], LOST, Reading Writer::Ios4_8..=Writer::Ios6_3, Reader::Ios4_6..=Reader::Ios4_6, ALWAYS,
        "iOS 4.8 and later spells the key `syncExcludedIDs`, which nobody else reads",
        "SafeJsonParser.swift:76 of iOS 7.2.2; VARIANTS section 5, item 2";
    "sync-excluded-to-ios" &[SyncExcludedIds], LOST, Reading Writer::Android4_5..=Writer::Ios4_6, Reader::Ios5_4..=Reader::Ios7_2 => Reader::Ios5_4..=Reader::Ios7_2, ALWAYS,
        "iOS 4.8 and later reads the key `syncExcludedIDs`, which nobody else writes",
        "SafeJsonParser.swift:76 of iOS 7.2.2; VARIANTS section 5, item 2";
    "release-is-everyone" &[PictureRelease], ADDED, Reading DEVICE_LINK, DESKTOP_READS, NOBODY,
        "iOS leaves nobody out, and Desktop takes everyone where nothing is said",
        "VARIANTS section 5, item 17";
    "release-empty-is-everyone" &[PictureRelease], CHANGED, Reading DEVICE_LINK, DESKTOP_READS, EMPTY_RELEASE,
        "Desktop takes an empty list for everyone",
        "VARIANTS section 2, \"release []\"";
    "links-desktop" &[Link], LOST, Reading DEVICE_LINK, DESKTOP_READS, ALWAYS,
        "Desktop restores no links",
        "VARIANTS section 4, \"links\"";
    "contact-revoked" &[Contact], LOST, Reading ALL_WRITE, MOBILE_READS => MOBILE_READS, UNKNOWN_TO_DIRECTORY,
        "a contact is restored only if the directory answers for it",
        "VARIANTS section 2, \"revoked contact\"; section 5, item 25";
    "public-key-ignored" &[PublicKey], CHANGED, Reading ALL_WRITE, IOS_READS, OTHER_KEY,
        "iOS takes the key of the directory, at the level of the backup",
        "VARIANTS section 5, item 14";
    "public-key-of-level-2-alone" &[PublicKey], CHANGED, Reading Writer::Android5_0..=Writer::Android6_4, ANDROID_READS, OTHER_KEY_NOT_LEVEL_2,
        "Android takes the key of the backup at level 2 alone, else that of the directory",
        "VARIANTS section 4, \"publickey\"";
    "public-key-of-level-2-alone-from-ios" &[PublicKey], CHANGED, Reading Writer::Ios5_1..=Writer::Ios6_3, ANDROID_READS, OTHER_KEY_NOT_LEVEL_2,
        "Android takes the key of the backup at level 2 alone, else that of the directory",
        "VARIANTS section 4, \"publickey\"";
    "level-1" &[Verification], LOST, Reading ALL_WRITE, ANDROID_READS, LEVEL_1,
        "Android restores level 1 as level 0",
        "VARIANTS section 2, \"verification 1\"";
    "contact-created-to-older-ios" &[ContactCreatedAt], LOST, Reading ALL_WRITE, Reader::Ios4_6..=Reader::Ios5_4 => Reader::Ios4_6..=Reader::Ios5_4, ALWAYS,
        "iOS before 6.3 does not restore it",
        "VARIANTS section 4, \"contact createdAt\"";
    "time-beyond-63-bits" as "any time" &[ContactCreatedAt, ContactLastUpdate, GroupLastUpdate], CHANGED, Reading IOS_WRITES, ANDROID_READS, BEYOND_63_BITS,
        "Android takes the largest number of 63 bits for it",
        "getLong of org.json, executed (VARIANTS section 2, \"18446744073709552000\")";
    "time-no-date" as "any time" &[ContactLastUpdate, GroupLastUpdate], LOST, Reading DEVICE_LINK, DESKTOP_READS, NO_DATE,
        "JavaScript has no such date",
        "VARIANTS section 2, \"18446744073709552000\"; ECMAScript, \"Time Values\"";
    "last-update-to-older-android" LAST_UPDATES, LOST, Reading ALL_WRITE, Reader::Android4_8..=Reader::Android4_8 => Reader::Android4_8..=Reader::Android4_8, ALWAYS,
        "Android before 5.3 does not read it",
        "VARIANTS section 4, \"lastUpdate\"";
    "last-update-to-older-ios" &[ContactLastUpdate, GroupLastUpdate], LOST, Reading ALL_WRITE, Reader::Ios4_6..=Reader::Ios5_4 => Reader::Ios4_6..=Reader::Ios5_4, ALWAYS,
        "iOS before 5.8 does not read it",
        "VARIANTS section 4, \"lastUpdate\"";
    "policies-desktop" &[ReadReceipts, TypingIndicators], LOST, Reading DEVICE_LINK, DESKTOP_READS, ALWAYS,
        "Desktop does not restore them",
        "VARIANTS section 4, \"RR/typing\"";
    "group-of-unknown-creator" &[Group], LOST, Reading ALL_WRITE, MOBILE_READS, CREATOR_UNKNOWN,
        "a group is restored only if its creator is",
        "VARIANTS section 2, \"group creator unknown\"";
    "group-deleted" &[Group], LOST, Reading Writer::Android4_5..=Writer::Android5_7, ANDROID_READS => ANDROID_READS, DELETED,
        "a deleted group is not restored",
        "clause 3.5";
    "group-deleted-is-back" &[GroupDeleted], LOST, Reading Writer::Android4_5..=Writer::Android5_7, IOS_READS => IOS_READS, ALWAYS,
        "iOS does not read that a group was deleted: it is back",
        "VARIANTS section 5, item 11";
    "group-after-a-left-one" &[Group], LOST, Reading ALL_WRITE, Reader::Ios7_0_0..=Reader::Ios7_0_0 => Reader::Ios7_0_0..=Reader::Ios7_0_0, AFTER_A_LEFT_GROUP,
        "iOS 7.0 to 7.0.3 stops at a group that was left",
        "VARIANTS section 5, item 10";
    "group-created-to-ios" &[GroupCreatedAt], LOST, Reading ALL_WRITE, IOS_READS, ALWAYS,
        "iOS does not restore it",
        "VARIANTS section 4, \"group createdAt\"";
    "group-creator-becomes-member" &[GroupMembers], &[Changed, Added], Reading ALL_WRITE, IOS_READS, CREATOR_NO_MEMBER,
        "whoever made the group becomes a member",
        "VARIANTS section 2, \"members without creator\"";
    "group-creator-becomes-member-desktop" &[GroupMembers], &[Changed, Added], Reading DEVICE_LINK, DESKTOP_READS, CREATOR_NO_MEMBER,
        "whoever made the group becomes a member",
        "VARIANTS section 2, \"members without creator\"";
    "group-dissolved-is-back" &[GroupMembers], ADDED, Reading ALL_WRITE, Reader::Ios5_4..=Reader::Ios7_0_0 => Reader::Ios5_4..=Reader::Ios7_0_0, OWN_AND_EMPTY,
        "a group of one's own that was dissolved is active again",
        "VARIANTS section 5, item 10";
    "lists-to-ios" &[DistributionList], LOST, Reading ANDROID_WRITES, IOS_READS => IOS_READS, ALWAYS,
        "iOS has no distribution lists",
        "clause 3.6; VARIANTS section 5, item 3";
    "list-id-negative" &[DistributionListId], &[Lost, Changed], Reading ANDROID_WRITES, ANDROID_READS, LIST_ID_NEGATIVE_OR_TAKEN,
        "a list whose number is below zero or taken gets another one at random",
        "VARIANTS section 2, \"DL id\"";
    "list-id-byte-order-back" &[DistributionListId], &[Lost, Changed], Reading Writer::Android5_3..=Writer::Android6_4, Reader::Android4_8..=Reader::Android4_8 => ANDROID_READS, LIST_ID_IS_NO_PALINDROME,
        "Android 4.8 to 5.2 reads the highest byte first, later releases write the lowest first",
        "VARIANTS section 5, item 13";
    "settings-to-ios" OF_ANDROID, LOST, Reading ANDROID_WRITES, IOS_READS, ALWAYS,
        "iOS has no such setting",
        "VARIANTS section 4, \"disableScreenshots\"";
    "settings-desktop" as "any setting" Field::OF_SETTINGS, LOST, Reading DEVICE_LINK, DESKTOP_READS, ALWAYS,
        "Desktop restores no settings",
        "VARIANTS section 4, \"other settings\"";
    "groups-without-contacts-to-android" &[Group], LOST, Reading IOS_WRITES, ANDROID_READS, NO_CONTACTS,
        "iOS leaves an empty list of contacts out, and Android then restores no groups",
        "VARIANTS section 2, \"missing contacts\"";
    "groups-without-contacts-to-older-ios" &[Group], LOST, Reading IOS_WRITES, Reader::Ios5_4..=Reader::Ios6_8 => Reader::Ios5_4..=Reader::Ios6_8, NO_CONTACTS,
        "iOS leaves an empty list of contacts out, and iOS 4.8 to 6.8.8 then restores no groups",
        "VARIANTS section 2, \"missing contacts\"";
}

/// Fields of which it is told that older releases restore them, too.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The fields.
    pub fields: &'static [Field],
    /// The releases that read.
    pub readers: RangeInclusive<Reader>,
    /// Where it is seen.
    pub source: &'static str,
}

/// What is told of releases that are not the newest: of a field that stands neither here nor in a row, nobody knows whether they
/// restore it.
pub const KEPT: &[Kept] = &[
    Kept {
        fields: LAST_UPDATES,
        readers: Reader::Android5_3..=Reader::Android6_4,
        source: "VARIANTS section 4, \"lastUpdate\"",
    },
    Kept {
        fields: &[ContactLastUpdate, GroupLastUpdate],
        readers: Reader::Ios6_8..=Reader::Ios7_2,
        source: "VARIANTS section 4, \"lastUpdate\"",
    },
    Kept {
        fields: &[ContactCreatedAt],
        readers: Reader::Ios6_8..=Reader::Ios7_2,
        source: "VARIANTS section 4, \"contact createdAt\"",
    },
    Kept {
        fields: &[ReadReceipts, TypingIndicators],
        readers: Reader::Ios5_4..=Reader::Ios7_2,
        source: "VARIANTS section 4, \"RR/typing\"",
    },
    Kept {
        fields: &[DistributionListId],
        readers: ANDROID_READS,
        source: "VARIANTS section 5, item 13",
    },
];
