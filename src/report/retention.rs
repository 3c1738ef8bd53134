//! The result of a visit, in sentences and as a report.

use super::{Report, Style, write_wrapped};
use crate::clients::{Condition, KnownIssue};
use crate::engine::Finding;
use crate::retention::{Canary, Damage, Deed, Event, Found, Look, Role, State, Visit, Watch};
use crate::text::{Block, counted};
use crate::wire::Canaries;
use jiff::Timestamp;
use std::fmt::Write as _;

/// What someone does whose backups are lost.
pub const REMEDY: &str = "Look for a job that deletes old files (cron, tmpreaper, systemd-tmpfiles, a lifecycle rule of the storage, a quota), and by which time it counts: it must be the last upload. Lower retentionDays to what is really kept, or keep what is promised.";

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Returns a number of hours as people say it.
fn age(hours: i64) -> String {
    let (count, noun) = if hours < 48 {
        (hours, "hour")
    } else {
        (hours / 24, "day")
    };
    counted(count, noun)
}

fn days(count: i64) -> String {
    counted(count, "day")
}

/// What someone does whose backups come back with different content.
pub const REMEDY_CHANGED: &str = "Look for what changes the files in `backups`, or returns something else in their place: a program that rewrites files (a virus scanner, a synchronisation), an old copy (a cache, a snapshot, a second server that is behind), a proxy that answers with a page, a disk that fails.";

/// Returns the result of a look.
pub fn seen(role: Role, look: &Look, canary: &Canary) -> String {
    if look.is_changed {
        return seen_changed(look, canary);
    }
    let after = age(look.age_hours);
    let how = look.how.as_ref();
    let how = how.map(|how| format!(" ({how})")).unwrap_or_default();
    match look.found {
        Found::Kept => format!("there and whole, {after} after its upload"),
        Found::Lost => format!(
            "not there {after} after its upload{how}, of the {} that the server promises",
            days(canary.promise.days)
        ),
        Found::TooLate => format!(
            "gone at this visit, {after} after its upload; the visit came too late to show whether it was kept for {}",
            days(canary.promise.days)
        ),
        Found::Gone if role == Role::AsIos => format!(
            "gone {after} after its upload, which is allowed, but before iOS uploads an unchanged backup again (a known issue of the app, see `check`); keep backups some days longer than retentionDays to protect its users"
        ),
        Found::Gone => format!("gone {after} after its upload, which is allowed"),
        Found::StillThere if role == Role::AsIos => {
            format!(
                "still there {after} after its upload, when iOS uploads an unchanged backup again"
            )
        }
        Found::StillThere => format!(
            "still there {after} after its upload, which is allowed: a plain WebDAV server never deletes, which is safe for users but keeps abandoned backups forever"
        ),
    }
}

/// Returns the result of a look at which something was there, but not what was uploaded.
fn seen_changed(look: &Look, canary: &Canary) -> String {
    let after = age(look.age_hours);
    let how = look.how.as_deref().unwrap_or("another content");
    let promised = days(canary.promise.days);
    match look.found {
        Found::TooLate => format!(
            "there at this visit, {after} after its upload, but with different content ({how}); the visit came too late to show whether it was kept for {promised}"
        ),
        Found::Gone => format!(
            "there {after} after its upload, but with different content ({how}); the server no longer has to keep it"
        ),
        Found::Lost | Found::Kept | Found::StillThere => format!(
            "there {after} after its upload, but with different content ({how}), within the {promised} that the server promises"
        ),
    }
}

/// Returns what a server did to the canaries that it must keep, in a few words.
pub fn damage(watch: &Watch) -> Option<&'static str> {
    // The worst comes first.
    watch.damages().first().map(|damage| match damage {
        Damage::Lost => "a canary was lost",
        Damage::Changed => "a canary came back with different content",
    })
}

fn word(look: &Look) -> &'static str {
    match look.found {
        Found::Kept => "kept",
        Found::Lost if look.is_changed => word_of(Damage::Changed),
        Found::Lost => word_of(Damage::Lost),
        Found::TooLate => "late",
        Found::Gone | Found::StillThere => "note",
    }
}

