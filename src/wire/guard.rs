//! The guard: nothing is written but backups that this run derived itself and that were not there
//! before.

mod doubt;
mod own;
mod state;

pub use doubt::Doubt;
pub use own::OwnBackup;
pub(super) use state::Honesty;

use super::binned::Binned;
use super::ledger::{Ledger, Left};
use super::seed::Seed;
use state::{Held, Pending, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a server may take to store an upload that was broken off or whose answer never came.
///
/// Source: item `servers.interrupted-upload`: 0.07 to 5 s were measured, and more under load.
pub(super) const LATEST: Duration = Duration::from_secs(8);

/// Keeps the list of this run's own backups.
pub(super) struct Guard {
    seed: Seed,
    /// By ID.
    backups: Mutex<BTreeMap<String, Held>>,
    pending: Mutex<BTreeMap<String, Pending>>,
    honesty: Mutex<Honesty>,
    /// Whether the server has shown a backup of ours, so that one that it does not show is missing.
    shows: AtomicBool,
    /// The URLs that were missing or refused, as intrusion detection counts them.
    strayed: Mutex<BTreeSet<String>>,
    /// What the server said that it deleted.
    binned: Mutex<Binned>,
    ledger: Option<Ledger>,
}

impl Guard {
    pub(super) fn new(seed: Seed, ledger: Option<Ledger>) -> Self {
        // The run that stored them has seen what the server shows.
        let shows = ledger
            .as_ref()
            .is_some_and(|ledger| !ledger.left().is_empty());
        let inherited = ledger.iter().flat_map(Ledger::left).map(|backup| {
            let held = Held {
                backup: backup.clone(),
                state: State::Written(None),
                is_inherited: true,
                uploads: 1,
                was_taken: true,
                may_be_stored: true,
                size: 0,
            };
            (backup.id.to_hex(), held)
        });
        Self {
            seed,
            backups: Mutex::new(inherited.collect()),
            pending: Mutex::default(),
            honesty: Mutex::new(Honesty::Unknown),
            shows: AtomicBool::new(shows),
            strayed: Mutex::default(),
            binned: Mutex::default(),
            ledger,
        }
    }

    /// Returns the backup that `check` calls `slot`.
    pub(super) fn own_backup(&self, check: &str, slot: &str) -> OwnBackup {
        OwnBackup::labelled(self.seed, &format!("{check}/{slot}"))
    }

    fn backups(&self) -> MutexGuard<'_, BTreeMap<String, Held>> {
        locked(&self.backups)
    }

    /// Returns whether it is known that nothing was there before this run.
    pub(super) fn is_claimed(&self, backup: &OwnBackup) -> bool {
        self.backups()
            .get(&backup.id.to_hex())
            .is_some_and(|held| !held.is_inherited)
    }

    /// Notes that nothing was there before, in the ledger first.
    ///
    /// # Errors
    /// If the ledger cannot be written: then nothing may be uploaded.
    pub(super) fn claim(&self, backup: &OwnBackup) -> std::io::Result<()> {
        if let Some(ledger) = &self.ledger {
            ledger.claimed(backup)?;
        }
        let held = Held {
            backup: backup.clone(),
            state: State::Claimed,
            is_inherited: false,
            uploads: 0,
            was_taken: false,
            may_be_stored: false,
            size: 0,
        };
        self.backups().insert(backup.id.to_hex(), held);
        Ok(())
    }

    /// Notes in the ledger that an upload is about to be sent.
    ///
    /// # Errors
    /// If the ledger cannot be written: then nothing may be uploaded.
    pub(super) fn about_to_write(&self, backup: &OwnBackup) -> std::io::Result<()> {
        let Some(ledger) = &self.ledger else {
            return Ok(());
        };
        let (state, uploads) = self
            .backups()
            .get(&backup.id.to_hex())
            .map_or((State::Claimed, 0), |held| (held.state, held.uploads));
        let is_struck_out = state == State::Gone;
        if is_struck_out {
            ledger.claimed(backup)?;
        }
        ledger.sent(&backup.id, is_struck_out || uploads == 0)
    }

    /// Notes that an upload is on its way.
    pub(super) fn sent(&self, backup: &OwnBackup) {
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

    /// Notes that an upload did not go out: there was no connection.
    pub(super) fn unsent(&self, backup: &OwnBackup) {
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

    /// Notes that an upload was answered: nothing of it comes later.
    pub(super) fn answered(&self, backup: &OwnBackup) {
        if let Some(held) = self.backups().get_mut(&backup.id.to_hex()) {
            held.was_taken = true;
            held.may_be_stored = true;
        }
        self.ended(backup, None);
    }

    /// Notes that an upload of so many bytes was taken.
    pub(super) fn weighs(&self, backup: &OwnBackup, size: u64) {
        if let Some(held) = self.backups().get_mut(&backup.id.to_hex()) {
            held.size = size;
        }
    }

    /// Notes that an upload was refused or sent elsewhere: nothing of it should be there, or come
    /// later.
    pub(super) fn refused(&self, backup: &OwnBackup) {
        self.ended(backup, None);
    }

    /// Notes that an upload failed on the server: what became of it is not known.
    pub(super) fn failed(&self, backup: &OwnBackup) {
        self.may_be_stored(backup);
        self.ended(backup, None);
    }

    fn may_be_stored(&self, backup: &OwnBackup) {
        if let Some(held) = self.backups().get_mut(&backup.id.to_hex()) {
            held.may_be_stored = true;
        }
    }

    /// Notes that an upload was broken off, or that no answer to it came: the server may store it
    /// until then.
    pub(super) fn may_appear(&self, backup: &OwnBackup, until: Instant) {
        self.may_be_stored(backup);
        self.ended(backup, Some(until));
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

    /// Uploads that were on their way when the run ended have no one who waits for their answers.
    pub(super) fn give_up_waiting(&self) {
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

    /// Notes that a look at it came to a clear answer. After the last moment at which an upload of
    /// it could be stored, nothing comes any more.
    pub(super) fn looked(&self, backup: &OwnBackup) {
        let now = Instant::now();
        let id = backup.id.to_hex();
        let mut all = locked(&self.pending);
        let is_over = all.get(&id).is_some_and(|pending| {
            pending.on_the_way == 0 && pending.until.is_none_or(|until| until <= now)
        });
        if is_over {
            all.remove(&id);
            if let Some(ledger) = &self.ledger {
                ledger.answered(&backup.id);
            }
        }
    }

    /// Returns whether an upload of it was broken off or not answered, at any time.
    fn was_unanswered(&self, backup: &OwnBackup) -> bool {
        locked(&self.pending).contains_key(&backup.id.to_hex())
    }

    /// Returns whether the server may still store an upload of it after `now`.
    pub(super) fn may_still_appear(&self, backup: &OwnBackup, now: Instant) -> bool {
        locked(&self.pending)
            .get(&backup.id.to_hex())
            .is_some_and(|pending| {
                pending.on_the_way > 0 || pending.until.is_some_and(|until| until > now)
            })
    }

    /// Returns the backups of which an upload was broken off or not answered, and the last moment
    /// at which one may appear.
    pub(super) fn unanswered(&self) -> (Vec<OwnBackup>, Option<Instant>) {
        let pending = locked(&self.pending).clone();
        let backups = self.backups();
        let known = pending
            .keys()
            .filter_map(|id| Some(backups.get(id)?.backup.clone()));
        let last = pending.values().filter_map(|pending| pending.until).max();
        (known.collect(), last)
    }

    /// Notes that the server said that it deleted it.
    pub(super) fn deleted(&self, backup: &OwnBackup) {
        if let Some(held) = self.backups().get_mut(&backup.id.to_hex())
            && matches!(held.state, State::Written(_))
        {
            held.state = State::Deleted;
            let mut binned = locked(&self.binned);
            *binned = binned.and(held.size);
            if let Some(ledger) = &self.ledger {
                ledger.deleted(&backup.id);
            }
        }
    }

    /// Notes that a GET by someone who is allowed to see it does not find it.
    pub(super) fn unseen(&self, backup: &OwnBackup) {
        let mut backups = self.backups();
        let Some(held) = backups.get_mut(&backup.id.to_hex()) else {
            return;
        };
        let is_over = !self.may_still_appear(backup, Instant::now());
        // Where no backup was ever seen, not to see one says nothing; nor where none was deleted.
        let proves = is_over && self.shows.load(Ordering::Relaxed);
        match held.state {
            State::Deleted if proves => {
                locked(&self.honesty).was_honest();
                self.strike_out(held);
            }
            State::Awaited if proves => self.strike_out(held),
            // Nothing of it was ever taken, and what was broken off has not come.
            State::Written(_) if proves && !held.was_taken => self.strike_out(held),
            _ => {}
        }
    }

    /// Notes that a DELETE did not find it.
    pub(super) fn absent(&self, backup: &OwnBackup) {
        let mut backups = self.backups();
        let Some(held) = backups.get_mut(&backup.id.to_hex()) else {
            return;
        };
        match held.state {
            State::Written(_) if self.may_still_appear(backup, Instant::now()) => {
                held.state = State::Awaited;
            }
            State::Awaited if self.may_still_appear(backup, Instant::now()) => {}
            State::Written(_) | State::Awaited => self.strike_out(held),
            State::Claimed | State::Deleted | State::Gone => {}
        }
    }

    fn strike_out(&self, held: &mut Held) {
        held.state = State::Gone;
        held.was_taken = false;
        held.may_be_stored = false;
        if let Some(ledger) = &self.ledger {
            ledger.gone(&held.backup.id);
        }
    }

    /// Notes that it was looked for and is there: whole, or a part of an upload that broke off.
    pub(super) fn present(&self, backup: &OwnBackup, is_part: bool) {
        self.shows.store(true, Ordering::Relaxed);
        let mut backups = self.backups();
        let Some(held) = backups.get_mut(&backup.id.to_hex()) else {
            return;
        };
        held.may_be_stored = true;
        match held.state {
            State::Claimed | State::Written(_) => return,
            // A part of an upload that was broken off has come late: no lie.
            State::Awaited => held.state = State::Written(None),
            State::Deleted | State::Gone if is_part || self.was_unanswered(backup) => {
                held.state = State::Written(None);
            }
            State::Deleted | State::Gone => {
                *locked(&self.honesty) = Honesty::Lies;
                held.state = State::Written(Some(Doubt::StillThere));
            }
        }
        if let Some(ledger) = &self.ledger {
            // It may be struck out. If this cannot be written, the run still knows.
            let _ = ledger.claimed(backup);
            ledger.kept(&backup.id, Doubt::StillThere);
        }
    }

    /// Notes why it may still be there.
    pub(super) fn doubt(&self, backup: &OwnBackup, why: Doubt) {
        if let Some(held) = self.backups().get_mut(&backup.id.to_hex()) {
            held.state = State::Written(Some(why));
        }
    }

    /// Returns what the server said that it deleted, file by file.
    pub(super) fn binned(&self) -> Binned {
        *locked(&self.binned)
    }

    /// Returns every backup of which an upload went out, whatever became of it.
    pub(super) fn uploaded(&self) -> Vec<OwnBackup> {
        let backups = self.backups();
        let uploaded = backups.values().filter(|held| held.uploads > 0);
        uploaded.map(|held| held.backup.clone()).collect()
    }

    /// Returns what is known of the server's deletions.
    pub(super) fn honesty(&self) -> Honesty {
        *locked(&self.honesty)
    }

    /// Returns whether the server has shown a backup of ours, so that one that it does not show is
    /// missing.
    pub(super) fn shows(&self) -> bool {
        self.shows.load(Ordering::Relaxed)
    }

    /// Notes a URL that was missing or refused, as intrusion detection counts them.
    pub(super) fn strayed(&self, url: String) {
        locked(&self.strayed).insert(url);
    }

    /// Returns the URLs that were missing or refused, as intrusion detection counts them.
    pub(super) fn strays(&self) -> BTreeSet<String> {
        locked(&self.strayed).clone()
    }

    /// Returns whether something of it may be on the server, and was not deleted.
    pub(super) fn may_be_there(&self, backup: &OwnBackup) -> bool {
        self.backups()
            .get(&backup.id.to_hex())
            .is_some_and(|held| matches!(held.state, State::Written(_)))
    }

    fn in_state(&self, is_wanted: impl Fn(State) -> bool) -> Vec<OwnBackup> {
        let backups = self.backups();
        let wanted = backups.values().filter(|held| is_wanted(held.state));
        wanted.map(|held| held.backup.clone()).collect()
    }

    /// Returns everything that may still be on the server and that no deletion was answered for
    /// with success.
    pub(super) fn left(&self) -> Vec<OwnBackup> {
        self.in_state(|state| matches!(state, State::Written(_)))
    }

    /// Returns what the server said that it deleted, and nobody has looked for.
    pub(super) fn only_deleted(&self) -> Vec<OwnBackup> {
        self.in_state(|state| state == State::Deleted)
    }

    /// Why each backup that is left may be on the server.
    fn doubts(&self) -> Vec<(OwnBackup, Doubt)> {
        let backups = self.backups();
        let left = backups.values().filter_map(|held| match held.state {
            // What was refused each time, and never seen, is not claimed to be there.
            State::Written(None) if !held.may_be_stored => None,
            State::Written(why) => Some((held.backup.clone(), why.unwrap_or(Doubt::NotDeleted))),
            State::Awaited => Some((held.backup.clone(), Doubt::MayAppear)),
            State::Claimed | State::Deleted | State::Gone => None,
        });
        left.collect()
    }

    /// Returns whether it was looked for and is not there, or never was.
    pub(super) fn is_gone(&self, backup: &OwnBackup) -> bool {
        let backups = self.backups();
        let held = backups.get(&backup.id.to_hex());
        held.is_none_or(|held| matches!(held.state, State::Claimed | State::Gone))
    }

    /// Returns whether nobody has looked for it since it was deleted, or since it may have come
    /// late.
    pub(super) fn is_open(&self, backup: &OwnBackup) -> bool {
        let backups = self.backups();
        let held = backups.get(&backup.id.to_hex());
        held.is_some_and(|held| matches!(held.state, State::Deleted | State::Awaited))
    }

    /// Takes over what the ledger of a killed run names, in place of everything before. What was
    /// not answered then may appear until `latest`.
    pub(super) fn adopt(&self, left: &[Left], latest: Option<Instant>) {
        // The run that stored them has seen what the server shows.
        self.shows.store(true, Ordering::Relaxed);
        let adopted = left.iter().map(|left| {
            let held = Held {
                backup: left.backup.clone(),
                state: if left.is_deleted && left.why.is_none() {
                    State::Deleted
                } else {
                    State::Written(None)
                },
                is_inherited: true,
                uploads: 1,
                was_taken: true,
                may_be_stored: true,
                size: 0,
            };
            (left.backup.id.to_hex(), held)
        });
        *self.backups() = adopted.collect();
        let unanswered = left.iter().filter(|left| left.is_unanswered);
        let pending = unanswered.map(|left| {
            let pending = Pending {
                on_the_way: 0,
                until: latest,
            };
            (left.backup.id.to_hex(), pending)
        });
        *locked(&self.pending) = pending.collect();
    }

    /// Why a backup may be on the server; `None` if it is gone.
    pub(super) fn fate(&self, backup: &OwnBackup) -> Option<Doubt> {
        let doubts = self.doubts();
        let doubt = doubts.iter().find(|(other, _)| other == backup);
        doubt.map(|(_, why)| *why)
    }

    /// Closes the ledger. If nothing is left it is removed; else it notes why, and stays.
    pub(super) fn close(&self) -> Closed {
        let doubts = self.doubts();
        let ledger = self.ledger.as_ref().and_then(|ledger| {
            if doubts.is_empty() {
                ledger.remove();
                return None;
            }
            for (backup, why) in &doubts {
                ledger.kept(&backup.id, *why);
            }
            let is_named = |backup: &OwnBackup| doubts.iter().any(|(named, _)| named == backup);
            let others = self.in_state(|state| matches!(state, State::Deleted | State::Written(_)));
            for backup in others.iter().filter(|backup| !is_named(backup)) {
                ledger.gone(&backup.id);
            }
            Some(ledger.path().to_owned())
        });
        let mut counted = BTreeMap::new();
        for (_, why) in doubts {
            *counted.entry(why).or_default() += 1;
        }
        Closed {
            doubts: counted,
            ledger,
        }
    }
}

/// What a guard leaves.
pub(super) struct Closed {
    /// How many backups may be on the server, by the reason.
    pub(super) doubts: BTreeMap<Doubt, usize>,
    /// The ledger that names them, if there is one.
    pub(super) ledger: Option<std::path::PathBuf>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
