//! Resources that several checks share, so that a run sends few requests: answers that are
//! requested once, and places that are used in turn.
//!
//! Intrusion detection counts distinct paths with a 4xx answer, and requests without credentials.
//! So all requests for a missing backup use one ID, which is the same in every run, and all backups
//! that are deleted or broken off share another.

use super::Context;
use crate::safe::Client;
use crate::wire::answer::{Answer, Response};
use crate::wire::facet::Facet;
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::guard::OwnBackup;
use crate::wire::payload::Recipe;
use crate::wire::request::Request;
use std::sync::PoisonError;

/// The owner of the shared backups, in the place of a check.
const OWNER: &str = "shared";
/// The slot of the backup that is repeatedly uploaded and deleted.
const RECYCLED: &str = "recycled";
/// The name of the trial that precedes the first upload.
const TRIAL: &str = "shared.trial";

impl Context {
    /// Returns the answer to a request of the whole run, sent by the first check that needs it.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn once(&self, name: &'static str, request: Request) -> Answer {
        let cell = self.session.shared.answer(name);
        let asking = async || self.sharing(name, Facet::Whole).send(request.clone()).await;
        cell.get_or_init(asking).await.clone()
    }

    /// Returns the small backup that is uploaded once and stays until the end of the run.
    pub fn specimen(&self) -> OwnBackup {
        self.session.guard.own_backup(OWNER, "specimen")
    }

    /// Returns the backup that compresses well, which is uploaded once and stays until the end of
    /// the run.
    pub fn compressible(&self) -> OwnBackup {
        self.session.guard.own_backup(OWNER, "compressible")
    }

    /// Returns the backup that checks upload, break off and delete in turn. A check's turn ends
    /// with the check.
    pub async fn recycled(&self) -> OwnBackup {
        self.in_turn(RECYCLED).await
    }

    /// Returns the backup whose uploads are broken off: the [recycled](Self::recycled) one, or one
    /// for each way of sending if two more URLs with a 4xx answer are harmless.
    pub async fn to_cut_off(&self, chunked: bool) -> OwnBackup {
        let slot = match (self.facts().cuts_off_apart, chunked) {
            (false, _) => RECYCLED,
            (true, false) => "to cut off",
            (true, true) => "to cut off, chunked",
        };
        self.in_turn(slot).await
    }

    async fn in_turn(&self, slot: &'static str) -> OwnBackup {
        let held = || self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let is_held = held().is_some();
        if !is_held {
            let lock = self.session.shared.turn(slot).lock_owned().await;
            *held() = Some(lock);
        }
        self.session.guard.own_backup(OWNER, slot)
    }

    /// Deletes a backup of the run if it may exist. No check sees it.
    pub async fn discard(&self, backup: &OwnBackup) {
        self.session.delete(backup).await;
    }

    /// Returns whether the run may send requests without credentials. Nextcloud counts each request
    /// to a public link without them as two failed logins, so a few lock the link for its owner.
    ///
    /// Source: servers.nextcloud-public-link.
    pub fn may_ask_anonymously(&self) -> bool {
        !self.facts().base.contains("/public.php/")
    }

    /// Verifies before the first upload that the server does not report an unused ID as existing,
    /// and that it deletes what it stores. Whether it stores anything is left to the checks.
    ///
    /// # Errors
    /// If nothing more may be written.
    pub(in crate::wire) async fn trial(&self) -> Result<(), Failure> {
        if self.check == TRIAL {
            return Ok(());
        }
        let trial = self
            .session
            .shared
            .trial
            .get_or_init(|| Box::pin(self.try_out()));
        trial.await.clone()
    }

    /// Returns the answer to the first upload of the run, if it was 401. If that ended the run, no
    /// check gets an answer to its own upload.
    pub fn refused_upload(&self) -> Option<&Response> {
        self.session.shared.refused.get()
    }

    async fn try_out(&self) -> Result<(), Failure> {
        let trial = self.sharing(TRIAL, Facet::Whole);
        if let Ok(before) = trial.missing_as(Client::Android).await
            && before.is_success()
        {
            return Err(Failure::of(
                FailureKind::Guarded,
                format!(
                    "the server answers {} for an unused backup ID; nothing was written there",
                    before.status
                ),
            ));
        }
        // No check uses it before the trial ends.
        let backup = self.session.guard.own_backup(OWNER, RECYCLED);
        let payload = trial.payload("trial", Recipe::Random(600));
        match trial.send(Request::put(&backup, &payload)).await {
            Ok(stored) if stored.is_success() => {}
            Ok(refused) if refused.status == 401 => {
                // There is one trial.
                let _ = self.session.shared.refused.set(refused);
                return Ok(());
            }
            Err(failure) if failure.kind == FailureKind::Guarded => return Err(failure),
            _ => return Ok(()),
        }
        // Only a server that shows what it stores can show that it is gone.
        let shown = async |label: &str| {
            let seen = trial.branch(label).send(Request::get(&backup)).await;
            let seen = seen.ok().filter(Response::is_success);
            seen.map(|seen| seen.body.length)
        };
        let before = shown("seen").await;
        let request = Request::delete(&backup).header("Accept", "*/*");
        let Ok(deleted) = trial.send(request).await else {
            return Ok(());
        };
        let is_refused = match deleted.status {
            // Nothing was stored, or the server has no DELETE.
            404 | 410 => before.is_some() && shown("kept").await == before,
            // It is locked temporarily.
            423 => false,
            status => status >= 400,
        };
        if is_refused {
            return Err(Failure::of(
                FailureKind::DeleteRefused(deleted.status),
                format!(
                    "the server answered {} to the DELETE of a backup of this run, so no more backups are written",
                    deleted.status
                ),
            ));
        }
        Ok(())
    }
}
