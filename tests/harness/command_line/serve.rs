//! `serve`: what it leaves behind, and options that contradict each other.

use super::home;
use crate::support::program::{PATIENCE, program, run};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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
    let began = Instant::now();
    while left_in(home).is_empty() && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(5));
    }
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
