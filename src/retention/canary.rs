//! One canary: its steps, their times, and their results. Pure: the caller supplies the time and
//! the observations.

use crate::engine::Facet;
use crate::safe::Clients;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How long a day is, in seconds.
pub(super) const DAY: i64 = 86_400;
/// How far the clocks of two machines may differ, in seconds; a loss this close to the end of the
/// promise is not judged.
pub(super) const TOLERANCE: i64 = 600;
/// How many looks a canary remembers; older ones are dropped.
const REMEMBERED: usize = 64;

/// The purpose of a canary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Role {
    /// Looked at once, at half time.
    HalfTime,
    /// Looked at once, just before its retention is over.
    JustInside,
    /// Looked at once, after its retention is over.
    JustBeyond,
    /// Uploaded again at half time without a look, as Android does; looked at once, just before the
    /// new retention ends.
    Refreshed,
    /// Uploaded again after its retention, as iOS does; looked at then, and just before the new
    /// retention ends.
    AsIos,
}

/// One step for a canary, with a time counted from its last upload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Look(When),
    Upload(When),
}

/// A time in the retention of a canary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum When {
    Half,
    JustInside,
    Over,
    JustBeyond,
}

impl Facet for Role {
    fn label(self) -> &'static str {
        self.name()
    }

    fn clients(self) -> Clients {
        Clients::MOBILE
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::HalfTime,
        Self::JustInside,
        Self::JustBeyond,
        Self::Refreshed,
        Self::AsIos,
    ];

    /// Returns the name in ledgers and reports, which never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfTime => "half-time",
            Self::JustInside => "just-inside",
            Self::JustBeyond => "just-beyond",
            Self::Refreshed => "refreshed",
            Self::AsIos => "as-ios",
        }
    }

    const fn steps(self) -> &'static [Step] {
        match self {
            Self::HalfTime => &[Step::Look(When::Half)],
            Self::JustInside => &[Step::Look(When::JustInside)],
            Self::JustBeyond => &[Step::Look(When::JustBeyond)],
            Self::Refreshed => &[Step::Upload(When::Half), Step::Look(When::JustInside)],
            Self::AsIos => &[
                Step::Look(When::Over),
                Step::Upload(When::Over),
                Step::Look(When::JustInside),
            ],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// What was seen of a canary.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Sight {
    /// It was downloaded and could be opened.
    Whole,
    /// It is missing; the server's answer in a few words.
    Missing(String),
    /// Something is there, but not what was uploaded; the difference in a few words.
    Changed(String),
}

/// The result of a look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Found {
    /// It was there, as required.
    Kept,
    /// It was still there after its promise had ended.
    StillThere,
    /// It was gone or changed, as permitted.
    Gone,
    /// It was gone or changed, but since when is unknown: its promise had ended before the look.
    TooLate,
    /// It was gone or changed although the server must keep it.
    Lost,
}

/// One look at a canary.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The time.
    pub at: Timestamp,
    /// The time since its last upload, in hours.
    pub age_hours: i64,
    /// The result.
    pub found: Found,
    /// In what way it was missing or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
    /// Whether something was there, but not what was uploaded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_changed: bool,
}

/// The progress of a canary.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// It must be uploaded for the first time, or again from the beginning.
    ToPlant,
    /// Its place is free and its first upload was sent, or is about to be.
    Planting,
    /// It waits for the step with this number.
    Waiting(u8),
    /// All its steps are done.
    Done,
    /// The server lost or changed it.
    Lost,
    /// It was removed.
    Removed,
}

/// What a server did to a canary that it must keep.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Damage {
    /// It is gone.
    Lost,
    /// Something is there, but not what was uploaded.
    Changed,
}

/// What must be done with a canary now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Deed {
    /// Upload it for the first time, or again from the beginning.
    Plant,
    /// Upload it again, without looking.
    Upload,
    /// Look whether it is there.
    Look,
}

/// The period in which the next deed is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// The earliest time.
    pub from: Timestamp,
    /// The time from which the deed no longer counts; `None` if it may be late.
    pub until: Option<Timestamp>,
}

