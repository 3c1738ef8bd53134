//! Two reports side by side: what broke, what was mended, what is still broken, each with its
//! cause.

use super::Report;
use crate::engine::{ClientVerdict, Day, Exit, Finding, Verdict};
use crate::safe::{Client, Direction};
use crate::text::Flaw;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a report cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// It is not JSON, or not a report.
    #[error("not a JSON report of safe-conformance ({0}); `--report json=FILE` writes one")]
    Malformed(String),
    /// It is a transcript.
    #[error("it is a transcript, not a report; `judge --report json=FILE` makes one of it")]
    Transcript,
    /// It has another format.
    #[error("it has format {0}, but this version reads format 2; write it again with this version")]
    Format(u64),
}

/// Why two reports cannot be compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum Incomparable {
    /// One is about a server, the other about an implementation.
    #[error(
        "one is a report about a server, the other about an implementation; compare two of one kind"
    )]
    Kinds,
    /// One is about a visit of `retention`, the other is not.
    #[error("one is a report of `retention`, the other is not; compare two of one kind")]
    Retention,
}

/// A report as far as a comparison needs it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Side {
    /// What was checked.
    pub target: String,
    /// When the run began.
    pub started: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The version of the tool.
    pub version: String,
    /// Whether the run reached its end.
    pub complete: bool,
}

/// A check whose verdict matters to a comparison.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// The name of the finding.
    pub name: String,
    /// What it was in the first report; none where that has no such finding.
    pub before: Option<Verdict>,
    /// What it is in the second report; none where that has no such finding.
    pub after: Option<Verdict>,
    /// What has been observed where it deviates: last.
    pub observed: String,
    /// The cause, where it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What to do; empty where it is mended.
    pub fix: String,
    /// Why a waiver excuses it in the second report, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
    /// The last day on which that waiver counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived_until: Option<Day>,
    /// Why a waiver excused it in the first report, if one did and none does now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_longer_waived: Option<String>,
}

/// What a client can do in a direction, where that changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClientChange {
    /// The client.
    pub client: Client,
    /// Backup or restore.
    pub direction: Direction,
    /// The verdict of the first report.
    pub before: ClientVerdict,
    /// The verdict of the second report.
    pub after: ClientVerdict,
}

/// Two reports side by side.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The version of this form: 1.
    pub format: u32,
    /// The first report.
    pub before: Side,
    /// The second report.
    pub after: Side,
    /// What a client can do now, where that changed.
    #[serde(default)]
    pub clients: Vec<ClientChange>,
    /// What deviates now, and did not.
    pub broken: Vec<Change>,
    /// What deviates now, and was not judged before.
    #[serde(default)]
    pub newly_judged: Vec<Change>,
    /// What deviated, and does not now.
    pub mended: Vec<Change>,
    /// What deviates in both.
    pub still_broken: Vec<Change>,
    /// What deviates now, and a waiver excuses it.
    #[serde(default)]
    pub waived: Vec<Change>,
    /// What could be judged before, and could not be judged now.
    pub unjudged: Vec<Change>,
    /// What was judged before, and does not apply now.
    #[serde(default)]
    pub moot: Vec<Change>,
}

impl Report {
    /// Reads a report that [`Report::to_json`] wrote.
    ///
    /// # Errors
    /// If it is not one, or of another format.
    pub fn parse(json: &str) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Head {
            format: u64,
            exchanges: Option<IgnoredAny>,
        }
        let malformed =
            |error: serde_json::Error| Unreadable::Malformed(Flaw::of(&error).to_string());
        let Head { format, exchanges } = serde_json::from_str(json).map_err(malformed)?;
        if exchanges.is_some() {
            return Err(Unreadable::Transcript);
        }
        if format != 2 {
            return Err(Unreadable::Format(format));
        }
        serde_json::from_str(json).map_err(malformed)
    }

    fn side(&self) -> Side {
        Side {
            target: self.target.clone(),
            started: self.started.clone(),
            duration_ms: self.duration_ms,
            version: self.version.clone(),
            complete: self.complete,
        }
    }
}

