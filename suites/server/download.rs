//! Downloads: a missing backup is an error, a replaced backup is the new one, and Desktop can
//! download.

use super::auth::specimen;
use super::facets::{DESKTOP_BY_HTTP, MOBILE, WHOLE};
use super::judge::{Doing, Judged, accepts, describe, difference, refusal};
use super::upload::{download, judge_restore, stored};
use crate::clients::Operation;
use crate::engine::{Deviation, Outcome, checks};
use crate::engine::{Effect, Level};
use crate::safe::{Client, Clients, Directions, Stage, clause};
use crate::wire::{Answer, Context, Facet, Method, Place, Recipe, Request};

checks! { Context;
    /// A missing backup is answered with an error.
    MISSING = Check {
        id: "download.missing",
        clause: clause::STATUS,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::RESTORE,
        variants: MOBILE,
        needs: &["config.readable"],
        effect: Effect::Reads,
        expected: "an error, preferably 404, for a GET of a backup that was never uploaded",
        remedy: "Let the server answer 404 for files that do not exist. The apps treat any page with status 200 as a backup, and then fail to restore it.",
        run: missing,
    }

    /// A missing backup is answered with 404.
    NOT_FOUND = Check {
        id: "download.not-found",
        clause: clause::STATUS,
        level: Level::Recommended,
        clients: Clients::ALL,
        breaks: Directions::RESTORE,
        variants: &[Facet::As(Client::Android), Facet::As(Client::Ios), Facet::As(Client::Desktop)],
        needs: &["config.readable"],
        effect: Effect::Reads,
        expected: "404 for a backup that was never uploaded",
        remedy: "Let the server answer 404 for files that do not exist. With another status the app shows another message than \"no backup found\".",
        run: not_found,
    }

    /// A malformed backup ID is an error of the client, not of the server.
    MALFORMED = Check {
        id: "download.malformed",
        clause: clause::STATUS,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["config.readable"],
        effect: Effect::Reads,
        expected: "400 or 404 for a GET of a name that is not a backup ID",
        remedy: "No app sends this request, but a server that fails on it may fail on other input as well.",
        run: malformed,
    }

    /// A download after an overwrite is never the old backup.
    FRESH = Check {
        id: "download.fresh",
        clause: clause::DOWNLOAD,
        level: Level::Required,
        clients: Clients::ALL,
        breaks: Directions::RESTORE,
        variants: WHOLE,
        needs: &["upload.overwrite"],
        effect: Effect::WritesOwnBackup,
        expected: "the new bytes in every GET after an overwrite",
        remedy: "Exclude `backups` from every cache on the way, and send `Cache-Control: no-store` with it.",
        run: fresh,
    }

    /// Desktop can ask whether a backup exists.
    HEAD = Check {
        id: "desktop.head",
        clause: clause::DOWNLOAD,
        level: Level::Recommended,
        clients: Clients::DESKTOP,
        breaks: Directions::RESTORE,
        variants: DESKTOP_BY_HTTP,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "exactly 200 for a HEAD of a backup that exists, with Desktop's User-Agent",
        remedy: "Answer HEAD wherever GET is answered, and accept any User-Agent. Desktop's begins with `Threema Desktop/`.",
        run: head,
    }

    /// Desktop can download and restore.
    DESKTOP = Check {
        id: "desktop.restore",
        clause: clause::DOWNLOAD,
        level: Level::Recommended,
        clients: Clients::DESKTOP,
        breaks: Directions::RESTORE,
        variants: DESKTOP_BY_HTTP,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "exactly 200 for a GET of a backup, with Desktop's User-Agent, and a backup that opens",
        remedy: "Accept any User-Agent (Desktop's begins with `Threema Desktop/`), and answer a GET with 200.",
        run: desktop,
    }
}

async fn missing(context: &Context) -> Judged {
    let answer = context.missing_as(context.client()).await?;
    Ok(if answer.is_success() {
        Outcome::deviates(
            Stage::Http,
            format!(
                "a request for a backup that was never uploaded returned {}",
                describe(&answer)
            ),
        )
    } else if (answer.is_redirect() && answer.leads_to.is_none()) || answer.status >= 500 {
        // Existing backups are answered correctly, so the check's own remedy is more specific.
        Deviation {
            remedy: None,
            ..refusal(&answer, "a GET of a backup that was never uploaded")
        }
        .into()
    } else {
        Outcome::pass(format!("{}", answer.last_status()))
    })
}