const fn word_of(damage: Damage) -> &'static str {
    match damage {
        Damage::Lost => "LOST",
        Damage::Changed => "WRONG",
    }
}

/// The text in parts.
#[derive(Default)]
struct Page {
    blocks: Vec<Block>,
}

impl Page {
    /// A line about a canary: a word, its name, what there is to say.
    fn line(&mut self, word: &str, role: Role, text: &str) {
        self.blocks.push(Block::Line {
            label: format!("{word:<6}{role:<12} "),
            text: text.to_owned(),
        });
    }

    fn paragraph(&mut self, text: &str) {
        self.blocks.push(Block::Paragraph(text.to_owned()));
    }

    fn gap(&mut self) {
        self.blocks.push(Block::Gap);
    }
}

/// Returns the parts as text, in lines of so many columns.
fn in_lines(blocks: &[Block], width: usize) -> String {
    let mut out = String::new();
    for block in blocks {
        let (heading, text) = match block {
            Block::Line { label, text } => (label.as_str(), text.as_str()),
            Block::Heading(text) | Block::Paragraph(text) => ("", text.as_str()),
            Block::Gap => {
                out.push('\n');
                continue;
            }
        };
        let style = Style {
            width,
            verbose: false,
            all: false,
        };
        let mut wrapped = String::new();
        // Writing to memory cannot fail.
        let _ = write_wrapped(&mut wrapped, style, heading.len(), text);
        let _ = writeln!(out, "{heading}{}", wrapped.trim());
    }
    out
}

/// Returns the result of a visit, for people, in lines of so many columns.
pub fn visit(watch: &Watch, visit: &Visit, width: usize) -> String {
    let mut page = Page::default();
    if let Some(before) = visit.changed_from {
        page.paragraph(&format!(
            "retentionDays was {before} at the last visit and is {} now. Each canary is judged by the lowest value since its last upload.",
            watch.retention_days
        ));
        page.gap();
    }
    // The way out of a refusal that stops every request is said once.
    let shut_out = visit.shut_out().map(|(first, _)| first);
    for (role, event) in &visit.events {
        if let Event::Trouble(refusal) = event
            && shut_out.is_some_and(|first| first.reason == refusal.reason && first != refusal)
        {
            page.line("ERROR", *role, &refusal.said);
            continue;
        }
        tell_event(&mut page, *role, event, &watch.canaries[role]);
    }
    if visit.events.is_empty() {
        page.paragraph("Nothing is due.");
    }
    for (role, canary) in &watch.canaries {
        let is_event = visit.events.iter().any(|(other, _)| other == role);
        if let (Some(damage), Some(look), false) = (canary.damage(), canary.looks.last(), is_event)
        {
            let text = seen(*role, look, canary);
            page.line(
                word_of(damage),
                *role,
                &format!("on {}: {text}", day(look.at)),
            );
        }
    }
    let is_seen = |(role, event): &(Role, Event)| {
        *role == Role::AsIos
            && matches!(event, Event::Seen { look, .. } if look.found == Found::Gone)
    };
    if let (Some((look, text)), false) = (before_ios(watch), visit.events.iter().any(is_seen)) {
        page.line(word(look), Role::AsIos, &text);
    }
    page.gap();
    for damage in watch.damages() {
        page.paragraph(&match damage {
            Damage::Lost => format!("The server loses backups that it promises to keep. {REMEDY}"),
            Damage::Changed => {
                format!("The server returns something else than was uploaded. {REMEDY_CHANGED}")
            }
        });
        page.gap();
    }
    if visit.was_too_late() {
        page.paragraph(&format!(
            "This visit came too late, so nothing is known of the time before it. Run `verify` {}, from cron or a scheduled job.",
            how_often(watch)
        ));
        page.gap();
    } else {
        more_visits(&mut page, watch);
    }
    page.paragraph(&next(watch));
    in_lines(&page.blocks, width)
}

/// Returns the look at which a backup of iOS was gone too early for its users, and what was seen.
fn before_ios(watch: &Watch) -> Option<(&Look, String)> {
    let look = watch.gone_before_ios()?;
    let text = seen(Role::AsIos, look, watch.canaries.get(&Role::AsIos)?);
    Some((look, format!("on {}: {text}", day(look.at))))
}

