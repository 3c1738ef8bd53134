//! The report as Markdown, for issues, merge requests and the summaries of build services.

use super::steps::shell_line;
use super::text::verdict_of;
use super::{Report, grouped};
use crate::engine::Verdict;
use crate::safe::Client;
use crate::text::{code, counted, markdown, size};
use std::fmt::Write as _;

type Written = std::fmt::Result;

impl Report {
    /// Returns the report as Markdown: the verdicts, then what deviates, then what was not judged.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        // Writing to memory cannot fail.
        let _ = self.write_markdown(&mut out);
        out
    }

    fn write_markdown(&self, out: &mut String) -> Written {
        let subject = match &self.implementation {
            None => code(&self.target),
            Some(_) => markdown(&self.subject()),
        };
        writeln!(out, "# Threema Safe conformance of {subject}\n")?;
        if let Some(why) = &self.incomplete_because {
            writeln!(out, "**The run is incomplete:** {}.\n", markdown(why))?;
        }
        if self.without_tls {
            writeln!(out, "No verdict includes TLS.\n")?;
        }
        if self.implementation.is_some() {
            self.write_likenesses(out)?;
        } else {
            self.write_verdicts(out)?;
        }
        for (verdict, heading) in [
            (Verdict::Fail, "Failures"),
            (Verdict::Warn, "Warnings"),
            (Verdict::Note, "Notes"),
        ] {
            self.write_deviations(out, verdict, heading)?;
        }
        self.write_unjudged_markdown(out)?;
        self.write_known_issues_markdown(out)?;
        if !self.remarks.is_empty() {
            writeln!(out, "\n## Hints\n")?;
        }
        for remark in &self.remarks {
            writeln!(out, "- {}", markdown(remark))?;
        }
        if !self.stale_waivers.is_empty() {
            writeln!(out, "\n## Stale waivers\n")?;
        }
        for sentence in &self.stale_waivers {
            writeln!(out, "- {}", markdown(sentence))?;
        }
        self.write_end(out)
    }

    fn write_likenesses(&self, out: &mut String) -> Written {
        writeln!(out, "| as | |\n|---|---|")?;
        for client in Client::ALL {
            if self.is_held_to(client) {
                let likeness = markdown(&self.likeness(client));
                writeln!(out, "| {client} | {likeness} |")?;
            }
        }
        Ok(())
    }

    fn write_verdicts(&self, out: &mut String) -> Written {
        writeln!(
            out,
            "| client | direction | verdict | why |\n|---|---|---|---|"
        )?;
        for (client, directions) in &self.clients {
            for (direction, summary) in directions {
                let (verdict, why) = (verdict_of(summary).1, self.reasons(summary).join("; "));
                let why = markdown(&why);
                writeln!(out, "| {client} | {direction} | {verdict} | {why} |")?;
            }
        }
        Ok(())
    }

    /// Returns what deviates on a server: each thing to do once, with the lines that do it.
    fn write_steps_markdown(&self, out: &mut String, verdict: Verdict, heading: &str) -> Written {
        let steps = self.steps();
        let steps: Vec<_> = steps
            .iter()
            .filter(|step| step.verdict == verdict)
            .collect();
        if !steps.is_empty() {
            writeln!(out, "\n## {heading}\n")?;
        }
        for step in steps {
            let first = step.first();
            let likely = match (step.likely, step.problem) {
                (true, Some(_)) => "likely; ",
                _ => "",
            };
            writeln!(
                out,
                "- **{}** ({likely}clause {}, {}, affects {})",
                markdown(&step.title),
                first.clause,
                first.level,
                step.affects()
            )?;
            for (place, fix) in step.fixes.iter().enumerate() {
                let label = if place == 0 { "fix" } else { "or" };
                writeln!(out, "  - {label}: {}", markdown(fix))?;
            }
            write_lines(out, &step.lines)?;
            for observed in step.observed(false) {
                writeln!(out, "  - observed: {}", markdown(&observed))?;
            }
            writeln!(out, "  - expected: {}", markdown(&first.expected))?;
            writeln!(out, "  - checks: {}", markdown(&step.names()))?;
            if step.problem.is_some() {
                writeln!(out, "  - problem: {}", code(step.id))?;
            }
            if let Some((reason, _)) = step.waived() {
                writeln!(out, "  - waived: {}", markdown(reason))?;
            }
        }
        Ok(())
    }

    fn write_deviations(&self, out: &mut String, verdict: Verdict, heading: &str) -> Written {
        if self.implementation.is_none() {
            return self.write_steps_markdown(out, verdict, heading);
        }
        let groups = grouped(self.findings.iter().filter(|f| f.verdict == verdict));
        if !groups.is_empty() {
            writeln!(out, "\n## {heading}\n")?;
        }
        for group in groups {
            let finding = group.first();
            writeln!(
                out,
                "- **{}** (clause {}, {}, affects {})",
                markdown(&group.title()),
                finding.clause,
                finding.level,
                group.affects()
            )?;
            writeln!(out, "  - observed: {}", markdown(&finding.observed))?;
            writeln!(out, "  - expected: {}", markdown(&finding.expected))?;
            writeln!(out, "  - fix: {}", markdown(&finding.remedy))?;
            if let Some(names) = group.names() {
                writeln!(out, "  - explains: {}", markdown(&names.join(", ")))?;
            }
            if let Some(reason) = &finding.waived {
                writeln!(out, "  - waived: {}", markdown(reason))?;
            }
        }
        Ok(())
    }

    fn write_unjudged_markdown(&self, out: &mut String) -> Written {
        let unjudged = self.findings.iter().filter(|finding| {
            matches!(
                finding.verdict,
                Verdict::Blocked | Verdict::Error | Verdict::NotApplicable
            )
        });
        let (stopped, others): (Vec<_>, Vec<_>) =
            unjudged.partition(|finding| finding.was_stopped());
        let groups = grouped(others.into_iter());
        if !groups.is_empty() || !stopped.is_empty() {
            writeln!(out, "\n## Not judged\n")?;
        }
        if let Some(sentence) = self.not_run(&stopped) {
            writeln!(out, "- {}", markdown(&sentence))?;
        }
        for group in groups {
            let finding = group.first();
            writeln!(
                out,
                "- {} ({}): {}",
                markdown(&group.title()),
                finding.verdict.key().replace('_', " "),
                markdown(&finding.observed)
            )?;
        }
        Ok(())
    }

    fn write_known_issues_markdown(&self, out: &mut String) -> Written {
        let issues = self.known_issues();
        if !issues.is_empty() {
            writeln!(out, "\n## Known issues of the apps\n")?;
        }
        for (client, issue) in issues {
            writeln!(
                out,
                "- **{client} {}**: {} ({}, {})",
                markdown(&issue.releases),
                markdown(&issue.text),
                code(&issue.id),
                markdown(&issue.source)
            )?;
        }
        Ok(())
    }

    fn write_end(&self, out: &mut String) -> Written {
        let counts: Vec<_> = self
            .summary
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(verdict, count)| format!("{count} {}", verdict.key().replace('_', " ")))
            .collect();
        let (requests, counts) = (counted(self.requests, "request"), counts.join(", "));
        if self.implementation.is_some() {
            writeln!(
                out,
                "\n{requests}: {counts}. safe-conformance {}.",
                self.version
            )?;
        } else {
            writeln!(
                out,
                "\n{requests} with {} of uploads: {counts}. Seed `{}`, safe-conformance {}.",
                size(self.bytes_sent),
                self.seed,
                self.version
            )?;
        }
        if let Some(sentence) = self.pace.sentence(self.duration_ms) {
            writeln!(out, "\n{}", markdown(&sentence))?;
        }
        writeln!(out, "\n{}", markdown(&self.ending().last_line()))
    }
}

/// Lines for a shell, as they are, within an item of a list.
fn write_lines(out: &mut String, lines: &[String]) -> Written {
    if lines.is_empty() {
        return Ok(());
    }
    // A fence that no line ends.
    let ticks = lines.iter().flat_map(|line| line.split(|c| c != '`'));
    let longest = ticks.map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    writeln!(out, "\n    {fence}sh")?;
    for line in lines {
        writeln!(out, "    {}", shell_line(line))?;
    }
    writeln!(out, "    {fence}\n")
}
