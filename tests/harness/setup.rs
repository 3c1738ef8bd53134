//! `setup` against a folder over `WebDAV`: what it creates, what can prevent it, and that a second
//! run finishes the first.

#[cfg(target_os = "linux")]
mod at_prompt;
mod login;
mod places;

use crate::support::at_once::at_once;
use crate::support::program::{self, Ended, file, program};
use crate::support::scripted::{Asked, Deed, PASSWORD, Reply, Scripted, USER, authorization};
use crate::support::thorough::in_full_or;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

const CONFIG: &str = r#"{"maxBackupBytes":524288,"retentionDays":180}"#;
const OTHER: &str = r#"{"maxBackupBytes":1000000,"retentionDays":30}"#;

/// The contents of the server: a path with its file, or `None` for a folder.
type Tree = Arc<Mutex<BTreeMap<String, Option<Vec<u8>>>>>;
/// What a test does instead of what a healthy server does.
type Twist = dyn Fn(&Asked) -> Option<Deed> + Send + Sync;

/// A server with `WebDAV`, over plain http.
struct Dav {
    server: Scripted,
    tree: Tree,
}

impl Dav {
    /// One whose root folder is `/safe`, empty.
    fn start(twist: impl Fn(&Asked) -> Option<Deed> + Send + Sync + 'static) -> Self {
        Self::with(&[("/safe", None)], twist)
    }

    fn with(
        there: &[(&str, Option<&str>)],
        twist: impl Fn(&Asked) -> Option<Deed> + Send + Sync + 'static,
    ) -> Self {
        let tree: BTreeMap<_, _> = there
            .iter()
            .map(|(path, file)| {
                (
                    (*path).to_owned(),
                    file.map(|file| file.as_bytes().to_vec()),
                )
            })
            .collect();
        let tree = Arc::new(Mutex::new(tree));
        let (shared, twist): (_, Box<Twist>) = (Arc::clone(&tree), Box::new(twist));
        let server = Scripted::start(move |asked| match twist(asked) {
            Some(deed) => deed,
            None => Deed::Reply(answer(&shared, asked)),
        });
        Self { server, tree }
    }

    fn url(&self) -> String {
        self.server.url()
    }

    fn config(&self) -> Option<String> {
        let tree = self.tree.lock().unwrap_or_else(PoisonError::into_inner);
        let config = tree.get("/safe/config").cloned().flatten()?;
        Some(String::from_utf8_lossy(&config).into_owned())
    }

    fn has_backups(&self) -> bool {
        let tree = self.tree.lock().unwrap_or_else(PoisonError::into_inner);
        tree.get("/safe/backups") == Some(&None)
    }

    /// Whether any request changes something.
    fn was_changed(&self) -> bool {
        ["PUT", "MKCOL", "DELETE"]
            .iter()
            .any(|method| self.server.count(method) > 0)
    }
}

/// What a server with `WebDAV` answers.
fn answer(tree: &Tree, asked: &Asked) -> Reply {
    if asked.header("authorization") != Some(&authorization()) {
        return Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"safe\"");
    }
    let path = asked.path.trim_end_matches('/').to_owned();
    let parent = path
        .rsplit_once('/')
        .map_or("", |(parent, _)| parent)
        .to_owned();
    let mut tree = tree.lock().unwrap_or_else(PoisonError::into_inner);
    let has_parent = parent.is_empty() || tree.get(&parent) == Some(&None);
    let there = tree.get(&path).cloned();
    match (asked.method.as_str(), there) {
        ("PROPFIND", Some(None)) => {
            Reply::new(207, "<D:resourcetype><D:collection/></D:resourcetype>")
        }
        ("PROPFIND", Some(Some(_))) => Reply::new(207, "<D:resourcetype/>"),
        ("GET" | "HEAD", Some(Some(file))) => Reply::new(200, file).with("ETag", "\"1\""),
        ("GET", Some(None)) => Reply::new(403, ""),
        ("MKCOL", Some(_)) => Reply::new(405, ""),
        ("MKCOL" | "PUT", None) if !has_parent => Reply::new(409, ""),
        ("MKCOL", None) => {
            tree.insert(path, None);
            Reply::new(201, "")
        }
        ("PUT", Some(Some(_))) if asked.header("if-none-match").is_some() => Reply::new(412, ""),
        ("PUT", there) => {
            tree.insert(path, Some(asked.body.clone()));
            Reply::new(if there.is_some() { 204 } else { 201 }, "")
        }
        ("DELETE", Some(Some(_))) => {
            tree.remove(&path);
            Reply::new(204, "")
        }
        _ => Reply::new(404, ""),
    }
}

/// Runs `setup` to its end.
fn setup(url: &str, home: &Path, more: &[&str]) -> Ended {
    program::run(&mut command(url, home, more))
}

