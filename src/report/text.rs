//! The report for people: what deviates first, then the verdicts for each client, and the exit code
//! with its reason.

use super::{Group, Report, grouped};
use crate::engine::{ClientSummary, ClientVerdict, KnownIssue, Verdict};
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
    /// Whether every finding of a cause is shown, each with what was observed.
    pub all: bool,
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
    /// Returns the report for people, with terminal colours: let [`anstream`] take them out where
    /// they do not belong.
    pub fn to_text(&self, style: Style) -> String {
        let mut out = String::new();
        // Writing to memory cannot fail.
        let _ = self.write_text(&mut out, style);
        out
    }

    fn write_text(&self, out: &mut String, style: Style) -> Written {
        if let Some(text) = self.instead.as_ref().filter(|_| !style.verbose) {
            out.write_str(text)?;
            return out.write_str(&wrapped(&self.ending().last_line(), 0, style.width));
        }
        if self.implementation.is_some() {
            for verdict in [Verdict::Fail, Verdict::Error, Verdict::Warn, Verdict::Note] {
                let of_verdict = self.findings.iter().filter(|f| f.verdict == verdict);
                for group in grouped(of_verdict.filter(|finding| !finding.was_stopped())) {
                    self.write_group(out, style, &group)?;
                }
            }
            let stopped = self.findings.iter().filter(|finding| finding.was_stopped());
            if let Some(sentence) = self.not_run(&stopped.collect::<Vec<_>>()) {
                let (paint, word) = mark(Verdict::Error);
                let label = format!("{paint}{word:<6}{paint:#}");
                out.write_str(&labelled(&label, &format!("{sentence}\n"), 6, style.width))?;
            }
        } else {
            self.write_steps(out, style)?;
        }
        if self.is_out_of_reach() && !style.verbose {
            writeln!(out, "Nothing could be judged for any client.")?;
            out.write_str(&self.closing)?;
            return out.write_str(&wrapped(&self.ending().last_line(), 0, style.width));
        }
        self.write_unjudged(out, style)?;
        self.write_transport_security(out, style)?;
        self.write_known_issues(out, style)?;
        self.write_clients(out, style)?;
        self.write_close(out, style)?;
        for sentence in &self.stale_waivers {
            let label = format!("{FAIL}stale waiver{FAIL:#}  ");
            write!(out, "{}", labelled(&label, sentence, 14, style.width))?;
        }
        out.write_str(&self.closing)?;
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
        write_explained(out, style, group)?;
        if self.implementation.is_some() && finding.verdict != Verdict::Error {
            detail(out, style, "about", &finding.remedy)?;
        } else if finding.verdict != Verdict::Error {
            let affected = group.affects();
            let affects = if affected.is_empty() {
                "no client of today".to_owned()
            } else if finding.breaks.is_empty() {
                affected.to_string()
            } else {
                format!("{affected} ({})", finding.breaks)
            };
            detail(out, style, "affects", &affects)?;
            detail(out, style, "fix", &finding.remedy)?;
        }
        if let Some(reason) = &finding.waived {
            detail(out, style, "waived", reason)?;
        }
        writeln!(out)
    }

    /// Returns the known issues of the apps, where their part was reached: a line each, and whole
    /// with `-v`.
    fn write_known_issues(&self, out: &mut String, style: Style) -> Written {
        let mut folded = Vec::new();
        for (client, issue) in self.known_issues() {
            let reached = self
                .clients
                .get(&client)
                .into_iter()
                .flatten()
                .any(|(_, summary)| {
                    // To mend the server does not mend the app.
                    let remains = summary.verdict == ClientVerdict::Fail && issue.prevents;
                    let is_open = summary.is_open_to_apps();
                    (is_open || remains) && summary.known_issues.contains(issue)
                });
            if !style.verbose && !reached {
                continue;
            }
            let releases = issue.releases_in_words();
            if !style.verbose && !issue.prevents && !issue.title.is_empty() {
                let KnownIssue { id, title, .. } = issue;
                folded.push(format!("{client} app, {releases}: {title} ({id})"));
                continue;
            }
            let text = format!("{client} app, {releases}: {} ({})", issue.text, issue.id);
            let label = format!("{WARN}known issue{WARN:#}  ");
            out.write_str(&labelled(&label, &text, 13, style.width))?;
            if style.verbose {
                detail(out, style, "source", &issue.source)?;
            }
        }
        for text in folded {
            let label = format!("{FAINT}known issue{FAINT:#}  ");
            out.write_str(&labelled(&label, &text, 13, style.width))?;
        }
        Ok(())
    }

    /// Returns the rules of App Transport Security in one line.
    fn write_transport_security(&self, out: &mut String, style: Style) -> Written {
        let rules: Vec<_> = self
            .findings
            .iter()
            .filter(|finding| {
                is_of_transport_security(&finding.clause)
                    && finding.clients.contains_key(&Client::Ios)
                    && finding.verdict.is_judged()
            })
            .collect();
        if self.without_tls || rules.is_empty() {
            return Ok(());
        }
        let broken: Vec<_> = rules
            .iter()
            .filter(|rule| rule.verdict.is_deviation())
            .map(|rule| rule.id.as_str())
            .collect();
        let text = if broken.is_empty() {
            format!("the {} rules that apply are met", rules.len())
        } else {
            let (met, all) = (rules.len() - broken.len(), rules.len());
            format!("{met} of {all} rules are met; not {}", listed(&broken, 4))
        };
        let label = "App Transport Security (iOS): ";
        out.write_str(&labelled(label, &text, 2, style.width))
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
            for reason in self.why(directions.iter()) {
                write_wrapped(out, style, REASONS, &reason)?;
            }
        }
        if self.without_tls {
            let sentence = "The server was checked without TLS, so no verdict is more than partial; the apps refuse plain http.";
            write_wrapped(out, style, 0, sentence)?;
        }
        for remark in &self.remarks {
            let label = format!("{WARN}hint{WARN:#}  ");
            out.write_str(&labelled(&label, remark, 6, style.width))?;
        }
        Ok(())
    }

    /// Returns whether no check was judged, because something broke before the first.
    fn is_out_of_reach(&self) -> bool {
        let judged = self
            .findings
            .iter()
            .any(|finding| finding.verdict.is_judged());
        self.implementation.is_none() && self.count(Verdict::Error) > 0 && !judged
    }

    /// Returns the width of the longest verdict on backing up.
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
        // What nobody asked for does not count as left out.
        let unasked = self
            .findings
            .iter()
            .filter(|finding| self.implementation.is_none() && finding.is_unasked());
        let unasked = unasked.count();
        let counts: Vec<_> = self
            .summary
            .iter()
            .map(|(verdict, count)| match verdict {
                Verdict::Disabled => (verdict, count.saturating_sub(unasked)),
                _ => (verdict, *count),
            })
            .filter(|(_, count)| *count > 0)
            .map(|(verdict, count)| counted_as(*verdict, count))
            .collect();
        let checked = format!("{} checked: {}", self.subject(), counts.join(", "));
        write_wrapped(out, style, 0, &checked)?;
        if style.verbose {
            self.write_software(out, style)?;
        }
        let requests = counted(self.requests, "request");
        let sent = size(self.bytes_sent);
        match &self.implementation {
            None => {
                let cost = format!("{requests}, {sent} uploaded, seed {}", self.seed);
                let wrapped = wrapped(&cost, 0, style.width);
                if self.requests > 0 {
                    writeln!(out, "{FAINT}{}{FAINT:#}", wrapped.trim_end())?;
                }
                if let Some(sentence) = self.pace.sentence(self.duration_ms) {
                    write_wrapped(out, style, 0, &sentence)?;
                }
            }
            Some(implementation) => {
                // A client on the rig is asked nothing: it asks.
                let asked = match self.bytes_sent {
                    0 => requests,
                    _ => format!("{requests}, {sent} asked"),
                };
                writeln!(out, "{FAINT}{asked}{FAINT:#}")?;
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
        let is_news = |why: &&String| self.ending().reason != **why;
        if let Some(why) = self.incomplete_because.as_ref().filter(is_news) {
            let text = wrapped(&format!("The run is incomplete: {why}."), 2, style.width);
            write!(out, "{FAIL}{}{FAIL:#}", text.trim_start())?;
        }
        self.write_bin(out, style)?;
        self.write_leftovers(out, style)
    }

    fn write_bin(&self, out: &mut String, style: Style) -> Written {
        let Some(bin) = &self.bin else {
            return Ok(());
        };
        write_wrapped(out, style, 0, &bin.sentence())
    }

    fn write_leftovers(&self, out: &mut String, style: Style) -> Written {
        if self.left_behind == 0 {
            return Ok(());
        }
        let count = counted(self.left_behind as u64, "backup");
        let named = self.ledger.as_ref().map_or_else(String::new, |ledger| {
            format!(" {} names them; {}", ledger.display(), self.sweeps())
        });
        let sentence = format!("{count} of this run may still be on the server.{named}");
        let label = format!("{WARN}left{WARN:#}  ");
        out.write_str(&labelled(&label, &sentence, 6, style.width))?;
        if self.ledger.is_some() {
            // In one line, so that it can be copied.
            writeln!(out, "      {}", self.sweep())?;
        }
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

/// Returns the word of a finding's verdict, with its colour.
pub(super) const fn mark(verdict: Verdict) -> (Paint, &'static str) {
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

/// Returns how many findings came to a verdict: `1 note`, `2 notes`, `2 fail`.
fn counted_as(verdict: Verdict, count: usize) -> String {
    match verdict {
        Verdict::Note => counted(count as u64, "note"),
        _ => format!("{count} {}", verdict.key().replace('_', " ")),
    }
}

/// Returns the colour and the word of the verdict of one direction.
pub(super) fn verdict_of(summary: &ClientSummary) -> (Paint, String) {
    let (paint, word) = match summary.verdict {
        ClientVerdict::Pass => (PASS, "pass"),
        ClientVerdict::Partial => (PASS, "partial"),
        ClientVerdict::Fail => (FAIL, "FAIL"),
        ClientVerdict::Unknown => (WARN, "unknown"),
    };
    let waived = match (&summary.waived, summary.verdict) {
        (Some(waived), ClientVerdict::Pass | ClientVerdict::Partial) => {
            format!(" ({} waived until {})", waived.count, waived.until)
        }
        _ => String::new(),
    };
    match summary.prevented_by().filter(|_| summary.is_open_to_apps()) {
        Some(_) => (paint, format!("{word}{waived}, but")),
        None => (paint, format!("{word}{waived}")),
    }
}

/// Returns the verdicts of a client: in one line, or on a narrow terminal in a line each.
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

/// Returns whether a clause is a rule of App Transport Security, or of Apple for certificates.
fn is_of_transport_security(clause: &str) -> bool {
    let rest = clause.strip_prefix(clause::ATS.number);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Returns the findings that one cause explains: each with what was observed, or the first few
/// names.
fn write_explained(out: &mut String, style: Style, group: &Group<'_>) -> Written {
    const NAMED: usize = 8;
    let Some(names) = group.names() else {
        return Ok(());
    };
    if !style.all {
        let shown: Vec<_> = names.iter().map(String::as_str).collect();
        let way_out = if names.len() > NAMED { ": --all" } else { "" };
        let few = format!("{}{way_out}", listed(&shown, NAMED));
        return detail(out, style, "explains", &few);
    }
    for (place, (name, finding)) in names.iter().zip(group.findings()).enumerate() {
        let label = if place == 0 { "explains" } else { "" };
        detail(out, style, label, &format!("{name}: {}", finding.observed))?;
    }
    Ok(())
}

fn detail(out: &mut String, style: Style, label: &str, text: &str) -> Written {
    let label = format!("      {FAINT}{label:<INDENT$}{FAINT:#}");
    out.write_str(&labelled(&label, text, INDENT + 6, style.width))
}

/// Writes `text` in lines that begin with `indent` spaces and break between words.
pub(crate) fn write_wrapped(out: &mut String, style: Style, indent: usize, text: &str) -> Written {
    out.write_str(&wrapped(text, indent, style.width))
}
