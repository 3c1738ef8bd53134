//! What no source and no execution tells of a restore, of documents that published releases write.

#![allow(clippy::enum_glob_use, reason = "it is a table of fields")]

use super::table::{
    ALL_WRITE, ANDROID_READS, ANDROID_WRITES, DESKTOP_READS, IOS_READS, IOS_WRITES,
};
use super::{Crossing, Situation, When};
use crate::clients::Field::{self, *};
use crate::clients::{Reader, Writer};
use std::ops::RangeInclusive;

/// Something of which nobody knows what becomes of it.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// The name, for ever.
    pub id: &'static str,
    /// What the fields are together, where that says more than one by one: `any setting`.
    pub together: Option<&'static str>,
    /// The fields.
    pub fields: &'static [Field],
    /// The releases that write.
    pub writers: RangeInclusive<Writer>,
    /// The releases that read.
    pub readers: RangeInclusive<Reader>,
    /// In which backups.
    pub when: When,
    /// What is missing to know it.
    pub because: &'static str,
}

impl Unknown {
    /// Whether it is about this pair of releases.
    pub fn is_between(&self, writer: Writer, reader: Reader) -> bool {
        self.writers.contains(&writer) && self.readers.contains(&reader)
    }

    /// Whether it is about this field at this place.
    pub fn covers(&self, situation: &Situation<'_>) -> bool {
        let Crossing { writer, reader, .. } = situation.crossing;
        self.is_between(writer, reader)
            && self.fields.contains(&situation.difference.field)
            && (self.when.holds)(situation)
    }
}

const DEVICE_LINK: RangeInclusive<Writer> = Writer::Ios4_9DeviceLink..=Writer::Ios4_9DeviceLink;
const IOS_4_6: RangeInclusive<Reader> = Reader::Ios4_6..=Reader::Ios4_6;

macro_rules! unknowns {
    ($($id:literal $(as $together:literal)? $fields:expr, $writers:expr, $readers:expr, $when:ident, $because:literal;)*) => {
        /// All of it.
        pub const UNKNOWNS: &[Unknown] = &[$(Unknown {
            id: $id,
            together: [$(Some($together),)? None][0],
            fields: $fields,
            writers: $writers,
            readers: $readers,
            when: When::$when,
            because: $because,
        },)*];
    };
}

unknowns! {
    "device-group-key-older-ios" &[DeviceGroupKey], DEVICE_LINK, IOS_4_6, ALWAYS,
        "whether iOS before 4.9 reads it is not told";
    "hidden-older-ios" &[Hidden], ALL_WRITE, IOS_4_6, IS_HIDDEN,
        "whether iOS before 4.9 reads it is not told";
    "private-older-ios" &[ContactPrivate, GroupPrivate], ALL_WRITE, IOS_4_6, IS_PRIVATE,
        "whether iOS before 4.8 reads it is not told";
    "policies-older-ios" &[ReadReceipts, TypingIndicators], ALL_WRITE, IOS_4_6, HAS_POLICY,
        "whether iOS before 4.8 reads it is not told";
    "group-member-no-contact-android" &[GroupMembers], ALL_WRITE, ANDROID_READS, MEMBER_NO_CONTACT,
        "what Android does with such a member is not told";
    "group-member-no-contact-ios" &[GroupMembers], ALL_WRITE, IOS_READS, MEMBER_NO_CONTACT,
        "what iOS does with such a member is not told";
    "group-member-no-contact-desktop" &[GroupMembers], DEVICE_LINK, DESKTOP_READS, MEMBER_NO_CONTACT,
        "what Desktop does with such a member is not told";
    "group-left-older-android" &[GroupMembers], ALL_WRITE, Reader::Android4_8..=Reader::Android5_3, GROUP_WITHOUT_ONESELF,
        "what Android before 5.7 makes of it is not told";
    "group-left-older-ios" &[GroupMembers], ALL_WRITE, Reader::Ios4_6..=Reader::Ios7_0_0, GROUP_WITHOUT_ONESELF,
        "what iOS before 7.0.5 makes of it is not told";
    "group-creator-no-member-older-android" &[GroupMembers], ALL_WRITE, Reader::Android4_8..=Reader::Android6_1, CREATOR_NO_MEMBER,
        "what Android before 6.2 makes of it is not told";
    "list-member-no-contact" &[DistributionListMembers], ANDROID_WRITES, ANDROID_READS, LIST_MEMBER_NO_CONTACT,
        "what Android does with such a member is not told";
    "list-without-name" &[DistributionListName], ANDROID_WRITES, ANDROID_READS, LIST_WITHOUT_NAME,
        "what Android does with such a list is not told";
    "settings-without-contacts" as "any setting" Field::OF_SETTINGS, IOS_WRITES, ANDROID_READS, NO_CONTACTS,
        "iOS leaves an empty list of contacts out, and whether Android then restores the settings is not told";
}
