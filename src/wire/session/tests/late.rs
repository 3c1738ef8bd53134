//! Tests of the looks after the run: for uploads that may appear late, and for deletions that were
//! only confirmed.

use super::*;
use crate::wire::guard::Honesty;
use crate::wire::halt::{Halt, Sign};
use crate::wire::request::LoginUse;

/// Returns whether the request is about the backup in this slot.
fn is_of(asked: &Asked, slot: &str) -> bool {
    matches!(&asked.request.place, Place::Backup(backup) if backup.slot() == slot)
}

/// Returns a part of the upload that [`Play::broke_off`] notes.
fn part(session: &Session) -> Vec<u8> {
    let payload = Payload::new(session.seed(), "cut off", Recipe::Random(600));
    payload.bytes[..300].to_vec()
}

#[tokio::test(start_paused = true)]
async fn what_came_late_is_deleted_and_looked_for_three_times_or_once_where_it_was_missing() {
    for (was_missing, gets) in [(false, 4), (true, 2 + 1)] {
        let mut play = Play::new(|_| Deed::Healthy);
        let part = part(&play.session);
        let mut deletions = 0;
        play.server.plays(move |asked| {
            deletions += usize::from(is_of(asked, "b") && is(asked, Method::Delete));
            match (is_of(asked, "b"), asked.request.method, deletions) {
                (true, Method::Delete, _) => answers(204),
                (true, Method::Get, 1) => Deed::Answers(Ok(reply(200, &part))),
                (true, Method::Get, _) => answers(404),
                _ => Deed::Healthy,
            }
        });
        let shown = play.upload("shown").await;
        play.send(Request::get(&shown)).await.expect("it is there");
        // Enough that the sample of deleted backups does not include it.
        for slot in ["z", "y", "6", "7", "1", "0", "10"] {
            play.upload(slot).await;
        }
        let backup = play.broke_off("b");
        if was_missing {
            let hidden = Request::get(&backup).anonymous();
            play.send(hidden).await.expect("an answer");
        }
        let left = play.clean_up().await;
        assert_eq!((left.backups, play.session.late().len()), (0, 1));
        assert_eq!(play.count("DELETE backups/<b>"), 2);
        assert_eq!(play.count("GET backups/<b>"), gets, "{was_missing}");
    }
}

#[tokio::test]
async fn where_no_backup_was_ever_seen_a_deletion_that_finds_nothing_settles_it() {
    let mut play = Play::new(|_| Deed::Healthy);
    let backup = play.session.guard.own_backup("test", "b");
    play.session.claim(&backup).expect("claimed");
    play.cut_off(&backup).await;
    let left = play.clean_up().await;
    assert_eq!(left.backups, 0, "{left:?}");
    // An empty body is not a part of an upload if its status says that nothing exists.
    assert!(play.session.late().is_empty());
}

