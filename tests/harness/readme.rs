//! Every command of the README and the manual is run here, as a person types it or as CI runs it.

use crate::support::page;
use crate::texts::texts;
use safe_conformance::reference::{self, Fault, Login, Options};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use tokio::task::JoinSet;

macro_rules! page {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../src/manual/", $name, ".md")),
        )
    };
}
/// The pages that show commands: the name, and the text.
const PAGES: [(&str, &str); 11] = [
    ("README.md", include_str!("../../README.md")),
    page!("checking-a-server"),
    page!("ci"),
    page!("retention"),
    page!("backups"),
    page!("losses"),
    page!("authors-of-servers"),
    page!("authors-of-clients"),
    page!("rig"),
    page!("add-a-check"),
    page!("setting-up-a-server"),
];

/// The page of this name.
fn page_of(name: &str) -> &'static str {
    let page = PAGES.iter().find(|(known, _)| *known == name);
    page.expect("the page is there").1
}

/// The server that the pages use.
const SERVER: &str = "https://cloud.example/remote.php/dav/files/alice/threema-safe";

/// The result of a command with the healthy server, and with an adapter that repeats its questions:
/// the exit code, and why.
const OTHERWISE: [(&str, i32, &str); 5] = [
    // The healthy server needs no waiver.
    (
        "--waivers",
        1,
        "the waiver of `limits.above` is no longer needed",
    ),
    ("client --exec", 1, "adapter.starts"),
    ("rig --exec", 4, "was judged"),
    ("rig --listen", 4, "was judged"),
    ("inspect --from", 3, "no backup for this ID and password"),
];

