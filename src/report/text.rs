//! The report for people: what deviates first, then the verdict for each client.

use super::{Group, Report, counted, grouped, readable_bytes};
use crate::engine::ClientSummary;
use crate::engine::{ClientVerdict, Level, Verdict};
use crate::safe::{Client, Clients, clause};
use crate::wire::Doubt;
use anstyle::{AnsiColor, Style as Paint};
use std::fmt::Write as _;

/// How the text is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// The width at which lines are broken, in columns.
    pub width: usize,
    /// Whether what passed or does not apply is told one by one.
    pub verbose: bool,
}

pub(super) const FAIL: Paint = AnsiColor::Red.on_default().bold();
pub(super) const WARN: Paint = AnsiColor::Yellow.on_default().bold();
pub(super) const PASS: Paint = AnsiColor::Green.on_default().bold();
pub(super) const FAINT: Paint = Paint::new().dimmed();
pub(super) const STRONG: Paint = Paint::new().bold();

/// How far the details of a finding are indented, in columns.
const INDENT: usize = 10;

impl Report {
    /// The report for people, with terminal colours: let [`anstream`] take them out where they do not belong.
    pub fn to_text(&self, style: Style) -> String {
        let mut out = String::new();
        // Writing to memory cannot fail.
        let _ = self.write_text(&mut out, style);
        out
    }

    fn write_text(&self, out: &mut String, style: Style) -> std::fmt::Result {
        for verdict in [Verdict::Fail, Verdict::Error, Verdict::Warn, Verdict::Note] {
            for group in grouped(
                self.findings
                    .iter()
                    .filter(|finding| finding.verdict == verdict),
            ) {
                self.write_group(out, style, &group)?;
            }
        }
        self.write_unjudged(out, style)?;
        self.write_advisories(out, style)?;
        for sentence in &self.stale_waivers {
            writeln!(out, "{FAIL}stale waiver{FAIL:#}: {sentence}\n")?;
        }
        self.write_transport_security(out, style)?;
        self.write_clients(out, style)?;
        self.write_close(out)
    }

    fn write_group(&self, out: &mut String, style: Style, group: &Group<'_>) -> std::fmt::Result {
        let finding = group.finding;
        let (paint, word) = match finding.verdict {
            Verdict::Fail => (FAIL, "FAIL"),
            Verdict::Error => (FAIL, "ERROR"),
            Verdict::Note => (STRONG, "note"),
            _ => (WARN, "warn"),
        };
        writeln!(
            out,
            "{paint}{word:<6}{paint:#}{STRONG}{}{STRONG:#}",
            group.title()
        )?;
        let hurts = self
            .findings
            .iter()
            .filter(|other| {
                other.id == finding.id && group.variants.contains(&other.variant.as_str())
            })
            .fold(Clients::NONE, |hurt, other| hurt.and(other.hurt()));
        detail(
            out,
            style,
            "observed",
            &match finding.stage {
                Some(stage) => format!("{} (stage {stage})", finding.observed),
                None => finding.observed.clone(),
            },
        )?;
        detail(
            out,
            style,
            "expected",
            &format!(
                "{} (clause {}, {})",
                finding.expected, finding.clause, finding.level
            ),
        )?;
        if finding.verdict != Verdict::Error {
            let hurts = if hurts.is_empty() {
                "no client of today".to_owned()
            } else {
                hurts.to_string()
            };
            if self.implementation.is_some() {
                detail(out, style, "about", &finding.remedy)?;
            } else {
                detail(out, style, "hurts", &hurts)?;
                detail(out, style, "do this", &finding.remedy)?;
            }
        }
        if let Some(reason) = &finding.waived {
            detail(out, style, "waived", reason)?;
        }
        writeln!(out)
    }

