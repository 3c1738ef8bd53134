//! The contract of the command line: exit codes, sentences, reports, waivers, pipes.

mod arguments;
mod empty;
mod exit_codes;
mod kept;
mod outputs;
mod pipes;
mod proxies;
mod reports;
mod selection;
#[cfg(target_os = "linux")]
mod serve;
mod subcommands;
mod transcripts;
mod waivers;

use crate::support::program::{Ended, program, run};
use crate::support::reference::{Reference, USER};
use safe_conformance::reference::Fault;
use safe_conformance::report::SCHEMA;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const PASSWORD: &str = "command-line-Pa55word";

pub fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn server(faults: &[Fault]) -> Reference {
    Reference::plain(PASSWORD, faults, Duration::ZERO)
}

fn check(home: &Path, url: &str) -> Command {
    let mut command = program(home);
    command
        .args(["check", url, "--user", USER, "--ledger-dir"])
        .arg(home.join("ledgers"))
        .env("SAFE_SERVER_PASSWORD", PASSWORD);
    command
}

/// Runs `check` and returns its JSON report.
pub fn report(command: &mut Command) -> (Value, Ended) {
    let ended = run(command.args(["--report", "json=-"]));
    let report = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("stdout is the JSON alone: {error}\n{}", ended.all()));
    (report, ended)
}

pub fn finding<'a>(report: &'a Value, id: &str, variant: &str) -> &'a Value {
    report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .find(|finding| finding["id"] == id && finding["case"] == variant)
        .unwrap_or_else(|| panic!("no finding {id}[{variant}]"))
}

pub fn assert_valid(report: &Value) {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    compiler
        .add_resource("report.schema.json", schema)
        .expect("the schema is a resource");
    let index = compiler
        .compile("report.schema.json", &mut schemas)
        .expect("the schema is one");
    if let Err(error) = schemas.validate(report, index) {
        panic!("{error:#}");
    }
}

/// The findings without the values that differ from run to run.
fn comparable(report: &Value) -> Value {
    let mut report = report.clone();
    report["started"] = "".into();
    report["duration_ms"] = 0.into();
    report["pace"] = Value::Null;
    for finding in report["findings"].as_array_mut().expect("findings") {
        finding["duration_ms"] = 0.into();
    }
    report
}

/// Runs `check`, judges its transcript, and compares.
pub fn assert_judged_alike(home: &Path, command: &mut Command) -> Value {
    let transcript = home.join("transcript.json");
    let (mut live, ended) = report(command.arg("--transcript").arg(&transcript));
    let (mut judged, again) = report(program(home).arg("judge").arg(&transcript));
    assert_eq!(ended.code, again.code, "{}\n{}", ended.stderr, again.stderr);
    for when in ["started", "duration_ms"] {
        assert_eq!(live[when], judged[when], "{when}");
    }
    for report in [&mut live, &mut judged] {
        *report = comparable(report);
        // The place of a ledger is not a finding.
        report.as_object_mut().expect("a report").remove("ledger");
    }
    for (left, right) in live["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .zip(judged["findings"].as_array().into_iter().flatten())
    {
        assert_eq!(left, right);
    }
    assert_eq!(live, judged);
    live
}
