//! What a newcomer meets: a server on which nothing is set up, a wrong address, lines to paste.
//! Each text is what the program prints.

use crate::support::program::{Ended, file, program, run};
use crate::support::scripted::{Asked, Deed, PASSWORD, Reply, Scripted, USER, authorization};
use std::io::{Read as _, Write as _};
use std::path::Path;

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Runs a subcommand against a server, with its user name and password.
fn ask(subcommand: &str, url: &str, home: &Path, more: &[&str]) -> Ended {
    let password = file(home, "password", PASSWORD);
    let mut command = program(home);
    command
        .args([subcommand, url, "--user", USER, "--password-file"])
        .arg(password)
        .arg("--ledger-dir")
        .arg(home)
        .args(more)
        .env("COLUMNS", "100");
    if subcommand == "check" {
        command.args(["--pace", "fast"]);
    }
    run(&mut command)
}

/// A web server with its start page and nothing else.
fn bare(server: &'static str) -> Scripted {
    Scripted::start(move |asked| {
        let status = match asked.method.as_str() {
            "GET" | "HEAD" => 404,
            _ => 405,
        };
        let page = format!("<html><title>{status}</title></html>");
        Deed::Reply(Reply::new(status, page).with("Server", server))
    })
}

/// Asserts that each line stands there whole, at the left edge.
#[track_caller]
fn has_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|there| there == *line), "{line}\n{text}");
    }
}

/// What was printed, as one line.
fn unwrapped(ended: &Ended) -> String {
    let words: Vec<_> = ended.stdout.split_whitespace().collect();
    words.join(" ")
}

#[test]
fn an_apache_with_nothing_set_up_gets_one_block_to_paste() {
    let (server, home) = (bare("Apache/2.4.62 (Debian)"), home());
    let checked = ask("check", &server.url(), home.path(), &[]);
    assert_eq!(checked.code, Some(1), "{}", checked.all());
    let failures = checked
        .stdout
        .lines()
        .filter(|line| line.starts_with("FAIL"));
    assert_eq!(failures.count(), 1, "{}", checked.stdout);
    // Nothing is said of a version of HTTP that is not spoken here.
    assert!(!checked.stdout.contains("ios-h2"), "{}", checked.stdout);
    let set_up = ask("setup", &server.url(), home.path(), &["--yes"]);
    assert_eq!(set_up.code, Some(3), "{}", set_up.all());
    let password = format!(
        "hash=$(openssl passwd -apr1) && printf '%s:%s\\n' {USER} \"$hash\" >> /etc/apache2/threema-safe.passwd"
    );
    for text in [&checked.stdout, &set_up.stderr] {
        assert!(text.contains("problem.not-set-up"), "{text}");
        assert!(!text.contains("WWW-Authenticate"), "{text}");
        has_lines(
            text,
            &[
                "a2enmod alias dav dav_fs auth_basic authn_file authz_user",
                &password,
                "Alias \"/safe\" /srv/threema-safe",
                "  Dav On",
                "  Require valid-user",
                "DavLockDB /var/lib/threema-safe-locks/DavLock",
                "END",
            ],
        );
    }
}

/// The root of a site belongs to the site: Threema Safe gets a folder below it.
#[test]
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
            // What follows a question would be taken for its answer.
            let block = text.split("\nEND\n").nth(1).unwrap_or_default();
            let block = block.split("\n\n").next().unwrap_or_default();
            let last = block.lines().last().unwrap_or_default();
            assert!(last.contains("openssl passwd"), "{text}");
        }
    }
}

/// Servers lock people out for wrong passwords.
#[test]
fn setup_sends_a_refused_password_once() {
    let sent = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&sent);
    let server = Scripted::open(move |asked| {
        if asked.header("authorization").is_some() {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
        Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"x\""))
    });
    let home = home();
    let origin = server.url().trim_end_matches("/safe").to_owned();
    for url in [server.url(), origin] {
        sent.store(0, std::sync::atomic::Ordering::Relaxed);
        let ended = ask("setup", &url, home.path(), &["--yes"]);
        assert_eq!(ended.code, Some(5), "{}", ended.all());
        assert!(ended.stderr.contains("refused"), "{}", ended.all());
        let sent = sent.load(std::sync::atomic::Ordering::Relaxed);
        assert_eq!(sent, 1, "{}", ended.all());
    }
}

