//! The suite against real servers on loopback: it finds exactly what was measured by hand.
//!
//! Each server runs in its own folder, on a free port, without privileges. A server that is not
//! installed is skipped, unless `SAFE_REQUIRE_REAL_SERVERS` is `1`. `WSGIDAV` names wsgidav if it
//! is not in `PATH`.

#[path = "servers/certificates.rs"]
mod certificates;
#[path = "servers/findings.rs"]
mod findings;
#[path = "servers/folder.rs"]
mod folder;
#[path = "servers/known.rs"]
mod known;
#[path = "servers/misconfigured.rs"]
mod misconfigured;
#[path = "support/missing.rs"]
mod missing;
#[path = "servers/process.rs"]
mod process;
#[allow(dead_code, reason = "the tests of the program use more of it")]
#[path = "support/program.rs"]
mod program;
#[path = "servers/programs.rs"]
mod programs;
#[path = "servers/setup.rs"]
mod setup;

use certificates::Certificates;
use findings::{Racy, digest};
use known::{
    APACHE_RACES, RCLONE_BEHIND_RACES, RCLONE_RACES, REASONS, SABRE_RACES, WSGIDAV_BEHIND_RACES,
    WSGIDAV_RACES,
};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use misconfigured::MISCONFIGURED;
use process::{Folder, Running, start};
use programs::{
    NEED_APACHE, NEED_CADDY, NEED_LIGHTTPD, NEED_NGINX, NEED_PHP, NEED_RCLONE, NEED_WSGIDAV, Need,
    apache, caddy, lighttpd, nginx_command, rclone, sabre, wsgidav,
};
use safe_conformance::engine::{Finding, Verdict};
use safe_conformance::report::Report;
use safe_conformance::wire::{Pace, PaceChoice, Seed};
use safe_conformance::{Checkup, Target};
use std::process::{Command, ExitCode};

/// The body of nginx's server block, as it should be.
const NGINX_SAFE: &str = r#"
    client_max_body_size 524288;
    location /safe/ {
      auth_basic "Threema Safe";
      auth_basic_user_file @DIRECTORY@/run/htpasswd;
      dav_methods PUT DELETE;
      create_full_put_path on;
    }"#;
/// What Apache needs for TLS.
const APACHE_TLS: &str = "
LoadModule ssl_module modules/mod_ssl.so
LoadModule http2_module modules/mod_http2.so
Protocols h2 http/1.1
SSLEngine on
SSLSessionCache none
SSLCertificateFile @DIRECTORY@/run/leaf.pem
SSLCertificateKeyFile @DIRECTORY@/run/key.pem";

/// A test: one server, and the programs that it needs.
struct Case {
    name: &'static str,
    needs: &'static [Need],
    run: fn(),
}

const CASES: &[Case] = &[
    Case {
        name: "nginx",
        needs: &[NEED_NGINX],
        run: || examine("nginx", &nginx(NGINX_SAFE), &[]),
    },
    Case {
        name: "nginx_over_tls",
        needs: &[NEED_NGINX],
        run: nginx_over_tls,
    },
    Case {
        name: "nginx_with_an_optional_client_certificate",
        needs: &[NEED_NGINX],
        run: nginx_with_an_optional_client_certificate,
    },
    Case {
        name: "apache",
        needs: &[NEED_APACHE],
        run: || {
            examine(
                "apache",
                &start(|folder, port| apache(folder, port, "")),
                APACHE_RACES,
            );
        },
    },
    Case {
        name: "apache_over_tls",
        needs: &[NEED_APACHE],
        run: apache_over_tls,
    },
    Case {
        name: "lighttpd",
        needs: &[NEED_LIGHTTPD],
        run: || examine("lighttpd", &start(lighttpd), &[]),
    },
    Case {
        name: "rclone",
        needs: &[NEED_RCLONE],
        run: || examine("rclone", &start(rclone), RCLONE_RACES),
    },
    Case {
        name: "sabre",
        needs: &[NEED_PHP],
        run: || examine("sabre", &start(sabre), SABRE_RACES),
    },
    Case {
        name: "wsgidav",
        needs: &[NEED_WSGIDAV],
        run: || examine("wsgidav", &start(wsgidav), WSGIDAV_RACES),
    },
    Case {
        name: "rclone_behind_nginx",
        needs: &[NEED_NGINX, NEED_RCLONE],
        run: || behind_nginx("rclone_behind_nginx", rclone, RCLONE_BEHIND_RACES),
    },
    Case {
        name: "wsgidav_behind_nginx",
        needs: &[NEED_NGINX, NEED_WSGIDAV],
        run: || behind_nginx("wsgidav_behind_nginx", wsgidav, WSGIDAV_BEHIND_RACES),
    },
];