fn command(url: &str, home: &Path, more: &[&str]) -> std::process::Command {
    let password = file(home, "password", PASSWORD);
    let mut command = program(home);
    command
        .args(["setup", url, "--user", USER, "--password-file"])
        .arg(password)
        .args(more);
    command
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn an_empty_folder_becomes_a_server() {
    let (dav, home) = (Dav::start(|_| None), home());
    let ended = setup(&dav.url(), home.path(), &["--yes"]);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert_eq!(dav.config().as_deref(), Some(CONFIG));
    assert!(dav.has_backups());
    for part in [
        "Plan:",
        "done     write the file `config`",
        "done     make the folder `backups`",
        "Android  backup partial  restore partial",
        "The apps speak only https.",
        "user name",
        "Exit code 0",
    ] {
        assert!(ended.stdout.contains(part), "{part}\n{}", ended.all());
    }
    assert!(!ended.all().contains(PASSWORD), "{}", ended.all());
}

#[test]
fn a_second_run_changes_nothing() {
    let home = home();
    let there = [
        ("/safe", None),
        ("/safe/config", Some(CONFIG)),
        ("/safe/backups", None),
    ];
    let dav = Dav::with(&there, |_| None);
    let ended = setup(&dav.url(), home.path(), &["--dry-run"]);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(ended.stdout.contains("nothing to do"), "{}", ended.all());
    assert!(!dav.was_changed());
}

#[test]
fn a_dry_run_shows_the_plan_alone() {
    let home = home();
    let dav = Dav::with(&[], |_| None);
    let more = [
        "--dry-run",
        "--max-backup-bytes",
        "2097152",
        "--retention-days",
        "90",
    ];
    let ended = setup(&dav.url(), home.path(), &more);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    for part in [
        "1  make the folder of this URL",
        r#"2  write the file `config`: {"maxBackupBytes":2097152,"retentionDays":90}"#,
        "3  make the folder `backups`",
    ] {
        assert!(ended.stdout.contains(part), "{part}\n{}", ended.all());
    }
    assert!(!dav.was_changed());
}

#[test]
fn nothing_happens_without_consent() {
    let (dav, home) = (Dav::start(|_| None), home());
    let ended = setup(&dav.url(), home.path(), &[]);
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    assert!(ended.stderr.contains("--yes"), "{}", ended.all());
    assert!(!dav.was_changed());
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn another_config_is_kept_unless_asked() {
    let home = home();
    let there = [("/safe", None), ("/safe/config", Some(OTHER))];
    let dav = Dav::with(&there, |_| None);
    let kept = setup(&dav.url(), home.path(), &["--yes"]);
    assert_eq!(dav.config().as_deref(), Some(OTHER), "{}", kept.all());
    for part in [OTHER, CONFIG, "--replace-config replaces it"] {
        assert!(kept.stdout.contains(part), "{part}\n{}", kept.all());
    }
    let replaced = setup(&dav.url(), home.path(), &["--yes", "--replace-config"]);
    assert_eq!(dav.config().as_deref(), Some(CONFIG), "{}", replaced.all());
}

#[test]
fn a_config_that_appears_meanwhile_is_kept() {
    let home = home();
    let dav = Dav::start(|asked| {
        // Somebody else was faster: the server has the file that the first request did not find.
        (asked.method == "PUT" && asked.path.ends_with("/config"))
            .then(|| Deed::Reply(Reply::new(412, "")))
    });
    let ended = setup(&dav.url(), home.path(), &["--yes"]);
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(
        ended.stderr.contains("problem.changed-meanwhile"),
        "{}",
        ended.all()
    );
}

/// An obstacle: what the server does, and the name in the report.
struct Case {
    name: &'static str,
    there: &'static [(&'static str, Option<&'static str>)],
    method: &'static str,
    end: &'static str,
    reply: fn() -> Reply,
    code: i32,
    problem: &'static str,
}

const EMPTY: &[(&str, Option<&str>)] = &[("/safe", None)];
/// No request has this method: the tree itself is the obstacle.
const NO_METHOD: &str = "NONE";

fn page(title: &str) -> String {
    format!("<html><title>{title}</title>{title}</html>")
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case { name: "a file where the folder should be", there: &[("/safe", Some("x"))], method: NO_METHOD, end: "", reply: || Reply::new(200, ""), code: 3, problem: "problem.file-in-the-way" },
    Case { name: "a file where backups should be", there: &[("/safe", None), ("/safe/backups", Some("x"))], method: NO_METHOD, end: "", reply: || Reply::new(200, ""), code: 3, problem: "problem.file-in-the-way" },
    Case { name: "a read-only share", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(403, ""), code: 3, problem: "problem.read-only" },
    Case { name: "a folder that may not be made", there: EMPTY, method: "MKCOL", end: "/backups/", reply: || Reply::new(403, ""), code: 3, problem: "problem.read-only" },
    Case { name: "a full quota", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(507, ""), code: 3, problem: "problem.quota" },
    Case { name: "a lock", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(423, ""), code: 3, problem: "problem.locked" },
    Case { name: "a firewall", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(403, page("Request blocked by security rule")), code: 3, problem: "problem.firewall" },
    Case { name: "a PUT answered 404 without permission", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(404, ""), code: 3, problem: "problem.upload-not-allowed" },
    Case { name: "an upload that is not stored", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(201, ""), code: 3, problem: "problem.not-stored" },
    Case { name: "no WebDAV", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(405, ""), code: 3, problem: "problem.no-folders" },
    Case { name: "an Apache that may not write", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(500, "").with("Server", "Apache/2.4.62 (Debian)"), code: 3, problem: "problem.read-only" },
    Case { name: "a lighttpd that may not write", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(500, "").with("Server", "lighttpd/1.4.69"), code: 3, problem: "problem.read-only" },
    Case { name: "a proxy before a server that fails", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(500, "").with("Server", "nginx/1.22.1"), code: 3, problem: "problem.server-error" },
    Case { name: "a Nextcloud under Apache that fails", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(500, "").with("Server", "Apache").with("Set-Cookie", "nc_sameSiteCookielax=true"), code: 3, problem: "problem.server-error" },
    Case { name: "a server that fails", there: EMPTY, method: "PUT", end: "/config", reply: || Reply::new(500, ""), code: 3, problem: "problem.server-error" },
    Case { name: "a page for config", there: EMPTY, method: "GET", end: "/config", reply: || Reply::new(200, page("Welcome")), code: 3, problem: "problem.web-page" },
    Case { name: "a redirect", there: EMPTY, method: "GET", end: "/config", reply: || Reply::new(302, "").with("Location", "/login"), code: 3, problem: "problem.redirected" },
    Case { name: "a lock-out", there: EMPTY, method: "GET", end: "/config", reply: || Reply::new(429, ""), code: 5, problem: "problem.limited" },
    Case { name: "a wrong password", there: EMPTY, method: "GET", end: "/config", reply: || Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"x\""), code: 5, problem: "problem.wrong-password" },
];

#[test]
fn every_obstacle_has_a_name() {
    let home = home();
    for case in CASES {
        let dav = Dav::with(case.there, |asked| {
            asked
                .is(case.method, case.end)
                .then(|| Deed::Reply((case.reply)()))
        });
        let ended = setup(&dav.url(), home.path(), &["--yes"]);
        let all = ended.all();
        assert_eq!(ended.code, Some(case.code), "{}: {all}", case.name);
        assert!(ended.stderr.contains(case.problem), "{}: {all}", case.name);
        assert!(ended.stderr.contains("fix"), "{}: {all}", case.name);
        assert!(!all.contains(PASSWORD), "{}: {all}", case.name);
        let explained = program::run(program(home.path()).args(["explain", case.problem]));
        assert_eq!(explained.code, Some(0), "{}", explained.all());
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_parent_that_is_missing_is_made_where_its_own_is_there() {
    let (dav, home) = (Dav::start(|_| None), home());
    let url = format!("{}/backup/safe", dav.url());
    let ended = setup(&url, home.path(), &["--dry-run"]);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(
        ended
            .stdout
            .contains("1  make the folder above the one of this URL"),
        "{}",
        ended.all()
    );
    assert!(!dav.was_changed());
    let ended = setup(&url, home.path(), &["--yes"]);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
}

#[test]
fn a_parent_without_its_own_is_not_made() {
    let (dav, home) = (Dav::start(|_| None), home());
    let url = format!("{}/no/body/safe", dav.url());
    let ended = setup(&url, home.path(), &["--yes"]);
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(
        ended.stderr.contains("problem.parent-missing"),
        "{}",
        ended.all()
    );
    assert!(!dav.was_changed());
}

/// An app password without access to files gets 404 for every folder of its user, as if none
/// existed.
#[test]
fn a_missing_folder_of_a_user_of_a_nextcloud_is_known_by_the_url() {
    let home = home();
    for (path, id, part) in [
        (
            "/remote.php/dav/files/safe/Threema",
            "problem.parent-hidden",
            "the menu of this app password",
        ),
        (
            "/remote.php/dav/files/safe/a/b/Threema",
            "problem.parent-hidden",
            "the menu of this app password",
        ),
        (
            "/dav/files/safe/Threema",
            "problem.parent-missing",
            "make the folder above",
        ),
    ] {
        let dav = Dav::start(|_| None);
        let url = dav.url().replace("/safe", path);
        let ended = setup(&url, home.path(), &["--yes"]);
        let all = ended.all();
        assert_eq!(ended.code, Some(3), "{all}");
        assert!(all.contains(id), "{path}: {all}");
        assert!(all.contains(part), "{path}: {all}");
        assert!(!dav.was_changed());
    }
}

#[test]
fn where_no_folder_can_be_made_the_commands_are_shown() {
    let home = home();
    let dav = Dav::with(EMPTY, |asked| {
        let reply = || Deed::Reply(Reply::new(405, "").with("Server", "nginx/1.22.1"));
        ["PROPFIND", "MKCOL", "PUT"]
            .contains(&asked.method.as_str())
            .then(reply)
    });
    let ended = setup(&dav.url(), home.path(), &["--yes"]);
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    for part in [
        "problem.no-folders",
        "mkdir -p FOLDER/backups",
        "dav_methods",
    ] {
        assert!(ended.stderr.contains(part), "{part}\n{}", ended.all());
    }
    for other in ["a2enmod", "file_server"] {
        assert!(!ended.all().contains(other), "{other}\n{}", ended.all());
    }
}

/// The steps at which a run can end: each request that changes something.
const STEPS: [(&str, &str); 3] = [
    ("MKCOL", "/new/"),
    ("PUT", "/config"),
    ("MKCOL", "/backups/"),
];

/// A server at whose `step` the first run ends: the step is carried out or not, and the answer
/// never comes.
fn ending_at(step: usize, end: fn() -> Deed) -> Dav {
    let (method, path) = STEPS[step];
    let has_ended = std::sync::atomic::AtomicBool::new(false);
    Dav::start(move |asked| {
        let is_first =
            asked.is(method, path) && !has_ended.swap(true, std::sync::atomic::Ordering::SeqCst);
        is_first.then(end)
    })
}

fn finishes(dav: &Dav, url: &str, home: &Path) {
    let again = setup(url, home, &["--yes"]);
    assert_eq!(again.code, Some(0), "{}", again.all());
    let tree = dav.tree.lock().unwrap_or_else(PoisonError::into_inner);
    let config = tree.get("/safe/new/config").cloned().flatten();
    assert_eq!(config.as_deref(), Some(CONFIG.as_bytes()));
    assert_eq!(tree.get("/safe/new/backups"), Some(&None));
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_connection_that_is_cut_at_any_step_is_no_harm() {
    at_once(0..STEPS.len(), |step| {
        let home = home();
        let dav = ending_at(step, || Deed::Reset(Vec::new()));
        let url = format!("{}/new", dav.url());
        let cut = setup(&url, home.path(), &["--yes"]);
        assert_eq!(cut.code, Some(3), "{step}: {}", cut.all());
        assert!(cut.stderr.contains("same command again"), "{}", cut.all());
        finishes(&dav, &url, home.path());
    });
}

#[test]
fn a_signal_at_any_step_is_no_harm() {
    let steps = STEPS.into_iter().enumerate();
    let signals = in_full_or(&["INT", "KILL"][..], &["KILL"]);
    let cases = steps.flat_map(|step| signals.iter().map(move |signal| (*signal, step)));
    at_once(cases, |(signal, (step, (method, path)))| {
        let home = home();
        let dav = ending_at(step, || Deed::Silence);
        let url = format!("{}/new", dav.url());
        let running = program::Running::start(&mut command(&url, home.path(), &["--yes"]));
        let is_reached = || {
            dav.server
                .asked()
                .iter()
                .any(|asked| asked.is(method, path))
        };
        program::wait_until(is_reached);
        running.signal(signal);
        let ended = running.end();
        let code = if signal == "INT" { Some(3) } else { None };
        assert_eq!(ended.code, code, "{signal} {step}: {}", ended.all());
        finishes(&dav, &url, home.path());
    });
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_config_that_was_half_written_is_finished() {
    let home = home();
    for half in ["", "{\"maxBackupBytes\":5"] {
        let there = [("/safe", None), ("/safe/config", Some(half))];
        let dav = Dav::with(&there, |_| None);
        let ended = setup(&dav.url(), home.path(), &["--yes"]);
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        assert_eq!(dav.config().as_deref(), Some(CONFIG));
        assert!(ended.stdout.contains("finish the file"), "{}", ended.all());
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_address_that_was_meant_is_found() {
    let (dav, home) = (Dav::start(|_| None), home());
    let ended = setup(&format!("{}/config", dav.url()), home.path(), &["--yes"]);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(ended.stdout.contains("The address is"), "{}", ended.all());
    assert_eq!(dav.config().as_deref(), Some(CONFIG));
}
