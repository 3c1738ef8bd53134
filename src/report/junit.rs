//! The report as `JUnit` XML, one test case a finding.

use super::Report;
use crate::engine::Finding;
use crate::engine::Verdict;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite, XmlString};
use std::time::Duration;

impl Report {
    /// The report as `JUnit` XML: `fail` is a failure, `error` an error, a `warn` a success that tells what was seen, all
    /// that was not judged is skipped with its reason.
    pub fn to_junit(&self) -> String {
        let mut report = quick_junit::Report::new("safe-conformance");
        let mut suites: Vec<TestSuite> = Vec::new();
        for finding in &self.findings {
            let subject = finding.id.split('.').next().unwrap_or_default();
            if suites
                .last()
                .is_none_or(|suite| suite.name.as_str() != subject)
            {
                suites.push(TestSuite::new(subject));
            }
            if let Some(suite) = suites.last_mut() {
                suite.add_test_case(case(finding));
            }
        }
        report.add_test_suites(suites);
        // Writing to memory cannot fail.
        let xml = report.to_string().unwrap_or_default();
        // The library takes out the control characters, and leaves these two that XML has not either.
        xml.replace(['\u{fffe}', '\u{ffff}'], "")
    }
}

fn case(finding: &Finding) -> TestCase {
    let details = format!(
        "observed: {}\nexpected: {}\nclause: {}\nhurts: {}\nremedy: {}",
        finding.observed,
        finding.expected,
        finding.clause,
        finding.hurt(),
        finding.remedy
    );
    let status = match finding.verdict {
        Verdict::Fail if finding.waived.is_none() => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message(finding.observed.as_str())
                .set_type(finding.clause.as_str())
                .set_description(details.as_str());
            status
        }
        Verdict::Error => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(finding.observed.as_str());
            status
        }
        Verdict::Pass | Verdict::Note | Verdict::Warn | Verdict::Fail => TestCaseStatus::success(),
        Verdict::NotApplicable | Verdict::Disabled | Verdict::Blocked => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("{}: {}", finding.verdict, finding.observed));
            status
        }
    };
    let mut case = TestCase::new(finding.name(), status);
    case.set_classname(finding.id.as_str())
        .set_time(Duration::from_millis(finding.duration_ms));
    if finding.verdict.is_deviation() {
        let waived = finding
            .waived
            .as_ref()
            .map(|reason| format!("\nwaived: {reason}"))
            .unwrap_or_default();
        case.set_system_out(XmlString::new(format!(
            "{}\n{details}{waived}",
            finding.verdict
        )));
    }
    case
}
