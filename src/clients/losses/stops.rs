//! Restores that do not go through, from a document that a published release wrote.

use super::{Crossing, End};
use crate::clients::Reason;
use crate::clients::android::reasons::NO_SIGNED_NUMBER;
use crate::clients::desktop::reasons as desktop;
use crate::clients::ios::reasons as ios;
use crate::clients::release::{Origin, Origins, Release, Releases};
use crate::safe::backup::{Timestamp, Verification};

/// A restore that does not go through.
#[derive(Clone, Debug)]
pub struct StopRow {
    /// Why.
    pub why: &'static Reason,
    /// How it ends.
    pub end: End,
    /// Who wrote.
    pub from: Origins,
    /// The releases that restore.
    pub to: Releases,
    /// In which backups, to go on after "if"; empty: in all.
    pub condition: &'static str,
    /// The same, as a function.
    pub when: fn(&Crossing<'_>) -> bool,
}

impl StopRow {
    /// Whether it is about these releases.
    pub fn is_between(&self, origin: Origin, release: Release) -> bool {
        self.from.contains(origin) && self.to.contains(release)
    }
}

const RAW_TIMES: Origins =
    Origins::of(Releases::up_to(Release::Android5_0).and(Releases::since(Release::Android5_3)));
const SWALLOWED: Releases = Releases::between(Release::Ios5_4, Release::Ios6_8_8);
const SHOWN: Releases = Releases::up_to(Release::Ios5_1).and(Releases::since(Release::Ios7_0));
const BEFORE_1970: &str = "a contact or group was made or changed before 1970";
const USUAL: Origins = Origins::ANDROID.and(Origins::of(Releases::IOS).within(Origins::USUAL));

/// Every such restore that is known.
pub static STOPS: &[StopRow] = &[
    StopRow {
        why: &ios::UNSIGNED_HANGS,
        end: End::Hang,
        from: RAW_TIMES,
        to: SWALLOWED,
        condition: BEFORE_1970,
        when: before_1970,
    },
    StopRow {
        why: &ios::UNSIGNED,
        end: End::Refused,
        from: RAW_TIMES,
        to: SHOWN,
        condition: BEFORE_1970,
        when: before_1970,
    },
    StopRow {
        why: &ios::WITHOUT_CONTACTS,
        end: End::Hang,
        from: Origins::IOS,
        to: Releases::of(Release::Ios4_6),
        condition: "there are no contacts, which iOS then leaves out",
        when: |it| it.backup.contacts.is_empty(),
    },
    StopRow {
        why: &NO_SIGNED_NUMBER,
        end: End::Crash,
        from: Origins::of(Releases::since(Release::Android4_8)),
        to: Releases::between(Release::Android4_8, Release::Android5_0_5),
        condition: "the ID of a distribution list begins with a digit of 8 or more, as it is written",
        when: list_id_begins_high,
    },
    StopRow {
        why: &desktop::NEEDS_ITS_KEY,
        end: End::Refused,
        from: USUAL,
        to: Releases::DESKTOP,
        condition: "",
        when: |_| true,
    },
    StopRow {
        why: &desktop::REVOKED,
        end: End::Refused,
        from: Origins::DEVICE_LINK,
        to: Releases::DESKTOP,
        condition: "the directory does not answer for a contact whose key is not in the backup",
        when: any_unknown,
    },
    StopRow {
        why: &desktop::OTHER_KEY,
        end: End::Refused,
        from: Origins::DEVICE_LINK,
        to: Releases::DESKTOP,
        condition: "the directory has another key of a contact of level 2",
        when: any_other_key,
    },
    StopRow {
        why: &desktop::CREATOR,
        end: End::Refused,
        from: Origins::DEVICE_LINK,
        to: Releases::DESKTOP,
        condition: "the creator of a group is no contact",
        when: any_creator_unknown,
    },
    StopRow {
        why: &desktop::MEMBER,
        end: End::Refused,
        from: Origins::DEVICE_LINK,
        to: Releases::DESKTOP,
        condition: "a member of a group is no contact",
        when: any_member_unknown,
    },
];

fn before_1970(it: &Crossing<'_>) -> bool {
    let contacts = it
        .contacts()
        .map(|contact| (contact.created_at, contact.last_update));
    let groups = it
        .backup
        .groups
        .iter()
        .map(|group| (group.created_at, group.last_update));
    let is_before = |time: Option<Timestamp>| time.is_some_and(|time| time < Timestamp(0));
    let with_update = it.origin.since(Release::Android5_3);
    contacts
        .chain(groups)
        .any(|(created, updated)| is_before(if with_update { updated } else { created }))
}

fn list_id_begins_high(it: &Crossing<'_>) -> bool {
    let low_first = it.origin.since(Release::Android5_3);
    let mut lists = it.backup.distribution_lists.iter();
    lists.any(|list| {
        let first = |bytes: [u8; 8]| if low_first { bytes[0] } else { bytes[7] };
        list.name.is_some() && list.id.is_some_and(|id| first(id.0) >= 0x80)
    })
}

fn any_unknown(it: &Crossing<'_>) -> bool {
    it.contacts().any(|contact| {
        let full = contact.verification == Some(Verification::Full);
        let is_written = full || it.origin.since(Release::Ios5_1);
        let written = is_written && contact.public_key.is_some();
        !written && it.directory.entry(contact.identity).is_none()
    })
}

fn any_other_key(it: &Crossing<'_>) -> bool {
    it.contacts().any(|contact| {
        let entry = it.directory.entry(contact.identity);
        let full = contact.verification == Some(Verification::Full);
        full && contact.public_key.is_some()
            && entry.is_some_and(|entry| Some(entry.public_key) != contact.public_key)
    })
}

fn any_creator_unknown(it: &Crossing<'_>) -> bool {
    it.backup
        .groups
        .iter()
        .any(|group| !it.is_listed(group.creator))
}

fn any_member_unknown(it: &Crossing<'_>) -> bool {
    it.backup.groups.iter().any(|group| {
        let mut members = it.members(group);
        members.any(|id| !it.is_listed(id) && id != group.creator)
    })
}
