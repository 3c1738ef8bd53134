//! What to do, as text: each step with what to do first, and what follows from it in one line.

use super::Report;
use super::steps::{Step, names, shell_line};
use super::text::{FAINT, STRONG, Style, mark, write_wrapped};
use crate::diagnosis::Product;
use crate::engine::{Finding, Verdict};
use crate::text::{counted, labelled, listed};
use std::collections::BTreeSet;
use std::fmt::Write as _;

type Written = std::fmt::Result;

/// How far the details of a step are indented, in columns.
const COLUMN: usize = 16;

impl Report {
    /// Returns the names of the findings that the steps say.
    pub(super) fn shown_by_steps(&self) -> BTreeSet<String> {
        if self.implementation.is_some() {
            return BTreeSet::new();
        }
        let steps = self.steps();
        let shown = steps
            .iter()
            .flat_map(|step| step.mends.iter().chain(&step.then));
        shown.map(|finding| finding.name()).collect()
    }

    pub(super) fn write_steps(&self, out: &mut String, style: Style) -> Written {
        let steps = self.steps();
        let (notes, steps): (Vec<_>, Vec<_>) = steps
            .iter()
            .partition(|step| step.verdict == Verdict::Note && !style.verbose);
        if steps.len() > 1 {
            writeln!(out, "{STRONG}What to do, in order:{STRONG:#}\n")?;
        }
        for step in &steps {
            self.write_step(out, style, step)?;
        }
        if let Some(hint) = self.afterwards(&steps) {
            write_wrapped(out, style, 0, &format!("{hint}\n"))?;
        }
        Self::write_notes(out, style, &notes)
    }

