//! The suite against real servers on loopback: what it finds is what was measured by hand, and nothing else.
//!
//! Each server runs in a folder of its own, on a free port, without privileges. A server that is not installed is
//! skipped, unless `SAFE_REQUIRE_REAL_SERVERS` is `1`. `WSGIDAV` names wsgidav where `PATH` does not.

#[path = "servers/certificates.rs"]
mod certificates;
#[path = "servers/findings.rs"]
mod findings;
#[path = "servers/process.rs"]
mod process;

use certificates::Certificates;
use findings::{Racy, diagnosis, digest};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use process::{Folder, Running, program, start};
use safe_conformance::report::Report;
use safe_conformance::terms::Verdict;
use safe_conformance::{Checkup, Target};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

const NGINX: &str = include_str!("servers/configurations/nginx.conf.in");
const APACHE: &str = include_str!("servers/configurations/apache.conf.in");
const LIGHTTPD: &str = include_str!("servers/configurations/lighttpd.conf.in");
const WSGIDAV: &str = include_str!("servers/configurations/wsgidav.yaml.in");
const SABRE: &str = include_str!("servers/configurations/sabre.php");

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

/// A program that a server needs, and what has it.
struct Need {
    program: &'static str,
    package: &'static str,
}

const NEED_NGINX: Need = Need {
    program: "nginx",
    package: "Debian's nginx",
};
const NEED_APACHE: Need = Need {
    program: "apache2",
    package: "Debian's apache2-bin",
};
const NEED_LIGHTTPD: Need = Need {
    program: "lighttpd",
    package: "Debian's lighttpd and lighttpd-mod-webdav",
};
const NEED_RCLONE: Need = Need {
    program: "rclone",
    package: "Debian's rclone",
};
const NEED_PHP: Need = Need {
    program: "php",
    package: "Debian's php-cli and php-sabre-dav",
};
const NEED_WSGIDAV: Need = Need {
    program: "wsgidav",
    package: "wsgidav and cheroot of tests/servers/requirements.txt",
};

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
        name: "apache",
        needs: &[NEED_APACHE],
        run: || examine("apache", &start(|folder, port| apache(folder, port, "")), APACHE_RACES),
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
    Case {
        name: "nginx_misconfigured_static",
        needs: &[NEED_NGINX],
        run: || diagnose("nginx_misconfigured_static", "location /safe/ { }"),
    },
    Case {
        name: "nginx_misconfigured_redirect",
        needs: &[NEED_NGINX],
        run: || {
            diagnose(
                "nginx_misconfigured_redirect",
                "return 301 https://$host$request_uri;",
            );
        },
    },
    Case {
        name: "nginx_misconfigured_open_reads",
        needs: &[NEED_NGINX],
        run: || {
            diagnose(
                "nginx_misconfigured_open_reads",
                r#"
    location /safe/ {
      dav_methods PUT DELETE;
      limit_except GET HEAD {
        auth_basic "Threema Safe";
        auth_basic_user_file @DIRECTORY@/run/htpasswd;
      }
    }"#,
            );
        },
    },
    Case {
        name: "nginx_misconfigured_dead_upstream",
        needs: &[NEED_NGINX],
        run: || {
            diagnose(
                "nginx_misconfigured_dead_upstream",
                "location / { proxy_pass http://unix:@DIRECTORY@/run/nobody-listens; }",
            );
        },
    },
    Case {
        name: "nginx_misconfigured_catch_all",
        needs: &[NEED_NGINX],
        run: || {
            diagnose(
                "nginx_misconfigured_catch_all",
                r#"default_type text/html;
    location / { return 200 "<html><title>Sign in</title></html>"; }"#,
            );
        },
    },
    Case {
        name: "nginx_misconfigured_login_redirect",
        needs: &[NEED_NGINX],
        run: || {
            diagnose(
                "nginx_misconfigured_login_redirect",
                r#"default_type text/html;
    location / { return 302 /login?next=$request_uri; }
    location /login { return 200 "<html><title>Sign in</title></html>"; }"#,
            );
        },
    },
    Case {
        name: "nginx_misconfigured_small_limit",
        needs: &[NEED_NGINX],
        run: || {
            diagnose(
                "nginx_misconfigured_small_limit",
                "client_max_body_size 1k;
    location /safe/ { dav_methods PUT DELETE; }",
            );
        },
    },
];

const APACHE_RACES: &[Racy] = &[];
const RCLONE_RACES: &[Racy] = &[];
const SABRE_RACES: &[Racy] = &[];
const WSGIDAV_RACES: &[Racy] = &[];
const RCLONE_BEHIND_RACES: &[Racy] = &[];
const WSGIDAV_BEHIND_RACES: &[Racy] = &[];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let required = std::env::var("SAFE_REQUIRE_REAL_SERVERS").is_ok_and(|value| value == "1");
    let trials = CASES
        .iter()
        .map(|case| Trial::ignorable_test(case.name, move || case.try_it(required)))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

impl Case {
    fn try_it(&self, required: bool) -> Result<Completion, Failed> {
        let missing: Vec<_> = self
            .needs
            .iter()
            .filter(|need| need.path().is_none())
            .map(|need| format!("{} ({}) is not installed", need.program, need.package))
            .collect();
        if missing.is_empty() {
            (self.run)();
            Ok(Completion::Completed)
        } else if required {
            Err(Failed::from(missing.join("; ")))
        } else {
            Ok(Completion::ignored_with(missing.join("; ")))
        }
    }
}

