//! The situations: what a server does, and the answer that the person needed.
//!
//! The situations come from issue trackers and forums of Threema, Nextcloud, ownCloud, `OpenCloud`,
//! `KeePass2Android`, `AList`, Authelia, nginx, Caddy and Synology. Rate limits, bans and
//! connections that close without an answer are in `bans` and `profiles`; an address as a DNS name
//! is in the table of the diagnosis; problems with backups are in `inspect`.

use crate::support::scripted::{Asked, Deed, Reply, authorization};

pub type Script = fn(&Asked) -> Deed;

/// A situation: what the server does, its problem, and words that the text must contain.
pub struct Situation {
    /// What a person reported.
    pub reported: &'static str,
    pub script: Script,
    pub problem: &'static str,
    pub says: &'static [&'static str],
    /// What the text must not say: answers that misled people.
    pub never: &'static [&'static str],
}

pub fn logged_in(asked: &Asked) -> bool {
    asked.header("authorization") == Some(&authorization())
}

/// The answer to every request.
pub fn always(status: u16, headers: &[(&str, &str)], body: &str) -> Deed {
    let mut reply = Reply::new(status, body);
    for (name, value) in headers {
        reply = reply.with(name, value);
    }
    Deed::Reply(reply)
}

pub const SITUATIONS: &[Situation] = &[
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
        never: &["401 Unauthorized"],
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

pub fn overwrite_refused(asked: &Asked) -> Deed {
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
