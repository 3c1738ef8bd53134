//! One upload of some size, and the download that follows it.

use super::super::judge::{describe, difference};
use crate::diagnosis::{
    Diagnosis, Evidence, Silence, Subject, answered_by, diagnose, diagnose_silence,
};
use crate::engine::Outcome;
use crate::safe::Stage;
use crate::wire::{Context, HttpChoice, Method, OwnBackup, Recipe, Request, Response};

/// The largest upload that these checks try, in bytes, even if `--max-upload` allows more: a body
/// is held in memory.
pub(super) const LARGEST_TRIED: u64 = 64 * 1024 * 1024;

/// The check whose refusals mean that the limit is one byte short.
pub(super) const EXACT_ID: &str = "limits.exact";

/// The result of an upload of some size.
pub(super) enum Size {
    Stored,
    /// Accepted, but came back changed: how, and if it was cut, how many bytes were left.
    Damaged(String, Option<u64>),
    Refused(Refusal),
}

impl Size {
    /// Returns where and how it failed; `None` if it is stored.
    pub(super) fn failure(&self) -> Option<(Stage, String)> {
        match self {
            Self::Stored => None,
            Self::Damaged(how, _) => Some((Stage::Size, how.clone())),
            Self::Refused(Refusal {
                stage, observed, ..
            }) => Some((*stage, format!("was refused: {observed}"))),
        }
    }

    /// Returns whether the server had an error or gave no answer, which may pass.
    pub(super) const fn is_error(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.why.is_error())
    }

    /// Returns whether the answer is 413.
    pub(super) const fn is_too_large(&self) -> bool {
        matches!(self, Self::Refused(refusal) if matches!(refusal.why, Why::Status(413)))
    }
}

/// Why an upload was refused, for its size or not.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) stage: Stage,
    /// What was seen, with the server's own sentence.
    pub(super) observed: String,
    pub(super) why: Why,
    pub(super) problem: Option<Diagnosis>,
    pub(super) answered_by: Option<String>,
}

/// The kinds of refusal; each has its own fix if the size is the reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Why {
    /// The server answered this status.
    Status(u16),
    /// No answer: the connection was closed, or the time ran out.
    NoAnswer,
}

impl Why {
    /// Returns whether the status itself names the size as the reason. Source: clause 4.6.
    pub(super) const fn names_the_size(self) -> bool {
        matches!(self, Self::Status(400 | 413))
    }

    /// Returns whether the server had an error or gave no answer, which may pass.
    pub(super) const fn is_error(self) -> bool {
        matches!(self, Self::NoAnswer | Self::Status(500..))
    }

    /// Returns whether the limit can be found to the byte. A quota, or what is left of a disk,
    /// changes while other backups come and go, where each failed upload may leave a part behind;
    /// and a missing answer costs the whole timeout.
    pub(super) const fn is_searched_to_the_byte(self) -> bool {
        !matches!(self, Self::Status(500 | 507) | Self::NoAnswer)
    }
}

/// The request of these checks.
const LARGE_UPLOAD: (Method, Subject) = (Method::Put, Subject::LargeBackup);
const EXACT_UPLOAD: (Method, Subject) = (Method::Put, Subject::ExactBackup);

/// Returns the problem that a refusal shows. The caller verifies that smaller backups are stored
/// before it reports the problem.
fn problem_of(context: &Context, answer: &Response) -> Option<Diagnosis> {
    let facts = context.facts();
    let shown_by = |(method, subject): (Method, Subject)| {
        let (base, login) = (&facts.base, facts.login);
        diagnose(&Evidence::of(base, login, method, subject, answer))
    };
    let is_exact = context.check_id() == EXACT_ID;
    let of_exact = is_exact.then(|| shown_by(EXACT_UPLOAD)).flatten();
    of_exact.or_else(|| shown_by(LARGE_UPLOAD))
}

pub(super) async fn attempt(
    context: &Context,
    backup: &OwnBackup,
    size: u64,
) -> Result<Size, Outcome> {
    attempt_over(HttpChoice::Any, context, backup, size).await
}

pub(super) async fn attempt_over(
    http: HttpChoice,
    context: &Context,
    backup: &OwnBackup,
    size: u64,
) -> Result<Size, Outcome> {
    let length = usize::try_from(size).unwrap_or(usize::MAX);
    let payload = context.payload(&size.to_string(), Recipe::Random(length));
    let mut put = Request::put(backup, &payload);
    put.http = http;
    let answer = match context.send(put).await {
        Ok(answer) => answer,
        Err(failure) if failure.kind.is_peer() => {
            return Ok(Size::Refused(Refusal {
                stage: failure.stage,
                observed: failure.message,
                why: Why::NoAnswer,
                problem: diagnose_silence(&Silence {
                    asked: Some(LARGE_UPLOAD),
                    kind: failure.kind,
                }),
                answered_by: None,
            }));
        }
        Err(failure) => return Err(failure.into()),
    };
    if !answer.is_success() {
        let is_size = matches!(answer.status, 413 | 507);
        return Ok(Size::Refused(Refusal {
            stage: if is_size { Stage::Size } else { Stage::Http },
            observed: describe(&answer),
            why: Why::Status(answer.status),
            problem: problem_of(context, &answer),
            answered_by: answered_by(&answer),
        }));
    }
    let mut get = Request::get(backup).reading(length);
    get.http = http;
    let after = match context.send(get).await {
        Ok(after) => after,
        Err(failure) if failure.kind.is_peer() => {
            let how = format!("was accepted, but a GET of it failed: {}", failure.message);
            return Ok(Size::Damaged(how, None));
        }
        Err(failure) => return Err(failure.into()),
    };
    if !after.is_success() {
        let how = format!(
            "was accepted, but a GET of it returned {}",
            describe(&after)
        );
        return Ok(Size::Damaged(how, None));
    }
    Ok(match difference(&after.body, &payload) {
        None => Size::Stored,
        Some(how) => {
            let is_cut = after.body.is_cut_from(&payload);
            Size::Damaged(how, is_cut.then_some(after.body.length))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
