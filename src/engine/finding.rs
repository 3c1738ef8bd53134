//! One finding: the result of one check in one variant.

use super::check::{Check, Context, Facet, Outcome};
use super::day::Day;
use crate::engine::{Blocker, Breakage, Cause, Level, Verdict};
use crate::safe::{Client, Clients, Directions, Stage};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The result of one check in one variant. The field names are a contract of the report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The check.
    pub id: String,
    /// The variant; empty if the check has only one.
    #[serde(rename = "case")]
    pub variant: String,
    /// The number of the clause.
    pub clause: String,
    /// How much a deviation matters.
    pub level: Level,
    /// What was found.
    pub verdict: Verdict,
    /// The verdict for each client that the check covers.
    pub clients: BTreeMap<Client, Verdict>,
    /// What an affected client cannot do. The report shows it per client.
    #[serde(skip)]
    pub breaks: Directions,
    /// Where it failed; only in deviations.
    pub stage: Option<Stage>,
    /// The cause of a deviation, if it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Why it was not judged.
    #[serde(skip)]
    pub because: Option<Because>,
    /// Whether the person selected it, and not only a check that needs it.
    #[serde(skip)]
    pub selected: bool,
    /// What was seen, or the reason why it was not judged.
    pub observed: String,
    /// What a server that conforms does.
    pub expected: String,
    /// What to do; empty if nothing deviates.
    #[serde(rename = "fix")]
    pub remedy: String,
    /// An alternative to the fix.
    #[serde(skip)]
    pub alternative: Option<String>,
    /// The software that answered, as the answer names it: `Server: nginx; Via: 1.1 varnish`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why a waiver excuses this deviation, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
    /// The last day on which that waiver counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived_until: Option<Day>,
}

/// Why a check was not judged.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Because {
    /// Something kept it from being judged.
    Blocked(Blocker),
    /// The harness could not carry it out.
    Error(Breakage),
    /// The person left it out.
    LeftOut,
    /// It runs only on request.
    NotAskedFor,
}

/// An outcome, taken apart.
struct Seen {
    verdict: Verdict,
    about: Clients,
    affected: Clients,
    stage: Option<Stage>,
    cause: Option<Cause>,
    because: Option<Because>,
    observed: String,
    remedy: Option<String>,
    alternative: Option<String>,
    answered_by: Option<String>,
}

impl Seen {
    fn of(outcome: Outcome, deviation_verdict: Verdict, about: Clients) -> Self {
        let plain = |verdict, observed| Self {
            verdict,
            about,
            affected: about,
            stage: None,
            cause: None,
            because: None,
            observed,
            remedy: None,
            alternative: None,
            answered_by: None,
        };
        match outcome {
            Outcome::Pass(observed) => Self {
                affected: Clients::NONE,
                ..plain(Verdict::Pass, observed)
            },
            Outcome::Like {
                observed,
                same,
                other,
            } => {
                let about = about.within(same.and(other));
                Self {
                    about,
                    affected: other.within(about),
                    ..plain(Verdict::Pass, observed)
                }
            }
            Outcome::Deviates(deviation) => Self {
                affected: deviation
                    .affects
                    .map_or(about, |affected| affected.within(about)),
                stage: Some(deviation.stage),
                cause: deviation.cause.map(|cause| *cause),
                remedy: deviation.remedy,
                alternative: deviation.alternative,
                answered_by: deviation.answered_by,
                ..plain(deviation_verdict, deviation.observed)
            },
            Outcome::NotApplicable(why) => plain(Verdict::NotApplicable, why),
            Outcome::Blocked { by, reason } => Self {
                cause: Some(by.cause()),
                because: Some(Because::Blocked(by)),
                ..plain(Verdict::Blocked, reason)
            },
            Outcome::Error { kind, reason } => Self {
                because: Some(Because::Error(kind)),
                ..plain(Verdict::Error, reason)
            },
        }
    }
}

impl Finding {
    /// Returns the finding for an outcome of `check` in `variant`.
    pub fn new<C: Context>(
        check: &Check<C>,
        variant: C::Facet,
        outcome: Outcome,
        took: Duration,
    ) -> Self {
        let deviation_verdict = match check.level {
            Level::Required => Verdict::Fail,
            Level::Recommended => Verdict::Warn,
            Level::Informational => Verdict::Note,
        };
        let about = check.clients_of(variant);
        let seen = Seen::of(outcome, deviation_verdict, about);
        let client_verdict = |client| match seen.verdict {
            _ if !seen.affected.contains(client) => Verdict::Pass,
            // What passes because other clients do the same deviates from this client.
            Verdict::Pass => deviation_verdict,
            verdict => verdict,
        };
        Self {
            id: check.id.to_owned(),
            variant: variant.label().to_owned(),
            clause: check.clause.number.to_owned(),
            level: check.level,
            verdict: seen.verdict,
            clients: seen
                .about
                .iter()
                .map(|client| (client, client_verdict(client)))
                .collect(),
            breaks: check.breaks.within(variant.directions()),
            stage: seen.stage,
            cause: seen.cause,
            because: seen.because,
            selected: true,
            observed: seen.observed,
            expected: check.expected.to_owned(),
            remedy: match seen.verdict {
                verdict if verdict.is_deviation() => {
                    seen.remedy.unwrap_or_else(|| check.remedy.to_owned())
                }
                _ => String::new(),
            },
            alternative: seen.alternative,
            answered_by: seen.answered_by,
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            waived: None,
            waived_until: None,
        }
    }

    /// Returns the finding of a check that does not run.
    pub(super) fn disabled<C: Context>(
        check: &Check<C>,
        variant: C::Facet,
        (because, reason): (Because, String),
    ) -> Self {
        let mut finding = Self::new(check, variant, Outcome::blocked(reason), Duration::ZERO);
        finding.verdict = Verdict::Disabled;
        finding.because = Some(because);
        finding.cause = None;
        for verdict in finding.clients.values_mut() {
            *verdict = Verdict::Disabled;
        }
        finding
    }

    /// Returns whether it was not run because nobody requested it.
    pub fn is_unasked(&self) -> bool {
        self.because == Some(Because::NotAskedFor)
    }

    /// Returns whether the person left it out.
    pub fn is_left_out(&self) -> bool {
        self.because == Some(Because::LeftOut)
    }

    /// Returns whether the run was stopped before this was judged.
    pub fn was_stopped(&self) -> bool {
        self.because == Some(Because::Error(Breakage::Stopped))
    }

    /// Returns the name of the check with its variant: `upload.accepted[ios-h2]`.
    pub fn name(&self) -> String {
        if self.variant.is_empty() {
            self.id.clone()
        } else {
            format!("{}[{}]", self.id, self.variant)
        }
    }

    /// Returns the clients that the deviation affects.
    pub fn affects(&self) -> Clients {
        self.clients
            .iter()
            .filter(|(_, verdict)| verdict.asks_for_change())
            .map(|(client, _)| *client)
            .collect()
    }
}
