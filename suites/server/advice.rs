//! Which known issues of published clients concern a server. They never fail it.

use crate::clients::{Defect, KnownIssue};
use crate::engine::Finding;
use crate::engine::Verdict;
use crate::safe::Client;
use crate::wire::{Facts, LoginKind};

/// The advisory of this name.
pub fn advisory(id: &str) -> Option<Defect> {
    KnownIssue::named(id).map(Defect::from)
}

/// The advisories that concern this server.
pub fn advisories(facts: &Facts, findings: &[Finding]) -> Vec<Defect> {
    let concerning = KnownIssue::ALL
        .into_iter()
        .filter(|issue| concerns(*issue, facts, findings));
    concerning.map(Defect::from).collect()
}

fn concerns(issue: KnownIssue, facts: &Facts, findings: &[Finding]) -> bool {
    let mut findings = findings.iter();
    match issue {
        KnownIssue::IosRestorePassword => facts.login == LoginKind::Basic,
        // Where no day is named, or none that anybody lives to see, it does no harm.
        KnownIssue::IosFullRetention => findings.any(|finding| {
            finding.id == "retention.refresh"
                && finding.clients.contains_key(&Client::Ios)
                && finding.observed.contains("as the app means it")
        }),
        KnownIssue::IosPayloadTooLarge => findings.any(|finding| {
            finding.id.starts_with("limits.")
                && finding.verdict == Verdict::Fail
                && finding.observed.contains("413")
        }),
        KnownIssue::EncodedUserInfo => facts.encoded_user_info,
        KnownIssue::AndroidShortBody => findings.any(|finding| {
            (finding.id == "upload.restore" || finding.id == "upload.round-trip")
                && finding.observed.contains("empty")
        }),
    }
}
