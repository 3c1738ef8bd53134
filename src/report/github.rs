//! The report as annotations of GitHub Actions, a line each.
//!
//! Source: GitHub, "Workflow commands for GitHub Actions".

use super::{Group, Report, grouped};
use crate::engine::Verdict;
use crate::text::{command_message, command_property, line};

/// The most annotations of one level that GitHub shows of a step.
const MOST: usize = 10;

impl Report {
    /// Returns the report as annotations: a failure is an error, a warning a warning. What a waiver
    /// excuses is not an error, and a fault of the tool is a notice: it says nothing about the
    /// server.
    pub fn to_github(&self) -> String {
        let mut out = String::new();
        for (verdict, command) in [(Verdict::Fail, "error"), (Verdict::Warn, "warning")] {
            let found = self
                .findings
                .iter()
                .filter(|finding| finding.verdict == verdict && finding.waived.is_none());
            let groups = grouped(found);
            for group in groups.iter().take(MOST) {
                out += &annotation(command, &title(group), &message(group));
            }
            if groups.len() > MOST {
                let rest = format!("{} more; see the report", groups.len() - MOST);
                out += &annotation("notice", "Threema Safe", &rest);
            }
        }
        for sentence in &self.stale_waivers {
            out += &annotation("error", "stale waiver", sentence);
        }
        if let Some(why) = &self.incomplete_because {
            out += &annotation("notice", "the run is incomplete", why);
        }
        out + &annotation("notice", "Threema Safe", &self.ending().last_line())
    }
}

fn title(group: &Group<'_>) -> String {
    let finding = group.first();
    let cause = finding.cause.as_ref().map(|cause| cause.title.as_ref());
    let cause = cause.filter(|title| !title.is_empty());
    cause.map_or_else(|| group.title(), str::to_owned)
}

fn message(group: &Group<'_>) -> String {
    let finding = group.first();
    let mut message = format!(
        "{}\nfix: {}",
        line(&finding.observed),
        line(&finding.remedy)
    );
    let checks = group
        .names()
        .map_or_else(|| group.title(), |names| names.join(", "));
    message += &format!("\nchecks: {}", line(&checks));
    message
}

fn annotation(command: &str, title: &str, message: &str) -> String {
    let (title, message) = (command_property(title), command_message(message));
    format!("::{command} title={title}::{message}\n")
}
