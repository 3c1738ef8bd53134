//! Sizes: the server accepts what its config promises, and not much more.

mod attempt;
mod search;
mod uploads;

use self::attempt::{EXACT_ID, LARGEST_TRIED, Size, Why, attempt};
use self::uploads::must_store;
use super::config::limits;
use super::facets::WHOLE;
use super::judge::Judged;
use crate::engine::{Effect, Level, Outcome, checks};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::wire::Context;

checks! { Context;
    /// The server accepts the largest backup that every client uploads.
    BELOW = Check {
        id: "limits.below",
        clause: clause::SIZE,
        level: Level::Required,
        clients: Clients::MOBILE,
        breaks: Directions::BACKUP,
        variants: WHOLE,
        needs: &["config.limit"],
        effect: Effect::WritesOwnBackup,
        expected: "a backup of maxBackupBytes - 1 bytes is stored and comes back",
        remedy: "Raise the limit of the server or of the proxy in front of it, or lower maxBackupBytes in `config` to what is really accepted.",
        run: below,
    }

    /// The server accepts a backup of exactly the promised size.
    EXACT = Check {
        id: EXACT_ID,
        clause: clause::SIZE,
        level: Level::Required,
        clients: Clients::ANDROID,
        breaks: Directions::BACKUP,
        variants: WHOLE,
        needs: &["limits.below"],
        effect: Effect::WritesOwnBackup,
        expected: "a backup of exactly maxBackupBytes is stored and comes back. Android uploads it, iOS does not",
        remedy: "Let the server's limit be maxBackupBytes itself, or one byte more.",
        run: exact,
    }

    /// The server refuses a larger backup.
    ABOVE = Check {
        id: "limits.above",
        clause: clause::SIZE,
        level: Level::Informational,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants: WHOLE,
        needs: &["limits.below"],
        effect: Effect::WritesOwnBackup,
        expected: "413 (or 400) for a backup of maxBackupBytes + 1 bytes",
        remedy: "The apps respect the limit on their own; set a quota or a limit if anybody can upload.",
        run: above,
    }
}

/// Returns the limit that the config promises, in bytes.
async fn promised(context: &Context) -> Result<u64, Outcome> {
    let limit = limits(context).await?.last().copied().unwrap_or_default();
    u64::try_from(limit).map_err(|_| Outcome::blocked(format!("maxBackupBytes is {limit}")))
}

async fn below(context: &Context) -> Judged {
    let limit = promised(context).await?;
    must_store(context, limit.saturating_sub(1)).await
}

async fn exact(context: &Context) -> Judged {
    let limit = promised(context).await?;
    must_store(context, limit).await
}

async fn above(context: &Context) -> Judged {
    let limit = promised(context).await?;
    let size = limit.saturating_add(1);
    if size > context.facts().max_upload.min(LARGEST_TRIED) {
        return Ok(Outcome::blocked(format!(
            "{size} bytes are more than this run may send; --max-upload allows at most {LARGEST_TRIED}"
        )));
    }
    let backup = context.recycled().await;
    Ok(match attempt(context, &backup, size).await? {
        Size::Refused(refusal) => {
            let observed = format!("{size} bytes refused: {}", refusal.observed);
            if refusal.why.names_the_size() || refusal.why == Why::NoAnswer {
                Outcome::pass(observed)
            } else {
                Outcome::blocked(observed)
            }
        }
        Size::Stored | Size::Damaged(..) => Outcome::deviates(
            Stage::Size,
            format!("{size} bytes were accepted: the server does not enforce maxBackupBytes"),
        ),
    })
}
