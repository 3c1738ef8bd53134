//! The report of a run: verdicts first, then what to fix, then every check.

use super::super::steps::{Step, shell_line};
use super::super::text::verdict_of;
use super::super::{Group, Report, grouped};
use super::{Tone, chain, detail, exchanges, limits, page, say, word};
use crate::engine::{ClientSummary, ClientVerdict, Exit, Finding, Verdict};
use crate::safe::{Client, Direction};
use crate::text::{counted, duration, size};
use maud::{Markup, html};
use std::time::Duration;

impl Report {
    /// Returns the report as one HTML file.
    pub fn to_html(&self) -> String {
        let title = format!("Threema Safe: {}", self.subject());
        let header = html! {
            p.soft {
                (say(&self.started)) ", "
                (duration(Duration::from_millis(self.duration_ms))) ", "
                (counted(self.requests, "request"))
                @if self.bytes_sent > 0 { ", " (size(self.bytes_sent)) " uploaded" }
            }
            (self.html_ending())
        };
        let main = html! {
            (self.html_verdicts())
            (self.html_fixes())
            (self.html_known_issues())
            (self.html_pictures())
            (self.html_checks())
            (self.html_run())
        };
        page(&title, &header, &main)
    }

    fn html_ending(&self) -> Markup {
        let ending = self.ending();
        let tone = match ending.exit {
            Exit::Conforms => Tone::Pass,
            Exit::Deviates => Tone::Fail,
            _ => Tone::Warn,
        };
        html! {
            p class={ "ending " (tone.class()) } { (say(&ending.last_line())) }
            @if let Some(why) = &self.incomplete_because {
                p { "The run is incomplete: " (say(why)) "." }
            }
            @if self.without_tls && self.implementation.is_none() {
                p {
                    "The server was checked without TLS, so no verdict is more than partial: "
                    "the apps refuse plain http."
                }
            }
        }
    }

    fn html_verdicts(&self) -> Markup {
        if self.implementation.is_some() {
            return html! {
                h2 { "As which client" }
                dl {
                    @for client in Client::ALL {
                        @if self.is_held_to(client) {
                            (detail(client.name(), &self.likeness(client)))
                        }
                    }
                }
            };
        }
        html! {
            h2 { "Can the apps back up and restore?" }
            ul.verdicts {
                @for (client, directions) in &self.clients {
                    @for (direction, summary) in directions {
                        li { (self.verdict_card(*client, *direction, summary)) }
                    }
                }
            }
            @for remark in &self.remarks { p { (word(Tone::Warn, "hint")) " " (say(remark)) } }
        }
    }

    fn verdict_card(
        &self,
        client: Client,
        direction: Direction,
        summary: &ClientSummary,
    ) -> Markup {
        let tone = match summary.verdict {
            ClientVerdict::Pass if summary.prevented_by().is_none() => Tone::Pass,
            ClientVerdict::Fail => Tone::Fail,
            _ => Tone::Warn,
        };
        html! {
            h3 { (client) " " (direction) }
            (word(tone, &verdict_of(summary).1))
            @for reason in self.reasons(summary) { p { (say(&reason)) } }
        }
    }

    fn html_fixes(&self) -> Markup {
        let fixes = if self.implementation.is_some() {
            let of = |verdict| grouped(self.findings.iter().filter(move |f| f.verdict == verdict));
            let groups = of(Verdict::Fail).into_iter().chain(of(Verdict::Warn));
            groups.map(|group| fix_card(&group)).collect()
        } else {
            let steps = self.steps().into_iter();
            let steps = steps.filter(|step| step.verdict != Verdict::Note);
            steps.map(|step| step_card(&step)).collect::<Vec<_>>()
        };
        html! {
            h2 { "What to fix, in this order" }
            @if fixes.is_empty() { p { "Nothing." } } @else {
                ol.fixes { @for fix in &fixes { li { (fix) } } }
            }
            @for sentence in &self.stale_waivers {
                p { (word(Tone::Fail, "stale waiver")) " " (say(sentence)) }
            }
        }
    }

    fn html_known_issues(&self) -> Markup {
        let issues = self.known_issues();
        html! {
            @if !issues.is_empty() {
                h2 { "Known issues of the apps" }
                p { "They are not faults of this server." }
                ul {
                    @for (client, issue) in issues {
                        li {
                            strong { (client) ", " (say(issue.releases_in_words())) } ": " (say(&issue.text))
                            span.soft { " (" (say(&issue.id)) "; " (say(&issue.source)) ")" }
                        }
                    }
                }
            }
        }
    }

    fn html_pictures(&self) -> Markup {
        let Some(pictures) = &self.pictures else {
            return html! {};
        };
        html! {
            (limits::section(pictures))
            (chain::section(pictures))
            (exchanges::section(pictures))
        }
    }

    fn html_checks(&self) -> Markup {
        let order = [
            Verdict::Fail,
            Verdict::Error,
            Verdict::Warn,
            Verdict::Note,
            Verdict::Blocked,
            Verdict::Pass,
            Verdict::NotApplicable,
            Verdict::Disabled,
        ];
        let of = |verdict| self.findings.iter().filter(move |f| f.verdict == verdict);
        html! {
            h2 { "Every check" }
            @for verdict in order {
                @if of(verdict).next().is_some() {
                    h3 { (heading(verdict)) " (" (of(verdict).count()) ")" }
                    @for finding in of(verdict) { (check(finding)) }
                }
            }
        }
    }

