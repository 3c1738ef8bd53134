//! The rig on the command line, and as tests of `cargo test`.

use crate::client::{Published, act};
use crate::left_to_ci::left_to_ci;
use crate::mistake::Mistake;
use libtest_mimic::{Failed, Trial};
use safe_conformance::Rig;
use safe_conformance::rig::End;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::time::Duration;

/// The variable that makes this program a target of `rig_tests`, with the client that its value
/// names.
pub const VARIABLE: &str = "SAFE_TEST_RIG_CLIENT";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("command/list_and_explain", list_and_explain),
        Trial::test("command/supports_nothing", supports_nothing),
        Trial::test("command/looks_back_at_nothing", looks_back_at_nothing),
        Trial::test("command/does_nothing", does_nothing),
        Trial::test("command/knows_every_action", knows_every_action),
        Trial::test("command/keeps_a_folder_a_case", keeps_a_folder_a_case),
        left_to_ci(Trial::test("command/rig_tests", rig_tests)),
        left_to_ci(Trial::test("command/hangs", hangs)),
    ]
}

/// The role of this program when [`VARIABLE`] is set.
pub fn tests_of(client: &str) -> ExitCode {
    let mistake = (client == "wrong").then_some(Mistake::DoesNothing);
    let (supports, panics) = (client != "nothing", client == "panics");
    safe_conformance::rig_tests(move |task| async move {
        assert!(!panics, "no backup today");
        if supports {
            act(Published::Android64, mistake, task).await
        } else {
            End::Unsupported
        }
    })
}

