//! Restores that do not go through, from a document that a published release wrote.

use super::{Crossing, End};
use crate::clients::{Reader, Writer};
use crate::safe::backup::{Timestamp, Verification};
use std::ops::RangeInclusive;

/// A restore that does not go through.
#[derive(Clone, Debug)]
pub struct StopRow {
    /// The name, for ever.
    pub id: &'static str,
    /// How it ends.
    pub end: End,
    /// The releases that write.
    pub writers: RangeInclusive<Writer>,
    /// The releases that read.
    pub readers: RangeInclusive<Reader>,
    /// In which backups, to go on after "if"; empty: in all.
    pub condition: &'static str,
    /// The same, as a function.
    pub when: fn(&Crossing<'_>) -> bool,
    /// Why, in a sentence for a person.
    pub reason: &'static str,
    /// Where it is seen.
    pub source: &'static str,
}

impl StopRow {
    /// Whether it is about this pair of releases.
    pub fn is_between(&self, writer: Writer, reader: Reader) -> bool {
        self.writers.contains(&writer) && self.readers.contains(&reader)
    }
}

const ANDROID_WRITES: RangeInclusive<Writer> = Writer::Android4_5..=Writer::Android6_4;
const RAW_CREATED: RangeInclusive<Writer> = Writer::Android4_5..=Writer::Android5_0;
const WITH_LAST_UPDATE: RangeInclusive<Writer> = Writer::Android5_3..=Writer::Android6_4;
const DEVICE_LINK: RangeInclusive<Writer> = Writer::Ios4_9DeviceLink..=Writer::Ios4_9DeviceLink;
const OLD_IOS: RangeInclusive<Reader> = Reader::Ios5_4..=Reader::Ios6_8;
const NEW_IOS: RangeInclusive<Reader> = Reader::Ios7_0_0..=Reader::Ios7_2;
const DESKTOP: RangeInclusive<Reader> = Reader::DesktopPreview14..=Reader::DesktopPreview14;

const TIME_BEFORE_1970: &str = "a contact or group was made before 1970";
const UPDATE_BEFORE_1970: &str = "the last update of a contact or group is before 1970";
const LIST_ID: &str =
    "the ID of a distribution list begins with a digit of 8 or more, as it is written";
const UNSIGNED: &str = "iOS takes a time for an unsigned number, and fails as a whole";
const UNSIGNED_SOURCE: &str = "VARIANTS section 2, \"negative ts\"; section 5, item 9";
const SWALLOWED: &str = "VARIANTS section 2, \"negative ts\", and below the table";

macro_rules! stops {
    ($($id:literal $end:ident $writers:expr, $readers:expr, $condition:expr, $when:expr, $reason:expr, $source:expr;)*) => {
        /// Every such restore that is known.
        pub const STOPS: &[StopRow] = &[$(StopRow {
            id: $id,
            end: End::$end,
            writers: $writers,
            readers: $readers,
            condition: $condition,
            when: $when,
            reason: $reason,
            source: $source,
        },)*];
    };
}

stops! {
    "created-before-1970-hangs" Hang RAW_CREATED, OLD_IOS, TIME_BEFORE_1970, created_before_1970, UNSIGNED, SWALLOWED;
    "created-before-1970" Refused RAW_CREATED, NEW_IOS, TIME_BEFORE_1970, created_before_1970, UNSIGNED, UNSIGNED_SOURCE;
    "last-update-before-1970-hangs" Hang WITH_LAST_UPDATE, OLD_IOS, UPDATE_BEFORE_1970, update_before_1970, UNSIGNED, SWALLOWED;
    "last-update-before-1970" Refused WITH_LAST_UPDATE, NEW_IOS, UPDATE_BEFORE_1970, update_before_1970, UNSIGNED, UNSIGNED_SOURCE;
    "no-contacts-hangs" Hang Writer::Ios4_6..=Writer::Ios6_3, Reader::Ios4_6..=Reader::Ios4_6, "there are no contacts",
        |it| it.backup.contacts.is_empty(),
        "iOS leaves an empty list of contacts out, and iOS 4.6 waits for it for ever",
        "VARIANTS section 2, \"missing contacts\"";
    "list-id-crashes" Crash Writer::Android4_8..=Writer::Android5_0_5, Reader::Android4_8..=Reader::Android4_8, LIST_ID,
        |it| it.backup.distribution_lists.iter().any(|list| list.id.is_some_and(|id| id.0[7] >= 0x80)),
        "Android 4.8 to 5.2 reads the ID as a number with a sign",
        "VARIANTS section 5, item 13";
    "list-id-crashes-from-later-android" Crash WITH_LAST_UPDATE, Reader::Android4_8..=Reader::Android4_8, LIST_ID,
        |it| it.backup.distribution_lists.iter().any(|list| list.id.is_some_and(|id| id.0[0] >= 0x80)),
        "Android 4.8 to 5.2 reads the ID as a number with a sign",
        "VARIANTS section 5, item 13";
    "desktop-needs-its-key" Refused ANDROID_WRITES, DESKTOP, "", |_| true,
        "Desktop restores no backup but one that was made to link it",
        "VARIANTS section 4, \"DGK\"";
    "desktop-needs-its-key-from-ios" Refused Writer::Ios4_6..=Writer::Ios4_9, DESKTOP, "", |_| true,
        "Desktop restores no backup but one that was made to link it",
        "VARIANTS section 4, \"DGK\"";
    "desktop-needs-its-key-from-later-ios" Refused Writer::Ios5_1..=Writer::Ios6_3, DESKTOP, "", |_| true,
        "Desktop restores no backup but one that was made to link it",
        "VARIANTS section 4, \"DGK\"";
    "desktop-revoked" Refused DEVICE_LINK, DESKTOP, "the directory does not answer for a contact whose key is not in the backup", any_unknown,
        "Desktop needs the key of every contact, or nothing is imported",
        "VARIANTS section 2, \"revoked contact\"";
    "desktop-other-key" Refused DEVICE_LINK, DESKTOP, "the directory has another key of a contact of level 2", any_other_key,
        "Desktop imports all or nothing",
        "VARIANTS section 5, item 14";
    "desktop-creator" Refused DEVICE_LINK, DESKTOP, "the creator of a group is no contact", any_creator_unknown,
        "Desktop imports all or nothing",
        "VARIANTS section 2, \"group creator unknown\"";
}

fn created_before_1970(it: &Crossing<'_>) -> bool {
    let contacts = it.contacts().map(|contact| contact.created_at);
    let groups = it.backup.groups.iter().map(|group| group.created_at);
    contacts.chain(groups).any(is_before_1970)
}

fn update_before_1970(it: &Crossing<'_>) -> bool {
    let contacts = it.contacts().map(|contact| contact.last_update);
    let groups = it.backup.groups.iter().map(|group| group.last_update);
    contacts.chain(groups).any(is_before_1970)
}

fn is_before_1970(time: Option<Timestamp>) -> bool {
    time.is_some_and(|time| time < Timestamp(0))
}

/// The releases that make a backup to link a device write a key at level 2 alone.
fn any_unknown(it: &Crossing<'_>) -> bool {
    it.contacts().any(|contact| {
        let full = contact.verification == Some(Verification::Full);
        let written = full && contact.public_key.is_some();
        !written && it.directory.entry(contact.identity).is_none()
    })
}

fn any_other_key(it: &Crossing<'_>) -> bool {
    it.contacts().any(|contact| {
        let entry = it.directory.entry(contact.identity);
        let full = contact.verification == Some(Verification::Full);
        full && entry.is_some_and(|entry| Some(entry.public_key) != contact.public_key)
    })
}

fn any_creator_unknown(it: &Crossing<'_>) -> bool {
    let known = |id| id == it.phone.own_id || it.contacts().any(|contact| contact.identity == id);
    it.backup.groups.iter().any(|group| !known(group.creator))
}
