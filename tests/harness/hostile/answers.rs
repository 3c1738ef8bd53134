//! Headers that are too many or too large, answers that are not HTTP, and statuses that refuse,
//! redirect or mislead.

use super::{check, with_config};
use crate::support::scripted::{Asked, CONFIG, Deed, Reply, Scripted};
use safe_conformance::Exit;
use safe_conformance::engine::{ClientVerdict, Verdict};
use safe_conformance::safe::{Client, Stage};
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

// Headers.

#[tokio::test]
async fn a_header_of_a_mebibyte() {
    let server = with_config(|| {
        let mut answer = b"HTTP/1.1 200 OK\r\nX-Huge: ".to_vec();
        answer.resize(1024 * 1024, b'h');
        answer.extend_from_slice(
            format!("\r\nContent-Length: {}\r\n\r\n{CONFIG}", CONFIG.len()).as_bytes(),
        );
        Deed::Raw(answer)
    });
    let checked = check(&server.url()).await;
    checked.deviates("auth.accepted[android]", Stage::Http, &["header", "larg"]);
    checked.is_caused_by("auth.accepted[android]", "problem.header-too-large");
}

/// Only backup IDs: removing them takes no longer than reading them.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_header_of_380_kilobytes_of_ids() {
    let server = with_config(|| {
        let id = "0123456789abcdef".repeat(4);
        let ids = format!("{id} ").repeat(5_900);
        let mut reply = Reply::new(200, CONFIG);
        reply = reply.with("X-Seen", ids.trim_end());
        Deed::Reply(reply)
    });
    let url = server.url();
    let checked = check(&url).await;
    assert_eq!(
        checked.finding("config.understood[android]").verdict,
        Verdict::Pass
    );
    assert!(!checked.transcript.contains("0123456789abcdef0123"));
}

#[tokio::test]
async fn ten_thousand_headers() {
    let server = with_config(|| {
        let fields: String =
            (0..10_000).fold(String::new(), |fields, n| fields + &format!("X-{n}: v\r\n"));
        let length = CONFIG.len();
        Deed::Raw(
            format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: {length}\r\n\r\n{CONFIG}")
                .into_bytes(),
        )
    });
    let checked = check(&server.url()).await;
    checked.deviates("auth.accepted[android]", Stage::Http, &["header"]);
    checked.is_caused_by("auth.accepted[android]", "problem.header-too-large");
}

