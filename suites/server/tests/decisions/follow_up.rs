//! What is asked beside an answer, so that its cause is known.

use super::*;

/// Returns how often what begins so was asked after a check met this status at requests of this
/// method with credentials.
fn asked_after(check: &str, method: Method, status: u16, prefix: &str) -> usize {
    let world = World::new(move |asked| {
        let is_about = is_config(asked) || matches!(asked.request.place, Place::Backup(_));
        if is_about && is(asked, method) && !is_anonymous(asked) {
            answers(status, b"")
        } else {
            Deed::Healthy
        }
    });
    world.judge(check);
    world.asked(prefix)
}

#[test]
fn the_folder_is_looked_at_where_it_tells_a_cause() {
    let check = "config.readable[android-h1]";
    for (status, looked) in [(403, 1), (406, 0), (400, 0)] {
        let asked = asked_after(check, Method::Get, status, "PROPFIND / ");
        assert_eq!(asked, looked, "{status}");
    }
    let check = "upload.accepted[android-h1]";
    for (status, asked) in [(403, true), (405, false), (500, false)] {
        let folder = asked_after(check, Method::Put, status, "PROPFIND /backups/");
        assert_eq!(folder, 1, "{status}");
        let anonymous = asked_after(
            check,
            Method::Put,
            status,
            "PUT backups/<recycled> (anonymous)",
        ) + asked_after(check, Method::Put, status, "GET config (anonymous)");
        assert_eq!(anonymous > 0, asked, "{status}");
    }
}

#[test]
fn what_digest_hides_is_no_fault_for_ios() {
    const DIGEST: &str = "Digest realm=\"safe\", nonce=\"n\"";
    const BASIC: &str = "Basic realm=\"safe\"";
    for (check, schemes, is_blocked) in [
        ("auth.accepted[ios]", &[DIGEST][..], true),
        ("auth.accepted[ios]", &[DIGEST, BASIC], false),
        ("auth.accepted[android]", &[DIGEST], false),
    ] {
        let world = World::new(move |asked| {
            if !is_config(asked) {
                return Deed::Healthy;
            }
            let mut refused = reply(401, b"");
            for scheme in schemes {
                let field = ("www-authenticate".to_owned(), (*scheme).to_owned());
                refused.headers.push(field);
            }
            Deed::Answers(Ok(refused))
        });
        let outcome = world.judge(check);
        if is_blocked {
            assert_eq!(blocker(outcome), Blocker::Answer);
        } else {
            assert_eq!(deviation(outcome).stage, Stage::Auth, "{check} {schemes:?}");
        }
    }
}

#[test]
fn a_server_that_asks_for_digest_and_accepts_basic_is_left_to_ios() {
    const DIGEST: &str = "Digest realm=\"safe\", nonce=\"n\"";
    let judged = |check: &str, challenge: &'static str| {
        let world = World::new(move |asked| {
            if !is_anonymous(asked) {
                return Deed::Healthy;
            }
            let mut asks = reply(401, b"");
            let field = ("www-authenticate".to_owned(), challenge.to_owned());
            asks.headers.push(field);
            Deed::Answers(Ok(asks))
        });
        world.judge(check)
    };
    // `auth.accepted` may be left out.
    for check in ["auth.accepted[ios]", "config.readable[ios-h1]"] {
        let outcome = blocker(judged(check, DIGEST));
        assert_eq!(outcome, Blocker::BeyondHarness, "{check}");
        for challenge in [
            "Basic realm=\"safe\"",
            "Digest realm=\"a\", Basic realm=\"a\"",
        ] {
            assert!(passes(&judged(check, challenge)), "{check} {challenge}");
        }
    }
    for check in ["auth.accepted[android]", "auth.accepted[desktop]"] {
        assert!(passes(&judged(check, DIGEST)), "{check}");
    }
    let bearer = judged("config.readable[ios-h1]", "Bearer realm=\"safe\"");
    assert_eq!(cause(bearer).as_deref(), Some("problem.bearer-only"));
}

#[test]
fn an_upload_that_everybody_is_refused_says_nothing_about_the_challenge() {
    let judged = |for_all: bool, with: u16, bare: u16| {
        let world = World::new(move |asked| {
            if !is(asked, Method::Put) {
                return Deed::Healthy;
            }
            match is_anonymous(asked) {
                true => answers(bare, b""),
                false if for_all => answers(with, b""),
                false => Deed::Healthy,
            }
        });
        let outcome = world.judge("auth.challenge[upload]");
        (outcome, world.asked("PUT backups/<recycled> (given)"))
    };
    for status in [403, 404] {
        let (outcome, _) = judged(true, status, status);
        assert_eq!(blocker(outcome), Blocker::Answer, "{status}");
        // The credentials make a difference.
        for (for_all, with) in [(false, 0), (true, 413)] {
            let (outcome, _) = judged(for_all, with, status);
            assert_eq!(deviation(outcome).stage, Stage::Auth, "{status} {with}");
        }
    }
    // Nothing is compared where the refusal is not about credentials, or asks for them.
    let trials = judged(false, 0, 409).1;
    for bare in [401, 500] {
        assert_eq!(judged(false, 0, bare).1, trials, "{bare}");
    }
    assert_eq!(judged(false, 0, 404).1, trials + 1);
}

#[test]
fn a_refusal_without_credentials_is_compared_with_one_with_them() {
    for (status, compared) in [(403, 1), (404, 1), (400, 0)] {
        let world = World::new(move |asked| {
            if is_anonymous(asked) {
                answers(status, b"")
            } else {
                Deed::Healthy
            }
        });
        world.judge("auth.challenge[config]");
        let asked = world.asked("GET config (given)");
        assert_eq!(asked, compared, "{status}");
    }
}

#[test]
fn refused_credentials_are_no_limit() {
    let world = World::new(|_| answers(401, b""));
    world.judge("auth.accepted[android]");
    let outcome = world.judge("server.rate-limit");
    assert_eq!(blocker(outcome), Blocker::CredentialsRefused);
}

#[test]
fn tls_is_judged_where_the_url_says_so() {
    let said = |url: &str, check: &str| World::at(target(url), |_| Deed::Healthy).judge(check);
    let check = "tls.https";
    assert!(passes(&said("https://safe.example/safe", check)));
    let remote = deviation(said("http://safe.example/safe", check));
    assert_eq!(remote.stage, Stage::Tls);
    for check in [check, "tls.answers", "tls.trusted"] {
        let here = said("http://127.0.0.1:9/safe", check);
        assert!(
            matches!(here, Outcome::NotApplicable(_)),
            "{check}: {here:?}"
        );
    }
}
