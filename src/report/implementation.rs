//! The report on an implementation: what differs from that on a server.

use super::{Report, counts, error_among};
use crate::adapter::Hello;
use crate::engine::Verdict;
use crate::engine::{ClientSummary, Finding, Run, client_summaries};
use crate::safe::Client;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an implementation says of itself, and what it was held to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Implementation {
    /// Its name; empty where it never said hello.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where defects of it are reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug_tracker: Option<String>,
    /// The operations that it has.
    pub operations: Vec<String>,
    /// The client that counts where the published ones differ; without one, any of them.
    pub held_to: Option<Client>,
}

/// What a run against an implementation came to, beside its findings.
pub struct Interviewed {
    /// The command, or whatever else names the implementation.
    pub target: String,
    /// What it says of itself, if it ever did.
    pub hello: Option<Hello>,
    /// The client that counts where they differ.
    pub held_to: Option<Client>,
    /// How many requests were made.
    pub requests: u64,
    /// How many bytes these had.
    pub bytes_sent: u64,
}

impl Report {
    /// Puts the report on an implementation together.
    pub fn on_implementation(
        interviewed: Interviewed,
        run: Run,
        stale_waivers: Vec<String>,
    ) -> Self {
        let stopped = run.stopped.map(|reason| reason.to_string());
        let incomplete_because = stopped.or_else(|| error_among(&run.findings));
        let hello = interviewed.hello;
        let implementation = Implementation {
            name: hello
                .as_ref()
                .map(|hello| hello.name.clone())
                .unwrap_or_default(),
            version: hello
                .as_ref()
                .map(|hello| hello.version.clone())
                .unwrap_or_default(),
            bug_tracker: hello.as_ref().and_then(|hello| hello.bug_tracker.clone()),
            operations: hello.map(|hello| hello.operations).unwrap_or_default(),
            held_to: interviewed.held_to,
        };
        Self {
            format: 1,
            tool: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target: interviewed.target,
            implementation: Some(implementation),
            seed: String::new(),
            complete: incomplete_because.is_none(),
            incomplete_because,
            without_tls: false,
            clients: client_summaries(&run.findings),
            summary: counts(&run.findings),
            findings: run.findings,
            advisories: Vec::new(),
            stale_waivers,
            requests: interviewed.requests,
            bytes_sent: interviewed.bytes_sent,
            left_behind: 0,
            left_because: BTreeMap::new(),
            ledger: None,
        }
    }

    /// What was checked, for people.
    pub(super) fn subject(&self) -> String {
        match &self.implementation {
            Some(Implementation { name, version, .. }) if !name.is_empty() => {
                format!("{name} {version} (`{}`)", self.target)
            }
            Some(_) => format!("`{}`", self.target),
            None => self.target.clone(),
        }
    }

    /// How an implementation compares with a client, and in what it differs.
    pub(super) fn likeness(&self, client: Client, summary: &ClientSummary) -> String {
        let judged = |finding: &&Finding| {
            matches!(
                finding.clients.get(&client),
                Some(Verdict::Pass | Verdict::Fail)
            )
        };
        let all = self.findings.iter().filter(judged).count();
        let other = summary.broken_by.len();
        let same = all - other.min(all);
        let mut text = format!("the same in {same} of {all} vectors");
        if other > 0 {
            let names: Vec<_> = summary
                .broken_by
                .iter()
                .take(4)
                .map(String::as_str)
                .collect();
            text += &format!("; otherwise in {}", names.join(", "));
            if other > names.len() {
                text += &format!(" and {} more", other - names.len());
            }
        }
        if !summary.not_judged.is_empty() {
            text += &format!("; {} could not be judged", summary.not_judged.len());
        }
        text
    }
}
