//! Restores that fail for a document that a published release wrote.

use super::row::End;
use crate::clients::Reason;
use crate::clients::android::reasons::NO_SIGNED_NUMBER;
use crate::clients::desktop::reasons as desktop;
use crate::clients::ios::reasons as ios;
use crate::clients::release::{Origin, Origins, Release, Releases};

/// A restore that fails.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StopRow {
    /// The reason.
    pub why: &'static Reason,
    /// How it fails.
    pub end: End,
    /// The origins of the document.
    pub from: Origins,
    /// The releases that restore it.
    pub to: Releases,
    /// The condition that the backup meets, to follow "if"; `None`: every backup.
    pub condition: Option<&'static str>,
    /// Whether the reason already names the condition.
    pub reason_names_condition: bool,
}

impl StopRow {
    /// Returns whether it applies between these releases.
    pub fn is_between(&self, origin: Origin, release: Release) -> bool {
        self.from.contains(origin) && self.to.contains(release)
    }
}

const RAW_TIMES: Origins =
    Origins::of(Releases::up_to(Release::Android5_0).and(Releases::since(Release::Android5_3)));
const SWALLOWED: Releases = Releases::between(Release::Ios5_4, Release::Ios6_8_8);
const SHOWN: Releases =
    Releases::between(Release::Ios4_9, Release::Ios5_1).and(Releases::since(Release::Ios7_0));
const BEFORE_1970: &str = "a contact or group was made or changed before 1970";
const USUAL: Origins = Origins::ANDROID.and(Origins::of(Releases::IOS).within(Origins::USUAL));

/// All known restores that fail.
pub static STOPS: &[StopRow] = &[
    StopRow {
        why: &ios::UNSIGNED_HANGS,
        end: End::Hang,
        from: RAW_TIMES,
        to: SWALLOWED,
        condition: Some(BEFORE_1970),
        reason_names_condition: false,
    },
    StopRow {
        why: &ios::UNSIGNED,
        end: End::Refused,
        from: RAW_TIMES,
        to: SHOWN,
        condition: Some(BEFORE_1970),
        reason_names_condition: false,
    },
    StopRow {
        why: &ios::UNSIGNED_CREATED,
        end: End::Refused,
        from: Origins::of(Releases::up_to(Release::Android5_0)),
        to: Releases::up_to(Release::Ios4_8_4),
        condition: Some("a contact was made before 1970, or a group, which iOS 4.6 ignores"),
        reason_names_condition: false,
    },
    StopRow {
        why: &ios::WITHOUT_CONTACTS,
        end: End::Hang,
        from: Origins::IOS,
        to: Releases::of(Release::Ios4_6),
        condition: Some("there are no contacts, which iOS then leaves out"),
        reason_names_condition: false,
    },
    StopRow {
        why: &ios::WITHOUT_DIRECTORY,
        end: End::Refused,
        from: Origins::ALL,
        to: Releases::IOS,
        condition: Some("the directory cannot be reached, and there are contacts"),
        reason_names_condition: false,
    },
    StopRow {
        why: &NO_SIGNED_NUMBER,
        end: End::Crash,
        from: Origins::of(Releases::since(Release::Android4_8)),
        to: Releases::between(Release::Android4_8, Release::Android5_0_5),
        condition: Some(
            "the ID of a distribution list begins with a digit of 8 or more, as it is written",
        ),
        reason_names_condition: false,
    },
    StopRow {
        why: &desktop::NEEDS_ITS_KEY,
        end: End::Refused,
        from: USUAL,
        to: Releases::DESKTOP,
        condition: None,
        reason_names_condition: false,
    },
    StopRow {
        why: &desktop::REVOKED,
        end: End::Refused,
        from: Origins::DEVICE_LINK,
        to: Releases::DESKTOP,
        condition: Some(
            "the directory does not answer for a contact whose key is not in the backup",
        ),
        reason_names_condition: false,
    },
    StopRow {
        why: &desktop::OTHER_KEY,
        end: End::Refused,
        from: Origins::DEVICE_LINK,
        to: Releases::DESKTOP,
        condition: Some("the directory has another key of a contact whose key is in the backup"),
        reason_names_condition: true,
    },
    StopRow {
        why: &desktop::NEEDS_DIRECTORY,
        end: End::Refused,
        from: Origins::DEVICE_LINK,
        to: Releases::DESKTOP,
        condition: Some("the directory cannot be reached, and there are contacts"),
        reason_names_condition: false,
    },
    StopRow {
        why: &desktop::GROUP_DATE,
        end: End::Refused,
        from: Origins::DEVICE_LINK,
        to: Releases::DESKTOP,
        condition: Some("a time of a group is later than the year 275760"),
        reason_names_condition: true,
    },
    StopRow {
        why: &desktop::CREATOR,
        end: End::Refused,
        from: Origins::DEVICE_LINK,
        to: Releases::DESKTOP,
        condition: Some("the creator of a group is not a contact"),
        reason_names_condition: true,
    },
    StopRow {
        why: &desktop::MEMBER,
        end: End::Refused,
        from: Origins::DEVICE_LINK,
        to: Releases::DESKTOP,
        condition: Some("a member of a group is not a contact"),
        reason_names_condition: true,
    },
];
