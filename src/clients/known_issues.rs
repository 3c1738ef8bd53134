//! Known issues: defects of published clients that no server setting can fix. They never fail a
//! server.

use super::release::{Release, Releases};
use crate::safe::{Client, Directions};
use std::collections::BTreeSet;

/// What makes a known issue relevant on a server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Condition {
    /// The server asks for a user name and a password.
    PasswordAsked,
    /// Anybody who knows its ID can download a backup, so a restore is not asked for a password.
    AnybodyDownloads,
    /// The URL holds credentials with percent signs.
    EncodedUserInfo,
    /// The client uploads later than its authors intended, so a server may already have deleted the
    /// backup on the last day of the retention.
    FullRetention,
    /// The server refuses with 413 a backup that the config allows.
    RefusedWith413,
    /// The server returns an empty backup.
    EmptyBackup,
}

/// A defect of a published client, and when it is relevant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct KnownIssue {
    /// The name. It never changes.
    pub id: &'static str,
    /// The client.
    pub client: Client,
    /// Its releases, which are consecutive.
    pub releases: Releases,
    /// The affected directions.
    pub concerns: Directions,
    /// Whether the issue makes every current release fail in these directions.
    pub prevents: bool,
    /// When it is relevant.
    pub when: Condition,
    /// What happens, in a few words.
    pub title: &'static str,
    /// More about it, and what people can do: whole sentences.
    pub more: &'static str,
    /// The ID of the divergence in the manual, which cites file and line.
    pub source: &'static str,
}

/// All known issues. Each is a divergence in the manual that a server can expose. The rig finds the
/// same divergences on a client, and cites the same IDs.
///
/// Source: `clients.divergence`.
pub const KNOWN_ISSUES: &[KnownIssue] = &[
    KnownIssue {
        id: "ios-restore-password",
        client: Client::Ios,
        releases: Releases::of(Release::Ios7_2),
        concerns: Directions::RESTORE,
        prevents: true,
        when: Condition::PasswordAsked,
        title: "restoring from a server that asks for credentials fails",
        more: "The app sends the Safe password instead of the server's password, and the administrator of the server can see it. Backing up works. Restore with app version 7.1.1 or older, or let the server ask for no credentials during the restore, only in your own network.",
        source: "clients.divergence.restore-password",
    },
    KnownIssue {
        id: "ios-full-retention",
        client: Client::Ios,
        releases: Releases::IOS,
        concerns: Directions::RESTORE,
        prevents: false,
        when: Condition::FullRetention,
        title: "a backup whose content does not change is uploaded again only after the full retentionDays",
        more: "Android uploads it after half of that time. A server that deletes right after retentionDays deletes it too early. Keep backups longer than retentionDays says.",
        source: "clients.divergence.retention",
    },
    KnownIssue {
        id: "ios-payload-too-large",
        client: Client::Ios,
        releases: Releases::IOS,
        concerns: Directions::BACKUP,
        prevents: false,
        when: Condition::RefusedWith413,
        title: "a backup that the server refuses with 413 is reported as an unknown error",
        more: "The app expects another wording.",
        source: "clients.divergence.too-large",
    },
    KnownIssue {
        id: "encoded-user-info",
        client: Client::Android,
        releases: Releases::ANDROID,
        concerns: Directions::BOTH,
        prevents: false,
        when: Condition::EncodedUserInfo,
        title: "the app does not decode credentials inside the URL",
        more: "Android sends `u%40x` where iOS sends `u@x`. Enter user name and password in their own fields.",
        source: "clients.divergence.percent-encoded-login",
    },
    KnownIssue {
        id: "android-short-body",
        client: Client::Android,
        releases: Releases::ANDROID,
        concerns: Directions::RESTORE,
        prevents: false,
        when: Condition::EmptyBackup,
        title: "restoring a backup of fewer than 24 bytes crashes the app",
        more: "",
        source: "clients.divergence.short-body",
    },
];

impl KnownIssue {
    /// Returns the known issue with this name.
    pub fn of(id: &str) -> Option<&'static Self> {
        KNOWN_ISSUES.iter().find(|issue| issue.id == id)
    }

    /// Returns what happens, and what people can do.
    pub fn text(&self) -> String {
        format!("{}. {}", self.title, self.more)
            .trim_end()
            .to_owned()
    }

    /// Returns its releases as reports name them: `all`, or `7.2 to 7.2.2`.
    pub fn range(&self) -> String {
        let mut of_client = Release::ALL
            .iter()
            .filter(|release| release.client() == self.client);
        if of_client.all(|release| self.releases.contains(*release)) {
            return "all".to_owned();
        }
        let within: Vec<_> = self.releases.iter().collect();
        let (Some(first), Some(last)) = (within.first(), within.last()) else {
            return "none".to_owned();
        };
        let last = last.last_version().unwrap_or(last.first_version());
        format!("{} to {last}", first.first_version())
    }

    /// Returns the known issues that are relevant under these conditions.
    pub fn under(conditions: &BTreeSet<Condition>) -> impl Iterator<Item = &'static Self> {
        KNOWN_ISSUES
            .iter()
            .filter(|issue| conditions.contains(&issue.when))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_makes_one_issue_matter() {
        let all: BTreeSet<_> = KNOWN_ISSUES.iter().map(|issue| issue.when).collect();
        assert_eq!(all.len(), KNOWN_ISSUES.len());
        assert_eq!(KnownIssue::under(&all).count(), KNOWN_ISSUES.len());
        assert_eq!(KnownIssue::under(&BTreeSet::new()).count(), 0);
        for issue in KNOWN_ISSUES {
            assert_eq!(KnownIssue::of(issue.id), Some(issue));
            let alone = BTreeSet::from([issue.when]);
            assert!(KnownIssue::under(&alone).eq([issue]));
            let fact = crate::manual::fact(issue.source);
            assert!(fact.is_some() && issue.source.starts_with("clients.divergence."));
        }
        assert_eq!(KnownIssue::of("none"), None);
    }

    #[test]
    fn the_releases_of_an_issue_are_its_clients() {
        let range = |id| KnownIssue::of(id).map(KnownIssue::range);
        assert_eq!(
            range("ios-restore-password").as_deref(),
            Some("7.2 to 7.2.2")
        );
        assert_eq!(range("ios-full-retention").as_deref(), Some("all"));
        for issue in KNOWN_ISSUES {
            let mut releases = issue.releases.iter();
            assert!(
                releases.all(|release| release.client() == issue.client),
                "{}",
                issue.id
            );
            let newest = Release::newest(issue.client);
            assert!(
                !issue.prevents || issue.releases.contains(newest),
                "{}",
                issue.id
            );
        }
    }
}
