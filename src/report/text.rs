//! The report for people: what deviates first, then the verdicts for each client, and the exit code
//! with its reason.

use super::{Group, Report, grouped};
use crate::engine::{ClientSummary, ClientVerdict, Finding, Verdict};
use crate::safe::{Client, Direction, clause};
use crate::text::{counted, labelled, line, listed, size, wrapped};
use crate::wire::Doubt;
use anstyle::{AnsiColor, Style as Paint};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How the text is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// The width at which lines are broken, in columns.
    pub width: usize,
    /// Whether what passed or does not apply is shown one by one.
    pub verbose: bool,
}

pub(super) const FAIL: Paint = AnsiColor::Red.on_default().bold();
pub(super) const WARN: Paint = AnsiColor::Yellow.on_default().bold();
pub(super) const PASS: Paint = AnsiColor::Green.on_default().bold();
pub(super) const FAINT: Paint = Paint::new().dimmed();
pub(super) const STRONG: Paint = Paint::new().bold();

/// How far the details of a finding are indented, in columns.
const INDENT: usize = 10;
/// How far the reasons of a verdict are indented, in columns.
const REASONS: usize = 9;

type Written = std::fmt::Result;

impl Report {
    /// The report for people, with terminal colours: let [`anstream`] take them out where they do
    /// not belong.
    pub fn to_text(&self, style: Style) -> String {
        let mut out = String::new();
        // Writing to memory cannot fail.
        let _ = self.write_text(&mut out, style);
        out
    }

    fn write_text(&self, out: &mut String, style: Style) -> Written {
        for verdict in [Verdict::Fail, Verdict::Error, Verdict::Warn, Verdict::Note] {
            for group in grouped(self.findings.iter().filter(|f| f.verdict == verdict)) {
                self.write_group(out, style, &group)?;
            }
        }
        self.write_unjudged(out, style)?;
        self.write_known_issues(out, style)?;
        for sentence in &self.stale_waivers {
            let label = format!("{FAIL}stale waiver{FAIL:#}  ");
            writeln!(out, "{}", labelled(&label, sentence, 14, style.width))?;
        }
        self.write_transport_security(out, style)?;
        self.write_clients(out, style)?;
        self.write_close(out, style)?;
        out.write_str(&wrapped(&self.ending().last_line(), 0, style.width))
    }

    fn write_group(&self, out: &mut String, style: Style, group: &Group<'_>) -> Written {
        let finding = group.first();
        let (paint, word) = mark(finding.verdict);
        let label = format!("{paint}{word:<6}{paint:#}{STRONG}");
        let title = labelled(&label, &group.title(), 6, style.width);
        writeln!(out, "{}{STRONG:#}", title.trim_end())?;
        let observed = match finding.stage {
            Some(stage) => format!("{} (stage {stage})", finding.observed),
            None => finding.observed.clone(),
        };
        detail(out, style, "observed", &observed)?;
        let (expected, clause, level) = (&finding.expected, &finding.clause, finding.level);
        let expected = format!("{expected} (clause {clause}, {level})");
        detail(out, style, "expected", &expected)?;
        if let Some(names) = group.names() {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            detail(out, style, "explains", &listed(&names, 8))?;
        }
        if self.implementation.is_some() && finding.verdict != Verdict::Error {
            detail(out, style, "about", &finding.remedy)?;
        } else if finding.verdict != Verdict::Error {
            let hurt = group.hurt();
            let affects = if hurt.is_empty() {
                "no client of today".to_owned()
            } else if finding.breaks.is_empty() {
                hurt.to_string()
            } else {
                format!("{hurt} ({})", finding.breaks)
            };
            detail(out, style, "affects", &affects)?;
            detail(out, style, "fix", &finding.remedy)?;
        }
        if let Some(reason) = &finding.waived {
            detail(out, style, "waived", reason)?;
        }
        writeln!(out)
    }

