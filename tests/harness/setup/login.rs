//! `setup --login`: a login in the browser, and where its app password is kept.

use super::{Dav, home};
use crate::support::at_once::at_once;
use crate::support::program::{self, Ended, program};
use crate::support::scripted::{Asked, Deed, PASSWORD, Reply, USER};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

/// A Nextcloud with a browser login, which a person confirms at the second request.
pub(super) fn cloud(twist: impl Fn(&Asked) -> Option<Deed> + Send + Sync + 'static) -> Dav {
    let there = [("/remote.php", None), (ROOT, None)];
    let asked_before = std::sync::atomic::AtomicUsize::new(0);
    Dav::with(&there, move |asked| {
        if let Some(deed) = twist(asked) {
            return Some(deed);
        }
        let reply = |body: String| Some(Deed::Reply(Reply::new(200, body)));
        let host = asked.header("host").unwrap_or_default().to_owned();
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/status.php") => {
                reply(r#"{"installed":true,"productname":"Nextcloud"}"#.to_owned())
            }
            ("POST", "/index.php/login/v2") => reply(format!(
                r#"{{"poll":{{"token":"t0ken-of-the-flow","endpoint":"http://{host}/login/v2/poll"}},"login":"http://{host}/login/v2/flow/abc"}}"#
            )),
            ("POST", "/login/v2/poll") if asked.body != b"token=t0ken-of-the-flow" => None,
            ("POST", "/login/v2/poll") => {
                let before = asked_before.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                if before == 0 {
                    return Some(Deed::Reply(Reply::new(404, "[]")));
                }
                reply(format!(
                    r#"{{"server":"http://{host}","loginName":"{USER}","appPassword":"{PASSWORD}"}}"#
                ))
            }
            ("DELETE", "/ocs/v2.php/core/apppassword") => reply(String::new()),
            _ => None,
        }
    })
}

pub(super) const ROOT: &str = "/remote.php/dav/files/safe";

