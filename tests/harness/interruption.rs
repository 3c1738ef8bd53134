//! Runs that are interrupted at any moment: what they uploaded is deleted, or stands in a ledger
//! that `sweep` reads.

use crate::support::program::{Running, file, ledgers, named_in_ledgers, program, run};
use crate::support::reference::{Reference, USER};
use crate::support::scripted::{self, Deed, Scripted};
use safe_conformance::reference::{Login, Options, Profile};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const PASSWORD: &str = "interrupted-Pa55word";
/// How long the server waits before every answer, so that a run has moments to be interrupted at.
const DELAY: Duration = Duration::from_millis(20);
/// At how many moments each signal is tried: in CI at many, on someone's own machine at some.
fn moments() -> usize {
    if std::env::var_os("CI").is_some() {
        21
    } else {
        7
    }
}
/// How many requests the moments are spread over; a run has somewhat more.
const SPREAD: usize = 230;

fn with_delay() -> Reference {
    Reference::plain(PASSWORD, &[], DELAY)
}

fn program_against(home: &Path, subcommand: &str, url: &str) -> Command {
    let mut command = program(home);
    command
        .args([subcommand, url, "--user", USER, "--ledger-dir"])
        .arg(home.join("ledgers"))
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    command
}

fn check(home: &Path, url: &str) -> Command {
    let mut command = program_against(home, "check", url);
    command.args(["--timeout", "5"]);
    command
}

fn sweep(home: &Path, url: &str) -> Command {
    program_against(home, "sweep", url)
}

/// The folder of a test and of its ledgers.
fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn report(home: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(home.join("report.json")).expect("a report was written");
    serde_json::from_str(&text).expect("the report is JSON")
}

/// Interrupts runs at moments spread over the run, counted in requests and so the same on any
/// machine.
fn interrupted_by(signal: &str) {
    let mut incomplete = 0;
    for moment in 0..moments() {
        let server = with_delay();
        let home = home();
        let form = format!("json={}", home.path().join("report.json").display());
        let running = Running::start(check(home.path(), server.url()).args(["--report", &form]));
        let requests = 1 + moment * SPREAD / moments();
        server.wait_until(|server| server.count() >= requests);
        running.signal(signal);
        let ended = running.end();
        let report = report(home.path());
        if report["complete"] == true {
            assert_eq!(ended.code, Some(0), "{}", ended.all());
        } else {
            incomplete += 1;
            let fails = report["summary"]["fail"].as_u64().expect("a count");
            assert_eq!(
                ended.code,
                Some(if fails > 0 { 1 } else { 3 }),
                "{}",
                ended.all()
            );
            let why = report["incomplete_because"].as_str().unwrap_or_default();
            assert_eq!(why, format!("SIG{signal} came"));
            let said = format!("The run is incomplete: SIG{signal} came.");
            assert!(ended.stdout.contains(&said), "{}", ended.all());
            assert!(ended.stderr.contains("cleaning up"), "{}", ended.all());
            for client in ["android", "ios", "desktop"] {
                for direction in ["backup", "restore"] {
                    let verdict = &report["clients"][client][direction]["verdict"];
                    assert_ne!(verdict, "pass", "{}", ended.all());
                }
            }
        }
        server.settle();
        assert_eq!(
            server.running.stored(),
            0,
            "moment {moment}: {}",
            ended.all()
        );
        assert_eq!(report["left_behind"], 0);
        assert!(
            ledgers(&home.path().join("ledgers")).is_empty(),
            "moment {moment}: {}",
            ended.all()
        );
    }
    assert!(
        incomplete >= moments() - 3,
        "only {incomplete} runs were interrupted"
    );
}

#[test]
fn sigint_at_any_moment() {
    interrupted_by("INT");
}

#[test]
fn sigterm_at_any_moment() {
    interrupted_by("TERM");
}

#[test]
fn sighup_at_any_moment() {
    interrupted_by("HUP");
}