#[tokio::test]
async fn a_flood_of_interim_answers() {
    let server = Scripted::start(|_| {
        Deed::Write(Box::new(|stream, control| {
            // Large enough that no reader gets through; an endless flood would keep a core busy.
            for _ in 0..10_000 {
                stream.write_all(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")?;
            }
            control.sleep(Duration::from_secs(30))
        }))
    });
    let checked = check(&server.url()).await;
    let finding = checked.finding("auth.accepted[android]");
    assert_eq!(
        (finding.verdict, finding.stage),
        (Verdict::Fail, Some(Stage::Http))
    );
    assert!(
        finding.observed.contains("interim") || finding.observed.contains("no complete answer"),
        "{}",
        finding.observed
    );
    checked.comes_to(Exit::Deviates).no_client_passes();
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn garbage_instead_of_http() {
    for garbage in [
        &b"\x00\x01\x02\xff\xfe garbage \r\n\r\n"[..],
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"220 mail.example ESMTP\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 999999 OK\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x32",
    ] {
        let server = Scripted::start(move |_| Deed::Raw(garbage.to_vec()));
        let checked = check(&server.url()).await;
        checked.deviates("auth.accepted[android]", Stage::Http, &["not HTTP"]);
        checked.is_caused_by("auth.accepted[android]", "problem.not-http");
    }
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_length_that_cannot_be_meant() {
    for lengths in [
        "Content-Length: -1",
        "Content-Length: 3\r\nContent-Length: 4",
        "Content-Length: 99999999999999999999999",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{lengths}\r\n\r\nabc");
        let server = Scripted::start(move |_| Deed::Raw(answer.clone().into_bytes()));
        let checked = check(&server.url()).await;
        checked.is_caused_by("auth.accepted[android]", "problem.not-http");
    }
}

/// The connection stays open, as after a change of the protocol.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_change_of_the_protocol_that_nothing_asked_for() {
    let server = Scripted::start(|_| {
        Deed::Write(Box::new(|stream, control| {
            stream.write_all(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            )?;
            control.sleep(Duration::from_secs(30))
        }))
    });
    let checked = check(&server.url()).await;
    checked.deviates("config.readable[android-h1]", Stage::Http, &["101"]);
    checked.is_caused_by("config.readable[android-h1]", "problem.not-http");
}

// Statuses.

#[tokio::test]
async fn a_redirect_loop() {
    let server =
        Scripted::start(|asked| Deed::Reply(Reply::new(302, "").with("Location", &asked.path)));
    let checked = check(&server.url()).await;
    checked
        .says(
            "config.readable[android-h1]",
            Verdict::Fail,
            Some(Stage::Http),
            &["redirect", "302"],
        )
        .says(
            "server.redirects",
            Verdict::Fail,
            Some(Stage::Http),
            &["302"],
        )
        .comes_to(Exit::Deviates)
        .no_client_passes();
    assert!(server.asked().len() < 600, "redirects are not followed");
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_redirect_to_another_host() {
    let elsewhere = Scripted::open(|_| Deed::Healthy);
    let to = elsewhere.url();
    let server = Scripted::start(move |asked| {
        let end = asked.path.trim_start_matches("/safe");
        Deed::Reply(Reply::new(307, "").with("Location", &format!("{to}{end}")))
    });
    let checked = check(&server.url()).await;
    checked
        // The apps follow the redirect of a GET, and lose an upload.
        .says(
            "upload.accepted[ios-h1]",
            Verdict::Fail,
            Some(Stage::Http),
            &["redirect", "307"],
        )
        .says(
            "server.redirects",
            Verdict::Fail,
            Some(Stage::Http),
            &["307", &elsewhere.address().to_string()],
        )
        .comes_to(Exit::Deviates)
        .no_client_passes();
    for asked in elsewhere.asked() {
        assert_eq!(asked.method, "GET", "nothing is written elsewhere");
        assert_eq!(asked.header("authorization"), None, "credentials stay here");
    }
}

/// Returns the redirect from below `/cloud` to the same place below `/safe`.
fn moved(asked: &Asked) -> Option<Deed> {
    let below = asked.path.strip_prefix("/cloud")?;
    let location = format!("http://{}/safe{below}", asked.header("host")?);
    Some(Deed::Reply(Reply::new(302, "").with("Location", &location)))
}

/// nginx: `location /cloud { rewrite ^/cloud(.*)$ /safe$1 redirect; }`.
#[tokio::test]
async fn a_folder_that_has_moved_within_the_server() {
    let server = Scripted::start(|asked| moved(asked).unwrap_or(Deed::Healthy));
    let checked = check(&server.url().replace("/safe", "/cloud")).await;
    // Who follows a redirect is asked for a password there, and finds out what is missing.
    for name in [
        "config.readable[android-h1]",
        "config.readable[ios-h1]",
        "auth.challenge[config]",
        "download.missing[android]",
        "download.missing[ios]",
        "download.not-found[android]",
        "download.not-found[desktop]",
    ] {
        let finding = checked.finding(name);
        assert_eq!(finding.verdict, Verdict::Pass, "{name}: {finding:?}");
    }
    for client in ["android", "ios"] {
        let finding = checked.finding(&format!("upload.accepted[{client}-h1]"));
        let cause = finding.cause.as_ref().map(|cause| &*cause.id);
        assert_eq!(cause, Some("problem.moved"), "{finding:?}");
    }
    let redirects = &checked.finding("server.redirects").observed;
    let writes = ["PUT ", "DELETE "];
    assert!(
        writes.iter().any(|it| redirects.starts_with(it)),
        "{redirects}"
    );
    checked.comes_to(Exit::Deviates).no_client_passes();
}

/// The same for GET and HEAD alone.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn downloads_that_have_moved_within_the_server() {
    let server = Scripted::start(|asked| match asked.method.as_str() {
        "GET" | "HEAD" => moved(asked).unwrap_or(Deed::Healthy),
        _ => Deed::Healthy,
    });
    let checked = check(&server.url().replace("/safe", "/cloud")).await;
    for client in [Client::Android, Client::Ios] {
        for summary in checked.report.clients[&client].values() {
            // Over plain http, the most is `partial`.
            assert_eq!(
                summary.verdict,
                ClientVerdict::Partial,
                "{}",
                checked.report
            );
        }
    }
    assert_eq!(checked.finding("server.redirects").verdict, Verdict::Pass);
    let warned = checked.finding("server.redirected-downloads").verdict;
    assert_eq!(warned, Verdict::Warn);
    checked.leaves_nothing(&server);
}

/// What another server says of a backup proves nothing: it was asked without credentials.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn downloads_that_have_moved_to_another_server() {
    let elsewhere = Scripted::open(|_| Deed::Healthy);
    let to = elsewhere.url();
    let server = Scripted::start(move |asked| {
        if asked.method != "GET" || asked.backup().is_none() {
            return Deed::Healthy;
        }
        let end = asked.path.trim_start_matches("/safe");
        Deed::Reply(Reply::new(302, "").with("Location", &format!("{to}{end}")))
    });
    let checked = check(&server.url()).await;
    let words = ["302", &elsewhere.address().to_string()];
    checked
        .deviates("download.missing[android]", Stage::Http, &words)
        .deviates("server.redirects", Stage::Http, &words);
    for asked in elsewhere.asked() {
        assert_eq!(asked.header("authorization"), None, "credentials stay here");
    }
}

/// A password that is refused where a redirect leads is a failure of the redirect.
#[tokio::test]
async fn a_redirect_to_a_place_that_refuses_the_password() {
    let server = Scripted::start(|asked| {
        let challenge = "Basic realm=\"x\"";
        let refused = || Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", challenge));
        moved(asked).unwrap_or_else(refused)
    });
    let checked = check(&server.url().replace("/safe", "/cloud")).await;
    checked
        .deviates("config.readable[android-h1]", Stage::Http, &["302"])
        .deviates("server.redirects", Stage::Http, &["GET config", "302"]);
}

#[tokio::test]
async fn credentials_refused_for_ever() {
    let server = Scripted::start(|_| {
        Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"x\""))
    });
    let checked = check(&server.url()).await;
    checked.deviates("auth.accepted[android]", Stage::Auth, &["401"]);
    assert_eq!(server.count("PUT") + server.count("DELETE"), 0);
    let with_credentials = server
        .asked()
        .iter()
        .filter(|asked| asked.header("authorization").is_some())
        .count();
    assert!(
        with_credentials <= 4,
        "{with_credentials} refused logins lock people out"
    );
}

