//! Outputs: no output overwrites another output or an input, standard output holds only JSON, and
//! nothing in an output is active.

use super::{PASSWORD, assert_valid, check, home, server};
use crate::support::program::{file, program, run};
use crate::support::reference::USER;
use crate::support::scripted::{self, Deed, Reply, Scripted};
use safe_conformance::reference::Fault;
use std::path::Path;
use std::process::Command;

#[test]
fn no_output_replaces_a_file_that_is_read() {
    let (server, home) = (server(&[]), home());
    let password = file(home.path(), "password", PASSWORD);
    let waivers = file(home.path(), "waivers.toml", "");
    let with = |arguments: &[&str]| {
        let mut command = program(home.path());
        command
            .args(["check", server.url(), "--user", USER, "--password-file"])
            .arg(&password)
            .arg("--waivers")
            .arg(&waivers)
            .args(arguments);
        run(&mut command)
    };
    let other = home.path().join(".").join("password");
    for (option, output) in [
        ("--report", format!("json={}", password.display())),
        ("--report", format!("markdown={}", other.display())),
        ("--report", format!("junit={}", waivers.display())),
        ("--transcript", password.display().to_string()),
    ] {
        let ended = with(&[option, &output]);
        assert_eq!(ended.code, Some(2), "{}", ended.all());
        assert!(ended.stderr.contains("would overwrite"), "{}", ended.stderr);
    }
    let kept = std::fs::read_to_string(&password).expect("it is there");
    assert_eq!((kept.as_str(), server.count()), (PASSWORD, 0));
}

#[test]
fn one_file_under_two_spellings_is_one_file() {
    let home = home();
    let report = home.path().join("report");
    let spelled = home.path().join(".").join("report");
    let mut command = program(home.path());
    command.args([
        "check",
        "--report",
        &format!("json={}", report.display()),
        "--report",
        &format!("junit={}", spelled.display()),
    ]);
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    assert!(
        ended.stderr.contains("two outputs go to"),
        "{}",
        ended.stderr
    );
    #[cfg(unix)]
    {
        let linked = home.path().join("linked");
        std::os::unix::fs::symlink(&report, &linked).expect("a link");
        let mut command = program(home.path());
        command.args(["check", "--transcript"]).arg(&linked);
        command.args(["--report", &format!("json={}", report.display())]);
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(2), "{}", ended.all());
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn standard_output_by_another_name_is_standard_output() {
    if !Path::new("/dev/stdout").exists() {
        return;
    }
    let (server, home) = (server(&[]), home());
    for name in ["-", "/dev/stdout", "/dev/fd/1"] {
        let ended =
            run(check(home.path(), server.url()).args(["--report", &format!("json={name}")]));
        assert_eq!(ended.code, Some(0), "{name}: {}", ended.all());
        let report: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON alone");
        assert_valid(&report);
        assert!(ended.stderr.contains("Exit code 0"), "{}", ended.stderr);
    }
}

/// What a server, a proxy or an app may say to harm the reader.
const NASTY: &str = "\u{202e}evil\u{200b} ::error::no ##[error]no ##vso[task.complete] @admin <img src=x> \u{1b}[31mred";

#[test]
fn what_a_server_says_acts_nowhere() {
    let server = Scripted::start(|asked| {
        if asked.method == "PUT" {
            let page = format!("<html><title>{NASTY}</title></html>");
            Deed::Reply(Reply::new(507, page).with("Retry-After", "::error::x"))
        } else {
            Deed::Healthy
        }
    });
    let home = home();
    let markdown = home.path().join("report.md");
    let junit = home.path().join("junit.xml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_safe-conformance"));
    command
        .env_clear()
        .env("HOME", home.path())
        .env("SAFE_SERVER_PASSWORD", scripted::PASSWORD)
        .args(["check", &server.url(), "--user", scripted::USER, "-vvv"])
        .args(["--only", "upload.accepted"])
        .args(["--report", "json=-"])
        .args(["--report", &format!("markdown={}", markdown.display())])
        .args(["--report", &format!("junit={}", junit.display())]);
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(1), "{}", ended.all());
    let markdown = std::fs::read_to_string(markdown).expect("a report");
    let junit = std::fs::read_to_string(junit).expect("a report");
    assert!(ended.stderr.contains("evil") && markdown.contains("evil") && junit.contains("evil"));
    for (name, text) in [
        ("text", &ended.stderr),
        ("json", &ended.stdout),
        ("markdown", &markdown),
        ("junit", &junit),
    ] {
        for hidden in ['\u{202e}', '\u{200b}', '\u{1b}', '\u{7}'] {
            assert!(!text.contains(hidden), "{name} holds {hidden:?}: {text}");
        }
    }
    for (name, text) in [
        ("text", &ended.stderr),
        ("markdown", &markdown),
        ("junit", &junit),
    ] {
        assert!(
            !text.contains("##[error]") && !text.contains("##vso["),
            "{name}: {text}"
        );
        let starts = |line: &str| line.trim_start().starts_with("::error");
        assert!(!text.lines().any(starts), "{name}: {text}");
    }
    assert!(
        !markdown.contains("<img") && !markdown.contains("@admin"),
        "{markdown}"
    );
}

