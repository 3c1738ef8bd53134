//! Credentials in wrong places, and where they can be mistaken for something else.

use super::echoes::percent;
use super::{PASSWORD, USER, assert_secret, basic, check, home};
use crate::support::at_once::at_once;
use crate::support::program::{program, run};
use crate::support::reference::Reference;
use safe_conformance::reference::{Fault, Login, Options};

#[test]
#[ignore = "it takes long: CI runs it"]
fn user_info_in_a_url_does_not_show() {
    let server = Reference::start(Options {
        tls: false,
        login: Login::Basic {
            user: USER.to_owned(),
            password: PASSWORD.to_owned(),
        },
        faults: vec![Fault::CredentialsEchoed],
        ..Options::default()
    });
    let url = server
        .url()
        .replace("http://", &format!("http://{USER}:{}@", percent(PASSWORD)));
    let mut secrets = basic(USER, PASSWORD);
    secrets.push(percent(PASSWORD).into_bytes());
    let home = home();
    let ended = assert_secret(home.path(), &mut check(home.path(), &url), &secrets);
    assert_eq!(
        ended.code,
        Some(0),
        "the credentials were taken: {}",
        ended.all()
    );
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn no_error_sentence_repeats_the_password_of_a_url() {
    let typed = "hunter2-in-url";
    for arguments in [
        &["check", "ftp://zaphod:hunter2-in-url@cloud.example/safe"][..],
        &["check", "https://zaphod:hunter2-in-url@/safe"],
        &[
            "check",
            "https://zaphod:hunter2-in-url@cloud.example:99999/safe",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url@cloud.example/safe?x=1",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url@cloud.example/safe#x",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url@cloud.example/safe/config",
        ],
        &["check", "https://zaphod:hunter2-in-url@cloud exam ple/safe"],
        &[
            "check",
            "https://zaphod:hunter2-in-url%FF@cloud.example/safe",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url/x@cloud.example/safe",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url?x@cloud.example/safe",
        ],
        &[
            "check",
            "https://zaphod:hunter2-in-url#x@cloud.example/safe",
        ],
        &["check", "https:zaphod:hunter2-in-url@cloud.example/safe"],
        &["check", "zaphod:hunter2-in-url@cloud.example/safe"],
        &["check", "http://zaphod:hunter2-in-url@[::1/safe"],
        &[
            "check",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
            "--only",
            "nonsense",
        ],
        &[
            "check",
            "https://one.example",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &[
            "check",
            "https://one.example",
            "zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &[
            "check",
            "--resolve",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &[
            "check",
            "--report",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &[
            "check",
            "--seed",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &[
            "check",
            "--url=https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
        &["https://zaphod:hunter2-in-url@cloud.example/safe"],
        &["zaphod:hunter2-in-url@cloud.example"],
        &["sweep", "ftp://zaphod:hunter2-in-url@cloud.example/safe"],
        &[
            "serve",
            "--listen",
            "https://zaphod:hunter2-in-url@cloud.example/safe",
        ],
    ] {
        let home = home();
        let ended = run(program(home.path()).args(arguments));
        assert!(
            !ended.all().contains(typed),
            "{arguments:?}: {}",
            ended.all()
        );
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.all());
    }
    let home = home();
    let ended = run(program(home.path())
        .arg("check")
        .env("SAFE_TARGET", "ftp://zaphod:hunter2-in-url@cloud.example"));
    assert!(!ended.all().contains(typed), "{}", ended.all());
    assert_eq!(ended.code, Some(2));
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_password_that_is_a_word_of_the_report_breaks_no_report() {
    // Removing the harness's own text would reveal the password, and break the files.
    let words = [
        "config",
        "pass",
        "safe",
        "format",
        "finding",
        "a",
        "gzip",
        "Nextcloud",
        "524288",
    ];
    at_once(words, |password| {
        let server = Reference::plain(password, &[], std::time::Duration::ZERO);
        let home = home();
        let mut command = check(home.path(), server.url());
        command
            .args(["--user", "safe"])
            .env("SAFE_SERVER_PASSWORD", password);
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(0), "{password}: {}", ended.all());
        let report = std::fs::read_to_string(home.path().join("report.json")).expect("a report");
        let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
        assert_eq!(report["tool"], "safe-conformance", "{password}");
        assert_eq!(report["format"], 2, "{password}");
        assert_eq!(
            report["clients"]["android"]["backup"]["verdict"], "partial",
            "{password}"
        );
        let judged = run(program(home.path())
            .arg("judge")
            .arg(home.path().join("transcript.json")));
        assert_eq!(judged.code, Some(0), "{password}: {}", judged.all());
    });
}

#[test]
fn credentials_that_http_basic_cannot_carry_are_a_slip() {
    let home = home();
    for (user, password, what) in [
        ("with:colon", "x", "colon"),
        ("user", "two\nlines", "control character"),
        ("us\ter", "x", "control character"),
    ] {
        let refused = run(program(home.path())
            .args(["check", "http://localhost:9/safe", "--user", user])
            .env("SAFE_SERVER_PASSWORD", password));
        assert_eq!(refused.code, Some(2), "{}", refused.all());
        assert!(refused.stderr.contains(what), "{}", refused.all());
        assert!(!refused.all().contains("two"), "{}", refused.all());
    }
}
