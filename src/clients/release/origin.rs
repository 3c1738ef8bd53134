//! The origin of a document: a release, and the form of the document.

use super::{Aspect, Release, Releases, UnknownRelease};
use crate::safe::Client;
use serde::{Serialize, Serializer};
use std::fmt;

/// The form of a document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Form {
    /// An ordinary backup.
    Usual,
    /// A backup of a test build of Android 4.7 to 5.0.6, with three more keys at the top.
    TestBuild,
    /// A backup that iOS makes to link a device.
    DeviceLink,
}

impl Form {
    /// The releases with test builds. The one before 4.8 stands for all of them.
    ///
    /// Source: `clients.write.group-links`.
    pub(super) const TEST_BUILDS: Releases = Releases::of(Release::Android4_6);
    /// The releases that link devices.
    ///
    /// Source: `clients.write.device-group-key`.
    pub(super) const DEVICE_LINKS: Releases = Releases::since(Release::Ios4_9);

    const ALL: [Self; 3] = [Self::Usual, Self::TestBuild, Self::DeviceLink];

    const fn suffix(self) -> &'static str {
        match self {
            Self::Usual => "",
            Self::TestBuild => "-test",
            Self::DeviceLink => "-devicelink",
        }
    }

    fn releases(self) -> Releases {
        match self {
            Self::Usual => Releases::MOBILE,
            Self::TestBuild => Self::TEST_BUILDS,
            Self::DeviceLink => Self::DEVICE_LINKS,
        }
    }
}

/// The origin of a document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Origin {
    /// The release.
    pub release: Release,
    /// The form.
    pub form: Form,
}

impl Release {
    /// Returns the origin of ordinary backups of this release.
    pub const fn usual(self) -> Origin {
        Origin {
            release: self,
            form: Form::Usual,
        }
    }

    /// Returns the origin of what this release writes to link a device.
    pub const fn device_link(self) -> Origin {
        Origin {
            release: self,
            form: Form::DeviceLink,
        }
    }
}

impl Origin {
    /// Returns all origins that differ: one for each range of releases that write alike, and one
    /// for each of its other forms.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for release in Release::distinct(Aspect::Writing) {
            let forms = Form::ALL.into_iter();
            let forms = forms.filter_map(|form| {
                // The test builds are within a range.
                let mut within = form.releases().iter();
                let is_alike =
                    |each: &Release| each.representative(Aspect::Writing) == Some(release);
                let release = within.find(is_alike)?;
                Some(Self { release, form })
            });
            all.extend(forms);
        }
        all
    }

    /// Returns the newest ordinary origin of each client that writes.
    pub fn newest() -> [Self; 2] {
        [Client::Android, Client::Ios].map(|client| {
            let newest = Release::newest(client);
            newest
                .representative(Aspect::Writing)
                .unwrap_or(newest)
                .usual()
        })
    }

    /// Returns whether a document of this origin exists: Desktop writes no backups, and not every
    /// release has every form.
    pub fn writes(self) -> bool {
        self.form.releases().contains(self.release)
    }

    /// Returns the client.
    pub const fn client(self) -> Client {
        self.release.client()
    }

    /// Returns whether its release is `first` or a later one of the same client.
    pub fn since(self, first: Release) -> bool {
        self.release.since(first)
    }

    /// Returns the name in files and options: `ios-4.9-devicelink`.
    pub fn id(self) -> String {
        format!("{}{}", self.release.id(), self.form.suffix())
    }

    /// Returns the origin that a name means: a release, optionally followed by `-devicelink` or
    /// `-test`.
    ///
    /// # Errors
    /// If the name does not name a release.
    pub fn named(name: &str) -> Result<Self, UnknownRelease> {
        for form in [Form::TestBuild, Form::DeviceLink] {
            if let Some(name) = name.strip_suffix(form.suffix()) {
                let release = Release::named(name)?;
                let origin = Self { release, form };
                return if origin.writes() {
                    Ok(origin)
                } else {
                    Err(UnknownRelease::Form {
                        client: release.client(),
                        name: origin.id(),
                    })
                };
            }
        }
        Release::named(name).map(Release::usual)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = self.release.alike(Aspect::Writing);
        match self.form {
            Form::Usual => range.fmt(formatter),
            Form::TestBuild => write!(formatter, "{range} (test builds)"),
            Form::DeviceLink => write!(formatter, "{range} (device link)"),
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.id())
    }
}
