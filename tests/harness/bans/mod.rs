//! Tools that protect servers never ban a run: a healthy run, a run with a wrong password, and
//! three in a row.

mod rules;

use rules::{Event, RULES, events};
use safe_conformance::reference::{self, Login, Options, Profile, Running};
use safe_conformance::{Checkup, Target};
use std::collections::BTreeSet;

/// A login that can be sent in only one way, and a login whose charset is uncertain.
const PASSWORDS: [&str; 2] = ["s3cret-loopback", "grüne Käfer"];

/// The highest cost of a run.
struct Budget {
    /// Distinct paths that are answered with 4xx.
    refused_paths: usize,
    /// Requests without credentials.
    anonymous: usize,
    /// Requests with wrong credentials.
    wrong: usize,
    /// Requests.
    requests: usize,
}

const BUDGET: Budget = Budget {
    refused_paths: 8,
    anonymous: 6,
    wrong: 1,
    requests: 249,
};
/// Requests under `/public.php/`, where each request without credentials counts twice.
const PUBLIC_BUDGET: Budget = Budget {
    anonymous: 2,
    ..BUDGET
};

async fn started(options: Options) -> Running {
    reference::start(options)
        .await
        .expect("the embedded server starts")
}

/// Runs the suite as a person does, with this login.
async fn check(running: &Running, user: &str, password: &str) {
    let mut target = Target::parse(running.base_url()).expect("its base URL");
    target = target.basic(user, password);
    if let Some(root) = running.root_certificate() {
        target = target.trusting(root);
    }
    let checkup = Checkup::new(target);
    Box::pin(checkup.run_with(|_| {})).await.expect("a run");
}

fn assert_not_banned(what: &str, events: &[Event]) {
    for rule in RULES {
        let banned = (rule.bans)(events);
        assert!(
            banned.is_none(),
            "{what}: {} bans: {}",
            rule.name,
            banned.unwrap_or_default()
        );
    }
}

fn assert_within(what: &str, events: &[Event], budget: &Budget) {
    let refused: BTreeSet<_> = events
        .iter()
        .filter(|event| (400..500).contains(&event.status))
        .map(|event| event.path.as_str())
        .collect();
    let count = |counts: fn(&&Event) -> bool| events.iter().filter(counts).count();
    let anonymous = count(|event| !event.had_credentials);
    let wrong = count(|event| event.status == 401 && event.had_credentials);
    for (name, count, most) in [
        (
            "distinct refused paths",
            refused.len(),
            budget.refused_paths,
        ),
        ("requests without credentials", anonymous, budget.anonymous),
        ("wrong credentials", wrong, budget.wrong),
        ("requests", events.len(), budget.requests),
    ] {
        assert!(
            count <= most,
            "{what}: {count} {name}, at most {most}: {refused:#?}"
        );
    }
}

async fn assert_gentle(tls: bool) {
    for password in PASSWORDS {
        let what = format!("tls {tls}, password `{password}`");
        let running = started(Options {
            tls,
            login: login(password),
            ..Options::default()
        })
        .await;
        check(&running, "safe", password).await;
        let seen = events(&running.requests());
        assert_within(&what, &seen, &BUDGET);
        assert_not_banned(&what, &seen);
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn a_healthy_run_over_http_is_gentle_and_nobody_bans_it() {
    assert_gentle(false).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn a_healthy_run_over_tls_is_gentle_and_nobody_bans_it() {
    assert_gentle(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_sent_once() {
    let running = started(Options::default()).await;
    check(&running, "safe", "not the password").await;
    let seen = events(&running.requests());
    assert_within("a wrong password", &seen, &BUDGET);
    assert_not_banned("a wrong password", &seen);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn three_runs_in_a_row_are_not_banned() {
    let running = started(Options::default()).await;
    for _ in 0..3 {
        check(&running, "safe", PASSWORDS[0]).await;
    }
    assert_not_banned("three runs", &events(&running.requests()));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn a_public_link_is_asked_twice_without_credentials() {
    for profile in [
        Profile::NextcloudLinkPassword,
        Profile::NextcloudLinkWebdavPassword,
    ] {
        let options = Options {
            speed: 20,
            ..Options::like(profile)
        };
        let user = profile.user().unwrap_or("safe");
        let running = started(options).await;
        check(&running, user, PASSWORDS[0]).await;
        let seen = events(&running.requests());
        assert_within(profile.name(), &seen, &PUBLIC_BUDGET);
        assert_not_banned(profile.name(), &seen);
        running.stop().await;
    }
}

fn login(password: &str) -> Login {
    Login::Basic {
        user: "safe".to_owned(),
        password: password.to_owned(),
    }
}
