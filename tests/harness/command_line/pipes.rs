//! Readers that hang up and full disks cause no panic.

use super::home;
use crate::support::program::Running;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the program in a shell whose reader has gone before the program writes.
fn piped(home: &Path, shell: &str) -> String {
    let mut command = Command::new("bash");
    command
        .args(["-c", shell])
        .env_clear()
        .env("HOME", home)
        .env("TMPDIR", home)
        .env("PROGRAM", env!("CARGO_BIN_EXE_safe-conformance"));
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let ended = Running::start(command.stdin(Stdio::null())).end();
    ended.all()
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_reader_that_has_had_enough_is_no_panic() {
    let home = home();
    for shell in [
        "\"$PROGRAM\" check -v | head -1; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" check -vvv 2>&1 | head -1; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" check -vvv 2>&1 >/dev/null | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" check --report json=- | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" check --report json=- 2>&1 | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" list | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" serve --list-faults | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" explain upload.accepted | true; echo \"code ${PIPESTATUS[0]}\"",
        "\"$PROGRAM\" --help | true; echo \"code ${PIPESTATUS[0]}\"",
    ] {
        let said = piped(home.path(), shell);
        assert!(said.contains("code 0"), "{shell}: {said}");
        assert!(!said.contains("panicked"), "{shell}: {said}");
    }
    let said = piped(
        home.path(),
        "\"$PROGRAM\" check --onyl 2>&1 | true; echo \"code ${PIPESTATUS[0]}\"",
    );
    assert!(said.contains("code 2"), "{said}");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_full_disk_is_reported_and_no_panic() {
    let home = home();
    if !Path::new("/dev/full").exists() {
        return;
    }
    let said = piped(
        home.path(),
        "\"$PROGRAM\" check > /dev/full; echo \"code $?\"",
    );
    assert!(
        said.contains("code 3") && said.contains("failed to write") && !said.contains("panicked"),
        "{said}"
    );
    let said = piped(
        home.path(),
        "\"$PROGRAM\" check --report json=/dev/full; echo \"code $?\"",
    );
    assert!(
        said.contains("code 3") && said.contains("failed to write") && !said.contains("panicked"),
        "{said}"
    );
    let said = piped(
        home.path(),
        "\"$PROGRAM\" check 2>/dev/full; echo \"code $?\"",
    );
    assert!(said.contains("code 0"), "{said}");
}
