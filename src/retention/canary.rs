//! One canary: what is done with it and when, and what came of it. Pure: time and sight come from
//! outside.

use crate::engine::Facet;
use crate::safe::Clients;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How long a day is, in seconds.
pub(super) const DAY: i64 = 86_400;
/// How far the clocks of two machines may be apart: what is missing in the last minutes of its
/// promise is not judged, in seconds.
pub(super) const TOLERANCE: i64 = 600;
/// How many looks a canary remembers; older ones are dropped.
const REMEMBERED: usize = 64;

/// What a canary is there for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Looked at once, at half time.
    HalfTime,
    /// Looked at once, just before its retention is over.
    JustInside,
    /// Looked at once, after its retention is over.
    JustBeyond,
    /// Uploaded again at half time, unseen, as Android does; looked at once, just before the new
    /// retention is over.
    Refreshed,
    /// Uploaded again once its retention is over, as iOS does; looked at then, and just before the
    /// new one is over.
    AsIos,
}

/// One thing that is done with a canary, counted from its last upload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Look(When),
    Upload(When),
}

/// A point of a canary's time.
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

    /// Returns the name in ledgers and reports, for ever.
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
pub enum Sight {
    /// It came back, and opens.
    Whole,
    /// It is not there, or is no longer what was uploaded; in a few words.
    Missing(String),
}

/// The result of a look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// It was there, as it had to be.
    Kept,
    /// It was there, though it need not have been.
    StillThere,
    /// It was gone, as it may be.
    Gone,
    /// It was gone, and it is not known since when: the look came after its promise had ended.
    TooLate,
    /// It was gone while it had to be there.
    Lost,
}

/// One look at a canary.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// How long after its last upload, in hours.
    pub age_hours: i64,
    /// The result.
    pub found: Found,
    /// How it was missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
}

/// Where a canary stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is to be uploaded for the first time, or again from the beginning.
    ToPlant,
    /// Its place is free and its first upload was sent, or is about to be.
    Planting,
    /// It waits for the step of this number.
    Waiting(u8),
    /// Everything was done with it.
    Done,
    /// The server lost it.
    Lost,
    /// It was removed.
    Removed,
}

/// What is to be done with a canary now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Upload it for the first time, or again from the beginning.
    Plant,
    /// Upload it again, without looking.
    Upload,
    /// Look whether it is there.
    Look,
}

/// The time for the next deed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// Not before.
    pub from: Timestamp,
    /// It counts for nothing from then on; `None` where it may be late.
    pub until: Option<Timestamp>,
}

/// What the server promises for a canary, and what of it is watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// For how long after an upload the server must keep it, in days; at least 1.
    pub days: i64,
    /// For how long it is watched, in days; at least 1, and no more than is promised.
    pub watched_days: i64,
}

impl Promise {
    /// Returns what holds where a server has promised this, and `other` at another time.
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
}

/// A canary: a backup of the harness's own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// Where it stands.
    pub state: State,
    /// How often it was uploaded; each upload is another one.
    pub uploads: u32,
    /// When the last upload was sent.
    pub uploaded: Timestamp,
    /// What holds for it.
    pub promise: Promise,
    /// What was found, in the order of time.
    pub looks: Vec<Look>,
}

/// `time` and so many seconds, or the end of time.
pub(super) fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

impl Canary {
    /// Returns a canary that is not there yet.
    pub fn new(now: Timestamp, promise: Promise) -> Self {
        Self {
            state: State::ToPlant,
            uploads: 0,
            uploaded: now,
            promise,
            looks: Vec::new(),
        }
    }

    /// Returns whether something of it may be on the server.
    pub fn may_be_there(&self) -> bool {
        self.state == State::Planting || (self.uploads > 0 && self.state != State::Removed)
    }

    /// Returns how long ago it was uploaded, in seconds.
    pub fn age(&self, now: Timestamp) -> i64 {
        now.duration_since(self.uploaded).as_secs()
    }

    /// Returns whether the server must have it now. A few minutes are left for what clocks are
    /// apart.
    pub fn is_promised(&self, now: Timestamp) -> bool {
        self.age(now) < Promise::seconds(self.promise.days) - TOLERANCE
    }

    fn step(&self, role: Role) -> Option<Step> {
        match self.state {
            State::Waiting(step) => role.steps().get(usize::from(step)).copied(),
            _ => None,
        }
    }

    /// When the next deed is to be done; `None` where there is none. `every` is the time between
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
        // So that one visit falls into it though visits are not on time to the hour.
        let visits_apart = every.saturating_mul(DAY);
        let margin = visits_apart
            .saturating_add(visits_apart / 4)
            .min(watched / 4);
        let (from, ends) = match when {
            When::Half => (watched / 2, true),
            When::JustInside => (watched - margin, true),
            // Older than that, not as old.
            When::Over => (watched.saturating_add(1), false),
            When::JustBeyond => (watched.saturating_add(margin), false),
        };
        let end = later(self.uploaded, Promise::seconds(self.promise.days));
        Some(Window {
            from: later(self.uploaded, from),
            until: ends.then_some(end),
        })
    }

    /// Returns what is to be done now.
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

    /// Notes an upload that was sent at `sent` and taken, under this promise. Gives whether it
    /// counts as what was due: a refresh that comes after the end of the promise is a new
    /// beginning.
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
            Sight::Missing(_) if self.is_promised(now) => Found::Lost,
            Sight::Missing(_) if may_be_late => Found::Gone,
            Sight::Missing(_) => Found::TooLate,
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
            how: match sight {
                Sight::Whole => None,
                Sight::Missing(how) => Some(how),
            },
        });
        found
    }
}
