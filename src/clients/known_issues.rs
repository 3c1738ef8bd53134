//! Known issues of published clients: what happens, in which releases, and what people can do. No server can mend them.

use super::defects::Defect;
use super::release::{Release, Releases};
use crate::safe::Client;

/// A known issue of a published client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum KnownIssue {
    /// iOS answers the server's challenge with the Safe password when it restores.
    IosRestorePassword,
    /// iOS uploads an unchanged backup only after the full retention.
    IosFullRetention,
    /// iOS reports a 413 as an unknown error.
    IosPayloadTooLarge,
    /// Android takes credentials inside an address as they stand.
    EncodedUserInfo,
    /// Android crashes on a backup of less than 24 bytes.
    AndroidShortBody,
}

impl KnownIssue {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::IosRestorePassword,
        Self::IosFullRetention,
        Self::IosPayloadTooLarge,
        Self::EncodedUserInfo,
        Self::AndroidShortBody,
    ];

    /// The name. It never changes.
    pub const fn id(self) -> &'static str {
        match self {
            Self::IosRestorePassword => "ios-restore-password",
            Self::IosFullRetention => "ios-full-retention",
            Self::IosPayloadTooLarge => "ios-payload-too-large",
            Self::EncodedUserInfo => "encoded-user-info",
            Self::AndroidShortBody => "android-short-body",
        }
    }

    /// The issue of this name.
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|issue| issue.id() == id)
    }

    /// The releases that have it.
    pub const fn releases(self) -> Releases {
        match self {
            Self::IosRestorePassword => Releases::since(Release::Ios7_2),
            Self::IosFullRetention | Self::IosPayloadTooLarge => Releases::IOS,
            Self::EncodedUserInfo | Self::AndroidShortBody => Releases::ANDROID,
        }
    }

    /// The client.
    pub fn client(self) -> Client {
        let mut releases = self.releases().iter();
        releases.next().map_or(Client::Android, Release::client)
    }

    /// Whether the newest release of the client still has it.
    pub fn is_current(self) -> bool {
        self.releases().contains(Release::newest(self.client()))
    }

    /// What happens, and what people can do.
    pub const fn text(self) -> &'static str {
        match self {
            Self::IosRestorePassword => {
                "restoring from a server that asks for credentials fails: the app answers the server with the Safe password (the one that encrypts the backup) instead of the server's. The server's administrator can see it. Backing up works. Restore with iOS 7.1.1 or older, or on a server without credentials."
            }
            Self::IosFullRetention => {
                "a backup whose content does not change is uploaded again only after the full retentionDays, not after half of it: a server that deletes on the dot loses it. Keep backups longer than retentionDays says."
            }
            Self::IosPayloadTooLarge => {
                "a backup that the server refuses with 413 is reported as an unknown error: the app looks for another wording than it gets."
            }
            Self::EncodedUserInfo => {
                "credentials inside the URL are taken as they stand: Android sends `u%40x` where iOS sends `u@x`. Enter user name and password in their own fields."
            }
            Self::AndroidShortBody => {
                "a backup of less than 24 bytes crashes the app when it is restored."
            }
        }
    }

    /// Where it is seen. Source: `clients.divergence`.
    pub const fn source(self) -> &'static str {
        match self {
            Self::IosRestorePassword => {
                "RestoreSafeViewController.swift:294-297 and OnboardingRestoreSafeManager:81-87 of iOS 7.2"
            }
            Self::IosFullRetention => "SafeManager.swift:721 of iOS 7.2.2",
            Self::IosPayloadTooLarge => "SafeManager.swift:819 of iOS 7.2.2",
            Self::EncodedUserInfo => "ThreemaSafeServerInfo.java of Android 6.4.2",
            Self::AndroidShortBody => "ThreemaSafeServiceImpl.java:594 of Android 6.4.2",
        }
    }

    fn versions(self) -> String {
        match self {
            Self::IosRestorePassword => "7.2 to 7.2.2".to_owned(),
            _ => "all".to_owned(),
        }
    }
}

impl From<KnownIssue> for Defect {
    fn from(issue: KnownIssue) -> Self {
        Self {
            id: issue.id().to_owned(),
            client: issue.client(),
            releases: issue.versions(),
            text: issue.text().to_owned(),
            source: issue.source().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_of_one_client_and_found_by_its_name() {
        for issue in KnownIssue::ALL {
            assert_eq!(KnownIssue::named(issue.id()), Some(issue));
            let mut releases = issue.releases().iter();
            assert!(releases.all(|release| release.client() == issue.client()));
            assert!(issue.is_current());
        }
    }
}
