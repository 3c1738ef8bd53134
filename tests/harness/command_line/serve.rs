//! `serve`: what it leaves behind, and options that contradict each other.

use super::home;
use crate::support::program::{program, run};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Starts `serve`, sends a signal as soon as it has printed its first line, and returns the exit
/// code.
fn signalled(home: &Path, signal: &str) -> Option<i32> {
    let mut child = program(home)
        .arg("serve")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("stdout"));
    stdout.read_line(&mut line).expect("a line");
    assert!(line.starts_with("SAFE_TARGET="), "{line}");
    let sent = Command::new("kill")
        .args([format!("-{signal}"), child.id().to_string()])
        .status();
    assert!(sent.is_ok_and(|sent| sent.success()));
    child.wait().expect("the server ends").code()
}

#[cfg(unix)]
#[test]
fn no_signal_leaves_the_certificate() {
    for signal in ["INT", "TERM", "HUP"] {
        let home = home();
        assert_eq!(signalled(home.path(), signal), Some(0), "{signal}");
        let left = std::fs::read_dir(home.path()).expect("a folder");
        let left: Vec<_> = left.flatten().map(|it| it.file_name()).collect();
        assert!(left.is_empty(), "{signal} leaves {left:?}");
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
#[cfg(unix)]
#[test]
fn options_that_agree_start_a_server() {
    for arguments in [
        &["--plain", "--fault", "credentials-refused"][..],
        &["--open", "--fault", "certificate-expired"],
        &["--open", "--plain", "--fault", "anonymous-listing"],
        &["--user", "a@b.example"],
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