    fn write_unjudged(&self, out: &mut String, style: Style) -> std::fmt::Result {
        let told: &[Verdict] = if style.verbose {
            &[
                Verdict::Blocked,
                Verdict::NotApplicable,
                Verdict::Disabled,
                Verdict::Pass,
            ]
        } else {
            &[Verdict::Blocked]
        };
        for verdict in told {
            let findings: Vec<_> = self
                .findings
                .iter()
                .filter(|finding| finding.verdict == *verdict)
                .collect();
            if findings.is_empty() {
                continue;
            }
            writeln!(
                out,
                "{STRONG}{}{STRONG:#}",
                match verdict {
                    Verdict::Blocked => "Could not be judged:",
                    Verdict::NotApplicable => "Does not apply here:",
                    Verdict::Disabled => "Skipped:",
                    _ => "As it should be:",
                }
            )?;
            // One cause blocks much: told by cause.
            let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
            for group in grouped(findings.into_iter()) {
                let title = group.title();
                match reasons.iter_mut().find(|(reason, _)| {
                    *verdict != Verdict::Pass && *reason == group.finding.observed
                }) {
                    Some((_, titles)) => titles.push(title),
                    None => reasons.push((&group.finding.observed, vec![title])),
                }
            }
            for (reason, titles) in reasons {
                let titles = if *verdict == Verdict::Pass {
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

    fn write_advisories(&self, out: &mut String, style: Style) -> std::fmt::Result {
        for advisory in &self.advisories {
            let releases = if advisory.releases == "all" {
                "every release"
            } else {
                &advisory.releases
            };
            writeln!(
                out,
                "{WARN}note{WARN:#}  {STRONG}{}, {releases}{STRONG:#}: no fault of this server",
                advisory.client
            )?;
            detail(out, style, "", &advisory.text)?;
            detail(out, style, "source", &advisory.source)?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// The rules of App Transport Security one by one, and what was seen of each.
    fn write_transport_security(&self, out: &mut String, style: Style) -> std::fmt::Result {
        let rules = self.findings.iter().filter(|finding| {
            finding.clause == clause::ATS.number
                && finding.clients.contains_key(&Client::Ios)
                && finding.verdict != Verdict::Disabled
        });
        let rules: Vec<_> = rules.collect();
        if self.without_tls || !rules.iter().any(|rule| rule.verdict.is_judged()) {
            return Ok(());
        }
        writeln!(
            out,
            "{STRONG}App Transport Security, which iOS goes by, rule by rule:{STRONG:#}"
        )?;
        for rule in rules {
            let (paint, word) = match rule.verdict {
                Verdict::Pass => (PASS, "pass"),
                Verdict::Fail => (FAIL, "FAIL"),
                Verdict::Warn => (WARN, "warn"),
                Verdict::Note => (STRONG, "note"),
                Verdict::NotApplicable | Verdict::Disabled => (FAINT, "-"),
                Verdict::Blocked | Verdict::Error => (WARN, "?"),
            };
            let mut seen = String::new();
            write_wrapped(&mut seen, style, 31, &rule.observed)?;
            writeln!(
                out,
                "  {paint}{word:<5}{paint:#} {:<22} {}",
                rule.id,
                seen.trim()
            )?;
        }
        let android = "Android goes by none of these. It refuses plain http, and trusts the authorities that it came with and those that its user installed.";
        write_wrapped(out, style, 2, android)?;
        writeln!(out)
    }

    fn write_clients(&self, out: &mut String, style: Style) -> std::fmt::Result {
        for client in Client::ALL {
            let Some(summary) = self.clients.get(&client) else {
                continue;
            };
            if let Some(implementation) = &self.implementation {
                if implementation
                    .held_to
                    .is_none_or(|held_to| held_to == client)
                {
                    let likeness = self.likeness(client, summary);
                    let mut wrapped = String::new();
                    write_wrapped(&mut wrapped, style, 12, &likeness)?;
                    writeln!(out, "as {STRONG}{client:<8}{STRONG:#} {}", wrapped.trim())?;
                }
                continue;
            }
            let (paint, word) = match summary.verdict {
                ClientVerdict::Pass => (PASS, "pass"),
                ClientVerdict::Fail => (FAIL, "FAIL"),
                ClientVerdict::Unknown => (WARN, "unknown"),
            };
            let label = if self.without_tls { " without TLS" } else { "" };
            write!(
                out,
                "{STRONG}{client:<8}{STRONG:#} {paint}{word:<7}{paint:#}{label} "
            )?;
            let mut reason = String::new();
            write_wrapped(&mut reason, style, 17, &self.reason(client, summary))?;
            writeln!(out, "{}", reason.trim())?;
        }
        writeln!(out)
    }

    fn reason(&self, client: Client, summary: &ClientSummary) -> String {
        let ids = |names: &[String]| {
            let mut ids: Vec<_> = names
                .iter()
                .map(|name| name.split('[').next().unwrap_or_default())
                .collect();
            ids.dedup();
            match ids.len() {
                0..=6 => ids.join(", "),
                many => format!("{} and {} more", ids[..4].join(", "), many - 4),
            }
        };
        match summary.verdict {
            ClientVerdict::Fail => format!("because of {}", ids(&summary.broken_by)),
            ClientVerdict::Unknown if summary.not_judged.is_empty() => {
                "nothing was judged for it".to_owned()
            }
            ClientVerdict::Unknown => format!("could not be judged: {}", ids(&summary.not_judged)),
            ClientVerdict::Pass => self.praise(client),
        }
    }

    /// What a client that passes can do here, and what to mind all the same.
    fn praise(&self, client: Client) -> String {
        let warned = |finding: &&crate::engine::Finding| {
            finding.verdict == Verdict::Warn && finding.hurt().contains(client)
        };
        let warnings = self.findings.iter().filter(warned).count();
        let notes = self
            .advisories
            .iter()
            .filter(|advisory| advisory.client == client)
            .count();
        let mut mind = Vec::new();
        if warnings > 0 {
            mind.push(counted(warnings as u64, "warning"));
        }
        if notes > 0 {
            mind.push(counted(notes as u64, "note"));
        }
        let left_out = self.findings.iter().filter(|finding| {
            finding.clients.get(&client) == Some(&Verdict::Disabled)
                && finding.level <= least(client)
        });
        let does = match (left_out.count(), client, notes) {
            (0, Client::Desktop, _) => "can read a backup".to_owned(),
            (0, _, 0) => "can back up and restore".to_owned(),
            // What a defect of the app prevents is not this server's to promise.
            (0, _, _) => "the server does its part".to_owned(),
            // Nor is what was not looked at.
            (count, _, _) => format!(
                "nothing that was checked hinders it; {} left out",
                counted(count as u64, "check")
            ),
        };
        if mind.is_empty() {
            does
        } else {
            format!("{does}; mind {} above", mind.join(" and "))
        }
    }

    fn write_close(&self, out: &mut String) -> std::fmt::Result {
        let counts: Vec<_> = self
            .summary
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(verdict, count)| format!("{count} {}", verdict.key().replace('_', " ")))
            .collect();
        writeln!(out, "{} checked: {}", self.subject(), counts.join(", "))?;
        let requests = counted(self.requests, "request");
        let sent = readable_bytes(self.bytes_sent);
        match &self.implementation {
            None => writeln!(
                out,
                "{FAINT}{requests}, {sent} uploaded, seed {}{FAINT:#}",
                self.seed
            )?,
            Some(implementation) => {
                writeln!(out, "{FAINT}{requests}, {sent} asked{FAINT:#}")?;
                if let (true, Some(tracker)) =
                    (self.count(Verdict::Fail) > 0, &implementation.bug_tracker)
                {
                    writeln!(out, "Its defects are reported at {tracker}")?;
                }
            }
        }
        if let Some(why) = &self.incomplete_because {
            writeln!(out, "{FAIL}The run is incomplete:{FAIL:#} {why}.")?;
        }
        if self.left_behind > 0 {
            write!(
                out,
                "{WARN}{} of the harness may still be on the server",
                counted(self.left_behind as u64, "backup")
            )?;
            match &self.ledger {
                Some(ledger) => writeln!(
                    out,
                    "{WARN:#}: {} names them; `safe-conformance sweep` deletes them.",
                    ledger.display()
                )?,
                None => writeln!(out, "{WARN:#}.")?,
            }
            for (doubt, count) in &self.left_because {
                writeln!(out, "  {count}: {}.", doubt.sentence())?;
            }
            if self.left_because.contains_key(&Doubt::MayAppear) {
                writeln!(out, "  What may still appear: run `sweep` in a minute.")?;
            }
        }
        Ok(())
    }
}

/// The least level of a check whose deviation counts as `client`'s failure.
const fn least(client: Client) -> Level {
    match client {
        Client::Desktop => Level::Recommended,
        Client::Android | Client::Ios => Level::Required,
    }
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

fn detail(out: &mut String, style: Style, label: &str, text: &str) -> std::fmt::Result {
    let mut wrapped = String::new();
    write_wrapped(&mut wrapped, style, INDENT + 6, text)?;
    writeln!(
        out,
        "      {FAINT}{label:<INDENT$}{FAINT:#}{}",
        wrapped.trim()
    )
}

/// Writes `text` in lines that begin with `indent` spaces and break between words. What a server wrote may hold control
/// characters: they do not reach the terminal.
pub(crate) fn write_wrapped(
    out: &mut String,
    style: Style,
    indent: usize,
    text: &str,
) -> std::fmt::Result {
    let room = style.width.saturating_sub(indent).max(20);
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut line = String::new();
    for word in clean.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            writeln!(out, "{:indent$}{line}", "")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{:indent$}{line}", "")
}
