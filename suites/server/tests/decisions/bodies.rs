//! A body counts only in an answer whose status says that it was given.

use super::*;
use std::sync::{Mutex, PoisonError};

/// Returns what a check says where every GET after an anonymous request gets this status, with what
/// that request sent, or with what was there before if it sent nothing.
fn after_a_stranger(check: &str, status: u16, length: usize) -> Outcome {
    let sent: Mutex<Option<Vec<u8>>> = Mutex::default();
    let world = World::new(move |asked| {
        let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        let is_write = is(asked, Method::Put) || is(asked, Method::Delete);
        if is_anonymous(asked) && is_write {
            let payload = asked.request.payload.as_ref();
            *sent = Some(payload.map_or_else(|| stored(asked), |sent| sent.bytes.to_vec()));
            return answers(401, b"");
        }
        if is(asked, Method::Put) {
            *sent = None;
        }
        match &*sent {
            Some(body) if is(asked, Method::Get) => {
                answers(status, &body[..body.len().min(length)])
            }
            _ => Deed::Healthy,
        }
    });
    world.judge(check)
}

#[test]
fn what_a_stranger_uploaded_is_stored_only_if_it_is_given() {
    let all = usize::MAX;
    for check in ["auth.anonymous-upload", "auth.anonymous-overwrite"] {
        for length in [all, 300] {
            let stored = after_a_stranger(check, 200, length);
            assert_eq!(deviation(stored).stage, Stage::Auth, "{check}");
            let unclear = after_a_stranger(check, 500, length);
            assert_eq!(blocker(unclear), Blocker::Answer, "{check}");
        }
    }
    // In the body of an error nothing is there any more.
    assert!(passes(&after_a_stranger("auth.anonymous-upload", 404, all)));
    let removed = after_a_stranger("auth.anonymous-delete", 404, all);
    assert_eq!(deviation(removed).stage, Stage::Auth);
    let unclear = after_a_stranger("auth.anonymous-delete", 500, all);
    assert_eq!(blocker(unclear), Blocker::Answer);
    assert!(passes(&after_a_stranger("auth.anonymous-delete", 200, all)));
}

#[test]
fn a_server_that_loses_backups_shows_nobody_who_removes_them() {
    for check in ["auth.anonymous-overwrite", "auth.anonymous-delete"] {
        let mut reads = 0;
        let world = World::new(move |asked| {
            if is_anonymous(asked) {
                return answers(401, b"");
            }
            reads = if is(asked, Method::Put) { 0 } else { reads + 1 };
            if is(asked, Method::Get) && reads > 1 {
                answers(404, b"")
            } else {
                Deed::Healthy
            }
        });
        assert_eq!(blocker(world.judge(check)), Blocker::Answer, "{check}");
    }
}

#[test]
fn another_spelling_answers_only_with_a_success() {
    for (status, is_given) in [(200, true), (404, false), (403, false)] {
        let mut kept = Vec::new();
        let world = World::new(move |asked| {
            if let Some(payload) = &asked.request.payload {
                kept = payload.bytes.to_vec();
            }
            match asked.request.place {
                Place::CapitalBackup(_) => answers(status, &kept),
                _ => Deed::Healthy,
            }
        });
        let outcome = world.judge("privacy.letter-case");
        assert_eq!(passes(&outcome), !is_given, "{status}: {outcome:?}");
    }
    let config = format!(
        "{{\"maxBackupBytes\":{},\"retentionDays\":180}}",
        crate::wire::scripted::LIMIT
    );
    for (check, gives) in [("privacy.encoded-slash", false), ("url.double-slash", true)] {
        for (status, body, is_given) in [
            (200, config.as_str(), true),
            (404, config.as_str(), false),
            (200, "another file", false),
        ] {
            let body = body.as_bytes().to_vec();
            let world = World::new(move |asked| {
                let is_config_below = matches!(asked.request.place, Place::Below(_));
                if is_config_below && is(asked, Method::Get) {
                    answers(status, &body)
                } else {
                    Deed::Healthy
                }
            });
            let outcome = world.judge(check);
            assert_eq!(passes(&outcome), is_given == gives, "{check}: {outcome:?}");
        }
    }
}

#[test]
fn a_torn_upload_is_seen_only_in_a_success() {
    for (status, stage) in [(200, Some(Stage::Http)), (500, None)] {
        let mut sent: Option<Vec<u8>> = None;
        let world = World::new(move |asked| {
            let is_cut = matches!(asked.request.manner, Manner::CutOff { .. });
            if is_cut && let Some(payload) = &asked.request.payload {
                sent = Some(payload.bytes[..payload.bytes.len() / 2].to_vec());
            }
            match &sent {
                Some(part) if is(asked, Method::Get) => answers(status, part),
                _ => Deed::Healthy,
            }
        });
        let outcome = world.judge("integrity.cut-off-invisible[length]");
        match stage {
            Some(stage) => assert_eq!(deviation(outcome).stage, stage),
            None => assert_eq!(blocker(outcome), Blocker::Answer),
        }
    }
}

#[test]
fn what_is_gone_a_moment_later_was_not_kept() {
    // The last GET of the check is the one of a moment later.
    for (status, is_kept) in [(200, true), (500, false), (404, false)] {
        let world = World::new(move |asked| {
            let is_large = asked.stored.is_some_and(|stored| stored.len() > 20_000);
            if is_large && is(asked, Method::Get) && asked.number > 3 {
                answers(status, &stored(asked))
            } else {
                Deed::Healthy
            }
        });
        let outcome = world.judge("limits.exact");
        assert_eq!(passes(&outcome), is_kept, "{status}: {outcome:?}");
    }
}

#[test]
fn a_backup_of_another_identity_is_not_the_one_that_was_stored() {
    let mut first = Vec::new();
    let world = World::new(move |asked| {
        if first.is_empty()
            && let Some(payload) = &asked.request.payload
        {
            first = payload.bytes.to_vec();
        }
        if is(asked, Method::Get) && !is_config(asked) && asked.stored.is_some() {
            answers(200, &first)
        } else {
            Deed::Healthy
        }
    });
    let own = world.judge("upload.restore[android]");
    assert!(passes(&own), "{own:?}");
    let other = deviation(world.judge("upload.restore[ios]"));
    assert_eq!(other.stage, Stage::Meaning);
}
