//! How a test ends whose check deviates by agreement, or was not judged: libtest can show the
//! latter as ignored, nextest cannot.

use super::libtest::{failed, ignored, say};
use crate::engine::{Blocker, Cause, Finding, Level, Verdict};
use libtest_mimic::{Completion, Failed};

/// The variable that allows Required checks to stay unjudged.
const ALLOW: &str = "SAFE_ALLOW_UNJUDGED";

/// Returns whether nextest started this process; nextest runs one test per process and cannot skip
/// a test that is already running.
pub(super) fn is_under_nextest() -> bool {
    std::env::var_os("NEXTEST_RUN_ID").is_some()
}

/// Returns the end of a test whose deviation is waived; `None` if it is not.
pub(super) fn waived(finding: &Finding) -> Option<Completion> {
    let reason = finding.waived.as_ref()?;
    let (name, observed) = (finding.name(), &finding.observed);
    say(&format!("waived: {name}: {observed} ({reason})"));
    Some(Completion::Completed)
}

/// Returns the end of a test whose check was not judged.
pub(super) fn unjudged(finding: &Finding) -> Result<Completion, Failed> {
    let is_allowed = std::env::var_os(ALLOW).is_some_and(|value| value == "1");
    end(finding, is_under_nextest(), is_allowed)
}

fn end(finding: &Finding, is_nextest: bool, is_allowed: bool) -> Result<Completion, Failed> {
    let why = format!("{}: {}", finding.verdict, finding.observed);
    if finding.level == Level::Required && is_blocked_alone(finding) && !is_allowed {
        return Err(failed(&[
            format!("not judged: {why}"),
            format!("set {ALLOW}=1 to accept that"),
        ]));
    }
    if !is_nextest {
        return Ok(ignored(&why));
    }
    say(&format!("not judged: {why}"));
    Ok(Completion::Completed)
}

/// Returns whether it could not be judged although every check that it needs passed.
fn is_blocked_alone(finding: &Finding) -> bool {
    let is_named = |cause: &Cause| Blocker::NAMED.iter().any(|by| by.key() == cause.id);
    finding.verdict == Verdict::Blocked && finding.cause.as_ref().is_none_or(is_named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Outcome;
    use crate::suites::server;
    use std::time::Duration;

    fn finding(id: &str, outcome: Outcome) -> Finding {
        let check = server::checks().find(|check| check.id == id);
        let check = check.expect("a check");
        Finding::new(check, check.variants[0], outcome, Duration::ZERO)
    }

    #[test]
    fn what_is_required_and_not_judged_fails_unless_that_is_allowed() {
        let required = finding("upload.accepted", Outcome::blocked("no answer"));
        let recommended = finding("integrity.cut-off-invisible", Outcome::blocked("no answer"));
        let elsewhere = finding("upload.accepted", Outcome::not_applicable("no HTTP/2"));
        for is_nextest in [false, true] {
            let passes = |finding, is_allowed| end(finding, is_nextest, is_allowed).is_ok();
            assert!(!passes(&required, false), "nextest: {is_nextest}");
            for (finding, is_allowed) in [
                (&required, true),
                (&recommended, false),
                (&elsewhere, false),
            ] {
                assert!(passes(finding, is_allowed), "{}", finding.name());
            }
        }
    }

    #[test]
    fn what_waits_for_another_check_leaves_the_failure_to_that_check() {
        let by = Blocker::Check {
            name: "upload.accepted[ios-h2]".to_owned(),
            verdict: Verdict::Fail,
        };
        let follows = finding("delete.removes", Outcome::blocked_by(by, "blocked"));
        assert_eq!(follows.level, Level::Required);
        let shared = serde_json::to_string(&follows).expect("JSON");
        let shared: Finding = serde_json::from_str(&shared).expect("a finding");
        for finding in [follows, shared] {
            assert!(end(&finding, false, false).is_ok());
            assert!(end(&finding, true, false).is_ok());
        }
    }

    /// Otherwise a Required check could stay unjudged and no test would fail.
    #[test]
    fn required_checks_need_only_required_checks() {
        let level = |id: &str| {
            let check = server::checks().find(|check| check.id == id);
            check.expect("a check").level
        };
        for check in server::checks().filter(|check| check.level == Level::Required) {
            for need in check.needs {
                assert_eq!(level(need), Level::Required, "{} needs {need}", check.id);
            }
        }
    }
}
