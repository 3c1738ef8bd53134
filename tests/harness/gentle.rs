//! Gentleness: intrusion detection does not take a whole run for a scanner, and the load of our
//! requests does not affect the verdicts.

use crate::support::program::{program, run};
use crate::support::scripted::{self, Deed, Reply, Scripted};
use safe_conformance::engine::{Finding, Verdict};
use safe_conformance::reference::{self, Fault, Login, Options};
use safe_conformance::safe::Client;
use safe_conformance::wire::{Halt, Pace, PaceChoice};
use safe_conformance::{Checkup, Done, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn logins() -> [Login; 4] {
    let basic = |user: &str, password: &str| Login::Basic {
        user: user.to_owned(),
        password: password.to_owned(),
    };
    [
        Login::Open,
        basic("safe", "s3cret-loopback"),
        basic("jörg", "grüne Käfer"),
        Login::Token("a-token-for-tests".to_owned()),
    ]
}

fn target_of(server: &reference::Running, login: &Login) -> Target {
    let target = Target::parse(server.base_url()).expect("a URL");
    let target = match login {
        Login::Basic { user, password } => target.basic(user, password),
        Login::Token(token) => target.token(token),
        _ => target,
    };
    match server.root_certificate() {
        Some(root) => target.trusting(root),
        None => target,
    }
}

async fn checked(target: Target, pace: PaceChoice) -> Done {
    let checkup = Checkup::new(target).pace(Pace::new(pace));
    checkup.run_with(|_| {}).await.expect("the checkup runs")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn a_run_is_no_scan() {
    for tls in [false, true] {
        for login in logins() {
            let options = Options {
                tls,
                login: login.clone(),
                ..Options::default()
            };
            let server = reference::start(options).await.expect("a server");
            let done = checked(target_of(&server, &login), PaceChoice::Fast).await;
            let asked = server.requests();
            let what = format!("tls {tls}, {login:?}");
            let refused: BTreeSet<_> = asked
                .iter()
                .filter(|asked| {
                    asked
                        .status
                        .is_some_and(|status| (400..500).contains(&status))
                })
                .map(|asked| asked.path.as_str())
                .collect();
            assert!(refused.len() <= 8, "{what}: {refused:#?}");
            let bare = asked.iter().filter(|asked| !asked.had_authorization);
            if login != Login::Open {
                assert!(bare.count() <= 6, "{what}");
            }
            let wrong = asked
                .iter()
                .filter(|asked| asked.had_authorization && asked.status == Some(401));
            assert!(wrong.count() <= 1, "{what}");
            assert!(asked.len() < 250, "{what}: {} requests", asked.len());
            assert_eq!(done.report.requests, asked.len() as u64, "{what}");
            assert_eq!(server.stored(), 0, "{what}");
        }
    }
}

/// The findings of a run without the values that differ from run to run.
fn gist(done: &Done) -> Vec<(String, Verdict, String)> {
    let gist = |finding: &Finding| (finding.name(), finding.verdict, finding.observed.clone());
    done.report.findings.iter().map(gist).collect()
}

fn scripted_target(server: &Scripted) -> Target {
    let target = Target::parse(&server.url()).expect("a URL");
    target.basic(scripted::USER, scripted::PASSWORD)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn one_connection_in_twenty_that_closes_without_a_word_changes_no_finding() {
    let healthy = Scripted::start(|_| Deed::Healthy);
    let expected = gist(&checked(scripted_target(&healthy), PaceChoice::Fast).await);
    for seed in 0..4_usize {
        let count = AtomicUsize::new(seed * 5);
        let server = Scripted::start(move |asked| {
            let number = count.fetch_add(1, Ordering::Relaxed);
            // The deliberately wrong login is never sent a second time, and its check says so.
            let is_wrong = asked
                .header("authorization")
                .is_some_and(|sent| sent != scripted::authorization());
            if number % 20 == 19 && !is_wrong {
                Deed::Raw(Vec::new())
            } else {
                Deed::Healthy
            }
        });
        let done = checked(scripted_target(&server), PaceChoice::Fast).await;
        assert_eq!(gist(&done), expected, "from request {}", seed * 5);
        assert!(server.stored().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn a_slow_server_that_serves_one_at_a_time_passes() {
    let serving = Mutex::new(());
    let server = Scripted::start(move |_| {
        let _one = serving.lock();
        std::thread::sleep(Duration::from_millis(40));
        Deed::Healthy
    });
    let target = scripted_target(&server);
    let checkup = Checkup::new(target)
        // All sixteen at once would take longer than this.
        .timeout(Duration::from_millis(600));
    let done = checkup.run_with(|_| {}).await.expect("the checkup runs");
    let report = &done.report;
    assert_eq!(report.count(Verdict::Fail), 0, "{report}");
    assert!(report.complete, "{report}");
    assert!(server.stored().is_empty());
    assert_eq!(report.pace.paused_ms, 0);
    assert!(!report.to_string().contains("paused"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn a_server_that_limits_for_a_while_is_asked_more_slowly() {
    for status in [429, 503] {
        let count = AtomicUsize::new(0);
        let server = Scripted::start(move |_| match count.fetch_add(1, Ordering::Relaxed) {
            40..44 => Deed::Reply(Reply::new(status, "").with("Retry-After", "1")),
            _ => Deed::Healthy,
        });
        let done = checked(scripted_target(&server), PaceChoice::Fast).await;
        let report = &done.report;
        assert!(report.complete, "{report}");
        assert_eq!(report.count(Verdict::Fail), 0, "{report}");
        let limit = report
            .findings
            .iter()
            .find(|finding| finding.id == "server.rate-limit")
            .expect("a finding");
        assert!(limit.observed.contains(&status.to_string()), "{report}");
        assert!(server.stored().is_empty());
        let paused = report.pace.paused_ms;
        assert!(paused >= 900 && paused < report.duration_ms, "{report}");
        let text = report.to_string();
        assert!(text.contains("the run paused for"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_refused_login_is_the_last() {
    // The config is public, and everything else refuses the password.
    let count = std::sync::Arc::new(AtomicUsize::new(0));
    let counter = std::sync::Arc::clone(&count);
    let server = Scripted::start(move |asked| {
        if asked.is("GET", "/config") {
            return Deed::Reply(Reply::new(200, scripted::CONFIG));
        }
        if asked.header("authorization").is_some() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"safe\""))
    });
    let done = checked(scripted_target(&server), PaceChoice::Fast).await;
    assert_eq!(count.load(Ordering::Relaxed), 1, "{}", done.report);
    assert!(!done.report.complete, "{}", done.report);
    assert!(matches!(done.halted, Some(Halt::CredentialsRefused { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_not_ascii_costs_one_refused_login_too() {
    let count = std::sync::Arc::new(AtomicUsize::new(0));
    let counter = std::sync::Arc::clone(&count);
    let server = Scripted::start(move |asked| {
        if asked.header("authorization").is_some() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"safe\""))
    });
    let target = Target::parse(&server.url()).expect("a URL");
    let target = target.basic("jörg", "grüne Käfer");
    let done = checked(target, PaceChoice::Fast).await;
    assert_eq!(count.load(Ordering::Relaxed), 1, "{}", done.report);
}

/// What happens to a non-ASCII login for each client on a server that accepts one charset.
async fn checked_in_one_charset(fault: Fault) -> (Done, usize) {
    let login = &logins()[2];
    let options = Options {
        login: login.clone(),
        faults: vec![fault],
        ..Options::default()
    };
    let server = reference::start(options).await.expect("a server");
    let done = checked(target_of(&server, login), PaceChoice::Fast).await;
    let refused = server.requests();
    let refused = refused
        .iter()
        .filter(|asked| asked.had_authorization && asked.status == Some(401));
    let count = refused.count();
    (done, count)
}

fn verdict_of(done: &Done, name: &str) -> (Verdict, String) {
    let finding = done
        .report
        .findings
        .iter()
        .find(|finding| finding.name() == name);
    let finding = finding.unwrap_or_else(|| panic!("no finding {name}"));
    (finding.verdict, finding.observed.clone())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn the_charset_of_one_client_fails_no_other() {
    let (done, refused) = checked_in_one_charset(Fault::CredentialsLatin1Only).await;
    assert_eq!(refused, 1, "{}", done.report);
    // Desktop's own login is refused; the login that Android would send is not.
    assert_eq!(verdict_of(&done, "auth.accepted[desktop]").0, Verdict::Fail);
    for client in ["android", "ios"] {
        let (verdict, observed) = verdict_of(&done, &format!("auth.accepted[{client}]"));
        assert_eq!(verdict, Verdict::Blocked, "{observed}");
    }
    for client in [Client::Android, Client::Ios] {
        for finding in &done.report.findings {
            let verdict = finding.clients.get(&client);
            assert_ne!(
                verdict,
                Some(&Verdict::Fail),
                "{client}: {}",
                finding.name()
            );
        }
    }
    let (done, refused) = checked_in_one_charset(Fault::CredentialsUtf8Only).await;
    assert_eq!(refused, 1, "{}", done.report);
    assert_eq!(verdict_of(&done, "auth.charset[android]").0, Verdict::Fail);
    assert_eq!(verdict_of(&done, "auth.charset[desktop]").0, Verdict::Pass);
    assert_eq!(verdict_of(&done, "auth.accepted[android]").0, Verdict::Pass);
}

/// An upload over a backup shows half of each for 1.2 s, whatever the answer to it was.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn an_upload_that_is_torn_for_a_moment_is_seen() {
    let since = Mutex::new(BTreeMap::<String, (usize, Instant)>::new());
    let server = Scripted::start(move |asked| {
        let Some(id) = asked.backup() else {
            return Deed::Healthy;
        };
        let mut since = since.lock().expect("no script panics");
        let entry = since.entry(id.to_owned()).or_insert((0, Instant::now()));
        match asked.method.as_str() {
            "PUT" => *entry = (entry.0 + 1, Instant::now()),
            "GET" if entry.0 > 1 && entry.1.elapsed() < Duration::from_millis(1200) => {
                return Deed::Reply(Reply::new(200, "half of each"));
            }
            _ => {}
        }
        Deed::Healthy
    });
    let done = checked(scripted_target(&server), PaceChoice::Fast).await;
    let seen = ["upload.overwrite[android-h1]", "download.fresh"];
    assert!(
        seen.iter()
            .any(|name| verdict_of(&done, name).0 == Verdict::Fail),
        "{}",
        done.report
    );
}

/// Forwards connections to a server; each is held back at first, as by a machine that is too busy
/// for a handshake.
async fn hesitant(server: std::net::SocketAddr, hesitates: Duration) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                tokio::time::sleep(hesitates).await;
                let mut server = tokio::net::TcpStream::connect(server).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    port
}

/// The embedded server behind such a machine, and the URL that leads there.
async fn behind(hesitates: Duration) -> (reference::Running, String) {
    let server = reference::start(Options::default()).await;
    let server = server.expect("a server");
    let port = hesitant(server.address(), hesitates).await;
    (server, format!("https://127.0.0.1:{port}/safe"))
}

/// The exit code of a dry run of `setup`, and what it said.
async fn set_up(hesitates: Duration) -> (Option<i32>, String) {
    let home = tempfile::tempdir().expect("a folder");
    let (server, url) = behind(hesitates).await;
    let root = home.path().join("root.pem");
    let certificate = server.root_certificate().expect("it speaks TLS");
    std::fs::write(&root, certificate).expect("a file");
    let setup = move || {
        let mut command = program(home.path());
        command.args(["setup", &url, "--user", "safe", "--dry-run", "--ca-file"]);
        command
            .arg(root)
            .env("SAFE_SERVER_PASSWORD", "s3cret-loopback");
        run(&mut command)
    };
    let ended = tokio::task::spawn_blocking(setup).await.expect("it ends");
    (ended.code, ended.all().replace(char::is_numeric, ""))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn setup_waits_for_a_slow_handshake() {
    let (at_once, slow) = tokio::join!(set_up(Duration::ZERO), set_up(Duration::from_secs(6)));
    assert_eq!(at_once, slow);
}

/// The verdicts on `config` of a server that needs this long for each handshake.
async fn of_config(hesitates: Duration, timeout: Duration) -> BTreeMap<String, (Verdict, String)> {
    let (server, url) = behind(hesitates).await;
    let target = Target::parse(&url).expect("a URL");
    let target = target.basic("safe", "s3cret-loopback");
    let root = server.root_certificate().expect("it speaks TLS");
    let checkup = Checkup::new(target.trusting(root))
        .only("config.readable")
        .timeout(timeout)
        .pace(Pace::new(PaceChoice::Fast));
    let report = checkup.run().await.expect("the checkup runs");
    let findings = report.findings.into_iter();
    let judged = findings.filter(|finding| finding.id == "config.readable");
    judged
        .map(|finding| (finding.name(), (finding.verdict, finding.observed)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn a_slow_handshake_is_no_missing_connection() {
    let second = Duration::from_secs(1);
    let (slow, too_slow) = tokio::join!(
        of_config(second * 6, second * 8),
        of_config(second * 60, second)
    );
    assert!(slow.len() >= 4, "{slow:?}");
    for (name, (verdict, observed)) in &slow {
        assert_eq!(*verdict, Verdict::Pass, "{name}: {observed}");
    }
    for (name, (verdict, observed)) in &too_slow {
        assert_ne!(*verdict, Verdict::Pass, "{name}");
        assert!(!observed.contains("no connection"), "{name}: {observed}");
    }
}
