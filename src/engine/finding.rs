//! One finding: what one check, run in one way, came to.

use super::check::{Check, Context, Facet, Outcome};
use crate::engine::{Level, Verdict};
use crate::safe::{Client, Clients, Stage};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What one check, run in one way, came to. The field names are the report's contract.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// The check.
    pub id: String,
    /// The variant, empty where the check has one way only.
    pub variant: String,
    /// The number of the clause.
    pub clause: String,
    /// How much a deviation matters.
    pub level: Level,
    /// What was found.
    pub verdict: Verdict,
    /// What it means for each client that the check speaks about.
    pub clients: BTreeMap<Client, Verdict>,
    /// Where it failed; only in deviations.
    pub stage: Option<Stage>,
    /// What was seen; for what was not judged, the reason.
    pub observed: String,
    /// What a server that conforms does.
    pub expected: String,
    /// What to do; empty on a pass.
    pub remedy: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why a waiver excuses this deviation, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
}

impl Finding {
    /// The finding that an outcome of `check`, run as `variant`, amounts to.
    pub fn new<C: Context>(
        check: &Check<C>,
        variant: C::Facet,
        outcome: Outcome,
        took: Duration,
    ) -> Self {
        let deviation_verdict = match check.level {
            Level::Required => Verdict::Fail,
            Level::Recommended | Level::Informational => Verdict::Warn,
        };
        let mut about = check.clients_of(variant);
        let (verdict, stage, observed, hurt, remedy) = match outcome {
            Outcome::Pass(observed) => (
                Verdict::Pass,
                None,
                observed,
                Clients::NONE,
                Some(String::new()),
            ),
            Outcome::Like {
                observed,
                same,
                other,
            } => {
                about = about.within(same.and(other));
                let hurt = other.within(about);
                (Verdict::Pass, None, observed, hurt, Some(String::new()))
            }
            Outcome::Deviates(deviation) => (
                deviation_verdict,
                Some(deviation.stage),
                deviation.observed,
                deviation.hurts.map_or(about, |hurt| hurt.within(about)),
                deviation.remedy,
            ),
            Outcome::NotApplicable(why) => (
                Verdict::NotApplicable,
                None,
                why,
                about,
                Some(String::new()),
            ),
            Outcome::Blocked(why) => (Verdict::Blocked, None, why, about, Some(String::new())),
            Outcome::Error(why) => (Verdict::Error, None, why, about, Some(String::new())),
        };
        Self {
            id: check.id.to_owned(),
            variant: variant.label().to_owned(),
            clause: check.clause.number.to_owned(),
            level: check.level,
            verdict,
            clients: about
                .iter()
                .map(|client| {
                    (
                        client,
                        match verdict {
                            _ if !hurt.contains(client) => Verdict::Pass,
                            // What passes in the way of others is not this client's way.
                            Verdict::Pass => deviation_verdict,
                            verdict => verdict,
                        },
                    )
                })
                .collect(),
            stage,
            observed,
            expected: check.expected.to_owned(),
            remedy: remedy.unwrap_or_else(|| check.remedy.to_owned()),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            waived: None,
        }
    }

    /// The finding of a check that the person skipped.
    pub fn disabled<C: Context>(check: &Check<C>, variant: C::Facet, reason: String) -> Self {
        let mut finding = Self::new(check, variant, Outcome::Blocked(reason), Duration::ZERO);
        finding.verdict = Verdict::Disabled;
        for verdict in finding.clients.values_mut() {
            *verdict = Verdict::Disabled;
        }
        finding
    }

    /// The name of the check with its variant: `upload.accepted[ios-h2]`.
    pub fn name(&self) -> String {
        if self.variant.is_empty() {
            self.id.clone()
        } else {
            format!("{}[{}]", self.id, self.variant)
        }
    }

    /// The clients that the deviation hurts.
    pub fn hurt(&self) -> Clients {
        self.clients
            .iter()
            .filter(|(_, verdict)| matches!(verdict, Verdict::Fail | Verdict::Warn))
            .map(|(client, _)| *client)
            .collect()
    }
}
