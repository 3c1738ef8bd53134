//! Servers as people reported them: the report names the cause and the fix that the person needed.

use super::{Checked, check};
use crate::support::scripted::{Asked, Deed, Reply, Scripted, authorization};
use safe_conformance::Exit;
use safe_conformance::engine::{ClientVerdict, Verdict};
use safe_conformance::safe::{Client, Direction};

async fn judged(script: impl Fn(&Asked) -> Deed + Send + Sync + 'static) -> Checked {
    let server = Scripted::start(script);
    check(&server.url()).await
}

impl Checked {
    /// The finding `name` fails, with this cause and with this text in its fix.
    #[track_caller]
    fn has_cause(&self, name: &str, cause: &str, fix: &str) {
        let finding = self.finding(name);
        assert_eq!(finding.verdict, Verdict::Fail, "{}", finding.observed);
        let id = finding.cause.as_ref().map(|cause| cause.id.to_string());
        assert_eq!(id.as_deref(), Some(cause), "{}", finding.observed);
        assert!(finding.remedy.contains(fix), "{}", finding.remedy);
    }
}

fn is_anonymous(asked: &Asked) -> bool {
    asked.header("authorization").is_none()
}

#[tokio::test]
async fn a_server_that_offers_bearer_alone() {
    let checked = judged(|_| {
        let challenge = "Bearer realm=\"cloud.example\", charset=\"UTF-8\"";
        Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", challenge))
    })
    .await;
    checked.has_cause("auth.accepted[android]", "problem.bearer-only", "app token");
}

#[tokio::test]
async fn a_server_that_offers_windows_logins_alone() {
    let checked =
        judged(|_| Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", "Negotiate, NTLM")))
            .await;
    let fix = "Enable Basic authentication";
    checked.has_cause("auth.accepted[android]", "problem.windows-login-only", fix);
}

#[tokio::test]
async fn a_web_server_that_keeps_the_credentials_to_itself() {
    const MESSAGE: &str = "<?xml version=\"1.0\"?><d:error xmlns:d=\"DAV:\" xmlns:s=\"x\"><s:message>No public access to this resource., No 'Authorization: Basic' header found. Either the client did not send one, or the server is misconfigured</s:message></d:error>";
    let checked = judged(|_| {
        let challenge = "Basic realm=\"Nextcloud\", charset=\"UTF-8\"";
        Deed::Reply(Reply::new(401, MESSAGE).with("WWW-Authenticate", challenge))
    })
    .await;
    let name = "auth.accepted[android]";
    checked.has_cause(name, "problem.authorization-lost", "CGIPassAuth On");
    let observed = &checked.finding(name).observed;
    assert!(observed.contains("header found"), "{observed}");
}

#[tokio::test]
async fn a_portal_in_front() {
    let checked = judged(|asked| {
        let back = "https%3A%2F%2Fcloud.example%2Fsafe%2Fconfig";
        let location = format!("https://auth.example/?rd={back}&rm={}", asked.method);
        Deed::Reply(Reply::new(302, "").with("Location", &location))
    })
    .await;
    let name = "config.readable[android-h1]";
    checked.has_cause(name, "problem.portal", "Exempt this path");
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_config_with_typographic_quotation_marks() {
    let checked = judged(|asked| {
        if asked.is("GET", "/config") && !is_anonymous(asked) {
            let config = "{\n„maxBackupBytes“: 524288,\n„retentionDays“: 180\n}\n";
            Deed::Reply(Reply::new(200, config))
        } else {
            Deed::Healthy
        }
    })
    .await;
    let name = "config.understood[ios]";
    checked.has_cause(
        name,
        "problem.typographic-quotes",
        "straight quotation marks",
    );
}

#[tokio::test]
async fn a_folder_that_may_not_be_written() {
    for (folder, cause, fix) in [
        (207, "problem.backups-not-writable", "chown"),
        (404, "problem.backups-missing", "Make a folder `backups`"),
    ] {
        let checked = judged(move |asked| match asked.method.as_str() {
            _ if is_anonymous(asked) => Deed::Healthy,
            "PUT" => Deed::Reply(Reply::new(404, "Not Found")),
            "PROPFIND" if asked.path.ends_with("/backups/") => Deed::Reply(Reply::new(folder, "")),
            "PROPFIND" => Deed::Reply(Reply::new(207, "")),
            _ => Deed::Healthy,
        })
        .await;
        checked.has_cause("upload.accepted[android-h1]", cause, fix);
    }
}

#[tokio::test]
async fn a_config_that_is_missing_in_a_folder_that_is_there_or_not() {
    for (folder, cause) in [
        (207, "problem.config-missing"),
        (404, "problem.no-such-folder"),
    ] {
        let checked = judged(move |asked| match asked.method.as_str() {
            _ if is_anonymous(asked) => Deed::Healthy,
            "PROPFIND" => Deed::Reply(Reply::new(folder, "")),
            _ => Deed::Reply(Reply::new(404, "")),
        })
        .await;
        checked.has_cause("config.readable[android-h1]", cause, "`config`");
    }
}

#[tokio::test]
async fn files_without_an_extension_on_iis() {
    let uploaded = super::Uploaded::default();
    let checked = judged(move |asked| {
        if uploaded.is_asked_for(asked) {
            Deed::Reply(Reply::new(404, "").with("Server", "Microsoft-IIS/10.0"))
        } else {
            Deed::Healthy
        }
    })
    .await;
    let name = "upload.round-trip[android-h1]";
    checked.has_cause(name, "problem.no-mime-type", "MIME type");
}

/// Returns the refusal of a request whose credentials are not accepted.
fn asks_for_basic() -> Deed {
    Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"safe\""))
}

