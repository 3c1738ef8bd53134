//! A watch: five canaries on one server, from the day they are planted to the day they are removed.
//! Pure.

use super::canary::{
    Canary, Damage, Deed, Found, Look, Promise, Role, Sight, State, TOLERANCE, Window,
};
use crate::wire::{LoginKind, Seed};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// How far the clocks of this machine and the server may drift apart between two visits, in
/// seconds.
const DRIFT: i64 = 3600;

/// Five canaries on one server.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// The source of the canaries' IDs, keys and content. It opens nothing else.
    pub seed: Seed,
    /// SHA-256 of the seed and the base URL, as 64 hex digits.
    pub target: String,
    /// When the watch began.
    pub planted: Timestamp,
    /// The time of the last visit.
    pub visited: Timestamp,
    /// How many days pass between two visits.
    pub every_days: i64,
    /// For how many days to watch, if that is shorter than the promise.
    pub at_most_days: Option<i64>,
    /// The value of `retentionDays` at the last visit.
    pub retention_days: i64,
    /// How many seconds the server's clock is ahead of this machine's, if the server sends its
    /// time.
    pub server_ahead: Option<i64>,
    /// Whether the trial backup may still be on the server.
    pub trial: bool,
    /// The kind of login that planted them, if known. Another login may not see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<LoginKind>,
    /// The canaries.
    pub canaries: BTreeMap<Role, Canary>,
}

/// Why this visit can judge nothing. It changed nothing, and no result is lost.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum Unjudgeable {
    /// The clock of this machine was set back.
    #[error(
        "the clock of this machine says {now}, and the last visit was at {visited}: it was set back, or was ahead then. Nothing was done. Correct it and run this again; if it was ahead at the last visit, run this again after that time"
    )]
    ClockSetBack {
        /// The time of the clock.
        now: Timestamp,
        /// The time at the last visit.
        visited: Timestamp,
    },
    /// The clocks of this machine and of the server have moved against each other.
    #[error(
        "since the last visit the clock of this machine and the server's have moved apart by {} minutes: one of them was changed. Nothing was done. Correct it; if this machine's clock is and was right, use --trust-clock",
        .0 / 60
    )]
    ClocksApart(i64),
    /// None of the canaries has moved to this URL, although some were there at the last look.
    #[error(
        "none of the canaries is at {0}, and some were there at the last look: this is another server, or the backups were not moved. Nothing was uploaded, and the ledger is unchanged; correct the URL. If the server has lost all of them, delete the ledger and plant again"
    )]
    Elsewhere(String),
    /// The server no longer makes a promise.
    #[error(
        "retentionDays is {0} now, so the server promises nothing that could be judged. Nothing was done, and the canaries stay on the server; correct the config, or end the test with `retention end`"
    )]
    NothingPromised(i64),
}

/// Returns the hash that identifies the server of a ledger.
pub fn target_hash(seed: Seed, base: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"safe-conformance retention target\0");
    hash.update(seed.to_string());
    hash.update(b"\0");
    hash.update(base);
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// Returns the promise of a server with this `retentionDays`, watched for at most `at_most_days`.
/// If `retentionDays` promises nothing, `at_most_days` is the promise.
pub fn promise(retention_days: i64, at_most_days: Option<i64>) -> Option<Promise> {
    let days = if retention_days >= 1 {
        retention_days
    } else {
        at_most_days?
    };
    Some(Promise {
        days,
        watched_days: at_most_days.unwrap_or(days).min(days),
    })
}

impl Watch {
    /// Returns a watch whose canaries are not uploaded yet.
    pub fn new(
        seed: Seed,
        base: &str,
        now: Timestamp,
        every_days: i64,
        at_most_days: Option<i64>,
        retention_days: i64,
    ) -> Option<Self> {
        let promise = promise(retention_days, at_most_days)?;
        Some(Self {
            seed,
            target: target_hash(seed, base),
            planted: now,
            visited: now,
            every_days: every_days.max(1),
            at_most_days,
            retention_days,
            server_ahead: None,
            trial: false,
            login: None,
            canaries: Role::ALL
                .into_iter()
                .map(|role| (role, Canary::new(now, promise)))
                .collect(),
        })
    }

    /// Returns whether the watch belongs to this server.
    pub fn is_about(&self, base: &str) -> bool {
        self.target == target_hash(self.seed, base)
    }

    /// Returns whether a person with this login sees the canaries: to others, a server may report
    /// an existing backup as missing.
    pub fn shows_to(&self, login: LoginKind) -> bool {
        login != LoginKind::Open || self.login == Some(LoginKind::Open)
    }

    /// Verifies that the clock of this machine runs forward.
    ///
    /// # Errors
    /// If the clock was set back.
    pub fn look_at_clock(&self, now: Timestamp) -> Result<(), Unjudgeable> {
        if now.duration_since(self.visited).as_secs() < -TOLERANCE {
            return Err(Unjudgeable::ClockSetBack {
                now,
                visited: self.visited,
            });
        }
        Ok(())
    }

