//! The state of what several checks share.

use super::answer::{Answer, Response};
use super::failure::Failure;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::OnceCell;

/// The shared resources of a run.
#[derive(Default)]
pub(super) struct Shared {
    answers: Mutex<BTreeMap<&'static str, Arc<OnceCell<Answer>>>>,
    /// One lock for each place that is used in turn.
    turns: Mutex<BTreeMap<&'static str, Arc<tokio::sync::Mutex<()>>>>,
    pub(super) trial: OnceCell<Result<(), Failure>>,
    /// The answer to the upload of the trial, if it was 401.
    pub(super) refused: OnceLock<Response>,
}

impl Shared {
    /// Returns the shared resources of a run whose trial has passed.
    #[cfg(test)]
    pub(super) fn tried() -> Self {
        Self {
            trial: OnceCell::new_with(Some(Ok(()))),
            ..Self::default()
        }
    }

    pub(super) fn turn(&self, slot: &'static str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(slot).or_default())
    }

    pub(super) fn answer(&self, name: &'static str) -> Arc<OnceCell<Answer>> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(answers.entry(name).or_default())
    }
}