/// Returns what was seen of a canary with what an earlier look found that matters to users.
pub fn seen_with_note(watch: &Watch, role: Role, look: &Look, canary: &Canary) -> String {
    let text = seen(role, look, canary);
    match before_ios(watch).filter(|(gone, _)| role == Role::AsIos && *gone != look) {
        Some((_, note)) => format!("{text}; {note}"),
        None => text,
    }
}

fn tell_event(page: &mut Page, role: Role, event: &Event, canary: &Canary) {
    match event {
        Event::Planted => page.line("done", role, "uploaded"),
        Event::Uploaded => page.line("done", role, "uploaded again, as was due"),
        Event::BegunAnew => page.line(
            "done",
            role,
            "uploaded again, to start over, because the visit came too late",
        ),
        Event::Trouble(refusal) => page.line("ERROR", role, &refusal.to_string()),
        Event::Seen { look, hesitated } => {
            let mut text = seen(role, look, canary);
            if *hesitated {
                text += "; a first request did not return it";
            }
            page.line(word(look), role, &text);
        }
    }
}

/// How often to run `verify`.
fn how_often(watch: &Watch) -> String {
    match watch.hours_between_visits() {
        24 => "every day".to_owned(),
        hours @ ..24 => format!(
            "every {} (cron: `17 */{hours} * * *`)",
            counted(hours, "hour")
        ),
        hours => format!("every {}", days(hours / 24)),
    }
}

/// Says so if visits as far apart as planned would come too late.
fn more_visits(page: &mut Page, watch: &Watch) {
    let needs_more = watch.hours_between_visits() < watch.every_days.saturating_mul(24);
    let Some(promise) = watch.tightest().filter(|_| needs_more) else {
        return;
    };
    page.paragraph(&format!(
        "A canary must be kept for only {}, so a visit every {} can come too late to prove anything. Run `verify` {}.",
        days(promise.days),
        match watch.every_days {
            1 => "day".to_owned(),
            every => days(every),
        },
        how_often(watch)
    ));
    page.gap();
}

/// When to come next.
fn next(watch: &Watch) -> String {
    let Some((role, window)) = watch.next() else {
        return "Everything has been judged: `retention end` removes the canaries.".to_owned();
    };
    if window.is_out_of_reach() {
        return format!(
            "The next step, for {role}, is beyond the year 9999; `retention end` removes the canaries."
        );
    }
    let after = day(window.from);
    match window.until {
        Some(until) => format!(
            "Run `verify` again after {after} and before {}, for {role}; an earlier run does no harm.",
            day(until)
        ),
        None => {
            format!("Run `verify` again after {after}, for {role}; an earlier run does no harm.")
        }
    }
}

/// Returns how a watch stands, for people, without a network, in lines of so many columns.
pub fn status(watch: &Watch, now: Timestamp, width: usize) -> String {
    in_lines(&status_blocks(watch, now), width)
}

/// The same in parts.
pub fn status_blocks(watch: &Watch, now: Timestamp) -> Vec<Block> {
    let mut page = Page::default();
    page.paragraph(&format!(
        "Planted {}, last visit {}; retentionDays {}.",
        day(watch.planted),
        day(watch.visited),
        watch.retention_days
    ));
    page.gap();
    for (role, canary) in &watch.canaries {
        let word = match canary.state {
            State::Lost => canary.damage().map_or("LOST", word_of),
            State::Done => "done",
            State::Removed => "gone",
            State::ToPlant | State::Planting | State::Waiting(_) => "waits",
        };
        page.line(word, *role, &standing(watch, *role, canary, now));
    }
    page.gap();
    more_visits(&mut page, watch);
    page.paragraph(&next(watch));
    page.blocks
}

