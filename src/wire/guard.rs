//! The guard: a run writes only backups whose IDs it derived itself and that did not exist before.

mod doubt;
mod own;
mod state;
mod uploads;

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

/// How long a server may take to store an upload that was broken off or not answered.
///
/// Source: item `servers.interrupted-upload`: 0.07 to 5 s were measured, and more under load.
pub(super) const LATEST: Duration = Duration::from_secs(8);

/// The guard's list of this run's own backups.
pub(super) struct Guard {
    seed: Seed,
    /// The backups by ID.
    backups: Mutex<BTreeMap<String, Held>>,
    pending: Mutex<BTreeMap<String, Pending>>,
    honesty: Mutex<Honesty>,
    /// Whether the server has shown a backup of the run; only then does a missing one prove
    /// anything.
    shows: AtomicBool,
    /// The missing or refused URLs, as intrusion detection counts them.
    strayed: Mutex<BTreeSet<String>>,
    /// The files that the server reported as deleted.
    binned: Mutex<Binned>,
    ledger: Option<Ledger>,
}

impl Guard {
    pub(super) fn new(seed: Seed, ledger: Option<Ledger>) -> Self {
        // The run that stored them had seen the server show a backup.
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

    /// Returns the backup of `check` with the name `slot`.
    pub(super) fn own_backup(&self, check: &str, slot: &str) -> OwnBackup {
        OwnBackup::labelled(self.seed, &format!("{check}/{slot}"))
    }

    fn backups(&self) -> MutexGuard<'_, BTreeMap<String, Held>> {
        locked(&self.backups)
    }

    /// Returns whether it is known that nothing existed under its ID before this run.
    pub(super) fn is_claimed(&self, backup: &OwnBackup) -> bool {
        self.backups()
            .get(&backup.id.to_hex())
            .is_some_and(|held| !held.is_inherited)
    }

    /// Notes that nothing existed under its ID, first in the ledger.
    ///
    /// # Errors
    /// If the ledger cannot be written; then nothing may be uploaded.
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

    /// Notes in the ledger that an upload follows.
    ///
    /// # Errors
    /// If the ledger cannot be written; then nothing may be uploaded.
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

    /// Notes that the server reported its deletion.
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

    /// Notes that a GET with access to it does not find it.
    pub(super) fn unseen(&self, backup: &OwnBackup) {
        let mut backups = self.backups();
        let Some(held) = backups.get_mut(&backup.id.to_hex()) else {
            return;
        };
        let is_over = !self.may_still_appear(backup, Instant::now());
        // A backup that is not found proves something only if the server has shown one before.
        let proves = is_over && self.shows.load(Ordering::Relaxed);
        match held.state {
            State::Deleted if proves => {
                locked(&self.honesty).was_honest();
                self.strike_out(held);
            }
            State::Awaited if proves => self.strike_out(held),
            // No upload of it was accepted, and the broken-off ones did not appear.
            State::Written(_) if proves && !held.was_taken => self.strike_out(held),
            _ => {}
        }
    }

    /// Returns whether an upload of it was accepted and not deleted since. A 404 to its DELETE then
    /// contradicts: a server without DELETE, another backend, or one that shows an upload only
    /// after a while may answer so, and keep it.
    pub(super) fn was_taken(&self, backup: &OwnBackup) -> bool {
        let backups = self.backups();
        let held = backups.get(&backup.id.to_hex());
        held.is_some_and(|held| matches!(held.state, State::Written(_)) && held.was_taken)
    }

    /// Returns whether an earlier run left it.
    pub(super) fn is_inherited(&self, backup: &OwnBackup) -> bool {
        let backups = self.backups();
        let held = backups.get(&backup.id.to_hex());
        held.is_some_and(|held| held.is_inherited)
    }

