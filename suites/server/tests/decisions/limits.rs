//! Limits: what is refused for its size, what is cut, and what passes.

use super::*;

/// Returns what is judged where large uploads over HTTP/2 fail this often, and over HTTP/1.1 if
/// `fails_over_one`.
fn below(status: u16, failures: usize, fails_over_one: bool) -> Outcome {
    let mut left = failures;
    World::with_tls(move |asked| {
        let payload = asked.request.payload.as_ref();
        let is_large = payload.is_some_and(|payload| payload.len() > 30_000);
        let is_newest = asked.request.http == HttpChoice::Newest;
        if is_large && is_newest && left > 0 {
            left -= 1;
            answers(status, b"")
        } else if is_large && !is_newest && fails_over_one {
            answers(status, b"")
        } else {
            Deed::Healthy
        }
    })
    .judge("limits.below")
}

#[test]
fn http_2_is_blamed_only_for_what_repeats_and_works_over_http_1() {
    let always = usize::MAX;
    assert!(passes(&below(413, 0, true)));
    for status in [413, 502] {
        let broken = cause(below(status, always, false));
        assert_eq!(broken.as_deref(), Some("problem.http2-fails"), "{status}");
        let both = cause(below(status, always, true));
        assert_ne!(both.as_deref(), Some("problem.http2-fails"), "{status}");
    }
}

/// How often a small upload is sent before an error counts.
const TRIES: usize = 4;

#[test]
fn one_error_is_passed_over_and_one_refusal_is_not() {
    assert!(passes(&below(502, TRIES, false)));
    assert_eq!(blocker(below(413, 1, false)), Blocker::Answer);
    // Without HTTP/2: refused, accepted, and accepted or refused again.
    let judged = |status: u16, also_later: bool| {
        let mut sent = 0;
        let tries = if status < 500 { 1 } else { TRIES };
        let world = World::new(move |asked| {
            let payload = asked.request.payload.as_ref();
            if payload.is_none_or(|payload| payload.len() < 30_000) {
                return Deed::Healthy;
            }
            sent += 1;
            let is_refused = sent <= tries || (also_later && sent > tries + 1);
            if is_refused {
                answers(status, b"")
            } else {
                Deed::Healthy
            }
        });
        world.judge("limits.below")
    };
    assert!(passes(&judged(502, false)));
    for (status, also_later) in [(502, true), (403, false), (403, true)] {
        let outcome = judged(status, also_later);
        assert_eq!(blocker(outcome), Blocker::Answer, "{status} {also_later}");
    }
}

#[test]
fn what_cuts_at_no_limit_changes_backups_and_what_cuts_at_one_has_a_limit() {
    let judged = |kept: fn(usize) -> usize| {
        let world = World::new(move |asked| {
            let bytes = asked.stored.filter(|bytes| bytes.len() > 1000);
            match bytes.filter(|_| is(asked, Method::Get)) {
                Some(bytes) => answers(200, &bytes[..kept(bytes.len())]),
                None => Deed::Healthy,
            }
        });
        deviation(world.judge("limits.below"))
    };
    let changed = judged(|length| length - 1);
    let cause = changed.cause.map(|cause| cause.id);
    assert_eq!(cause.as_deref(), Some("problem.backup-changed"));
    assert!(
        !changed.observed.contains("real limit"),
        "{}",
        changed.observed
    );
    for limits in [
        |length: usize| length.min(20_000),
        |length| {
            if length > 20_000 { 0 } else { length }
        },
    ] {
        let limited = judged(limits);
        assert!(limited.cause.is_none());
        let said = limited.observed;
        assert!(said.contains("real limit lies between"), "{said}");
    }
}

