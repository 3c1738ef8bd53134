//! One size that a server must accept: it is uploaded, repeated where one answer proves nothing,
//! and the real limit is searched for.

use super::attempt::{LARGEST_TRIED, Refusal, Size, Why, attempt_over};
use super::search::{Limit, Search};
use crate::clients::Condition;
use crate::diagnosis::{BACKUP_CHANGED, HTTP2_FAILS, certain};
use crate::engine::{Blocker, Deviation, Outcome};
use crate::safe::Stage;
use crate::safe::config::USUAL_MAX_BACKUP_BYTES;
use crate::suites::server::judge::{Judged, bytes, describe, with_problem};
use crate::suites::server::upload::stored;
use crate::wire::{Context, HttpChoice, OwnBackup, Recipe, Request};
use std::time::Duration;

/// Judges an upload of `size` bytes that the server must accept. Searches for the real limit if it
/// does not.
pub(super) async fn must_store(context: &Context, size: u64) -> Judged {
    Uploads::of(context, size).judged().await
}

/// The uploads of one size.
struct Uploads<'a> {
    context: &'a Context,
    backup: OwnBackup,
    /// The size that the server promises, in bytes.
    size: u64,
    /// The size that is uploaded: less if the budget does not allow more.
    tested: u64,
    /// How many bytes all uploads may have together.
    budget: u64,
    /// How many uploads were sent.
    sent: u64,
}

impl<'a> Uploads<'a> {
    fn of(context: &'a Context, size: u64) -> Self {
        let budget = context.facts().max_upload;
        Self {
            context,
            backup: context.own_backup("backup"),
            size,
            // Half of the budget is for finding the real limit.
            tested: size.min(budget / 2).min(LARGEST_TRIED),
            budget,
            sent: 0,
        }
    }

    async fn attempt(&mut self, http: HttpChoice) -> Result<Size, Outcome> {
        self.sent += 1;
        attempt_over(http, self.context, &self.backup, self.tested).await
    }

    /// Returns whether the budget has room for this many uploads altogether.
    const fn has_room_for(&self, uploads: u64) -> bool {
        self.tested.saturating_mul(uploads) <= self.budget
    }

    async fn judged(mut self) -> Judged {
        // Phones use HTTP/2 where it is offered.
        let mut first = self.attempt(HttpChoice::Newest).await?;
        // A 413 is hardly about the version: a small budget is better spent on the real limit.
        if let Some(failure) = first.failure()
            && (self.has_room_for(3) || !first.is_too_large())
            && self.context.speaks_both().await
        {
            let over_one = self.attempt(HttpChoice::Any).await?;
            if over_one.failure().is_none() {
                return self.only_over_one(failure, first.is_error()).await;
            }
            first = over_one;
        }
        match first {
            Size::Stored => self.stored().await,
            Size::Damaged(how, left) => self.damaged(&how, left).await,
            Size::Refused(refusal) => self.refused(refusal).await,
        }
    }

    /// Judges an upload that came back complete.
    async fn stored(&self) -> Judged {
        if self.tested < self.size {
            return Ok(tested_less(self.size, self.tested));
        }
        still_there(self.context, &self.backup, self.size).await
    }

    /// Judges an upload that was accepted and came back changed; `left` is the number of bytes if
    /// it was cut.
    async fn damaged(&self, how: &str, left: Option<u64>) -> Judged {
        let taken = small_is_stored(self.context, self.tested).await?;
        let what = format!("a backup of {} bytes {how}", self.tested);
        let Some(left) = left else {
            return Ok(Outcome::deviates(Stage::Size, what));
        };
        let limit = self.search(taken, true).await?;
        // A server that cuts at its limit keeps as many bytes as the limit, or none.
        if left == 0 || limit.allows(left) {
            return Ok(Outcome::deviates(Stage::Size, format!("{what}; {limit}")));
        }
        let deviation = Deviation::new(Stage::Size, what);
        Ok(with_problem(deviation, certain(BACKUP_CHANGED)).into())
    }

    /// Judges an upload that was refused.
    async fn refused(mut self, refusal: Refusal) -> Judged {
        let taken = small_is_stored(self.context, self.tested).await?;
        // A refusal for another reason proves nothing at once: a refusal for the size must repeat.
        if !refusal.why.names_the_size() && self.sent == 1 {
            let again = self.attempt(HttpChoice::Any).await?;
            if let Size::Stored | Size::Damaged(..) = again {
                let seen = format!(
                    "{} bytes were refused once and accepted the second time: {}",
                    self.tested, refusal.observed
                );
                let is_error = refusal.why.is_error();
                return self.once(HttpChoice::Any, seen, is_error).await;
            }
        }
        let to_the_byte = refusal.why.is_searched_to_the_byte();
        let limit = self.search(taken, to_the_byte).await?;
        if refusal.why == Why::Status(413) {
            self.context.note(Condition::RefusedWith413);
        }
        let observed = format!(
            "{} bytes refused: {}; {limit}",
            self.tested, refusal.observed
        );
        let mut deviation = Deviation::new(refusal.stage, observed);
        deviation.answered_by = refusal.answered_by;
        if let Limit::Exactly(limit) = limit {
            deviation.alternative = stopgap(limit);
        }
        Ok(with_problem(deviation, refusal.problem).into())
    }

    async fn search(&self, taken: u64, to_the_byte: bool) -> Result<Limit, Outcome> {
        let spent = self.tested.saturating_mul(self.sent);
        let search = Search {
            taken,
            refused: self.tested,
            budget: self.budget.saturating_sub(spent),
            to_the_byte,
        };
        search.run(self.context, &self.backup).await
    }

    /// Judges an upload that failed over HTTP/2, and was stored over HTTP/1.1. It is repeated,
    /// because one failure proves nothing.
    async fn only_over_one(mut self, (stage, how): (Stage, String), is_error: bool) -> Judged {
        let observed = format!(
            "a backup of {} bytes {how}; over HTTP/1.1 it is stored",
            self.tested
        );
        if !self.has_room_for(self.sent + 1) {
            let why = format!("{observed}; --max-upload leaves no room to repeat it");
            return Ok(Outcome::blocked_by(Blocker::HarnessLimit, why));
        }
        let again = self.attempt(HttpChoice::Newest).await?;
        if again.failure().is_none() {
            let seen = format!("{observed}, and over HTTP/2 the second time");
            return self.once(HttpChoice::Newest, seen, is_error).await;
        }
        let deviation = Deviation::new(stage, observed);
        Ok(with_problem(deviation, certain(HTTP2_FAILS)).into())
    }

    /// Judges an upload that failed once and was then stored, as `seen` says. A server that
    /// restarts fails once, so one error is ignored if the next upload is stored, too; one refusal
    /// leaves the check undecided.
    async fn once(mut self, http: HttpChoice, seen: String, is_error: bool) -> Judged {
        let may_repeat = is_error && self.has_room_for(self.sent + 1);
        if may_repeat && matches!(self.attempt(http).await?, Size::Stored) {
            return self.stored().await;
        }
        Ok(Outcome::blocked(seen))
    }
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
}
