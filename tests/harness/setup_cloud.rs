//! `setup` with the addresses that people use for a Nextcloud, against the embedded server.

use crate::support::program::{self, Ended, file, program};
use crate::support::reference::{Reference, USER};
use safe_conformance::reference::{Options, Profile};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

const PASSWORD: &str = "s3cret-loopback";
const FILES: &str = "/remote.php/dav/files/safe";

/// A server with `profile`, whose time passes fast.
fn like(profile: Profile) -> Reference {
    Reference::start(Options {
        speed: 50,
        ..Options::like(profile)
    })
}

/// Runs `setup` with an address on the server.
fn setup(server: &Reference, home: &Path, path: &str, password: &str, more: &[&str]) -> Ended {
    program::run(
        command(server, home, path)
            .args(["--user", USER, "--password-file"])
            .arg(file(home, "password", password))
            .args(more),
    )
}

fn command(server: &Reference, home: &Path, path: &str) -> Command {
    let root = server.running.root_certificate().expect("it speaks TLS");
    let mut command = program(home);
    command
        .arg("setup")
        .arg(format!("{}{path}", origin(server)))
        .arg("--ca-file")
        .arg(file(home, "root.pem", root));
    command
}

fn origin(server: &Reference) -> String {
    format!("https://localhost:{}", server.running.address().port())
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The addresses that people use, and the folders that they mean.
const ADDRESSES: &[(&str, &str, bool)] = &[
    ("/", "/threema_safe", false),
    (
        "/index.php/apps/files/?dir=/threema_safe",
        "/threema_safe",
        false,
    ),
    ("/index.php/apps/files/?dir=/Threema", "/Threema", true),
    ("/remote.php/dav/files/safe/Threema", "/Threema", true),
    (
        "/remote.php/dav/files/safe/threema_safe/config",
        "/threema_safe",
        false,
    ),
];

#[test]
#[ignore = "it takes long: CI runs it"]
fn every_address_of_a_nextcloud_leads_to_its_folder() {
    let (server, home) = (like(Profile::NextcloudAppPassword), home());
    for (typed, folder, is_new) in ADDRESSES {
        let ended = setup(&server, home.path(), typed, PASSWORD, &["--dry-run"]);
        let all = ended.all();
        assert_eq!(ended.code, Some(0), "{typed}: {all}");
        let found = format!("Setup of {}{FILES}{folder}\n", origin(&server));
        assert!(all.contains(&found), "{typed}: {all}");
        // Its answers name Apache.
        assert!(all.contains("The server is Nextcloud"), "{typed}: {all}");
        let makes = all.contains("make the folder of this URL");
        assert_eq!(makes, *is_new, "{typed}: {all}");
        assert_eq!(all.contains("nothing to do"), !is_new, "{typed}: {all}");
    }
    let refused = server.running.requests().into_iter();
    assert_eq!(
        refused
            .filter(|request| request.status == Some(401))
            .count(),
        0
    );
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_missing_folder_of_a_nextcloud_is_made_and_conforms() {
    let (server, home) = (like(Profile::NextcloudAppPassword), home());
    for path in ["/remote.php/dav/files/safe/Threema", "/remote.php/webdav/x"] {
        let ended = setup(&server, home.path(), path, PASSWORD, &["--yes"]);
        let all = ended.all();
        assert_eq!(ended.code, Some(0), "{path}: {all}");
        for part in ["make the folder `backups`", "Android  backup pass"] {
            assert!(all.contains(part), "{path}: {part}\n{all}");
        }
    }
    assert_eq!(server.running.stored(), 0);
}

#[test]
fn a_wrong_password_ends_it_before_the_server_locks_anybody_out() {
    let (server, home) = (like(Profile::NextcloudAppPassword), home());
    for path in [
        "/",
        "/remote.php/dav/files/safe/Threema",
        "/remote.php/webdav/x",
    ] {
        let before = server.count();
        let ended = setup(&server, home.path(), path, "wrong", &["--yes"]);
        assert_eq!(ended.code, Some(5), "{path}: {}", ended.all());
        let asked = server.running.requests().into_iter().skip(before);
        let refused =
            asked.filter(|request| request.had_authorization && request.status == Some(401));
        assert_eq!(refused.count(), 1, "{path}");
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_simulated_login_in_the_browser_is_granted_on_its_page() {
    let home = home();
    let server = Reference::start(Options {
        tls: false,
        speed: 50,
        ..Options::like(Profile::NextcloudTwoFactor)
    });
    let address = server.running.address();
    let mut child = program(home.path())
        .args([
            "setup",
            &format!("http://{address}"),
            "--login",
            "--yes",
            "--save-password",
        ])
        .arg(home.path().join("app-password"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    let page = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, token) = line.split_once("/login/v2/flow/")?;
        Some(format!("/login/v2/grant/{}", token.trim()))
    });
    grant(address, &page.expect("the page to log in"));
    let rest: Vec<_> = lines.map_while(Result::ok).collect();
    let status = child.wait().expect("it has ended");
    assert_eq!(status.code(), Some(0), "{rest:#?}");
    assert!(home.path().join("app-password").exists());
}

/// Presses the button on the page of a simulated login.
fn grant(address: SocketAddr, path: &str) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("it answers");
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
}
