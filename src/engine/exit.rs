//! Every exit code and its meaning, in one place: help, manual and the last line of a text are made
//! from it.

use crate::engine::{ClientSummaries, ClientVerdict, Finding, Level, Verdict};
use crate::safe::{Client, Direction};
use crate::text::listed;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// An exit code of the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
#[non_exhaustive]
pub enum Exit {
    /// 0: what was judged is as it should be.
    Conforms = 0,
    /// 1: a deviation that no waiver excuses, or a stale waiver.
    Deviates = 1,
    /// 2: the arguments, a variable, a URL or a file are invalid.
    Usage = 2,
    /// 3: the run did not finish, or a Required check could not be judged.
    Incomplete = 3,
    /// 4: nothing was judged.
    NothingJudged = 4,
    /// 5: the server refused the credentials, or limits or locks out this address.
    LockedOut = 5,
}

/// Every exit code with its meaning, in the order in which they apply.
pub const EXITS: [(Exit, &str); 6] = [
    (
        Exit::Usage,
        "the arguments, a variable, a URL or a file are invalid",
    ),
    (
        Exit::Deviates,
        "a Required deviation that no waiver excuses (for Desktop also a Recommended one; with --fail-on recommended any warning), or a stale waiver",
    ),
    (
        Exit::LockedOut,
        "the server limits or locks out this address, or (not in `check`, where that is 1) refused the credentials",
    ),
    (
        Exit::Incomplete,
        "the run did not finish (no connection, deadline, signal, defect of this program), or a Required check could not be judged",
    ),
    (
        Exit::NothingJudged,
        "nothing was judged: no request was sent, or none of the selected checks or no Required check was judged",
    ),
    (
        Exit::Conforms,
        "everything that was judged is as it should be",
    ),
];

impl Exit {
    /// Returns the number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Returns the table for `--help`, in lines of at most `width` columns.
    pub fn table(width: usize) -> String {
        let mut table = String::from("Exit codes, the first that applies:\n");
        for (exit, meaning) in EXITS {
            let label = format!("  {}  ", exit.code());
            table += &crate::text::labelled(&label, meaning, 5, width);
        }
        table
    }
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        exit.code()
    }
}

impl TryFrom<u8> for Exit {
    type Error = String;

    fn try_from(code: u8) -> Result<Self, String> {
        let known = EXITS.iter().find(|(exit, _)| exit.code() == code);
        known
            .map(|(exit, _)| *exit)
            .ok_or_else(|| format!("no exit code {code}"))
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// An exit code, and why it is this one.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Ending {
    /// The code.
    pub exit: Exit,
    /// The reason, in a few words.
    pub reason: String,
}

impl Ending {
    /// Returns an exit code with its reason.
    pub fn new(exit: Exit, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { exit, reason }
    }

    /// Returns the last line of a text.
    pub fn last_line(&self) -> String {
        format!("Exit code {}: {}.", self.exit.code(), self.reason)
    }
}

/// What decides the exit code of a run.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// Every finding.
    pub findings: &'a [Finding],
    /// What they mean for each client.
    pub clients: &'a ClientSummaries,
    /// How many waivers are stale.
    pub stale_waivers: usize,
    /// Why the run was halted: a limit, a lock-out, or refused credentials.
    pub halted: Option<&'a str>,
    /// Why the run did not reach its end.
    pub incomplete: Option<&'a str>,
    /// Whether anything was requested from the target.
    pub asked: bool,
    /// The lowest level of deviation that counts.
    pub fail_on: Level,
}

