//! Deletion, integrity and what follows.

use super::*;

// Deletion.

#[test]
fn a_delete_whose_first_answer_was_lost_has_deleted() {
    for check in [
        "delete.removes[android-h1]",
        "retention.deleted-everywhere[head]",
    ] {
        let mut is_lost = false;
        let world = World::new(move |asked| {
            if is(asked, Method::Delete) && !is_lost {
                is_lost = true;
                return Deed::Obeys(Err(silence(FailureKind::NoAnswer)));
            }
            Deed::Healthy
        });
        let outcome = world.judge(check);
        assert!(passes(&outcome), "{check}: {outcome:?}");
    }
}

// Integrity.

#[test]
fn none_of_several_uploads_is_a_size() {
    let mut is_over = false;
    let world = World::new(move |asked| {
        is_over |= asked.number > 6;
        if is_over && is(asked, Method::Get) {
            answers(200, b"something else")
        } else {
            Deed::Healthy
        }
    });
    let outcome = world.judge("integrity.concurrent-uploads");
    assert_eq!(deviation(outcome).stage, Stage::Size);
}

/// Returns what the check of several uploads at once says where each of them gets this answer, and
/// does nothing.
fn concurrent(status: u16) -> Outcome {
    let world = World::new(move |asked| {
        if matches!(asked.request.manner, Manner::Slowly { .. }) {
            answers(status, b"")
        } else {
            Deed::Healthy
        }
    });
    world.judge("integrity.concurrent-uploads")
}

#[test]
fn several_uploads_of_which_none_is_taken_show_nothing() {
    assert_eq!(blocker(concurrent(409)), Blocker::Answer);
    // A cache may be the reason.
    assert_eq!(blocker(concurrent(201)), Blocker::Answer);
}

#[test]
fn only_what_is_gone_was_lost_by_several_uploads() {
    let judged = |status: u16| {
        let mut is_uploaded = false;
        let world = World::new(move |asked| {
            is_uploaded |= matches!(asked.request.manner, Manner::Slowly { .. });
            if is_uploaded && is(asked, Method::Get) {
                answers(status, b"")
            } else {
                Deed::Healthy
            }
        });
        world.judge("integrity.concurrent-uploads")
    };
    assert_eq!(deviation(judged(404)).stage, Stage::Http);
    assert_eq!(blocker(judged(500)), Blocker::Answer);
}

#[test]
fn the_old_backup_in_the_body_of_an_error_is_not_kept() {
    let mut is_broken_off = false;
    let world = World::new(move |asked| {
        let is_cut = matches!(asked.request.manner, Manner::CutOff { .. });
        is_broken_off |= is_cut;
        if is_broken_off && is(asked, Method::Get) {
            answers(500, &stored(asked))
        } else {
            Deed::Healthy
        }
    });
    let outcome = world.judge("integrity.cut-off-keeps-old[length]");
    assert_eq!(blocker(outcome), Blocker::Answer);
}

#[test]
fn a_server_may_compress_only_where_it_is_asked_to() {
    let world = World::new(|asked| {
        let mut headers = asked.request.headers.iter();
        let offers = headers.any(|(name, _)| *name == "Accept-Encoding");
        if is(asked, Method::Get) && offers {
            Deed::Adds(vec![("content-encoding", "br".to_owned())])
        } else {
            Deed::Healthy
        }
    });
    let unasked = world.judge("integrity.content-encoding[unasked]");
    assert!(passes(&unasked), "{unasked:?}");
    let asked = world.judge("integrity.content-encoding[asked]");
    assert_eq!(deviation(asked).stage, Stage::Http);
}

#[test]
fn a_name_of_no_encoding_changes_nothing() {
    for (encoding, is_fine) in [("none", true), ("UTF-8", true), ("br", false)] {
        let world = World::new(move |asked| {
            if is(asked, Method::Get) {
                Deed::Adds(vec![("content-encoding", encoding.to_owned())])
            } else {
                Deed::Healthy
            }
        });
        for check in [
            "integrity.content-encoding[unasked]",
            "integrity.content-encoding[asked]",
            "integrity.compressed-download",
        ] {
            let outcome = world.judge(check);
            assert_eq!(
                passes(&outcome),
                is_fine,
                "{encoding}, {check}: {outcome:?}"
            );
        }
    }
}

// Privacy.