/// nginx with `auth_basic` within `limit_except GET`, Apache with `<LimitExcept GET HEAD>`.
#[tokio::test]
async fn a_wrong_password_where_only_writing_needs_a_login() {
    let server = Scripted::open(|asked| match asked.method.as_str() {
        "PUT" | "DELETE" => asks_for_basic(),
        _ => Deed::Healthy,
    });
    let checked = check(&server.url()).await;
    for client in ["android", "ios"] {
        let name = format!("upload.accepted[{client}-h1]");
        checked.has_cause(&name, "problem.wrong-password", "Check user name");
        let accepted = checked.finding(&format!("auth.accepted[{client}]"));
        assert_eq!(accepted.verdict, Verdict::NotApplicable, "{accepted:?}");
    }
    checked.comes_to(Exit::Deviates).no_client_passes();
    let is_refused = |asked: &&Asked| asked.method == "PUT" && !is_anonymous(asked);
    let refused = server.asked().iter().filter(is_refused).count();
    assert_eq!(refused, 1, "a second refused login could lock people out");
}

/// The same server with the right password; and one that nobody needs to log in to.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_right_password_where_anybody_may_read() {
    for is_closed in [true, false] {
        let server = Scripted::open(move |asked| {
            let is_right = asked.header("authorization") == Some(&authorization());
            match asked.method.as_str() {
                "PUT" | "DELETE" if is_closed && !is_right => asks_for_basic(),
                _ => Deed::Healthy,
            }
        });
        let checked = check(&server.url()).await;
        checked.comes_to(Exit::Conforms);
        let android = &checked.report.clients[&Client::Android];
        for direction in [Direction::Backup, Direction::Restore] {
            let verdict = android[&direction].verdict;
            // Over plain http, the most is `partial`.
            assert_eq!(verdict, ClientVerdict::Partial, "{}", checked.report);
        }
    }
}

/// A server whose login covers the backups alone.
#[tokio::test]
async fn a_wrong_password_where_anybody_may_read_the_config() {
    let server = Scripted::open(|asked| {
        if asked.backup().is_some() {
            asks_for_basic()
        } else {
            Deed::Healthy
        }
    });
    let checked = check(&server.url()).await;
    for client in ["android", "ios", "desktop"] {
        let name = format!("auth.accepted[{client}]");
        checked.has_cause(&name, "problem.wrong-password", "Check user name");
    }
    checked.comes_to(Exit::Deviates).no_client_passes();
}

