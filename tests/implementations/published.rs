//! Our models of the published clients, as adapters: each passes every vector that is judged by its
//! own behaviour.

use crate::left_to_ci::left_to_ci;
use crate::loops::example;
use crate::own::BYTES_ALONE;
use libtest_mimic::{Failed, Trial};
use safe_conformance::ClientCheckup;
use safe_conformance::adapter::Limits;
use safe_conformance::engine::Verdict;
use safe_conformance::safe::Client;
use safe_conformance::suites::client::never_asked;
use safe_conformance::vectors;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    let trial = |client: Client| {
        left_to_ci(Trial::test(
            format!("published/{}", client.key()),
            move || passes_as_itself(client),
        ))
    };
    Client::ALL.map(trial).into()
}

/// Every vector about what the client does is judged, and passes.
fn passes_as_itself(client: Client) -> Result<(), Failed> {
    let program = example("published_client")?;
    let command = format!("exec '{}' {}", program.display(), client.key());
    let checkup = ClientCheckup::new(command).held_to(client).limits(Limits {
        answer: Duration::from_secs(60),
        ..Limits::default()
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(checkup.run())?;
    if !report.passed() {
        return Err(Failed::from(report.to_string()));
    }
    let unexpected = report.findings.iter().filter(|finding| {
        let Some((_, group, vector)) = vectors::find(&finding.id) else {
            return false;
        };
        let is_asked = !BYTES_ALONE.contains(&group.operation)
            && never_asked(client, group.operation, vector).is_none();
        is_asked != (finding.verdict == Verdict::Pass)
    });
    let unexpected: Vec<_> = unexpected
        .map(|finding| format!("{}: {} {}", finding.id, finding.verdict, finding.observed))
        .collect();
    if unexpected.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(unexpected.join("\n")))
    }
}