impl Need {
    fn path(&self) -> Option<PathBuf> {
        program(self.program, &self.program.to_ascii_uppercase())
    }

    fn command(&self) -> Command {
        Command::new(self.path().expect("looked for before the test began"))
    }
}

fn nginx(server: &str) -> Running {
    start(|folder, port| {
        let server = format!("listen 127.0.0.1:{port};{server}");
        nginx_command(folder, port, &server)
    })
}

fn nginx_command(folder: &Folder, port: u16, server: &str) -> Command {
    let configuration = folder.configure("nginx.conf", NGINX, port, server);
    let mut command = NEED_NGINX.command();
    command
        .arg("-e")
        .arg(folder.run().join("error.log"))
        .arg("-c")
        .arg(configuration);
    command
}

fn apache(folder: &Folder, port: u16, server: &str) -> Command {
    let configuration = folder.configure("apache.conf", APACHE, port, server);
    let mut command = NEED_APACHE.command();
    command.arg("-DFOREGROUND").arg("-f").arg(configuration);
    command
}

fn lighttpd(folder: &Folder, port: u16) -> Command {
    let configuration = folder.configure("lighttpd.conf", LIGHTTPD, port, "");
    let mut command = NEED_LIGHTTPD.command();
    command.arg("-D").arg("-f").arg(configuration);
    command
}

fn rclone(folder: &Folder, port: u16) -> Command {
    let mut command = NEED_RCLONE.command();
    command
        .args(["serve", "webdav", "--user", "safe"])
        .args(["--pass", "s3cret-loopback"])
        .args(["--addr", &format!("127.0.0.1:{port}")])
        // What a cut-off upload left is to be seen at once, not five minutes later.
        .args(["--dir-cache-time", "0s"])
        .arg(folder.files())
        .env("RCLONE_CONFIG", "/dev/null");
    command
}

fn sabre(folder: &Folder, port: u16) -> Command {
    let script = folder.write("sabre.php", SABRE);
    let mut command = NEED_PHP.command();
    command
        .arg("-S")
        .arg(format!("127.0.0.1:{port}"))
        .arg(script)
        .env("SAFE_ROOT", folder.files())
        .env("PHP_CLI_SERVER_WORKERS", "4");
    command
}

fn wsgidav(folder: &Folder, port: u16) -> Command {
    let configuration = folder.configure("wsgidav.yaml", WSGIDAV, port, "");
    let mut command = NEED_WSGIDAV.command();
    command.arg("--config").arg(configuration);
    command
}

fn nginx_over_tls() {
    let certificates = Certificates::make();
    let running = start(|folder, port| {
        certificates.write(folder);
        let server = format!(
            "listen 127.0.0.1:{port} ssl http2;
    ssl_certificate @DIRECTORY@/run/leaf.pem;
    ssl_certificate_key @DIRECTORY@/run/key.pem;{NGINX_SAFE}"
        );
        nginx_command(folder, port, &server)
    });
    examine_over_tls("nginx_over_tls", &running, &certificates, &[]);
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

/// The remedy that reports name for a server that does not write atomically: nginx in front, which buffers uploads.
fn behind_nginx(name: &str, server: fn(&Folder, u16) -> Command, racy: &[Racy]) {
    let behind = start(server);
    let proxy = nginx(&format!(
        "
    client_max_body_size 524288;
    location / {{
      proxy_pass http://127.0.0.1:{};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
    }}",
        behind.port
    ));
    let report = check(&proxy, "http", |target| target);
    assert_eq!(behind.folder.left_over(), Vec::<String>::new());
    compare(name, &report, racy, &proxy);
}

fn examine(name: &str, running: &Running, racy: &[Racy]) {
    let report = check(running, "http", |target| target);
    assert_eq!(running.folder.left_over(), Vec::<String>::new());
    compare(name, &report, racy, running);
}

fn examine_over_tls(name: &str, running: &Running, certificates: &Certificates, racy: &[Racy]) {
    let report = check(running, "https", |target| target.trusting(&certificates.root));
    assert_eq!(running.folder.left_over(), Vec::<String>::new());
    compare(name, &report, racy, running);
}

fn diagnose(name: &str, server: &str) {
    let running = nginx(server);
    let report = check(&running, "http", |target| target);
    assert_eq!(running.folder.left_over(), Vec::<String>::new());
    let port = running.port.to_string();
    insta::assert_snapshot!(name, diagnosis(&report, &[(&port, "PORT")]));
}

/// Runs the suite.
fn check(running: &Running, scheme: &str, more: impl FnOnce(Target) -> Target) -> Report {
    let url = format!("{scheme}://127.0.0.1:{}/safe", running.port);
    let target = Target::parse(&url).expect("a base URL");
    let target = more(target.basic("safe", "s3cret-loopback"));
    let checkup = Checkup::new(target).expect("randomness");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let done = runtime.block_on(checkup.run()).expect("a run");
    done.report
}

fn compare(name: &str, report: &Report, racy: &[Racy], running: &Running) {
    assert!(report.complete, "{report}");
    assert_eq!(report.left_behind, 0, "{report}");
    assert_eq!(report.count(Verdict::Error), 0, "{report}");
    let port = running.port.to_string();
    insta::assert_snapshot!(name, digest(report, racy, &[(&port, "PORT")]));
}