#[tokio::test(start_paused = true)]
async fn only_so_many_missing_urls_are_asked_for_on_another_machine() {
    let deletes = |asked: &Asked| match asked.request.method {
        Method::Delete if is_of(asked, "b") => answers(204),
        Method::Get if is_of(asked, "b") => answers(404),
        Method::Get if asked.request.login == LoginUse::Nobody => answers(404),
        _ => Deed::Healthy,
    };
    for (is_remote, was_missing, expected, gets) in [
        (false, false, None, 1),
        (true, false, Some(Doubt::MayAppear), 0),
        (true, true, None, 1 + 1),
    ] {
        let mut play = if is_remote {
            Play::remote(deletes)
        } else {
            Play::new(deletes)
        };
        // Its ID is smaller than the ID of "b".
        let shown = play.upload("c").await;
        play.send(Request::get(&shown)).await.expect("it is there");
        // A backup that was missing before is looked for first, and shows that the server is
        // honest.
        let hidden = Request::get(&shown).anonymous();
        play.send(hidden).await.expect("an answer");
        for slot in ["1", "2", "3", "4"] {
            let missing = play.session.guard.own_backup("test", slot);
            play.send(Request::get(&missing)).await.expect("an answer");
        }
        let backup = play.broke_off("b");
        if was_missing {
            let hidden = Request::get(&backup).anonymous();
            play.send(hidden).await.expect("an answer");
        }
        let left = play.clean_up().await;
        let expected = expected.map(one).unwrap_or_default();
        assert_eq!(left.doubts, expected, "{is_remote} {was_missing}");
        assert_eq!(play.count("GET backups/<b>"), gets);
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_server_has_refused_to_delete_nothing_is_looked_for() {
    let mut deletions = 0;
    let mut play = Play::new(move |asked| {
        deletions += usize::from(is(asked, Method::Delete));
        if is(asked, Method::Delete) && deletions > 4 {
            answers(403)
        } else {
            Deed::Healthy
        }
    });
    for slot in ["a", "b", "c", "d", "e", "f", "g"] {
        play.upload(slot).await;
    }
    let left = play.clean_up().await;
    let expected = BTreeMap::from([(Doubt::NotDeleted, 3), (Doubt::Unseen, 4)]);
    assert_eq!(left.doubts, expected);
    // One is looked at before its deletion, and each one that was not deleted is looked at once.
    assert_eq!(play.count("GET"), 1 + 3);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_comes_after_the_upload_was_answered_is_looked_for_beyond_the_sample() {
    for (stays, expected) in [(false, None), (true, Some(Doubt::StillThere))] {
        let mut play = Play::new(|_| Deed::Healthy);
        let part = part(&play.session);
        let mut deletions = 0;
        play.server.plays(move |asked| {
            let is_cut_off = matches!(asked.request.manner, Manner::CutOff { .. });
            deletions += usize::from(is_of(asked, "late") && is(asked, Method::Delete));
            match (is_of(asked, "late"), asked.request.method) {
                (true, Method::Put) if is_cut_off => answers(413),
                (true, Method::Delete) => answers(204),
                (true, Method::Get) if stays || deletions == 1 => {
                    Deed::Answers(Ok(reply(200, &part)))
                }
                (true, Method::Get) => answers(404),
                _ => Deed::Healthy,
            }
        });
        for number in 0..12 {
            play.upload(&number.to_string()).await;
        }
        let backup = play.session.guard.own_backup("test", "late");
        play.session.claim(&backup).expect("claimed");
        play.cut_off(&backup).await;
        play.cut_off(&backup).await;
        assert_eq!(play.session.broken_off(), std::slice::from_ref(&backup));
        let left = play.clean_up().await;
        let expected = expected.map(one).unwrap_or_default();
        assert_eq!(left.doubts, expected, "{stays}");
        assert_eq!(play.session.late().len(), 1, "{stays}");
        // The server did not lie.
        assert_eq!(play.session.guard.honesty(), Honesty::Honest);
        assert_eq!(play.count("GET backups/<late>"), if stays { 4 } else { 2 });
    }
}

#[test]
fn each_answer_counts_for_what_it_says() {
    let play = Play::new(|_| Deed::Healthy);
    let Source::Live { live, .. } = &play.session.source else {
        panic!("it is live")
    };
    let backup = play.broke_off("a");
    let mut strays = 0;
    for (status, is_stray, says_something) in [
        (401, false, false),
        (405, false, false),
        (500, false, false),
        (400, true, false),
        (403, true, false),
        (410, true, true),
        (404, true, true),
        (200, false, true),
    ] {
        let backup = play.broke_off(&status.to_string());
        let answer = Ok(reply(status, b"x"));
        play.session.observe(live, &Request::get(&backup), &answer);
        strays += usize::from(is_stray);
        assert_eq!(play.session.guard.strays().len(), strays, "{status}");
        let (waiting, _) = play.session.guard.unanswered();
        assert_eq!(waiting.contains(&backup), !says_something, "{status}");
    }
    assert!(play.session.guard.unanswered().0.contains(&backup));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_limits_and_refuses_a_look_is_not_looked_at_again() {
    for (is_halted, status, gets) in [
        // One is looked at before the others are deleted, and so is each whose deletion failed.
        (true, 200, 1 + 2),
        (true, 429, 1),
        // Maintenance rather than a limit: three requests are needed to know that.
        (false, 503, 3 + 2),
    ] {
        let mut play = Play::new(move |asked| match asked.request.method {
            Method::Delete => answers(500),
            Method::Get => answers(status),
            _ => Deed::Healthy,
        });
        for slot in ["a", "b"] {
            play.upload(slot).await;
        }
        if is_halted {
            let halt = Halt::Limited {
                sign: Sign::Status(429),
                retry_after: None,
                asked: "GET config".to_owned(),
            };
            play.session.halted.set(halt).expect("the first");
        }
        let left = play.clean_up().await;
        assert_eq!(left.backups, 2, "{status}");
        assert_eq!(play.count("GET"), gets, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_is_locked_holds_up_no_other() {
    let began = tokio::time::Instant::now();
    let mut play = Play::new(move |asked| {
        let is_locked = began.elapsed() < Duration::from_secs(6);
        if is(asked, Method::Delete) && is_of(asked, "a") && is_locked {
            answers(423)
        } else {
            Deed::Healthy
        }
    });
    for slot in ["a", "b", "c", "d"] {
        play.upload(slot).await;
    }
    let left = play.clean_up().await;
    assert_eq!((left.backups, play.server.stored()), (0, 0), "{left:?}");
}
