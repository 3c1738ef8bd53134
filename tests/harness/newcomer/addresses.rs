//! Addresses: a wrong one, one with a placeholder, one that a report names.

use super::nothing_set_up::empty_folder;
use super::{ask, bare, has_lines, home};
use crate::support::program::{file, program, run};
use crate::support::scripted::{Asked, Deed, PASSWORD, Reply, Scripted, USER};
use std::io::{Read as _, Write as _};

/// The root of a site belongs to the site: Threema Safe needs a folder below it.
#[test]
#[ignore = "it takes long: CI runs it"]
fn an_address_without_a_folder_takes_over_no_site() {
    for (software, served) in [
        (
            "Apache/2.4.62 (Debian)",
            "Alias \"/threema-safe\" /srv/threema-safe",
        ),
        ("nginx/1.26.3", "location /threema-safe/ {"),
    ] {
        let (server, home) = (bare(software), home());
        let origin = server.url().trim_end_matches("/safe").to_owned();
        let checked = ask("check", &origin, home.path(), &[]);
        let set_up = ask("setup", &origin, home.path(), &["--yes"]);
        let said = format!("`{origin}/threema-safe`");
        assert!(set_up.stdout.contains(&said), "{}", set_up.all());
        for text in [&checked.stdout, &set_up.stderr] {
            has_lines(text, &[served]);
            // A line after a question would be read as its answer.
            let block = text.split("\nEND\n").nth(1).unwrap_or_default();
            let block = block.split("\n\n").next().unwrap_or_default();
            let last = block.lines().last().unwrap_or_default();
            assert!(last.contains("openssl passwd"), "{text}");
        }
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn lines_to_paste_ask_as_the_person_does() {
    let server = Scripted::open(|asked| empty_folder(asked, true));
    let home = home();
    let url = server.url();
    // The same holds if only the config is requested.
    for more in [&[][..], &["--only", "config"]] {
        let ended = ask("check", &url, home.path(), more);
        assert!(
            ended.stdout.contains("problem.folder-empty"),
            "{}",
            ended.all()
        );
        has_lines(
            &ended.stdout,
            &[&format!(
                "safe-conformance setup {url} --user {USER} --password-file {}/password",
                home.path().display()
            )],
        );
    }
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn plain_http_at_a_port_of_https_is_said() {
    let page = "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>";
    let server = Scripted::open(move |_| Deed::Reply(Reply::new(400, page)));
    let home = home();
    let https = server.url().replacen("http://", "https://", 1);
    let checked = ask("check", &server.url(), home.path(), &[]);
    let set_up = ask("setup", &server.url(), home.path(), &["--yes"]);
    for text in [checked.all(), set_up.all()] {
        assert!(text.contains("problem.http-on-https-port"), "{text}");
        assert!(text.contains(&format!("enter {https}")), "{text}");
        assert!(!text.contains("password are refused"), "{text}");
    }
}

/// Many servers do not name the cause: they answer with a TLS alert, or hang up.
#[test]
fn plain_http_at_a_port_that_answers_with_an_alert_is_said_too() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut asked = [0; 1024];
            let _ = stream.read(&mut asked);
            // protocol_version. Source: RFC 5246 section 7.2.
            let _ = stream.write_all(&[21, 3, 1, 0, 2, 2, 70]);
        }
    });
    let (home, url) = (home(), format!("http://127.0.0.1:{port}/safe"));
    let https = url.replacen("http://", "https://", 1);
    let checked = ask("check", &url, home.path(), &[]).all();
    let text = checked.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("problem.http-on-https-port"), "{text}");
    assert!(text.contains(&format!("enter {https}")), "{text}");
    assert!(!text.contains("user name"), "{text}");
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn every_form_of_a_report_has_the_lines_to_paste() {
    let (server, home) = (bare("Apache/2.4.58 (Debian)"), home());
    for form in ["html", "markdown", "json"] {
        let file = home.path().join(form);
        let option = format!("{form}={}", file.display());
        ask("check", &server.url(), home.path(), &["--report", &option]);
        let report = std::fs::read_to_string(file).expect("a report");
        for line in ["a2enmod alias dav dav_fs", "  Dav On"] {
            assert!(report.contains(line), "{form}: {report}");
        }
    }
}

#[test]
fn an_address_of_the_browser_gets_one_correction() {
    let home = home();
    let mut command = program(home.path());
    command.args([
        "check",
        "https://cloud.example/apps/files/?dir=/safe",
        "--user",
        "alice",
    ]);
    let ended = run(&mut command);
    assert_eq!(ended.code, Some(2), "{}", ended.all());
    let there = "https://cloud.example/remote.php/dav/files/alice/safe";
    assert!(ended.stderr.contains(there), "{}", ended.stderr);
    assert_eq!(
        ended.stderr.matches("https://").count(),
        1,
        "{}",
        ended.stderr
    );
}