impl Grounds<'_> {
    /// Returns the first exit code that applies.
    pub fn ending(&self) -> Ending {
        self.deviation()
            .or_else(|| self.lock_out())
            .or_else(|| self.incompleteness())
            .or_else(|| self.emptiness())
            .unwrap_or_else(|| Ending::new(Exit::Conforms, self.praise()))
    }

    fn deviation(&self) -> Option<Ending> {
        let excused = |finding: &&Finding| finding.waived.is_none();
        let deviating: Vec<_> = self
            .findings
            .iter()
            .filter(|finding| finding.counts_from(self.fail_on))
            .filter(excused)
            .collect();
        let mut reasons = Vec::new();
        if !deviating.is_empty() {
            let excuse = if self.findings.iter().any(|finding| finding.waived.is_some()) {
                ", and no waiver excuses it"
            } else {
                ""
            };
            reasons.push(format!("{}{excuse}", what_deviates(&deviating)));
        }
        match self.stale_waivers {
            0 => {}
            1 => reasons.push("a waiver is stale".to_owned()),
            many => reasons.push(format!("{many} waivers are stale")),
        }
        (!reasons.is_empty()).then(|| Ending::new(Exit::Deviates, reasons.join(", and ")))
    }

    fn lock_out(&self) -> Option<Ending> {
        self.halted
            .map(|why| Ending::new(Exit::LockedOut, why.to_owned()))
    }

    fn incompleteness(&self) -> Option<Ending> {
        if let Some(why) = self.incomplete {
            return Some(Ending::new(Exit::Incomplete, why.to_owned()));
        }
        let blocked: Vec<_> = self
            .clients
            .iter()
            .flat_map(|(client, directions)| {
                directions
                    .iter()
                    .filter(|(_, summary)| !summary.not_judged.is_empty())
                    .filter(|(_, summary)| summary.verdict == ClientVerdict::Unknown)
                    .map(move |(direction, _)| (*client, *direction))
            })
            .collect();
        if blocked.is_empty() {
            return None;
        }
        let unjudged = self.findings.iter().filter(|finding| {
            blocked
                .iter()
                .any(|(client, direction)| finding.leaves_open(*client, *direction))
        });
        let ids = ids(unjudged);
        Some(Ending::new(
            Exit::Incomplete,
            format!("{} could not be judged", listed(&ids, 4)),
        ))
    }

    fn emptiness(&self) -> Option<Ending> {
        let judged = |finding: &&Finding| finding.verdict.is_judged();
        let nothing = |why: &str| Some(Ending::new(Exit::NothingJudged, why));
        if !self.asked {
            return nothing("no request was sent");
        }
        if !self
            .findings
            .iter()
            .filter(judged)
            .any(|finding| finding.selected)
        {
            return nothing("none of the selected checks was judged");
        }
        let mut required = self.findings.iter().filter(judged);
        if !required.any(|finding| finding.level == Level::Required) {
            return nothing("no Required check was judged");
        }
        None
    }

    fn praise(&self) -> String {
        let mut praise = String::from("everything that was judged is as it should be");
        let count = |verdict| {
            self.findings
                .iter()
                .filter(|finding| finding.verdict == verdict && finding.waived.is_none())
                .filter(|finding| !finding.is_unasked())
                .count() as u64
        };
        let mut but = Vec::new();
        // Findings with one cause are one warning, as the text shows them.
        let warned = self
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Warn && finding.waived.is_none());
        let warned: Vec<_> = warned.collect();
        let mut causes: Vec<&str> = warned
            .iter()
            .map(|finding| {
                finding
                    .cause
                    .as_ref()
                    .map_or(&*finding.id, |cause| &cause.id)
            })
            .collect();
        causes.sort_unstable();
        causes.dedup();
        if !causes.is_empty() {
            praise = String::from("no check failed");
            let warnings = crate::text::counted(causes.len() as u64, "warning");
            but.push(if causes.len() < warned.len() {
                format!("{warnings} from {} findings", warned.len())
            } else {
                warnings
            });
        }
        let waived = self.findings.iter().filter(|f| f.waived.is_some()).count();
        if waived > 0 {
            praise = String::from("waivers excuse every deviation");
            but.push(format!("{waived} waived"));
        }
        if count(Verdict::Disabled) > 0 {
            but.push(format!("{} left out", count(Verdict::Disabled)));
        }
        if !but.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(praise, " ({})", but.join(", "));
        }
        praise
    }
}

impl Finding {
    /// Returns whether this deviation counts for the exit code if deviations from `fail_on` on do.
    /// A note never counts.
    pub(crate) fn counts_from(&self, fail_on: Level) -> bool {
        match self.verdict {
            Verdict::Fail => true,
            Verdict::Warn => fail_on >= Level::Recommended || self.breaks_client(Client::Desktop),
            _ => false,
        }
    }

    /// Returns whether this deviation makes a verdict of `client` a `fail`.
    fn breaks_client(&self, client: Client) -> bool {
        Direction::ALL
            .into_iter()
            .any(|direction| self.hinders(client, direction))
    }
}

/// Returns the IDs of findings, each once.
fn ids<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<&'a str> {
    let mut ids: Vec<&str> = Vec::new();
    for finding in findings {
        if !ids.contains(&finding.id.as_str()) {
            ids.push(&finding.id);
        }
    }
    ids
}
/// Returns what is wrong, by the names of the problems, or by the ID of a check without a problem.
fn what_deviates(deviating: &[&Finding]) -> String {
    let titles = deviating.iter().filter_map(|finding| title_of(finding));
    let mut wrong: Vec<&str> = Vec::new();
    for title in titles {
        if !wrong.contains(&title) {
            wrong.push(title);
        }
    }
    let bare = deviating
        .iter()
        .filter(|finding| title_of(finding).is_none());
    let ids = ids(bare.copied());
    let verb = match ids.len() {
        1 => "deviates",
        _ => "deviate",
    };
    // A title is a clause: a comma would not separate two of them.
    let named = match wrong[..] {
        [one, other] => format!("{one}; {other}"),
        _ => listed(&wrong, 2),
    };
    match (wrong.is_empty(), ids.is_empty()) {
        (true, _) => format!("{} {verb}", listed(&ids, 4)),
        (false, true) => named,
        (false, false) => format!("{named}, and {} {verb}", listed(&ids, 4)),
    }
}

/// Returns what is wrong in a few words, if it has a name.
fn title_of(finding: &Finding) -> Option<&str> {
    let cause = finding.cause.as_ref()?;
    Some(cause.title.as_ref()).filter(|title| !title.is_empty())
}