/// The commands of a page: lines that begin with `$ ` in its console blocks.
fn commands(page: &str) -> Vec<&str> {
    let blocks = page
        .split("```console\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    blocks
        .flat_map(str::lines)
        .filter_map(|line| line.strip_prefix("$ "))
        .collect()
}

/// The variables of the rig that a text names.
fn rig_variables(text: &str) -> BTreeSet<&str> {
    let is_of_name = |c: char| c.is_ascii_uppercase() || c == '_';
    let names = text.split(|c| !is_of_name(c));
    names.filter(|name| name.starts_with("SAFE_RIG_")).collect()
}

#[test]
fn the_page_of_the_rig_names_the_variables_of_its_help() {
    let program = env!("CARGO_BIN_EXE_safe-conformance");
    let help = Command::new(program).args(["rig", "--help"]).output();
    let help = String::from_utf8(help.expect("the program runs").stdout).expect("UTF-8");
    assert_eq!(rig_variables(&help), rig_variables(page_of("rig")));
}

#[test]
fn the_readme_is_a_front_door() {
    let (_, readme) = PAGES[0];
    assert!(readme.len() <= 12 * 1024, "{} bytes", readme.len());
    for (path, _) in texts() {
        let is_page = path.starts_with("src/manual") && path.extension() == Some("md".as_ref());
        let link = format!("({})", path.display());
        assert!(!is_page || readme.contains(&link), "no link {link}");
    }
}

#[test]
fn ci_runs_every_cargo_command() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Cargo leaves this file out of a published crate, which has no CI.
    if root.join("Cargo.toml.orig").exists() {
        return;
    }
    let ci = std::fs::read_to_string(root.join(".ci/run")).expect("a checkout has .ci/run");
    for (name, page) in PAGES {
        for command in commands(page) {
            if let Some(at) = command.find("cargo ") {
                let cargo = &command[at..];
                assert!(ci.contains(cargo), "`{cargo}` of {name} is not in .ci/run");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn every_other_command_works_as_typed() {
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
    let root = running.root_certificate().expect("a root");
    let mut typing = JoinSet::new();
    for (name, page) in PAGES {
        let folder = tempfile::tempdir().expect("a temporary folder");
        furnish(folder.path(), &password, root);
        let page = page.replace(SERVER, running.base_url());
        typing.spawn_blocking(move || type_in(name, &page, folder.path()));
    }
    while let Some(typed) = typing.join_next().await {
        typed.expect("the commands run");
    }
    assert_eq!(running.stored(), 0, "something was left behind");
}

/// The lines for CI and cron, as a person copies them.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn the_lines_for_ci_work_as_copied() {
    let running = reference::start(Options::default())
        .await
        .expect("the embedded server starts");
    let Login::Basic { user, password } = Options::default().login else {
        panic!("the default login is Basic")
    };
    let url = running.base_url().to_owned();
    let root = running.root_certificate().expect("a root").to_owned();
    let copied = move || {
        let folder = tempfile::tempdir().expect("a temporary folder");
        furnish(folder.path(), &password, &root);
        for (system, lines) in lines_for_ci() {
            let lines = lines
                .replace(SERVER, &url)
                .replace("--user alice", &format!("--user {user}"));
            let mut shell = shell(&lines, folder.path());
            shell.env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"));
            if system != "cron" {
                shell
                    .env("SAFE_TARGET", &url)
                    .env("SAFE_SERVER_USER", &user)
                    .env("SAFE_SERVER_PASSWORD", &password);
            }
            let output = shell.output().expect("the shell starts");
            let said = String::from_utf8_lossy(&output.stderr).into_owned()
                + &String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(0), "{system}: {said}");
            // cron sends a mail for any output.
            assert!(system != "cron" || said.is_empty(), "{said}");
        }
        for file in ["summary.md", "safe.xml", "safe.md", "safe.html"] {
            let written = std::fs::metadata(folder.path().join(file));
            assert!(written.is_ok_and(|it| it.len() > 0), "{file}");
        }
    };
    tokio::task::spawn_blocking(copied)
        .await
        .expect("the lines run");
    assert_eq!(running.stored(), 0, "something was left behind");
}

/// What each system passes to a shell from the lines on the page.
fn lines_for_ci() -> [(&'static str, String); 3] {
    let page = page_of("ci");
    let block = |mark: &str| {
        let blocks = page.split("```").skip(1).step_by(2);
        let mut blocks = blocks.filter(|block| block.contains(mark));
        blocks.next().expect("the page shows it")
    };
    let actions = block("- run: |").lines();
    let actions = actions
        .skip_while(|line| *line != "- run: |")
        .skip(1)
        .take_while(|line| line.starts_with("    "));
    let actions: Vec<_> = actions.map(str::trim_start).collect();
    let gitlab = block("script:").lines();
    let gitlab: Vec<_> = gitlab
        .filter_map(|line| line.strip_prefix("    - "))
        .collect();
    let cron = block("15 6 * * 1").lines();
    let cron: Vec<_> = cron
        .filter_map(|line| line.strip_prefix("15 6 * * 1  "))
        .collect();
    [
        ("GitHub Actions", actions.join("\n")),
        ("GitLab CI", format!("set -e\n{}", gitlab.join("\n"))),
        ("cron", cron.join("\n")),
    ]
}

/// The run in the README, word for word except what differs from run to run.
#[tokio::test(flavor = "multi_thread")]
async fn the_run_that_the_readme_shows_is_real() {
    let options = Options {
        faults: vec![Fault::LimitLower, Fault::CutOffReplaces],
        ..Options::default()
    };
    let Login::Basic { user, password } = options.login.clone() else {
        panic!("the default login is Basic")
    };
    let running = reference::start(options)
        .await
        .expect("the embedded server starts");
    let folder = tempfile::tempdir().expect("a temporary folder");
    furnish(
        folder.path(),
        &password,
        running.root_certificate().expect("a root"),
    );
    let url = running.base_url().to_owned();
    let line =
        format!("exec safe-conformance check {url} --user {user} --password-file password.txt");
    let mut command = shell(&line, folder.path());
    let output = tokio::task::spawn_blocking(move || command.output().expect("the shell starts"))
        .await
        .expect("the command runs");
    let said = String::from_utf8_lossy(&output.stdout).replace(&url, SERVER);
    let shown = page_of("README.md")
        .split("```text\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("the README shows a run");
    // Requests, bytes and the seed differ each time.
    let parts = |text: &str| -> (Vec<String>, Option<String>) {
        let (before, _) = text.split_once(" blocked\n").unwrap_or((text, ""));
        let words = before.split_whitespace().map(str::to_owned).collect();
        (words, text.trim_end().lines().last().map(str::to_owned))
    };
    if parts(&said) != parts(shown) {
        crate::support::page::rewrite("README.md", shown, &said);
    }
}

/// The files that the pages name, in the person's folder.
fn furnish(folder: &Path, password: &str, root: &str) {
    let put = |name: &str, content: &[u8]| {
        std::fs::write(folder.join(name), content).expect("a file of the folder is written");
    };
    let (backup, backup_password) = crate::inspect::of_the_readme();
    let ci = page_of("ci");
    let waivers = ci
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    put("root.pem", root.as_bytes());
    put("password.txt", password.as_bytes());
    put(".safe-password", password.as_bytes());
    put("backup.bin", &backup);
    put("backup-password.txt", backup_password.as_bytes());
    for name in ["my_client.sh", "old", "new"] {
        client_that_does_nothing(&folder.join(name));
    }
    put(
        "waivers.toml",
        waivers.expect("the page shows waivers").as_bytes(),
    );
}

/// A client for the rig that reports everything as unsupported.
fn client_that_does_nothing(file: &Path) {
    std::fs::write(file, "#!/bin/sh\nexit 127\n").expect("a file of the folder is written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(file, mode).expect("it can be made executable");
    }
}

/// Types the commands of a page into a shell, one after the other. Exported variables stay set.
fn type_in(name: &str, page: &str, folder: &Path) {
    let mut exported = String::new();
    for command in commands(page) {
        if command.starts_with("export ") {
            exported += &format!("{command}; ");
        } else if !command.contains("cargo ") {
            assert!(
                command.starts_with("safe-conformance "),
                "{name} shows `{command}`, which nothing runs"
            );
            // The choice of adapter does not matter here: this one repeats its questions.
            let typed = command
                .replace("'python3 my_adapter.py'", "cat")
                // Nobody operates a phone here.
                .replace("--listen 192.168.1.20", "--listen 127.0.0.1 --timeout 1");
            run(command, shell(&format!("{exported}exec {typed}"), folder));
        }
    }
}

/// A person's shell with the program on the path. It has the root certificate because the server's
/// root is not public.
fn shell(line: &str, folder: &Path) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_safe-conformance"));
    let mut path = program.parent().expect("a folder").as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(line)
        .current_dir(folder)
        .stdin(Stdio::null());
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("SAFE_") {
            command.env_remove(variable);
        }
    }
    command
        .env("PATH", path)
        .env("HOME", folder)
        .env("XDG_STATE_HOME", folder)
        .env("SAFE_CA_FILE", folder.join("root.pem"));
    command
}

fn run(shown: &str, mut command: Command) {
    if shown.contains(" serve ") && !shown.contains("--list-faults") {
        return serves(shown, command);
    }
    let output = command.output().expect("the shell starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    let otherwise = OTHERWISE.iter().find(|(part, ..)| shown.contains(part));
    let (code, why) = otherwise.map_or((0, ""), |(_, code, why)| (*code, *why));
    assert_eq!(output.status.code(), Some(code), "`{shown}`: {said}");
    assert!(said.contains(why), "`{shown}`: {said}");
}

/// A server of a page is started, prints its address, and is stopped.
fn serves(shown: &str, mut command: Command) {
    use std::io::{BufRead as _, BufReader};
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the shell starts");
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

#[test]
fn the_loss_table_is_that_of_the_command() {
    let output = Command::new(env!("CARGO_BIN_EXE_safe-conformance"))
        .args(["losses", "--format", "markdown"])
        .output()
        .expect("the program starts");
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    let page = page_of("losses");
    let start = page.find("| | ").expect("the page shows a table");
    page::holds("losses", &page[start..], &table);
}
