//! Sizes: the server accepts what its config promises, and not much more.

mod attempt;

use self::attempt::{Size, Why, attempt, attempt_over};
use super::config::limits;
use super::facets::WHOLE;
use super::judge::{Judged, bytes, describe, with_problem};
use super::upload::stored;
use crate::clients::Condition;
use crate::diagnosis::{BACKUP_CHANGED, HTTP2_FAILS, certain};
use crate::engine::{Blocker, Deviation, Outcome, checks};
use crate::engine::{Effect, Level};
use crate::safe::config::USUAL_MAX_BACKUP_BYTES;
use crate::safe::{Clients, Directions, Stage, clause};
use crate::wire::{Context, HttpChoice, OwnBackup, Recipe, Request};
use std::fmt;
use std::time::Duration;

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
        id: "limits.exact",
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

/// The largest upload that these checks try, in bytes, even if `--max-upload` allows more: a body
/// is held in memory.
const LARGEST_TRIED: u64 = 64 * 1024 * 1024;

/// Judges an upload of `size` bytes that the server must accept. Searches for the real limit if it
/// does not.
async fn must_store(context: &Context, size: u64) -> Judged {
    let budget = context.facts().max_upload;
    // Half of the budget is for finding the real limit.
    let tested = size.min(budget / 2).min(LARGEST_TRIED);
    let backup = context.own_backup("backup");
    // Phones use HTTP/2 where it is offered.
    let mut first = attempt_over(HttpChoice::Newest, context, &backup, tested).await?;
    let mut attempts = 1;
    // A 413 is hardly about the version: a small budget is better spent on the real limit.
    if let Some(failure) = first.failure()
        && (leaves_room(budget, tested) || !first.is_too_large())
        && context.speaks_both().await
    {
        let over_one = attempt(context, &backup, tested).await?;
        if over_one.failure().is_none() {
            let is_error = first.is_error();
            return only_over_one(context, &backup, (size, tested), failure, is_error).await;
        }
        first = over_one;
        attempts = 2;
    }
    let refusal = match first {
        Size::Stored if tested < size => return Ok(tested_less(size, tested)),
        Size::Stored => return still_there(context, &backup, size).await,
        Size::Damaged(how, left) => {
            let taken = small_is_stored(context, tested).await?;
            let what = format!("a backup of {tested} bytes {how}");
            let Some(left) = left else {
                return Ok(Outcome::deviates(Stage::Size, what));
            };
            let search = Search {
                taken,
                refused: tested,
                budget: budget.saturating_sub(tested.saturating_mul(attempts)),
                to_the_byte: true,
            };
            let limit = search.run(context, &backup).await?;
            // What cuts at a limit leaves as much as the limit, or nothing.
            if left == 0 || limit.allows(left) {
                return Ok(Outcome::deviates(Stage::Size, format!("{what}; {limit}")));
            }
            let deviation = Deviation::new(Stage::Size, what);
            return Ok(with_problem(deviation, certain(BACKUP_CHANGED)).into());
        }
        Size::Refused(refusal) => refusal,
    };
    let taken = small_is_stored(context, tested).await?;
    if !refusal.why.names_the_size() && attempts == 1 {
        // A refusal for another reason proves nothing at once: a refusal for the size must repeat.
        attempts = 2;
        if let Size::Stored | Size::Damaged(..) = attempt(context, &backup, tested).await? {
            let once = Once {
                seen: format!(
                    "{tested} bytes were refused once and accepted the second time: {}",
                    refusal.observed
                ),
                is_error: refusal.why.is_error(),
            };
            return third_attempt(HttpChoice::Any, context, &backup, (size, tested), once).await;
        }
    }
    let search = Search {
        taken,
        refused: tested,
        budget: budget.saturating_sub(tested.saturating_mul(attempts)),
        to_the_byte: refusal.why.is_searched_to_the_byte(),
    };
    let limit = search.run(context, &backup).await?;
    if refusal.why == Why::Status(413) {
        context.note(Condition::RefusedWith413);
    }
    let observed = format!("{tested} bytes refused: {}; {limit}", refusal.observed);
    let mut deviation = Deviation::new(refusal.stage, observed);
    deviation.answered_by = refusal.answered_by;
    if let Limit::Exactly(limit) = limit {
        deviation.alternative = stopgap(limit);
    }
    Ok(with_problem(deviation, refusal.problem).into())
}

