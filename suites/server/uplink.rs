//! Whether a server waits for an upload over a slow line.

use super::facets::WHOLE;
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
        expected: "a stored backup after an upload that takes as long as --slow-uplink says, with one piece per second",
        remedy: "Raise the time limit for an upload in the server and in the proxy in front of it.",
        run: slow_uplink,
    }
}

/// How many bytes are sent slowly: the size of a backup with a few hundred contacts.
const SIZE: usize = 128 * 1024;
/// The largest number of pieces, sent one per second.
const MOST_PIECES: usize = 600;

async fn slow_uplink(context: &Context) -> Judged {
    let Some(takes) = context.facts().slow_uplink else {
        return Ok(Outcome::blocked("this check runs only with --slow-uplink"));
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
            format!("an upload that takes {took} returned {}", describe(&put)),
        ));
    }
    let get = Request::get(&backup).reading(payload.len());
    let after = context.send(get).await?;
    if !after.is_success() && !after.proves_absence() {
        return Ok(Outcome::blocked(format!(
            "an upload that takes {took} returned {}, and a GET afterwards {}, which does not show what is there",
            describe(&put),
            describe(&after)
        )));
    }
    if !after.is_success() {
        return Ok(Outcome::deviates(
            Stage::Http,
            format!(
                "an upload that takes {took} returned {}, then a GET {}",
                describe(&put),
                describe(&after)
            ),
        ));
    }
    Ok(match difference(&after.body, &payload) {
        None => Outcome::pass(format!("an upload that takes {took} is stored completely")),
        Some(difference) => Outcome::deviates(
            Stage::Size,
            format!("an upload that takes {took} {difference}"),
        ),
    })
}

/// Returns the outcome if the slow upload got no answer. Smaller and quicker uploads were stored.
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