#[test]
fn a_config_in_the_body_of_an_error_has_not_climbed_out() {
    let world = World::new(|asked| {
        if matches!(asked.request.place, Place::Below(_)) {
            let limit = crate::wire::scripted::LIMIT;
            let config = format!("{{\"maxBackupBytes\":{limit},\"retentionDays\":180}}");
            answers(404, config.as_bytes())
        } else {
            Deed::Healthy
        }
    });
    assert!(passes(&world.judge("privacy.encoded-slash")));
}

#[test]
fn only_a_propfind_has_a_depth() {
    let world = World::new(|asked| {
        let mut headers = asked.request.headers.iter();
        let has_depth = headers.any(|(name, _)| *name == "Depth");
        let is_propfind = is(asked, Method::Propfind);
        assert_eq!(has_depth, is_propfind, "{}", asked.request.fingerprint());
        Deed::Healthy
    });
    for case in ["get", "propfind"] {
        assert!(passes(
            &world.judge(&format!("privacy.own-listing[{case}]"))
        ));
    }
}

#[test]
fn what_is_not_the_config_is_not_what_a_doubled_slash_leads_to() {
    let judged = |body: &'static [u8], status: u16| {
        let world = World::new(move |asked| match asked.request.place {
            Place::Config => answers(200, b"{}"),
            Place::Below(_) => answers(status, body),
            _ => Deed::Healthy,
        });
        world.judge("url.double-slash")
    };
    assert!(passes(&judged(b"{}", 200)));
    deviation(judged(PAGE, 200));
    deviation(judged(b"{}", 404));
}

#[test]
fn an_error_does_not_say_whose_backup_an_id_in_capitals_is() {
    let judged = |status: u16| {
        let world = World::new(move |asked| match asked.request.place {
            Place::CapitalBackup(_) => answers(status, b""),
            _ => Deed::Healthy,
        });
        world.judge("privacy.letter-case")
    };
    assert!(passes(&judged(404)));
    assert_eq!(blocker(judged(500)), Blocker::Answer);
}

// Looking back.

/// Returns a server that redirects the requests for which `is_led` is true.
fn leading(is_led: fn(&Asked) -> bool) -> World {
    World::new(move |asked| {
        let mut moved = reply(302, b"");
        let to = ("location", "http://elsewhere.example/login");
        moved.headers.push((to.0.to_owned(), to.1.to_owned()));
        if is_led(asked) {
            Deed::Answers(Ok(moved))
        } else {
            Deed::Healthy
        }
    })
}

#[test]
fn only_a_redirect_of_what_a_client_asks_for_counts() {
    let world = leading(|asked| asked.request.login == LoginUse::Wrong);
    world.judge("auth.wrong-password");
    assert!(passes(&world.judge("server.redirects")));
    let world = leading(|asked| is(asked, Method::Propfind));
    world.judge("privacy.own-listing[propfind]");
    world.judge("retention.upload-refreshes[modified]");
    assert!(passes(&world.judge("server.redirects")));
    let world = leading(|asked| is(asked, Method::Put));
    world.judge("upload.accepted[android-h1]");
    let one = deviation(world.judge("server.redirects"));
    assert!(one.observed.starts_with("PUT backups/<backup>"));
    assert!(!one.observed.ends_with(", and others"), "{}", one.observed);
    // That of `config` is said first, whatever came first.
    let world = leading(|_| true);
    world.judge("upload.accepted[android-h1]");
    world.judge("config.readable[android-h1]");
    let several = deviation(world.judge("server.redirects"));
    assert!(several.observed.starts_with("GET config"));
    assert!(several.observed.ends_with(", and others"));
}

#[test]
fn what_looks_back_has_seen_an_answer() {
    let checks = [
        "server.redirects",
        "server.redirected-downloads",
        "server.rate-limit",
        "privacy.credentials-echo",
    ];
    let world = World::new(|_| Deed::Healthy);
    for check in checks {
        assert_eq!(blocker(world.judge(check)), Blocker::Answer, "{check}");
    }
    world.judge("config.readable[android-h1]");
    for check in checks {
        assert!(passes(&world.judge(check)), "{check}");
    }
}

// Retention.

#[test]
fn a_known_time_is_not_asked_for_again() {
    let asked_with = |fields: &'static [(&'static str, &'static str)]| {
        let world = World::new(move |_| {
            let owned = |(name, value): &(&'static str, &str)| (*name, (*value).to_owned());
            Deed::Adds(fields.iter().map(owned).collect())
        });
        world.judge("retention.upload-refreshes[modified]");
        world.asked("PROPFIND")
    };
    let time = &[("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT")];
    assert_eq!(asked_with(time), 0);
    assert_ne!(asked_with(&[]), 0);
}

