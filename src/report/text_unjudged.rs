//! What was not judged, as text: what stood in the way first, then the names.

use super::Report;
use super::text::{STRONG, Style, write_wrapped};
use crate::engine::{Finding, Verdict};
use crate::text::{counted, listed};
use std::fmt::Write as _;

type Written = std::fmt::Result;

impl Report {
    pub(super) fn write_unjudged(&self, out: &mut String, style: Style) -> Written {
        let mut headings = vec![(Verdict::Blocked, "Could not be judged:")];
        if style.verbose {
            headings.extend([
                (Verdict::NotApplicable, "Does not apply here:"),
                (Verdict::Disabled, "Skipped:"),
                (Verdict::Pass, "As it should be:"),
            ]);
        }
        let shown = self.shown_by_steps();
        let is_minor = self.count(Verdict::Fail) > 0 && !style.verbose;
        if is_minor && self.implementation.is_none() {
            let blocked = self.findings.iter().filter(|finding| {
                finding.verdict == Verdict::Blocked && !shown.contains(&finding.name())
            });
            return write_open(out, style, &blocked.collect::<Vec<_>>());
        }
        for (verdict, heading) in headings {
            let findings: Vec<_> = self
                .findings
                .iter()
                .filter(|finding| finding.verdict == verdict)
                .filter(|finding| !shown.contains(&finding.name()))
                .collect();
            if findings.is_empty() {
                continue;
            }
            writeln!(out, "{STRONG}{heading}{STRONG:#}")?;
            for (reason, titles) in reasons(&findings, verdict != Verdict::Pass) {
                let titles = if style.verbose {
                    titles.join(", ")
                } else {
                    abridged(&titles)
                };
                write_wrapped(out, style, 2, &format!("{reason}: {titles}"))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

/// Returns what could not be judged beside failures, with what stood in the way.
fn write_open(out: &mut String, style: Style, blocked: &[&Finding]) -> Written {
    const SHOWN: usize = 3;
    let why = reasons(blocked, true);
    for (reason, names) in why.iter().take(SHOWN) {
        let count = counted(names.len() as u64, "other finding");
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let text = format!(
            "{count} could not be judged: {reason} ({})",
            listed(&names, 2)
        );
        write_wrapped(out, style, 0, &text)?;
    }
    let rest: usize = why.iter().skip(SHOWN).map(|(_, names)| names.len()).sum();
    if rest > 0 {
        let count = counted(rest as u64, "other finding");
        let text = format!("{count} could not be judged for other reasons (-v shows them)");
        write_wrapped(out, style, 0, &text)?;
    }
    Ok(())
}

/// Returns the findings by what was observed; one reason blocks much.
fn reasons<'a>(findings: &[&'a Finding], join: bool) -> Vec<(&'a str, Vec<String>)> {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for finding in findings {
        let known = reasons
            .iter_mut()
            .find(|(reason, _)| join && *reason == finding.observed);
        match known {
            Some((_, titles)) => titles.push(finding.name()),
            None => reasons.push((&finding.observed, vec![finding.name()])),
        }
    }
    reasons
}

/// Returns the names; if there are many, the number of names of each subject.
fn abridged(titles: &[String]) -> String {
    const MANY: usize = 8;
    if titles.len() <= MANY {
        return titles.join(", ");
    }
    let mut subjects: Vec<_> = titles
        .iter()
        .filter_map(|title| title.split('.').next())
        .collect();
    subjects.sort_unstable();
    subjects.dedup();
    format!("{} checks, of {}", titles.len(), subjects.join(", "))
}