/// Judges an upload of `tested` bytes that failed once and was then stored. A server that restarts
/// has an error once; a refusal by a rule is not passed over.
async fn third_attempt(
    http: HttpChoice,
    context: &Context,
    backup: &OwnBackup,
    (size, tested): (u64, u64),
    once: Once,
) -> Judged {
    if once.is_error {
        let again = attempt_over(http, context, backup, tested).await?;
        if matches!(again, Size::Stored) {
            return if tested < size {
                Ok(tested_less(size, tested))
            } else {
                still_there(context, backup, size).await
            };
        }
    }
    Ok(Outcome::blocked(once.seen))
}

/// What failed once.
struct Once {
    /// What was seen, with what came after it.
    seen: String,
    /// Whether it was an error of the server or no answer, and no refusal.
    is_error: bool,
}

/// Returns whether a budget has room for an upload over each HTTP version and one more.
const fn leaves_room(budget: u64, tested: u64) -> bool {
    tested.saturating_mul(3) <= budget
}

/// Judges an upload of `tested` bytes that failed over HTTP/2, and was stored over HTTP/1.1. It is
/// repeated, because one failure proves nothing.
async fn only_over_one(
    context: &Context,
    backup: &OwnBackup,
    (size, tested): (u64, u64),
    (stage, how): (Stage, String),
    is_error: bool,
) -> Judged {
    let observed = format!("a backup of {tested} bytes {how}; over HTTP/1.1 it is stored");
    if !leaves_room(context.facts().max_upload, tested) {
        let why = format!("{observed}; --max-upload leaves no room to repeat it");
        return Ok(Outcome::blocked_by(Blocker::HarnessLimit, why));
    }
    let again = attempt_over(HttpChoice::Newest, context, backup, tested).await?;
    if again.failure().is_none() {
        let seen = format!("{observed}, and over HTTP/2 the second time");
        let once = Once { seen, is_error };
        let http = HttpChoice::Newest;
        return third_attempt(http, context, backup, (size, tested), once).await;
    }
    let deviation = Deviation::new(stage, observed);
    Ok(with_problem(deviation, certain(HTTP2_FAILS)).into())
}

/// Returns what helps where the limit cannot be raised; nothing if few backups would fit.
fn stopgap(limit_bytes: u64) -> Option<String> {
    const FEW: u64 = 32 * 1024;
    let usual = u64::try_from(USUAL_MAX_BACKUP_BYTES).unwrap_or(u64::MAX);
    if limit_bytes >= usual {
        Some(format!("Set maxBackupBytes in `config` to {limit_bytes}."))
    } else if limit_bytes >= FEW {
        Some(format!(
            "As a stopgap, set maxBackupBytes in `config` to {limit_bytes}: larger backups then stop, and a warning remains."
        ))
    } else {
        None
    }
}

/// How long to wait before looking at a backup again: a job that removes large files runs after the
/// upload.
const LATER: Duration = Duration::from_millis(400);

/// Looks a second time at a backup of `size` bytes that came back complete at first.
async fn still_there(context: &Context, backup: &OwnBackup, size: u64) -> Judged {
    let length = usize::try_from(size).unwrap_or(usize::MAX);
    let payload = context.payload(&size.to_string(), Recipe::Random(length));
    context.pause(LATER).await;
    let answer = context.send(Request::get(backup).reading(length)).await?;
    let gone = matches!(answer.status, 404 | 410);
    Ok(if answer.is_success() && answer.body.is(&payload) {
        Outcome::pass(format!("{} stored and read back", bytes(size)))
    } else if gone || answer.is_success() {
        Deviation::new(
            Stage::Size,
            format!("{} stored and read back, but gone a moment later: {}", bytes(size), describe(&answer)),
        )
        .remedy("Look for a job or a filter that removes or changes large files after an upload (virus scanner, quota, clean-up).")
        .into()
    } else {
        Outcome::blocked(format!(
            "{} stored and read back; a GET a moment later returned {}",
            bytes(size),
            describe(&answer)
        ))
    })
}

/// Returns the outcome for a size below the promised one, which proves nothing about larger sizes.
fn tested_less(size: u64, tested: u64) -> Outcome {
    let promise = format!(
        "config promises room for {}; tested with only {tested}",
        bytes(size)
    );
    let whole = size.saturating_mul(2);
    let why = if size <= LARGEST_TRIED {
        format!("{promise}; --max-upload {whole} tests all of it")
    } else {
        format!("{promise}; uploads of more than {LARGEST_TRIED} bytes are never tried")
    };
    Outcome::blocked_by(Blocker::HarnessLimit, why)
}

