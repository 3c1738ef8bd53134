//! What someone without credentials, or with wrong ones, can do.

use super::*;

#[test]
fn an_error_page_refuses_nobody() {
    let world = World::new(|asked| {
        if is_anonymous(asked) {
            answers(500, PAGE)
        } else {
            Deed::Healthy
        }
    });
    assert_eq!(
        blocker(world.judge("auth.anonymous-config")),
        Blocker::Answer
    );
}

#[test]
fn an_anonymous_upload_that_a_lock_holds_up_judges_nothing() {
    let world = World::new(|asked| {
        if is(asked, Method::Put) && is_anonymous(asked) {
            fails(FailureKind::Locked)
        } else {
            Deed::Healthy
        }
    });
    let outcome = world.judge("auth.anonymous-overwrite");
    assert_eq!(blocker(outcome), Blocker::Limit);
}

#[test]
fn a_backup_in_the_body_of_a_404_is_not_there() {
    let mut is_overwritten = false;
    let world = World::new(move |asked| {
        if is(asked, Method::Put) {
            is_overwritten = is_anonymous(asked);
        }
        if is_overwritten && is(asked, Method::Get) {
            answers(404, &stored(asked))
        } else {
            Deed::Healthy
        }
    });
    let outcome = world.judge("auth.anonymous-overwrite");
    assert_eq!(deviation(outcome).stage, Stage::Auth);
}

#[test]
fn a_wrong_password_that_gets_no_answer_deviates() {
    let world = World::new(|asked| {
        if asked.request.login == LoginUse::Wrong {
            fails(FailureKind::NoAnswer)
        } else {
            Deed::Healthy
        }
    });
    let outcome = world.judge("auth.wrong-password");
    assert_eq!(cause(outcome).as_deref(), Some("problem.connection-lost"));
}

#[test]
fn a_password_refused_in_another_encoding_is_the_one_wrong_login() {
    let target = target("http://127.0.0.1:9/safe").basic("j\u{f6}rg", "K\u{e4}fer");
    let world = World::at(target, |asked| {
        if matches!(asked.request.login, LoginUse::Encoded(_)) {
            answers(401, b"")
        } else {
            Deed::Healthy
        }
    });
    // The credentials work in UTF-8.
    for check in ["auth.accepted[desktop]", "auth.anonymous-config"] {
        assert!(passes(&world.judge(check)), "{check}");
    }
    let charset = deviation(world.judge("auth.charset[android]"));
    assert_eq!(charset.stage, Stage::Auth);
    let wrong = world.judge("auth.wrong-password");
    assert!(matches!(wrong, Outcome::NotApplicable(_)), "{wrong:?}");
}

#[test]
fn a_backup_that_is_gone_is_refused_to_nobody() {
    for (is_gone, status) in [(false, 404), (true, 404), (true, 401)] {
        let mut is_late = false;
        let world = World::new(move |asked| {
            is_late |= asked.request.login == LoginUse::Wrong;
            if asked.request.login == LoginUse::Wrong {
                answers(status, b"")
            } else if is_late && is_gone {
                answers(404, b"")
            } else {
                Deed::Healthy
            }
        });
        let outcome = world.judge("auth.wrong-password");
        let is_refused = !is_gone || status == 401;
        assert_eq!(passes(&outcome), is_refused, "{outcome:?}");
    }
}

#[test]
fn nothing_is_asked_for_that_was_not_stored() {
    let world = World::new(|asked| {
        if is(asked, Method::Put) {
            answers(403, b"")
        } else {
            Deed::Healthy
        }
    });
    let outcome = world.judge("auth.anonymous-download");
    assert_eq!(blocker(outcome), Blocker::Answer);
    assert_eq!(world.asked("GET backups/<recycled> (anonymous)"), 0);
    world.judge("integrity.concurrent-uploads");
    assert_eq!(world.asked("GET backups/<backup>"), 0);
}

/// Returns what a check says where everybody but the person with the right password gets this
/// answer.
fn to_strangers(check: &str, status: u16, body: &'static [u8]) -> Outcome {
    let world = World::new(move |asked| match asked.request.login {
        LoginUse::Given => Deed::Adds(vec![("set-cookie", "nc=1; path=/".to_owned())]),
        _ => answers(status, body),
    });
    world.judge(check)
}

#[test]
fn a_page_for_people_gives_nothing_away() {
    for check in [
        "auth.anonymous-config",
        "auth.anonymous-download",
        "auth.wrong-password",
    ] {
        let outcome = to_strangers(check, 200, PAGE);
        assert!(passes(&outcome), "{check}: {outcome:?}");
        // Nor does a refusal, nor nothing.
        for (status, body) in [(200, &b""[..]), (403, b""), (401, b"Who are you?")] {
            assert!(passes(&to_strangers(check, status, body)), "{check}");
        }
        let unclear = to_strangers(check, 500, b"");
        assert_eq!(blocker(unclear), Blocker::Answer, "{check}");
    }
}

#[test]
fn a_head_does_not_show_that_it_leads_to_a_page() {
    let check = "auth.anonymous-probe";
    assert_eq!(blocker(to_strangers(check, 200, PAGE)), Blocker::Answer);
    assert!(passes(&to_strangers(check, 403, PAGE)));
    let lets_in: [fn(&Asked) -> bool; 2] = [|asked| is(asked, Method::Head), |_| true];
    for is_let_in in lets_in {
        let world = World::new(move |asked| {
            if is_let_in(asked) {
                Deed::LetsIn
            } else {
                Deed::Healthy
            }
        });
        assert_eq!(deviation(world.judge(check)).stage, Stage::Auth);
    }
}

