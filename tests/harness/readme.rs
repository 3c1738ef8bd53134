//! Every command that the README shows is run here, or by CI.

use safe_conformance::reference::{self, Login, Options};
use std::path::Path;
use std::process::{Command, Stdio};

/// The commands of the README: lines that begin with `$ ` in its console blocks.
fn commands() -> Vec<String> {
    let readme = include_str!("../../README.md");
    let blocks = readme
        .split("```console\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    blocks
        .flat_map(str::lines)
        .filter_map(|line| line.strip_prefix("$ "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn ci_runs_every_cargo_command() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    // Cargo leaves this file in a published crate, which has no CI.
    if root.join("Cargo.toml.orig").exists() {
        return;
    }
    let ci = std::fs::read_to_string(root.join(".ci/run")).expect("a checkout has .ci/run");
    for command in commands()
        .iter()
        .filter(|command| command.contains("cargo "))
    {
        let cargo = &command[command.find("cargo ").unwrap_or_default()..];
        assert!(
            ci.contains(cargo),
            "`{cargo}` of the README is not in .ci/run"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_command_works_as_written() {
    let options = Options::default();
    let Login::Basic { password, .. } = options.login.clone() else {
        panic!("the default login is Basic")
    };
    let login = Login::Basic {
        user: "alice".to_owned(),
        password: password.clone(),
    };
    let running = reference::start(Options { login, ..options })
        .await
        .expect("the embedded server starts");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("root.pem"), running.root_certificate().expect("a root")).expect("written");
    let waivers = include_str!("../../README.md")
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    std::fs::write(
        at("waivers.toml"),
        waivers.expect("the README shows waivers"),
    )
    .expect("written");
    let (backup, _) = crate::inspect::of_the_readme();
    std::fs::write(at("backup.bin"), backup).expect("written");

    let url = running.base_url().to_owned();
    for command in commands()
        .iter()
        .filter(|command| command.starts_with("safe-conformance "))
    {
        let arguments = command
            .replace(
                "https://cloud.example/remote.php/dav/files/alice/threema_safe",
                &url,
            )
            // Which adapter there is does not matter here: this one repeats what it is asked.
            .replace("'python3 my_adapter.py'", "cat")
            .trim_start_matches("safe-conformance ")
            .to_owned();
        let (url, password, folder) = (url.clone(), password.clone(), folder.path().to_owned());
        let shown = command.clone();
        tokio::task::spawn_blocking(move || run(&shown, &arguments, &url, &password, &folder))
            .await
            .expect("it runs");
    }
    assert_eq!(running.stored(), 0, "something was left behind");
}

fn run(shown: &str, arguments: &str, url: &str, password: &str, folder: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_safe-conformance"));
    command
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .env("SAFE_SERVER_USER", "alice")
        .env("SAFE_SERVER_PASSWORD", password)
        .env("SAFE_CA_FILE", folder.join("root.pem"))
        .env("XDG_STATE_HOME", folder)
        .env("SAFE_BACKUP_PASSWORD", crate::inspect::of_the_readme().1)
        .stdin(Stdio::null());
    if !arguments.contains("://") && !arguments.starts_with("serve") {
        command.env("SAFE_TARGET", url);
    }
    if arguments.starts_with("serve") && !arguments.contains("--list-faults") {
        return serves(shown, command);
    }
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    // The healthy server needs no waiver: the one of the README is stale here, and that is what exit code 1 says.
    let wrong_adapter = arguments.starts_with("client ");
    let nothing_there = arguments.starts_with("inspect --from");
    let expected = if nothing_there {
        3
    } else {
        i32::from(arguments.contains("--waivers") || wrong_adapter)
    };
    assert_eq!(output.status.code(), Some(expected), "`{shown}`: {said}");
    if wrong_adapter {
        assert!(said.contains("adapter.starts"), "{said}");
    } else if nothing_there {
        assert!(
            said.contains("no backup for this ID and password"),
            "{said}"
        );
    } else if expected == 1 {
        assert!(
            said.contains("the waiver of `limits.above` is no longer needed"),
            "{said}"
        );
    }
}

/// A server of the README's is started, says where it is, and is stopped.
fn serves(shown: &str, mut command: Command) {
    use std::io::{BufRead as _, BufReader};
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let read = BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line);
    child.kill().expect("it can be stopped");
    child.wait().expect("it stops");
    read.expect("it says something");
    assert!(
        line.starts_with("SAFE_TARGET=https://localhost:"),
        "`{shown}`: {line}"
    );
}

/// The README shows what the program says.
#[test]
fn the_loss_table_is_that_of_the_command() {
    let output = Command::new(env!("CARGO_BIN_EXE_safe-conformance"))
        .args(["losses", "--format", "markdown"])
        .output()
        .expect("the program starts");
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    let readme = include_str!("../../README.md");
    assert!(
        readme.contains(&table),
        "put the output of `safe-conformance losses --format markdown` into the README:\n{table}"
    );
}
