//! Sizes: the server takes what its config promises, and not much more.

use super::WHOLE;
use super::config::config;
use super::judge::{Judged, bytes, describe, difference};
use super::upload::stored;
use crate::engine::{Deviation, Outcome, checks};
use crate::engine::{Effect, Level};
use crate::safe::{Clients, Directions, Stage, clause};
use crate::wire::{Context, OwnBackup, Recipe, Request, Turn};

checks! { Context;
    /// The largest backup that every client uploads is taken.
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
        remedy: "Raise the limit of the server or of the proxy before it (nginx: `client_max_body_size`; Apache: `LimitRequestBody`), or lower maxBackupBytes in `config` to what really passes.",
        run: below,
    }

    /// A backup of exactly the promised size is taken.
    EXACT = Check {
        id: "limits.exact",
        clause: clause::SIZE,
        level: Level::Required,
        clients: Clients::ANDROID,
        breaks: Directions::BACKUP,
        variants: WHOLE,
        needs: &["limits.below"],
        effect: Effect::WritesOwnBackup,
        expected: "a backup of exactly maxBackupBytes is stored and comes back: Android uploads it, iOS does not",
        remedy: "Let the server's limit be maxBackupBytes itself, or one byte more.",
        run: exact,
    }

    /// A larger backup is refused.
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
        remedy: "The apps keep to the limit by themselves; set a quota or a limit if strangers can upload.",
        run: above,
    }
}

/// The limit that the config promises, in bytes.
async fn promised(context: &Context) -> Result<u64, Outcome> {
    let limit = config(context).await?.max_backup_bytes;
    u64::try_from(limit).map_err(|_| Outcome::blocked(format!("maxBackupBytes is {limit}")))
}

/// What came of uploading so many bytes.
enum Size {
    Stored,
    /// Accepted, and came back otherwise.
    Damaged(String),
    /// Refused, or the connection was closed; and whether the size may be the reason.
    Refused(Stage, String, bool),
}

async fn attempt(context: &Context, backup: &OwnBackup, size: u64) -> Result<Size, Outcome> {
    let length = usize::try_from(size).unwrap_or(usize::MAX);
    let payload = context.payload(&size.to_string(), Recipe::Random(length));
    let answer = match context.send(Request::put(backup, &payload)).await {
        Ok(answer) => answer,
        Err(failure) if failure.kind.is_peer() => {
            return Ok(Size::Refused(failure.stage, failure.message, true));
        }
        Err(failure) => return Err(failure.into()),
    };
    if !answer.is_success() {
        let stage = if answer.status == 413 {
            Stage::Size
        } else {
            Stage::Http
        };
        return Ok(Size::Refused(
            stage,
            describe(&answer),
            matches!(answer.status, 400 | 413),
        ));
    }
    let after = match context.send(Request::get(backup).reading(length)).await {
        Ok(after) => after,
        Err(failure) if failure.kind.is_peer() => {
            return Ok(Size::Damaged(format!(
                "was accepted, and a GET of it failed: {}",
                failure.message
            )));
        }
        Err(failure) => return Err(failure.into()),
    };
    Ok(if after.is_success() {
        difference(&after.body, &payload).map_or(Size::Stored, Size::Damaged)
    } else {
        Size::Damaged(format!(
            "was accepted, and a GET of it answered {}",
            describe(&after)
        ))
    })
}

