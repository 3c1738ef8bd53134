//! What an invocation that does not begin leaves as it is: the reports and transcripts of earlier
//! runs, and the names of those that it would have written.

use super::{check, home, server};
use crate::support::program::{file, program, run};
use std::path::Path;
use std::process::Command;

const OLD: &str = "the report of yesterday";

/// A usage error keeps `keep.json` and `keep.transcript`, and leaves no `new.xml`. The last
/// arguments are those that are wrong.
#[track_caller]
fn assert_keeps(home: &Path, command: &mut Command, wrong: &[&str]) {
    let report = file(home, "keep.json", OLD);
    let transcript = file(home, "keep.transcript", OLD);
    let new = home.join("new.xml");
    command
        .args(["--report", &format!("json={}", report.display())])
        .args(["--report", &format!("junit={}", new.display())])
        .args(wrong);
    let ended = run(command);
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    for kept in [report, transcript] {
        let content = std::fs::read_to_string(&kept).expect("it is there");
        assert_eq!(content, OLD, "{}: {}", kept.display(), ended.all());
    }
    assert!(!new.exists(), "an empty file is left: {}", ended.all());
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_run_that_does_not_begin_keeps_the_files_of_the_last() {
    let home = home();
    let transcript = home.path().join("keep.transcript");
    let no_folder = file(home.path(), "file", "").join("ledgers");
    let no_folder = no_folder.to_str().expect("UTF-8");
    for arguments in [
        &["--only", "bogus"][..],
        &["cloud.example/safe"],
        &["https://h.example", "--user", "u", "--password-file", "/no"],
        &["https://h.example", "--ca-file", "/no/such/ca"],
        &["http://127.0.0.1:9/safe", "--ledger-dir", no_folder],
        &["--report", "html=/no/such/folder/y"],
        &["--waivers", "/no/such/waivers"],
    ] {
        let mut command = program(home.path());
        command.args(["check", "--transcript"]).arg(&transcript);
        assert_keeps(home.path(), &mut command, arguments);
    }
    for subcommand in ["client", "rig"] {
        let wrong = ["--exec", "true", "--only", "bogus"];
        assert_keeps(home.path(), program(home.path()).arg(subcommand), &wrong);
    }
}

#[test]
fn judging_keeps_the_files_of_the_last_run_if_one_cannot_be_written() {
    let home = home();
    let transcript = home.path().join("t.json");
    let ended = run(program(home.path())
        .args(["check", "--only", "auth.accepted", "--transcript"])
        .arg(&transcript));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    let mut judge = program(home.path());
    judge.arg("judge").arg(&transcript);
    let wrong = ["--report", "html=/no/such/folder/y"];
    assert_keeps(home.path(), &mut judge, &wrong);
}

#[test]
fn two_outputs_to_one_file_neither_empty_nor_create_it() {
    let home = home();
    let path = home.path().join("both");
    let twice = || {
        let mut command = program(home.path());
        command
            .args(["check", "--report", &format!("json={}", path.display())])
            .args(["--report", &format!("junit={}", path.display())]);
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(2), "{}", ended.all());
        assert!(
            ended.stderr.contains("two outputs go to"),
            "{}",
            ended.all()
        );
    };
    twice();
    assert!(!path.exists());
    file(home.path(), "both", OLD);
    twice();
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), OLD);
}

/// Near miss: a run that begins replaces the whole content, also of a longer file and behind a
/// link that leads nowhere yet.
#[test]
fn a_run_that_begins_replaces_the_whole_file() {
    let (server, home) = (server(&[]), home());
    let long = "x".repeat(1 << 20);
    let report = file(home.path(), "report.json", &long);
    let transcript = file(home.path(), "t.json", &long);
    let mut command = check(home.path(), server.url());
    command
        .args(["--only", "auth.accepted", "--transcript"])
        .arg(&transcript)
        .args(["--report", &format!("json={}", report.display())]);
    #[cfg(unix)]
    let target = {
        let (target, link) = (home.path().join("target"), home.path().join("link"));
        std::os::unix::fs::symlink(&target, &link).expect("a link");
        command.args(["--report", &format!("junit={}", link.display())]);
        target
    };
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    for written in [report, transcript] {
        let text = std::fs::read_to_string(written).expect("it is there");
        let json = serde_json::from_str::<serde_json::Value>(&text);
        assert!(json.is_ok_and(|json| json.is_object()));
    }
    #[cfg(unix)]
    assert!(std::fs::read_to_string(target).is_ok_and(|text| text.starts_with("<?xml")));
}

#[test]
fn a_transcript_does_not_go_to_standard_output() {
    let home = home();
    for (name, report) in [
        ("-", "json=report.json"),
        ("/dev/stdout", "json=/dev/stdout"),
    ] {
        let mut command = program(home.path());
        command
            .current_dir(home.path())
            .args(["check", "--transcript", name, "--report", report]);
        let ended = run(&mut command);
        assert_eq!(ended.code, Some(2), "{name}: {}", ended.all());
        assert_eq!(ended.stdout, "", "{name}");
        let says = "the transcript cannot go to standard output";
        assert!(ended.stderr.contains(says), "{}", ended.all());
        assert!(!home.path().join("-").exists());
    }
    // Near miss: a file with that name, by its path.
    let ended = run(program(home.path()).current_dir(home.path()).args([
        "check",
        "--only",
        "auth.accepted",
        "--transcript",
        "./-",
    ]));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(home.path().join("-").exists());
}

#[test]
fn manual_pages_go_into_a_folder_that_is_created() {
    let home = home();
    let folder = home.path().join("share/man/man1");
    let ended = run(program(home.path()).arg("man").arg("--dir").arg(&folder));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(folder.join("safe-conformance.1").exists());
    let in_file = file(home.path(), "file", "").join("man1");
    let ended = run(program(home.path()).arg("man").arg("--dir").arg(&in_file));
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    let named = in_file.display().to_string();
    assert!(ended.stderr.contains(&named), "{}", ended.all());
}

/// A full disk is not a mistake in the arguments; a bad path is.
#[cfg(unix)]
#[test]
fn exported_files_on_a_full_disk_end_with_three() {
    let home = home();
    if !Path::new("/dev/full").exists() {
        return;
    }
    let folder = home.path().join("full");
    std::fs::create_dir(&folder).expect("a folder");
    for name in ["README.md", "safe-conformance.1"] {
        std::os::unix::fs::symlink("/dev/full", folder.join(name)).expect("a link");
    }
    let in_file = file(home.path(), "file", "").join("vectors");
    for (arguments, last, code) in [
        (&["vectors", "export"][..], &folder, 3),
        (&["man", "--dir"], &folder, 3),
        (&["vectors", "export"], &in_file, 2),
    ] {
        let ended = run(program(home.path()).args(arguments).arg(last));
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.all());
        let named = last.display().to_string();
        assert!(ended.stderr.contains(&named), "{}", ended.all());
    }
}