    /// Begins a visit at `now` to a server with this `retentionDays` and a clock this far ahead.
    ///
    /// A canary's promise is the smallest since its last upload. Returns the earlier value of
    /// `retentionDays` if it has changed.
    ///
    /// # Errors
    /// If nothing can be judged; then nothing has changed.
    pub fn visit(
        &mut self,
        now: Timestamp,
        retention_days: i64,
        server_ahead: Option<i64>,
        trusts_clock: bool,
    ) -> Result<Option<i64>, Unjudgeable> {
        self.look_at_clock(now)?;
        if let (Some(before), Some(ahead)) = (self.server_ahead, server_ahead) {
            let apart = ahead.saturating_sub(before).saturating_abs();
            if apart > DRIFT && !trusts_clock {
                return Err(Unjudgeable::ClocksApart(apart));
            }
        }
        let promise = promise(retention_days, self.at_most_days)
            .ok_or(Unjudgeable::NothingPromised(retention_days))?;
        for canary in self.canaries.values_mut() {
            if !matches!(canary.state, State::Done | State::Lost | State::Removed) {
                canary.promise = canary.promise.and(promise);
            }
        }
        let before = std::mem::replace(&mut self.retention_days, retention_days);
        // Every visit records the difference of the clocks, because a slow drift is not a jump.
        self.server_ahead = server_ahead.or(self.server_ahead);
        self.visited = self.visited.max(now);
        Ok((before != retention_days).then_some(before))
    }

    /// Returns what must be done with a canary now.
    pub fn due(&self, role: Role, now: Timestamp) -> Option<Deed> {
        self.canaries.get(&role)?.due(role, self.every_days, now)
    }

    /// Returns when a canary's next deed is due.
    pub fn window(&self, role: Role) -> Option<Window> {
        self.canaries.get(&role)?.window(role, self.every_days)
    }

    /// Returns the promise of a waiting canary that needs the most visits.
    pub fn tightest(&self) -> Option<Promise> {
        let waiting = self.canaries.iter();
        waiting
            .filter(|(role, _)| self.window(**role).is_some())
            .map(|(_, canary)| canary.promise)
            .min_by_key(|promise| promise.hours_between_visits(self.every_days))
    }

    /// Returns how often to visit, in hours; see [`Promise::hours_between_visits`].
    pub fn hours_between_visits(&self) -> i64 {
        self.tightest()
            .map_or(self.every_days.saturating_mul(24), |promise| {
                promise.hours_between_visits(self.every_days)
            })
    }

    /// Returns when to visit next: the first time at which a deed is due.
    pub fn next(&self) -> Option<(Role, Window)> {
        let windows = Role::ALL
            .into_iter()
            .filter_map(|role| Some((role, self.window(role)?)));
        windows.min_by_key(|(_, window)| window.from)
    }

    /// Returns the canaries that were there when they were last looked at or uploaded. Those that a
    /// look cannot disturb come first: nothing is due for them any more, or a look is due at `now`.
    pub(super) fn last_there(&self, now: Timestamp) -> Vec<Role> {
        let there = Role::ALL.into_iter().filter(|role| {
            let canary = self.canaries.get(role);
            canary.is_some_and(Canary::was_there)
        });
        let mut there: Vec<_> = there.collect();
        there.sort_by_key(|role| {
            self.window(*role).is_some() && self.due(*role, now) != Some(Deed::Look)
        });
        there
    }

    /// Returns how often the canary in a role was uploaded.
    pub fn uploads(&self, role: Role) -> u32 {
        self.canaries.get(&role).map_or(0, |canary| canary.uploads)
    }

    /// Notes an upload; see [`Canary::was_uploaded`].
    pub fn was_uploaded(&mut self, role: Role, sent: Timestamp) -> bool {
        let Some(promise) = promise(self.retention_days, self.at_most_days) else {
            return false;
        };
        self.canaries
            .get_mut(&role)
            .is_some_and(|canary| canary.was_uploaded(role, sent, promise))
    }

    /// Notes a look; see [`Canary::was_seen`].
    pub fn was_seen(&mut self, role: Role, sight: Sight, now: Timestamp) -> Option<Found> {
        let canary = self.canaries.get_mut(&role)?;
        Some(canary.was_seen(role, sight, now))
    }

    /// Returns whether the server has lost or changed a canary that it promised to keep.
    pub fn is_broken(&self) -> bool {
        !self.damages().is_empty()
    }

    /// Returns what the server did to the canaries that it promised to keep.
    pub fn damages(&self) -> BTreeSet<Damage> {
        self.canaries.values().filter_map(Canary::damage).collect()
    }

    /// Returns the last look at which the canary that is uploaded as iOS does was gone before its
    /// next upload. This is allowed, but it costs users of iOS their backup.
    pub fn gone_before_ios(&self) -> Option<&Look> {
        let looks = &self.canaries.get(&Role::AsIos)?.looks;
        let mut gone = looks.iter().filter(|look| look.found == Found::Gone);
        gone.next_back()
    }

    /// Returns whether no step is left except the removal.
    pub fn is_over(&self) -> bool {
        self.next().is_none()
    }
}
