//! Deletion: what is deleted is gone.

use super::facets::{MOBILE_BY_HTTP, WHOLE};
use super::judge::{Judged, accepts, describe, diagnosed_at_once};
use crate::clients::Operation;
use crate::diagnosis::Subject;
use crate::engine::{Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::wire::{Context, FailureKind, Method, OwnBackup, Place, Recipe, Request};

checks! { Context;
    /// A deleted backup is gone.
    REMOVES = Check {
        id: "delete.removes",
        clause: clause::DELETE,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: MOBILE_BY_HTTP,
        needs: &["config.readable"],
        effect: Effect::WritesOwnBackup,
        expected: "a 2xx for a DELETE, after which a GET returns 404 or 410",
        remedy: "Let this user delete files. When a user switches Threema Safe off or changes the password, the app deletes the old backup and forgets it.",
        run: removes,
    }

    /// Deleting a backup that does not exist is answered with 404.
    MISSING = Check {
        id: "delete.missing",
        clause: clause::DELETE,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["config.readable"],
        effect: Effect::WritesOwnBackup,
        expected: "404 for a DELETE of a backup that does not exist",
        remedy: "No app depends on it. Other tools learn from the 404 that there was nothing to delete.",
        run: missing,
    }
}

/// Stores the backup to delete. A refused DELETE of the run's first backup is itself the finding.
async fn store(context: &Context, backup: &OwnBackup) -> Result<(), Outcome> {
    let payload = context.payload("backup", Recipe::Random(2000));
    let client = context.client();
    let place = Place::Backup(backup.clone());
    let stored = context
        .perform(client, Operation::Upload, place, Some(&payload))
        .await;
    match stored {
        Ok(stored) if stored.is_success() => Ok(()),
        Ok(refused) => Err(Outcome::blocked(format!(
            "no backup could be stored for this check: {}",
            describe(&refused)
        ))),
        Err(failure) => Err(match failure.kind {
            FailureKind::DeleteRefused(status) => {
                let phrase = http::StatusCode::from_u16(status)
                    .ok()
                    .and_then(|status| status.canonical_reason())
                    .unwrap_or_default();
                Outcome::deviates(
                    Stage::Http,
                    format!("a DELETE of a backup returned {status} {phrase}")
                        .trim_end()
                        .to_owned(),
                )
            }
            kind if kind.is_peer() => Outcome::blocked(format!(
                "no backup could be stored for this check: {}",
                failure.message
            )),
            _ => failure.into(),
        }),
    }
}

async fn removes(context: &Context) -> Judged {
    let backup = context.recycled().await;
    store(context, &backup).await?;
    let place = Place::Backup(backup.clone());
    let answer = context
        .perform(context.client(), Operation::Delete, place, None)
        .await?;
    // If the first answer was lost, the second request finds nothing to delete.
    let is_done = accepts(context.transport(), Operation::Delete, &answer)
        || (answer.asked_again && answer.proves_absence());
    if !is_done && answer.proves_absence() {
        let there = context.send(Request::get(&backup)).await?;
        if !there.is_success() {
            return Ok(Outcome::blocked(
                "no backup could be stored for this check: it was not there after the upload",
            ));
        }
    }
    if !is_done {
        let asked = (Method::Delete, Subject::StoredBackup);
        return Ok(diagnosed_at_once(context, &answer, "a DELETE of a backup", asked).into());
    }
    let after = context.send(Request::get(&backup)).await?;
    Ok(if after.is_success() {
        Outcome::deviates(
            Stage::Http,
            format!(
                "DELETE returned {}, but a GET still returns the backup",
                answer.status
            ),
        )
    } else if after.proves_absence() {
        Outcome::pass(format!("{}, and then {}", answer.status, after.status))
    } else {
        Outcome::blocked(format!(
            "DELETE returned {}, and a GET afterwards {}, which does not show whether the backup is gone",
            answer.status,
            describe(&after)
        ))
    })
}

async fn missing(context: &Context) -> Judged {
    let backup = context.recycled().await;
    context.discard(&backup).await;
    let answer = context.send(Request::delete(&backup)).await?;
    if answer.status == 404 {
        return Ok(Outcome::pass("404"));
    }
    let after = context.send(Request::get(&backup)).await?;
    Ok(if after.is_success() {
        Outcome::blocked("a backup that was deleted is still there; see `delete.removes`")
    } else {
        let observed = format!(
            "a DELETE of a backup that is not there returned {}",
            describe(&answer)
        );
        Outcome::deviates(Stage::Http, observed)
    })
}