/// A person who is asked twice takes the second prompt for the confirmation of a new password.
#[test]
fn setup_asks_once_for_the_password() {
    let (server, home) = (bare("Apache/2.4.62 (Debian)"), home());
    let typed = file(home.path(), "typed", "a word\nanother\n");
    let line = format!(
        "{} setup {} --user {USER} --yes",
        env!("CARGO_BIN_EXE_safe-conformance"),
        server.url()
    );
    let mut command = std::process::Command::new("script");
    command
        .args(["-q", "-e", "-c", &line, "/dev/null"])
        .env_clear()
        .env("HOME", home.path())
        .env("TERM", "dumb")
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .stdin(std::fs::File::open(typed).expect("it was written"));
    let ended = run(&mut command);
    assert!(
        ended.all().contains("problem.not-set-up"),
        "{}",
        ended.all()
    );
    assert_eq!(
        ended.all().matches("Password of").count(),
        1,
        "{}",
        ended.all()
    );
}

#[test]
fn an_nginx_with_nothing_set_up_gets_its_own_block() {
    let (server, home) = (bare("nginx/1.26.3"), home());
    let ended = ask("check", &server.url(), home.path(), &[]);
    assert!(
        ended.stdout.contains("problem.not-set-up"),
        "{}",
        ended.all()
    );
    has_lines(
        &ended.stdout,
        &["location /safe/ {", "  dav_methods PUT DELETE;", "END"],
    );
    assert!(!ended.stdout.contains("a2enmod"), "{}", ended.stdout);
}

#[test]
fn an_apache_with_a_login_alone_gets_webdav_and_config_in_one_step() {
    let server = Scripted::open(|asked| {
        let apache = |status| Reply::new(status, "").with("Server", "Apache/2.4.62 (Debian)");
        Deed::Reply(match asked.method.as_str() {
            _ if asked.header("authorization") != Some(&authorization()) => {
                apache(401).with("WWW-Authenticate", "Basic realm=\"x\"")
            }
            "GET" | "HEAD" => apache(404),
            _ => apache(405),
        })
    });
    let home = home();
    let ended = ask("check", &server.url(), home.path(), &[]);
    let text = unwrapped(&ended);
    for part in [
        "problem.no-webdav",
        "fix Run `a2enmod dav dav_fs`",
        "`config` is missing, too",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains(" or Run"), "{text}");
}

#[test]
fn other_servers_with_nothing_set_up_get_it_in_words() {
    let (server, home) = (bare("Hiawatha"), home());
    let ended = ask("check", &server.url(), home.path(), &[]);
    let text = unwrapped(&ended);
    for part in [
        "problem.not-set-up",
        "Set up three things",
        "a login with HTTP Basic",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

/// A folder over `WebDAV` that is empty.
fn empty_folder(asked: &Asked, has_login: bool) -> Deed {
    if has_login && asked.header("authorization") != Some(&authorization()) {
        let challenge = Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"x\"");
        return Deed::Reply(challenge);
    }
    let reply = match asked.method.as_str() {
        "PROPFIND" if asked.path.ends_with("/backups/") => Reply::new(404, ""),
        "PROPFIND" => Reply::new(207, "<D:multistatus xmlns:D=\"DAV:\"/>"),
        "PUT" => Reply::new(409, ""),
        _ => Reply::new(404, ""),
    };
    Deed::Reply(reply)
}

#[test]
fn the_folder_comes_before_the_login_and_each_is_named() {
    let server = Scripted::open(|asked| empty_folder(asked, false));
    let home = home();
    let ended = ask("check", &server.url(), home.path(), &[]);
    let at = |id: &str| ended.stdout.find(id);
    let (folder, login) = (at("problem.folder-empty"), at("problem.no-login"));
    assert!(folder.is_some() && folder < login, "{}", ended.all());
    assert!(ended.stdout.contains("Set up a login"), "{}", ended.stdout);
}

#[test]
fn lines_to_paste_ask_as_the_person_does() {
    let server = Scripted::open(|asked| empty_folder(asked, true));
    let home = home();
    let url = server.url();
    // Also where the config alone is asked for.
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

/// Many servers say nothing of it: they answer with an alert of TLS, or hang up.
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
    // What was found at the address that nobody means is not what to do.
    assert!(!ended.stdout.contains("FAIL"), "{}", ended.stdout);
    let all = ask("check", &origin, home.path(), &["-v"]);
    let text = unwrapped(&all);
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

/// A Nextcloud that answers to another host name alone.
fn distrustful(_: &Asked) -> Deed {
    Deed::Reply(Reply::new(400, "<p>Access through untrusted domain</p>"))
}

#[test]
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
    let text = unwrapped(&ended);
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
        ended.stdout.contains("Fix what is named above"),
        "{}",
        ended.stdout
    );
}

