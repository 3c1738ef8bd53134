//! Ways in which people misconfigure nginx, and what the suite must say about each.

use super::{check, nginx};
use safe_conformance::engine::{ClientVerdict, Verdict};
use safe_conformance::safe::{Client, Direction};

/// A way in which people misconfigure nginx, and what the suite must say about it.
pub(super) struct Misconfigured {
    pub(super) name: &'static str,
    server: &'static str,
    /// Whether Android and iOS can use it nevertheless.
    usable: bool,
    /// The finding that names the cause, a part of its observation and a part of its remedy.
    causes: &'static [(&'static str, &'static str, &'static str)],
}

pub(super) const MISCONFIGURED: &[Misconfigured] = &[
    Misconfigured {
        name: "nginx_static_only",
        server: "location /safe/ { }",
        usable: false,
        causes: &[(
            "upload.accepted[android-h1]",
            "405 Method Not Allowed",
            "dav_methods",
        )],
    },
    Misconfigured {
        name: "nginx_redirecting",
        server: "return 301 https://$host$request_uri;",
        usable: false,
        causes: &[
            (
                "server.redirects",
                "301",
                "Enter https://127.0.0.1/safe as the server",
            ),
            (
                "config.readable[ios-h1]",
                "a redirect, 301 Moved Permanently to https://127.0.0.1/safe/config",
                "Enter https://127.0.0.1/safe as the server",
            ),
        ],
    },
    Misconfigured {
        name: "nginx_open_reads",
        server: r#"
    location /safe/ {
      dav_methods PUT DELETE;
      limit_except GET HEAD {
        auth_basic "Threema Safe";
        auth_basic_user_file @DIRECTORY@/run/htpasswd;
      }
    }"#,
        usable: true,
        causes: &[
            (
                "auth.anonymous-config",
                "anybody can download `config`",
                "`auth_basic_user_file` in the `location` itself",
            ),
            (
                "auth.anonymous-download",
                "anybody who knows its ID can download a backup",
                "`auth_basic_user_file` in the `location` itself",
            ),
        ],
    },
    Misconfigured {
        name: "nginx_dead_upstream",
        server: "location / { proxy_pass http://unix:@DIRECTORY@/run/nobody-listens; }",
        usable: false,
        causes: &[(
            "config.readable[android-h1]",
            "502 Bad Gateway",
            "Start the service that `proxy_pass`",
        )],
    },
    Misconfigured {
        name: "nginx_catch_all",
        server: r#"default_type text/html;
    location / { return 200 "<html><title>Sign in</title></html>"; }"#,
        usable: false,
        causes: &[
            (
                "config.understood[ios]",
                "an HTML page titled \"Sign in\"",
                "Enter the WebDAV address of the folder",
            ),
            (
                "download.missing[android]",
                "200 OK, an HTML page",
                "Remove `try_files … /index.html`",
            ),
        ],
    },
    Misconfigured {
        name: "nginx_login_redirect",
        server: r#"default_type text/html;
    location / { return 302 /login?next=$request_uri; }
    location /login { return 200 "<html><title>Sign in</title></html>"; }"#,
        usable: false,
        causes: &[(
            "config.readable[android-h1]",
            "302 Found to http://127.0.0.1",
            "not the one in the browser",
        )],
    },
    Misconfigured {
        name: "nginx_small_limit",
        server: "client_max_body_size 1k;
    location /safe/ { dav_methods PUT DELETE; }",
        usable: false,
        causes: &[
            (
                "upload.accepted[ios-h1]",
                "413 Payload Too Large",
                "client_max_body_size",
            ),
            (
                "limits.below",
                "the real limit is 1024 bytes",
                "client_max_body_size",
            ),
        ],
    },
];

impl Misconfigured {
    pub(super) fn diagnose(&self) {
        let running = nginx(self.server);
        let report = check(self.name, &running, "http", |target| target);
        assert!(report.complete, "{report}");
        assert_eq!(running.folder.left_over(), Vec::<String>::new());
        for client in [Client::Android, Client::Ios] {
            let usable = [Direction::Backup, Direction::Restore]
                .into_iter()
                .all(|direction| report.verdict(client, direction) == Some(ClientVerdict::Partial));
            assert_eq!(usable, self.usable, "{report}");
        }
        for (name, observed, remedy) in self.causes {
            let is_found = report.findings.iter().any(|finding| {
                finding.name() == *name
                    && matches!(
                        finding.verdict,
                        Verdict::Fail | Verdict::Warn | Verdict::Note
                    )
                    && finding.observed.contains(observed)
                    && finding.remedy.contains(remedy)
            });
            assert!(
                is_found,
                "{name} does not say {observed}, {remedy}:\n{report}"
            );
        }
    }
}
