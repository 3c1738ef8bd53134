//! The report on a visit to the canaries.

use crate::report::Report;
use crate::retention::{Visit, Watch};
use crate::suites::kept;
use crate::wire::Canaries;
use jiff::Timestamp;

/// Returns the report on a visit in the common form of reports: one finding of `retention.kept` for
/// each canary.
pub fn retention_report(
    watch: &Watch,
    visit: &Visit,
    canaries: &Canaries,
    now: Timestamp,
) -> Report {
    let findings = kept::findings(watch, visit, now);
    let halted = visit.shut_out().map(|(refusal, _)| refusal.said.clone());
    Report::on_watch(watch, halted, findings, canaries)
}
