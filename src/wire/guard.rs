//! The guard: nothing is written but backups that this run derived itself and that were not there before.

use super::ledger::Ledger;
use super::seed::Seed;
use crate::safe::keys::BackupId;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A backup of this run's own: only the guard makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnBackup {
    id: BackupId,
    slot: String,
}

impl OwnBackup {
    /// A backup that a ledger names: an earlier run's own.
    pub(super) fn of_ledger(id: BackupId) -> Self {
        Self {
            id,
            slot: "swept".to_owned(),
        }
    }

    /// The ID, for the one place that sends it.
    pub(super) fn id(&self) -> &BackupId {
        &self.id
    }

    /// The name of the backup within its check, which stands for the ID in everything that is written.
    pub fn slot(&self) -> &str {
        &self.slot
    }
}

impl fmt::Debug for OwnBackup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OwnBackup({})", self.slot)
    }
}

/// Where a backup of ours stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Nothing was there before; the ledger names it.
    Claimed,
    /// Something was written, or may have been.
    Written,
    /// It was deleted, and the server said so.
    Gone,
}

/// Keeps the list of this run's own backups.
pub(super) struct Guard {
    seed: Seed,
    backups: Mutex<BTreeMap<String, (OwnBackup, State)>>,
    /// What an earlier run with the same seed left, by ID. The checks of this run do not count it as theirs.
    inherited: Mutex<BTreeMap<String, OwnBackup>>,
    /// IDs with uploads that were sent and not answered: the server may store them yet.
    unanswered: Mutex<BTreeMap<String, usize>>,
    ledger: Option<Ledger>,
}

impl Guard {
    pub(super) fn new(seed: Seed, ledger: Option<Ledger>) -> Self {
        let inherited = ledger.iter().flat_map(Ledger::left);
        let inherited = inherited.map(|id| (id.to_hex(), OwnBackup::of_ledger(*id)));
        Self {
            seed,
            backups: Mutex::default(),
            inherited: Mutex::new(inherited.collect()),
            unanswered: Mutex::default(),
            ledger,
        }
    }

    /// The backup that `check` calls `slot`.
    pub(super) fn own_backup(&self, check: &str, slot: &str) -> OwnBackup {
        let id = BackupId::from_bytes(self.seed.bytes(&format!("backup/{check}/{slot}")));
        OwnBackup {
            id,
            slot: slot.to_owned(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, (OwnBackup, State)>> {
        self.backups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inherited(&self) -> MutexGuard<'_, BTreeMap<String, OwnBackup>> {
        self.inherited
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is known that nothing was there before this run.
    pub(super) fn is_claimed(&self, backup: &OwnBackup) -> bool {
        self.lock().contains_key(&backup.id.to_hex())
    }

    /// Notes that nothing was there before, in the ledger first.
    ///
    /// # Errors
    /// Where the ledger cannot be written: then nothing may be uploaded.
    pub(super) fn claim(&self, backup: &OwnBackup) -> std::io::Result<()> {
        if let Some(ledger) = &self.ledger {
            ledger.claimed(&backup.id)?;
        }
        self.lock()
            .insert(backup.id.to_hex(), (backup.clone(), State::Claimed));
        Ok(())
    }

    /// Notes that an upload is about to be sent, in the ledger first where it had been struck out.
    ///
    /// # Errors
    /// Where the ledger cannot be written: then nothing may be uploaded.
    pub(super) fn written(&self, backup: &OwnBackup) -> std::io::Result<()> {
        if let Some((_, state)) = self.lock().get_mut(&backup.id.to_hex()) {
            if let (State::Gone, Some(ledger)) = (*state, &self.ledger) {
                ledger.claimed(&backup.id)?;
            }
            *state = State::Written;
        }
        Ok(())
    }

    fn unanswered(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that an upload is on its way.
    pub(super) fn sent(&self, backup: &OwnBackup) {
        *self.unanswered().entry(backup.id.to_hex()).or_default() += 1;
    }

    /// Notes that an upload was answered.
    pub(super) fn answered(&self, backup: &OwnBackup) {
        let mut unanswered = self.unanswered();
        let id = backup.id.to_hex();
        match unanswered.get_mut(&id) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                unanswered.remove(&id);
            }
        }
    }

    /// Whether the server may still store an upload that it has not answered.
    pub(super) fn is_unanswered(&self, backup: &OwnBackup) -> bool {
        self.unanswered().contains_key(&backup.id.to_hex())
    }

    /// Waits no longer for answers; whether any was missing.
    pub(super) fn give_up_waiting(&self) -> bool {
        let mut unanswered = self.unanswered();
        let missing = !unanswered.is_empty();
        unanswered.clear();
        missing
    }

    /// Notes that the server said it is deleted, or that it never was there.
    pub(super) fn gone(&self, backup: &OwnBackup) {
        let inherited = self.inherited().remove(&backup.id.to_hex()).is_some();
        let mut backups = self.lock();
        let known = backups.get_mut(&backup.id.to_hex());
        if let (Some(ledger), true) = (&self.ledger, inherited || known.is_some()) {
            ledger.gone(&backup.id);
        }
        if let Some((_, state)) = known {
            *state = State::Gone;
        }
    }

    /// Whether something of it may be on the server.
    pub(super) fn may_be_there(&self, backup: &OwnBackup) -> bool {
        let id = backup.id.to_hex();
        self.inherited().contains_key(&id)
            || self
                .lock()
                .get(&id)
                .is_some_and(|(_, state)| *state == State::Written)
    }

    /// Everything that may still be on the server.
    pub(super) fn left(&self) -> Vec<OwnBackup> {
        let mut left = self.inherited().clone();
        for (id, (backup, state)) in &*self.lock() {
            if *state == State::Written {
                left.insert(id.clone(), backup.clone());
            }
        }
        left.into_values().collect()
    }

    /// Closes the ledger: removed if nothing is left, else kept, and where.
    pub(super) fn close(&self) -> Option<std::path::PathBuf> {
        let ledger = self.ledger.as_ref()?;
        if self.left().is_empty() {
            ledger.remove();
            None
        } else {
            Some(ledger.path().to_owned())
        }
    }
}
