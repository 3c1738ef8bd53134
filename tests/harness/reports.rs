//! Problems that people reported in public, rebuilt as small servers: each report gives the answer
//! that the person needed.
//!
//! The situations come from issue trackers and forums of Threema, Nextcloud, ownCloud, `OpenCloud`,
//! `KeePass2Android`, `AList`, Authelia, nginx, Caddy and Synology. Rate limits, bans and
//! connections that close without an answer are in `bans` and `profiles`; an address as a DNS name
//! is in the table of the diagnosis; problems with backups are in `inspect`.

use crate::support::scripted::{
    Asked, CONFIG, Deed, PASSWORD, Reply, Scripted, USER, authorization,
};
use safe_conformance::engine::Verdict;
use safe_conformance::report::Report;
use safe_conformance::wire::{Pace, PaceChoice, Seed};
use safe_conformance::{Checkup, Target};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

type Script = fn(&Asked) -> Deed;

/// A situation: what the server does, its problem, and words that the text must contain.
struct Situation {
    /// What a person reported.
    reported: &'static str,
    script: Script,
    problem: &'static str,
    says: &'static [&'static str],
    /// What the text must not say: answers that misled people.
    never: &'static [&'static str],
}

fn logged_in(asked: &Asked) -> bool {
    asked.header("authorization") == Some(&authorization())
}

/// The answer to every request.
fn always(status: u16, headers: &[(&str, &str)], body: &str) -> Deed {
    let mut reply = Reply::new(status, body);
    for (name, value) in headers {
        reply = reply.with(name, value);
    }
    Deed::Reply(reply)
}

