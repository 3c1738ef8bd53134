//! What the program prints on terminals of 40, 80 and 120 columns: no word is broken, and a line is
//! longer than the terminal only if a single word is.

use crate::support::program::{file, program, run};
use crate::support::scripted::{self, Deed, Reply, Scripted};
use safe_conformance::text::columns;
use std::path::Path;

/// Runs the program on a terminal of this width; returns the text without colours.
fn on_terminal(home: &Path, width: usize, arguments: &str) -> String {
    let line = format!(
        "stty cols {width} rows 50; exec {} --color never {arguments}",
        env!("CARGO_BIN_EXE_safe-conformance")
    );
    let mut command = program(home);
    let inner = std::mem::replace(&mut command, std::process::Command::new("script"));
    command.env_clear();
    for (name, value) in inner.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command
        .env("TERM", "dumb")
        .env_remove("COLUMNS")
        .args(["-q", "-e", "-c", &line, "/dev/null"])
        .stdin(std::process::Stdio::null());
    run(&mut command).stdout.replace('\r', "")
}

/// The width at which a line would have to break, were its longest word no longer than that.
fn is_within(line: &str, width: usize) -> bool {
    // A command to copy is on one line.
    let is_command = ["FOLDER/", "safe-conformance ", "threema-safe"]
        .iter()
        .any(|word| line.contains(word));
    let longest = line.split_whitespace().map(columns).max().unwrap_or(0);
    columns(line) <= width || is_command || longest + 20 > width
}

#[test]
fn no_word_is_broken_and_no_line_is_over() {
    let server = Scripted::start(|asked| {
        if asked.method == "PUT" || asked.method == "MKCOL" || asked.method == "PROPFIND" {
            Deed::Reply(Reply::new(405, "").with("Server", "nginx/1.22.1"))
        } else if asked.path.ends_with("/config") {
            Deed::Reply(Reply::new(404, "").with("Server", "nginx/1.22.1"))
        } else {
            Deed::Healthy
        }
    });
    let home = tempfile::tempdir().expect("a temporary folder");
    let password = file(home.path(), "password", scripted::PASSWORD);
    let access = format!(
        "{} --user {} --password-file {}",
        server.url(),
        scripted::USER,
        password.display()
    );
    let cases = [
        String::new(),
        format!("setup {access} --dry-run"),
        format!("setup {access} --yes"),
        "explain problem.no-folders".to_owned(),
        "explain problem.read-only".to_owned(),
        "explain 6.2".to_owned(),
        "explain servers.symptoms".to_owned(),
        format!("explain servers.{}", "interupted-upload"),
        format!("sweep --ledger-dir {}", home.path().display()),
        format!("check {access} --only config --pace fast"),
    ];
    for arguments in &cases {
        let words = |text: &str| -> Vec<String> {
            let words = text.split_whitespace().map(str::to_owned);
            // Times and counts of requests differ from run to run.
            words
                .filter(|word| !word.chars().any(|c| c.is_ascii_digit()))
                .collect()
        };
        let widest = on_terminal(home.path(), 120, arguments);
        assert!(!widest.trim().is_empty(), "{arguments}");
        let narrower = [40, 80].map(|width| (width, on_terminal(home.path(), width, arguments)));
        for (width, said) in narrower.into_iter().chain([(120, widest.clone())]) {
            for line in said.lines() {
                assert!(
                    is_within(line, width),
                    "{arguments} at {width}: {} columns: {line}\n{said}",
                    columns(line)
                );
            }
            assert_eq!(words(&said), words(&widest), "{arguments} at {width}");
        }
    }
}