    fn html_run(&self) -> Markup {
        html! {
            h2 { "About this run" }
            dl {
                (detail("target", &self.target))
                (detail("started", &self.started))
                (detail("version", &self.version))
                (detail("seed", &self.seed))
                dt { "pace" }
                dd { (counted(self.pace.requests_per_minute, "request")) " in a minute" }
                @if let Some(sentence) = self.pace.sentence(self.duration_ms) {
                    dt { "pauses" }
                    dd { (sentence) }
                }
                @if let Some(bin) = &self.bin {
                    dt { "bin" }
                    dd { (bin.sentence()) }
                }
                @if self.left_behind > 0 {
                    dt { "left behind" }
                    dd {
                        (counted(self.left_behind as u64, "backup"))
                        " of the run may still be on the server; " (self.sweeps()) " "
                        code { (self.sweep()) }
                    }
                }
            }
        }
    }
}

/// One thing to do, with the lines that do it and what it mends.
fn step_card(step: &Step<'_>) -> Markup {
    let (tone, text) = mark(step.verdict);
    let affects = match (step.affects(), step.breaks()) {
        (affected, _) if affected.is_empty() => "no client of today".to_owned(),
        (affected, breaks) if breaks.is_empty() => affected.to_string(),
        (affected, breaks) => format!("{affected} ({breaks})"),
    };
    html! {
        h3 { (say(&step.title)) }
        (word(tone, text))
        @if step.likely && step.problem.is_some() { " " span.soft { "likely" } }
        dl {
            @for (place, fix) in step.fixes.iter().enumerate() {
                (detail(if place == 0 { "fix" } else { "or" }, fix))
            }
        }
        (to_paste(&step.lines))
        dl {
            @for observed in step.observed(false) { (detail("observed", &observed)) }
            @if let Some(who) = step.answered_by() { (detail("server", who)) }
            @if step.verdict.is_deviation() { (detail("affects", &affects)) }
            (detail("checks", &step.names()))
            @if step.problem.is_some() { (detail("problem", step.id)) }
            @if !step.then.is_empty() {
                (detail("then", "run again: the dependent checks can be judged then"))
            }
            @if let Some((reason, _)) = step.waived() { (detail("waived", reason)) }
        }
    }
}

/// Lines for a shell, as they are.
fn to_paste(lines: &[String]) -> Markup {
    let lines: Vec<_> = lines.iter().map(|line| shell_line(line)).collect();
    html! {
        @if !lines.is_empty() {
            pre.scroll role="region" aria-label="Lines to paste" tabindex="0" { (lines.join("\n")) }
        }
    }
}

fn fix_card(group: &Group<'_>) -> Markup {
    let finding = group.first();
    let (tone, text) = mark(finding.verdict);
    let title = finding.cause.as_ref().map(|cause| cause.title.as_ref());
    let title = title.filter(|title| !title.is_empty());
    let title = title.map_or_else(|| group.title(), str::to_owned);
    let names = group
        .names()
        .map_or_else(|| group.title(), |names| names.join(", "));
    html! {
        h3 { (say(&title)) }
        (word(tone, text))
        dl {
            (detail("observed", &finding.observed))
            (detail("fix", &finding.remedy))
            (detail("affects", &group.affects().to_string()))
            (detail("checks", &names))
            @if let Some(reason) = &finding.waived { (detail("waived", reason)) }
        }
    }
}

fn check(finding: &Finding) -> Markup {
    let (tone, text) = mark(finding.verdict);
    let took = duration(Duration::from_millis(finding.duration_ms));
    html! {
        details {
            summary { (word(tone, text)) " " code { (say(&finding.name())) } }
            dl {
                (detail("observed", &finding.observed))
                (detail("expected", &finding.expected))
                (detail("fix", &finding.remedy))
                dt { "clause" } dd { (say(&finding.clause)) ", " (finding.level.to_string()) }
                @if let Some(stage) = finding.stage { (detail("stage", &stage.to_string())) }
                @if let Some(cause) = &finding.cause { (detail("cause", &cause.id)) }
                @if let Some(reason) = &finding.waived { (detail("waived", reason)) }
                (detail("took", &took))
            }
        }
    }
}

const fn mark(verdict: Verdict) -> (Tone, &'static str) {
    match verdict {
        Verdict::Pass => (Tone::Pass, "pass"),
        Verdict::Note => (Tone::Note, "note"),
        Verdict::Warn => (Tone::Warn, "WARN"),
        Verdict::Fail => (Tone::Fail, "FAIL"),
        Verdict::Error => (Tone::Fail, "ERROR"),
        Verdict::Blocked => (Tone::Warn, "not judged"),
        Verdict::NotApplicable => (Tone::Note, "not applicable"),
        Verdict::Disabled => (Tone::Note, "left out"),
    }
}

const fn heading(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "As it should be",
        Verdict::Note => "Notes",
        Verdict::Warn => "Warnings",
        Verdict::Fail => "Failures",
        Verdict::Error => "This program failed",
        Verdict::Blocked => "Could not be judged",
        Verdict::NotApplicable => "Does not apply here",
        Verdict::Disabled => "Left out",
    }
}
