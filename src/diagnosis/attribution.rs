//! The problems behind the findings of a whole run, and their fixes on this server.

use super::catalogue::surest;
use super::diagnosed::Diagnosis;
use super::nextcloud;
use super::partly;
use super::problem::Problem;
use super::shell::Shell;
use super::symptom::{Sights, Symptom, is_shown};
use crate::engine::{Because, Blocker, Cause, Finding};
use crate::safe::Stage;
use std::borrow::Cow;

/// Assigns each deviating finding its problem, and each problem the fix for this server.
pub fn attribute(findings: &mut [Finding], run: &Sights<'_>) {
    let own: Vec<_> = findings
        .iter()
        .map(|finding| {
            let other = || Some(diagnosis_of(finding, findings, run)?.cause());
            let partly = || partly::corrected(finding, findings, run);
            let corrected = nextcloud::corrected(finding, run).or_else(partly);
            corrected.or_else(other).or_else(|| finding.cause.clone())
        })
        .collect();
    let found: Vec<_> = findings
        .iter()
        .zip(&own)
        .map(|(finding, cause)| {
            let shared = shared_cause(finding, cause.as_ref(), (findings, &own));
            (shared.is_some(), shared.or_else(|| cause.clone()))
        })
        .collect();
    for (finding, (is_shared, cause)) in findings.iter_mut().zip(found) {
        if let Some(cause) = cause {
            if is_shared || cause.id == nextcloud::NEXTCLOUD_URL.id {
                // The fix of the other finding also fixes this one.
                finding.remedy = cause.fix.to_string();
            }
            if let Some(http) = partly::version_of(&cause) {
                finding.observed = format!("over {}: {}", http.name(), finding.observed);
            }
            finding.cause = Some(cause);
        }
        let (own, alternative) = (finding.remedy.clone(), finding.alternative.clone());
        let Some(cause) = &mut finding.cause else {
            continue;
        };
        let Some(problem) = Problem::of(&cause.id) else {
            continue;
        };
        if let Some(special) = problem.better_fix(&cause.fix, run.software) {
            // A check that adopted the fix of a likely problem also adopts its special form.
            if own == cause.fix {
                special.clone_into(&mut finding.remedy);
            }
            cause.fix = Cow::Borrowed(special);
        }
        if !cause.likely && finding.verdict.is_deviation() {
            finding.remedy = match alternative {
                Some(alternative) => format!("{} Or: {alternative}", cause.fix),
                None => cause.fix.to_string(),
            };
        }
    }
}

/// Replaces the placeholders in every fix by what this run knows, so that every report says the
/// same.
pub fn fill(findings: &mut [Finding], shell: &Shell<'_>) {
    for finding in findings {
        finding.remedy = shell.fill(&finding.remedy);
        if let Some(alternative) = &mut finding.alternative {
            *alternative = shell.fill(alternative);
        }
        if let Some(cause) = &mut finding.cause {
            cause.fix = Cow::Owned(shell.fill(&cause.fix));
        }
    }
}

/// Returns the problems that a person should know about although no check deviates.
pub fn remarks(run: &Sights<'_>) -> Vec<&'static Problem> {
    let all = super::CATALOGUE.iter();
    all.filter(|problem| (problem.in_target)(run)).collect()
}

/// Returns the cause of another finding that also explains this one.
///
/// If nothing else explains it, another variant with the same observation does.
fn shared_cause(
    finding: &Finding,
    own: Option<&Cause>,
    (all, causes): (&[Finding], &[Option<Cause>]),
) -> Option<Cause> {
    let is_known = finding.cause.as_ref().is_some_and(|cause| !cause.likely);
    if !finding.verdict.is_deviation() || is_known {
        return None;
    }
    let others = || {
        let all = all.iter().zip(causes);
        let others = all.filter(|(other, _)| is_shown(other) && !std::ptr::eq(*other, finding));
        others.filter_map(|(other, cause)| Some((other, cause.as_ref()?)))
    };
    let is_alike = |other: &Finding| other.id == finding.id && other.observed == finding.observed;
    let alike = || others().find(|(other, _)| is_alike(other));
    let explains = |cause: &Cause| {
        let problem = Problem::of(&cause.id);
        problem.is_some_and(|problem| problem.explains(finding))
    };
    let explained = others().find(|(_, cause)| explains(cause));
    let shared = explained.or_else(|| alike().filter(|_| own.is_none()));
    shared.map(|(_, cause)| cause.clone())
}

/// Returns the problem that a finding shows; `None` if it has a cause already or needs none.
fn diagnosis_of(finding: &Finding, all: &[Finding], run: &Sights<'_>) -> Option<Diagnosis> {
    let by_blocker = finding.cause.is_some() && !finding.verdict.is_deviation();
    let is_open = finding.verdict.is_deviation()
        || matches!(
            finding.because,
            Some(Because::Error(_) | Because::Blocked(Blocker::LockedOut | Blocker::BeyondHarness))
        );
    if !is_open || (finding.cause.is_some() && !by_blocker) {
        return None;
    }
    // Without an answer, nothing is known about what the check looks for.
    let is_lost = matches!(
        finding.stage,
        Some(Stage::Resolve | Stage::Connect | Stage::Tls)
    );
    if is_lost && !finding.id.starts_with("tls.") {
        return None;
    }
    let symptom = Symptom { finding, all, run };
    let (problem, certainty) = surest(|problem| (problem.in_run)(&symptom))?;
    let fix = problem.fix_for(run.software);
    Some(Diagnosis::new(problem, certainty, Cow::Borrowed(fix)))
}
