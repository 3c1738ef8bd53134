//! The config, and further questions.

use super::*;

#[test]
fn readings_of_ios_alone_can_differ() {
    let asked_for_it = AtomicUsize::new(0);
    let world = World::new(move |asked| {
        if !is_config(asked) || is_anonymous(asked) {
            return Deed::Healthy;
        }
        // 2^32 days more: Android reads the same number.
        let days = match asked_for_it.fetch_add(1, Ordering::Relaxed) {
            0 => 180,
            _ => 4_294_967_476_u64,
        };
        let numbers = format!("{{\"maxBackupBytes\":524288,\"retentionDays\":{days}}}");
        answers(200, numbers.as_bytes())
    });
    assert_eq!(deviation(world.judge("config.same")).stage, Stage::Meaning);
}

/// Of two equal keys, Android takes the last, and iOS the first.
#[test]
fn one_config_that_the_apps_read_differently_is_not_the_same() {
    for (second, is_same) in [(524_288, true), (262_144, false)] {
        let world = World::new(move |asked| {
            if !is_config(asked) || is_anonymous(asked) {
                return Deed::Healthy;
            }
            let numbers = format!(
                "{{\"maxBackupBytes\":524288,\"maxBackupBytes\":{second},\"retentionDays\":180}}"
            );
            answers(200, numbers.as_bytes())
        });
        let outcome = world.judge("config.same");
        if is_same {
            assert!(passes(&outcome), "{outcome:?}");
        } else {
            assert_eq!(deviation(outcome).stage, Stage::Json);
        }
    }
}

#[test]
fn without_a_config_nothing_is_the_same_or_short() {
    let world = World::new(|asked| {
        if is_config(asked) && !is_anonymous(asked) {
            answers(404, b"")
        } else {
            Deed::Healthy
        }
    });
    for check in ["config.same", "config.length"] {
        assert_eq!(blocker(world.judge(check)), Blocker::Answer);
    }
}

#[test]
fn a_token_is_sent_before_anybody_asks_for_it() {
    let asked_for_it = AtomicUsize::new(0);
    let world = World::at(with_token(), move |asked| {
        if is_config(asked) && asked_for_it.fetch_add(1, Ordering::Relaxed) == 0 {
            answers(200, PAGE)
        } else {
            Deed::Healthy
        }
    });
    // iOS got the page with the token: a challenge would not help.
    let outcome = world.judge("config.understood[ios]");
    assert_eq!(cause(outcome).as_deref(), Some("problem.page-for-config"));
    let world = World::at(with_token(), |asked| {
        if is_config(asked) && !is_anonymous(asked) {
            answers(404, b"")
        } else if is(asked, Method::Propfind) {
            answers(207, b"")
        } else {
            Deed::Healthy
        }
    });
    let outcome = world.judge("config.readable[ios-h1]");
    assert_eq!(cause(outcome).as_deref(), Some("problem.config-missing"));
    assert_eq!(world.asked("GET config (anonymous)"), 0);
}

#[test]
fn a_config_that_is_not_there_whole_is_not_judged() {
    let healthy = b"{\"maxBackupBytes\":524288,\"retentionDays\":180}";
    let world = World::new(move |asked| {
        let mut answer = reply(200, healthy);
        answer.body.sha256[0] ^= 1;
        if is_config(asked) && !is_anonymous(asked) {
            Deed::Answers(Ok(answer))
        } else {
            Deed::Healthy
        }
    });
    let outcome = world.judge("config.understood[android]");
    assert_eq!(blocker(outcome), Blocker::TruncatedRead);
    let world = World::new(move |asked| {
        let mut answer = reply(200, healthy);
        answer.body.overran = true;
        if is_config(asked) && !is_anonymous(asked) {
            Deed::Answers(Ok(answer))
        } else {
            Deed::Healthy
        }
    });
    let outcome = world.judge("config.understood[android]");
    assert_eq!(deviation(outcome).stage, Stage::Size);
}

#[test]
fn what_is_missing_has_the_remedy_of_the_check() {
    let of = |status: u16| {
        let world = World::new(move |asked| {
            if is_config(asked) && !is_anonymous(asked) {
                answers(status, b"")
            } else {
                Deed::Healthy
            }
        });
        deviation(world.judge("config.readable[android-h1]")).remedy
    };
    assert_eq!(of(404), None);
    assert!(of(500).is_some());
    // On IIS a file may be there that is not given out: likely, and no more.
    let world = World::new(|asked| {
        let mut answer = reply(404, b"");
        let server = ("server".to_owned(), "Microsoft-IIS/10.0".to_owned());
        answer.headers.push(server);
        if is(asked, Method::Propfind) {
            answers(207, b"")
        } else if is_config(asked) && !is_anonymous(asked) {
            Deed::Answers(Ok(answer))
        } else {
            Deed::Healthy
        }
    });
    let missing = deviation(world.judge("config.readable[android-h1]"));
    let cause = missing.cause.map(|cause| cause.id.into_owned());
    assert_eq!(cause.as_deref(), Some("problem.no-mime-type"));
    assert_eq!(missing.remedy, None);
}

// Further questions.

#[test]
fn a_name_by_mistake_counts_only_where_the_file_is() {
    let found = |name: &'static str, folder: u16| {
        let world = World::new(move |asked| match asked.request.place {
            Place::Config if !is_anonymous(asked) => answers(404, b""),
            Place::Below(suffix) if suffix == name => answers(200, b"{}"),
            Place::Below(_) if is(asked, Method::Propfind) => answers(folder, b""),
            Place::Below(_) => answers(404, b""),
            _ => Deed::Healthy,
        });
        let cause = cause(world.judge("config.readable[android-h1]"));
        (cause, world.asked("GET /config."))
    };
    let of = |id: &str, asked: usize| (Some(id.to_owned()), asked);
    let misnamed = "problem.config-misnamed";
    assert_eq!(found("/config.txt", 207), of(misnamed, 1));
    assert_eq!(found("/config.json", 207), of(misnamed, 2));
    assert_eq!(found("/other", 207), of("problem.config-missing", 3));
    // Without a folder, no file in it is looked for.
    assert_eq!(found("/config.txt", 404).1, 0);
}

#[test]
fn a_public_link_is_asked_nothing_without_credentials_after_a_refusal() {
    let target = target("http://127.0.0.1:9/public.php/webdav").basic("token", "s3cret-in-memory");
    let world = World::at(target, |asked| {
        if is(asked, Method::Put) {
            answers(403, b"")
        } else {
            Deed::Healthy
        }
    });
    let outcome = world.judge("upload.accepted[android-h1]");
    assert!(cause(outcome).is_some());
    assert_eq!(world.asked("PUT backups/<specimen> (anonymous)"), 0);
    assert_eq!(world.asked("GET config (anonymous)"), 0);
}

#[test]
fn a_refused_token_asks_nothing_more() {
    let world = World::at(with_token(), |asked| {
        if is_config(asked) {
            answers(401, b"")
        } else {
            Deed::Healthy
        }
    });
    deviation(world.judge("auth.accepted[android]"));
    assert_eq!(world.asked("GET config (anonymous)"), 0);
}