/// Returns what is seen of a canary so far, and what is due.
pub fn standing(watch: &Watch, role: Role, canary: &Canary, now: Timestamp) -> String {
    let last = canary.looks.last().map(|look: &Look| {
        let text = seen_with_note(watch, role, look, canary);
        format!("{}: {text}", day(look.at))
    });
    let window = watch.window(role).map(|window| {
        if window.is_out_of_reach() {
            return "its next step is beyond the year 9999".to_owned();
        }
        let what = match canary.state {
            State::ToPlant | State::Planting => "to be uploaded",
            _ if watch.due(role, window.from) == Some(Deed::Upload) => "to be uploaded again",
            _ => "to be looked at",
        };
        let until = window
            .until
            .map(|until| format!(", before {}", day(until)))
            .unwrap_or_default();
        let due = if now >= window.from { " (due)" } else { "" };
        format!("{what} after {}{until}{due}", day(window.from))
    });
    let parts: Vec<_> = last.into_iter().chain(window).collect();
    parts.join("; ")
}

/// A command that changes the canaries of a ledger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Doing {
    /// It uploads them.
    Plant,
    /// It looks at them, and uploads what is due.
    Verify,
    /// It removes them.
    End,
}

impl Doing {
    /// Returns the name of the command.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plant => "plant",
            Self::Verify => "verify",
            Self::End => "end",
        }
    }
}

/// Returns what remains of a command that was stopped, by the ledger of this name.
pub fn left(watch: &Watch, doing: Doing, ledger: &str) -> String {
    let names = |is_so: &dyn Fn(&Canary) -> bool| {
        let so = watch.canaries.iter().filter(|(_, canary)| is_so(canary));
        so.map(|(role, _)| role.name()).collect::<Vec<_>>()
    };
    let stored = names(&|canary| canary.may_be_there() && canary.uploads > 0);
    let under_way = names(&|canary| canary.may_be_there() && canary.uploads == 0);
    let mut out = match stored.len() {
        0 => "No canary is on the server".to_owned(),
        count => format!(
            "{} of the {} canaries are on the server ({})",
            count,
            watch.canaries.len(),
            stored.join(", ")
        ),
    };
    let unsure = under_way
        .into_iter()
        .chain(watch.trial.then_some("a trial backup"));
    let unsure: Vec<_> = unsure.collect();
    if !unsure.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(out, ", {} may be", unsure.join(" and "));
    }
    let way_out = match doing {
        Doing::Plant => {
            "`retention verify` plants the rest, and `retention end` removes all of them"
        }
        Doing::Verify => "what is due stays due; run `retention verify` again",
        Doing::End => "run `retention end` again",
    };
    format!("{out}. The ledger {ledger} names them: {way_out}")
}

/// Returns what remains of a command that was stopped without a ledger.
pub const fn nothing_left(doing: Doing) -> &'static str {
    match doing {
        Doing::Plant | Doing::Verify => "Nothing was uploaded, and no ledger was written",
        Doing::End => "The canaries are gone, and so is the ledger",
    }
}

impl Report {
    /// Returns the report on a visit, from one finding for each canary.
    pub(crate) fn on_watch(
        watch: &Watch,
        halted: Option<String>,
        findings: Vec<Finding>,
        canaries: &Canaries,
    ) -> Self {
        let totals = canaries.totals();
        let mut report =
            Self::of_findings(canaries.base().to_owned(), findings, !canaries.is_https());
        report.seed = watch.seed.to_string();
        report.requests = totals.requests;
        report.bytes_sent = totals.bytes_sent;
        report.remarks = before_ios(watch)
            .map(|(_, text)| text)
            .into_iter()
            .collect();
        report.halted = halted;
        report.incomplete_because = report.incomplete_because.or(report.halted.clone());
        report.with_issues(issues(watch)).settled()
    }

    /// Returns the report on a visit at which nothing could be judged.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn incomplete(mut self, because: String) -> Self {
        self.incomplete_because.get_or_insert(because);
        self.settled()
    }
}

/// Returns what iOS does to its users where backups are deleted right after retentionDays.
fn issues(watch: &Watch) -> Vec<&'static KnownIssue> {
    let gone = watch.gone_before_ios().is_some();
    let seen = gone.then_some(Condition::FullRetention);
    KnownIssue::under(&seen.into_iter().collect()).collect()
}