impl Window {
    /// Returns whether it begins after the year 9999, so that the deed never becomes due.
    pub fn is_out_of_reach(&self) -> bool {
        self.from == Timestamp::MAX
    }
}

/// For how long a server promises to keep a canary, and how much of that is watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// For how long after an upload the server must keep it, in days; at least 1.
    pub days: i64,
    /// For how long it is watched, in days; at least 1 and at most `days`.
    pub watched_days: i64,
}

impl Promise {
    /// Returns the shorter of two promises that a server made at different times.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            days: self.days.min(other.days),
            watched_days: self.watched_days.min(other.watched_days),
        }
    }

    const fn seconds(days: i64) -> i64 {
        days.saturating_mul(DAY)
    }

    /// Returns how long before the end of the watched time a look counts as just inside it, in
    /// seconds. Wide enough that one visit falls into it although visits are not punctual.
    fn margin(self, every_days: i64) -> i64 {
        let visits_apart = Self::seconds(every_days);
        visits_apart
            .saturating_add(visits_apart / 4)
            .min(Self::seconds(self.watched_days) / 4)
    }

    /// Returns how often to visit so that each deed is done in time although visits are not
    /// punctual, in hours: every `every_days`, or more often if the promise is too short for that.
    /// Below a day, the hours divide the day, as cron needs it.
    pub fn hours_between_visits(self, every_days: i64) -> i64 {
        // The last look has the shortest period.
        let beyond = Self::seconds(self.days.saturating_sub(self.watched_days));
        let shortest = self.margin(every_days).saturating_add(beyond);
        let bearable = shortest / 5 * 4 / 3600;
        let planned = every_days.saturating_mul(24);
        match bearable {
            _ if bearable >= planned => planned,
            24.. => bearable / 24 * 24,
            _ => [12, 8, 6, 4, 3, 2]
                .into_iter()
                .find(|hours| *hours <= bearable)
                .unwrap_or(1),
        }
    }
}

/// A canary: a backup that belongs to the harness.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// Its progress.
    pub state: State,
    /// How often it was uploaded; each upload has different content.
    pub uploads: u32,
    /// When the last upload was sent.
    pub uploaded: Timestamp,
    /// The promise that applies to it.
    pub promise: Promise,
    /// The results, oldest first.
    pub looks: Vec<Look>,
}

/// Returns `time` plus this many seconds, at most the end of time.
pub(super) fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

impl Canary {
    /// Returns a canary that is not uploaded yet.
    pub fn new(now: Timestamp, promise: Promise) -> Self {
        Self {
            state: State::ToPlant,
            uploads: 0,
            uploaded: now,
            promise,
            looks: Vec::new(),
        }
    }

    /// Returns whether a part of it may be on the server.
    pub fn may_be_there(&self) -> bool {
        self.state == State::Planting || (self.uploads > 0 && self.state != State::Removed)
    }

    /// Returns whether it was there when it was last looked at or uploaded.
    pub fn was_there(&self) -> bool {
        if self.uploads == 0 || self.state == State::Removed {
            return false;
        }
        let last = self.looks.last().filter(|look| look.at >= self.uploaded);
        last.is_none_or(|look| matches!(look.found, Found::Kept | Found::StillThere))
    }

    /// Returns whether the server no longer has it although it must, and whether something else is
    /// in its place.
    pub fn damage(&self) -> Option<Damage> {
        let is_changed = self.looks.last().is_some_and(|look| look.is_changed);
        (self.state == State::Lost).then_some(if is_changed {
            Damage::Changed
        } else {
            Damage::Lost
        })
    }

    /// Returns how long ago it was uploaded, in seconds.
    pub fn age(&self, now: Timestamp) -> i64 {
        now.duration_since(self.uploaded).as_secs()
    }

    /// Returns whether the server must have it now, with `TOLERANCE` for a difference of clocks.
    pub fn is_promised(&self, now: Timestamp) -> bool {
        self.age(now) < Promise::seconds(self.promise.days) - TOLERANCE
    }

