//! The forms of a report: text, JSON, `JUnit`, Markdown and others. No decisions.

mod bin;
mod causes;
mod compared;
mod comparison;
#[cfg(feature = "cli")]
mod forms;
mod github;
mod group;
#[cfg(feature = "cli")]
mod html;
mod implementation;
mod inspection;
mod inspection_words;
mod interviewed;
mod json;
#[cfg(feature = "tests")]
mod junit;
mod loss_notes;
mod losses;
mod markdown;
mod matrix;
mod pace;
mod pictures;
#[cfg(feature = "cli")]
mod progress;
mod reasons;
#[doc(hidden)]
pub mod retention;
mod steps;
mod text;
mod text_steps;
mod text_unjudged;
mod timing;

pub use bin::Bin;
pub use causes::CauseSummary;
pub use comparison::{Change, ClientChange, Comparison, Incomparable, Side, Unreadable};
#[cfg(feature = "cli")]
pub(crate) use forms::Form;
pub(crate) use group::{Group, grouped};
#[cfg(feature = "cli")]
pub use html::blocks_page;
pub use implementation::Implementation;
#[cfg(feature = "cli")]
pub use inspection::inspection_blocks;
pub use inspection::inspection_text;
pub(crate) use interviewed::Interviewed;
pub use json::SCHEMA;
pub use losses::LossTable;
pub use matrix::{Cell, Matrix, Row};
pub use pace::Pace;
pub use pictures::Pictures;
#[cfg(feature = "cli")]
pub use progress::Progress;
pub use steps::Step;
pub use text::Style;

pub(crate) use text::write_wrapped;
pub(crate) use timing::Timing;

use crate::clients;
use crate::diagnosis::{Problem, Recognised, Shell};
use crate::engine::{
    ClientSummaries, ClientVerdict, Counts, Ending, Exit, Finding, Grounds, KnownIssue, Level, Run,
    Verdict, client_summaries,
};
use crate::safe::{Client, Direction};
use crate::wire::{Asking, Doubt, Leftovers, Session};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The result of a run. The field names of its JSON are a contract; its schema is [`SCHEMA`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of this form: 2.
    pub format: u32,
    /// `safe-conformance`.
    pub tool: String,
    /// The version of the tool.
    pub version: String,
    /// When the run began, as RFC 3339 writes it.
    pub started: String,
    /// How long the run took, in milliseconds.
    pub duration_ms: u64,
    /// The base URL, without user info; of an implementation, the command that starts it.
    pub target: String,
    /// What an implementation says of itself, where one was checked and not a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation: Option<Implementation>,
    /// The seed in hex digits; nothing where nothing is random.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub seed: String,
    /// Whether the run reached its end, with nothing left that the harness failed to carry out.
    pub complete: bool,
    /// Why the run did not reach its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incomplete_because: Option<String>,
    /// The exit code of the program.
    pub exit: Exit,
    /// Whether the target was plain http, so that nothing is said about TLS.
    pub without_tls: bool,
    /// The verdicts for each client.
    pub clients: ClientSummaries,
    /// What several findings have in common, and what to do about it.
    pub causes: Vec<CauseSummary>,
    /// The software that the server shows itself to be, and what stands in front of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub software: Vec<Recognised>,
    /// What a person should know although nothing deviates, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Every finding, in the order of the suite.
    pub findings: Vec<Finding>,
    /// How many findings came to each verdict.
    pub summary: Counts,
    /// A sentence for each waiver that has expired, matches nothing or is no longer needed.
    pub stale_waivers: Vec<String>,
    /// Requests sent.
    pub requests: u64,
    /// Bytes of bodies sent.
    pub bytes_sent: u64,
    /// How fast the run asked.
    pub pace: Pace,
    /// What the run has put into the bin, where the server is a Nextcloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bin: Option<Bin>,
    /// Backups of the run's own that may still be on the server.
    pub left_behind: usize,
    /// Why they may be, each reason with the number of backups.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_because: BTreeMap<Doubt, usize>,
    /// The file that names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<PathBuf>,
    /// Why the server asked to be left alone, or refused the credentials.
    #[serde(skip)]
    halted: Option<String>,
    /// How the run ended, where the findings alone do not say it.
    #[serde(skip)]
    ending: Option<Ending>,
    /// What the pictures show, where a server was asked.
    #[serde(skip)]
    pictures: Option<Pictures>,
    /// With what the person asked, for lines to paste.
    #[serde(skip)]
    asking: Asking,
    /// What the text says before the reason of the exit code.
    #[serde(skip)]
    closing: String,
    /// What the text says in the place of the findings: another address is meant.
    #[serde(skip)]
    instead: Option<String>,
    /// The least level of a deviation that counts for the exit code; the person's choice.
    #[serde(skip)]
    fail_on: Option<Level>,
}

