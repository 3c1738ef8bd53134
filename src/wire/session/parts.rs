//! Uploads that checks broke off, and the parts of them that appear after the checks have looked.

use super::Session;
use crate::wire::answer::Body;
use crate::wire::guard::OwnBackup;
use crate::wire::payload::Payload;
use crate::wire::transcript::Late;
use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};

/// An upload that a check broke off.
pub(super) struct BrokenOff {
    by: Late,
    backup: OwnBackup,
    payload: Payload,
}

impl Session {
    /// Returns the checks whose broken-off uploads appeared after they had looked.
    pub fn late(&self) -> BTreeSet<Late> {
        self.late
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Notes an upload that a check breaks off.
    pub(in crate::wire) fn breaks_off(
        &self,
        (check, variant): (&str, &str),
        backup: &OwnBackup,
        payload: &Payload,
    ) {
        let by = Late {
            check: check.to_owned(),
            variant: variant.to_owned(),
        };
        self.uploads().push(BrokenOff {
            by,
            backup: backup.clone(),
            payload: payload.clone(),
        });
    }

    fn uploads(&self) -> MutexGuard<'_, Vec<BrokenOff>> {
        self.broken_off
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the backups whose uploads were broken off.
    pub(super) fn broken_off(&self) -> Vec<OwnBackup> {
        let mut backups: Vec<OwnBackup> = Vec::new();
        for upload in self.uploads().iter() {
            if !backups.contains(&upload.backup) {
                backups.push(upload.backup.clone());
            }
        }
        backups
    }

    /// Returns the check whose broken-off upload has this part, if any.
    pub(super) fn part_of(&self, backup: &OwnBackup, body: &Body) -> Option<Late> {
        let uploads = self.uploads();
        // An empty file is a part of every upload; the last one is the most likely.
        let mut latest_first = uploads.iter().rev();
        let is_of =
            |upload: &&BrokenOff| upload.backup == *backup && body.is_cut_from(&upload.payload);
        latest_first.find(is_of).map(|upload| upload.by.clone())
    }

    /// Notes the check whose broken-off upload has this part, if any.
    pub(super) fn came_late(&self, backup: &OwnBackup, body: &Body) {
        if let Some(by) = self.part_of(backup, body) {
            let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
            late.insert(by);
        }
    }
}
