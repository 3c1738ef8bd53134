//! `setup --login` that a signal stops after the login, also at its prompt.

use super::home;
use super::login::{ROOT, cloud};
use crate::support::program::{Ended, Running, program, wait_until};
use crate::support::scripted::Deed;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

const PROMPT: &str = "Carry this out? [y/N]";

/// `setup --login` on its own terminal, which `script` makes.
struct OnTerminal {
    script: Child,
    keys: ChildStdin,
}

impl OnTerminal {
    fn start(cloud: &str, home: &Path) -> Self {
        let at_home = home.display();
        let program = env!("CARGO_BIN_EXE_safe-conformance");
        let call = format!(
            "echo $$ >{at_home}/pid; exec {program} setup {cloud} --login --save-password {at_home}/app-password"
        );
        let mut script = Command::new("script")
            .args(["--quiet", "--flush", "--return", "--command", &call])
            .arg(home.join("screen"))
            .env("HOME", home)
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("`script` of util-linux can be started");
        let keys = script.stdin.take().expect("stdin is piped");
        Self { script, keys }
    }

    fn end(mut self, home: &Path) -> Ended {
        wait_until(|| !matches!(self.script.try_wait(), Ok(None)));
        let status = self.script.wait().expect("it has ended");
        drop(self.keys);
        Ended {
            code: status.code(),
            stdout: screen(home),
            stderr: String::new(),
        }
    }
}

/// What the terminal has shown.
fn screen(home: &Path) -> String {
    let bytes = std::fs::read(home.join("screen")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_signal_at_the_prompt_revokes_the_app_password() {
    for signal in ["TERM", "INT"] {
        let (dav, home) = (cloud(|_| None), home());
        let origin = format!("http://{}", dav.server.address());
        let running = OnTerminal::start(&origin, home.path());
        wait_until(|| screen(home.path()).contains(PROMPT));
        assert!(home.path().join("app-password").exists());
        let pid = std::fs::read_to_string(home.path().join("pid")).expect("its process");
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), pid.trim()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()));
        let ended = running.end(home.path());
        assert_eq!(ended.code, Some(3), "{}", ended.all());
        for part in [
            format!("SIG{signal} stopped setup; nothing was changed"),
            "The app password was revoked".to_owned(),
        ] {
            assert!(ended.unwrapped().contains(&part), "{part}\n{}", ended.all());
        }
        assert_eq!(dav.server.count("DELETE"), 1);
        assert_eq!(dav.server.count("PUT") + dav.server.count("MKCOL"), 0);
        assert!(!home.path().join("app-password").exists());
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn a_yes_at_the_prompt_keeps_the_app_password() {
    let (dav, home) = (cloud(|_| None), home());
    let origin = format!("http://{}", dav.server.address());
    let mut running = OnTerminal::start(&origin, home.path());
    wait_until(|| screen(home.path()).contains(PROMPT));
    running.keys.write_all(b"y\n").expect("it is typed");
    let ended = running.end(home.path());
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    assert!(dav.server.count("MKCOL") > 0);
    assert!(home.path().join("app-password").exists());
    assert!(!ended.all().contains("revoked"), "{}", ended.all());
}

#[test]
fn a_signal_while_the_server_is_looked_at_revokes_the_app_password() {
    let home = home();
    let dav = cloud(|asked| {
        let is_look = asked.method == "PROPFIND" && asked.path.starts_with(ROOT);
        is_look.then_some(Deed::Silence)
    });
    let file = home.path().join("app-password");
    let origin = format!("http://{}", dav.server.address());
    let running = Running::start(
        program(home.path())
            .args(["setup", &origin, "--login", "--yes", "--save-password"])
            .arg(&file),
    );
    wait_until(|| dav.server.count("PROPFIND") > 0);
    running.signal("TERM");
    let ended = running.end();
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    for part in ["SIGTERM stopped setup", "was revoked"] {
        assert!(ended.stderr.contains(part), "{part}\n{}", ended.all());
    }
    assert_eq!(dav.server.count("DELETE"), 1);
    assert!(!file.exists());
}
