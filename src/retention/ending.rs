//! Removes the canaries. Each step is noted in the ledger at once.

use super::Clock;
use super::canary::{Role, State};
use super::ledger::Ledger;
use super::looking::{arrived, is_about, returns_config};
use super::refusal::{Asked, Reason, Refusal};
use super::trouble::Trouble;
use crate::diagnosis::describe;
use crate::wire::Canaries;

/// How often a backup that still exists is deleted.
const REMOVALS: usize = 3;
/// How often a deleted backup is looked for: one name may belong to two servers.
const LOOKS: usize = 2;
/// The backup that shows whether the server stores anything; it is removed at once.
pub(super) const TRIAL: &str = "trial";

/// The result of [`end`].
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Ended {
    /// How many canaries are gone.
    pub gone: usize,
    /// The first refusal, if some canaries remain.
    pub refusal: Option<Refusal>,
}

/// Removes the canaries, and the ledger once they are all gone.
///
/// # Errors
/// If the ledger belongs to another server, if none of the canaries has moved to this one, or if
/// the ledger cannot be written or removed.
pub async fn end(
    canaries: &Canaries,
    mut ledger: Ledger,
    moved: bool,
    clock: &Clock,
) -> Result<Ended, Trouble> {
    if !is_about(canaries, &ledger.watch, moved)? {
        if let Err(refusal) = returns_config(canaries).await {
            return Ok(Ended {
                gone: 0,
                refusal: Some(refusal),
            });
        }
        arrived(canaries, &ledger.watch, clock()).await?;
    }
    let mut ended = Ended::default();
    // While the trial remains, no canary was planted: a later visit can still plant them.
    if ledger.watch.trial {
        ended.refusal = removed(canaries, TRIAL).await.err();
        if ended.refusal.is_some() {
            return Ok(ended);
        }
        ledger.watch.trial = false;
    }
    for role in Role::ALL {
        let may_be_there = ledger.watch.canaries[&role].may_be_there();
        if may_be_there && let Err(refusal) = removed(canaries, role.name()).await {
            // Repeating refused credentials locks users out.
            ended.refusal = Some(refusal);
            return Ok(ended);
        }
        if let Some(canary) = ledger.watch.canaries.get_mut(&role) {
            canary.state = State::Removed;
        }
        ended.gone += usize::from(may_be_there);
        ledger.save()?;
    }
    ledger.remove()?;
    Ok(ended)
}

/// Deletes a canary and verifies that it is gone: some servers report success and do not delete, or
/// keep a second copy.
pub(super) async fn removed(canaries: &Canaries, name: &str) -> Result<(), Refusal> {
    let mut said = String::new();
    for _ in 0..REMOVALS {
        said = match canaries.delete(name).await {
            Ok(response) if matches!(response.status, 404 | 410) => describe(&response),
            answer => describe(&Asked::DELETE.done(canaries, answer)?),
        };
        if is_missing(canaries, name).await? {
            return returns_config(canaries).await;
        }
    }
    Err(Refusal::new(
        Reason::Answer,
        format!("a DELETE returned {said}, but a GET still returns the canary"),
    ))
}

/// Returns whether every look finds the canary missing.
async fn is_missing(canaries: &Canaries, name: &str) -> Result<bool, Refusal> {
    for _ in 0..LOOKS {
        match canaries.look(name).await {
            Ok(response) if response.is_success() => return Ok(false),
            Ok(response) if matches!(response.status, 404 | 410) => {}
            answer => return Asked::DELETED.done(canaries, answer).map(|_| false),
        }
    }
    Ok(true)
}