    fn step(&self, role: Role) -> Option<Step> {
        match self.state {
            State::Waiting(step) => role.steps().get(usize::from(step)).copied(),
            _ => None,
        }
    }

    /// Returns when the next deed is due; `None` if no deed is left. `every` is the time between
    /// two visits, in days.
    pub fn window(&self, role: Role, every: i64) -> Option<Window> {
        if matches!(self.state, State::ToPlant | State::Planting) {
            return Some(Window {
                from: self.uploaded,
                until: None,
            });
        }
        let (Step::Look(when) | Step::Upload(when)) = self.step(role)?;
        let watched = Promise::seconds(self.promise.watched_days);
        let margin = self.promise.margin(every);
        let (from, ends) = match when {
            When::Half => (watched / 2, true),
            When::JustInside => (watched - margin, true),
            // Strictly older.
            When::Over => (watched.saturating_add(1), false),
            When::JustBeyond => (watched.saturating_add(margin), false),
        };
        // A promise beyond the year 9999 does not end.
        let kept = SignedDuration::from_secs(Promise::seconds(self.promise.days));
        let end = self.uploaded.checked_add(kept).ok();
        Some(Window {
            from: later(self.uploaded, from),
            until: end.filter(|_| ends),
        })
    }

    /// Returns what must be done now.
    pub fn due(&self, role: Role, every: i64, now: Timestamp) -> Option<Deed> {
        let window = self.window(role, every)?;
        if now < window.from {
            return None;
        }
        Some(match self.step(role) {
            None => Deed::Plant,
            Some(Step::Look(_)) => Deed::Look,
            Some(Step::Upload(_)) => Deed::Upload,
        })
    }

    /// Notes an upload that was sent at `sent` and accepted, under this promise. Returns whether it
    /// counts as the step that was due; a refresh after the end of the promise starts the canary
    /// over.
    pub fn was_uploaded(&mut self, role: Role, sent: Timestamp, promise: Promise) -> bool {
        let in_time = match self.step(role) {
            Some(Step::Upload(When::Half)) => self.age(sent) < Promise::seconds(self.promise.days),
            Some(_) => true,
            None => false,
        };
        self.state = match self.state {
            State::Waiting(step) if in_time => State::Waiting(step + 1),
            _ => State::Waiting(0),
        };
        self.uploads = self.uploads.saturating_add(1);
        self.uploaded = sent;
        self.promise = promise;
        in_time
    }

    /// Notes what was seen at `now`, and returns the result.
    pub fn was_seen(&mut self, role: Role, sight: Sight, now: Timestamp) -> Found {
        let promised = self.age(now) < Promise::seconds(self.promise.days);
        let may_be_late = matches!(
            self.step(role),
            Some(Step::Look(When::Over | When::JustBeyond))
        );
        let found = match &sight {
            Sight::Whole if promised || !may_be_late => Found::Kept,
            Sight::Whole => Found::StillThere,
            Sight::Missing(_) | Sight::Changed(_) if self.is_promised(now) => Found::Lost,
            Sight::Missing(_) | Sight::Changed(_) if may_be_late => Found::Gone,
            Sight::Missing(_) | Sight::Changed(_) => Found::TooLate,
        };
        let next = match self.state {
            State::Waiting(step) if usize::from(step) + 1 < role.steps().len() => {
                State::Waiting(step + 1)
            }
            _ => State::Done,
        };
        self.state = match found {
            Found::Lost => State::Lost,
            Found::TooLate => State::ToPlant,
            Found::Kept | Found::StillThere | Found::Gone => next,
        };
        if self.looks.len() >= REMEMBERED {
            self.looks.remove(0);
        }
        self.looks.push(Look {
            at: now,
            age_hours: self.age(now) / 3600,
            found,
            is_changed: matches!(sight, Sight::Changed(_)),
            how: match sight {
                Sight::Whole => None,
                Sight::Missing(how) | Sight::Changed(how) => Some(how),
            },
        });
        found
    }
}