impl Comparison {
    /// Compares two reports.
    ///
    /// # Errors
    /// If one is about a server, and the other about an implementation or about a visit of
    /// `retention`.
    pub fn of(before: &Report, after: &Report) -> Result<Self, Incomparable> {
        if before.implementation.is_some() != after.implementation.is_some() {
            return Err(Incomparable::Kinds);
        }
        if is_of_retention(before) != is_of_retention(after) {
            return Err(Incomparable::Retention);
        }
        let index = |report: &'_ Report| -> BTreeMap<String, Finding> {
            let findings = report.findings.iter();
            findings
                .map(|finding| (finding.name(), finding.clone()))
                .collect()
        };
        let (then, now) = (index(before), index(after));
        let mut comparison = Self {
            format: 1,
            before: before.side(),
            after: after.side(),
            clients: changed_clients(before, after),
            broken: Vec::new(),
            newly_judged: Vec::new(),
            mended: Vec::new(),
            still_broken: Vec::new(),
            waived: Vec::new(),
            unjudged: Vec::new(),
            moot: Vec::new(),
        };
        let mut names: Vec<_> = after.findings.iter().map(Finding::name).collect();
        names.extend(then.keys().filter(|name| !now.contains_key(*name)).cloned());
        for name in names {
            comparison.sort_in(name.clone(), then.get(&name), now.get(&name));
        }
        Ok(comparison)
    }

    fn sort_in(&mut self, name: String, then: Option<&Finding>, now: Option<&Finding>) {
        // A waiver that has gone lets the deviation break again: `counts` leaves out what a waiver
        // excuses, `deviates` does not.
        let did_count = then.is_some_and(counts);
        let deviated = then.is_some_and(deviates);
        let was_judged = then.is_some_and(|finding| finding.verdict.is_judged());
        let is_judged = now.is_some_and(|finding| finding.verdict.is_judged());
        // What does not apply any more is no loss, but nobody has mended it, either.
        let is_moot = now.is_some_and(|finding| finding.verdict == Verdict::NotApplicable);
        let list = if now.is_some_and(is_waived) {
            &mut self.waived
        } else if now.is_some_and(counts) {
            match did_count {
                // A warning that became a failure is worse than it was.
                true if severity(now) > severity(then) => &mut self.broken,
                true => &mut self.still_broken,
                false if was_judged => &mut self.broken,
                false => &mut self.newly_judged,
            }
        } else if deviated && is_judged {
            // What could not be judged is not mended.
            &mut self.mended
        } else if was_judged && is_moot {
            &mut self.moot
        } else if was_judged && !is_judged {
            &mut self.unjudged
        } else {
            return;
        };
        list.push(Change::new(name, then, now));
    }

    /// Returns the exit code: 1 if something broke, 3 if less is known than before.
    pub fn exit(&self) -> Exit {
        let fails = |change: &ClientChange| change.after == ClientVerdict::Fail;
        if !self.broken.is_empty()
            || !self.newly_judged.is_empty()
            || self.clients.iter().any(fails)
        {
            Exit::Deviates
        } else if self.after.complete && self.unjudged.is_empty() && self.fallen().is_none() {
            Exit::Conforms
        } else {
            Exit::Incomplete
        }
    }

    /// Returns the first client whose verdict fell.
    pub(super) fn fallen(&self) -> Option<&ClientChange> {
        let mut clients = self.clients.iter();
        clients.find(|change| standing(change.after) < standing(change.before))
    }

    /// Returns the comparison as JSON, with a line end.
    pub fn to_json(&self) -> String {
        // Maps with string keys and whole numbers only: this cannot fail.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        crate::text::json(&text) + "\n"
    }
}

/// The check of a visit of `retention`, which no other command has.
const CHECK_OF_A_VISIT: &str = "retention.kept";

/// Returns whether a report is about a visit of `retention`.
fn is_of_retention(report: &Report) -> bool {
    let mut findings = report.findings.iter();
    findings.any(|finding| finding.id == CHECK_OF_A_VISIT)
}

/// Returns what changed for each client.
fn changed_clients(before: &Report, after: &Report) -> Vec<ClientChange> {
    let mut changes = Vec::new();
    for (client, directions) in &after.clients {
        for (direction, now) in directions {
            let then = before.clients.get(client);
            let then = then.and_then(|directions| directions.get(direction));
            if let Some(then) = then.filter(|then| then.verdict != now.verdict) {
                changes.push(ClientChange {
                    client: *client,
                    direction: *direction,
                    before: then.verdict,
                    after: now.verdict,
                });
            }
        }
    }
    changes
}

/// Returns how much a verdict promises a client.
const fn standing(verdict: ClientVerdict) -> u8 {
    match verdict {
        ClientVerdict::Pass => 3,
        ClientVerdict::Partial => 2,
        ClientVerdict::Unknown => 1,
        ClientVerdict::Fail => 0,
    }
}

impl Change {
    fn new(name: String, then: Option<&Finding>, now: Option<&Finding>) -> Self {
        let deviates_now = now.filter(|finding| deviates(finding));
        let deviated = then.filter(|finding| deviates(finding));
        let found = deviates_now.or(deviated).or(now);
        let was_waived = then.filter(|finding| is_waived(finding));
        Self {
            name,
            before: then.map(|finding| finding.verdict),
            after: now.map(|finding| finding.verdict),
            observed: found.map_or_else(String::new, |finding| finding.observed.clone()),
            cause: found
                .and_then(|finding| finding.cause.as_ref())
                .map(|cause| cause.id.to_string()),
            fix: deviates_now.map_or_else(String::new, |finding| finding.remedy.clone()),
            waived: deviates_now.and_then(|finding| finding.waived.clone()),
            waived_until: deviates_now.and_then(|finding| finding.waived_until),
            no_longer_waived: was_waived
                .filter(|_| now.is_some_and(counts))
                .and_then(|finding| finding.waived.clone()),
        }
    }
}

/// Returns whether the finding is a failure or a warning, also if a waiver excuses it.
const fn deviates(finding: &Finding) -> bool {
    finding.verdict.asks_for_change()
}

/// Returns whether a waiver excuses a failure or a warning.
const fn is_waived(finding: &Finding) -> bool {
    deviates(finding) && finding.waived.is_some()
}

/// Returns whether the finding is a failure or a warning that no waiver excuses.
const fn counts(finding: &Finding) -> bool {
    deviates(finding) && finding.waived.is_none()
}

fn severity(finding: Option<&Finding>) -> u8 {
    match finding.map(|finding| finding.verdict) {
        Some(Verdict::Fail) => 2,
        Some(Verdict::Warn) => 1,
        _ => 0,
    }
}
