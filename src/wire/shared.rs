//! What several checks share, so that a run asks little: questions that are asked once, and places
//! that are used in turn.
//!
//! Intrusion detection counts distinct paths that are answered with a 4xx, and requests without
//! credentials. So whatever is missing on purpose is missing under one ID, and whatever is deleted
//! is deleted under another.

use super::answer::{Answer, Failure, FailureKind};
use super::context::Context;
use super::facet::Facet;
use super::guard::OwnBackup;
use super::payload::Recipe;
use super::request::Request;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// The owner of the shared backups, where a check stands otherwise.
const OWNER: &str = "shared";
/// The name of the trial that precedes the first upload.
const TRIAL: &str = "shared.trial";

/// A place that only one check at a time may use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Turn {
    /// The backup that is uploaded and deleted again and again.
    Recycled,
    /// The backup of which uploads are broken off, the first one and those over one that is there.
    CutOff,
}

impl Turn {
    const fn slot(self) -> &'static str {
        match self {
            Self::Recycled => "recycled",
            Self::CutOff => "cut off",
        }
    }
}

/// What is shared in a run.
#[derive(Default)]
pub(super) struct Shared {
    answers: Mutex<BTreeMap<&'static str, Arc<OnceCell<Answer>>>>,
    turns: Mutex<BTreeMap<Turn, Arc<tokio::sync::Mutex<()>>>>,
    trial: OnceCell<Result<(), Failure>>,
}

impl Shared {
    fn answer(&self, name: &'static str) -> Arc<OnceCell<Answer>> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(answers.entry(name).or_default())
    }

    fn turn(&self, turn: Turn) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(turn).or_default())
    }
}

impl Context {
    /// The answer to a question of the whole run: asked by whichever check comes first.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn once(&self, name: &'static str, request: Request) -> Answer {
        let cell = self.session.shared.answer(name);
        let asking = async || self.sharing(name, Facet::Whole).send(request.clone()).await;
        cell.get_or_init(asking).await.clone()
    }

    /// The backup that is never uploaded: whatever asks for something missing asks for this.
    pub fn missing(&self) -> OwnBackup {
        self.session.guard.own_backup(OWNER, "never uploaded")
    }

    /// The small backup that is uploaded once and stays until the run ends.
    pub fn specimen(&self) -> OwnBackup {
        self.session.guard.own_backup(OWNER, "specimen")
    }

    /// The backup that compresses well, which is uploaded once and stays until the run ends.
    pub fn compressible(&self) -> OwnBackup {
        self.session.guard.own_backup(OWNER, "compressible")
    }

    /// A backup that checks upload and delete one after the other. The turn ends with the check.
    pub async fn in_turn(&self, turn: Turn) -> OwnBackup {
        let backup = self.session.guard.own_backup(OWNER, turn.slot());
        if !self.holds(turn) {
            let lock = self.session.shared.turn(turn).lock_owned().await;
            let turns = self.turns.lock();
            let mut turns = turns.unwrap_or_else(PoisonError::into_inner);
            turns.push((turn, lock));
        }
        backup
    }

    fn holds(&self, turn: Turn) -> bool {
        let turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.iter().any(|(held, _)| *held == turn)
    }

    /// Deletes a backup of the run's own, if it may be there. No check sees it.
    pub async fn discard(&self, backup: &OwnBackup) {
        self.session.delete(backup).await;
    }

    /// Whether the run may ask for this without credentials. Nextcloud counts each such request to
    /// a public link as two failed logins, so that a few lock the link for its owner.
    ///
    /// Source: servers.nextcloud-public-link.
    pub fn may_ask_as_stranger(&self) -> bool {
        !self.facts().base.contains("/public.php/")
    }

    /// Before the first upload: makes sure that the server does not call present what nobody has
    /// used, and that it deletes what it stores. Whether it stores anything at all, the checks
    /// judge.
    ///
    /// # Errors
    /// If nothing more may be written.
    pub(super) async fn trial(&self) -> Result<(), Failure> {
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

    async fn try_out(&self) -> Result<(), Failure> {
        let trial = self.sharing(TRIAL, Facet::Whole);
        if let Ok(before) = trial.send(Request::get(&self.missing())).await
            && before.is_success()
        {
            return Err(Failure::of(
                FailureKind::Guarded,
                format!(
                    "the server answers {} for a backup ID that nobody has used; nothing was written there",
                    before.status
                ),
            ));
        }
        // No check has begun to use it before the trial ends.
        let backup = self.session.guard.own_backup(OWNER, Turn::Recycled.slot());
        let payload = trial.payload("trial", Recipe::Random(600));
        match trial.send(Request::put(&backup, &payload)).await {
            Ok(stored) if stored.is_success() => {}
            Err(failure) if failure.kind == FailureKind::Guarded => return Err(failure),
            _ => return Ok(()),
        }
        let request = Request::delete(&backup).header("Accept", "*/*");
        let Ok(deleted) = trial.send(request).await else {
            return Ok(());
        };
        // A 404 says that nothing was stored, a 423 that it is locked for now; a 401 has halted the
        // run.
        let is_refused = deleted.status >= 400 && !matches!(deleted.status, 401 | 404 | 410 | 423);
        if is_refused {
            return Err(Failure::of(
                FailureKind::DeleteRefused(deleted.status),
                format!(
                    "the server answered {} to the DELETE of a backup of this run: nothing more is written",
                    deleted.status
                ),
            ));
        }
        Ok(())
    }
}
