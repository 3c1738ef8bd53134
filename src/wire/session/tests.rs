//! Tests of a session with a server in memory: its requests, and its later claims.

mod asking;
mod late;
mod offers;
mod purging;
mod sweeping;

use super::{Leftovers, Offers, Session, Source};
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::guard::{Doubt, OwnBackup};
use crate::wire::payload::{Payload, Recipe};
use crate::wire::request::{Manner, Method, Place, Request};
use crate::wire::scripted::{Asked, Deed, Scripted, broken_off, reply, scripted_target, silence};
use crate::wire::secret::Scrub;
use crate::wire::seed::Seed;
use crate::wire::settings::Settings;
use crate::wire::transcript::Key;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

const PATIENCE: Duration = Duration::from_secs(8);

/// A run against a server in memory, and its requests.
struct Play {
    server: Arc<Scripted>,
    session: Arc<Session>,
    asked: u32,
}

impl Play {
    fn new(script: impl FnMut(&Asked) -> Deed + Send + 'static) -> Self {
        let server = Scripted::new(script);
        let session = Session::scripted(&server, None);
        Self::with(server, session)
    }

    /// Returns a run against a server that is not on this machine.
    fn remote(script: impl FnMut(&Asked) -> Deed + Send + 'static) -> Self {
        let server = Scripted::new(script);
        let session = remote(&server);
        Self::with(server, session)
    }

    fn with(server: Arc<Scripted>, session: Arc<Session>) -> Self {
        Self {
            server,
            session,
            asked: 0,
        }
    }

    fn payload(&self, label: &str) -> Payload {
        Payload::new(self.session.seed(), label, Recipe::Random(600))
    }

    async fn send(&mut self, request: Request) -> crate::wire::Answer {
        self.asked += 1;
        let key = Key {
            check: "test".to_owned(),
            variant: String::new(),
            n: self.asked,
        };
        self.session.one(key, request).await
    }

    /// Claims the backup of this slot and uploads it.
    async fn upload(&mut self, slot: &str) -> OwnBackup {
        let backup = self.session.guard.own_backup("test", slot);
        self.session.claim(&backup).expect("claimed");
        self.session.guard.about_to_write(&backup).expect("noted");
        let payload = self.payload(slot);
        let _ = self.send(Request::put(&backup, &payload)).await;
        backup
    }

    /// Breaks off an upload to a backup.
    async fn cut_off(&mut self, backup: &OwnBackup) {
        let payload = self.payload("cut off");
        self.session.breaks_off(("test", "way"), backup, &payload);
        let manner = Manner::CutOff {
            after: 300,
            chunked: false,
        };
        let _ = self
            .send(Request::put(backup, &payload).manner(manner))
            .await;
    }

    /// Returns a backup with a broken-off upload that can no longer appear.
    fn broke_off(&self, slot: &str) -> OwnBackup {
        let backup = self.session.guard.own_backup("test", slot);
        self.session.claim(&backup).expect("claimed");
        let payload = self.payload("cut off");
        self.session.breaks_off(("test", "way"), &backup, &payload);
        self.session.guard.sent(&backup);
        self.session.guard.may_appear(&backup, Instant::now());
        backup
    }

    async fn clean_up(&self) -> Leftovers {
        self.session.clean_up(PATIENCE).await
    }

    /// Returns how many requests of this method were sent to backups.
    fn count(&self, method: &str) -> usize {
        let log = self.server.log();
        log.iter().filter(|asked| asked.starts_with(method)).count()
    }
}

/// Returns a session with a server in memory that counts as another machine.
fn remote(server: &Arc<Scripted>) -> Arc<Session> {
    let target = scripted_target("https://safe.example/safe");
    let mut session = Session::scripted_at(target, Scrub::default(), server, None);
    let alone = Arc::get_mut(&mut session).expect("nobody else has it");
    alone.offers = OnceCell::new_with(Some(Ok(Offers {
        one: true,
        two: false,
    })));
    session
}

fn one(why: Doubt) -> BTreeMap<Doubt, usize> {
    BTreeMap::from([(why, 1)])
}

fn is(asked: &Asked, method: Method) -> bool {
    asked.request.method == method
}

fn answers(status: u16) -> Deed {
    Deed::Answers(Ok(reply(status, b"")))
}

#[tokio::test(start_paused = true)]
async fn a_healthy_server_is_left_as_it_was() {
    let mut play = Play::new(|_| Deed::Healthy);
    for slot in ["a", "b", "c", "d", "e", "f", "g"] {
        play.upload(slot).await;
    }
    let began = tokio::time::Instant::now();
    let left = play.clean_up().await;
    assert_eq!((left.backups, play.server.stored()), (0, 0));
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(play.count("DELETE"), 7);
    // One is looked at before it is deleted, and three afterwards, three times each.
    assert_eq!(play.count("GET"), 1 + 9);
}

