//! The report on a season of canaries after a visit.

use crate::report::Report;
use crate::retention::{Season, Visit};
use crate::suites::kept;
use crate::wire::Canaries;
use jiff::Timestamp;

/// The report on a visit, in the form of every report: one finding of `retention.kept` for each
/// canary.
pub fn season_report(
    season: &Season,
    visit: &Visit,
    canaries: &Canaries,
    now: Timestamp,
) -> Report {
    let findings = kept::findings(season, visit, now);
    Report::on_season(season, findings, canaries)
}
