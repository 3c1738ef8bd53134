//! Advisories: defects of published clients that no server setting can mend. They never fail a server.

use crate::clients::Defect;
use crate::engine::Finding;
use crate::engine::Verdict;
use crate::safe::Client;
use crate::wire::{Facts, LoginKind};

struct Entry {
    id: &'static str,
    client: Client,
    releases: &'static str,
    text: &'static str,
    source: &'static str,
    concerns: fn(&Facts, &[Finding]) -> bool,
}

/// Every advisory. Source: `clients.divergence`.
const ADVISORIES: &[Entry] = &[
    Entry {
        id: "ios-restore-password",
        client: Client::Ios,
        releases: "7.2 to 7.2.2",
        text: "restoring from a server that asks for credentials fails: the app answers the server with the Safe password (the one that encrypts the backup) instead of the server's. The server's administrator can see it. Backing up works. Restore with iOS 7.1.1 or older, or on a server without credentials.",
        source: "RestoreSafeViewController.swift:294-297 and OnboardingRestoreSafeManager:81-87 of iOS 7.2",
        concerns: |facts, _| facts.login == LoginKind::Basic,
    },
    Entry {
        id: "ios-full-retention",
        client: Client::Ios,
        releases: "all",
        text: "a backup whose content does not change is uploaded again only after the full retentionDays, not after half of it: a server that deletes on the dot loses it. Keep backups longer than retentionDays says.",
        source: "SafeManager.swift:721 of iOS 7.2.2",
        // Where no day is named, or none that anybody lives to see, it does no harm.
        concerns: |_, findings| {
            findings.iter().any(|finding| {
                finding.id == "retention.refresh"
                    && finding.clients.contains_key(&Client::Ios)
                    && finding.observed.contains("as the app means it")
            })
        },
    },
    Entry {
        id: "ios-payload-too-large",
        client: Client::Ios,
        releases: "all",
        text: "a backup that the server refuses with 413 is reported as an unknown error: the app looks for another wording than it gets.",
        source: "SafeManager.swift:819 of iOS 7.2.2",
        concerns: |_, findings| {
            findings.iter().any(|finding| {
                finding.id.starts_with("limits.")
                    && finding.verdict == Verdict::Fail
                    && finding.observed.contains("413")
            })
        },
    },
    Entry {
        id: "encoded-user-info",
        client: Client::Android,
        releases: "all",
        text: "credentials inside the URL are taken as they stand: Android sends `u%40x` where iOS sends `u@x`. Enter user name and password in their own fields.",
        source: "ThreemaSafeServerInfo.java of Android 6.4.2",
        concerns: |facts, _| facts.encoded_user_info,
    },
    Entry {
        id: "android-short-body",
        client: Client::Android,
        releases: "all",
        text: "a backup of less than 24 bytes crashes the app when it is restored.",
        source: "ThreemaSafeServiceImpl.java:594 of Android 6.4.2",
        concerns: |_, findings| {
            findings.iter().any(|finding| {
                (finding.id == "upload.restore" || finding.id == "upload.round-trip")
                    && finding.observed.contains("empty")
            })
        },
    },
];

impl Entry {
    fn defect(&self) -> Defect {
        Defect {
            id: self.id.to_owned(),
            client: self.client,
            releases: self.releases.to_owned(),
            text: self.text.to_owned(),
            source: self.source.to_owned(),
        }
    }
}

/// The advisory of this name.
pub fn advisory(id: &str) -> Option<Defect> {
    let entry = ADVISORIES.iter().find(|entry| entry.id == id);
    entry.map(Entry::defect)
}

/// The advisories that concern this server.
pub fn advisories(facts: &Facts, findings: &[Finding]) -> Vec<Defect> {
    ADVISORIES
        .iter()
        .filter(|entry| (entry.concerns)(facts, findings))
        .map(Entry::defect)
        .collect()
}