#[test]
fn another_backup_after_an_anonymous_request_judges_nothing() {
    for check in [
        "auth.anonymous-upload",
        "auth.anonymous-overwrite",
        "auth.anonymous-delete",
    ] {
        let mut is_asked = false;
        let world = World::new(move |asked| {
            is_asked |= asked.request.method.writes() && is_anonymous(asked);
            if is_asked && is(asked, Method::Get) && !is_config(asked) {
                answers(200, b"something else")
            } else {
                Deed::Healthy
            }
        });
        assert_eq!(blocker(world.judge(check)), Blocker::Answer, "{check}");
    }
}

#[test]
fn a_delete_without_credentials_that_is_not_answered_is_judged_by_what_it_did() {
    let judged = |deed: fn() -> Deed| {
        let world = World::new(move |asked| {
            if is(asked, Method::Delete) && is_anonymous(asked) {
                deed()
            } else {
                Deed::Healthy
            }
        });
        world.judge("auth.anonymous-delete")
    };
    assert!(passes(&judged(|| fails(FailureKind::NoAnswer))));
    assert_eq!(
        blocker(judged(|| fails(FailureKind::Locked))),
        Blocker::Limit
    );
}

#[test]
fn a_second_encoding_is_taken_where_it_gets_the_answer_of_the_first() {
    let judged = |status: u16| {
        let target = target("http://127.0.0.1:9/safe").basic("j\u{f6}rg", "K\u{e4}fer");
        let world = World::at(target, move |asked| {
            if matches!(asked.request.login, LoginUse::Encoded(_)) {
                answers(status, b"")
            } else {
                Deed::Healthy
            }
        });
        world.judge("auth.charset[android]")
    };
    assert!(passes(&judged(200)));
    for status in [302, 403, 404, 500] {
        assert_eq!(blocker(judged(status)), Blocker::Answer, "{status}");
    }
}

#[test]
fn credentials_refused_in_one_encoding_are_not_tried_in_another() {
    let target = target("http://127.0.0.1:9/safe").basic("j\u{f6}rg", "K\u{e4}fer");
    let world = World::at(target, |asked| {
        if is_config(asked) {
            answers(401, b"")
        } else {
            Deed::Healthy
        }
    });
    deviation(world.judge("auth.accepted[desktop]"));
    let android = blocker(world.judge("auth.accepted[android]"));
    assert_eq!(android, Blocker::CredentialsRefused);
}

#[test]
fn a_403_does_not_say_whether_the_credentials_are_refused() {
    for status in [302, 403, 500] {
        let world = World::new(move |asked| {
            if is_config(asked) && !is_anonymous(asked) {
                answers(status, b"")
            } else {
                Deed::Healthy
            }
        });
        let outcome = world.judge("auth.accepted[android]");
        assert!(matches!(outcome, Outcome::NotApplicable(_)), "{outcome:?}");
    }
}

#[test]
fn what_anybody_gets_does_not_show_whether_the_credentials_are_accepted() {
    const CONFIG: &[u8] = br#"{"maxBackupBytes": 524288, "retentionDays": 180}"#;
    type Got = (u16, &'static [u8]);
    let judged = |given: Got, bare: Got, missing: u16| {
        let world = World::new(move |asked| {
            let (status, body) = match asked.request.place {
                Place::Config if is_anonymous(asked) => bare,
                Place::Config => given,
                _ => (missing, &b""[..]),
            };
            answers(status, body)
        });
        world.judge("auth.accepted[android]")
    };
    for (given, bare) in [
        ((200, CONFIG), (200, CONFIG)),
        ((200, PAGE), (200, PAGE)),
        ((200, b""), (200, b"")),
        ((404, b""), (404, PAGE)),
    ] {
        let outcome = judged(given, bare, 404);
        assert!(matches!(outcome, Outcome::NotApplicable(_)), "{outcome:?}");
        assert_eq!(deviation(judged(given, bare, 401)).stage, Stage::Auth);
    }
    for (given, bare) in [
        ((200, CONFIG), (401, &b""[..])),
        ((200, CONFIG), (200, PAGE)),
        ((200, CONFIG), (200, b"")),
        ((404, b""), (401, b"")),
    ] {
        assert!(passes(&judged(given, bare, 404)), "{given:?} {bare:?}");
    }
}

#[test]
fn two_realms_are_two_logins_for_a_password_and_not_for_a_token() {
    let ask = |realm: &str| {
        let mut answer = reply(401, b"");
        let challenge = format!("Basic realm=\"{realm}\"");
        let field = "www-authenticate".to_owned();
        answer.headers.push((field, challenge));
        Deed::Answers(Ok(answer))
    };
    let world = |target: Target| {
        let world = World::at(target, move |asked| match asked.request.login {
            LoginUse::Nobody => ask("proxy"),
            _ => ask("files"),
        });
        world.judge("auth.anonymous-config");
        cause(world.judge("auth.accepted[android]"))
    };
    let with_password = target("http://127.0.0.1:9/safe").basic("safe", "s3cret-in-memory");
    let two = "problem.two-logins";
    assert_eq!(world(with_password).as_deref(), Some(two));
    assert_ne!(world(with_token()).as_deref(), Some(two));
}
