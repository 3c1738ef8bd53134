//! What the findings of a run come to, counted and per client.

use super::finding::Finding;
use crate::engine::{ClientVerdict, Level, Verdict};
use crate::safe::Client;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The verdict for one client.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClientSummary {
    /// The verdict.
    pub verdict: ClientVerdict,
    /// The names of the findings that hurt the client.
    pub broken_by: Vec<String>,
    /// The names of what could not be judged and matters to the client.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_judged: Vec<String>,
}

/// How many findings came to each verdict.
pub type Counts = BTreeMap<Verdict, usize>;

/// The verdict for each client over all findings.
///
/// A client is `fail` if a Required deviation hurts it (for Desktop a Recommended one too), else `unknown` if such
/// a check was blocked or in error, else `pass`. What the person skipped counts for nothing. A run that judged
/// nothing for a client leaves it `unknown`.
pub fn client_summaries(findings: &[Finding]) -> BTreeMap<Client, ClientSummary> {
    Client::ALL
        .into_iter()
        .map(|client| (client, summary_of(client, findings)))
        .collect()
}

fn summary_of(client: Client, findings: &[Finding]) -> ClientSummary {
    let mut broken_by = Vec::new();
    let mut not_judged = Vec::new();
    let mut judged = false;
    for finding in findings
        .iter()
        .filter(|finding| matters(client, finding.level))
    {
        match finding.clients.get(&client) {
            Some(Verdict::Fail | Verdict::Warn) => broken_by.push(finding.name()),
            Some(Verdict::Blocked | Verdict::Error) => not_judged.push(finding.name()),
            Some(Verdict::Pass) => judged = true,
            Some(Verdict::Note | Verdict::NotApplicable | Verdict::Disabled) | None => {}
        }
    }
    let verdict = if !broken_by.is_empty() {
        ClientVerdict::Fail
    } else if !not_judged.is_empty() || !judged {
        ClientVerdict::Unknown
    } else {
        ClientVerdict::Pass
    };
    ClientSummary {
        verdict,
        broken_by,
        not_judged,
    }
}

fn matters(client: Client, level: Level) -> bool {
    match level {
        Level::Required => true,
        Level::Recommended => client == Client::Desktop,
        Level::Informational => false,
    }
}
