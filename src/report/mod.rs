//! The forms of a report: text, JSON, `JUnit`, Markdown and others. No decisions.

mod implementation;
mod inspection;
mod json;
mod junit;
mod losses;
mod markdown;
mod progress;
mod text;

pub use implementation::{Implementation, Interviewed};
pub use inspection::inspection_text;
pub use json::SCHEMA;
pub use losses::LossTable;
pub use progress::Progress;
pub use text::Style;
pub(crate) use text::write_wrapped;

use crate::clients::Defect;
use crate::engine::Verdict;
use crate::engine::{ClientSummary, Counts, Finding, Run, client_summaries};
use crate::safe::Client;
use crate::wire::{Doubt, Leftovers, Session};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a run came to. The field names of its JSON are a contract; its schema is [`SCHEMA`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The version of this form: 1.
    pub format: u32,
    /// `safe-conformance`.
    pub tool: String,
    /// The version of the tool.
    pub version: String,
    /// The base URL, without user info; of an implementation, the command that starts it.
    pub target: String,
    /// What an implementation says of itself, where one was checked and not a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation: Option<Implementation>,
    /// The seed, as hex digits; nothing where nothing is random.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub seed: String,
    /// Whether the run came to its end, with nothing left that the harness failed to carry out.
    pub complete: bool,
    /// Why the run did not come to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incomplete_because: Option<String>,
    /// Whether the target was plain http on this machine, so that nothing is said about TLS.
    pub without_tls: bool,
    /// The verdict for each client.
    pub clients: BTreeMap<Client, ClientSummary>,
    /// Every finding, in the order of the suite.
    pub findings: Vec<Finding>,
    /// How many findings came to each verdict.
    pub summary: Counts,
    /// Defects of published clients that concern whoever uses this server.
    pub advisories: Vec<Defect>,
    /// A sentence for each waiver that has expired, matches nothing or is no longer needed.
    pub stale_waivers: Vec<String>,
    /// Requests sent.
    pub requests: u64,
    /// Bytes of bodies sent.
    pub bytes_sent: u64,
    /// Backups of the run's own that may still be on the server.
    pub left_behind: usize,
    /// Why they may be, each reason with the number of backups.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_because: BTreeMap<Doubt, usize>,
    /// The file that names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<PathBuf>,
}

impl Report {
    /// Puts the report of a run together.
    pub fn new(
        session: &Session,
        run: Run,
        leftovers: Leftovers,
        advisories: Vec<Defect>,
        stale_waivers: Vec<String>,
    ) -> Self {
        let facts = session.facts();
        let totals = session.totals();
        let stopped = run
            .stopped
            .map(|reason| reason.to_string())
            .or_else(|| session.stopped().map(str::to_owned));
        let halted = session
            .halted()
            .map(|halt| format!("{halt}, so nothing more was sent"));
        let incomplete_because = stopped.or(halted).or_else(|| error_among(&run.findings));
        Self {
            format: 1,
            tool: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target: facts.base.clone(),
            implementation: None,
            seed: session.seed().to_string(),
            complete: incomplete_because.is_none(),
            incomplete_because,
            without_tls: !facts.https,
            clients: client_summaries(&run.findings),
            summary: counts(&run.findings),
            findings: run.findings,
            advisories,
            stale_waivers,
            requests: totals.requests,
            bytes_sent: totals.bytes_sent,
            left_behind: leftovers.backups,
            left_because: leftovers.doubts,
            ledger: leftovers.ledger,
        }
    }

    /// How many findings came to `verdict`.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.summary.get(&verdict).copied().unwrap_or(0)
    }
}

/// What the harness failed to carry out, if anything.
fn error_among(findings: &[Finding]) -> Option<String> {
    let error = findings
        .iter()
        .find(|finding| finding.verdict == Verdict::Error)?;
    Some(format!(
        "`{}` could not be carried out: {}",
        error.name(),
        error.observed
    ))
}

fn counts(findings: &[Finding]) -> Counts {
    let none = Verdict::ALL.into_iter().map(|verdict| (verdict, 0));
    let mut counts: Counts = none.collect();
    for finding in findings {
        *counts.entry(finding.verdict).or_default() += 1;
    }
    counts
}

/// Findings of one check that say the same, told once.
pub(crate) struct Group<'a> {
    /// One of them.
    pub(crate) finding: &'a Finding,
    /// The variants of all of them.
    pub(crate) variants: Vec<&'a str>,
}

impl Group<'_> {
    /// `upload.accepted [android-h1, ios-h1]`.
    pub(crate) fn title(&self) -> String {
        match self.variants.as_slice() {
            [""] => self.finding.id.clone(),
            variants => format!("{} [{}]", self.finding.id, variants.join(", ")),
        }
    }
}

/// Groups findings that stand for one cause: same check, verdict, observation and remedy.
pub(crate) fn grouped<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for finding in findings {
        let same = groups.iter_mut().find(|group| {
            let first = group.finding;
            first.id == finding.id
                && first.verdict == finding.verdict
                && first.observed == finding.observed
                && first.remedy == finding.remedy
                && first.waived == finding.waived
        });
        match same {
            Some(group) => group.variants.push(&finding.variant),
            None => groups.push(Group {
                finding,
                variants: vec![&finding.variant],
            }),
        }
    }
    groups
}

/// A number of bytes for people: `9.3 MiB`.
pub(crate) fn readable_bytes(bytes: u64) -> String {
    const UNITS: [(&str, u64); 2] = [("MiB", 1 << 20), ("KiB", 1 << 10)];
    for (unit, size) in UNITS {
        if bytes >= size {
            return format!("{}.{} {unit}", bytes / size, bytes % size * 10 / size);
        }
    }
    format!("{bytes} bytes")
}

/// A count with its noun: `1 request`, `2 requests`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