/// nginx as its manual sets `WebDAV` up: it makes folders, and its own listing is off.
const NGINX_FRESH: &str = r#"
    client_max_body_size 524288;
    location /safe/ {
      auth_basic "Threema Safe";
      auth_basic_user_file @DIRECTORY@/run/htpasswd;
      dav_methods PUT DELETE MKCOL;
    }"#;
/// Runs `setup` on a fresh folder: what it creates, and what can prevent it.
const FRESH: &[Case] = &[
    Case {
        name: "setup_apache",
        needs: &[NEED_APACHE],
        run: || setup::set_up("apache", |folder, port| apache(folder, port, ""), "/safe"),
    },
    Case {
        name: "setup_nginx",
        needs: &[NEED_NGINX],
        run: || {
            setup::set_up(
                "nginx",
                |folder, port| {
                    let server = format!("listen 127.0.0.1:{port};{NGINX_FRESH}");
                    nginx_command(folder, port, &server)
                },
                "/safe",
            );
        },
    },
    Case {
        name: "setup_nginx_static",
        needs: &[NEED_NGINX],
        run: || {
            setup::set_up(
                "nginx_static",
                |folder, port| {
                    let server = format!("listen 127.0.0.1:{port};location /safe/ {{ }}");
                    nginx_command(folder, port, &server)
                },
                "/safe",
            );
        },
    },
    Case {
        name: "setup_lighttpd",
        needs: &[NEED_LIGHTTPD],
        run: || setup::set_up("lighttpd", lighttpd, "/safe"),
    },
    Case {
        name: "setup_rclone",
        needs: &[NEED_RCLONE],
        run: || setup::set_up("rclone", rclone, "/threema-safe"),
    },
    Case {
        name: "setup_sabre",
        needs: &[NEED_PHP],
        run: || setup::set_up("sabre", sabre, "/threema-safe"),
    },
    Case {
        name: "setup_wsgidav",
        needs: &[NEED_WSGIDAV],
        run: || setup::set_up("wsgidav", wsgidav, "/threema-safe"),
    },
    Case {
        name: "setup_caddy",
        needs: &[NEED_CADDY],
        run: || setup::set_up("caddy", caddy, "/safe"),
    },
];

/// Cases in which a run waits for long: they are only tried if real servers are required.
const LONG: &[Case] = &[Case {
    name: "nginx_with_upgrade_over_http_2",
    needs: &[NEED_NGINX],
    run: nginx_with_upgrade_over_http_2,
}];

/// nginx with limits that a phone never reaches: the server may have them, and nobody is to blame.
/// A run takes long, and is only made if real servers are required.
struct Limited {
    name: &'static str,
    limit: &'static str,
}

const LIMITED: &[Limited] = &[
    Limited {
        name: "nginx_limit_req",
        limit: "limit_req zone=requests burst=20 nodelay;",
    },
    Limited {
        name: "nginx_limit_req_429",
        limit: "limit_req zone=requests burst=20 nodelay; limit_req_status 429;",
    },
    Limited {
        name: "nginx_limit_conn",
        limit: "limit_conn connections 1;",
    },
];

impl Limited {
    /// The run passes slowly, or is not judged because of the limit; it never fails, and leaves
    /// nothing.
    fn check(&self) {
        let running = nginx(&format!("{}{NGINX_SAFE}", self.limit));
        let report = check(self.name, &running, "http", |target| target);
        assert_eq!(running.folder.left_over(), Vec::<String>::new(), "{report}");
        assert_eq!(report.left_behind, 0, "{report}");
        for finding in &report.findings {
            let deviates = matches!(finding.verdict, Verdict::Fail | Verdict::Warn);
            let has_reason = REASONS
                .iter()
                .any(|reason| reason.servers.contains(&"nginx") && reason.check == finding.id);
            assert!(
                !deviates || has_reason,
                "{} of {}: {}\n{report}",
                finding.name(),
                self.name,
                finding.observed
            );
        }
    }
}