const SITUATIONS: &[Situation] = &[
    Situation {
        reported: "`config` was copied from a blog that makes typographic quotation marks",
        script: |asked| {
            if logged_in(asked) && asked.is("GET", "/config") {
                let config = "{\n„maxBackupBytes“: 524288,\n„retentionDays“: 180\n}\n";
                return always(200, &[], config);
            }
            Deed::Healthy
        },
        problem: "problem.typographic-quotes",
        says: &["Replace `„` in line 2 of `config`", "straight"],
        never: &["Put a file `config`"],
    },
    Situation {
        reported: "Apache hands requests to PHP without the field Authorization",
        script: |_| {
            let said = "<d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\"><s:message>No public \
                        access to this resource., No 'Authorization: Basic' header found. Either the client \
                        didn't send one, or the server is misconfigured</s:message></d:error>";
            let challenge = ("WWW-Authenticate", "Basic realm=\"Nextcloud\"");
            always(401, &[challenge, ("Server", "Apache")], said)
        },
        problem: "problem.authorization-lost",
        says: &["CGIPassAuth On", "No 'Authorization: Basic' header found"],
        never: &["Check user name and password", "fastcgi_param"],
    },
    Situation {
        reported: "OpenCloud as installed offers Bearer alone",
        script: |_| {
            always(
                401,
                &[("WWW-Authenticate", "Bearer realm=\"cloud.example\"")],
                "",
            )
        },
        problem: "problem.bearer-only",
        says: &[
            "PROXY_ENABLE_BASIC_AUTH=true",
            "app token",
            "offering Bearer",
        ],
        never: &["Check user name and password"],
    },
    Situation {
        reported: "a proxy asks Authelia first",
        script: |asked| {
            let there = format!(
                "https://auth.example/?rd=https%3A%2F%2Fcloud.example{}&rm={}",
                asked.path.replace('/', "%2F"),
                asked.method
            );
            always(302, &[("Location", &there)], "")
        },
        problem: "problem.portal",
        says: &["policy: bypass"],
        never: &["is not a WebDAV address"],
    },
    Situation {
        reported: "nginx cannot write its body buffer: uploads above 16 KiB are 500",
        script: |asked| {
            if asked.method == "PUT" && asked.body.len() > 16 * 1024 {
                return always(500, &[("Server", "nginx/1.22.1")], "");
            }
            Deed::Healthy
        },
        problem: "problem.body-buffer",
        says: &["client_body_temp_path", "16384"],
        never: &["`backups` is missing"],
    },
    Situation {
        reported: "IIS gives out no file without an extension",
        script: |asked| {
            if logged_in(asked) && matches!(asked.method.as_str(), "GET" | "HEAD") {
                return always(404, &[("Server", "Microsoft-IIS/10.0")], "");
            }
            if logged_in(asked) && asked.method == "PROPFIND" {
                return always(207, &[], "<D:multistatus xmlns:D=\"DAV:\"/>");
            }
            Deed::Healthy
        },
        problem: "problem.no-mime-type",
        says: &["mimeMap fileExtension=\".\""],
        never: &[],
    },
    Situation {
        reported: "IIS offers Negotiate and NTLM alone",
        script: |_| {
            let negotiate = ("WWW-Authenticate", "Negotiate");
            always(401, &[negotiate, ("WWW-Authenticate", "NTLM")], "")
        },
        problem: "problem.windows-login-only",
        says: &["Enable Basic authentication", "offering Negotiate, NTLM"],
        never: &["Check user name and password"],
    },
    Situation {
        reported: "AList redirects downloads to its storage",
        script: |asked| {
            let is_file = asked.is("GET", "/config") || asked.backup().is_some();
            if logged_in(asked) && is_file && asked.method == "GET" {
                let there = "https://storage.example/signed/config?sign=abc";
                return always(302, &[("Location", there)], "");
            }
            Deed::Healthy
        },
        problem: "problem.storage-redirect",
        says: &["Native proxy"],
        never: &["is not a WebDAV address"],
    },
    Situation {
        reported: "a Synology account may create files, and not replace them",
        script: overwrite_refused,
        problem: "problem.no-overwrite",
        says: &["replace files, not only add them"],
        never: &["chown"],
    },
    Situation {
        reported: "Caddy answers 404 to a PUT for want of permission",
        script: |asked| match asked.method.as_str() {
            "PUT" if logged_in(asked) => always(404, &[("Server", "Caddy")], ""),
            "PROPFIND" if logged_in(asked) => always(207, &[], "<D:multistatus xmlns:D=\"DAV:\"/>"),
            _ => Deed::Healthy,
        },
        problem: "problem.backups-not-writable",
        says: &["chown -R caddy backups"],
        never: &["Make a folder `backups`", "www-data"],
    },
    Situation {
        reported: "a firewall lets GET and POST pass alone",
        script: |asked| {
            if asked.method == "PUT" || asked.method == "DELETE" {
                return always(403, &[], "<html><title>403 Forbidden</title></html>");
            }
            Deed::Healthy
        },
        problem: "problem.method-blocked",
        says: &["tx.allowed_methods"],
        never: &["chown", "let this user write"],
    },
    Situation {
        reported: "the folder is empty",
        script: |asked| match (asked.method.as_str(), logged_in(asked)) {
            ("PROPFIND", true) if asked.path.ends_with("/backups/") => always(404, &[], ""),
            ("PROPFIND", true) => always(207, &[], "<D:multistatus xmlns:D=\"DAV:\"/>"),
            (_, true) => always(404, &[], ""),
            _ => Deed::Healthy,
        },
        problem: "problem.folder-empty",
        says: &["safe-conformance setup http"],
        never: &["401"],
    },
    Situation {
        reported: "the folder of the URL does not exist",
        script: |asked| {
            if logged_in(asked) {
                return always(404, &[], "");
            }
            Deed::Healthy
        },
        problem: "problem.no-such-folder",
        says: &["capital letters"],
        never: &["WWW-Authenticate"],
    },
    Situation {
        reported: "an editor saved `config.txt`",
        script: |asked| match asked.method.as_str() {
            "PROPFIND" if logged_in(asked) => always(207, &[], "<D:multistatus xmlns:D=\"DAV:\"/>"),
            "GET" if logged_in(asked) && asked.path.ends_with("/config") => always(404, &[], ""),
            "GET" if logged_in(asked) && asked.path.ends_with("/config.txt") => {
                always(200, &[], "{}")
            }
            _ => Deed::Healthy,
        },
        problem: "problem.config-misnamed",
        says: &["Rename `config.txt` to `config`"],
        never: &[],
    },
    Situation {
        reported: "`DummyBasic` keeps browsers from asking, and the apps, too",
        script: |asked| {
            if logged_in(asked) {
                return Deed::Healthy;
            }
            always(401, &[("WWW-Authenticate", "DummyBasic realm=\"x\"")], "")
        },
        problem: "problem.no-basic",
        says: &["offering DummyBasic"],
        never: &[],
    },
    Situation {
        reported: "a challenge without a scheme",
        script: |asked| {
            if logged_in(asked) {
                return Deed::Healthy;
            }
            always(401, &[("WWW-Authenticate", "")], "")
        },
        problem: "problem.no-challenge",
        says: &["WWW-Authenticate: Basic"],
        never: &["Check user name and password"],
    },
    Situation {
        reported: "a filter for robots refuses the User-Agent of the apps",
        script: |asked| {
            let is_app = asked
                .header("user-agent")
                .is_some_and(|agent| agent.contains("Threema"));
            if is_app {
                return always(406, &[], "");
            }
            Deed::Healthy
        },
        problem: "problem.user-agent-filter",
        says: &["accept the User-Agent fields"],
        never: &["chown"],
    },
    Situation {
        reported: "a filter for robots forbids the User-Agent of the apps",
        script: |asked| {
            let is_app = asked
                .header("user-agent")
                .is_some_and(|agent| agent.contains("Threema"));
            if is_app {
                return always(403, &[], "");
            }
            Deed::Healthy
        },
        problem: "problem.user-agent-filter",
        says: &["accept the User-Agent fields"],
        never: &["chown", "banned", "locked out"],
    },
    Situation {
        reported: "nginx drops uploads with 444",
        script: |asked| {
            if asked.method == "PUT" {
                return Deed::Reset(Vec::new());
            }
            Deed::Healthy
        },
        problem: "problem.upload-dropped",
        says: &["pass the methods PUT and DELETE"],
        never: &[],
    },
];

fn overwrite_refused(asked: &Asked) -> Deed {
    use std::collections::BTreeSet;
    use std::sync::{Mutex, PoisonError};
    static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    match (asked.method.as_str(), asked.backup()) {
        ("PUT", Some(id)) if logged_in(asked) && !seen.insert(id.to_owned()) => {
            always(403, &[], "<html><title>403 Forbidden</title></html>")
        }
        ("DELETE", Some(id)) if logged_in(asked) => {
            seen.remove(id);
            Deed::Healthy
        }
        _ => Deed::Healthy,
    }
}

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