#[test]
fn a_run_under_nohup_outlives_its_terminal() {
    let server = with_delay();
    let home = home();
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh"])
        .arg(env!("CARGO_BIN_EXE_safe-conformance"))
        .args(["check", server.url(), "--only", "config", "--user", USER])
        .arg("--ledger-dir")
        .arg(home.path().join("ledgers"))
        .env_clear()
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    let running = Running::start(&mut command);
    server.wait_until(|server| server.count() >= 1);
    running.signal("HUP");
    let ended = running.end();
    assert_eq!(ended.code, Some(0), "{}", ended.all());
}

#[test]
fn sigkill_at_any_moment() {
    let mut left_something = 0;
    for moment in 0..moments() {
        let server = with_delay();
        let home = home();
        let folder = home.path().join("ledgers");
        std::fs::create_dir(&folder).expect("a folder");
        let running = Running::start(&mut check(home.path(), server.url()));
        let requests = moment * SPREAD / moments();
        server.wait_until(|server| server.count() >= requests);
        running.signal("KILL");
        let ended = running.end();
        server.settle();
        let stored = server.running.stored();
        let named = named_in_ledgers(&folder).len();
        assert!(
            named >= stored,
            "moment {moment}: {stored} are left, {named} are named"
        );
        left_something += usize::from(stored > 0);
        if ended.code.is_none() {
            let swept = run(&mut sweep(home.path(), server.url()));
            assert_eq!(swept.code, Some(0), "moment {moment}: {}", swept.all());
        }
        assert_eq!(server.running.stored(), 0, "moment {moment}");
        assert!(ledgers(&folder).is_empty(), "moment {moment}");
    }
    assert!(
        left_something > moments() / 3,
        "only {left_something} kills left anything to sweep"
    );
}

/// A server on which a killed run left backups, and the folder with its ledger.
fn killed(seed: &str) -> (Reference, tempfile::TempDir) {
    loop {
        let server = with_delay();
        let home = home();
        let running = Running::start(check(home.path(), server.url()).args(["--seed", seed]));
        server.wait_until(|server| server.running.stored() >= 3);
        running.signal("KILL");
        running.end();
        server.settle();
        // Deletions may have been on their way.
        if server.running.stored() > 0 {
            return (server, home);
        }
    }
}

const SEED: &str = "00000000000000a5";

#[test]
fn a_run_with_the_seed_of_a_killed_one_deletes_what_that_left() {
    for only in [None, Some("config")] {
        let (server, home) = killed(SEED);
        let mut command = check(home.path(), server.url());
        command.args(["--seed", SEED]);
        if let Some(only) = only {
            command.args(["--only", only]);
        }
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        assert_eq!(server.running.stored(), 0, "{only:?}: {}", ended.all());
        assert!(ledgers(&home.path().join("ledgers")).is_empty());
    }
}

#[test]
fn a_run_with_the_seed_of_one_against_another_server_does_not_begin() {
    let (server, home) = killed(SEED);
    let other = with_delay();
    let ended = run(check(home.path(), other.url()).args(["--seed", SEED]));
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    assert!(ended.stderr.contains("sweep that first"), "{}", ended.all());
    assert_eq!(other.count(), 0, "nothing was sent");
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(
        (swept.code, server.running.stored()),
        (Some(0), 0),
        "{}",
        swept.all()
    );
}

fn ledger_of(home: &Path) -> std::path::PathBuf {
    ledgers(&home.join("ledgers"))
        .pop()
        .expect("a ledger is left")
}

fn append(path: &Path, text: &str) {
    let file = std::fs::OpenOptions::new().append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .expect("a ledger can be appended to");
}

#[test]
fn a_torn_last_line_does_not_keep_the_rest_from_being_swept() {
    let (server, home) = killed(SEED);
    append(&ledger_of(home.path()), "{\"claimed\":\"0123");
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(
        (swept.code, server.running.stored()),
        (Some(0), 0),
        "{}",
        swept.all()
    );
    assert!(ledgers(&home.path().join("ledgers")).is_empty());
}