/// How many servers run at once: fewer where their limits are tried beside them.
fn at_once() -> usize {
    if missing::is_required() { 6 } else { 12 }
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They mostly wait for their servers.
    arguments.test_threads.get_or_insert_with(at_once);
    let real = CASES
        .iter()
        .chain(FRESH)
        .map(|case| Trial::ignorable_test(case.name, move || attempt(case.needs, case.run)));
    let misconfigured = MISCONFIGURED.iter().map(|wrong| {
        Trial::ignorable_test(wrong.name, move || {
            attempt(&[NEED_NGINX], || wrong.diagnose())
        })
    });
    let limited = LIMITED.iter().map(|limited| {
        Trial::ignorable_test(limited.name, move || {
            if_required(|| attempt(&[NEED_NGINX], || limited.check()))
        })
    });
    let long = LONG.iter().map(|case| {
        Trial::ignorable_test(case.name, move || {
            if_required(|| attempt(case.needs, case.run))
        })
    });
    // The limits take longest, so they begin first.
    let trials = limited
        .chain(long)
        .chain(real)
        .chain(misconfigured)
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Runs a test that takes long if real servers are required.
fn if_required(test: impl FnOnce() -> Result<Completion, Failed>) -> Result<Completion, Failed> {
    if missing::is_required() {
        test()
    } else {
        let why = "it takes long: SAFE_REQUIRE_REAL_SERVERS=1 runs it";
        Ok(Completion::ignored_with(why))
    }
}

/// Runs a test if the programs that it needs are there.
fn attempt(needs: &[Need], run: impl FnOnce()) -> Result<Completion, Failed> {
    let missing: Vec<_> = needs
        .iter()
        .filter(|need| need.path().is_none())
        .map(|need| format!("{} ({}) is not installed", need.program, need.package))
        .collect();
    if missing.is_empty() {
        run();
        Ok(Completion::Completed)
    } else {
        missing::skipped(missing.join("; "))
    }
}

fn nginx(server: &str) -> Running {
    start(|folder, port| {
        let server = format!("listen 127.0.0.1:{port};{server}");
        nginx_command(folder, port, &server)
    })
}

fn nginx_over_tls() {
    let certificates = Certificates::make();
    let running = start_over_tls(&certificates, "");
    examine_over_tls("nginx_over_tls", &running, &certificates, &[]);
}

/// Starts nginx with HTTP/2 and further directives.
fn start_over_tls(certificates: &Certificates, further: &str) -> Running {
    start(|folder, port| {
        certificates.write(folder);
        let server = format!(
            "listen 127.0.0.1:{port} ssl http2;
    ssl_certificate @DIRECTORY@/run/leaf.pem;
    ssl_certificate_key @DIRECTORY@/run/key.pem;{further}{NGINX_SAFE}"
        );
        nginx_command(folder, port, &server)
    })
}

/// Checks nginx with HTTP/2 and one more directive. Nothing may be left on it.
fn check_nginx(name: &str, directive: &str) -> Report {
    let certificates = Certificates::make();
    let running = start_over_tls(&certificates, &format!("\n    {directive}"));
    let report = check(name, &running, "https", |target| {
        target.trusting(&certificates.root)
    });
    assert_eq!(running.folder.left_over(), Vec::<String>::new());
    report
}

/// An Apache behind nginx sends this field, and nginx passes it on.
fn nginx_with_upgrade_over_http_2() {
    let report = check_nginx(
        "nginx_with_upgrade_over_http_2",
        "add_header Upgrade h2,h2c always;",
    );
    let of = |name: &str| {
        let mut findings = report.findings.iter();
        findings
            .find(|finding| finding.name() == name)
            .unwrap_or_else(|| panic!("{name}\n{report}"))
    };
    assert_eq!(of("config.readable[android-h1]").verdict, Verdict::Pass);
    let over_two = of("config.readable[android-h2]");
    assert_eq!(over_two.verdict, Verdict::Blocked, "{report}");
    let cause = over_two.cause.as_ref().expect("a problem");
    assert_eq!(cause.id, "problem.http2-head", "{report}");
    assert!(cause.fix.contains("proxy_hide_header Upgrade;"), "{report}");
    // Android would succeed, so nothing fails.
    let fails = |finding: &&Finding| finding.verdict == Verdict::Fail;
    assert!(!report.findings.iter().any(|it| fails(&it)), "{report}");
}

/// iOS never answers that it has no certificate.
fn nginx_with_an_optional_client_certificate() {
    let report = check_nginx(
        "nginx_with_an_optional_client_certificate",
        "ssl_verify_client optional_no_ca;",
    );
    let fails = |finding: &&Finding| finding.verdict == Verdict::Fail;
    let failed: Vec<_> = report.findings.iter().filter(fails).collect();
    let names: Vec<_> = failed.iter().map(|finding| finding.name()).collect();
    assert_eq!(names, ["tls.no-certificate-request"], "{report}");
    let cause = failed[0].cause.as_ref().expect("a problem");
    assert_eq!(cause.id, "problem.certificate-request", "{report}");
    assert!(cause.fix.contains("ssl_verify_client off;"), "{report}");
}

fn apache_over_tls() {
    let certificates = Certificates::make();
    let running = start(|folder, port| {
        certificates.write(folder);
        apache(folder, port, APACHE_TLS)
    });
    examine_over_tls("apache_over_tls", &running, &certificates, APACHE_RACES);
}

impl Certificates {
    fn write(&self, folder: &Folder) {
        folder.write("leaf.pem", &self.leaf);
        folder.write("key.pem", &self.key);
    }
}

/// The remedy that reports name for a server that does not write atomically: nginx in front, which
/// buffers uploads.
///
/// nginx asks for the credentials itself. If it leaves this to the server behind it, a server that
/// answers 401 and closes before it has read the upload (rclone: 9 in 10 of 512 KiB) makes nginx
/// answer 502, and iOS never logs in.
fn behind_nginx(name: &str, server: fn(&Folder, u16) -> Command, racy: &[Racy]) {
    let behind = start(server);
    let proxy = nginx(&format!(
        "
    client_max_body_size 524288;
    auth_basic \"Threema Safe\";
    auth_basic_user_file @DIRECTORY@/run/htpasswd;
    location / {{
      proxy_pass http://127.0.0.1:{};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
    }}",
        behind.port
    ));
    let report = check(name, &proxy, "http", |target| target);
    assert_eq!(behind.folder.left_over(), Vec::<String>::new());
    for framing in ["length", "chunked"] {
        for check in ["cut-off-keeps-old", "cut-off-invisible"] {
            let name = format!("integrity.{check}[{framing}]");
            let finding = report
                .findings
                .iter()
                .find(|finding| finding.name() == name);
            let verdict = finding.map(|finding| finding.verdict);
            assert_eq!(
                verdict,
                Some(Verdict::Pass),
                "the remedy for {name}: {report}"
            );
        }
    }
    compare(name, &report, racy, &proxy);
}

fn examine(name: &str, running: &Running, racy: &[Racy]) {
    let report = check(name, running, "http", |target| target);
    assert_eq!(running.folder.left_over(), Vec::<String>::new());
    compare(name, &report, racy, running);
}

fn examine_over_tls(name: &str, running: &Running, certificates: &Certificates, racy: &[Racy]) {
    let report = check(name, running, "https", |target| {
        target.trusting(&certificates.root)
    });
    assert_eq!(running.folder.left_over(), Vec::<String>::new());
    compare(name, &report, racy, running);
}

/// Runs the suite.
fn check(
    name: &str,
    running: &Running,
    scheme: &str,
    more: impl FnOnce(Target) -> Target,
) -> Report {
    let url = format!("{scheme}://127.0.0.1:{}/safe", running.port);
    let target = Target::parse(&url).expect("a base URL");
    let target = more(target.basic("safe", "s3cret-loopback"));
    let mut checkup = Checkup::new(target)
        .fresh_seed(Seed::new(0x5afe))
        .pace(Pace::new(PaceChoice::Fast));
    // cheroot has ten threads and keeps ten connections: above that, it closes some just as they
    // are used again.
    if name.starts_with("wsgidav") {
        checkup = checkup.jobs(4);
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let done = runtime.block_on(checkup.run_with(|_| {})).expect("a run");
    done.report
}

fn compare(name: &str, report: &Report, racy: &[Racy], running: &Running) {
    assert!(report.complete, "{report}");
    assert_eq!(report.left_behind, 0, "{report}");
    assert_eq!(report.count(Verdict::Error), 0, "{report}");
    let why = |finding: &Finding| {
        let reason = REASONS
            .iter()
            .find(|reason| reason.servers.contains(&name) && reason.check == finding.id);
        reason.map(|reason| reason.why)
    };
    for finding in &report.findings {
        let deviates = matches!(
            finding.verdict,
            Verdict::Fail | Verdict::Warn | Verdict::Note
        );
        let races = racy.iter().any(|racy| racy.finding == finding.name());
        assert!(
            !deviates || races || why(finding).is_some(),
            "{} without a reason: {}",
            finding.name(),
            finding.observed
        );
    }
    let port = running.port.to_string();
    insta::assert_snapshot!(name, digest(report, racy, why, &[(&port, "PORT")]));
}