#[tokio::test]
async fn too_many_requests_in_mid_run() {
    // Before everything that any client needs has been judged.
    const ALLOWED: usize = 40;
    let seen = AtomicUsize::new(0);
    let server = Scripted::start(move |asked| {
        let over = asked.method != "DELETE" && seen.fetch_add(1, Ordering::Relaxed) >= ALLOWED;
        if over {
            Deed::Reply(Reply::new(429, "").with("Retry-After", "120"))
        } else {
            Deed::Healthy
        }
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "server.rate-limit",
            Verdict::Note,
            Some(Stage::Http),
            &["429", "Retry-After: 120", "halted"],
        )
        .comes_to(Exit::LockedOut)
        .no_client_passes()
        .leaves_nothing_that_can_be_seen(&server);
    assert!(!checked.report.complete);
    let why = checked
        .report
        .incomplete_because
        .as_deref()
        .unwrap_or_default();
    assert!(why.contains("429"), "{why}");
    let asked = server.asked();
    let refused: Vec<_> = asked
        .iter()
        .filter(|asked| asked.method != "DELETE")
        .skip(ALLOWED)
        .map(|asked| format!("{} {}", asked.method, asked.path))
        .collect();
    assert!(
        refused.len() <= 17,
        "after the first 429, more than were on their way: {refused:#?}"
    );
}

#[tokio::test]
async fn too_many_requests_from_the_first_on() {
    let server = Scripted::start(|_| Deed::Reply(Reply::new(429, "").with("Retry-After", "120")));
    let checked = check(&server.url()).await;
    checked
        .says(
            "server.rate-limit",
            Verdict::Note,
            Some(Stage::Http),
            &["429", "Retry-After: 120"],
        )
        .comes_to(Exit::LockedOut)
        .no_client_passes();
    assert!(server.connections() <= 4, "it asked to be left alone");
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn failures_at_random() {
    for seed in 0..4_u64 {
        let state = Mutex::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let server = Scripted::start(move |_| {
            let mut state = state.lock().expect("no script panics");
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            if (*state).is_multiple_of(6) {
                Deed::Instead(Reply::new(
                    500,
                    "<html><title>Oh \u{1b}[31mno\u{9b}31m</title></html>",
                ))
            } else {
                Deed::Healthy
            }
        });
        let checked = check(&server.url()).await;
        checked
            .comes_to(Exit::Deviates)
            .leaves_nothing_unnamed(&server);
        assert!(
            checked.report.findings.iter().any(|finding| {
                matches!(
                    finding.verdict,
                    Verdict::Fail | Verdict::Warn | Verdict::Note
                ) && finding.observed.contains("500")
            }),
            "seed {seed}: {}",
            checked.report
        );
        assert!(
            checked
                .report
                .to_string()
                .chars()
                .all(|c| c == '\n' || !c.is_control()),
            "what a server writes does not steer a terminal"
        );
        assert!(
            server.never_deleted().is_empty(),
            "every upload was followed by an attempt to delete"
        );
    }
}

#[tokio::test]
async fn two_hundred_and_a_page_for_everything() {
    let server = Scripted::start(|_| {
        Deed::Reply(Reply::new(
            200,
            "<!DOCTYPE html><html><head><title>Log in</title></head></html>",
        ))
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "config.understood[android]",
            Verdict::Fail,
            Some(Stage::Json),
            &["HTML page titled \"Log in\""],
        )
        .says(
            "config.understood[ios]",
            Verdict::Fail,
            Some(Stage::Json),
            &["HTML page titled \"Log in\""],
        )
        .says(
            "download.missing[android]",
            Verdict::Fail,
            Some(Stage::Http),
            &["200", "HTML"],
        )
        .comes_to(Exit::Deviates)
        .no_client_passes();
    let written = server.count("PUT") + server.count("DELETE");
    assert_eq!(
        written, 0,
        "nothing is written where something seems to be already"
    );
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn challenges_that_ios_can_answer_and_those_that_it_cannot() {
    for (challenge, verdict) in [
        ("Basic realm=\"Files\"", Verdict::Pass),
        ("basic realm=Files", Verdict::Pass),
        (
            "Bearer realm=\"a, b\", Basic realm=\"Files\"",
            Verdict::Pass,
        ),
        ("DummyBasic realm=\"Files\"", Verdict::Fail),
        ("Bearer realm=\"x, Basic y\"", Verdict::Fail),
        ("Negotiate, NTLM", Verdict::Fail),
        ("", Verdict::Fail),
    ] {
        let server = Scripted::start(move |asked| {
            if asked.header("authorization").is_none() {
                Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", challenge))
            } else {
                Deed::Healthy
            }
        });
        let checked = check(&server.url()).await;
        let finding = checked.finding("auth.challenge[config]");
        assert_eq!(
            finding.verdict, verdict,
            "{challenge}: {}",
            finding.observed
        );
        let readable = checked.finding("config.readable[ios-h1]");
        assert_eq!(
            readable.verdict, verdict,
            "{challenge}: {}",
            readable.observed
        );
    }
}