    fn write_unjudged(&self, out: &mut String, style: Style) -> Written {
        let mut headings = vec![(Verdict::Blocked, "Could not be judged:")];
        if style.verbose {
            headings.extend([
                (Verdict::NotApplicable, "Does not apply here:"),
                (Verdict::Disabled, "Skipped:"),
                (Verdict::Pass, "As it should be:"),
            ]);
        }
        for (verdict, heading) in headings {
            let findings: Vec<_> = self
                .findings
                .iter()
                .filter(|finding| finding.verdict == verdict)
                .collect();
            if findings.is_empty() {
                continue;
            }
            writeln!(out, "{STRONG}{heading}{STRONG:#}")?;
            for (reason, titles) in reasons(&findings, verdict != Verdict::Pass) {
                let titles = if verdict == Verdict::Pass {
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

    fn write_known_issues(&self, out: &mut String, style: Style) -> Written {
        for (client, issue) in self.known_issues() {
            let releases = if issue.releases == "all" {
                "every release"
            } else {
                &issue.releases
            };
            let heading = format!(
                "{} of {client}, {releases}: not a fault of this server",
                issue.id
            );
            let label = format!("{WARN}known issue{WARN:#}  ");
            out.write_str(&labelled(&label, &heading, 13, style.width))?;
            detail(out, style, "", &issue.text)?;
            detail(out, style, "source", &issue.source)?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// The rules of App Transport Security one by one, and what was seen of each.
    fn write_transport_security(&self, out: &mut String, style: Style) -> Written {
        let rules: Vec<_> = self
            .findings
            .iter()
            .filter(|finding| {
                finding.clause == clause::ATS.number
                    && finding.clients.contains_key(&Client::Ios)
                    && finding.verdict != Verdict::Disabled
            })
            .collect();
        if self.without_tls || !rules.iter().any(|rule| rule.verdict.is_judged()) {
            return Ok(());
        }
        let heading = "App Transport Security (enforced by iOS), rule by rule:";
        writeln!(out, "{STRONG}{heading}{STRONG:#}")?;
        for rule in rules {
            let (paint, word) = mark(rule.verdict);
            let label = format!("  {paint}{word:<5}{paint:#} {:<22} ", rule.id);
            out.write_str(&labelled(&label, &rule.observed, 31, style.width))?;
        }
        let android = "Android has none of these rules. It refuses plain http, and trusts the authorities of the system and those that its user installed.";
        write_wrapped(out, style, 2, android)?;
        writeln!(out)
    }

    fn write_clients(&self, out: &mut String, style: Style) -> Written {
        if self.implementation.is_some() {
            for client in Client::ALL {
                if self.is_held_to(client) {
                    let label = format!("as {STRONG}{client:<8}{STRONG:#} ");
                    let likeness = self.likeness(client);
                    out.write_str(&labelled(&label, &likeness, 12, style.width))?;
                }
            }
            return writeln!(out);
        }
        let column = self.backup_column();
        for (client, directions) in &self.clients {
            out.push_str(&client_line(*client, directions, column, style.width));
            for reason in why(directions.iter()) {
                write_wrapped(out, style, REASONS, &reason)?;
            }
        }
        if self.without_tls {
            let sentence = "The server was checked without TLS, so that no verdict is more than partial: the apps refuse plain http.";
            write_wrapped(out, style, 0, sentence)?;
        }
        writeln!(out)
    }

    /// The width of the longest verdict on backing up.
    fn backup_column(&self) -> usize {
        let backups = self
            .clients
            .values()
            .filter_map(|directions| directions.get(&Direction::Backup));
        backups
            .map(|summary| verdict_of(summary).1.len())
            .max()
            .unwrap_or_default()
    }

    fn write_close(&self, out: &mut String, style: Style) -> Written {
        let counts: Vec<_> = self
            .summary
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(verdict, count)| format!("{count} {}", verdict.key().replace('_', " ")))
            .collect();
        let checked = format!("{} checked: {}", self.subject(), counts.join(", "));
        write_wrapped(out, style, 0, &checked)?;
        let requests = counted(self.requests, "request");
        let sent = size(self.bytes_sent);
        match &self.implementation {
            None => {
                let cost = format!("{requests}, {sent} uploaded, seed {}", self.seed);
                let wrapped = wrapped(&cost, 0, style.width);
                writeln!(out, "{FAINT}{}{FAINT:#}", wrapped.trim_end())?;
            }
            Some(implementation) => {
                writeln!(out, "{FAINT}{requests}, {sent} asked{FAINT:#}")?;
                if let (true, Some(tracker)) =
                    (self.count(Verdict::Fail) > 0, &implementation.bug_tracker)
                {
                    writeln!(out, "Its defects are reported at {}", line(tracker))?;
                }
                if let Some(sentence) = self.first_to_mend() {
                    write_wrapped(out, style, 0, &sentence)?;
                }
            }
        }
        if let Some(why) = &self.incomplete_because {
            let label = format!("{FAIL}The run is incomplete:{FAIL:#} ");
            out.write_str(&labelled(&label, &format!("{why}."), 2, style.width))?;
        }
        self.write_leftovers(out, style)
    }

    fn write_leftovers(&self, out: &mut String, style: Style) -> Written {
        if self.left_behind == 0 {
            return Ok(());
        }
        let count = counted(self.left_behind as u64, "backup");
        let named = self.ledger.as_ref().map_or_else(String::new, |ledger| {
            let ledger = ledger.display();
            format!(" {ledger} names them; `safe-conformance sweep` deletes them.")
        });
        let sentence = format!("{count} of the harness may still be on the server.{named}");
        let label = format!("{WARN}left{WARN:#}  ");
        out.write_str(&labelled(&label, &sentence, 6, style.width))?;
        for (doubt, count) in &self.left_because {
            write_wrapped(out, style, 6, &format!("{count}: {}.", doubt.sentence()))?;
        }
        if self.left_because.contains_key(&Doubt::MayAppear) {
            let sentence = "What may still appear: run `sweep` in a minute.";
            write_wrapped(out, style, 6, sentence)?;
        }
        Ok(())
    }
}

/// The word of a finding's verdict, with its colour.
const fn mark(verdict: Verdict) -> (Paint, &'static str) {
    match verdict {
        Verdict::Pass => (PASS, "pass"),
        Verdict::Note => (STRONG, "note"),
        Verdict::Warn => (WARN, "WARN"),
        Verdict::Fail => (FAIL, "FAIL"),
        Verdict::Error => (FAIL, "ERROR"),
        Verdict::Blocked => (WARN, "?"),
        Verdict::NotApplicable | Verdict::Disabled => (FAINT, "-"),
    }
}

/// The colour and the word of the verdict of one direction.
fn verdict_of(summary: &ClientSummary) -> (Paint, String) {
    let (paint, word) = match summary.verdict {
        ClientVerdict::Pass => (PASS, "pass"),
        ClientVerdict::Partial => (PASS, "partial"),
        ClientVerdict::Fail => (FAIL, "FAIL"),
        ClientVerdict::Unknown => (WARN, "unknown"),
    };
    match summary.prevented_by() {
        Some(_) => (paint, format!("{word}, but")),
        None => (paint, word.to_owned()),
    }
}

/// The verdicts of a client: in one line, or on a narrow terminal in a line each.
fn client_line(
    client: Client,
    directions: &BTreeMap<Direction, ClientSummary>,
    column: usize,
    width: usize,
) -> String {
    const NARROW: usize = 50;
    let mut line = format!("{STRONG}{client:<8}{STRONG:#}");
    for direction in Direction::ALL {
        let Some((paint, word)) = directions.get(&direction).map(verdict_of) else {
            if width >= NARROW {
                // Where the others have their backups.
                line += &" ".repeat(direction.key().len() + column + 2);
            }
            continue;
        };
        let separator = match (direction, width < NARROW) {
            (_, true) => "\n  ",
            (Direction::Backup, _) => " ",
            (Direction::Restore, _) => "  ",
        };
        line += &format!("{separator}{direction} {paint}{word}{paint:#}");
        if direction == Direction::Backup && width >= NARROW {
            line += &" ".repeat(column.saturating_sub(word.len()));
        }
    }
    line.push('\n');
    line
}

/// Why the verdicts of a client are what they are, a sentence each.
fn why<'a>(directions: impl Iterator<Item = (&'a Direction, &'a ClientSummary)>) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for (direction, summary) in directions {
        let mut said = Vec::new();
        match summary.verdict {
            ClientVerdict::Fail => {
                said.push(format!("because of {}", checks_of(&summary.broken_by)));
            }
            ClientVerdict::Unknown if summary.not_judged.is_empty() => {
                said.push("nothing was judged for it".to_owned());
            }
            ClientVerdict::Unknown => {
                let names = checks_of(&summary.not_judged);
                said.push(format!("could not be judged: {names}"));
            }
            ClientVerdict::Partial | ClientVerdict::Pass => {}
        }
        if let Some(issue) = summary.prevented_by() {
            said.push(format!(
                "the app itself fails here in {} (known issue {} above)",
                issue.releases, issue.id
            ));
        }
        for reason in said {
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

/// The checks of findings of these names, each once.
fn checks_of(names: &[String]) -> String {
    let mut ids: Vec<_> = names
        .iter()
        .map(|name| name.split('[').next().unwrap_or_default())
        .collect();
    ids.dedup();
    listed(&ids, 6)
}

/// The findings by what was observed; one reason blocks much.
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

/// The names, or where they are many, how many of which subjects.
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

fn detail(out: &mut String, style: Style, label: &str, text: &str) -> Written {
    let label = format!("      {FAINT}{label:<INDENT$}{FAINT:#}");
    out.write_str(&labelled(&label, text, INDENT + 6, style.width))
}

/// Writes `text` in lines that begin with `indent` spaces and break between words.
pub(crate) fn write_wrapped(out: &mut String, style: Style, indent: usize, text: &str) -> Written {
    out.write_str(&wrapped(text, indent, style.width))
}
