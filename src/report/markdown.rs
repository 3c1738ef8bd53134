//! The report as Markdown, for issues and merge requests.

use super::{Report, counted, grouped, readable_bytes};
use crate::engine::Verdict;
use crate::safe::Client;
use std::fmt::Write as _;

impl Report {
    /// The report as Markdown: the verdicts, then what deviates, then what was not judged.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        // Writing to memory cannot fail.
        let _ = self.write_markdown(&mut out);
        out
    }

    fn write_markdown(&self, out: &mut String) -> std::fmt::Result {
        writeln!(
            out,
            "# Threema Safe conformance of {}\n",
            match &self.implementation {
                None => code(&self.target),
                Some(_) => plain(&self.subject()),
            }
        )?;
        if let Some(why) = &self.incomplete_because {
            writeln!(out, "**The run is incomplete:** {}.\n", plain(why))?;
        }
        if self.without_tls {
            writeln!(out, "Every verdict is without TLS.\n")?;
        }
        if self.implementation.is_some() {
            writeln!(out, "| as | |\n|---|---|")?;
        } else {
            writeln!(out, "| client | verdict | because of |\n|---|---|---|")?;
        }
        for client in Client::ALL {
            if let (Some(summary), Some(implementation)) =
                (self.clients.get(&client), &self.implementation)
            {
                if implementation
                    .held_to
                    .is_none_or(|held_to| held_to == client)
                {
                    writeln!(
                        out,
                        "| {client} | {} |",
                        plain(&self.likeness(client, summary))
                    )?;
                }
            } else if let Some(summary) = self.clients.get(&client) {
                let names = if summary.broken_by.is_empty() {
                    &summary.not_judged
                } else {
                    &summary.broken_by
                };
                let names: Vec<_> = names.iter().map(|name| code(name)).collect();
                writeln!(
                    out,
                    "| {client} | {} | {} |",
                    summary.verdict,
                    names.join(", ")
                )?;
            }
        }
        for verdict in [Verdict::Fail, Verdict::Warn, Verdict::Note] {
            let groups = grouped(
                self.findings
                    .iter()
                    .filter(|finding| finding.verdict == verdict),
            );
            if !groups.is_empty() {
                writeln!(
                    out,
                    "\n## {}\n",
                    match verdict {
                        Verdict::Fail => "Failures",
                        Verdict::Warn => "Warnings",
                        _ => "Notes",
                    }
                )?;
            }
            for group in groups {
                let finding = group.finding;
                writeln!(
                    out,
                    "- **{}** (clause {}, {}, hurts {})",
                    plain(&group.title()),
                    finding.clause,
                    finding.level,
                    finding.hurt()
                )?;
                writeln!(out, "  - observed: {}", plain(&finding.observed))?;
                writeln!(out, "  - expected: {}", plain(&finding.expected))?;
                writeln!(out, "  - remedy: {}", plain(&finding.remedy))?;
                if let Some(reason) = &finding.waived {
                    writeln!(out, "  - waived: {}", plain(reason))?;
                }
            }
        }
        self.write_rest(out)
    }

    fn write_rest(&self, out: &mut String) -> std::fmt::Result {
        let unjudged = |verdict| {
            matches!(
                verdict,
                Verdict::Blocked | Verdict::Error | Verdict::NotApplicable
            )
        };
        let groups = grouped(
            self.findings
                .iter()
                .filter(|finding| unjudged(finding.verdict)),
        );
        if !groups.is_empty() {
            writeln!(out, "\n## Not judged\n")?;
        }
        for group in groups {
            let finding = group.finding;
            writeln!(
                out,
                "- {} ({}): {}",
                plain(&group.title()),
                finding.verdict,
                plain(&finding.observed)
            )?;
        }
        if !self.advisories.is_empty() {
            writeln!(out, "\n## Advisories\n")?;
        }
        for advisory in &self.advisories {
            writeln!(
                out,
                "- **{} {}**: {} ({})",
                advisory.client,
                advisory.releases,
                plain(&advisory.text),
                plain(&advisory.source)
            )?;
        }
        if !self.stale_waivers.is_empty() {
            writeln!(out, "\n## Stale waivers\n")?;
        }
        for sentence in &self.stale_waivers {
            writeln!(out, "- {}", plain(sentence))?;
        }
        let counts: Vec<_> = self
            .summary
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(verdict, count)| format!("{count} {verdict}"))
            .collect();
        let requests = counted(self.requests, "request");
        let (sent, counts) = (readable_bytes(self.bytes_sent), counts.join(", "));
        if self.implementation.is_some() {
            return writeln!(
                out,
                "\n{requests}: {counts}. safe-conformance {}.",
                self.version
            );
        }
        writeln!(
            out,
            "\n{requests} with {sent} of uploads: {counts}. Seed `{}`, safe-conformance {}.",
            self.seed, self.version
        )
    }
}

/// Text that a server may have written, so that it stays text in Markdown.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            escaped.push(' ');
            continue;
        }
        if "\\*_[]<>|#~".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace(['`', '|', '\n'], "'"))
}
