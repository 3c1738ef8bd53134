//! A proxy that is set and not used: said if the server cannot be reached.

use super::{PASSWORD, home, server};
use crate::support::port::Reserved;
use crate::support::program::{Ended, program, run};
use crate::support::reference::USER;
use std::path::Path;

const SAYS: &str = "http_proxy is set; this program does not use it";

fn with_proxy(home: &Path, name: &str, arguments: &[&str]) -> Ended {
    let mut command = program(home);
    command
        .args(arguments)
        .args(["--user", USER])
        .env(name, "http://127.0.0.1:3128")
        .env("SAFE_SERVER_PASSWORD", PASSWORD)
        .env("SAFE_BACKUP_PASSWORD", "a password");
    run(&mut command)
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn an_unreachable_server_and_a_proxy_get_one_line() {
    let (nobody, home) = (Reserved::free(), home());
    let url = format!("http://{}/safe", nobody.address());
    for arguments in [
        &["check", &url][..],
        &["setup", &url, "--yes"],
        &["inspect", "--from", &url, "--id", "ECHOECHO"],
    ] {
        let ended = with_proxy(home.path(), "http_proxy", arguments);
        assert_eq!(ended.code, Some(3), "{}", ended.all());
        assert_eq!(ended.all().matches(SAYS).count(), 1, "{}", ended.all());
        // Near miss: a proxy for another scheme.
        let ended = with_proxy(home.path(), "https_proxy", arguments);
        assert_eq!(ended.code, Some(3), "{}", ended.all());
        assert!(!ended.all().contains("proxy is set"), "{}", ended.all());
    }
}

/// Near miss: a server that is reached without the proxy.
#[test]
fn a_server_that_is_reached_needs_no_proxy() {
    let (server, home) = (server(&[]), home());
    let arguments = ["check", server.url(), "--only", "auth.accepted"];
    let ended = with_proxy(home.path(), "http_proxy", &arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(!ended.all().contains("proxy"), "{}", ended.all());
}