#[test]
fn a_torn_last_line_does_not_spoil_what_is_written_after_it() {
    let (server, home) = killed(SEED);
    let ledger = ledger_of(home.path());
    append(&ledger, "{\"claimed\":\"0123");
    // A second run with this seed is killed too: what it wrote stands after the torn line.
    let count = server.count();
    let running = Running::start(check(home.path(), server.url()).args(["--seed", SEED]));
    server.wait_until(|server| server.count() > count + 120);
    running.signal("KILL");
    running.end();
    server.settle();
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(
        (swept.code, server.running.stored()),
        (Some(0), 0),
        "{}",
        swept.all()
    );
    assert!(!ledger.exists());
}

/// Whether the server was asked about this backup.
fn was_asked_about(server: &Reference, id: &str) -> bool {
    let requests = server.running.requests();
    requests.iter().any(|request| request.path.contains(id))
}

#[test]
fn the_good_lines_of_a_damaged_ledger_are_swept() {
    for damage in [
        "oh no\n",
        "{\"claimed\":\"xyz\"}\n",
        "{\"clained\":\"what was this?\"}\n",
        // A line that was torn on a full disk, and the next one that grew onto it.
        "{\"sent\":\"01{\"sent\":\"0123\"}\n",
    ] {
        let (server, home) = killed(SEED);
        let ledger = ledger_of(home.path());
        append(&ledger, damage);
        let swept = run(&mut sweep(home.path(), server.url()));
        assert_eq!(swept.code, Some(3), "{}", swept.all());
        assert!(
            swept.stdout.contains("is not a line of a ledger"),
            "{}",
            swept.all()
        );
        assert_eq!(server.running.stored(), 0, "{}", swept.all());
        let kept = std::fs::read_to_string(&ledger).expect("the ledger stays");
        assert!(kept.contains(damage), "{kept}");
    }
}

#[test]
fn a_backup_that_does_not_follow_from_the_seed_is_never_deleted() {
    let (server, home) = killed(SEED);
    let ledger = ledger_of(home.path());
    let theirs = "ab".repeat(32);
    for (label, id) in [
        ("upload.accepted[android-h1]/backup", &theirs),
        ("", &theirs),
    ] {
        append(
            &ledger,
            &format!("{{\"claimed\":{{\"id\":\"{id}\",\"label\":\"{label}\"}}}}\n"),
        );
        append(&ledger, &format!("{{\"sent\":\"{id}\"}}\n"));
    }
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(
        swept.stdout.contains("names a backup that is not ours"),
        "{}",
        swept.all()
    );
    assert!(!was_asked_about(&server, &theirs));
    assert_eq!(server.running.stored(), 0, "{}", swept.all());
}

#[test]
fn a_ledger_of_another_format_is_refused() {
    for format in [1, 3] {
        let (server, home) = killed(SEED);
        let ledger = ledger_of(home.path());
        let text = std::fs::read_to_string(&ledger).expect("a ledger");
        let other = text.replacen("\"format\":2", &format!("\"format\":{format}"), 1);
        std::fs::write(&ledger, &other).expect("a ledger can be written");
        let (stored, count) = (server.running.stored(), server.count());
        let swept = run(&mut sweep(home.path(), server.url()));
        assert_eq!(swept.code, Some(3), "{}", swept.all());
        let sentence = format!("this ledger has format {format}");
        assert!(swept.stdout.contains(&sentence), "{}", swept.all());
        assert_eq!(
            (server.running.stored(), server.count()),
            (stored, count),
            "nothing was asked"
        );
        assert_eq!(std::fs::read_to_string(&ledger).expect("a ledger"), other);
    }
}

