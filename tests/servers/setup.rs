//! `setup`, then its check, on a fresh folder of each real server: one command, as a new user types
//! it.

use super::process::{Folder, Running, start};
use super::program;
use serde_json::Value;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long one command may take.
const LONGEST: Duration = Duration::from_secs(300);

/// Starts the server over an empty folder, sets it up, and compares the output.
pub fn set_up(name: &str, server: impl Fn(&Folder, u16) -> Command, path: &str) {
    let running = start(|folder, port| {
        let safe = folder.files().join("safe");
        // A fresh start: the server shows an empty folder.
        let _ = fs::remove_file(safe.join("config"));
        let _ = fs::remove_dir(safe.join("backups"));
        server(folder, port)
    });
    let (said, report) = command(&running, path);
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots" }, {
        insta::assert_snapshot!(format!("setup__{name}"), summary(&said, report.as_ref()));
    });
}

/// One command, as a new user types it.
fn command(running: &Running, path: &str) -> (String, Option<Value>) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let password = program::file(home.path(), "password", "s3cret-loopback");
    let report = home.path().join("report.json");
    let url = format!("http://127.0.0.1:{}{path}", running.port);
    let begun = Instant::now();
    let ended = program::run(
        program::program(home.path())
            .args(["setup", &url, "--user", "safe", "--yes", "--report"])
            .arg(format!("json={}", report.display()))
            .arg("--password-file")
            .arg(password),
    );
    assert!(begun.elapsed() < LONGEST, "{}", ended.all());
    let said = format!("{}{}", ended.stdout, ended.stderr);
    let said = said.replace(&format!(":{}", running.port), ":PORT");
    let code = ended
        .code
        .map_or("none".to_owned(), |code| code.to_string());
    let report = fs::read_to_string(report).ok();
    let report = report.and_then(|text| serde_json::from_str(&text).ok());
    (format!("{said}exit {code}\n"), report)
}

/// The text without the version of the server, which depends on the machine.
fn without_version(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| match line.split_once(" (`Server: ") {
            Some((software, _)) => format!("{software} (…).\n"),
            None => format!("{line}\n"),
        });
    lines.collect()
}

/// What was planned and done, what fails, and the verdicts; findings of the check that race are
/// left out.
fn summary(said: &str, report: Option<&Value>) -> String {
    let Some(report) = report else {
        return without_version(said);
    };
    let plan = said
        .split("\nChecking the server")
        .next()
        .unwrap_or_default();
    let mut out = without_version(plan);
    let findings = report["findings"].as_array().into_iter().flatten();
    for finding in findings.filter(|finding| finding["verdict"] == "fail") {
        out += &format!("fail {}: {}\n", finding["id"], finding["observed"]);
    }
    for client in ["android", "ios", "desktop"] {
        for direction in ["backup", "restore"] {
            let verdict = &report["clients"][client][direction]["verdict"];
            if let Some(verdict) = verdict.as_str() {
                out += &format!("{client} {direction}: {verdict}\n");
            }
        }
    }
    let exit = said.lines().last().unwrap_or_default();
    out + exit + "\n"
}
