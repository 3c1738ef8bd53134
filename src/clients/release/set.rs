//! Sets of releases.

use super::{Form, Origin, Release};
use std::fmt;

/// A set of releases.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Releases(u64);

impl Releases {
    /// The empty set.
    pub const NONE: Self = Self(0);
    /// Every release of Android.
    pub const ANDROID: Self = Self::since(Release::Android4_5);
    /// Every release of iOS.
    pub const IOS: Self = Self::since(Release::Ios4_6);
    /// Every release of Desktop that restores.
    pub const DESKTOP: Self = Self::since(Release::DesktopPreview14);
    /// Every release of Android and iOS.
    pub const MOBILE: Self = Self::ANDROID.and(Self::IOS);
    /// Every release.
    pub const ALL: Self = Self::MOBILE.and(Self::DESKTOP);

    /// Returns the set of one release.
    pub const fn of(release: Release) -> Self {
        Self(1 << release as u32)
    }

    /// Returns the releases from `first` to `last`, both included.
    ///
    /// # Panics
    ///
    /// If the two belong to different clients, or the first is later than the last.
    pub const fn between(first: Release, last: Release) -> Self {
        assert!(
            first.client() as u8 == last.client() as u8 && first as u32 <= last as u32,
            "a range is within one client and goes forward"
        );
        let up_to_last = u64::MAX >> (63 - last as u32);
        Self(up_to_last & (u64::MAX << first as u32))
    }

    /// Returns a release and all later ones of its client.
    pub const fn since(first: Release) -> Self {
        let mut set = Self::NONE;
        let mut index = 0;
        while index < Release::ALL.len() {
            let each = Release::ALL[index];
            if each.client() as u8 == first.client() as u8 && each as u32 >= first as u32 {
                set = set.and(Self::of(each));
            }
            index += 1;
        }
        set
    }

    /// Returns a release and all earlier ones of its client.
    pub const fn up_to(last: Release) -> Self {
        let mut set = Self::NONE;
        let mut index = 0;
        while index < Release::ALL.len() {
            let each = Release::ALL[index];
            if each.client() as u8 == last.client() as u8 && each as u32 <= last as u32 {
                set = set.and(Self::of(each));
            }
            index += 1;
        }
        set
    }

    /// Returns the releases that are in either set.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns whether a release is in the set.
    pub const fn contains(self, release: Release) -> bool {
        self.0 & (1 << release as u32) != 0
    }

    /// Returns the releases, by client and from the oldest.
    pub fn iter(self) -> impl Iterator<Item = Release> {
        let all = Release::ALL.iter().copied();
        all.filter(move |release| self.contains(*release))
    }
}

impl fmt::Debug for Releases {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// A set of origins: releases that write, with the form of the document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origins {
    usual: Releases,
    test_build: Releases,
    device_link: Releases,
}

impl Origins {
    /// Every origin.
    pub const ALL: Self = Self::ANDROID.and(Self::IOS);
    /// Every origin of Android.
    pub const ANDROID: Self = Self {
        usual: Releases::ANDROID,
        test_build: Form::TEST_BUILDS,
        device_link: Releases::NONE,
    };
    /// Every origin of iOS.
    pub const IOS: Self = Self {
        usual: Releases::IOS,
        test_build: Releases::NONE,
        device_link: Form::DEVICE_LINKS,
    };
    /// The documents that iOS writes to link a device.
    pub const DEVICE_LINK: Self = Self {
        usual: Releases::NONE,
        test_build: Releases::NONE,
        device_link: Form::DEVICE_LINKS,
    };
    /// The ordinary backups of every release.
    pub const USUAL: Self = Self {
        usual: Releases::MOBILE,
        test_build: Releases::NONE,
        device_link: Releases::NONE,
    };

    /// Returns all origins of these releases, in every form.
    pub const fn of(releases: Releases) -> Self {
        Self {
            usual: releases,
            test_build: Releases(releases.0 & Form::TEST_BUILDS.0),
            device_link: Releases(releases.0 & Form::DEVICE_LINKS.0),
        }
    }

    /// Returns the origins that are in either set.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            usual: self.usual.and(other.usual),
            test_build: self.test_build.and(other.test_build),
            device_link: self.device_link.and(other.device_link),
        }
    }

    /// Returns the origins that are in both sets.
    #[must_use]
    pub const fn within(self, other: Self) -> Self {
        Self {
            usual: Releases(self.usual.0 & other.usual.0),
            test_build: Releases(self.test_build.0 & other.test_build.0),
            device_link: Releases(self.device_link.0 & other.device_link.0),
        }
    }

    /// Returns whether an origin is in the set.
    pub const fn contains(self, origin: Origin) -> bool {
        match origin.form {
            Form::Usual => self.usual.contains(origin.release),
            Form::TestBuild => self.test_build.contains(origin.release),
            Form::DeviceLink => self.device_link.contains(origin.release),
        }
    }
}
