//! Uploads from when they are sent until no part of them can appear any more.

use super::own::OwnBackup;
use super::state::State;
use super::{Guard, LATEST, locked};
use std::time::Instant;

impl Guard {
    /// Notes that an upload is running.
    pub(in crate::wire) fn sent(&self, backup: &OwnBackup) {
        if let Some(held) = self.backups().get_mut(&backup.id.to_hex()) {
            held.uploads += 1;
            if !matches!(held.state, State::Written(_)) {
                held.was_taken = false;
            }
            held.state = State::Written(None);
        }
        let mut pending = locked(&self.pending);
        pending.entry(backup.id.to_hex()).or_default().on_the_way += 1;
    }

    /// Notes that an upload was not sent, because there was no connection.
    pub(in crate::wire) fn unsent(&self, backup: &OwnBackup) {
        let id = backup.id.to_hex();
        let mut backups = self.backups();
        if let Some(held) = backups.get_mut(&id) {
            held.uploads = held.uploads.saturating_sub(1);
            if held.uploads == 0 {
                held.state = State::Gone;
                locked(&self.pending).remove(&id);
                if let Some(ledger) = &self.ledger {
                    ledger.gone(&backup.id);
                }
                return;
            }
        }
        drop(backups);
        self.ended(backup, None);
    }

    /// Notes that an upload was answered, so that no part of it can appear later.
    pub(in crate::wire) fn answered(&self, backup: &OwnBackup) {
        if let Some(held) = self.backups().get_mut(&backup.id.to_hex()) {
            held.was_taken = true;
            held.may_be_stored = true;
        }
        self.ended(backup, None);
    }

    /// Notes that an upload of this size was accepted.
    pub(in crate::wire) fn weighs(&self, backup: &OwnBackup, size: u64) {
        if let Some(held) = self.backups().get_mut(&backup.id.to_hex()) {
            held.size = size;
        }
    }

    /// Notes that an upload was refused or redirected: no part of it should exist or appear later.
    pub(in crate::wire) fn refused(&self, backup: &OwnBackup) {
        self.ended(backup, None);
    }

    /// Notes that the server failed during an upload, so that its result is unknown.
    pub(in crate::wire) fn failed(&self, backup: &OwnBackup) {
        self.may_be_stored(backup);
        self.ended(backup, None);
    }

    fn may_be_stored(&self, backup: &OwnBackup) {
        if let Some(held) = self.backups().get_mut(&backup.id.to_hex()) {
            held.may_be_stored = true;
        }
    }

    /// Notes that an upload was broken off or not answered: the server may store it until this
    /// time.
    pub(in crate::wire) fn may_appear(&self, backup: &OwnBackup, until: Instant) {
        self.may_be_stored(backup);
        self.ended(backup, Some(until));
    }

    /// Notes that an accepted upload was not found: the server may show it until this time. What an
    /// earlier run uploaded has had its time.
    pub(in crate::wire) fn may_show(&self, backup: &OwnBackup, until: Instant) {
        if !self.is_claimed(backup) {
            return;
        }
        self.may_appear(backup, until);
        if let Some(pending) = locked(&self.pending).get_mut(&backup.id.to_hex()) {
            pending.was_missed = true;
        }
    }

    /// Returns whether an accepted upload of it was not found and not seen since.
    pub(in crate::wire) fn was_missed(&self, backup: &OwnBackup) -> bool {
        let all = locked(&self.pending);
        all.get(&backup.id.to_hex())
            .is_some_and(|pending| pending.was_missed)
    }

    fn ended(&self, backup: &OwnBackup, until: Option<Instant>) {
        let id = backup.id.to_hex();
        let mut all = locked(&self.pending);
        let pending = all.entry(id.clone()).or_default();
        pending.on_the_way = pending.on_the_way.saturating_sub(1);
        pending.until = pending.until.max(until);
        if pending.on_the_way == 0 && pending.until.is_none() {
            all.remove(&id);
            if let Some(ledger) = &self.ledger {
                ledger.answered(&backup.id);
            }
        }
    }

    /// Notes that nobody waits any more for the answers to uploads that run when the run ends.
    pub(in crate::wire) fn give_up_waiting(&self) {
        let latest = Instant::now() + LATEST;
        let mut given_up = Vec::new();
        for (id, pending) in locked(&self.pending).iter_mut() {
            if pending.on_the_way > 0 {
                pending.on_the_way = 0;
                pending.until = pending.until.max(Some(latest));
                given_up.push(id.clone());
            }
        }
        let mut backups = self.backups();
        for id in given_up {
            if let Some(held) = backups.get_mut(&id) {
                held.may_be_stored = true;
            }
        }
    }

    /// Notes that a look at it had a clear result. After the last moment at which an upload of it
    /// could be stored, no part can appear any more.
    pub(in crate::wire) fn looked(&self, backup: &OwnBackup) {
        let now = Instant::now();
        let id = backup.id.to_hex();
        let is_gone = self.is_gone(backup);
        let mut all = locked(&self.pending);
        let is_over = all.get(&id).is_some_and(|pending| {
            pending.on_the_way == 0 && pending.until.is_none_or(|until| until <= now)
        });
        if is_over {
            all.remove(&id);
            // The ledger no longer names what is struck out.
            if let Some(ledger) = self.ledger.as_ref().filter(|_| !is_gone) {
                ledger.answered(&backup.id);
            }
        }
    }

    /// Returns whether any upload of it was broken off or not answered.
    pub(super) fn was_unanswered(&self, backup: &OwnBackup) -> bool {
        locked(&self.pending).contains_key(&backup.id.to_hex())
    }

    /// Returns whether the server may still store an upload of it after `now`.
    pub(in crate::wire) fn may_still_appear(&self, backup: &OwnBackup, now: Instant) -> bool {
        locked(&self.pending)
            .get(&backup.id.to_hex())
            .is_some_and(|pending| {
                pending.on_the_way > 0 || pending.until.is_some_and(|until| until > now)
            })
    }

    /// Returns the backups with uploads that were broken off or not answered, and the last moment
    /// at which one may appear.
    pub(in crate::wire) fn unanswered(&self) -> (Vec<OwnBackup>, Option<Instant>) {
        let pending = locked(&self.pending).clone();
        let backups = self.backups();
        let known = pending
            .keys()
            .filter_map(|id| Some(backups.get(id)?.backup.clone()));
        let last = pending.values().filter_map(|pending| pending.until).max();
        (known.collect(), last)
    }
}