/// The shell ignores SIGXFSZ, so that a write beyond the limit fails as on a full disk: after a
/// part of it.
#[test]
fn on_a_full_disk_nothing_is_uploaded_that_no_ledger_names() {
    let server = with_delay();
    let home = home();
    let ledgers_dir = home.path().join("ledgers");
    let mut command = Command::new("bash");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "bash"])
        .arg(env!("CARGO_BIN_EXE_safe-conformance"))
        .args([
            "check",
            server.url(),
            "--only",
            "upload,delete",
            "--user",
            USER,
        ])
        .arg("--ledger-dir")
        .arg(&ledgers_dir)
        .env_clear()
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    let mut running = Running::start(&mut command);
    server.wait_until(|server| server.running.stored() > 0);
    let mut named = std::collections::BTreeSet::new();
    while running.is_running() {
        // Every line is whole at any moment: a torn one is cut back.
        named.extend(named_in_ledgers(&ledgers_dir));
        std::thread::sleep(Duration::from_millis(5));
    }
    let ended = running.end();
    assert!(
        ended.stdout.contains("the ledger cannot be written"),
        "{}",
        ended.all()
    );
    let uploaded: std::collections::BTreeSet<_> = server
        .running
        .requests()
        .iter()
        .filter(|request| request.method == "PUT")
        .map(|request| {
            request
                .path
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    assert!(
        !uploaded.is_empty() && uploaded.is_subset(&named),
        "{uploaded:?}"
    );
    assert_eq!(server.running.stored(), 0, "{}", ended.all());
}

#[test]
fn a_folder_of_ledgers_that_is_none_is_a_slip() {
    let server = with_delay();
    let home = home();
    file(home.path(), "a-file", "");
    for named in ["mistyped", "a-file"] {
        let mut command = program(home.path());
        command
            .args(["sweep", server.url(), "--user", USER, "--ledger-dir"])
            .arg(home.path().join(named))
            .env("SAFE_SERVER_PASSWORD", PASSWORD);
        let swept = run(&mut command);
        assert_eq!(swept.code, Some(2), "{}", swept.all());
        assert!(swept.stderr.contains("is not a folder"), "{}", swept.all());
    }
    assert_eq!(server.count(), 0);
}

#[test]
fn a_pipe_among_the_ledgers_holds_nothing_up() {
    let (server, home) = killed(SEED);
    let pipe = home.path().join("ledgers/0.ledger.jsonl");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(
        swept.stdout.contains("not a regular file"),
        "{}",
        swept.all()
    );
    assert_eq!(server.running.stored(), 0, "the others are swept");
}

#[test]
fn sweeping_while_the_run_lives_touches_nothing() {
    let server = with_delay();
    let home = home();
    let mut running = Running::start(&mut check(home.path(), server.url()));
    server.wait_until(|server| server.running.stored() > 0);
    let swept = run(&mut sweep(home.path(), server.url()));
    assert!(running.is_running(), "the run outlives the sweep");
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(
        swept.stdout.contains("a run is still writing it"),
        "{}",
        swept.all()
    );
    assert!(!swept.stdout.contains("no run has left"), "{}", swept.all());
    let ended = running.end();
    assert_eq!(
        ended.code,
        Some(0),
        "the run did not suffer: {}",
        ended.all()
    );
    assert_eq!(server.running.stored(), 0);
}

#[test]
fn sweeping_with_the_wrong_server_or_credentials_keeps_the_ledger() {
    let (server, home) = killed(SEED);
    let other = with_delay();
    let swept = run(&mut sweep(home.path(), other.url()));
    assert!(swept.stdout.contains("another server"), "{}", swept.all());
    assert_eq!(
        swept.code,
        Some(3),
        "whoever mistypes the URL has swept nothing"
    );
    assert_eq!(other.count(), 0);
    let stored = server.running.stored();
    let count = server.count();
    let swept = run(sweep(home.path(), server.url()).env("SAFE_SERVER_PASSWORD", "wrong"));
    assert_eq!(swept.code, Some(3), "{}", swept.all());
    assert!(swept.stdout.contains("401"), "{}", swept.all());
    assert_eq!(server.count() - count, 1, "one refused login is enough");
    assert_eq!(server.running.stored(), stored);
    let ended = run(program(home.path())
        .args(["sweep", "--ledger-dir"])
        .arg(home.path().join("ledgers")));
    assert!(ended.stdout.contains(server.url()), "{}", ended.all());
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(
        (swept.code, server.running.stored()),
        (Some(0), 0),
        "{}",
        swept.all()
    );
}

#[test]
fn nothing_to_sweep_is_no_error() {
    let server = with_delay();
    let home = home();
    std::fs::create_dir(home.path().join("ledgers")).expect("a folder");
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(swept.code, Some(0), "{}", swept.all());
    assert!(swept.stdout.contains("Nothing to sweep"));
    assert_eq!(server.count(), 0);
}

#[test]
fn two_runs_at_once_do_not_meet() {
    let server = with_delay();
    let home = home();
    let first = Running::start(&mut check(home.path(), server.url()));
    let second = Running::start(&mut check(home.path(), server.url()));
    for ended in [first.end(), second.end()] {
        assert_eq!(ended.code, Some(0), "{}", ended.all());
    }
    assert_eq!(server.running.stored(), 0);
    assert!(ledgers(&home.path().join("ledgers")).is_empty());
}

#[test]
fn two_runs_at_once_with_one_seed_are_kept_apart() {
    let server = with_delay();
    let home = home();
    let first = Running::start(check(home.path(), server.url()).args(["--seed", SEED]));
    server.wait_until(|server| server.count() > 10);
    let second = run(check(home.path(), server.url()).args(["--seed", SEED]));
    assert_eq!(second.code, Some(2), "{}", second.all());
    assert!(
        second.stderr.contains("a run is still writing it"),
        "{}",
        second.all()
    );
    let first = first.end();
    assert_eq!(first.code, Some(0), "{}", first.all());
    assert_eq!(server.running.stored(), 0);
}

#[test]
fn a_deadline_ends_the_run_and_cleans_up() {
    let server = Reference::plain(PASSWORD, &[], Duration::from_millis(100));
    let home = home();
    let ended = run(check(home.path(), server.url()).args(["--deadline", "2"]));
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(
        ended
            .stdout
            .contains("The run is incomplete: the deadline of 2 s passed."),
        "{}",
        ended.all()
    );
    server.settle();
    assert_eq!(server.running.stored(), 0);
    assert!(
        ledgers(&home.path().join("ledgers")).is_empty(),
        "{}",
        ended.all()
    );
}

#[test]
fn a_second_signal_ends_at_once_and_leaves_the_ledger() {
    let server = Scripted::start(|asked| {
        if asked.method == "DELETE" {
            Deed::Silence
        } else {
            Deed::Healthy
        }
    });
    let home = home();
    let mut command = check(home.path(), &server.url());
    command.env("SAFE_SERVER_PASSWORD", scripted::PASSWORD);
    let mut running = Running::start(&mut command);
    let began = Instant::now();
    while server.stored().is_empty() && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.signal("INT");
    std::thread::sleep(Duration::from_millis(700));
    assert!(
        running.is_running(),
        "it cleans up, and the server does not answer"
    );
    running.signal("INT");
    let second = Instant::now();
    let ended = running.end();
    // To clean up takes 8 s at least on this server.
    assert!(
        second.elapsed() < Duration::from_secs(5),
        "{:?}",
        second.elapsed()
    );
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    let named = named_in_ledgers(&home.path().join("ledgers"));
    assert!(server.stored().is_subset(&named));
    assert!(!named.is_empty());
}

#[test]
fn a_signal_while_nothing_answers_leaves_the_ledger_and_says_so() {
    let server = Scripted::start(|asked| {
        if asked.method == "DELETE" {
            Deed::Silence
        } else {
            Deed::Healthy
        }
    });
    let home = home();
    let mut command = check(home.path(), &server.url());
    command.env("SAFE_SERVER_PASSWORD", scripted::PASSWORD);
    let running = Running::start(&mut command);
    let began = Instant::now();
    while server.stored().is_empty() && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.signal("TERM");
    let ended = running.end();
    let named = named_in_ledgers(&home.path().join("ledgers"));
    assert!(server.stored().is_subset(&named) && !named.is_empty());
    assert!(
        ended.stdout.contains("safe-conformance sweep"),
        "{}",
        ended.all()
    );
}

#[test]
fn an_empty_ledger_is_no_obstacle() {
    let server = with_delay();
    let home = home();
    std::fs::create_dir(home.path().join("ledgers")).expect("a folder");
    for (name, content) in [("one", ""), ("two", "{\"format\":1,\"tar")] {
        file(
            &home.path().join("ledgers"),
            &format!("{name}.ledger.jsonl"),
            content,
        );
    }
    let swept = run(&mut sweep(home.path(), server.url()));
    assert_eq!(swept.code, Some(0), "{}", swept.all());
}

/// Servers that lock the target of an upload that broke off, and store a part of it late.
const LATE_PROFILES: [Profile; 2] = [
    Profile::NextcloudAppPassword,
    Profile::NextcloudLoginPassword,
];
/// How many runs are interrupted at once: they wait more than they work.
const AT_ONCE: usize = 12;
/// How many times faster than a real server's the clock of the server is.
const SPEED: u32 = 5;
/// When the last part of an upload comes by that clock, and some more.
const LATEST_PART: Duration = Duration::from_millis(1500);

/// Interrupts a run against a server that locks and stores late; if the run could not clean up,
/// sweeps. Nothing is left.
fn interrupted_while_late(profile: Profile, signal: &str, requests: usize) {
    let options = Options {
        speed: SPEED,
        ..Options::like(profile)
    };
    let Login::Basic { user, password } = options.login.clone() else {
        panic!("this server has a login")
    };
    let server = Reference::start(options);
    let home = home();
    let folder = home.path().join("ledgers");
    std::fs::create_dir(&folder).expect("a folder");
    let at_home = |subcommand: &str| {
        let mut command = program(home.path());
        command
            .args([subcommand, server.url(), "--user", &user, "--ledger-dir"])
            .arg(&folder)
            .env("SAFE_SERVER_PASSWORD", &password);
        command
    };
    let running = Running::start(at_home("check").args(["--pace", "fast"]));
    server.wait_until(|server| server.count() >= requests);
    running.signal(signal);
    let ended = running.end();
    let mut said = ended.all();
    let what = format!("SIG{signal} at {requests} to {}", profile.name());
    if !ledgers(&folder).is_empty() {
        let swept = run(&mut at_home("sweep"));
        said += &swept.all();
        assert_eq!(swept.code, Some(0), "{what}: {said}");
    }
    std::thread::sleep(LATEST_PART);
    assert_eq!(server.running.stored(), 0, "{what}: {said}");
    assert!(ledgers(&folder).is_empty(), "{what}: {said}");
}

/// 60 runs in CI, 8 elsewhere.
#[test]
fn nothing_is_left_on_a_server_that_locks_and_stores_late() {
    let moments = if std::env::var_os("CI").is_some() {
        15
    } else {
        2
    };
    let cases = (0..moments).flat_map(|moment| {
        // Spread over what a run asks at least, uploads that break off included.
        let requests = 12 + moment * 150 / moments;
        let profile = LATE_PROFILES[moment % LATE_PROFILES.len()];
        ["INT", "TERM", "HUP", "KILL"].map(|signal| (profile, signal, requests))
    });
    let cases = std::sync::Mutex::new(cases);
    let next = || cases.lock().expect("no worker panics with it").next();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((profile, signal, requests)) = next() {
                    interrupted_while_late(profile, signal, requests);
                }
            });
        }
    });
}
