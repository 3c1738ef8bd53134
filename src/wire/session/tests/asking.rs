//! Tests of calls: the requests, what is noted, and what a transcript answers.

use super::*;
use crate::clients::Condition;
use crate::wire::answer::{Answer, Response};
use crate::wire::pace::{Pace, PaceChoice};
use crate::wire::request::{HttpChoice, LoginUse};
use crate::wire::session::Replayed;
use crate::wire::target::Target;
use crate::wire::transcript::Got;
use std::collections::BTreeSet;
use std::sync::Mutex;

#[test]
fn the_version_of_a_request_is_one_that_the_server_offers() {
    use crate::wire::facet::Http::{One, Two};
    let backup = OwnBackup::labelled(Seed::new(7), "test/a");
    let raw = || Request::get(&backup).manner(Manner::Chunked);
    let newest = || Request {
        http: HttpChoice::Newest,
        ..Request::get(&backup)
    };
    for (url, one, two, request, expected) in [
        ("http://127.0.0.1:9/safe", true, false, newest(), Some(One)),
        (
            "http://127.0.0.1:9/safe",
            true,
            false,
            Request::get(&backup).over(Two),
            None,
        ),
        ("http://safe.example/safe", true, false, newest(), None),
        ("https://safe.example/safe", true, true, newest(), Some(Two)),
        (
            "https://safe.example/safe",
            true,
            false,
            newest(),
            Some(One),
        ),
        (
            "https://safe.example/safe",
            true,
            true,
            Request::get(&backup),
            Some(One),
        ),
        (
            "https://safe.example/safe",
            false,
            true,
            Request::get(&backup),
            Some(Two),
        ),
        (
            "https://safe.example/safe",
            false,
            true,
            Request::get(&backup).over(One),
            None,
        ),
        (
            "https://safe.example/safe",
            true,
            false,
            Request::get(&backup).over(Two),
            None,
        ),
        (
            "https://safe.example/safe",
            true,
            true,
            Request::get(&backup).over(Two),
            Some(Two),
        ),
        ("https://safe.example/safe", true, true, raw(), Some(One)),
        ("https://safe.example/safe", false, true, raw(), None),
    ] {
        let target = Target::parse(url).expect("a URL");
        let settings = Settings::new(Seed::new(7));
        let session = Session::behind(Scrub::default(), target, settings, None);
        let mut session = session.expect("a session");
        session.offers = OnceCell::new_with(Some(Ok(Offers { one, two })));
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let version = runtime
            .expect("a runtime")
            .block_on(session.version(&request));
        if url.starts_with("http://127") {
            let message = version.as_ref().err().map(|failure| &failure.message);
            assert!(message.is_none_or(|message| message.contains("over TLS only")));
        }
        assert_eq!(
            version.ok(),
            expected,
            "{url} {one} {two} {:?}",
            request.http
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_concerns_the_whole_run_is_noted_on_the_way() {
    let mut play = Play::new(|asked| {
        let mut answer = reply(302, b"");
        let to = format!("http://elsewhere.example/{}", 9 - asked.number);
        for (name, value) in [
            ("location", to.as_str()),
            ("server", "nginx"),
            ("set-cookie", "oc=1; path=/"),
            ("x-other", "v"),
        ] {
            answer.headers.push((name.to_owned(), value.to_owned()));
        }
        if asked.number == 3 {
            answer = reply(200, b"the password is s3cret-in-memory");
        }
        Deed::Answers(Ok(answer))
    });
    let backup = play.session.guard.own_backup("test", "a");
    let head = Request::new(Method::Head, Place::Backup(backup.clone()));
    let ours = Request::new(Method::Propfind, Place::Below("/backups/"));
    for request in [head.clone(), head.clone(), ours] {
        play.send(request).await.expect("an answer");
    }
    assert_eq!(play.session.answers(), 3);
    assert_eq!(play.session.echoed(), None);
    play.send(Request::get(&backup)).await.expect("an answer");
    let expected = (
        "HEAD backups/<a> returned 302",
        "http://elsewhere.example/8",
    );
    let expected = (expected.0.to_owned(), expected.1.to_owned());
    let expected = [expected];
    assert_eq!(play.session.redirects(), expected);
    // The order does not matter: a later destination that sorts behind changes nothing.
    play.server.plays(|_| {
        let mut answer = reply(302, b"");
        let to = "http://elsewhere.example/9".to_owned();
        answer.headers.push(("location".to_owned(), to));
        Deed::Answers(Ok(answer))
    });
    play.send(head).await.expect("an answer");
    assert_eq!(play.session.redirects(), expected);
    assert_eq!(play.session.echoed().as_deref(), Some("GET backups/<a>"));
    let sign = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let signs = BTreeSet::from([sign("server", "nginx"), sign("set-cookie", "oc")]);
    assert_eq!(play.session.signs(), signs);
}

fn key(n: u32) -> Key {
    Key {
        check: "test".to_owned(),
        variant: String::new(),
        n,
    }
}

#[tokio::test(start_paused = true)]
async fn a_backup_is_claimed_where_nothing_is_there() {
    for (status, says) in [
        (404, None),
        (410, None),
        (200, Some("nothing was written there")),
        (500, Some("does not show whether a backup exists")),
        (401, Some("does not show whether a backup exists")),
    ] {
        let play = Play::new(move |_| answers(status));
        let backup = play.session.guard.own_backup("test", "a");
        let claimed = play.session.claim_if_free(key(1), &backup).await;
        let is_claimed = play.session.guard.is_claimed(&backup);
        assert_eq!(is_claimed, says.is_none(), "{status}");
        match (claimed, says) {
            (Ok(()), None) => {}
            (Err(failure), Some(says)) => {
                let kind = match status {
                    401 => FailureKind::CredentialsRefused,
                    _ => FailureKind::Guarded,
                };
                assert_eq!(failure.kind, kind);
                assert!(failure.message.contains(says), "{failure:?}");
            }
            (claimed, _) => panic!("{status}: {claimed:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn while_an_upload_is_on_its_way_it_is_asked_for_at_the_pace_of_the_run() {
    let server = Scripted::new(|asked| match asked.request.method {
        Method::Put => Deed::Takes(Duration::from_millis(350)),
        _ => Deed::Healthy,
    });
    let settings = Settings {
        pace: Pace::new(PaceChoice::Normal),
        ..Settings::new(Seed::new(7))
    };
    let target = scripted_target("http://127.0.0.1:9/safe");
    let session = Session::behind(Scrub::default(), target, settings, None);
    let mut session = session.expect("no TLS");
    session.play(Arc::clone(&server));
    for (most, answers) in [(20, 1 + 5), (2, 1 + 2), (0, 1)] {
        let backup = session.guard.own_backup("test", &most.to_string());
        session.claim(&backup).expect("claimed");
        let payload = Payload::new(session.seed(), "a", Recipe::Random(600));
        let (upload, poll) = (Request::put(&backup, &payload), Request::get(&backup));
        // At once, and every tenth of a second; the last one is sent when the upload ends.
        let came = session.during(key(1), upload, poll, most).await;
        assert_eq!(came.len(), answers, "{most}");
        assert!(matches!(&came[0], Ok(put) if put.status == 201));
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_a_limit_refused_is_sent_once_more_and_asked_for_meanwhile() {
    for (refused, sent) in [(0, 1), (1, 2), (2, 2)] {
        let mut puts = 0;
        let play = Play::new(move |asked| match asked.request.method {
            Method::Put => {
                puts += 1;
                if puts <= refused {
                    Deed::Answers(Ok(reply(503, b"")))
                } else {
                    Deed::Healthy
                }
            }
            _ => Deed::Healthy,
        });
        let backup = play.session.guard.own_backup("test", "a");
        play.session.claim(&backup).expect("claimed");
        let upload = Request::put(&backup, &play.payload("a"));
        let poll = Request::get(&backup);
        let came = play.session.during(key(1), upload, poll, 3).await;
        let expected = if refused > 1 { 503 } else { 201 };
        assert!(matches!(&came[0], Ok(put) if put.status == expected));
        assert!(came.len() > 1, "it is asked for, too");
        let log = play.server.log();
        let puts = log.iter().filter(|line| line.starts_with("PUT")).count();
        assert_eq!(puts, sent, "{log:?}");
    }
}

/// Sends four uploads at the same time to a server that gives this answer to those selected by
/// `is_refused`; returns the statuses, the number of requests, and the seconds that passed.
async fn four_at_once(
    answer: impl Fn() -> Answer + Send + 'static,
    is_refused: impl Fn(usize) -> bool + Send + 'static,
) -> (Vec<u16>, usize, u64) {
    let mut sent = 0;
    let play = Play::new(move |_| {
        sent += 1;
        if is_refused(sent) {
            Deed::Answers(answer())
        } else {
            Deed::Healthy
        }
    });
    let mut uploads = Vec::new();
    for slot in ["a", "b", "c", "d"] {
        let backup = play.session.guard.own_backup("test", slot);
        play.session.claim(&backup).expect("claimed");
        uploads.push(Request::put(&backup, &play.payload(slot)));
    }
    let began = tokio::time::Instant::now();
    let came = play.session.together(key(1), uploads).await;
    let took = began.elapsed().as_secs();
    let statuses = came.iter().flatten().map(|answer| answer.status);
    (statuses.collect(), play.server.log().len(), took)
}

#[tokio::test(start_paused = true)]
async fn several_that_a_limit_refused_are_sent_once_more() {
    let limited = || Ok(reply(503, b""));
    // Whether one or all are refused, all are sent again, so that they stay simultaneous.
    for refused in [1..=1, 2..=4, 1..=4] {
        let count = refused.clone().count();
        let is_refused = move |sent| refused.contains(&sent);
        let came = four_at_once(limited, is_refused).await;
        let stored_before = 4 - count;
        let mut statuses = vec![204; stored_before];
        statuses.extend(vec![201; count]);
        let (mut got, sent, took) = came;
        got.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!((got, sent, took), (statuses, 8, 4));
    }
    // Once, but not repeatedly.
    let (got, sent, _) = four_at_once(limited, |_| true).await;
    assert_eq!((got, sent), (vec![503; 4], 8));
    // A refusal for another reason counts at once.
    for status in [423, 500, 507] {
        let (got, sent, took) = four_at_once(move || Ok(reply(status, b"")), |_| true).await;
        assert_eq!((got, sent, took), (vec![status; 4], 4, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn several_that_no_answer_reached_in_time_are_sent_once_more() {
    let late = || Err(silence(FailureKind::TimedOut));
    let (got, sent, _) = four_at_once(late, |sent| sent <= 4).await;
    assert_eq!((got, sent), (vec![201; 4], 8));
    // Once, but not repeatedly.
    let (got, sent, _) = four_at_once(late, |_| true).await;
    assert_eq!((got, sent), (vec![], 8));
    // One answer is something to judge by.
    let (got, sent, _) = four_at_once(late, |sent| sent <= 3).await;
    assert_eq!((got, sent), (vec![201], 4));
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_no_answer_reached_in_time_is_sent_once_more() {
    // Which of the requests stay without an answer, and how many uploads are sent.
    type IsLate = fn(Method, usize) -> bool;
    let cases: [(&str, IsLate, usize); 5] = [
        ("none", |_, _| false, 1),
        (
            "the first upload",
            |method, nth| method == Method::Put && nth == 1,
            2,
        ),
        ("every upload", |method, _| method == Method::Put, 2),
        ("every download", |method, _| method == Method::Get, 2),
        (
            "the first download",
            |method, nth| method == Method::Get && nth == 1,
            1,
        ),
    ];
    for (late, is_late, sent) in cases {
        let mut seen: Vec<Method> = Vec::new();
        let play = Play::new(move |asked| {
            let method = asked.request.method;
            seen.push(method);
            let nth = seen.iter().filter(|seen| **seen == method).count();
            match method {
                _ if is_late(method, nth) => Deed::Answers(Err(silence(FailureKind::TimedOut))),
                Method::Put => Deed::Takes(Duration::from_millis(350)),
                _ => Deed::Healthy,
            }
        });
        let backup = play.session.guard.own_backup("test", "a");
        play.session.claim(&backup).expect("claimed");
        let upload = Request::put(&backup, &play.payload("a"));
        let poll = Request::get(&backup);
        play.session.during(key(1), upload, poll, 3).await;
        let log = play.server.log();
        let puts = log.iter().filter(|line| line.starts_with("PUT")).count();
        assert_eq!(puts, sent, "{late}: {log:?}");
    }
}

/// A server that stands still for a while stores the upload late: the second time waits for it.
#[tokio::test(start_paused = true)]
async fn an_upload_that_is_sent_once_more_may_take_three_times_as_long() {
    for (seconds, is_answered) in [(9, true), (25, true), (35, false)] {
        let play = Play::new(move |asked| match asked.request.method {
            Method::Put => Deed::Takes(Duration::from_secs(seconds)),
            _ => Deed::Healthy,
        });
        let backup = play.session.guard.own_backup("test", "a");
        play.session.claim(&backup).expect("claimed");
        let upload = Request::put(&backup, &play.payload("a"));
        let came = play
            .session
            .during(key(1), upload, Request::get(&backup), 3)
            .await;
        let failure = came[0].as_ref().err();
        assert_eq!(failure.is_none(), is_answered, "{seconds} s: {failure:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn several_wait_as_long_as_the_server_says_but_not_beyond_patience() {
    let limited = |seconds: &'static str| {
        move || {
            let answer = reply(429, b"");
            Ok(Response {
                headers: vec![("retry-after".to_owned(), seconds.to_owned())],
                ..answer
            })
        }
    };
    let (got, sent, took) = four_at_once(limited("7"), |sent| sent <= 4).await;
    assert_eq!((got, sent, took), (vec![201; 4], 8, 7));
    let (got, sent, took) = four_at_once(limited("90"), |sent| sent <= 4).await;
    assert_eq!((got, sent, took), (vec![429; 4], 4, 0));
}

/// A server that refuses an upload before reading it may reset the connection: the refusal is lost,
/// and only `config` shows the ban.
#[tokio::test(start_paused = true)]
async fn uploads_that_a_ban_resets_are_not_judged() {
    for (kind, config, expected) in [
        (FailureKind::Reset, 403, FailureKind::LockedOut),
        (FailureKind::NoAnswer, 403, FailureKind::LockedOut),
        (FailureKind::Reset, 429, FailureKind::LockedOut),
        // A `config` that is still returned shows that only the upload is refused.
        (FailureKind::Reset, 200, FailureKind::Reset),
        (FailureKind::NoAnswer, 200, FailureKind::NoAnswer),
    ] {
        let mut is_banned = false;
        let mut play = Play::new(move |asked| match asked.request.method {
            Method::Put if asked.number > 1 => {
                is_banned = true;
                Deed::Answers(Err(silence(kind)))
            }
            Method::Get if is_banned && config != 200 => Deed::Answers(Ok(reply(config, b""))),
            _ => Deed::Healthy,
        });
        let request = Request::new(Method::Get, Place::Config).header("User-Agent", "Threema");
        let given = play.send(request).await;
        assert!(matches!(given, Ok(config) if config.status == 200));
        let first = play.session.guard.own_backup("test", "first");
        play.session.claim(&first).expect("claimed");
        let payload = play.payload("first");
        let taken = play.send(Request::put(&first, &payload)).await;
        assert!(matches!(taken, Ok(put) if put.status == 201));
        let lost = play.send(Request::put(&first, &payload)).await;
        assert_eq!(
            lost.map_err(|failure| failure.kind),
            Err(expected),
            "{config}"
        );
    }
}

#[tokio::test]
async fn a_transcript_answers_only_what_was_asked() {
    let backup = OwnBackup::labelled(Seed::new(7), "test/a");
    let request = Request::get(&backup);
    let asked = vec![request.fingerprint()];
    let got = Got::Answers(vec![Ok(reply(200, b"x"))]);
    let facts = scripted_target("http://127.0.0.1:9/safe").facts();
    let session = Session::new(
        facts,
        Settings::new(Seed::new(7)),
        Source::Replay {
            entries: BTreeMap::from([(key(1), (asked, got))]),
            run: Replayed::default(),
        },
        None,
        Scrub::default(),
    );
    let same = session.one(key(1), request.clone()).await;
    assert!(matches!(same, Ok(response) if response.status == 200));
    let other = Request::new(Method::Head, Place::Backup(backup));
    for (n, request) in [(1, other), (2, request)] {
        let failure = session.one(key(n), request).await.expect_err("no answer");
        assert_eq!(failure.kind, FailureKind::Transcript);
    }
}

#[tokio::test]
async fn the_values_of_cookies_are_not_traced_and_other_fields_are() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    let server = Scripted::new(|_| {
        let fields = [("set-cookie", "oc=1"), ("server", "nginx")];
        Deed::Adds(fields.map(|(name, value)| (name, value.to_owned())).into())
    });
    let settings = Settings {
        trace: Some(Arc::new(move |level, line: &str| {
            kept.lock()
                .expect("no panic")
                .push((level, line.to_owned()));
        })),
        ..Settings::new(Seed::new(7))
    };
    let target = scripted_target("http://127.0.0.1:9/safe");
    let session = Session::behind(Scrub::default(), target, settings, None);
    let mut session = session.expect("no TLS");
    session.play(server);
    let backup = session.guard.own_backup("test", "a");
    let _ = session.one(key(1), Request::get(&backup)).await;
    let lines = lines.lock().expect("no panic");
    let lines: Vec<_> = lines
        .iter()
        .filter(|(_, line)| line.contains("  < "))
        .map(|(level, line)| (*level, line.trim_start()))
        .collect();
    assert_eq!(
        lines,
        [(3, "< set-cookie: [redacted]"), (3, "< server: nginx")]
    );
}

#[test]
fn known_issues_matter_where_the_target_is_of_their_kind() {
    let url = "http://127.0.0.1:9/safe";
    let encoded = Target::parse("http://a%40b:c@127.0.0.1:9/safe").expect("a URL");
    for (target, expected) in [
        (Target::parse(url).expect("a URL"), vec![]),
        (
            Target::parse(url).expect("a URL").token("t0ken-in-memory"),
            vec![],
        ),
        (scripted_target(url), vec![Condition::PasswordAsked]),
        (
            encoded,
            vec![Condition::PasswordAsked, Condition::EncodedUserInfo],
        ),
    ] {
        let session = Session::live(target, Settings::new(Seed::new(7)), None);
        let conditions = session.expect("no TLS").conditions();
        assert_eq!(conditions, BTreeSet::from_iter(expected));
    }
}

/// At most one login is refused, so no second attempt is made in another encoding.
#[tokio::test]
async fn inspect_sends_credentials_in_the_encoding_that_servers_accept() {
    for is_accepted in [true, false] {
        let server = Scripted::new(move |asked| {
            assert_eq!(asked.request.login, LoginUse::Given);
            if is_accepted {
                Deed::Healthy
            } else {
                Deed::Answers(Ok(reply(401, b"")))
            }
        });
        let target = Target::parse("http://127.0.0.1:9/safe").expect("a URL");
        let target = target.basic("j\u{f6}rg", "s3cret-in-memory");
        let session = Session::scripted_at(target, Scrub::default(), &server, None);
        let answer = session.read_config().await;
        let is_read = matches!(answer, Ok(config) if config.status == 200);
        assert_eq!((is_read, server.log().len()), (is_accepted, 1));
    }
}
