//! A server without any set-up: the lines that the program prints to paste.

use super::{ask, bare, has_lines, home};
use crate::support::program::{file, run};
use crate::support::scripted::{Asked, Deed, Reply, Scripted, USER, authorization};

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
    // The text does not mention a version of HTTP that this server does not support.
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

/// Servers lock people out after wrong passwords.
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

/// A person who is asked twice may read the second prompt as the confirmation of a new password.
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
    let text = ended.unwrapped();
    for part in [
        "problem.no-webdav",
        "fix Run `a2enmod dav dav_fs`",
        "`config` is also missing",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains(" or Run"), "{text}");
}

#[test]
fn other_servers_with_nothing_set_up_get_it_in_words() {
    let (server, home) = (bare("Hiawatha"), home());
    let ended = ask("check", &server.url(), home.path(), &[]);
    let text = ended.unwrapped();
    for part in [
        "problem.not-set-up",
        "Set up three things",
        "a login with HTTP Basic",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

/// An empty folder over `WebDAV`.
pub(super) fn empty_folder(asked: &Asked, has_login: bool) -> Deed {
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
fn apache_that_may_not_write_is_a_matter_of_permission() {
    let server = Scripted::start(|asked| {
        let apache = |status, body: &str| {
            Deed::Reply(Reply::new(status, body).with("Server", "Apache/2.4.62 (Debian)"))
        };
        match asked.method.as_str() {
            "PROPFIND" if !asked.path.trim_end_matches('/').ends_with("/safe") => apache(404, ""),
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