/// `WsgiDAV` with `accept_basic`, `accept_digest` and `default_to_digest`, its defaults.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_server_that_asks_for_digest_and_accepts_basic() {
    let checked = judged(|asked| {
        if asked.header("authorization") == Some(&authorization()) {
            return Deed::Healthy;
        }
        let challenge = "Digest realm=\"/\", nonce=\"n\", algorithm=MD5, qop=\"auth\"";
        Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", challenge))
    })
    .await;
    let verdict = |client, direction| checked.report.clients[&client][&direction].verdict;
    for direction in [Direction::Backup, Direction::Restore] {
        assert_eq!(verdict(Client::Ios, direction), ClientVerdict::Unknown);
        assert_eq!(verdict(Client::Android, direction), ClientVerdict::Partial);
    }
    assert_eq!(
        verdict(Client::Desktop, Direction::Restore),
        ClientVerdict::Partial
    );
    assert_eq!(checked.report.count(Verdict::Fail), 0, "{}", checked.report);
    checked.comes_to(Exit::Incomplete);
}

/// rclone without a login, Caddy's `file_server`: credentials play no part in the refusal.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_missing_folder_where_nobody_logs_in() {
    for status in [404, 409, 500] {
        let server = Scripted::open(move |asked| match asked.method.as_str() {
            "PUT" => Deed::Reply(Reply::new(status, "")),
            "PROPFIND" if asked.path.ends_with("/backups/") => Deed::Reply(Reply::new(404, "")),
            "PROPFIND" => Deed::Reply(Reply::new(207, "")),
            _ => Deed::Healthy,
        });
        let checked = check(&server.url()).await;
        let cause = "problem.backups-missing";
        checked.has_cause("upload.accepted[ios-h1]", cause, "Make a folder `backups`");
        let challenge = checked.finding("auth.challenge[upload]");
        assert_eq!(challenge.verdict, Verdict::Blocked, "{challenge:?}");
        let restore = checked.report.clients[&Client::Ios][&Direction::Restore].verdict;
        assert_eq!(restore, ClientVerdict::Unknown, "{status}");
    }
}

/// The same answer to requests without credentials alone: iOS never logs in.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_server_that_hides_uploads_from_everybody_else() {
    let checked = judged(|asked| {
        if asked.method == "PUT" && is_anonymous(asked) {
            Deed::Reply(Reply::new(404, ""))
        } else {
            Deed::Healthy
        }
    })
    .await;
    let name = "auth.challenge[upload]";
    checked.has_cause(name, "problem.no-challenge", "WWW-Authenticate");
    let remedy = &checked.finding(name).remedy;
    assert!(!remedy.contains("public.php"), "{remedy}");
}

/// nginx with `error_page 401 = @login`: the apps that send credentials at once see no redirect.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_login_page_for_those_without_credentials_alone() {
    let checked = judged(|asked| {
        if is_anonymous(asked) {
            let to = "https://auth.example/?rd=https%3A%2F%2Fsafe.example%2Fsafe";
            Deed::Reply(Reply::new(302, "").with("Location", to))
        } else {
            Deed::Healthy
        }
    })
    .await;
    let name = "config.readable[ios-h1]";
    checked.has_cause(name, "problem.no-challenge", "not with a redirect");
    let backup = |client| checked.report.clients[&client][&Direction::Backup].verdict;
    assert_eq!(backup(Client::Android), ClientVerdict::Partial);
    assert_eq!(backup(Client::Ios), ClientVerdict::Fail);
}