async fn not_found(context: &Context) -> Judged {
    let client = context.client();
    let (method, answer) = if client == Client::Desktop {
        let probing = context.perform(client, Operation::Probe, Place::Missing, None);
        ("HEAD", probing.await?)
    } else {
        ("GET", context.missing_as(client).await?)
    };
    Ok(if answer.last_status() == 404 {
        Outcome::pass("404")
    } else {
        Outcome::deviates(
            Stage::Http,
            format!("a {method} returned {}", describe(&answer)),
        )
    })
}

async fn malformed(context: &Context) -> Judged {
    let answer = escape(context).await?;
    Ok(if (400..500).contains(&answer.status) {
        Outcome::pass(format!("{}", answer.status))
    } else if answer.is_success() && answer.body.sha256 == context.config().await?.body.sha256 {
        Outcome::not_applicable("it led to `config`; see `privacy.encoded-slash`")
    } else {
        Outcome::deviates(Stage::Http, format!("returned {}", describe(&answer)))
    })
}

/// Returns the answer to a GET below `backups` of a name that is not a backup ID and tries to leave
/// the folder. Sent once in a run.
pub(super) async fn escape(context: &Context) -> Answer {
    let request = Request::new(Method::Get, Place::Below("/backups/..%2fconfig"))
        .header("Accept", "application/octet-stream");
    context.once("shared.encoded-slash", request).await
}

/// What helps where an overwritten backup is not returned at all.
const LOST_BY_OVERWRITE: &str = "Look in the server's log for the second upload and this GET: what is uploaded over another backup must be there as soon as the upload is answered.";

async fn fresh(context: &Context) -> Judged {
    let first = context.payload("first", Recipe::Random(2000));
    let second = context.payload("second", Recipe::Random(2000));
    let backup = context.own_backup("backup");
    // After this every cache has seen it: storing reads it back, and this reads it once more.
    stored(context, &backup, &first).await?;
    context.send(Request::get(&backup)).await?;
    let answer = context.send(Request::put(&backup, &second)).await?;
    if !answer.is_success() {
        return Ok(Outcome::blocked(format!(
            "an upload over it returned {}",
            describe(&answer)
        )));
    }
    for attempt in ["first", "second", "third"] {
        let answer = context
            .send(Request::get(&backup))
            .await
            .doing("a GET after an overwrite")?;
        if answer.body.is(&first) {
            return Ok(Outcome::deviates(
                Stage::Size,
                format!("the {attempt} GET after an overwrite returned the old backup"),
            ));
        }
        if !answer.is_success() {
            let observed = format!(
                "the {attempt} GET after an overwrite returned {}",
                describe(&answer)
            );
            return Ok(Deviation::new(Stage::Http, observed)
                .remedy(LOST_BY_OVERWRITE)
                .into());
        }
        if let Some(difference) = difference(&answer.body, &second) {
            return Ok(Outcome::deviates(
                Stage::Size,
                format!("the new backup {difference}"),
            ));
        }
    }
    Ok(Outcome::pass(
        "every GET after an overwrite returned the new backup",
    ))
}

async fn head(context: &Context) -> Judged {
    let (backup, _) = specimen(context).await?;
    let place = Place::Backup(backup);
    let answer = context
        .perform(Client::Desktop, Operation::Probe, place, None)
        .await?;
    Ok(if accepts(context.transport(), Operation::Probe, &answer) {
        Outcome::pass("200")
    } else {
        Outcome::deviates(
            Stage::Http,
            format!(
                "a HEAD of a backup that exists returned {}",
                describe(&answer)
            ),
        )
    })
}

async fn desktop(context: &Context) -> Judged {
    let (payload, private_key) = context.sealed("backup");
    let backup = context.own_backup("backup");
    stored(context, &backup, &payload).await?;
    let answer = download(context, &backup, "a GET of a backup that exists").await?;
    Ok(judge_restore(context, &answer, &private_key))
}