#[test]
fn apache_that_may_not_write_is_a_matter_of_permission() {
    let server = Scripted::start(|asked| {
        let apache = |status, body: &str| {
            Deed::Reply(Reply::new(status, body).with("Server", "Apache/2.4.62 (Debian)"))
        };
        match asked.method.as_str() {
            "PROPFIND" if asked.path.ends_with("/backups/") => apache(404, ""),
            "PROPFIND" => apache(207, "<D:resourcetype><D:collection/></D:resourcetype>"),
            "PUT" => apache(500, ""),
            _ => apache(404, ""),
        }
    });
    let home = home();
    let ended = ask("setup", &server.url(), home.path(), &["--yes"]);
    assert!(
        ended.stderr.contains("problem.read-only"),
        "{}",
        ended.all()
    );
    assert!(
        ended.stderr.contains("chown -R www-data"),
        "{}",
        ended.all()
    );
    assert!(!ended.all().contains("DavLockDB"), "{}", ended.all());
}

#[test]
fn explain_of_a_server_lists_what_can_be_fixed_on_it() {
    let home = home();
    for word in ["apache", "nginx", "caddy", "nextcloud"] {
        let ended = run(program(home.path()).args(["explain", word]));
        assert_eq!(ended.code, Some(0), "{}", ended.all());
        let problems = ended.stdout.matches("problem.").count();
        assert!(problems > 3, "{word}: {}", ended.stdout);
    }
    let ended = run(program(home.path()).args(["explain", "problem.not-set-up"]));
    has_lines(
        &ended.stdout,
        &[
            "  Dav On",
            "  dav_methods PUT DELETE;",
            "Alias \"/FOLDER\" /srv/threema-safe",
        ],
    );
}

/// A report with one finding of this verdict.
fn report(verdict: &str) -> safe_conformance::report::Report {
    let home = home();
    let json = home.path().join("report.json");
    let to = format!("json={}", json.display());
    let arguments = ["check", "--only", "server.reachable", "--report", &to];
    let ended = run(program(home.path()).args(arguments));
    assert_eq!(ended.code, Some(0), "{}", ended.all());
    let text = std::fs::read_to_string(&json).expect("the report");
    let mut report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let findings = report["findings"].as_array_mut().expect("findings");
    findings.retain(|finding| finding["id"] == "server.reachable");
    findings[0]["verdict"] = verdict.into();
    safe_conformance::report::Report::parse(&report.to_string()).expect("a report")
}

#[test]
fn what_does_not_apply_any_more_is_no_loss() {
    use safe_conformance::report::Comparison;
    let none = report("not_applicable");
    for (before, mended) in [("pass", 0), ("blocked", 0), ("fail", 1)] {
        let comparison = Comparison::of(&report(before), &none);
        assert_eq!(comparison.unjudged, [], "{before}");
        assert_eq!(comparison.mended.len(), mended, "{before}");
        assert_eq!(comparison.exit().code(), 0, "{before}");
    }
    let lost = Comparison::of(&report("pass"), &report("blocked"));
    assert_eq!(lost.exit().code(), 3);
}
