//! Side effects of a restore: messages, files and uploads that are not in the backup.

use super::release::{Release, Releases};
use serde::{Serialize, Serializer};

/// Something that an app does during a restore without being asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum SideEffect {
    /// The app asks the creators of all groups to synchronise them.
    SendsGroupSync,
    /// The app stores the master key and the server before it downloads anything.
    StoresKeyFirst,
    /// The app leaves groups whose creator is blocked, and notifies all members.
    LeavesGroups,
    /// The app overwrites the backup with what it restored, some seconds later.
    Overwrites,
    /// The app leaves the document with the private key on the phone if it cannot decode it.
    LeavesPlaintextWithKey,
    /// The app leaves the document without the private key on the phone if it cannot decode it.
    LeavesPlaintext,
}

impl SideEffect {
    /// All side effects.
    pub const ALL: [Self; 6] = [
        Self::SendsGroupSync,
        Self::StoresKeyFirst,
        Self::LeavesGroups,
        Self::Overwrites,
        Self::LeavesPlaintextWithKey,
        Self::LeavesPlaintext,
    ];

    /// Returns the name. It never changes.
    pub const fn id(self) -> &'static str {
        match self {
            Self::SendsGroupSync => "sends-group-sync",
            Self::StoresKeyFirst => "stores-key-first",
            Self::LeavesGroups => "leaves-groups",
            Self::Overwrites => "overwrites",
            Self::LeavesPlaintextWithKey => "leaves-plaintext-with-key",
            Self::LeavesPlaintext => "leaves-plaintext",
        }
    }

    /// Returns a sentence that describes the effect.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::SendsGroupSync => "the restore sends requests for group synchronisation",
            Self::StoresKeyFirst => {
                "the app stores the master key and the server before it downloads the backup, and a failed restore leaves them there"
            }
            Self::LeavesGroups => {
                "the restore leaves out the groups whose creator is blocked, and tells their members that the user leaves"
            }
            Self::Overwrites => {
                "the app uploads what it has restored over the backup, some seconds later"
            }
            Self::LeavesPlaintextWithKey => {
                "if the document cannot be decoded, it stays on the phone in plain text, with the private key"
            }
            Self::LeavesPlaintext => {
                "if the document cannot be decoded, it stays on the phone in plain text without the private key, until the app decodes the next backup"
            }
        }
    }

    /// Returns the fact that is the source.
    pub const fn source(self) -> &'static str {
        match self {
            Self::SendsGroupSync => "clients.releases.android; clients.releases.ios",
            Self::StoresKeyFirst => "clients.read.stored-before-download",
            Self::LeavesGroups => "clients.read.blocked-creator",
            Self::Overwrites => "clients.divergence.overwrite-after-restore",
            Self::LeavesPlaintextWithKey | Self::LeavesPlaintext => "clients.read.plaintext-file",
        }
    }

    /// Returns the releases that have this effect.
    pub const fn releases(self) -> Releases {
        match self {
            Self::SendsGroupSync => {
                Releases::up_to(Release::Android5_0_5).and(Releases::up_to(Release::Ios5_9))
            }
            Self::StoresKeyFirst => Releases::ANDROID,
            Self::LeavesGroups => Releases::since(Release::Ios4_8),
            Self::Overwrites => Releases::IOS,
            Self::LeavesPlaintextWithKey => Releases::up_to(Release::Ios5_1),
            Self::LeavesPlaintext => Releases::since(Release::Ios7_0),
        }
    }

    /// Returns the effects of every restore that succeeds.
    pub(super) fn of_restore(release: Release) -> Vec<Self> {
        let always = [Self::SendsGroupSync, Self::Overwrites].into_iter();
        always
            .filter(|each| each.releases().contains(release))
            .collect()
    }
}

impl Serialize for SideEffect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_has_the_side_effects_of_its_release() {
        let of = SideEffect::of_restore;
        assert_eq!(of(Release::Android5_0), [SideEffect::SendsGroupSync]);
        assert!(of(Release::Android5_3).is_empty());
        assert_eq!(of(Release::Ios5_9).len(), 2);
        assert_eq!(of(Release::Ios5_9_2), [SideEffect::Overwrites]);
        assert!(of(Release::DesktopPreview14).is_empty());
    }
}
