//! The report as `JUnit` XML, one test case a finding, and one for the run as a whole.

use super::Report;
use crate::engine::{Exit, Finding, Verdict};
use crate::text::{line, printable};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite, XmlString};
use std::time::Duration;

/// The suite of the test case that says how the run as a whole ended.
const RUN: &str = "run";

impl Report {
    /// Returns the report as `JUnit` XML: `fail` is a failure, `error` an error, a `warn` a success
    /// that says what was seen, all that was not judged is skipped with its reason.
    ///
    /// The suite `run` has the exit code and its reason as properties. Its test case
    /// `run.exit-code` fails where the program does and no other test case says so, so that a build
    /// that reads nothing but this file is never green where the program was not.
    pub fn to_junit(&self) -> String {
        let mut report = quick_junit::Report::new("safe-conformance");
        let mut suites: Vec<TestSuite> = Vec::new();
        for finding in &self.findings {
            let subject = subject(finding);
            // Consumers take a suite that comes twice for two.
            let known = suites
                .iter()
                .position(|suite| suite.name.as_str() == subject);
            let at = known.unwrap_or_else(|| {
                suites.push(self.suite(subject));
                suites.len() - 1
            });
            suites[at].add_test_case(self.case(finding));
        }
        let mut whole = self.suite(RUN);
        let ending = self.ending();
        let code = ending.exit.code().to_string();
        whole.add_property(("exit-code", code.as_str()));
        whole.add_property(("exit-reason", line(&ending.reason).as_str()));
        whole.add_test_case(self.whole());
        suites.push(whole);
        report.add_test_suites(suites);
        // Writing to memory cannot fail.
        let xml = report.to_string().unwrap_or_default();
        without_skipped(&xml)
    }

    fn suite(&self, name: &str) -> TestSuite {
        let mut suite = TestSuite::new(name);
        if !self.started.is_empty() {
            suite
                .extra
                .insert("timestamp".into(), self.started.as_str().into());
        }
        suite
    }

    /// Returns how the run as a whole ended.
    fn whole(&self) -> TestCase {
        let ending = self.ending();
        let is_shown = self.stale_waivers.is_empty()
            && self
                .findings
                .iter()
                .any(|finding| finding.verdict == Verdict::Error || self.ending_counts(finding));
        let status = if ending.exit == Exit::Conforms {
            TestCaseStatus::success()
        } else if is_shown {
            // As a failure it would be one more than the findings.
            let mut status = TestCaseStatus::skipped();
            status.set_message(line(&ending.last_line()));
            status
        } else {
            let mut details = ending.last_line();
            for sentence in &self.stale_waivers {
                details += &format!("\nstale waiver: {sentence}");
            }
            failure(&ending.last_line(), "exit-code", &details)
        };
        let mut case = TestCase::new("run.exit-code", status);
        case.set_classname(class(RUN))
            .set_time(Duration::from_millis(self.duration_ms));
        case
    }

    fn case(&self, finding: &Finding) -> TestCase {
        let details = format!(
            "observed: {}\nexpected: {}\nclause: {}\naffects: {}\nfix: {}",
            finding.observed,
            finding.expected,
            finding.clause,
            finding.affects(),
            finding.remedy
        );
        let status = match finding.verdict {
            _ if finding.verdict.is_deviation() && finding.waived.is_some() => waived(finding),
            Verdict::Pass | Verdict::Note | Verdict::Warn | Verdict::Fail => {
                if self.ending_counts(finding) {
                    failure(&finding.observed, &finding.level.to_string(), &details)
                } else {
                    TestCaseStatus::success()
                }
            }
            Verdict::Error => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message(line(&finding.observed)).set_type("tool");
                status
            }
            Verdict::NotApplicable | Verdict::Disabled | Verdict::Blocked => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(line(&format!("{}: {}", finding.verdict, finding.observed)));
                status
            }
        };
        let mut case = TestCase::new(finding.name(), status);
        case.set_classname(class(subject(finding)))
            .set_time(Duration::from_millis(finding.duration_ms));
        if finding.verdict.is_deviation() {
            let waived = finding
                .waived
                .as_ref()
                .map(|reason| format!("\nwaived: {reason}"))
                .unwrap_or_default();
            let said = format!("{}\n{details}{waived}", finding.verdict);
            case.set_system_out(XmlString::new(printable(&said)));
        }
        case
    }
}

/// Returns the group of a check: `upload` of `upload.accepted`.
fn subject(finding: &Finding) -> &str {
    finding.id.split('.').next().unwrap_or_default()
}

/// Returns the class of a group: names that no other tool has.
fn class(subject: &str) -> String {
    format!("safe-conformance.{subject}")
}

/// Returns what a waiver excuses, with its reason and its end.
fn waived(finding: &Finding) -> TestCaseStatus {
    let reason = finding.waived.as_deref().unwrap_or_default();
    let until = finding.waived_until;
    let until = until.map_or_else(String::new, |day| format!(" (until {day})"));
    let mut status = TestCaseStatus::skipped();
    status.set_message(line(&format!("waived: {reason}{until}")));
    status
}

fn failure(message: &str, kind: &str, details: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status
        .set_message(line(message))
        .set_type(kind)
        .set_description(printable(details));
    status
}

/// Returns the XML without the attribute `skipped` of `testsuites`, which the schema of Jenkins
/// does not know there.
///
/// Source: jenkinsci/xunit-plugin, junit-10.xsd: `skipped` belongs to `testsuite`.
fn without_skipped(xml: &str) -> String {
    let Some(start) = xml.find("<testsuites") else {
        return xml.to_owned();
    };
    let end = xml[start..].find('>').map_or(xml.len(), |end| start + end);
    let tag = &xml[start..end];
    let kept: Vec<&str> = tag
        .split(' ')
        .filter(|attribute| !attribute.starts_with("skipped="))
        .collect();
    format!("{}{}{}", &xml[..start], kept.join(" "), &xml[end..])
}
