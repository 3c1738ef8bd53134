//! `serve`: what it leaves behind, and options that contradict each other.

use super::home;
use crate::support::program::{file, program, run, wait_until};
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// How many bytes a pipe of Linux holds.
const PIPE: usize = 64 * 1024;

/// Starts `serve` with a standard output that is full, sends a signal once the certificate is
/// written, then reads the output. Returns the exit code.
fn signalled_early(home: &Path, signal: &str) -> Option<i32> {
    let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(&vec![b'\n'; PIPE]).expect("it fits");
    let mut child = program(home)
        .arg("serve")
        .stdout(writer)
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    wait_until(|| !left_in(home).is_empty());
    let sent = Command::new("kill")
        .args([format!("-{signal}"), child.id().to_string()])
        .status();
    assert!(sent.is_ok_and(|sent| sent.success()));
    let reading = std::thread::spawn(move || reader.read_to_end(&mut Vec::new()));
    let ended = child.wait().expect("the server ends");
    assert!(reading.join().is_ok_and(|read| read.is_ok()));
    ended.code()
}

fn left_in(home: &Path) -> Vec<std::ffi::OsString> {
    let left = std::fs::read_dir(home).expect("a folder");
    left.flatten().map(|it| it.file_name()).collect()
}

#[test]
fn no_signal_leaves_the_certificate() {
    for signal in ["INT", "TERM", "HUP"] {
        let home = home();
        let code = signalled_early(home.path(), signal);
        let left = left_in(home.path());
        assert!(left.is_empty(), "{signal} leaves {left:?}");
        assert_eq!(code, Some(0), "{signal}");
    }
}

#[test]
fn contradictions_are_refused_before_the_server_starts() {
    let home = home();
    for (arguments, words) in [
        (&["--user", "a:b"][..], &["`a:b`", "colon"][..]),
        (
            &["--plain", "--fault", "certificate-expired"],
            &["`certificate-expired`", "--plain"],
        ),
        (
            &[
                "--plain",
                "--fault",
                "clock-wrong",
                "--fault",
                "http2-absent",
            ],
            &["`http2-absent`", "--plain"],
        ),
        (
            &["--open", "--fault", "credentials-refused"],
            &["`credentials-refused`", "--open"],
        ),
        (
            &["--fault", "token-refused", "--user", "anna"],
            &["`token-refused`", "--user"],
        ),
        (
            &["--fault", "token-refused", "--listen", "0.0.0.0:0"],
            &["--token-file"],
        ),
        (&["--listen", "0.0.0.0:0"], &["--password-file"]),
    ] {
        let ended = run(program(home.path()).arg("serve").args(arguments));
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.all());
        assert_eq!(ended.stdout, "", "{arguments:?}");
        for word in words {
            assert!(ended.stderr.contains(word), "{word}: {}", ended.all());
        }
    }
}

/// Near misses: the same options, each beside one that it agrees with.
#[test]
fn options_that_agree_start_a_server() {
    for arguments in [
        &["--plain", "--fault", "credentials-refused"][..],
        &["--open", "--fault", "certificate-expired"],
        &["--open", "--plain", "--fault", "anonymous-listing"],
        &["--user", "a@b.example"],
        &["--fault", "token-refused"],
        &["--fault", "credentials-utf8-only", "--user", "anna"],
    ] {
        let home = home();
        let mut child = program(home.path())
            .arg("serve")
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout"));
        let read = stdout.read_line(&mut line);
        // If it has ended, there is nothing to end.
        let _ = child.kill();
        let _ = child.wait();
        assert!(read.is_ok(), "{arguments:?}");
        assert!(line.starts_with("SAFE_TARGET="), "{arguments:?}: {line}");
    }
}

/// Runs `serve`, and then the line that it prints, with one check alone, in another folder. Returns
/// the verdicts of the check.
fn verdicts(arguments: &[&str], id: &str) -> String {
    let (home, elsewhere) = (home(), super::home());
    file(home.path(), "secret", "s3cret of the person\n");
    let mut server = program(home.path())
        .arg("serve")
        .args(arguments)
        .current_dir(home.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let said = BufReader::new(server.stderr.take().expect("stderr"));
    let mut lines = said.lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("safe-conformance check"));
    let line = line.expect("a line to copy");
    let folder = Path::new(env!("CARGO_BIN_EXE_safe-conformance")).parent();
    let folder = folder.expect("a folder").display();
    let path = std::env::var("PATH").unwrap_or_default();
    let ended = run(Command::new("sh")
        .args(["-c", &format!("{line} --only {id} --report json=-")])
        .env_clear()
        .env("PATH", format!("{folder}:{path}"))
        .env("HOME", elsewhere.path())
        .current_dir(elsewhere.path())
        .stdin(Stdio::null()));
    let _ = server.kill();
    let _ = server.wait();
    let report: serde_json::Value = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{line}: {error}\n{}", ended.all()));
    let findings = report["findings"].as_array().expect("findings").iter();
    let verdicts: BTreeSet<_> = findings
        .filter(|finding| finding["id"] == id)
        .filter_map(|finding| finding["verdict"].as_str())
        .collect();
    verdicts.into_iter().collect::<Vec<_>>().join(" ")
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_printed_line_works_in_a_shell_and_shows_the_fault() {
    let cases: &[(&[&str], &str, &str)] = &[
        (&["--fault", "token-refused"], "auth.accepted", "fail"),
        (
            &["--fault", "credentials-utf8-only"],
            "auth.charset",
            "fail pass",
        ),
        (
            &["--fault", "upload-times-out"],
            "upload.slow-uplink",
            "warn",
        ),
        (
            &["--fault", "certificate-wildcard-too-deep"],
            "tls.name",
            "fail",
        ),
        (&["--fault", "locked"], "upload.accepted", "fail"),
        (
            &["--like", "nextcloud-link-webdav"],
            "auth.accepted",
            "pass",
        ),
        (
            &["--like", "nextcloud-app-password", "--user", "anna b"],
            "auth.accepted",
            "pass",
        ),
        (
            &["--password-file", "secret", "--ca-file", "root.pem"],
            "auth.accepted",
            "pass",
        ),
        (&["--token-file", "secret"], "auth.accepted", "pass"),
        (&["--listen", "127.0.0.2:0"], "auth.accepted", "pass"),
    ];
    std::thread::scope(|scope| {
        for (arguments, id, expected) in cases {
            scope.spawn(move || {
                assert_eq!(verdicts(arguments, id), *expected, "{arguments:?}");
            });
        }
    });
}
