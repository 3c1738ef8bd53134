//! The findings of a run, counted and summarised for each direction of each client.

use super::day::Day;
use super::finding::Finding;
use crate::engine::{ClientVerdict, Level, Verdict};
use crate::safe::{Client, Direction, Directions};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A defect of a published client that affects users of this server, although the server is not to
/// blame.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KnownIssue {
    /// The name, which never changes.
    pub id: String,
    /// The releases that have it.
    pub releases: String,
    /// What happens, in a few words; empty in a report of an earlier version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What happens, and what people can do.
    pub text: String,
    /// The ID of the fact in the manual.
    pub source: String,
    /// Whether every current release of the client fails in this direction because of it.
    pub prevents: bool,
}

impl KnownIssue {
    /// Returns the releases that have it, in words.
    pub(crate) fn releases_in_words(&self) -> &str {
        if self.releases == "all" {
            "every release"
        } else {
            &self.releases
        }
    }
}

/// The findings that waivers excuse, and until when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Excused {
    /// How many findings.
    pub count: usize,
    /// The last day on which all of them are excused.
    pub until: Day,
}

/// The verdict for one direction of one client.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClientSummary {
    /// The verdict.
    pub verdict: ClientVerdict,
    /// The names of the findings that break it.
    pub broken_by: Vec<String>,
    /// The names of the findings that matter to it but could not be judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_judged: Vec<String>,
    /// The deviations that would break it if no waiver excused them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<Excused>,
    /// Defects of the client itself that apply here.
    pub known_issues: Vec<KnownIssue>,
}

impl ClientSummary {
    /// Returns whether the server does its part, as far as that was judged.
    pub const fn is_open_to_apps(&self) -> bool {
        matches!(self.verdict, ClientVerdict::Pass | ClientVerdict::Partial)
    }

    /// Returns the defect that keeps the client from what the server allows, if there is one.
    pub fn prevented_by(&self) -> Option<&KnownIssue> {
        self.known_issues.iter().find(|issue| issue.prevents)
    }
}

/// The verdicts for each client, in each direction that it has.
pub type ClientSummaries = BTreeMap<Client, BTreeMap<Direction, ClientSummary>>;

/// The number of findings with each verdict.
pub type Counts = BTreeMap<Verdict, usize>;

/// Returns the verdict for each direction of each client over all findings.
///
/// It is `fail` if a Required deviation affects that direction (for Desktop a Recommended one,
/// too), else `unknown` if such a check was blocked or in error or nothing was judged, else
/// `partial` if the person left one out or the target is plain http, else `pass`.
pub fn client_summaries(findings: &[Finding], plain_http: bool) -> ClientSummaries {
    let of_client = |client| {
        let directions = Directions::of_client(client).iter();
        directions
            .map(|direction| {
                (
                    direction,
                    summary_of(client, direction, findings, plain_http),
                )
            })
            .collect()
    };
    Client::ALL
        .into_iter()
        .map(|client| (client, of_client(client)))
        .collect()
}

fn summary_of(
    client: Client,
    direction: Direction,
    findings: &[Finding],
    plain_http: bool,
) -> ClientSummary {
    let concerned = || {
        findings
            .iter()
            .filter(|finding| finding.matters(client, direction))
    };
    let names = |open: &dyn Fn(&Finding) -> bool| -> Vec<String> {
        concerned()
            .filter(|finding| open(finding))
            .map(Finding::name)
            .collect()
    };
    let hinders = |finding: &Finding| finding.hinders(client, direction);
    let broken_by = names(&|finding| hinders(finding) && finding.waived.is_none());
    let excused = concerned().filter(|finding| hinders(finding) && finding.waived.is_some());
    let ends: Vec<_> = excused.filter_map(|finding| finding.waived_until).collect();
    let waived = ends.iter().min().map(|until| Excused {
        count: ends.len(),
        until: *until,
    });
    let not_judged = names(&|finding| finding.leaves_open(client, direction));
    let of = |verdict| concerned().any(|finding| finding.clients.get(&client) == Some(&verdict));
    let verdict = if !broken_by.is_empty() {
        ClientVerdict::Fail
    } else if !not_judged.is_empty() || !(of(Verdict::Pass) || waived.is_some()) {
        ClientVerdict::Unknown
    } else if plain_http || concerned().any(Finding::is_left_out) {
        ClientVerdict::Partial
    } else {
        ClientVerdict::Pass
    };
    ClientSummary {
        verdict,
        broken_by,
        not_judged,
        waived,
        known_issues: Vec::new(),
    }
}

impl Finding {
    /// Returns whether the finding counts for the verdict of this direction of `client`.
    fn matters(&self, client: Client, direction: Direction) -> bool {
        let level = match self.level {
            Level::Required => true,
            Level::Recommended => client == Client::Desktop,
            Level::Informational => false,
        };
        level && self.breaks.contains(direction) && self.clients.contains_key(&client)
    }

    /// Returns whether the finding makes the verdict of this direction of `client` a `fail`.
    pub fn hinders(&self, client: Client, direction: Direction) -> bool {
        self.matters(client, direction)
            && Directions::of_client(client).contains(direction)
            && matches!(
                self.clients.get(&client),
                Some(Verdict::Fail | Verdict::Warn)
            )
    }

    /// Returns whether the verdict of this direction of `client` stays open because of the finding.
    pub(super) fn leaves_open(&self, client: Client, direction: Direction) -> bool {
        self.matters(client, direction)
            && matches!(
                self.clients.get(&client),
                Some(Verdict::Blocked | Verdict::Error)
            )
    }
}
