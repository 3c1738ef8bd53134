//! Uploads and downloads that meet: each sees a whole backup.

use super::super::judge::{Judged, describe};
use super::super::upload::{fitting, stored};
use crate::engine::Outcome;
use crate::safe::Stage;
use crate::wire::{Answer, Context, FailureKind, Manner, Payload, Recipe, Request};
use std::time::Duration;

pub(super) async fn concurrent(context: &Context) -> Judged {
    let size = fitting(context, 128 * 1024).await;
    let backup = context.own_backup("backup");
    let before = context.payload("before", Recipe::Random(size));
    stored(context, &backup, &before).await?;
    let payloads: Vec<_> = (0..6)
        .map(|number| context.payload(&number.to_string(), Recipe::Random(size)))
        .collect();
    let manner = Manner::Slowly {
        pieces: 8,
        pause: Duration::from_millis(4),
    };
    let requests = payloads
        .iter()
        .map(|payload| Request::put(&backup, payload).manner(manner))
        .collect();
    let answers = context.together(requests).await?;
    let accepted = answers
        .iter()
        .flatten()
        .filter(|answer| answer.is_success())
        .count();
    let after = context.send(Request::get(&backup)).await?;
    let is_one = payloads.iter().any(|payload| after.body.is(payload));
    Ok(if after.is_success() && is_one {
        let how_many = if accepted == answers.len() {
            "all"
        } else {
            "not all"
        };
        Outcome::pass(format!(
            "one of the uploads is stored completely; {how_many} succeeded"
        ))
    } else if after.is_success() && after.body.is(&before) {
        Outcome::blocked(if accepted == 0 {
            "none of the simultaneous uploads was accepted"
        } else {
            "a GET afterwards returned the backup from before the uploads; see `download.fresh`"
        })
    } else if after.is_success() {
        Outcome::deviates(Stage::Size, "what is stored now is not one of the uploads")
    } else if after.proves_absence() {
        Outcome::deviates(
            Stage::Http,
            format!("a GET afterwards returned {}", describe(&after)),
        )
    } else {
        Outcome::blocked(format!(
            "a GET afterwards returned {}, which does not show what is there",
            describe(&after)
        ))
    })
}

/// How often a backup is downloaded during an upload.
const POLLS: usize = 8;

pub(super) async fn during(context: &Context) -> Judged {
    let size = fitting(context, 128 * 1024).await;
    let old = context.payload("old", Recipe::Random(size));
    let new = context.payload("new", Recipe::Random(size));
    let backup = context.own_backup("backup");
    stored(context, &backup, &old).await?;
    let manner = Manner::Slowly {
        pieces: 16,
        pause: Duration::from_millis(10),
    };
    let upload = Request::put(&backup, &new).manner(manner);
    let mut answers = context
        .during(upload, Request::get(&backup).reading(size), POLLS)
        .await?;
    let uploaded = match answers.remove(0) {
        Ok(answer) => answer,
        // A slow server may become too slow with many requests at once.
        Err(failure) if failure.kind.is_peer() => {
            return Ok(Outcome::blocked(format!(
                "the upload itself was not answered: {}",
                failure.message
            )));
        }
        Err(failure) => return Err(failure.into()),
    };
    if !uploaded.is_success() {
        return Ok(Outcome::blocked(format!(
            "the upload itself returned {}",
            describe(&uploaded)
        )));
    }
    Ok(judge_during(&answers, &old, &new))
}

/// Judges the downloads that were answered while `new` was uploaded over `old`.
fn judge_during(answers: &[Answer], old: &Payload, new: &Payload) -> Outcome {
    let torn = |answer: &Answer| match answer {
        Ok(answer) if answer.is_success() => {
            let is_whole = answer.body.is(old) || answer.body.is(new);
            (!is_whole).then(|| "returned neither the old backup nor the new one".to_owned())
        }
        // 423 and the like mean "try again later"; a 404 means that there is no backup.
        Ok(answer) => answer
            .proves_absence()
            .then(|| format!("returned {}, as if there were no backup", answer.status)),
        // A connection may close without an answer at any time.
        Err(failure) => (failure.kind == FailureKind::BodyEnded)
            .then(|| "ended before the whole backup had arrived".to_owned()),
    };
    if let Some(how) = answers.iter().find_map(torn) {
        return Outcome::deviates(Stage::Size, format!("a GET during an upload {how}"));
    }
    if !answers.iter().any(Result::is_ok) {
        return Outcome::blocked("no GET was answered during the upload");
    }
    Outcome::pass("every GET returned the old backup or the new one, or was asked to try again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, Failure, Http, Response};

    #[allow(
        clippy::unnecessary_wraps,
        reason = "it stands beside answers that are none"
    )]
    fn given(status: u16, body: &[u8]) -> Answer {
        let body = Body::new(body.to_vec().into(), false);
        Ok(Response::new(status, Http::One, Vec::new(), body))
    }

    #[test]
    fn a_download_during_an_upload_that_deviates_says_how() {
        let said = |answer: Answer| match judge_during(
            &[answer],
            &Payload::sealed(b"the old one".to_vec()),
            &Payload::sealed(b"the new one".to_vec()),
        ) {
            Outcome::Deviates(deviation) => deviation.observed,
            other => panic!("{other:?}"),
        };
        let ended = Failure::lost(FailureKind::BodyEnded, Stage::Http, "lost");
        for (answer, how) in [
            (given(200, b"the new"), "neither the old backup nor the new"),
            (given(404, b""), "returned 404"),
            (Err(ended), "ended before the whole backup"),
        ] {
            let said = said(answer);
            assert!(said.contains(how), "{said}");
        }
    }

    #[test]
    fn a_download_during_an_upload_is_one_of_two_or_none() {
        let judged = |answers: &[Answer]| {
            let (old, new) = (b"the old one".to_vec(), b"the new one".to_vec());
            judge_during(answers, &Payload::sealed(old), &Payload::sealed(new))
        };
        let lost = |kind| Err(Failure::lost(kind, Stage::Http, "lost"));
        let (old, new) = (given(200, b"the old one"), given(200, b"the new one"));
        for passing in [
            vec![old.clone(), new.clone()],
            vec![given(423, b""), new.clone()],
            vec![given(423, b"")],
            vec![lost(FailureKind::Reset), old.clone()],
        ] {
            assert!(matches!(judged(&passing), Outcome::Pass(_)), "{passing:?}");
        }
        for torn in [
            given(200, b"the new"),
            given(200, b""),
            given(404, b""),
            lost(FailureKind::BodyEnded),
        ] {
            let answers = [old.clone(), torn, new.clone()];
            let outcome = judged(&answers);
            assert!(matches!(outcome, Outcome::Deviates(_)), "{answers:?}");
        }
        for silent in [vec![], vec![lost(FailureKind::Reset)]] {
            let outcome = judged(&silent);
            assert!(matches!(outcome, Outcome::Blocked { .. }), "{silent:?}");
        }
    }
}