#[tokio::test(start_paused = true)]
async fn what_another_login_does_not_see_is_not_called_gone() {
    let mut play = Play::new(|_| Deed::Healthy);
    let backup = play.upload("a").await;
    play.send(Request::get(&backup)).await.expect("it is there");
    play.session.delete(&backup).await;
    let hidden = Request::get(&backup).anonymous();
    let (Ok(mut missing), Source::Live { live, .. }) =
        (play.send(hidden.clone()).await, &play.session.source)
    else {
        panic!("no answer")
    };
    missing.status = 404;
    let answer = Ok(missing);
    play.session.observe(live, &hidden, &answer);
    assert!(play.session.guard.is_open(&backup));
    play.session.observe(live, &Request::get(&backup), &answer);
    assert!(play.session.guard.is_gone(&backup));
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_not_left_and_what_failed_may_be() {
    for (status, expected) in [
        (302, None),
        (400, None),
        (404, None),
        (499, None),
        (500, Some(Doubt::NotDeleted)),
        (599, Some(Doubt::NotDeleted)),
    ] {
        let mut play = Play::new(move |asked| match asked.request.method {
            Method::Put => answers(status),
            Method::Delete => answers(403),
            _ => answers(500),
        });
        play.upload("a").await;
        let left = play.clean_up().await;
        let expected = expected.map(one).unwrap_or_default();
        assert_eq!(left.doubts, expected, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_three_refusals_nothing_more_is_deleted() {
    for (status, most) in [(403, 3), (405, 3), (401, 1)] {
        let mut play = Play::new(move |asked| {
            if is(asked, Method::Delete) {
                answers(status)
            } else {
                Deed::Healthy
            }
        });
        for slot in ["a", "b", "c", "d", "e", "f"] {
            play.upload(slot).await;
        }
        let left = play.clean_up().await;
        assert_eq!(left.backups, 6, "{status}");
        assert_eq!(play.count("DELETE"), most, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_locked_is_deleted_later() {
    let mut refused = 0;
    let mut play = Play::new(move |asked| {
        if is(asked, Method::Delete) && refused < 2 {
            refused += 1;
            return answers(423);
        }
        Deed::Healthy
    });
    play.upload("a").await;
    let left = play.clean_up().await;
    assert_eq!((left.backups, play.server.stored()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_stays_locked_is_left() {
    let mut play = Play::new(|asked| {
        if is(asked, Method::Delete) {
            answers(423)
        } else {
            Deed::Healthy
        }
    });
    play.upload("a").await;
    assert_eq!(play.clean_up().await.doubts, one(Doubt::NotDeleted));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_only_says_that_it_deletes_is_found_out() {
    let mut play = Play::new(|asked| {
        if is(asked, Method::Delete) {
            answers(204)
        } else {
            Deed::Healthy
        }
    });
    for slot in ["a", "b", "c", "d"] {
        play.upload(slot).await;
    }
    let left = play.clean_up().await;
    assert_eq!(left.backups, 4);
    assert_eq!(left.doubts, BTreeMap::from([(Doubt::StillThere, 4)]));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_to_delete_what_is_not_there_leaves_nothing() {
    let mut gone = false;
    let mut play = Play::new(move |asked| match asked.request.method {
        // The first one is carried out, but answered as if it were not.
        Method::Delete if !gone => {
            gone = true;
            Deed::Obeys(Ok(reply(500, b"")))
        }
        _ => Deed::Healthy,
    });
    play.upload("a").await;
    let left = play.clean_up().await;
    assert_eq!((left.backups, play.server.stored()), (0, 0));
}

#[tokio::test]
async fn a_part_that_comes_late_is_deleted_and_judged() {
    let mut part = None;
    let mut looked = 0;
    let mut play = Play::new(move |asked| {
        if matches!(asked.request.manner, Manner::CutOff { .. }) {
            let payload = asked.request.payload.as_ref();
            part = payload.map(|payload| payload.bytes.slice(..300));
            return Deed::Answers(Err(broken_off(true)));
        }
        looked += usize::from(part.is_some() && is(asked, Method::Get));
        match &part {
            // It exists at the first look, and is gone after its deletion.
            Some(part) if looked == 1 && is(asked, Method::Get) => {
                Deed::Answers(Ok(reply(200, part)))
            }
            _ => Deed::Healthy,
        }
    });
    let shown = play.upload("shown").await;
    play.send(Request::get(&shown)).await.expect("it is there");
    let backup = play.session.guard.own_backup("test", "b");
    play.session.claim(&backup).expect("claimed");
    play.cut_off(&backup).await;
    let left = play.clean_up().await;
    assert_eq!(left.backups, 0);
    assert_eq!(play.session.late().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_came_leaves_a_doubt_where_nothing_can_be_seen() {
    let mut play = Play::new(|asked| match asked.request.method {
        Method::Put => Deed::Answers(Err(silence(FailureKind::TimedOut))),
        Method::Delete => Deed::Healthy,
        _ => answers(500),
    });
    play.upload("a").await;
    let left = play.clean_up().await;
    assert_eq!(left.doubts, one(Doubt::MayAppear));
}

#[test]
fn an_upload_that_found_no_connection_leaves_nothing() {
    for kind in [
        FailureKind::Refused,
        FailureKind::Guarded,
        FailureKind::NotOffered,
    ] {
        let play = Play::new(|_| Deed::Healthy);
        let backup = play.session.guard.own_backup("test", "a");
        play.session.claim(&backup).expect("claimed");
        play.session.guard.sent(&backup);
        let failure = Failure::of(kind, "no connection");
        play.session.settle(&backup, 600, &Err(failure), false);
        assert!(play.session.guard.is_gone(&backup), "{kind:?}");
    }
}

/// An application that has no route for DELETE answers 404 and keeps everything.
#[tokio::test(start_paused = true)]
async fn a_404_to_the_deletion_of_what_is_shown_proves_nothing() {
    let mut play = Play::new(|asked| match asked.request.method {
        Method::Delete => answers(404),
        _ => Deed::Healthy,
    });
    for slot in ["a", "b", "c", "d", "e"] {
        play.upload(slot).await;
    }
    let left = play.clean_up().await;
    assert_eq!(play.server.stored(), 5);
    assert_eq!(left.doubts, BTreeMap::from([(Doubt::NotDeleted, 5)]));
    // Each 404 is a missing URL for intrusion detection.
    assert_eq!(play.count("DELETE"), 3);
}

/// Near miss: something else has deleted it.
#[tokio::test]
async fn a_404_to_the_deletion_of_what_is_not_shown_is_true() {
    let mut is_first = true;
    let mut play = Play::new(move |asked| match asked.request.method {
        Method::Delete => answers(404),
        Method::Get if !std::mem::take(&mut is_first) => answers(404),
        _ => Deed::Healthy,
    });
    play.upload("a").await;
    let left = play.clean_up().await;
    assert_eq!(left.backups, 0);
}

/// A second backend has it, or the server shows an upload only after a while.
#[tokio::test]
async fn an_accepted_upload_that_is_not_found_at_first_is_deleted_later() {
    let (mut deletions, mut looks) = (0, 0);
    let mut play = Play::new(move |asked| match asked.request.method {
        Method::Delete => {
            deletions += 1;
            if deletions == 1 {
                answers(404)
            } else {
                Deed::Healthy
            }
        }
        Method::Get => {
            looks += 1;
            if looks < 3 {
                answers(404)
            } else {
                Deed::Healthy
            }
        }
        _ => Deed::Healthy,
    });
    let backup = play.upload("a").await;
    play.session.delete(&backup).await;
    assert_eq!(play.count("DELETE"), 1);
    assert_eq!(play.clean_up().await.backups, 0);
    assert_eq!(play.count("DELETE"), 2);
}

/// The first attempt may have been stored, whatever the second one says.
#[tokio::test(start_paused = true)]
async fn an_upload_that_is_refused_when_sent_again_may_be_stored() {
    for (loses, left) in [(true, 1), (false, 0)] {
        let mut is_lost = loses;
        let mut play = Play::new(move |asked| match asked.request.method {
            Method::Put if std::mem::take(&mut is_lost) => {
                Deed::Answers(Err(silence(FailureKind::NoAnswer)))
            }
            Method::Put => answers(413),
            Method::Delete => answers(405),
            _ => answers(500),
        });
        play.upload("a").await;
        assert_eq!(play.clean_up().await.backups, left, "{loses}");
    }
}

#[test]
fn an_upload_that_is_held_back_when_sent_again_may_be_stored() {
    let play = Play::new(|_| Deed::Healthy);
    let backup = play.session.guard.own_backup("test", "a");
    play.session.claim(&backup).expect("claimed");
    play.session.guard.sent(&backup);
    let failure = Failure::of(FailureKind::Limited, "limited");
    play.session.settle(&backup, 600, &Err(failure), true);
    assert!(!play.session.guard.is_gone(&backup));
}