    /// Returns the notes, a line each; where they are many, the IDs of the rest.
    fn write_notes(out: &mut String, style: Style, notes: &[&Step<'_>]) -> Written {
        const SHOWN: usize = 3;
        let (paint, word) = mark(Verdict::Note);
        for step in notes.iter().take(SHOWN) {
            let text = match step.problem {
                Some(_) => title(step),
                None => format!("{} ({})", step.first().observed, step.first().id),
            };
            let label = format!("{paint}{word}{paint:#}  ");
            out.write_str(&labelled(&label, &text, 6, style.width))?;
        }
        let rest = notes.iter().skip(SHOWN);
        let ids: Vec<_> = rest.map(|step| step.mends[0].id.as_str()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let count = counted(ids.len() as u64, "more note");
        let text = format!("{count}: {} (-v)", listed(&ids, 6));
        write_wrapped(out, style, 0, &text)
    }

    /// Returns what to do after the fixes.
    fn afterwards(&self, steps: &[&Step<'_>]) -> Option<String> {
        let has_lines = steps.iter().any(|step| !step.lines.is_empty());
        let again = || has_lines.then(|| "Then run the same command again.".to_owned());
        self.reload(steps).or_else(again)
    }

    /// Returns how the software loads what was changed in its files, where a step changes some. If
    /// several web servers were seen, any of them may be the one.
    fn reload(&self, steps: &[&Step<'_>]) -> Option<String> {
        let is_changed = |product: Product| {
            steps
                .iter()
                .filter_map(|step| step.problem.filter(|_| step.lines.is_empty()))
                .any(|problem| problem.fixes.iter().any(|(of, _)| *of == product))
        };
        let seen = self.software.iter().map(|seen| seen.product);
        let first = seen.clone().next()?;
        first.reload()?;
        let changed: Vec<_> = seen
            .filter(|product| is_changed(*product))
            .filter_map(|product| {
                Some(format!(
                    "{} load them (`{}`)",
                    product.name(),
                    product.reload()?
                ))
            })
            .collect();
        (!changed.is_empty()).then(|| {
            format!(
                "After a change of its files, let {}, then run the same command again.",
                changed.join(" or ")
            )
        })
    }

    fn write_step(&self, out: &mut String, style: Style, step: &Step<'_>) -> Written {
        let (paint, word) = mark(step.verdict);
        let label = format!("{paint}{word:<6}{paint:#}{STRONG}");
        let title = labelled(&label, &title(step), 6, style.width);
        writeln!(out, "{}{STRONG:#}", title.trim_end())?;
        write_fixes(out, style, step)?;
        if step.verdict == Verdict::Error && !style.verbose {
            return Ok(());
        }
        let observed = step.observed(style.verbose);
        let shown = if style.verbose { observed.len() } else { 2 };
        for sentence in observed.iter().take(shown) {
            write_detail(out, style, "observed", sentence)?;
        }
        if observed.len() > shown {
            let more = counted((observed.len() - shown) as u64, "other observation");
            write_detail(out, style, "", &format!("and {more} (-v shows them)"))?;
        }
        if let Some(who) = step.answered_by() {
            write_detail(out, style, "server", who)?;
        }
        write_mended(out, style, step)?;
        let problem = step.problem;
        if let Some(issue) = problem.and_then(|problem| problem.upstream_of(&self.software)) {
            write_detail(out, style, "upstream", issue)?;
        }
        if let Some((reason, until)) = step.waived() {
            let end = until.map_or_else(String::new, |until| format!(" (until {until})"));
            write_detail(out, style, "waived", &format!("{reason}{end}"))?;
        }
        writeln!(out)
    }

    /// Returns what the server shows itself to be.
    pub(super) fn write_software(&self, out: &mut String, style: Style) -> Written {
        let seen: Vec<_> = self
            .software
            .iter()
            .map(|seen| format!("{} (by {})", seen.product.name(), seen.evidence))
            .collect();
        if seen.is_empty() {
            return Ok(());
        }
        write_wrapped(out, style, 0, &format!("Software: {}", seen.join(", ")))
    }
}

/// Returns the problem with its ID, or the check.
fn title(step: &Step<'_>) -> String {
    match (&step.problem, step.likely) {
        (Some(_), true) => format!("{} (likely; {})", step.title, step.id),
        (Some(_), false) => format!("{} ({})", step.title, step.id),
        (None, _) => step.title.clone(),
    }
}

fn write_fixes(out: &mut String, style: Style, step: &Step<'_>) -> Written {
    for (position, fix) in step.fixes.iter().enumerate() {
        let label = if position == 0 { "fix" } else { "or" };
        write_detail(out, style, label, fix)?;
    }
    write_lines(out, &step.lines)
}

/// Lines for a shell: at the left edge and never wrapped, so that they can be copied as they are.
fn write_lines(out: &mut String, lines: &[String]) -> Written {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for command in lines {
        writeln!(out, "{}", shell_line(command))?;
    }
    writeln!(out)
}

/// Returns which checks the step is about, whom that affects, what follows.
fn write_mended(out: &mut String, style: Style, step: &Step<'_>) -> Written {
    let first = step.first();
    if step.title != step.names() {
        write_detail(out, style, "checks", &step.names())?;
    }
    if style.verbose && !first.was_stopped() {
        let (clause, level) = (&first.clause, first.level);
        let expected = format!("{} (clause {clause}, {level})", first.expected);
        write_detail(out, style, "expected", &expected)?;
        if let Some(problem) = step.problem {
            write_detail(out, style, "source", problem.source)?;
        }
    }
    if step.verdict.is_deviation() {
        let (affected, breaks) = (step.affects(), step.breaks());
        let affects = match (affected.is_empty(), breaks.is_empty()) {
            (true, _) => "no client of today".to_owned(),
            (false, true) => affected.to_string(),
            (false, false) => format!("{affected} ({breaks})"),
        };
        write_detail(out, style, "affects", &affects)?;
    }
    write_consequences(out, style, &step.then)
}

fn write_consequences(out: &mut String, style: Style, then: &[&Finding]) -> Written {
    if then.is_empty() {
        return Ok(());
    }
    let text = if style.verbose {
        let count = counted(then.len() as u64, "finding");
        format!(
            "run again: {count} can be judged only then: {}",
            names(then)
        )
    } else {
        "run again: the dependent checks can be judged then".to_owned()
    };
    write_detail(out, style, "then", &text)
}

fn write_detail(out: &mut String, style: Style, label: &str, text: &str) -> Written {
    let label = format!("      {FAINT}{label:<10}{FAINT:#}");
    out.write_str(&labelled(&label, text, COLUMN, style.width))
}