impl Report {
    /// Puts the report of a run together.
    pub(crate) fn new(
        session: &Session,
        run: Run,
        timing: Timing,
        leftovers: Leftovers,
        issues: impl IntoIterator<Item = &'static clients::KnownIssue>,
        stale_waivers: Vec<String>,
    ) -> Self {
        let facts = session.facts();
        let totals = session.totals();
        let stopped = run
            .stopped
            .map(|reason| reason.to_string())
            .or_else(|| session.stopped().map(str::to_owned));
        let halted = session.halted().map(ToString::to_string);
        let mut report = Self::of_findings(facts.base.clone(), run.findings, !facts.https);
        report.seed = session.seed().to_string();
        report.incomplete_because = stopped
            .or_else(|| {
                halted
                    .as_ref()
                    .map(|why| format!("{why}, so probing was stopped"))
            })
            .or(report.incomplete_because);
        report.halted = halted;
        report.asking = session.asking();
        report.pictures = Some(Pictures::of(session));
        report.stale_waivers = stale_waivers;
        report.requests = totals.requests;
        report.bytes_sent = totals.bytes_sent;
        if session.firsts().slowed_by.is_some() {
            report.pace.paused_ms = totals.paused_ms;
        }
        report.left_behind = leftovers.backups;
        report.left_because = leftovers.doubts;
        report.ledger = leftovers.ledger;
        report.with_issues(issues).timed(timing).settled()
    }

    /// Returns a report of findings alone; the rest is as little as possible.
    pub(crate) fn of_findings(target: String, findings: Vec<Finding>, plain_http: bool) -> Self {
        let incomplete_because = error_among(&findings);
        Self {
            format: 2,
            tool: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: String::new(),
            duration_ms: 0,
            target,
            implementation: None,
            seed: String::new(),
            complete: incomplete_because.is_none(),
            incomplete_because,
            exit: Exit::Incomplete,
            without_tls: plain_http,
            clients: client_summaries(&findings, plain_http),
            causes: causes::of(&findings),
            software: Vec::new(),
            remarks: Vec::new(),
            summary: counts(&findings),
            findings,
            stale_waivers: Vec::new(),
            requests: 0,
            bytes_sent: 0,
            pace: Pace::default(),
            bin: None,
            left_behind: 0,
            left_because: BTreeMap::new(),
            ledger: None,
            halted: None,
            ending: None,
            pictures: None,
            asking: Asking::default(),
            closing: String::new(),
            instead: None,
            fail_on: None,
        }
        .timed(Timing::now())
    }

    /// Adds the known issues of published clients that concern people on this server.
    #[must_use]
    pub(crate) fn with_issues(
        mut self,
        issues: impl IntoIterator<Item = &'static clients::KnownIssue>,
    ) -> Self {
        for issue in issues {
            let Some(directions) = self.clients.get_mut(&issue.client) else {
                continue;
            };
            for (direction, summary) in directions {
                if issue.concerns.contains(*direction) {
                    summary.known_issues.push(KnownIssue {
                        id: issue.id.to_owned(),
                        releases: issue.range(),
                        title: issue.title.to_owned(),
                        text: issue.text(),
                        source: issue.source.to_owned(),
                        prevents: issue.prevents,
                    });
                }
            }
        }
        self
    }

    /// Says when the run was, and how long it took.
    #[must_use]
    pub(crate) fn timed(mut self, timing: Timing) -> Self {
        // Parts of a second say nothing here.
        let second = jiff::Timestamp::from_second(timing.started.as_second());
        self.started = second.map_or_else(|_| String::new(), |second| second.to_string());
        self.duration_ms = u64::try_from(timing.took.as_millis()).unwrap_or(u64::MAX);
        let minutes = self.requests.saturating_mul(60_000);
        self.pace.requests_per_minute = minutes / self.duration_ms.max(1_000);
        self
    }

    /// Says what the server shows itself to be, and what to paste into its shell for each cause.
    #[must_use]
    pub(crate) fn on(mut self, software: Vec<Recognised>) -> Self {
        self.software = software;
        let mut causes = std::mem::take(&mut self.causes);
        for cause in &mut causes {
            let problem = Problem::of(&cause.id);
            cause.lines = problem.map_or_else(Vec::new, |it| it.lines_to_paste(&self.shell()));
        }
        self.causes = causes;
        self
    }

    /// Decides what follows from the rest: whether the run is complete, and the exit code.
    #[must_use]
    pub(crate) fn settled(mut self) -> Self {
        self.complete = self.incomplete_because.is_none();
        self.exit = self.ending().exit;
        self
    }

    /// Lets deviations from `level` on count for the exit code; without it, Required ones.
    #[must_use]
    pub fn failing_on(mut self, level: Level) -> Self {
        self.fail_on = Some(level);
        self.settled()
    }