fn run(folder: &Path, arguments: &[&str]) -> Result<(Option<i32>, String), Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_safe-conformance"));
    Ok(said(&command.args(arguments).current_dir(folder).output()?))
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [&output.stdout[..], &output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn is(wanted: i32, parts: &[&str], (code, text): &(Option<i32>, String)) -> Result<(), Failed> {
    let missing = parts.iter().find(|part| !text.contains(**part));
    match missing {
        None if *code == Some(wanted) => Ok(()),
        _ => Err(Failed::from(format!(
            "exit code {code:?}, expected {wanted} and {parts:?}:\n{text}"
        ))),
    }
}

/// An empty folder for this test.
fn folder(name: &str) -> Result<PathBuf, Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rig-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn list_and_explain() -> Result<(), Failed> {
    let here = folder("list")?;
    let ids = [
        "rig.backup.413",
        "rig.request.path",
        "rig.contract.unsupported",
    ];
    is(0, &ids, &run(&here, &["rig", "--list"])?)?;
    is(0, &ids, &run(&here, &["list", "--rig"])?)?;
    let parts = ["rig.backup.413", "413", "--only rig.backup.413"];
    is(0, &parts, &run(&here, &["explain", "rig.backup.413"])?)?;
    let unknown = run(&here, &["rig", "--exec", "true", "--only", "rig.nonsense"])?;
    is(
        2,
        &["rig.nonsense", "`safe-conformance rig --list`"],
        &unknown,
    )
}

fn supports_nothing() -> Result<(), Failed> {
    let here = folder("nothing")?;
    let found = run(&here, &["rig", "--exec", "exit 127", "--only", "rig.test"])?;
    is(
        4,
        &["ended with exit code 127 for every action of the selected cases"],
        &found,
    )?;
    // A shell gives the same answer if the program does not exist.
    if found.1.contains("1 pass") {
        return Err(Failed::from(found.1));
    }
    // A run that its deadline stopped knows nothing about the command.
    let forever = ["rig", "--exec", "exec sleep 60", "--only", "rig.test"];
    let stopped = run(&here, &[&forever[..], &["--deadline", "1"]].concat())?;
    if stopped.1.contains("exit code 127") {
        return Err(Failed::from(stopped.1));
    }
    is(3, &["deadline"], &stopped)
}

/// A check of earlier requests cannot be judged if nothing is sent.
fn looks_back_at_nothing() -> Result<(), Failed> {
    let here = folder("back")?;
    for choice in ["rig.request", "rig.body.nonce", "rig.secret.password"] {
        let found = run(&here, &["rig", "--exec", "exit 127", "--only", choice])?;
        is(
            2,
            &["judges what other cases sent", "--only rig.backup.first,"],
            &found,
        )?;
    }
    let both = "rig.backup.first,rig.request.path";
    let found = run(&here, &["rig", "--exec", "exit 127", "--only", both])?;
    is(4, &[], &found)
}

fn does_nothing() -> Result<(), Failed> {
    let here = folder("idle")?;
    let client = "case $SAFE_RIG_ACTION in test|backup) exit 0 ;; *) exit 127 ;; esac";
    let found = run(
        &here,
        &["rig", "--exec", client, "--only", "rig.backup.first"],
    )?;
    let parts = ["nothing was uploaded", "--only rig.backup.first", "case"];
    is(1, &parts, &found)?;
    if found.1.contains("vector") {
        return Err(Failed::from(found.1));
    }
    Ok(())
}

fn knows_every_action() -> Result<(), Failed> {
    let here = folder("everything")?;
    let found = run(&here, &["rig", "--exec", "exit 0", "--only", "rig.delete"])?;
    is(1, &["rig.contract.unsupported"], &found)
}

/// A relative path names a program in the current folder, and each case has a folder with its
/// records.
fn keeps_a_folder_a_case() -> Result<(), Failed> {
    let here = folder("folder")?;
    let client = "#!/bin/sh\necho \"$SAFE_RIG_CASE\"; [ -f \"$SAFE_RIG_CA\" ] || exit 2\n\
                  [ \"$SAFE_RIG_ACTION\" = test ] || exit 127\nexit 1\n";
    std::fs::write(here.join("client.sh"), client)?;
    let arguments = [
        "rig",
        "--exec",
        "sh ./client.sh",
        "--only",
        "rig.test",
        "--dir",
        "seen",
    ];
    is(
        1,
        &["rig.test.healthy", "reported failure"],
        &run(&here, &arguments)?,
    )?;
    for case in ["rig.test.healthy", "rig.test.500"] {
        let seen = here.join("seen").join(case);
        let output = std::fs::read_to_string(seen.join("output.txt"))?;
        if output.trim() != case || !seen.join("exchanges.txt").is_file() {
            return Err(Failed::from(format!("{case}: {output}")));
        }
    }
    Ok(())
}

/// One test per case; a client that supports nothing is not a success.
fn rig_tests() -> Result<(), Failed> {
    let tests = |client: &str, filter: &str| -> Result<_, Failed> {
        let mut command = Command::new(std::env::current_exe()?);
        let output = command.arg(filter).env(VARIABLE, client).output()?;
        Ok(said(&output))
    };
    let healthy = tests("right", "rig.test.")?;
    is(0, &["rig.test.healthy", "test result: ok"], &healthy)?;
    let wrong = tests("wrong", "rig.test.")?;
    is(101, &["rig.test.healthy", "`config` was not read"], &wrong)?;
    let nothing = tests("nothing", "rig.test.")?;
    is(101, &["nothing was judged"], &nothing)?;
    let panics = tests("panics", "rig.test.healthy")?;
    let said = "the client panicked, `no backup today`";
    is(101, &[said, "run this test alone"], &panics)
}

/// A client that waits for ever, or blocks its thread, fails its case and holds up nothing else.
fn hangs() -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let held_up = |blocks: bool, limit: u64| {
        let rig = Rig::new().only("rig.test.healthy");
        let rig = rig.within(Duration::from_millis(limit));
        runtime.block_on(rig.run(move |_| async move {
            if blocks {
                std::thread::sleep(Duration::from_secs(3));
            } else {
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
            End::Failed
        }))
    };
    for blocks in [false, true] {
        for (limit, expected) in [(500, "did not end within"), (60_000, "reported failure")] {
            let report = held_up(blocks, limit)?.to_string();
            if !report.contains(expected) {
                return Err(Failed::from(format!("{blocks}, {limit} ms: {report}")));
            }
        }
    }
    Ok(())
}