#[test]
fn a_search_sends_nothing_larger_than_what_was_refused() {
    let largest = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&largest);
    let world = World::new(move |asked| {
        if is_config(asked) && !is_anonymous(asked) {
            return answers(200, b"{\"maxBackupBytes\":30000,\"retentionDays\":180}");
        }
        let payload = asked.request.payload.as_ref();
        let size = payload.map_or(0, crate::wire::Payload::len);
        seen.fetch_max(size, Ordering::Relaxed);
        if size > 20_000 {
            answers(507, b"")
        } else {
            Deed::Healthy
        }
    });
    let outcome = world.judge("limits.below");
    assert_eq!(deviation(outcome).stage, Stage::Size);
    assert_eq!(largest.load(Ordering::Relaxed), 29_999);
}

#[test]
fn nothing_is_sent_that_is_larger_than_a_run_may_send() {
    // A run in memory may send 160,000 bytes.
    for (promised, most) in [
        (159_999, 160_000),
        (160_000, 160_000),
        (10_000_000, 160_000),
    ] {
        let largest = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&largest);
        let world = World::new(move |asked| {
            if is_config(asked) && !is_anonymous(asked) {
                let numbers = format!("{{\"maxBackupBytes\":{promised},\"retentionDays\":180}}");
                return answers(200, numbers.as_bytes());
            }
            let payload = asked.request.payload.as_ref();
            let size = payload.map_or(0, crate::wire::Payload::len);
            seen.fetch_max(size, Ordering::Relaxed);
            Deed::Healthy
        });
        for check in ["limits.below", "limits.exact", "limits.above"] {
            world.judge(check);
        }
        let largest = largest.load(Ordering::Relaxed);
        assert!(largest <= most, "{promised}: {largest}");
        let above = world.judge("limits.above");
        assert_eq!(
            matches!(above, Outcome::Blocked { .. }),
            promised >= most,
            "{above:?}"
        );
    }
}

#[test]
fn only_a_413_makes_the_issue_of_that_status_matter() {
    let notes = |status: u16| {
        let world = World::new(move |asked| {
            let payload = asked.request.payload.as_ref();
            if payload.is_some_and(|payload| payload.len() > 20_000) {
                answers(status, b"")
            } else {
                Deed::Healthy
            }
        });
        deviation(world.judge("limits.below"));
        let conditions = world.session.conditions();
        conditions.contains(&Condition::RefusedWith413)
    };
    assert!(notes(413));
    assert!(![400, 403, 500, 507].into_iter().any(notes));
}

#[test]
fn a_lock_after_a_large_upload_is_no_damage() {
    let world = World::new(|asked| {
        let is_large = asked.stored.is_some_and(|bytes| bytes.len() > 20_000);
        if is_large && is(asked, Method::Get) {
            fails(FailureKind::Locked)
        } else {
            Deed::Healthy
        }
    });
    assert_eq!(blocker(world.judge("limits.below")), Blocker::Limit);
}

/// Near miss: where three uploads are allowed, the third decides.
#[test]
fn a_third_upload_keeps_to_what_a_check_may_send() {
    // A run in memory may send 160,000 bytes.
    for (promised, is_decided) in [(50_000, true), (60_000, false)] {
        let config = format!("{{\"maxBackupBytes\":{promised},\"retentionDays\":180}}");
        let (mut refused, mut large) = (0, None);
        let world = World::new(move |asked| {
            if is_config(asked) && !is_anonymous(asked) {
                return answers(200, config.as_bytes());
            }
            // The server in memory takes less than this.
            match asked.request.payload.as_ref() {
                Some(payload) if payload.len() < 40_000 => large = None,
                Some(_) if refused < TRIES => {
                    refused += 1;
                    return answers(502, b"");
                }
                Some(payload) => {
                    large = Some(payload.bytes.to_vec());
                    return answers(201, b"");
                }
                None => {}
            }
            match &large {
                Some(bytes) if is(asked, Method::Get) => answers(200, bytes),
                _ => Deed::Healthy,
            }
        });
        let outcome = world.judge("limits.below");
        assert_eq!(passes(&outcome), is_decided, "{promised}: {outcome:?}");
        let is_undecided = matches!(
            outcome,
            Outcome::Blocked {
                by: Blocker::Answer,
                ..
            }
        );
        assert_eq!(is_undecided, !is_decided, "{outcome:?}");
    }
}