    /// Says this in the place of the findings, in the text for people: they are about an address
    /// that nobody means.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn instead(mut self, text: String) -> Self {
        self.instead = Some(text);
        self
    }

    /// Says more before the reason of the exit code, in the text for people.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn closing_with(mut self, text: String) -> Self {
        self.closing = text;
        self
    }

    /// Ends in another way than the findings alone say.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn ending_as(mut self, ending: Ending) -> Self {
        self.exit = ending.exit;
        self.ending = Some(ending);
        self
    }

    /// Returns the exit code, and why it is this one.
    pub fn ending(&self) -> Ending {
        if let Some(ending) = &self.ending {
            return ending.clone();
        }
        Grounds {
            findings: &self.findings,
            clients: &self.clients,
            stale_waivers: self.stale_waivers.len(),
            halted: self.halted.as_deref(),
            incomplete: self.incomplete_because.as_deref(),
            // Over TLS, a handshake asks something, too.
            asked: self.requests > 0 || !self.without_tls,
            fail_on: self.fail_on.unwrap_or(Level::Required),
        }
        .ending()
    }

    /// Returns whether a deviation counts for the exit code.
    #[cfg(feature = "tests")]
    fn ending_counts(&self, finding: &Finding) -> bool {
        let fail_on = self.fail_on.unwrap_or(Level::Required);
        finding.waived.is_none() && finding.counts_from(fail_on)
    }

    /// Returns what lines for a shell depend on.
    fn shell(&self) -> Shell<'_> {
        Shell {
            base: &self.target,
            asking: &self.asking,
            software: &self.software,
        }
    }

    /// Returns the command that deletes what the run left on the server.
    fn sweep(&self) -> String {
        let ledger = self.ledger.as_deref();
        self.shell().sweep(ledger.and_then(std::path::Path::parent))
    }

    /// Returns what that command does, before it is shown.
    fn sweeps(&self) -> &'static str {
        if self.left_because.keys().any(|doubt| doubt.may_last()) {
            "this deletes them, if the server then allows it:"
        } else {
            "this deletes them:"
        }
    }

    /// Returns whether everything that was judged is as it should be, and the run came to its end.
    pub fn passed(&self) -> bool {
        self.exit == Exit::Conforms
    }

    /// Returns the verdict for one direction of a client; `None` if the client does not have it.
    pub fn verdict(&self, client: Client, direction: Direction) -> Option<ClientVerdict> {
        let summary = self.clients.get(&client)?.get(&direction)?;
        Some(summary.verdict)
    }

    /// Returns whether no app finds a config at the address, and no credentials were refused.
    #[cfg(feature = "cli")]
    pub(crate) fn finds_no_config(&self) -> bool {
        let mut readable = self
            .findings
            .iter()
            .filter(|finding| finding.id == "config.readable")
            .filter(|finding| finding.verdict != Verdict::NotApplicable)
            .peekable();
        self.halted.is_none()
            && readable.peek().is_some()
            && readable.all(|finding| finding.verdict == Verdict::Fail)
    }

    /// Returns how many findings came to `verdict`.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.summary.get(&verdict).copied().unwrap_or(0)
    }

    /// Returns the known issues, each once, with their clients.
    pub(super) fn known_issues(&self) -> Vec<(Client, &KnownIssue)> {
        let mut issues: Vec<(Client, &KnownIssue)> = Vec::new();
        for (client, directions) in &self.clients {
            for issue in directions
                .values()
                .flat_map(|summary| &summary.known_issues)
            {
                if !issues
                    .iter()
                    .any(|(of, known)| of == client && known.id == issue.id)
                {
                    issues.push((*client, issue));
                }
            }
        }
        issues
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.to_text(Style {
            width: 100,
            verbose: false,
            all: false,
        });
        formatter.write_str(&crate::text::unstyled(&text))
    }
}

/// Returns what the harness failed to carry out, if anything.
fn error_among(findings: &[Finding]) -> Option<String> {
    let error = findings
        .iter()
        .find(|finding| finding.verdict == Verdict::Error)?;
    if let Some(cause) = &error.cause {
        return Some(format!("{}: {}", cause.title, error.observed));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_is_promised_only_where_the_server_did_not_keep_a_backup() {
        let said = |doubt| {
            let mut report = Report::of_findings(String::new(), Vec::new(), false);
            report.left_because = BTreeMap::from([(Doubt::MayAppear, 1), (doubt, 1)]);
            report.sweeps()
        };
        for doubt in [Doubt::NotDeleted, Doubt::StillThere, Doubt::Doubtful] {
            assert!(said(doubt).contains("if the server"), "{doubt:?}");
        }
        for doubt in [Doubt::MayAppear, Doubt::Unseen] {
            assert_eq!(said(doubt), "this deletes them:");
        }
    }
}
