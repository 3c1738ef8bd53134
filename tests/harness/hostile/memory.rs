//! Floods of every kind: the program never exceeds its memory limit.

use super::{Uploaded, bomb, check, endless, with_config, with_downloads};
use crate::support::program::{Running, program, run};
use crate::support::scripted::{Control, Deed, PASSWORD, Reply, Scripted, USER};
use std::net::TcpStream;
use std::process::Command;

/// The highest memory use of the program, in KiB: scrypt needs 64 MiB, and a debug build needs the
/// rest.
const MOST_MEMORY: u64 = 160 * 1024;

/// The limit if a person asks for backups of 64 MiB: one backup is sent, scrypt needs its memory,
/// and the answer is hashed as it arrives.
const MOST_AT_LARGEST: u64 = 200 * 1024;

/// Runs the program against a server and asserts its exit code; returns its highest memory use, in
/// KiB.
fn peak_of(url: &str, code: i32, arguments: &[&str]) -> u64 {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = program(home.path());
    command.args(["check", url, "--user", USER]);
    command.args(arguments);
    command
        .arg("--transcript")
        .arg(home.path().join("transcript.json"));
    command.env("SAFE_SERVER_PASSWORD", PASSWORD);
    peak(&mut command, code)
}

/// Runs a command and asserts its exit code; returns its highest memory use, in KiB.
fn peak(command: &mut Command, code: i32) -> u64 {
    let mut running = Running::start(command);
    let peak = running.peak_memory();
    let ended = running.end();
    assert_eq!(ended.code, Some(code), "{}", ended.all());
    peak
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn memory_is_bounded_whatever_comes() {
    const ENDLESS: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\n";
    let generous = r#"{"maxBackupBytes": 16777215, "retentionDays": 180}"#;
    let uploaded = Uploaded::large();
    let packed = bomb();
    let flood = move |stream: &mut TcpStream, control: &Control| endless(stream, ENDLESS, control);
    let servers = [
        (
            (1, "an endless config"),
            with_config(move || Deed::Write(Box::new(flood))),
        ),
        (
            (1, "endless backups"),
            with_downloads(move || Deed::Write(Box::new(flood))),
        ),
        (
            (1, "endless backups where a large size is promised"),
            Scripted::start(move |asked| {
                if asked.is("GET", "/config") {
                    Deed::Reply(Reply::new(200, generous))
                } else if uploaded.is_asked_for(asked) {
                    Deed::Write(Box::new(flood))
                } else {
                    Deed::Healthy
                }
            }),
        ),
        (
            (3, "the largest backups that are tried"),
            Scripted::start(move |asked| {
                if asked.is("GET", "/config") {
                    Deed::Reply(Reply::new(200, generous))
                } else {
                    Deed::Healthy
                }
            }),
        ),
        (
            (1, "an endless header"),
            Scripted::start(|_| {
                Deed::Write(Box::new(|stream, control| {
                    endless(stream, "HTTP/1.1 200 OK\r\nX-Huge: ", control)
                }))
            }),
        ),
        (
            (1, "bombs"),
            Scripted::start(move |asked| {
                if asked.method == "GET" && asked.header("authorization").is_some() {
                    Deed::Reply(Reply::new(200, packed.clone()).with("Content-Encoding", "gzip"))
                } else {
                    Deed::Healthy
                }
            }),
        ),
    ];
    for ((code, what), server) in servers {
        let peak = peak_of(&server.url(), code, &["--deadline", "20", "--timeout", "1"]);
        println!("{what}: {} MiB", peak / 1024);
        assert!(peak < MOST_MEMORY, "{what}: {peak} KiB");
    }
}

/// The largest backup that a person can ask for is uploaded and downloaded within the limit.
#[test]
#[ignore = "it takes long: CI runs it"]
fn memory_is_bounded_at_the_largest_size() {
    let most = 64 << 20;
    let promise = format!(
        r#"{{"maxBackupBytes": {}, "retentionDays": 180}}"#,
        most - 2
    );
    let server = with_config(move || Deed::Reply(Reply::new(200, promise.clone())));
    let most = (2 * most).to_string();
    // On a busy machine, a download of this size takes seconds.
    let arguments = [
        "--timeout",
        "60",
        "--max-upload",
        &most,
        "--only",
        "limits",
        "--deadline",
        "300",
    ];
    let peak = peak_of(&server.url(), 0, &arguments);
    println!("64 MiB: {} MiB", peak / 1024);
    assert!(peak < MOST_AT_LARGEST, "{peak} KiB");
}

/// A transcript with one enormous answer is judged within the limit, and a larger transcript is not
/// read.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn memory_is_bounded_where_a_large_transcript_is_judged() {
    let server = Scripted::start(|_| Deed::Healthy);
    let transcript = check(&server.url()).await.transcript;
    let begin = "\"base64\": \"";
    let place = transcript.find(begin).expect("a body") + begin.len();
    let home = tempfile::tempdir().expect("a temporary folder");
    let file = home.path().join("transcript.json");
    let judging = |length: usize| {
        let filling = "A".repeat(length * 1024 * 1024);
        let (head, tail) = transcript.split_at(place);
        std::fs::write(&file, format!("{head}{filling}{tail}")).expect("it is written");
        let mut command = program(home.path());
        command.arg("judge").arg(&file);
        command
    };
    let peak = peak(&mut judging(44), 0);
    println!("44 MiB: {} MiB", peak / 1024);
    assert!(peak < MOST_MEMORY, "{peak} KiB");
    let refused = run(&mut judging(49));
    assert_eq!(refused.code, Some(2), "{}", refused.all());
    assert!(refused.stderr.contains("longer than"), "{}", refused.stderr);
}
