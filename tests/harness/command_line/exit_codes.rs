//! The exit codes, each with a case that leads to it.

use super::{PASSWORD, check, home, report, server};
use crate::support::port::Reserved;
use crate::support::program::{file, program, run};
use crate::support::reference::Reference;
use safe_conformance::clients::Release;
use safe_conformance::clients::release::Aspect;
use safe_conformance::reference::{Fault, Login, Options};
use safe_conformance::safe::Client;
use std::process::Command;

#[test]
#[ignore = "it takes long: CI runs it"]
fn zero_where_everything_is_as_it_should_be() {
    let (server, home) = (server(&[]), home());
    let ended = run(&mut check(home.path(), server.url()));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(
        ended
            .stdout
            .contains("Android  backup partial  restore partial"),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.contains("without TLS"));
    let home = self::home();
    let ended = run(program(home.path()).arg("check"));
    assert_eq!(ended.code, Some(0), "the embedded server: {}", ended.all());
    assert!(ended.stderr.contains("checking the embedded server"));
    for line in [
        "Android  backup pass  restore pass\n",
        "iOS      backup pass  restore pass, but\n",
        "Desktop               restore pass\n",
    ] {
        assert!(ended.stdout.contains(line), "{}", ended.stdout);
    }
    let last = ended.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with("Exit code 0: "), "{last}");
}

#[test]
fn one_where_a_required_check_fails() {
    let (server, home) = (server(&[Fault::UploadTruncated]), home());
    let ended = run(&mut check(home.path(), server.url()));
    assert_eq!(ended.code, Some(1), "{}", ended.all());
}

#[test]
fn two_where_the_arguments_make_no_sense() {
    let home = home();
    let ended = run(program(home.path()).args(["check", "--no-such-option"]));
    assert_eq!(ended.code, Some(2), "{}", ended.all());
}

#[test]
fn three_where_there_is_no_connection() {
    let (nobody, home) = (Reserved::free(), home());
    let ended = run(&mut check(
        home.path(),
        &format!("http://{}/safe", nobody.address()),
    ));
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(
        ended.stdout.contains("connection refused"),
        "{}",
        ended.all()
    );
    let ended = run(&mut check(home.path(), "https://no-such-host.invalid/safe"));
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(ended.stdout.contains("has no address"), "{}", ended.all());
}