/// Judges an upload of `size` bytes that must be taken; looks for the real limit if it is not.
async fn must_store(context: &Context, size: u64) -> Judged {
    let budget = context.facts().max_upload;
    // Half of the budget is for finding the real limit.
    let tested = size.min(budget / 2);
    let backup = context.own_backup("backup");
    Ok(match attempt(context, &backup, tested).await? {
        Size::Stored if tested < size => Outcome::blocked(format!(
            "config promises room for {}; tested with {tested} only: --max-upload {} tests it whole",
            bytes(size),
            size.saturating_mul(2)
        )),
        Size::Stored => Outcome::pass(format!("{} stored and read back", bytes(size))),
        Size::Damaged(how) => {
            // Where a small one fares no better, size is not the matter.
            let small = context.payload("small", Recipe::Random(600));
            stored(context, &context.own_backup("small"), &small).await?;
            Outcome::deviates(Stage::Size, format!("a backup of {tested} bytes {how}"))
        }
        Size::Refused(_, how, false) => {
            Outcome::blocked(format!("no backup could be stored to try it with: {how}"))
        }
        Size::Refused(stage, how, true) => {
            let search = Search {
                taken: 0,
                refused: tested,
                budget: budget - tested,
            };
            let (limit, remedy) = search.run(context, &backup).await?;
            if limit.is_empty() {
                return Ok(Outcome::blocked(format!(
                    "no backup of any size is taken: {how}"
                )));
            }
            let deviation =
                Deviation::new(stage, format!("{tested} bytes refused: {how}; {limit}"));
            match remedy {
                Some(limit) => deviation.remedy(format!(
                    "Raise the limit of the server or of the proxy before it (nginx: `client_max_body_size`; Apache: `LimitRequestBody`), or set maxBackupBytes in `config` to {limit}."
                )),
                None => deviation,
            }
            .into()
        }
    })
}

/// Limits that people and programs set, in bytes: tried before the search narrows down blindly.
const USUAL_LIMITS: [u64; 10] = [
    65_536, 100_000, 131_072, 250_000, 262_144, 500_000, 524_288, 1_000_000, 1_048_576, 10_485_760,
];

/// A search for the largest size that is taken.
struct Search {
    /// Known to be taken.
    taken: u64,
    /// Known to be refused.
    refused: u64,
    /// Bytes that may still be sent.
    budget: u64,
}

impl Search {
    /// What was found, empty if no size at all was taken; and the limit for `config` if it is exact.
    async fn run(
        mut self,
        context: &Context,
        backup: &OwnBackup,
    ) -> Result<(String, Option<u64>), Outcome> {
        // From below, so that little is sent to find a low limit under a high promise.
        let mut size = 4096;
        while size < self.refused
            && self.try_size(context, backup, size).await?
            && self.taken == size
        {
            size *= 2;
        }
        for usual in USUAL_LIMITS {
            for size in [usual, usual + 1] {
                if self.taken < size && size < self.refused {
                    self.try_size(context, backup, size).await?;
                }
            }
        }
        while self.refused - self.taken > 1 {
            let middle = self.taken + (self.refused - self.taken) / 2;
            if !self.try_size(context, backup, middle).await? {
                let range = format!(
                    "the real limit lies between {} and {} bytes",
                    self.taken, self.refused
                );
                return Ok((range, None));
            }
        }
        Ok(match self.taken {
            0 => (String::new(), None),
            limit => (format!("the real limit is {limit} bytes"), Some(limit)),
        })
    }

    /// Tries one size; whether the budget allowed it.
    async fn try_size(
        &mut self,
        context: &Context,
        backup: &OwnBackup,
        size: u64,
    ) -> Result<bool, Outcome> {
        if size > self.budget {
            return Ok(false);
        }
        self.budget -= size;
        match attempt(context, backup, size).await? {
            Size::Stored => self.taken = size,
            Size::Damaged(_) | Size::Refused(..) => self.refused = size,
        }
        Ok(true)
    }
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
    if size > context.facts().max_upload {
        return Ok(Outcome::blocked(format!(
            "{size} bytes are more than --max-upload allows to send"
        )));
    }
    let backup = context.in_turn(Turn::Recycled).await;
    Ok(match attempt(context, &backup, size).await? {
        Size::Refused(_, how, true) => Outcome::pass(format!("{size} bytes refused: {how}")),
        Size::Refused(_, how, false) => Outcome::blocked(format!("{size} bytes refused: {how}")),
        Size::Stored | Size::Damaged(_) => Outcome::deviates(
            Stage::Size,
            format!("{size} bytes were taken: no limit is enforced at maxBackupBytes"),
        ),
    })
}
