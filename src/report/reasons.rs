//! Why the verdicts of a report are what they are, in sentences that every format shares.

use super::Report;
use crate::engine::{ClientSummary, ClientVerdict};
use crate::safe::Direction;
use crate::text::listed;

impl Report {
    /// Why a verdict is what it is, a sentence each.
    pub(super) fn reasons(&self, summary: &ClientSummary) -> Vec<String> {
        let mut said = Vec::new();
        match summary.verdict {
            ClientVerdict::Fail => {
                said.push(format!("because of {}", self.causes_of(&summary.broken_by)));
            }
            ClientVerdict::Unknown if summary.not_judged.is_empty() => {
                said.push("nothing was judged for it".to_owned());
            }
            ClientVerdict::Unknown => said.push(self.why_unknown(&summary.not_judged)),
            ClientVerdict::Partial | ClientVerdict::Pass => {}
        }
        if let Some(issue) = summary.prevented_by().filter(|_| summary.is_open_to_apps()) {
            said.push(format!(
                "the app fails in {} ({})",
                issue.releases_in_words(),
                issue.id
            ));
        }
        said
    }

    /// Why the verdicts of a client are what they are, a sentence each.
    pub(super) fn why<'a>(
        &self,
        directions: impl Iterator<Item = (&'a Direction, &'a ClientSummary)>,
    ) -> Vec<String> {
        let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
        for (direction, summary) in directions {
            for reason in self.reasons(summary) {
                match reasons.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, with)) => with.push(direction.key()),
                    None => reasons.push((reason, vec![direction.key()])),
                }
            }
        }
        reasons
            .into_iter()
            .map(|(reason, with)| format!("{}: {reason}", with.join(" and ")))
            .collect()
    }

    /// Returns why findings of these names were not judged; what the end of the run prevented is
    /// not listed.
    fn why_unknown(&self, names: &[String]) -> String {
        let is_stopped = |name: &String| {
            let mut findings = self.findings.iter();
            findings.any(|finding| finding.was_stopped() && finding.name() == *name)
        };
        let (stopped, open): (Vec<_>, Vec<_>) = names.iter().cloned().partition(is_stopped);
        if open.is_empty() {
            return format!("could not be judged, because {}", self.why_stopped());
        }
        let mut said = if let Some(roots) = self.roots_of(&open) {
            format!("could not be judged because of {roots}")
        } else {
            format!("could not be judged: {}", checks_of(&open))
        };
        if !stopped.is_empty() {
            said += &format!("; and because {}", self.why_stopped());
        }
        said
    }

    /// Returns what keeps findings from being judged; nothing where one of them is open by itself.
    fn roots_of(&self, names: &[String]) -> Option<String> {
        let mut roots = Vec::new();
        for name in names {
            let finding = self
                .findings
                .iter()
                .find(|finding| finding.name() == *name)?;
            let root = self.root_of(finding).unwrap_or(finding);
            if !super::steps::is_step(root) {
                return None;
            }
            roots.push(root.name());
        }
        Some(self.causes_of(&roots))
    }

    /// Returns what breaks a verdict, from the names of findings: the problems, else the checks.
    fn causes_of(&self, names: &[String]) -> String {
        let mut ids: Vec<&str> = Vec::new();
        for name in names {
            let finding = self.findings.iter().find(|finding| finding.name() == *name);
            let id = finding.map_or(name.as_str(), |finding| match &finding.cause {
                Some(cause) => &cause.id,
                None => &finding.id,
            });
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        listed(&ids, 6)
    }
}

/// Returns the checks of findings of these names, each once.
fn checks_of(names: &[String]) -> String {
    let mut ids: Vec<_> = names
        .iter()
        .map(|name| name.split('[').next().unwrap_or_default())
        .collect();
    ids.dedup();
    listed(&ids, 6)
}