#[test]
fn four_where_nothing_was_judged() {
    let (server, home) = (server(&[]), home());
    let ended = run(check(home.path(), server.url()).args([
        "--skip",
        "server,tls,auth,config,upload,download,desktop,delete,limits,integrity,privacy,url,retention",
    ]));
    assert_eq!(ended.code, Some(4), "{}", ended.all());
    assert_eq!(server.count(), 0, "what is skipped is not asked");
    assert!(!ended.stdout.contains("pass  "), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("Exit code 4: no request was sent."),
        "{}",
        ended.stdout
    );
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn fail_on_recommended_counts_warnings() {
    let (server, home) = (server(&[Fault::AnonymousRead]), home());
    let ended = run(&mut check(home.path(), server.url()));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(ended.stdout.contains("auth.anonymous-download"));
    let ended = run(check(home.path(), server.url()).args(["--fail-on", "recommended"]));
    assert_eq!(ended.code, Some(1), "{}", ended.all());
}

/// A deviation comes before a refused login: the first exit code that applies is 1.
#[test]
fn one_where_the_credentials_are_refused() {
    let (server, home) = (server(&[Fault::CredentialsRefused]), home());
    let ended = run(&mut check(home.path(), server.url()));
    assert_eq!(ended.code, Some(1), "{}", ended.all());
    assert!(
        ended
            .stdout
            .contains("Exit code 1: user name or password is refused"),
        "{}",
        ended.stdout
    );
}

/// The first line of a ledger of a later version.
const LATER: &str = r#"{"format":9,"target":"https://h.example/s","login":"basic","seed":"00000000000000a5"}
"#;

/// The last line of each of these runs names the exit code and the reason.
#[test]
fn the_last_line_of_other_commands_says_the_exit_code_too() {
    let home = home();
    let ledgers = home.path().join("ledgers");
    std::fs::create_dir(&ledgers).expect("a folder");
    let mut sweep = program(home.path());
    sweep.arg("sweep").arg("--ledger-dir").arg(&ledgers);
    assert_last_line(&mut sweep, 0, "there was nothing to sweep");
    let broken = file(&ledgers, "00000000000000a5.ledger.jsonl", LATER);
    let mut sweep = program(home.path());
    sweep.arg("sweep").arg("--ledger-dir").arg(&ledgers);
    assert_last_line(&mut sweep, 3, "a ledger could not be read");
    let mut inspect = program(home.path());
    inspect.args(["inspect", "--plain"]).arg(&broken);
    let newest = |client| Release::newest(client).alike(Aspect::Reading).newest();
    let (android, ios) = (newest(Client::Android), newest(Client::Ios));
    let why = format!("{android} and {ios} cannot restore from this backup");
    assert_last_line(&mut inspect, 1, &why);
}

#[track_caller]
fn assert_last_line(command: &mut Command, code: i32, why: &str) {
    let ended = run(command);
    assert_eq!(ended.code, Some(code), "{}", ended.all());
    let last = ended.stdout.lines().last().unwrap_or_default();
    assert_eq!(last, format!("Exit code {code}: {why}."), "{}", ended.all());
}

/// Where the variable of the URL is missing by mistake, the embedded server would look healthy.
#[test]
fn two_where_credentials_are_set_but_no_url() {
    let home = home();
    for name in [
        "SAFE_SERVER_USER",
        "SAFE_SERVER_PASSWORD",
        "SAFE_SERVER_TOKEN",
        "SAFE_CA_FILE",
    ] {
        let ended = run(program(home.path()).arg("check").env(name, "x"));
        assert_eq!(ended.code, Some(2), "{name}: {}", ended.all());
        let says = format!("{name} is set, but no URL names a server");
        assert!(ended.stderr.contains(&says), "{name}: {}", ended.all());
    }
    // Near miss: what no server needs.
    let ended = run(program(home.path())
        .args(["check", "--only", "config"])
        .env("NO_COLOR", "1"));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_low_limit_that_the_config_names_is_no_failure() {
    let home = home();
    for max_backup_bytes in [16_384, 20_000, 24_001, 24_002, 32_768] {
        let server = Reference::start(Options {
            tls: false,
            login: Login::Open,
            max_backup_bytes,
            ..Options::default()
        });
        let mut command = program(home.path());
        command.args(["check", server.url(), "--ledger-dir"]);
        let (report, ended) = report(command.arg(home.path().join("ledgers")));
        assert_eq!(
            report["summary"]["fail"],
            0,
            "{max_backup_bytes}: {}",
            ended.all()
        );
        assert_eq!(ended.code, Some(0), "{max_backup_bytes}: {}", ended.all());
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_download_that_asks_for_nothing_gives_no_password_away() {
    let home = home();
    let issue = "ios-restore-password";
    for (faults, is_named) in [(&[][..], true), (&[Fault::AnonymousRead], false)] {
        let server = server(faults);
        let ended = run(&mut check(home.path(), server.url()));
        assert_eq!(ended.stdout.contains(issue), is_named, "{}", ended.all());
    }
}

#[test]
fn the_command_that_deletes_what_is_left_works_as_printed() {
    let (server, home) = (server(&[Fault::DeleteNotAllowed]), home());
    let ended = run(&mut check(home.path(), server.url()));
    let mut lines = ended.stdout.lines().map(str::trim);
    let line = lines.find(|line| line.starts_with("safe-conformance sweep"));
    let line = line.unwrap_or_else(|| panic!("{}", ended.all()));
    let mut arguments = line.split(' ').skip(1);
    let mut command = program(home.path());
    command
        .args(&mut arguments)
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    let swept = run(&mut command);
    assert!(
        swept.stdout.contains("405"),
        "it finds the ledger: {}",
        swept.all()
    );
}
