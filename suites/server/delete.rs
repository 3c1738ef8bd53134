//! Deletion: what is deleted is gone.

use super::judge::{Judged, describe, refusal};
use super::upload::upload;
use super::{MOBILE_BY_HTTP, WHOLE};
use crate::clients::Operation;
use crate::engine::{Effect, Level};
use crate::engine::{Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::wire::{Context, Place, Recipe, Request};

checks! { Context;
    /// A deleted backup is gone.
    REMOVES = Check {
        id: "delete.removes",
        clause: clause::DELETE,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: MOBILE_BY_HTTP,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "a 2xx for a DELETE, after which a GET finds nothing",
        remedy: "Let this user delete files: when someone switches Threema Safe off or changes the password, the app deletes the old backup and forgets it.",
        run: removes,
    }

    /// Deleting what is not there is answered with 404.
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
        remedy: "No app needs it; other tools tell by it whether there was anything to delete.",
        run: missing,
    }
}

async fn removes(context: &Context) -> Judged {
    let payload = context.payload("backup", Recipe::Random(2000));
    let backup = context.own_backup("backup");
    let client = context.persona().client;
    upload(context, client, &backup, &payload, "a PUT of a backup").await?;
    let place = Place::Backup(backup.clone());
    let answer = context
        .perform(client, Operation::Delete, place, None)
        .await?;
    if !context
        .persona()
        .accepts_status(Operation::Delete, answer.status)
    {
        return Ok(refusal(
            &answer,
            "a DELETE of a backup",
            &context.facts().base,
            "/backups",
        )
        .into());
    }
    let after = context.send(Request::get(&backup)).await?;
    Ok(if after.is_success() {
        Outcome::deviates(
            Stage::Http,
            format!(
                "DELETE was answered {}, but a GET still gives the backup",
                answer.status
            ),
        )
    } else {
        Outcome::pass(format!("{}, and then {}", answer.status, after.status))
    })
}

async fn missing(context: &Context) -> Judged {
    let backup = context.own_backup("never uploaded");
    let answer = context.send(Request::delete(&backup)).await?;
    Ok(if answer.status == 404 {
        Outcome::pass("404")
    } else {
        Outcome::deviates(Stage::Http, format!("answered {}", describe(&answer)))
    })
}