fn log_in(dav: &Dav, home: &Path, more: &[&str]) -> Ended {
    let file = home.join("app-password");
    program::run(
        program(home)
            .args([
                "setup",
                &format!("http://{}", dav.server.address()),
                "--login",
                "--yes",
            ])
            .args(more)
            .arg("--save-password")
            .arg(file),
    )
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_login_in_the_browser_needs_no_password() {
    let (dav, home) = (cloud(|_| None), home());
    let ended = log_in(&dav, home.path(), &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    for part in ["/login/v2/flow/abc", "█", "threema-safe", "app-password"] {
        assert!(ended.stdout.contains(part), "{part}\n{}", ended.all());
    }
    for secret in [PASSWORD, "t0ken-of-the-flow"] {
        assert!(!ended.all().contains(secret), "{}", ended.all());
    }
    let file = home.path().join("app-password");
    let kept = std::fs::read_to_string(&file).expect("the app password");
    assert_eq!(kept, format!("{PASSWORD}\n"));
    let mode = std::fs::metadata(&file)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let tree = dav.tree.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(tree.contains_key(&format!("{ROOT}/threema-safe/config")));
}

/// A home with a stand-in for the keyring command: it records the arguments of each call and the
/// input of the last, and ends with `code`.
fn home_with_keyring(code: u8) -> tempfile::TempDir {
    let home = home();
    let folder = home.path().join("bin");
    std::fs::create_dir(&folder).expect("a folder");
    let stand_in = folder.join("secret-tool");
    let script = format!("#!/bin/sh\necho \"$*\" >>../arguments\ncat >../given\nexit {code}\n")
        .replace("../", &format!("{}/", home.path().display()));
    std::fs::write(&stand_in, script).expect("a script");
    let mode = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(&stand_in, mode).expect("a mode");
    home
}

fn log_in_with_keyring(dav: &Dav, home: &Path) -> Ended {
    let path = std::env::var("PATH").unwrap_or_default();
    let cloud = format!("http://{}", dav.server.address());
    let arguments = ["setup", &cloud, "--login", "--yes", "--keyring"];
    let folder = home.join("bin");
    program::run(
        program(home)
            .args(arguments)
            .env("PATH", format!("{}:{path}", folder.display())),
    )
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_keyring_gets_the_app_password_on_its_input() {
    let (dav, home) = (cloud(|_| None), home_with_keyring(0));
    let ended = log_in_with_keyring(&dav, home.path());
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    let noted = |name| std::fs::read_to_string(home.path().join(name)).expect("it was noted");
    assert_eq!(noted("given"), PASSWORD);
    let arguments = noted("arguments");
    assert!(
        arguments.starts_with("store --label Threema Safe on 127.0.0.1 service safe-conformance")
    );
    assert!(arguments.trim().ends_with(&format!("user {USER}")));
    assert_eq!(arguments.lines().count(), 1, "nothing is cleared");
    assert!(!arguments.contains(PASSWORD) && !ended.all().contains(PASSWORD));
    let shown = ended.stdout.replace(char::is_whitespace, " ");
    assert!(shown.contains("secret-tool lookup service"), "{shown}");
}

#[test]
fn a_keyring_that_refuses_revokes_the_app_password() {
    let (dav, home) = (cloud(|_| None), home_with_keyring(1));
    let ended = log_in_with_keyring(&dav, home.path());
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    for part in ["secret-tool", "was revoked"] {
        assert!(ended.stderr.contains(part), "{}", ended.all());
    }
    assert!(!ended.all().contains(PASSWORD));
    assert_eq!(dav.server.count("DELETE"), 1);
    // What an earlier login left in the keyring is not this login's to delete.
    assert_eq!(keyring_calls(home.path()), ["store"]);
}

/// What the stand-in for the keyring command was called for.
fn keyring_calls(home: &Path) -> Vec<String> {
    let calls = std::fs::read_to_string(home.join("arguments")).expect("it was called");
    let names = calls.lines().filter_map(|call| call.split(' ').next());
    names.map(str::to_owned).collect()
}

#[test]
fn after_a_failure_the_app_password_leaves_the_keyring() {
    let home = home_with_keyring(0);
    let dav = cloud(|asked| (asked.method == "PUT").then(|| Deed::Reply(Reply::new(507, ""))));
    let ended = log_in_with_keyring(&dav, home.path());
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(ended.stderr.contains("was revoked"), "{}", ended.all());
    assert_eq!(keyring_calls(home.path()), ["store", "clear"]);
    let calls = std::fs::read_to_string(home.path().join("arguments")).expect("it was called");
    let cleared = format!("clear service safe-conformance host 127.0.0.1 user {USER}");
    assert_eq!(calls.lines().last(), Some(cleared.as_str()));
}

#[test]
fn after_a_failure_the_app_password_is_revoked() {
    let home = home();
    let dav = cloud(|asked| (asked.method == "PUT").then(|| Deed::Reply(Reply::new(507, ""))));
    let ended = log_in(&dav, home.path(), &[]);
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(ended.stderr.contains("was revoked"), "{}", ended.all());
    assert_eq!(dav.server.count("DELETE"), 1);
    assert!(!home.path().join("app-password").exists());
}

/// A server that answers the first poll of a login with `deed`.
fn troubled(deed: fn() -> Deed) -> Dav {
    let is_over = AtomicBool::new(false);
    cloud(move |asked| {
        let is_first = asked.path == "/login/v2/poll" && !is_over.swap(true, Ordering::SeqCst);
        is_first.then(deed)
    })
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_poll_that_fails_for_a_moment_does_not_end_the_login() {
    let passing: [fn() -> Deed; 4] = [
        || Deed::Reply(Reply::new(502, "")),
        || Deed::Reply(Reply::new(503, "").with("Retry-After", "1")),
        || Deed::Reply(Reply::new(429, "")),
        || Deed::Reset(Vec::new()),
    ];
    at_once(passing, |deed| {
        let (dav, home) = (troubled(deed), home());
        let ended = log_in(&dav, home.path(), &[]);
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        assert!(home.path().join("app-password").exists());
    });
}

#[test]
fn a_poll_that_is_refused_ends_the_login() {
    at_once([400, 403], |status| {
        let home = home();
        let dav = cloud(move |asked| {
            let is_poll = asked.path == "/login/v2/poll";
            is_poll.then(|| Deed::Reply(Reply::new(status, "")))
        });
        let ended = log_in(&dav, home.path(), &[]);
        assert_eq!(ended.code, Some(3), "{}", ended.all());
        assert!(
            ended.stderr.contains(&format!("status {status}")),
            "{}",
            ended.all()
        );
        let polls = dav.server.asked().into_iter();
        let polls = polls.filter(|asked| asked.path == "/login/v2/poll");
        assert_eq!(polls.count(), 1);
        assert!(!home.path().join("app-password").exists());
    });
}

#[test]
fn a_login_that_leads_elsewhere_is_refused() {
    let home = home();
    let dav = cloud(|asked| {
        (asked.path == "/index.php/login/v2").then(|| {
            let body = r#"{"poll":{"token":"x","endpoint":"https://evil.example/poll"},"login":"https://evil.example/"}"#;
            Deed::Reply(Reply::new(200, body))
        })
    });
    let ended = log_in(&dav, home.path(), &[]);
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert!(ended.stderr.contains("another host"), "{}", ended.all());
    assert!(!dav.was_changed() && !home.path().join("app-password").exists());
}
