//! Whether a server waits for an upload over a slow line.

use super::WHOLE;
use super::judge::{Judged, describe, difference};
use super::upload::fitting;
use crate::engine::{Effect, Level, Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::text::duration;
use crate::wire::{Context, Failure, Manner, Recipe, Request};

checks! { Context;
    /// An upload may take longer than a minute.
    SLOW_UPLINK = Check {
        id: "upload.slow-uplink",
        clause: clause::UPLOAD,
        level: Level::Recommended,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: WHOLE,
        needs: &["upload.round-trip"],
        effect: Effect::WritesOwnBackup,
        expected: "a backup that is stored after an upload that takes as long as --slow-uplink says, one piece a second",
        remedy: "Raise the time that the server, and the proxy before it, give a whole upload.",
        run: slow_uplink,
    }
}

/// How many bytes are sent slowly: what a few hundred contacts take.
const SIZE: usize = 128 * 1024;
/// The most pieces that are sent, one a second.
const MOST_PIECES: usize = 600;

async fn slow_uplink(context: &Context) -> Judged {
    let Some(takes) = context.facts().slow_uplink else {
        return Ok(Outcome::blocked("it was not asked for"));
    };
    let size = fitting(context, SIZE).await;
    let payload = context.payload("slow", Recipe::Random(size));
    let backup = context.own_backup("backup");
    let pieces = usize::try_from(takes.as_secs())
        .map_or(MOST_PIECES, |seconds| seconds.clamp(4, MOST_PIECES));
    let pause = takes / u32::try_from(pieces).unwrap_or(1);
    let manner = Manner::Slowly { pieces, pause };
    let took = duration(takes);
    let put = match context
        .send(Request::put(&backup, &payload).manner(manner))
        .await
    {
        Ok(answer) => answer,
        Err(failure) => return Ok(ended(failure, &took)),
    };
    if !put.is_success() {
        return Ok(Outcome::deviates(
            Stage::Http,
            format!(
                "an upload that takes {took} was answered {}",
                describe(&put)
            ),
        ));
    }
    let get = Request::get(&backup).reading(payload.len());
    let after = context.send(get).await?;
    if !after.is_success() && !after.proves_absence() {
        return Ok(Outcome::blocked(format!(
            "an upload that takes {took} was answered {}, and a GET afterwards {}, which does not say what is there",
            describe(&put),
            describe(&after)
        )));
    }
    if !after.is_success() {
        return Ok(Outcome::deviates(
            Stage::Http,
            format!(
                "an upload that takes {took} was answered {}, then a GET {}",
                describe(&put),
                describe(&after)
            ),
        ));
    }
    Ok(match difference(&after.body, &payload) {
        None => Outcome::pass(format!("an upload that takes {took} is stored whole")),
        Some(difference) => Outcome::deviates(
            Stage::Size,
            format!("an upload that takes {took} {difference}"),
        ),
    })
}

/// Returns the outcome where no answer came to the slow upload; smaller and quicker ones were
/// stored.
fn ended(failure: Failure, took: &str) -> Outcome {
    if failure.kind.is_peer() {
        Outcome::deviates(
            Stage::Http,
            format!("an upload that takes {took}: {}", failure.message),
        )
    } else {
        failure.into()
    }
}