/// No text for people controls a terminal, a log or a page.
#[track_caller]
fn assert_acts_nowhere(name: &str, text: &str) {
    assert!(text.contains("evil"), "{name} says it: {text}");
    for hidden in ['\u{202e}', '\u{200b}', '\u{1b}', '\u{7}'] {
        assert!(!text.contains(hidden), "{name} holds {hidden:?}: {text}");
    }
    assert!(
        !text.contains("##[error]") && !text.contains("##vso["),
        "{name}: {text}"
    );
    let starts = |line: &str| line.trim_start().starts_with("::error");
    assert!(!text.lines().any(starts), "{name}: {text}");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn what_a_foreign_transcript_says_acts_nowhere() {
    let (server, home) = (super::server(&[]), home());
    let transcript = home.path().join("transcript.json");
    run(super::check(home.path(), server.url())
        .args(["--only", "server,config"])
        .arg("--transcript")
        .arg(&transcript));
    let text = std::fs::read_to_string(&transcript).expect("a transcript");
    let whole: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for edit in ["stopped", "unfinished", "slowed_by", "skip"] {
        let mut edited = whole.clone();
        match edit {
            "unfinished" => {
                edited["unfinished"] = serde_json::json!([
                    {"check": "config.readable", "variant": "android-h1", "why": NASTY}
                ]);
                edited["stopped"] = "a signal".into();
            }
            "skip" => edited["skip"] = serde_json::json!([["upload", NASTY]]),
            _ => edited[edit] = NASTY.into(),
        }
        std::fs::write(&transcript, edited.to_string()).expect("written");
        let markdown = home.path().join("report.md");
        let ended = run(program(home.path())
            .arg("judge")
            .arg(&transcript)
            .arg("-vv")
            .args(["--report", &format!("markdown={}", markdown.display())]));
        assert_acts_nowhere(edit, &ended.all());
        let markdown = std::fs::read_to_string(markdown).expect("a report");
        assert!(
            !(markdown.contains("<img") || markdown.contains("@admin")),
            "{edit}: {markdown}"
        );
    }
    // A base that no run has is refused, and not repeated.
    let mut edited = whole;
    edited["facts"]["base"] = format!("https://h.example/{NASTY}").into();
    std::fs::write(&transcript, edited.to_string()).expect("written");
    let ended = run(program(home.path()).arg("judge").arg(&transcript));
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    assert!(!ended.all().contains("evil"), "{}", ended.all());
}

#[test]
fn what_a_waiver_says_acts_nowhere() {
    let (server, home) = (super::server(&[Fault::DeleteNotAllowed]), home());
    let nasty = toml_string(NASTY);
    for (check, observed) in [
        ("delete.removes", "something else"),
        ("evil \u{202e}", NASTY),
    ] {
        let (check, observed) = (toml_string(check), toml_string(observed));
        let waivers = file(
            home.path(),
            "waivers.toml",
            &format!(
                "[[waiver]]\ncheck = {check}\nreason = {nasty}\nuntil = \"2020-01-01\"\nobserved = {observed}\n"
            ),
        );
        let ended = run(super::check(home.path(), server.url())
            .args(["--only", "delete"])
            .arg("--waivers")
            .arg(waivers));
        assert_acts_nowhere("a waiver", &ended.all());
    }
}

fn toml_string(text: &str) -> String {
    // A JSON string is also a TOML string.
    serde_json::Value::from(text).to_string()
}

/// An adapter may have any name.
#[cfg(unix)]
#[test]
#[ignore = "it takes long: CI runs it"]
fn what_an_adapter_says_acts_nowhere() {
    let home = home();
    let answer = serde_json::json!({
        "id": 1,
        "ok": {"protocol": 1, "name": NASTY, "version": NASTY, "operations": ["derive"]}
    });
    let answer = file(home.path(), "answer", &format!("{answer}\n"));
    let script = format!("read line; cat '{}'; cat >/dev/null", answer.display());
    let script = file(home.path(), "adapter.sh", &script);
    let ended = run(program(home.path())
        .args(["client", "--only", "smoke", "--exec"])
        .arg(format!("sh {}", script.display())));
    assert_acts_nowhere("an adapter", &ended.all());
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn text_fits_the_terminal() {
    let (server, home) = (
        server(&[safe_conformance::reference::Fault::DeleteNotAllowed]),
        home(),
    );
    for columns in ["40", "80", "120"] {
        let most: usize = columns.parse().expect("a number");
        let of = |arguments: &[&str]| {
            let mut command = program(home.path());
            run(command.args(arguments).env("COLUMNS", columns))
        };
        let mut texts = vec![
            of(&["list"]),
            of(&["explain", "upload.accepted"]),
            run(check(home.path(), server.url()).env("COLUMNS", columns)),
        ];
        for ended in texts.drain(..) {
            let long: Vec<_> = ended
                .stdout
                .lines()
                .filter(|line| line.chars().count() > most && line.trim().contains(' '))
                // A command stays in one line, so that it can be copied.
                .filter(|line| !line.starts_with("      safe-conformance "))
                // A word that is longer than the line stays whole.
                .filter(|line| {
                    let longest = line
                        .split_whitespace()
                        .map(|word| word.chars().count())
                        .max();
                    longest.is_none_or(|longest| longest < most / 2)
                })
                .collect();
            assert!(long.is_empty(), "{columns}: {long:#?}");
        }
    }
}
