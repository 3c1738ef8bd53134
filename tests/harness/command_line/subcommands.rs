//! The other subcommands: `serve`, `list`, `explain`, and the help.

use super::{home, report};
use crate::support::program::{file, program, run};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn serve_prints_where_it_is_and_ends_on_a_signal() {
    let home = home();
    let mut child = program(home.path())
        .arg("serve")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let lines: Vec<String> = BufReader::new(child.stdout.take().expect("stdout"))
        .lines()
        .take(4)
        .map_while(Result::ok)
        .collect();
    let value = |name: &str| {
        lines
            .iter()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
            .unwrap_or_else(|| panic!("no {name} in {lines:?}"))
            .to_owned()
    };
    let root = value("SAFE_CA_FILE");
    // The displayed command does what it says.
    let shown = BufReader::new(child.stderr.take().expect("stderr"))
        .lines()
        .map_while(Result::ok)
        .find(|line| line.ends_with("safe-conformance check"))
        .expect("it says what to do");
    let ours = format!("'{}'", env!("CARGO_BIN_EXE_safe-conformance"));
    let shown = shown.replace("safe-conformance check", &format!("{ours} check"));
    let ended = run(Command::new("sh")
        .args(["-c", &format!("{shown} --only auth.accepted,tls")])
        .current_dir(home.path()));
    let _ = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    let code = child.wait().expect("the server ends").code();
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(code, Some(0));
    assert!(
        !Path::new(&root).exists(),
        "the certificate goes with the server"
    );
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn every_check_is_listed_and_explained() {
    let home = home();
    let (report, _) = report(program(home.path()).arg("check"));
    let listed = run(program(home.path()).arg("list")).stdout;
    let mut ids: Vec<_> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|finding| finding["id"].as_str())
        .collect();
    ids.dedup();
    assert!(ids.len() > 40);
    for id in ids {
        assert!(listed.contains(id), "{id} is not listed");
        let explained = run(program(home.path()).args(["explain", id]));
        assert!(
            explained.code == Some(0) && explained.stdout.contains(id),
            "{id}: {}",
            explained.all()
        );
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let home = home();
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["check", "--help"],
        &["serve", "--list-faults"],
    ] {
        let ended = run(program(home.path()).args(arguments));
        assert_eq!(
            (ended.code, ended.stderr.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
        assert!(!ended.stdout.is_empty());
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn every_list_fits_into_the_terminal() {
    let home = home();
    for columns in [40, 80, 120] {
        for arguments in [
            "list",
            "list --client",
            "list --rig",
            "rig --list",
            "explain clients.read",
            "explain nextcloud-app-password",
            "serve --list-faults",
            "serve --list-profiles",
            "losses",
            "losses --from ios-6.8 --to android",
        ] {
            let mut command = program(home.path());
            let command = command.args(arguments.split(' '));
            let ended = run(command.env("COLUMNS", columns.to_string()));
            assert_eq!(ended.code, Some(0), "{arguments}: {}", ended.all());
            for line in ended.stdout.lines() {
                let is_one_word = !line.trim().contains(' ');
                let fits = line.chars().count() <= columns || is_one_word;
                assert!(fits, "{columns} columns, {arguments}: {line}");
            }
        }
    }
}

#[test]
fn quiet_says_nothing_where_all_is_well() {
    let home = home();
    let only = ["check", "--only", "auth.accepted"];
    let ended = run(program(home.path()).args(only).arg("-q"));
    assert_eq!(
        (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
        (Some(0), "", "")
    );
    // The errors are still reported.
    let wrong = run(program(home.path()).args(["check", "-q", "--only", "no.such.check"]));
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("no.such.check"), "{}", wrong.all());
}

#[test]
fn colour_is_as_asked() {
    let home = home();
    for (when, coloured) in [("always", true), ("never", false), ("auto", false)] {
        let only = ["check", "--only", "auth.accepted", "--color", when];
        let ended = run(program(home.path()).args(only));
        assert_eq!(
            ended.stdout.contains("\x1b["),
            coloured,
            "{when}: {}",
            ended.all()
        );
    }
    let unknown = run(program(home.path()).args(["check", "--color", "often"]));
    assert_eq!(unknown.code, Some(2), "{}", unknown.all());
}

/// `explain` knows everything that a message or a report calls a cause.
#[test]
fn causes_without_a_problem_are_explained() {
    let home = tempfile::tempdir().expect("a temporary folder");
    for (id, words) in [
        ("stage.tls", "--ca-file"),
        ("stage.connect", "firewall"),
        ("blocked.answer", "do not decide it"),
        ("blocked.locked-out", "locked out"),
    ] {
        let ended = run(program(home.path()).args(["explain", id]));
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        assert!(ended.stdout.contains(words), "{}", ended.stdout);
    }
}

/// What bash offers for the last word of a line.
fn completed(home: &Path, line: &str) -> Option<Vec<String>> {
    let script = run(program(home).args(["completions", "bash"])).stdout;
    let (function, _) = script.split_once('(')?;
    let function = function.to_owned();
    let script = file(home, "completions.bash", &script);
    let words: Vec<_> = line.split(' ').collect();
    let (last, before) = (words.last()?, words.len().checked_sub(2)?);
    let line = format!(
        "source '{}'; COMP_WORDS=({line}); COMP_CWORD={}; \
         {function} safe-conformance '{last}' '{}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script.display(),
        before + 1,
        words[before],
    );
    let ended = Command::new("bash").args(["-c", &line]).output().ok()?;
    let offered = String::from_utf8_lossy(&ended.stdout).into_owned();
    let offered = offered.lines().filter(|line| !line.is_empty());
    Some(offered.map(str::to_owned).collect())
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_shell_completes_names_and_help_stays_short() {
    let home = home();
    for (line, offered) in [
        (
            "serve --fault certificate-w",
            &["certificate-wildcard-too-deep", "certificate-wrong-name"][..],
        ),
        ("serve --like sab", &["sabre"]),
        ("check --only upload.a", &["upload.accepted"]),
        ("client --exec x --as desktop-", &["desktop-preview-14"]),
        ("losses --from al", &["all"]),
        ("explain problem.body-l", &["problem.body-limit"]),
        ("rig --only rig.bac", &["rig.backup"]),
        ("client --only kd", &["kdf"]),
        // Near misses: what has no names.
        ("serve --listen x", &[]),
        ("retention ver", &["verify"]),
    ] {
        // Without bash there is nothing to complete.
        let Some(found) = completed(home.path(), &format!("safe-conformance {line}")) else {
            return;
        };
        assert_eq!(found, offered, "{line}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = run(program(home.path()).args(["completions", shell])).stdout;
        assert!(script.contains("certificate-wildcard-too-deep"), "{shell}");
        assert!(script.len() < 110 * 1024, "{shell}: {} bytes", script.len());
    }
    let help = run(program(home.path()).args(["serve", "--help"])).stdout;
    assert!(!help.contains("certificate-wildcard-too-deep"), "{help}");
    let bare = run(program(home.path()).args(["serve", "--fault"])).stderr;
    assert!(!bare.contains("possible values"), "{bare}");
}
