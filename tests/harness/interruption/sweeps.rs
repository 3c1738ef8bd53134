//! A sweep that a signal stops, and one that has nothing to say.

use super::ledgers::{SEED, killed};
use super::{home, sweep, with_delay};
use crate::support::program::{Running, ledgers, named_in_ledgers, run};

fn deletions(server: &crate::support::reference::Reference) -> usize {
    let requests = server.running.requests();
    requests.iter().filter(|it| it.method == "DELETE").count()
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_stopped_sweep_says_how_far_it_came_and_can_be_repeated() {
    for signal in ["INT", "TERM", "HUP"] {
        let (server, home) = killed(SEED);
        let folder = home.path().join("ledgers");
        let named = named_in_ledgers(&folder).len();
        let of_the_run = deletions(&server);
        let running = Running::start(&mut sweep(home.path(), server.url()));
        server.wait_until(|server| deletions(server) > of_the_run);
        running.signal(signal);
        let ended = running.end();
        assert_eq!(ended.code, Some(3), "{}", ended.all());
        assert_eq!(ended.stdout, "", "{}", ended.all());
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.all());
        for says in [
            format!("SIG{signal} stopped `sweep`: "),
            format!(" of {named} backup"),
            "run `sweep` again".to_owned(),
        ] {
            assert!(ended.stderr.contains(&says), "{says}: {}", ended.all());
        }
        server.settle();
        let swept = run(&mut sweep(home.path(), server.url()));
        assert_eq!(swept.code, Some(0), "{}", swept.all());
        assert_eq!(server.running.stored(), 0, "{}", swept.all());
        assert!(ledgers(&folder).is_empty(), "{}", swept.all());
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_quiet_sweep_says_nothing_where_all_is_well() {
    let (server, home) = killed(SEED);
    let swept = run(sweep(home.path(), server.url()).arg("-q"));
    assert_eq!(
        (swept.code, swept.all().trim()),
        (Some(0), ""),
        "it swept everything"
    );
    assert_eq!(server.running.stored(), 0);
    let again = run(sweep(home.path(), server.url()).arg("-q"));
    assert_eq!((again.code, again.all().trim()), (Some(0), ""));
}

/// Near miss: a problem is said.
#[test]
fn a_quiet_sweep_says_what_is_wrong() {
    let (_server, home) = killed(SEED);
    let other = with_delay();
    let swept = run(sweep(home.path(), other.url()).arg("-q"));
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(swept.stdout.contains("Exit code 3"), "{}", swept.all());
    let empty = self::home();
    let swept = run(sweep(empty.path(), other.url()).arg("-q"));
    assert_eq!(swept.code, Some(2), "no folder: {}", swept.all());
}
