//! What neither a source nor an execution shows about restoring the documents of published
//! releases.

#![allow(clippy::enum_glob_use, reason = "it is a table of fields")]

use super::table::When;
use crate::clients::Field::{self, *};
use crate::clients::reason::unsourced;
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
        id: "contact-own-desktop",
        together: None,
        fields: &[Contact],
        from: Origins::DEVICE_LINK,
        to: Releases::DESKTOP,
        when: When::OwnContact,
        because: unsourced::OWN_CONTACT_ON_DESKTOP,
    },
    Unknown {
        id: "link-without-value-ios",
        together: None,
        fields: &[Link],
        from: Origins::ALL,
        to: Releases::IOS,
        when: When::LinkWithoutValue,
        because: unsourced::LINK_WITHOUT_VALUE,
    },
    Unknown {
        id: "group-name-long-ios",
        together: None,
        fields: &[GroupName],
        from: Origins::ALL,
        to: Releases::IOS,
        when: When::LongName,
        because: unsourced::LONG_NAME_ON_IOS,
    },
    Unknown {
        id: "group-of-fetched-creator",
        together: None,
        fields: &[Group],
        from: Origins::ALL,
        to: Releases::between(Release::Ios4_8, Release::Ios6_8_8),
        when: When::CreatorFetched,
        because: unsourced::FETCHED_CREATOR,
    },
];
