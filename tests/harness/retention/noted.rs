//! What a visit finds that breaks no promise, and that users lose backups by, is not forgotten.

use super::PASSWORD;
use super::program::retention;
use crate::support::program::{Ended, run};
use crate::support::reference::Reference;
use jiff::{SignedDuration, Timestamp};
use safe_conformance::reference::{Login, Options};
use safe_conformance::retention::{Ledger, Role, Sight, State, Watch};
use safe_conformance::wire::Seed;
use std::path::Path;
use std::time::Duration;

const GONE: &str = "before iOS uploads an unchanged backup again";

/// Writes the ledger of a watch whose canary of iOS looked like this on the day after its promise,
/// was uploaded again, and was kept since.
fn watched(path: &Path, url: &str, sight: Sight) {
    let days = |days: i64| Timestamp::now() - SignedDuration::from_hours(24 * days);
    let watch = Watch::new(Seed::new(1), url, days(365), 1, None, 180);
    let mut watch = watch.expect("promised");
    for canary in watch.canaries.values_mut() {
        canary.uploads = 1;
        canary.state = State::Done;
    }
    let canary = watch.canaries.get_mut(&Role::AsIos).expect("it is there");
    canary.state = State::Waiting(0);
    watch.was_seen(Role::AsIos, sight, days(184));
    watch.was_uploaded(Role::AsIos, days(184));
    watch.was_seen(Role::AsIos, Sight::Whole, days(5));
    watch.visited = days(5);
    Ledger::create(path, watch).expect("a ledger");
}

fn at(home: &Path, url: &str, arguments: &[&str]) -> Ended {
    run(&mut retention(home, url, arguments))
}

/// Near miss: a canary that was still there gets no note.
#[test]
fn a_backup_that_ios_would_have_lost_is_said_at_every_later_visit() {
    let server = Reference::plain(PASSWORD, &[], Duration::ZERO);
    for (sight, is_said) in [
        (Sight::Missing("a GET returned 404".to_owned()), true),
        (Sight::Whole, false),
    ] {
        let home = tempfile::tempdir().expect("a temporary folder");
        watched(&home.path().join("l.json"), server.url(), sight);
        for arguments in [
            vec!["status", "--ledger", "l.json"],
            vec!["status", "--html", "--ledger", "l.json"],
            vec!["verify", "--ledger", "l.json"],
            vec!["-q", "status", "--ledger", "l.json"],
            vec!["-q", "verify", "--ledger", "l.json"],
            vec!["verify", "--ledger", "l.json", "--report", "json=-"],
            vec!["verify", "--ledger", "l.json", "--report", "markdown=-"],
        ] {
            let ended = at(home.path(), server.url(), &arguments);
            assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.all());
            let said = ended
                .stdout
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            assert_eq!(said.contains(GONE), is_said, "{arguments:?}: {said}");
            let is_quiet = arguments[0] == "-q";
            assert!(is_said || !is_quiet || said.is_empty(), "{said}");
        }
    }
}

/// Near miss: `--days` sets a shorter watch.
#[test]
#[ignore = "it takes long: CI runs it"]
fn what_is_promised_for_longer_than_anybody_waits_is_not_watched() {
    let login = Login::Basic {
        user: crate::support::reference::USER.to_owned(),
        password: PASSWORD.to_owned(),
    };
    for days in [36_501, 1_000_000_000] {
        let options = Options {
            tls: false,
            login: login.clone(),
            retention_days: days,
            ..Options::default()
        };
        let server = Reference::start(options);
        let home = tempfile::tempdir().expect("a temporary folder");
        let plant = ["plant", "--ledger", "l.json"];
        let refused = at(home.path(), server.url(), &plant);
        assert_eq!(refused.code, Some(2), "{}", refused.all());
        assert!(refused.stderr.contains("--days N"), "{}", refused.all());
        assert!(!home.path().join("l.json").exists());
        let planted = at(
            home.path(),
            server.url(),
            &["plant", "--ledger", "l.json", "--days", "30"],
        );
        assert_eq!(planted.code, Some(0), "{}", planted.all());
        assert!(!planted.stdout.contains("9999"), "{}", planted.all());
    }
}
