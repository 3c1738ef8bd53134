//! What neither a source nor an execution shows about restoring the documents of published
//! releases.

#![allow(clippy::enum_glob_use, reason = "it is a table of fields")]

use super::table::When;
use crate::clients::Field::{self, *};
use crate::clients::release::{Origin, Origins, Release, Releases};

/// A value of which the result of a restore is not known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unknown {
    /// The name. It never changes.
    pub id: &'static str,
    /// A name for all fields together, if it says more than their list: `any setting`.
    pub together: Option<&'static str>,
    /// The fields.
    pub fields: &'static [Field],
    /// The origins of the document.
    pub from: Origins,
    /// The releases that restore it.
    pub to: Releases,
    /// The condition that the backup meets.
    pub when: When,
    /// What is missing to know it.
    pub because: &'static str,
}

impl Unknown {
    /// Returns whether it applies between these releases.
    pub fn is_between(&self, origin: Origin, release: Release) -> bool {
        self.from.contains(origin) && self.to.contains(release)
    }
}

/// All such values.
pub static UNKNOWNS: &[Unknown] = &[
    Unknown {
        id: "device-group-key-older-ios",
        together: None,
        fields: &[DeviceGroupKey],
        from: Origins::DEVICE_LINK,
        to: Releases::up_to(Release::Ios4_8_4),
        when: When::Always,
        because: "no source says whether iOS before 4.9 reads it",
    },
    Unknown {
        id: "policies-older-ios",
        together: None,
        fields: &[ReadReceipts, TypingIndicators],
        from: Origins::ALL,
        to: Releases::of(Release::Ios4_6),
        when: When::HasPolicy,
        because: "no source says whether iOS before 4.8 reads it",
    },
    Unknown {
        id: "group-left-older-android",
        together: None,
        fields: &[GroupMembers],
        from: Origins::ALL,
        to: Releases::up_to(Release::Android5_3),
        when: When::GroupWithoutOneself,
        because: "no source says what Android before 5.7 does with it",
    },
    Unknown {
        id: "group-of-fetched-creator",
        together: None,
        fields: &[Group],
        from: Origins::ALL,
        to: Releases::MOBILE,
        when: When::CreatorFetched,
        because: "no source says what happens to a group whose creator was fetched for another group",
    },
];