/// Apache answers every upload with a page. What is stored decides whether it needs a login.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_page_as_the_answer_to_an_upload_that_anybody_may_send() {
    let page = "<html><title>201 Created</title></html>";
    let server = Scripted::open(move |asked| {
        if asked.method == "PUT" && is_anonymous(asked) {
            Deed::Instead(Reply::new(201, page).with("Content-Type", "text/html"))
        } else {
            Deed::Healthy
        }
    });
    let checked = check(&server.url()).await;
    let challenge = checked.finding("auth.challenge[upload]");
    assert_eq!(challenge.verdict, Verdict::NotApplicable, "{challenge:?}");
    let upload = checked.finding("auth.anonymous-upload");
    assert_eq!(upload.verdict, Verdict::Warn, "{upload:?}");
}

/// A proxy that asks for credentials in front of a server that asks for others.
#[tokio::test]
async fn a_second_login_behind_the_first() {
    let checked = judged(|asked| {
        let realm = if is_anonymous(asked) { "front" } else { "back" };
        let challenge = format!("Basic realm=\"{realm}\"");
        Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", &challenge))
    })
    .await;
    let name = "auth.accepted[android]";
    checked.has_cause(
        name,
        "problem.two-logins",
        "the first asks in the realm \"front\"",
    );
}

/// Caddy's `file_server`, with `browse` and without: it knows GET alone, and says 404 to the rest.
#[tokio::test]
async fn a_server_of_files_that_takes_no_uploads() {
    for folder in [200, 404] {
        let server = Scripted::open(move |asked| match asked.method.as_str() {
            "PUT" | "DELETE" => Deed::Reply(Reply::new(404, "").with("Server", "Caddy")),
            "PROPFIND" => Deed::Reply(Reply::new(folder, "").with("Server", "Caddy")),
            _ => Deed::Healthy,
        });
        let checked = check(&server.url()).await;
        let name = "upload.accepted[android-h1]";
        checked.has_cause(
            name,
            "problem.no-webdav",
            "`file_server` accepts no uploads",
        );
    }
}

/// An application that sets `Transfer-Encoding` itself, and does not send chunks.
#[tokio::test]
async fn chunks_that_are_none_and_chunks_that_break_off() {
    for (body, cause) in [
        ("{\"maxBackupBytes\": 1}", "problem.chunks-malformed"),
        ("14\r\n{\"maxBackupBytes\": 1", "problem.connection-lost"),
    ] {
        let server = super::with_config(move || {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            Deed::Raw(format!("{head}{body}\r\n").into_bytes())
        });
        let checked = check(&server.url()).await;
        checked.is_caused_by("auth.accepted[android]", cause);
        checked.comes_to(Exit::Deviates).no_client_passes();
    }
}

/// An answer that is not reached does not show that a wrong password was accepted.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn interim_answers_before_the_refusal_of_a_wrong_password() {
    for (count, cause) in [(17, Some("problem.interim-answers")), (16, None)] {
        let checked = judged(move |asked| {
            let sent = asked.header("authorization");
            if sent.is_none_or(|sent| sent == authorization()) {
                return Deed::Healthy;
            }
            let interim = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(count);
            let refusal = "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n";
            Deed::Raw(format!("{interim}{refusal}").into_bytes())
        })
        .await;
        let finding = checked.finding("auth.wrong-password");
        let found = finding.cause.as_ref().map(|cause| cause.id.to_string());
        assert_eq!(found.as_deref(), cause, "{count}: {}", finding.observed);
        assert_eq!(finding.verdict == Verdict::Pass, cause.is_none());
    }
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_server_that_answers_503_to_uploads_and_one_that_answers_it_to_the_config() {
    for (method, name, cause) in [
        (
            "PUT",
            "upload.accepted[android-h1]",
            "problem.unavailable-for-some",
        ),
        ("GET", "config.readable[android-h1]", "problem.unavailable"),
    ] {
        let checked = judged(move |asked| {
            if asked.method == method && !is_anonymous(asked) {
                Deed::Reply(Reply::new(503, ""))
            } else {
                Deed::Healthy
            }
        })
        .await;
        checked.has_cause(name, cause, "Look into the log of the server");
    }
}