    /// Returns whether a body of this length, in bytes, can be its last accepted upload. The size
    /// of what an earlier run uploaded is not known.
    pub(super) fn may_weigh(&self, backup: &OwnBackup, length: u64) -> bool {
        let backups = self.backups();
        let held = backups.get(&backup.id.to_hex());
        held.is_some_and(|held| held.size == 0 || held.size == length)
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

    /// Notes that a look found it: complete, or a part of a broken-off upload.
    pub(super) fn present(&self, backup: &OwnBackup, is_part: bool) {
        self.shows.store(true, Ordering::Relaxed);
        let mut backups = self.backups();
        let Some(held) = backups.get_mut(&backup.id.to_hex()) else {
            return;
        };
        held.may_be_stored = true;
        match held.state {
            State::Claimed | State::Written(_) => return,
            // A part of a broken-off upload appeared late, so the server did not lie.
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
            // It may already be struck out. If this write fails, the run still knows.
            let _ = ledger.claimed(backup);
            ledger.kept(&backup.id, Doubt::StillThere);
        }
    }

    /// Notes why it may still exist.
    pub(super) fn doubt(&self, backup: &OwnBackup, why: Doubt) {
        if let Some(held) = self.backups().get_mut(&backup.id.to_hex()) {
            held.state = State::Written(Some(why));
        }
    }

    /// Returns the files that the server reported as deleted.
    pub(super) fn binned(&self) -> Binned {
        *locked(&self.binned)
    }

    /// Returns every backup of which an upload was sent, with any result.
    pub(super) fn uploaded(&self) -> Vec<OwnBackup> {
        let backups = self.backups();
        let uploaded = backups.values().filter(|held| held.uploads > 0);
        uploaded.map(|held| held.backup.clone()).collect()
    }

    /// Returns whether the server's deletions can be believed.
    pub(super) fn honesty(&self) -> Honesty {
        *locked(&self.honesty)
    }

    /// Returns whether the server has shown a backup of the run; only then does a missing one prove
    /// anything.
    pub(super) fn shows(&self) -> bool {
        self.shows.load(Ordering::Relaxed)
    }

    /// Notes a missing or refused URL, as intrusion detection counts them.
    pub(super) fn strayed(&self, url: String) {
        locked(&self.strayed).insert(url);
    }

    /// Returns the missing or refused URLs, as intrusion detection counts them.
    pub(super) fn strays(&self) -> BTreeSet<String> {
        locked(&self.strayed).clone()
    }

    /// Returns whether a part of it may be on the server and was not deleted.
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

    /// Returns the backups that may still be on the server and whose deletion was not confirmed.
    pub(super) fn left(&self) -> Vec<OwnBackup> {
        self.in_state(|state| matches!(state, State::Written(_)))
    }

    /// Returns the backups whose deletion was confirmed but not verified by a look.
    pub(super) fn only_deleted(&self) -> Vec<OwnBackup> {
        self.in_state(|state| state == State::Deleted)
    }

    /// Returns the backups that are gone by the server's word or by a look.
    pub(super) fn confirmed(&self) -> Vec<OwnBackup> {
        self.in_state(|state| matches!(state, State::Deleted | State::Gone))
    }

    /// Returns why each remaining backup may be on the server.
    fn doubts(&self) -> Vec<(OwnBackup, Doubt)> {
        let backups = self.backups();
        let left = backups.values().filter_map(|held| match held.state {
            // A backup whose uploads were all refused and that was never seen does not count.
            State::Written(None) if !held.may_be_stored => None,
            State::Written(why) => Some((held.backup.clone(), why.unwrap_or(Doubt::NotDeleted))),
            State::Awaited => Some((held.backup.clone(), Doubt::MayAppear)),
            State::Claimed | State::Deleted | State::Gone => None,
        });
        left.collect()
    }

    /// Returns whether it was never there, or a look did not find it.
    pub(super) fn is_gone(&self, backup: &OwnBackup) -> bool {
        let backups = self.backups();
        let held = backups.get(&backup.id.to_hex());
        held.is_none_or(|held| matches!(held.state, State::Claimed | State::Gone))
    }

    /// Returns whether no look followed its deletion, or the time at which it may have appeared
    /// late.
    pub(super) fn is_open(&self, backup: &OwnBackup) -> bool {
        let backups = self.backups();
        let held = backups.get(&backup.id.to_hex());
        held.is_some_and(|held| matches!(held.state, State::Deleted | State::Awaited))
    }

    /// Replaces everything by the content of a killed run's ledger. Uploads that were not answered
    /// then may appear until `latest`.
    pub(super) fn adopt(&self, left: &[Left], latest: Option<Instant>) {
        // The run that stored them had seen the server show a backup.
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
                was_missed: false,
            };
            (left.backup.id.to_hex(), pending)
        });
        *locked(&self.pending) = pending.collect();
    }

    /// Returns why a backup may be on the server; `None` if it is gone.
    pub(super) fn fate(&self, backup: &OwnBackup) -> Option<Doubt> {
        let doubts = self.doubts();
        let doubt = doubts.iter().find(|(other, _)| other == backup);
        doubt.map(|(_, why)| *why)
    }

    /// Closes the ledger: removes it if no backup is left; otherwise notes the reasons and keeps
    /// it.
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

/// The final state of a guard.
pub(super) struct Closed {
    /// The number of backups that may be on the server, by reason.
    pub(super) doubts: BTreeMap<Doubt, usize>,
    /// The ledger that names them, if any.
    pub(super) ledger: Option<std::path::PathBuf>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