#[test]
fn only_a_late_upload_of_ios_is_a_known_issue() {
    let notes = |days: &str, client: &str| {
        let config = format!("{{\"maxBackupBytes\":524288,\"retentionDays\":{days}}}");
        let world = World::new(move |asked| {
            if is_config(asked) && !is_anonymous(asked) {
                answers(200, config.as_bytes())
            } else {
                Deed::Healthy
            }
        });
        world.judge(&format!("retention.refresh[{client}]"));
        let conditions = world.session.conditions();
        conditions.contains(&Condition::FullRetention)
    };
    assert!(notes("180", "ios"));
    assert!(!notes("180", "android"));
    for days in ["0", "-1", "1000000"] {
        assert!(!notes(days, "ios"), "{days}");
    }
}

#[test]
fn a_time_that_is_sent_once_says_nothing_of_downloads() {
    let mut downloads = 0;
    let world = World::new(move |asked| {
        downloads += usize::from(is(asked, Method::Get) && !is_config(asked));
        // Storing reads back; the next answer is the first that counts.
        let time = "Sun, 06 Nov 1994 08:49:37 GMT".to_owned();
        Deed::Adds(if downloads < 3 {
            vec![("last-modified", time)]
        } else {
            Vec::new()
        })
    });
    let outcome = world.judge("retention.download-refreshes[get]");
    assert_eq!(blocker(outcome), Blocker::Answer);
}

#[test]
fn a_list_that_was_not_read_whole_does_not_say_what_is_gone() {
    let mut is_deleted = false;
    let world = World::new(move |asked| {
        is_deleted |= is(asked, Method::Delete);
        let Some(id) = asked.listed_id() else {
            return Deed::Healthy;
        };
        let mut list = reply(200, if is_deleted { b"" } else { id.as_bytes() });
        list.body.overran = true;
        Deed::Answers(Ok(list))
    });
    let outcome = world.judge("retention.deleted-everywhere[listing]");
    assert_eq!(blocker(outcome), Blocker::Answer);
}

// Uploads.

#[test]
fn an_empty_download_alone_makes_the_issue_of_empty_backups_matter() {
    let notes = |is_empty: bool| {
        let world = World::new(move |asked| {
            if is_empty && is(asked, Method::Get) && asked.stored.is_some() {
                answers(200, b"")
            } else {
                Deed::Healthy
            }
        });
        world.judge("upload.round-trip[android-h1]");
        let conditions = world.session.conditions();
        conditions.contains(&Condition::EmptyBackup)
    };
    assert!(notes(true) && !notes(false));
}

#[test]
fn a_limit_that_holds_up_what_must_be_stored_first_is_the_reason() {
    for method in [Method::Put, Method::Get] {
        let world = World::new(move |asked| {
            if is(asked, method) && matches!(asked.request.place, Place::Backup(_)) {
                fails(FailureKind::Limited)
            } else {
                Deed::Healthy
            }
        });
        let outcome = world.judge("integrity.concurrent-uploads");
        assert_eq!(blocker(outcome), Blocker::Limit, "{method:?}");
    }
}

#[test]
fn a_backup_in_the_body_of_a_404_was_not_stored() {
    for check in ["upload.chunked", "upload.expect-continue"] {
        let world = World::new(|asked| {
            if is(asked, Method::Get) && asked.stored.is_some() {
                answers(404, &stored(asked))
            } else {
                Deed::Healthy
            }
        });
        assert_eq!(deviation(world.judge(check)).stage, Stage::Http, "{check}");
    }
}

#[test]
fn a_slow_upload_that_a_limit_ends_is_not_too_slow() {
    let outcome = |kind| {
        let world = World::new(move |asked| {
            if is(asked, Method::Put) {
                fails(kind)
            } else {
                Deed::Healthy
            }
        });
        world.judge("upload.slow-uplink")
    };
    assert_eq!(blocker(outcome(FailureKind::Limited)), Blocker::Limit);
    deviation(outcome(FailureKind::TimedOut));
}

#[test]
fn a_problem_is_known_by_its_name_like_a_check() {
    use crate::suites::server::is_known;
    for name in [
        "upload.accepted",
        "upload.accepted[ios-h2]",
        "config.same",
        "problem.quota",
    ] {
        assert!(is_known(name), "{name}");
    }
    for name in ["upload.accepted[]", "config.same[]", "problem.none", ""] {
        assert!(!is_known(name), "{name}");
    }
}
