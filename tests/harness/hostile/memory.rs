//! Floods of every kind: the program has no more memory than it may have.

use super::{Uploaded, bomb, endless, with_config, with_downloads};
use crate::support::program::{Running, program};
use crate::support::scripted::{Control, Deed, PASSWORD, Reply, Scripted, USER};
use std::net::TcpStream;
use std::time::Duration;

/// The most memory that the program may have had at once, in KiB: 64 MiB are scrypt's, and a debug
/// build is no slimmer than this allows.
const MOST_MEMORY: u64 = 160 * 1024;

/// Runs the program against a server, and gives the most memory it had at once, in KiB.
fn peak_of(url: &str) -> u64 {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = program(home.path());
    command.args([
        "check",
        url,
        "--user",
        USER,
        "--timeout",
        "1",
        "--deadline",
        "20",
    ]);
    command
        .arg("--transcript")
        .arg(home.path().join("transcript.json"));
    command.env("SAFE_SERVER_PASSWORD", PASSWORD);
    let mut running = Running::start(&mut command);
    let status = format!("/proc/{}/status", running.id());
    let mut peak = 0;
    // The value only grows, and is gone with the process: what was read last is what it came to.
    while running.is_running() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    let ended = running.end();
    // What promises more than a default run uploads is not judged to its end.
    assert!(matches!(ended.code, Some(0 | 1 | 3)), "{}", ended.all());
    assert!(peak > 4 * 1024, "the memory of a process can be read");
    peak
}

#[test]
fn memory_is_bounded_whatever_comes() {
    const ENDLESS: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\n";
    let generous = r#"{"maxBackupBytes": 16777215, "retentionDays": 180}"#;
    let uploaded = Uploaded::large();
    let packed = bomb();
    let flood = move |stream: &mut TcpStream, control: &Control| endless(stream, ENDLESS, control);
    let servers = [
        (
            "an endless config",
            with_config(move || Deed::Write(Box::new(flood))),
        ),
        (
            "endless backups",
            with_downloads(move || Deed::Write(Box::new(flood))),
        ),
        (
            "endless backups where a large size is promised",
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
            "the largest backups that are tried",
            Scripted::start(move |asked| {
                if asked.is("GET", "/config") {
                    Deed::Reply(Reply::new(200, generous))
                } else {
                    Deed::Healthy
                }
            }),
        ),
        (
            "an endless header",
            Scripted::start(|_| {
                Deed::Write(Box::new(|stream, control| {
                    endless(stream, "HTTP/1.1 200 OK\r\nX-Huge: ", control)
                }))
            }),
        ),
        (
            "bombs",
            Scripted::start(move |asked| {
                if asked.method == "GET" && asked.header("authorization").is_some() {
                    Deed::Reply(Reply::new(200, packed.clone()).with("Content-Encoding", "gzip"))
                } else {
                    Deed::Healthy
                }
            }),
        ),
    ];
    for (what, server) in servers {
        let peak = peak_of(&server.url());
        println!("{what}: {} MiB", peak / 1024);
        assert!(peak < MOST_MEMORY, "{what}: {peak} KiB");
    }
}