/// Stores a small backup and reads it back. Returns its size in bytes. If it also fails, the size
/// is not the cause.
async fn small_is_stored(context: &Context, tested: u64) -> Result<u64, Outcome> {
    let size = tested.min(1200) / 2;
    let length = usize::try_from(size).unwrap_or_default();
    let small = context.payload("small", Recipe::Random(length));
    stored(context, &context.own_backup("small"), &small).await?;
    Ok(size)
}

/// Limits that people and programs commonly set, in bytes: tried before the search halves
/// intervals.
const USUAL_LIMITS: [u64; 12] = [
    16_384, 32_768, 65_536, 100_000, 131_072, 250_000, 262_144, 500_000, 524_288, 1_000_000,
    1_048_576, 10_485_760,
];

/// The largest size that the server accepts, as far as the search went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Limit {
    /// Exactly this many bytes.
    Exactly(u64),
    /// At least the first, and less than the second.
    Between(u64, u64),
}

impl Limit {
    /// Returns whether this may be the limit.
    const fn allows(&self, bytes: u64) -> bool {
        match self {
            Self::Exactly(limit) => *limit == bytes,
            Self::Between(taken, refused) => *taken <= bytes && bytes < *refused,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(limit) => write!(formatter, "the real limit is {limit} bytes"),
            Self::Between(taken, refused) => write!(
                formatter,
                "the real limit lies between {taken} and {refused} bytes"
            ),
        }
    }
}

/// The size at which the search begins, in bytes.
const LEAST_TRIED: u64 = 4096;

/// A search for the largest size that the server accepts.
struct Search {
    /// A size that was accepted, in bytes.
    taken: u64,
    /// A size that was refused, in bytes.
    refused: u64,
    /// The number of bytes that may still be sent.
    budget: u64,
    /// Whether to find the limit to the byte, or only between two powers of two.
    to_the_byte: bool,
}

impl Search {
    async fn run(mut self, context: &Context, backup: &OwnBackup) -> Result<Limit, Outcome> {
        // The search starts low, so that a low limit under a high promise costs little.
        let mut size = LEAST_TRIED;
        while size < self.refused && self.try_size(context, backup, size).await? {
            size *= 4;
        }
        // Stops between the steps, so that both ends are powers of two.
        let between = self.taken * 2;
        if between > LEAST_TRIED && between < self.refused {
            self.try_size(context, backup, between).await?;
        }
        if !self.to_the_byte {
            return Ok(self.found());
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
                break;
            }
        }
        Ok(self.found())
    }

    const fn found(&self) -> Limit {
        if self.refused - self.taken == 1 {
            Limit::Exactly(self.taken)
        } else {
            Limit::Between(self.taken, self.refused)
        }
    }

    /// Tries one size. Returns whether the budget allowed it. A backup that comes back damaged
    /// counts as refused.
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
            Size::Damaged(..) | Size::Refused(_) => self.refused = size,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_is_not_tried_whole_is_the_harness_limit() {
        let reason = |size, tested| match tested_less(size, tested) {
            Outcome::Blocked { by, reason } => {
                assert_eq!(by, Blocker::HarnessLimit);
                reason
            }
            other => panic!("{other:?}"),
        };
        let within = reason(LARGEST_TRIED, 4096);
        assert!(
            within.contains("--max-upload 134217728 tests all of it"),
            "{within}"
        );
        let beyond = reason(LARGEST_TRIED + 1, LARGEST_TRIED);
        assert!(
            beyond.contains("more than 67108864 bytes are never tried"),
            "{beyond}"
        );
    }

    #[test]
    fn some_refusals_name_the_size_and_some_are_searched_to_the_byte() {
        let names = |status| Why::Status(status).names_the_size();
        assert!(names(400) && names(413));
        assert!(![401, 403, 404, 500, 502, 507].into_iter().any(names));
        assert!(!Why::NoAnswer.names_the_size());
        let to_the_byte = |status| Why::Status(status).is_searched_to_the_byte();
        assert!(to_the_byte(413) && to_the_byte(502));
        assert!(!to_the_byte(500) && !to_the_byte(507));
        assert!(!Why::NoAnswer.is_searched_to_the_byte());
    }

    #[test]
    fn a_limit_is_exact_where_one_byte_more_is_refused() {
        let found = |taken, refused| {
            Search {
                taken,
                refused,
                budget: 0,
                to_the_byte: true,
            }
            .found()
        };
        assert_eq!(found(100, 101), Limit::Exactly(100));
        assert_eq!(found(100, 102), Limit::Between(100, 102));
        assert_eq!(
            found(100, 102).to_string(),
            "the real limit lies between 100 and 102 bytes"
        );
    }
}
