//! Problems that people reported in public, rebuilt as small servers: each report gives the answer
//! that the person needed.

mod situations;

use self::situations::{SITUATIONS, always, logged_in};
use crate::support::scripted::{CONFIG, Deed, PASSWORD, Reply, Scripted, USER};
use safe_conformance::engine::Verdict;
use safe_conformance::report::Report;
use safe_conformance::wire::{Pace, PaceChoice, Seed};
use safe_conformance::{Checkup, Target};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

async fn report(url: &str) -> Report {
    let target = Target::parse(url).expect("a URL");
    let target = if url.contains('@') {
        target
    } else {
        target.basic(USER, PASSWORD)
    };
    let checkup = Checkup::new(target)
        .fresh_seed(Seed::new(0x5afe))
        .pace(Pace::new(PaceChoice::Fast));
    checkup.run().await.expect("a run")
}

/// The problems of the deviations, each once.
fn problems(report: &Report) -> Vec<&str> {
    let mut ids: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail)
        .filter_map(|finding| finding.cause.as_ref())
        .map(|cause| cause.id.as_ref())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The text without its line breaks.
fn flat(report: &Report) -> String {
    report
        .to_string()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn each_situation_gets_the_answer_that_the_person_needed() {
    let mut wrong = Vec::new();
    for situation in SITUATIONS {
        let server = Scripted::start(situation.script);
        let report = report(&server.url()).await;
        let text = flat(&report);
        let named = problems(&report);
        if named != [situation.problem] {
            wrong.push(format!("{}: {named:?}\n{report}", situation.reported));
        }
        for word in situation.says.iter().filter(|word| !text.contains(**word)) {
            wrong.push(format!("{}: no `{word}`\n{report}", situation.reported));
        }
        for word in situation.never.iter().filter(|word| text.contains(**word)) {
            wrong.push(format!("{}: says `{word}`\n{report}", situation.reported));
        }
        // The first step must be the one that helps.
        let first = report.steps().first().map(|step| step.id.to_owned());
        if first.as_deref() != Some(situation.problem) {
            wrong.push(format!("{}: begins with {first:?}", situation.reported));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
}

/// The storage of `AList` asks for no credentials and refuses them: the apps send none.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn a_download_that_another_host_yields_warns() {
    let files: Arc<Mutex<BTreeMap<String, Vec<u8>>>> = Arc::default();
    let held = Arc::clone(&files);
    let storage = Scripted::start(move |asked| {
        let is_anonymous = asked.header("authorization").is_none();
        let path = asked.path.split('?').next().unwrap_or_default();
        let held = held.lock().expect("the files");
        match held.get(path.trim_start_matches("/signed")) {
            Some(file) if is_anonymous => Deed::Reply(Reply::new(200, file.clone())),
            Some(_) => always(400, &[], "Only one auth mechanism allowed"),
            None => always(404, &[], ""),
        }
    });
    let there = storage.url().replace("/safe", "/signed");
    let server = Scripted::start(move |asked| {
        if !logged_in(asked) {
            return Deed::Healthy;
        }
        let mut held = files.lock().expect("the files");
        held.entry("/safe/config".to_owned())
            .or_insert_with(|| CONFIG.into());
        match asked.method.as_str() {
            "PUT" => drop(held.insert(asked.path.clone(), asked.body.clone())),
            "DELETE" => drop(held.remove(&asked.path)),
            "GET" if held.contains_key(&asked.path) => {
                let to = format!("{there}{}?sign=abc", asked.path);
                return always(302, &[("Location", &to)], "");
            }
            _ => {}
        }
        Deed::Healthy
    });
    let report = report(&server.url()).await;
    assert_eq!(problems(&report), [""; 0], "{report}");
    let warned: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Warn)
        .map(|finding| {
            (
                finding.id.as_str(),
                finding.cause.as_ref().map(|cause| cause.id.as_ref()),
            )
        })
        .collect();
    let expected = (
        "server.redirected-downloads",
        Some("problem.storage-redirect"),
    );
    assert!(warned.contains(&expected), "{warned:?}\n{report}");
    assert!(report.passed(), "{report}");
}

/// Nextcloud's answers to addresses that people enter: swapped parts, the root of the cloud, the
/// address bar of the browser, the link of a share.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes long: CI runs it"]
async fn each_wrong_address_of_a_nextcloud_is_spelled_out() {
    let server = Scripted::open(|asked| {
        let page = "<!DOCTYPE html><html><head><title>Nextcloud</title></head></html>";
        if asked.path.contains("/apps/files") && asked.method == "GET" {
            let cookie = ("Set-Cookie", "oc_sessionPassphrase=x; path=/");
            return always(303, &[("Location", "/login?redirect_url=%2F"), cookie], "");
        }
        always(if asked.method == "PUT" { 405 } else { 404 }, &[], page)
    });
    let origin = server.url().trim_end_matches("/safe").to_owned();
    for (path, expected) in [
        (
            "/remote.php/dav/alice/files/threema",
            "/remote.php/dav/files/safe/FOLDER",
        ),
        ("", "/remote.php/dav/files/safe/FOLDER"),
        (
            "/index.php/apps/files/files/1234",
            "/remote.php/dav/files/safe/FOLDER",
        ),
        (
            "/s/AbCdEfGhIjKlMnO",
            "/public.php/webdav with the user name AbCdEfGhIjKlMnO",
        ),
        (
            "/nc/index.php/s/AbCdEf",
            "/nc/public.php/webdav with the user name AbCdEf",
        ),
        (
            "/remonte.php/webdav/threema",
            "/remote.php/dav/files/safe/FOLDER",
        ),
    ] {
        let report = report(&format!("{origin}{path}")).await;
        assert_eq!(
            problems(&report),
            ["problem.nextcloud-url"],
            "{path}\n{report}"
        );
        let text = flat(&report);
        assert!(
            text.contains(&format!("Enter {origin}{expected}")),
            "{path}: {text}"
        );
    }
}

/// Android reads the first `@` of a URL as the end of the user name.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn an_at_sign_in_the_url_is_remarked_on() {
    let server = Scripted::open(|_| Deed::Healthy);
    let (scheme, rest) = (&server.url()[..7], server.url()[7..].to_owned());
    for (user_info, is_remarked) in [
        ("alice@mail.example:pw", true),
        ("alice%40mail.example:pw", false),
    ] {
        let report = report(&format!("{scheme}{user_info}@{rest}")).await;
        let remarks = report.remarks.join("\n");
        assert_eq!(
            remarks.contains("problem.at-sign-in-url"),
            is_remarked,
            "{remarks}"
        );
    }
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_healthy_server_has_no_problem_and_its_report_fits_a_screen() {
    use safe_conformance::reference::{self, Options};
    use safe_conformance::report::Style;
    let running = reference::start(Options::default())
        .await
        .expect("the embedded server starts");
    let target = Target::parse(running.base_url()).expect("its URL");
    let target = target.basic("safe", "s3cret-loopback");
    let target = target.trusting(running.root_certificate().expect("it speaks TLS"));
    let checkup = Checkup::new(target).pace(Pace::new(PaceChoice::Fast));
    let report = checkup.run().await.expect("a run");
    running.stop().await;
    assert_eq!(report.steps(), []);
    let style = Style {
        width: 80,
        verbose: false,
        all: false,
    };
    let text = anstream::adapter::strip_str(&report.to_text(style)).to_string();
    let rows: usize = text
        .lines()
        .map(|line| line.chars().count().max(1).div_ceil(80))
        .sum();
    assert!(rows <= 24, "{rows} rows:\n{text}");
    // With `-v`, each finding appears once.
    let verbose = Style {
        width: 120,
        verbose: true,
        all: true,
    };
    let text = anstream::adapter::strip_str(&report.to_text(verbose)).to_string();
    for finding in &report.findings {
        let name = finding.name();
        let times = text
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|word| word.trim_end_matches(':') == name)
            .count();
        assert_eq!(times, 1, "{name} in\n{text}");
    }
}

#[test]
fn a_refused_connection_takes_four_lines() {
    use crate::support::program::{program, run};
    let home = tempfile::tempdir().expect("a temporary folder");
    let ended = run(program(home.path())
        .args(["check", "http://127.0.0.1:1/safe", "--ledger-dir"])
        .arg(home.path())
        .env("COLUMNS", "80"));
    assert_eq!(ended.code, Some(3), "{}", ended.all());
    assert_eq!(ended.stdout.lines().count(), 4, "{}", ended.stdout);
    assert!(
        ended.stdout.contains("Check host name, port"),
        "{}",
        ended.stdout
    );
}