/// A Nextcloud whose web server answers `/config` itself.
fn cloud(asked: &Asked) -> Deed {
    let cookie = ("Set-Cookie", "oc_sessionPassphrase=x; path=/");
    let reply = match asked.path.as_str() {
        "/config" => Reply::new(301, "").with("Location", "/config/"),
        "/status.php" => Reply::new(200, "{\"installed\":true,\"productname\":\"Nextcloud\"}"),
        path if path.starts_with("/remote.php/") => Reply::new(404, "").with(cookie.0, cookie.1),
        _ => Reply::new(405, "").with(cookie.0, cookie.1),
    };
    Deed::Reply(reply)
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn the_root_of_a_nextcloud_gets_the_address_of_the_files_and_one_command() {
    let (server, home) = (Scripted::open(cloud), home());
    let origin = server.url().trim_end_matches("/safe").to_owned();
    let ended = ask("check", &origin, home.path(), &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.all());
    let there = format!("{origin}/remote.php/dav/files/{USER}/threema-safe");
    assert!(
        ended.stdout.contains(&format!("`{there}`")),
        "{}",
        ended.stdout
    );
    let commands = ended.stdout.lines();
    let commands: Vec<_> = commands
        .filter(|line| line.starts_with("safe-conformance"))
        .collect();
    let setup = format!("safe-conformance setup {there} --user {USER} ");
    assert!(
        matches!(commands[..], [one] if one.starts_with(&setup)),
        "{}",
        ended.stdout
    );
    // A finding at an address that nobody meant is not the fix.
    assert!(!ended.stdout.contains("FAIL"), "{}", ended.stdout);
    let all = ask("check", &origin, home.path(), &["-v"]);
    let text = all.unwrapped();
    let there = format!("Enter {origin}/remote.php/dav/files/{USER}/FOLDER");
    assert!(text.contains("problem.nextcloud-url"), "{text}");
    assert!(text.contains(&there), "{there}\n{text}");
    assert!(!text.contains("RewriteRule"), "{text}");
}

#[test]
fn every_form_of_a_report_names_the_address_and_the_user_of_the_run() {
    let (server, home) = (Scripted::open(cloud), home());
    let origin = server.url().trim_end_matches("/safe").to_owned();
    let reports = ["html", "markdown", "json", "junit"].map(|form| {
        let file = home.path().join(form);
        (format!("{form}={}", file.display()), file)
    });
    let options: Vec<_> = reports
        .iter()
        .flat_map(|(report, _)| ["--report", report])
        .collect();
    ask("check", &origin, home.path(), &options);
    let there = format!("{origin}/remote.php/dav/files/{USER}/FOLDER");
    for (form, file) in &reports {
        let report = std::fs::read_to_string(file).expect("a report");
        assert!(report.contains(&there), "{form}: {report}");
        for placeholder in ["//HOST", "files/USER"] {
            assert!(!report.contains(placeholder), "{form}: {report}");
        }
        assert!(!report.contains(PASSWORD), "{form}");
    }
}

/// A Nextcloud that answers only to another host name.
fn distrustful(_: &Asked) -> Deed {
    Deed::Reply(Reply::new(400, "<p>Access through untrusted domain</p>"))
}

#[test]
#[ignore = "it takes long: CI runs it"]
fn inspect_and_retention_name_the_address() {
    let (server, home) = (Scripted::open(distrustful), home());
    let ledger = home.path().join("ledger").display().to_string();
    let (password, backup) = (
        file(home.path(), "password", PASSWORD)
            .display()
            .to_string(),
        file(home.path(), "backup-password", "shootdeathstar")
            .display()
            .to_string(),
    );
    let url = server.url();
    let inspect = ["inspect", "--from", &url, "--id", "ECHOECHO"];
    let inspect = [&inspect[..], &["--backup-password-file", &backup]].concat();
    let retention = vec!["retention", "plant", &url, "--ledger", &ledger];
    for arguments in [inspect, retention] {
        let mut command = program(home.path());
        command.args(arguments);
        command.args(["--user", USER, "--password-file", &password]);
        let printed = run(&mut command).all();
        let text = printed.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("--value=127.0.0.1"), "{text}");
    }
}

#[test]
fn a_placeholder_in_the_address_is_filled_in() {
    let (server, home) = (Scripted::open(cloud), home());
    let origin = server.url().trim_end_matches("/safe").to_owned();
    let url = format!("{origin}/remote.php/dav/files/USER/safe");
    let ended = ask("check", &url, home.path(), &[]);
    let text = ended.unwrapped();
    let there = format!("enter {origin}/remote.php/dav/files/{USER}/safe");
    assert!(text.contains(&there), "{there}\n{text}");
}

#[test]
fn after_a_failure_nothing_is_to_be_entered_yet() {
    let server = Scripted::start(|asked| {
        let is_backup = asked.backup().is_some() && asked.method == "PUT";
        if is_backup {
            return Deed::Reply(Reply::new(403, ""));
        }
        match asked.method.as_str() {
            "PROPFIND" => Deed::Reply(Reply::new(
                207,
                "<D:resourcetype><D:collection/></D:resourcetype>",
            )),
            _ => Deed::Healthy,
        }
    });
    let home = home();
    let ended = ask("setup", &server.url(), home.path(), &["--yes"]);
    assert_eq!(ended.code, Some(1), "{}", ended.all());
    assert!(!ended.stdout.contains("\nEnter this"), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("First fix the problems above"),
        "{}",
        ended.stdout
    );
}
