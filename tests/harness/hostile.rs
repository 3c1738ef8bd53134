//! Servers that misbehave on purpose: every run ends in time, names what is wrong, and leaves nothing behind.

use crate::support::program::{ledgers, named_in_ledgers};
use crate::support::scripted::{Asked, CONFIG, Control, Deed, PASSWORD, Reply, Scripted, USER};
use safe_conformance::engine::Finding;
use safe_conformance::report::Report;
use safe_conformance::terms::{Stage, Verdict};
use safe_conformance::wire::Seed;
use safe_conformance::{Checkup, Status, Target};
use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The deadline that every run here gets.
const DEADLINE: Duration = Duration::from_secs(20);
/// What may pass beyond it: checks that run end, what is left is deleted, and the machine is busy with other tests.
const BEYOND: Duration = Duration::from_secs(20);

struct Checked {
    report: Report,
    transcript: String,
    ledgers: tempfile::TempDir,
}

/// Checks a server, and sees to it that the run ends in time.
async fn check(url: &str) -> Checked {
    check_with(url, |_| {}).await
}

async fn check_with(url: &str, adjust: impl FnOnce(&mut Checkup)) -> Checked {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let target = Target::parse(url).expect("a URL").basic(USER, PASSWORD);
    let mut checkup = Checkup::new(target).expect("a checkup");
    checkup.settings.timeout = Duration::from_secs(1);
    // One derivation for all.
    checkup.settings.seed = Seed::new(0x5afe);
    checkup.deadline = DEADLINE;
    checkup.ledger_folder = Some(folder.path().to_owned());
    adjust(&mut checkup);
    let began = Instant::now();
    let done = tokio::time::timeout(DEADLINE + BEYOND, checkup.run())
        .await
        .expect("the run ends by itself")
        .expect("the run begins");
    assert!(
        began.elapsed() < DEADLINE + BEYOND,
        "the run took {:?}",
        began.elapsed()
    );
    assert_eq!(
        done.report.left_behind > 0,
        !ledgers(folder.path()).is_empty(),
        "a ledger stays exactly where something is left"
    );
    Checked {
        report: done.report,
        transcript: done.transcript.to_json(),
        ledgers: folder,
    }
}

impl Checked {
    fn finding(&self, name: &str) -> &Finding {
        self.report
            .findings
            .iter()
            .find(|finding| finding.name() == name)
            .unwrap_or_else(|| panic!("there is no finding `{name}`"))
    }

    /// The finding `name` is this, at this stage, and what was observed holds these words.
    #[track_caller]
    fn says(&self, name: &str, verdict: Verdict, stage: Option<Stage>, words: &[&str]) -> &Self {
        let finding = self.finding(name);
        let right = finding.verdict == verdict
            && finding.stage == stage
            && words.iter().all(|word| finding.observed.contains(word));
        assert!(
            right,
            "{name} should be {verdict} at {stage:?} with {words:?}, and is {} at {:?}: {}\n\n{}",
            finding.verdict, finding.stage, finding.observed, self.report
        );
        self
    }

    #[track_caller]
    fn comes_to(&self, status: Status) -> &Self {
        let came = self.report.status(safe_conformance::terms::Level::Required);
        assert_eq!(came, status, "{}", self.report);
        self
    }

    /// No client is said to get along with this server.
    #[track_caller]
    fn no_client_passes(&self) -> &Self {
        for (client, summary) in &self.report.clients {
            assert_ne!(
                summary.verdict,
                safe_conformance::terms::ClientVerdict::Pass,
                "{client}\n{}",
                self.report
            );
        }
        self
    }

    /// What the server still has stands in the ledger.
    #[track_caller]
    fn leaves_nothing_unnamed(&self, server: &Scripted) -> &Self {
        let named = named_in_ledgers(self.ledgers.path());
        let unnamed: Vec<_> = server.stored().difference(&named).cloned().collect();
        assert!(
            unnamed.is_empty(),
            "{} backups are left and not named",
            unnamed.len()
        );
        self
    }

    /// The server has nothing of ours any more.
    #[track_caller]
    fn leaves_nothing(&self, server: &Scripted) -> &Self {
        assert_eq!(server.stored().len(), 0, "{}", self.report);
        assert_eq!(self.report.left_behind, 0, "{}", self.report);
        self
    }
}

/// Announces more than anybody can read, and goes on until the other side hangs up.
fn endless(stream: &mut TcpStream, head: &str, _: &Control) -> io::Result<()> {
    stream.write_all(head.as_bytes())?;
    let part = vec![b'x'; 64 * 1024];
    loop {
        stream.write_all(&part)?;
    }
}

/// Knows what was uploaded, so that a script can misbehave for what is there and not for what is not.
#[derive(Default)]
struct Uploaded {
    known: Mutex<BTreeSet<String>>,
    at_least: usize,
}

impl Uploaded {
    /// The same for uploads of more than a mebibyte alone: what is tried with smaller ones goes well.
    fn large() -> Self {
        Self {
            known: Mutex::default(),
            at_least: 1024 * 1024,
        }
    }

    /// Whether this asks, with credentials, for a backup that was uploaded.
    fn is_asked_for(&self, asked: &Asked) -> bool {
        let Some(id) = asked.backup() else {
            return false;
        };
        let mut known = self.known.lock().expect("no script panics");
        let counts = asked.body.len() >= self.at_least;
        if asked.method == "PUT" && counts && asked.header("authorization").is_some() {
            known.insert(id.to_owned());
        }
        asked.method == "GET" && asked.header("authorization").is_some() && known.contains(id)
    }
}

/// A healthy server, but for downloads of what was uploaded.
fn with_downloads(deed: impl Fn() -> Deed + Send + Sync + 'static) -> Scripted {
    let uploaded = Uploaded::default();
    Scripted::start(move |asked| {
        if uploaded.is_asked_for(asked) {
            deed()
        } else {
            Deed::Healthy
        }
    })
}

/// A healthy server, but for its config.
fn with_config(deed: impl Fn() -> Deed + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |asked| {
        if asked.is("GET", "/config") && asked.header("authorization").is_some() {
            deed()
        } else {
            Deed::Healthy
        }
    })
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// Gzip that unpacks to a thousand times its size, 64 MiB.
fn bomb() -> Vec<u8> {
    gzip(&vec![b' '; 64 * 1024 * 1024])
}

// Bodies.

#[tokio::test]
async fn a_config_that_never_ends() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    ] {
        let server = with_config(move || {
            Deed::Write(Box::new(move |stream, control| {
                endless(stream, head, control)
            }))
        });
        let checked = check(&server.url()).await;
        checked
            .says(
                "config.understood[android]",
                Verdict::Fail,
                Some(Stage::Size),
                &["does not end"],
            )
            .says(
                "config.understood[ios]",
                Verdict::Fail,
                Some(Stage::Size),
                &["does not end"],
            )
            .comes_to(Status::Deviates)
            .leaves_nothing(&server);
    }
}

#[tokio::test]
async fn a_backup_that_never_ends() {
    for head in [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\n",
    ] {
        let server = with_downloads(move || {
            Deed::Write(Box::new(move |stream, control| {
                endless(stream, head, control)
            }))
        });
        let checked = check(&server.url()).await;
        checked
            .says(
                "upload.round-trip[android-h1]",
                Verdict::Fail,
                Some(Stage::Size),
                &["came back"],
            )
            .says(
                "upload.round-trip[ios-h1]",
                Verdict::Fail,
                Some(Stage::Size),
                &["came back"],
            )
            .says(
                "upload.restore[android]",
                Verdict::Fail,
                Some(Stage::Open),
                &["what came back"],
            )
            .comes_to(Status::Deviates)
            .no_client_passes()
            .leaves_nothing(&server);
        assert!(server.ever_taken() > 0, "uploads were tried all the same");
    }
}

#[tokio::test]
async fn a_body_at_one_byte_a_second() {
    let server = with_config(|| {
        Deed::Write(Box::new(|stream, control| {
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                CONFIG.len()
            );
            stream.write_all(head.as_bytes())?;
            for byte in CONFIG.bytes() {
                stream.write_all(&[byte])?;
                control.sleep(Duration::from_secs(1))?;
            }
            Ok(())
        }))
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "auth.accepted[android]",
            Verdict::Fail,
            Some(Stage::Http),
            &["no complete answer within"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes()
        .leaves_nothing(&server);
}

#[tokio::test]
async fn a_header_at_one_byte_a_second() {
    let server = Scripted::start(|_| {
        Deed::Write(Box::new(|stream, control| {
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: yes\r\nContent-Length: 0\r\n\r\n" {
                stream.write_all(&[*byte])?;
                control.sleep(Duration::from_secs(1))?;
            }
            Ok(())
        }))
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "auth.accepted[android]",
            Verdict::Fail,
            Some(Stage::Http),
            &["no complete answer within"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes();
}

#[tokio::test]
async fn a_length_that_promises_more_than_comes() {
    let server = with_downloads(|| {
        Deed::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 24001\r\n\r\nonly this".to_vec())
    });
    let checked = check(&server.url()).await;
    for name in ["upload.round-trip[android-h1]", "upload.restore[ios]"] {
        checked.says(
            name,
            Verdict::Fail,
            Some(Stage::Http),
            &["ended in the middle of the answer's body"],
        );
    }
    checked
        .comes_to(Status::Deviates)
        .no_client_passes()
        .leaves_nothing(&server);
}

#[tokio::test]
async fn a_length_that_promises_less_than_comes() {
    let server = with_downloads(|| {
        Deed::Raw(
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nonly this, and then some more".to_vec(),
        )
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "upload.round-trip[android-h1]",
            Verdict::Fail,
            Some(Stage::Size),
            &["shorter than the 24001 bytes"],
        )
        .says(
            "upload.round-trip[ios-h1]",
            Verdict::Fail,
            Some(Stage::Size),
            &["shorter than the 24001 bytes"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes()
        .leaves_nothing(&server);
}

#[tokio::test]
async fn lengths_that_are_no_lengths() {
    for lengths in [
        "Content-Length: -1",
        "Content-Length: 99999999999999999999999999",
        "Content-Length: 4\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nContent-Length: x",
    ] {
        let server = with_config(move || {
            Deed::Raw(format!("HTTP/1.1 200 OK\r\n{lengths}\r\n\r\nzzzz").into_bytes())
        });
        let checked = check(&server.url()).await;
        checked
            .comes_to(Status::Deviates)
            .no_client_passes()
            .leaves_nothing(&server);
        let finding = checked.finding("auth.accepted[android]");
        assert_eq!(
            (finding.verdict, finding.stage),
            (Verdict::Fail, Some(Stage::Http)),
            "{lengths}"
        );
        assert!(
            finding.observed.contains("answer"),
            "{lengths}: {}",
            finding.observed
        );
    }
}

#[tokio::test]
async fn a_reset_in_mid_body() {
    let server = with_downloads(|| {
        Deed::Reset(b"HTTP/1.1 200 OK\r\nContent-Length: 24001\r\n\r\nonly this".to_vec())
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "upload.round-trip[android-h1]",
            Verdict::Fail,
            Some(Stage::Http),
            &["ended in the middle of the answer's body"],
        )
        .says(
            "upload.round-trip[ios-h1]",
            Verdict::Fail,
            Some(Stage::Http),
            &["ended in the middle of the answer's body"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes()
        .leaves_nothing(&server);
}

#[tokio::test]
async fn a_reset_in_mid_upload() {
    let server = Scripted::start(|asked| {
        if asked.method == "PUT" {
            Deed::Reset(Vec::new())
        } else {
            Deed::Healthy
        }
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "upload.accepted[android-h1]",
            Verdict::Fail,
            Some(Stage::Http),
            &["connection"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes()
        .leaves_nothing(&server);
}

#[tokio::test]
async fn a_gzip_bomb_as_config() {
    let packed = bomb();
    let server = with_config(move || {
        Deed::Reply(Reply::new(200, packed.clone()).with("Content-Encoding", "gzip"))
    });
    let checked = check(&server.url()).await;
    for name in ["config.understood[android]", "config.understood[ios]"] {
        checked.says(name, Verdict::Fail, Some(Stage::Size), &["does not end"]);
    }
    checked.comes_to(Status::Deviates).leaves_nothing(&server);
}

#[tokio::test]
async fn a_config_that_comes_packed() {
    let packed = gzip(CONFIG.as_bytes());
    let server = with_config(move || {
        Deed::Reply(Reply::new(200, packed.clone()).with("Content-Encoding", "gzip"))
    });
    let checked = check(&server.url()).await;
    for name in ["config.understood[android]", "config.understood[ios]"] {
        checked.says(name, Verdict::Pass, None, &["524288"]);
    }
    checked.comes_to(Status::Conforms).leaves_nothing(&server);
}

#[tokio::test]
async fn a_gzip_bomb_as_a_backup() {
    let packed = bomb();
    let server = with_downloads(move || {
        Deed::Reply(Reply::new(200, packed.clone()).with("Content-Encoding", "gzip"))
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "upload.round-trip[android-h1]",
            Verdict::Fail,
            Some(Stage::Size),
            &["came back changed, longer than"],
        )
        .says(
            "upload.restore[android]",
            Verdict::Fail,
            Some(Stage::Open),
            &["what came back"],
        )
        .comes_to(Status::Deviates)
        .leaves_nothing(&server);
}

#[tokio::test]
async fn a_bomb_sealed_like_a_backup() {
    // What follows a nonce and a tag is a bomb to whoever unpacks before the tag is verified.
    let mut sealed = vec![7; 40];
    sealed.extend_from_slice(&bomb());
    let server = with_downloads(move || Deed::Reply(Reply::new(200, sealed.clone())));
    let checked = check(&server.url()).await;
    checked
        .says(
            "upload.restore[android]",
            Verdict::Fail,
            Some(Stage::Open),
            &["what came back"],
        )
        .says(
            "upload.restore[ios]",
            Verdict::Fail,
            Some(Stage::Open),
            &["what came back"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes()
        .leaves_nothing(&server);
}

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
    checked
        .says(
            "auth.accepted[android]",
            Verdict::Fail,
            Some(Stage::Http),
            &["header", "larg"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes();
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
    checked
        .says(
            "auth.accepted[android]",
            Verdict::Fail,
            Some(Stage::Http),
            &["header"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes();
}

#[tokio::test]
async fn a_flood_of_interim_answers() {
    let server = Scripted::start(|_| {
        Deed::Write(Box::new(|stream, _| {
            loop {
                stream.write_all(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")?;
            }
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
    checked.comes_to(Status::Deviates).no_client_passes();
}

#[tokio::test]
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
        checked
            .says(
                "auth.accepted[android]",
                Verdict::Fail,
                Some(Stage::Http),
                &["not HTTP"],
            )
            .comes_to(Status::Deviates)
            .no_client_passes();
    }
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
        .comes_to(Status::Deviates)
        .no_client_passes();
    assert!(server.asked().len() < 600, "redirects are not followed");
}

#[tokio::test]
async fn a_redirect_to_another_host() {
    let elsewhere = Scripted::open(|_| Deed::Healthy);
    let to = elsewhere.url();
    let server = Scripted::start(move |asked| {
        let end = asked.path.trim_start_matches("/safe");
        Deed::Reply(Reply::new(307, "").with("Location", &format!("{to}{end}")))
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "config.readable[ios-h1]",
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
        .comes_to(Status::Deviates)
        .no_client_passes();
    assert_eq!(elsewhere.connections(), 0, "nobody follows a redirect");
}

#[tokio::test]
async fn credentials_refused_for_ever() {
    let server = Scripted::start(|_| {
        Deed::Reply(Reply::new(401, "").with("WWW-Authenticate", "Basic realm=\"x\""))
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "auth.accepted[android]",
            Verdict::Fail,
            Some(Stage::Auth),
            &["401"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes();
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
    let seen = AtomicUsize::new(0);
    let server = Scripted::start(move |asked| {
        let over = asked.method != "DELETE" && seen.fetch_add(1, Ordering::Relaxed) > 60;
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
            Verdict::Fail,
            Some(Stage::Http),
            &["429", "Retry-After: 120", "stopped"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes()
        .leaves_nothing(&server);
    assert!(!checked.report.complete);
    let why = checked
        .report
        .incomplete_because
        .as_deref()
        .unwrap_or_default();
    assert!(why.contains("429"), "{why}");
    let refused = server
        .asked()
        .iter()
        .filter(|asked| asked.method != "DELETE")
        .count()
        - 61;
    assert!(
        refused <= 16,
        "{refused} requests after the first 429: more than were on their way"
    );
}

#[tokio::test]
async fn too_many_requests_from_the_first_on() {
    let server = Scripted::start(|_| Deed::Reply(Reply::new(429, "").with("Retry-After", "120")));
    let checked = check(&server.url()).await;
    checked
        .says(
            "server.rate-limit",
            Verdict::Fail,
            Some(Stage::Http),
            &["429", "Retry-After: 120"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes();
    assert!(server.connections() <= 4, "it asked to be left alone");
}

#[tokio::test]
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
            .comes_to(Status::Deviates)
            .leaves_nothing_unnamed(&server);
        assert!(
            checked.report.findings.iter().any(|finding| {
                matches!(finding.verdict, Verdict::Fail | Verdict::Warn)
                    && finding.observed.contains("500")
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
        .comes_to(Status::Deviates)
        .no_client_passes();
    let written = server.count("PUT") + server.count("DELETE");
    assert_eq!(
        written, 0,
        "nothing is written where something seems to be already"
    );
}

// Connections.

#[tokio::test]
async fn a_server_that_never_answers() {
    let server = Scripted::start(|_| Deed::Silence);
    let checked = check(&server.url()).await;
    checked
        .says(
            "auth.accepted[android]",
            Verdict::Fail,
            Some(Stage::Http),
            &["no complete answer within"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes();
}

#[tokio::test]
async fn uploads_that_are_never_answered() {
    // What is stored without an answer has to be deleted all the same.
    let server = Scripted::start(|asked| {
        if asked.method == "PUT" {
            Deed::Write(Box::new(|_, control| {
                control.sleep(Duration::from_secs(30))
            }))
        } else {
            Deed::Healthy
        }
    });
    // Every check waits for an answer in vain, one after the other: let it not be long.
    let checked = check_with(&server.url(), |checkup| {
        checkup.settings.timeout = Duration::from_millis(400);
    })
    .await;
    checked
        .says(
            "upload.accepted[android-h1]",
            Verdict::Fail,
            Some(Stage::Http),
            &["no complete answer within"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes()
        .leaves_nothing(&server);
    let deleted: BTreeSet<_> = server
        .asked()
        .iter()
        .filter(|asked| asked.method == "DELETE")
        .filter_map(|asked| asked.backup().map(str::to_owned))
        .collect();
    let asked = server.asked();
    let put: BTreeSet<_> = asked
        .iter()
        .filter(|asked| asked.method == "PUT")
        .filter_map(|asked| asked.backup().map(str::to_owned))
        .collect();
    assert!(!put.is_empty() && put.is_subset(&deleted));
}

#[tokio::test]
async fn a_port_that_closes_at_once() {
    let server = Scripted::unread(|_, _| Ok(()));
    for url in [server.url(), server.url().replace("http:", "https:")] {
        let checked = check(&url).await;
        let name = if url.starts_with("https") {
            "tls.answers"
        } else {
            "auth.accepted[android]"
        };
        let finding = checked.finding(name);
        assert_eq!(finding.verdict, Verdict::Fail, "{}", checked.report);
        assert!(
            finding.observed.contains("closed the connection")
                || finding.observed.contains("reset"),
            "{}",
            finding.observed
        );
        checked.comes_to(Status::Deviates).no_client_passes();
    }
}

#[tokio::test]
async fn a_tls_port_that_speaks_plain() {
    let server =
        Scripted::unread(|stream, _| stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    let checked = check(&server.url().replace("http:", "https:")).await;
    checked
        .says(
            "tls.answers",
            Verdict::Fail,
            Some(Stage::Tls),
            &["does not speak TLS"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes();
}

#[tokio::test]
async fn a_tls_port_that_never_answers() {
    let server = Scripted::unread(|_, control| control.sleep(Duration::from_secs(30)));
    let checked = check(&server.url().replace("http:", "https:")).await;
    checked
        .says(
            "tls.answers",
            Verdict::Fail,
            Some(Stage::Tls),
            &["no answer to the TLS handshake"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes();
}

/// A handshake of TLS 1.2 up to a message with certificates that says how long it is.
fn until_certificates(length: usize) -> Vec<u8> {
    let mut hello = vec![2, 0, 0, 38, 3, 3];
    hello.extend_from_slice(&[7; 32]);
    hello.extend_from_slice(&[0, 0xc0, 0x2b, 0]);
    let length = u32::try_from(length).expect("three bytes").to_be_bytes();
    hello.extend_from_slice(&[11, length[1], length[2], length[3]]);
    record(&hello)
}

fn record(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a short record");
    [&[22, 3, 3][..], &length.to_be_bytes(), content].concat()
}

#[tokio::test]
async fn a_handshake_that_drips() {
    let server = Scripted::unread(|stream, control| {
        for byte in until_certificates(1000).into_iter().cycle() {
            stream.write_all(&[byte])?;
            control.sleep(Duration::from_millis(300))?;
        }
        Ok(())
    });
    let checked = check(&server.url().replace("http:", "https:")).await;
    checked
        .says(
            "tls.answers",
            Verdict::Fail,
            Some(Stage::Tls),
            &["no answer to the TLS handshake in time"],
        )
        .comes_to(Status::Deviates)
        .no_client_passes();
}

#[tokio::test]
async fn a_certificate_of_16_mebibytes() {
    let server = Scripted::unread(|stream, control| {
        stream.write_all(&until_certificates(0xff_ffff))?;
        for _ in 0..1024 {
            stream.write_all(&record(&[0x30; 16_000]))?;
        }
        control.sleep(Duration::from_secs(30))
    });
    let checked = check(&server.url().replace("http:", "https:")).await;
    checked
        .says(
            "tls.chain-superfluous",
            Verdict::Warn,
            Some(Stage::Tls),
            &["16777215 bytes of certificates"],
        )
        .says("tls.trusted", Verdict::Blocked, None, &["tls.name"])
        .no_client_passes();
}

#[tokio::test]
async fn ten_thousand_certificates() {
    let server = Scripted::unread(|stream, control| {
        let certificate = [&[0, 0, 40][..], &[0x30; 40]].concat();
        let list = certificate.repeat(10_000);
        let length = u32::try_from(list.len())
            .expect("three bytes")
            .to_be_bytes();
        let body = [&length[1..], &list].concat();
        stream.write_all(&until_certificates(body.len()))?;
        for part in body.chunks(16_000) {
            stream.write_all(&record(part))?;
        }
        control.sleep(Duration::from_secs(30))
    });
    let checked = check(&server.url().replace("http:", "https:")).await;
    checked
        .says(
            "tls.chain-superfluous",
            Verdict::Warn,
            Some(Stage::Tls),
            &["430003 bytes of certificates"],
        )
        .says("tls.key", Verdict::Blocked, None, &["430003"])
        .no_client_passes();
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    let server = Scripted::start(|_| Deed::Healthy);
    let url = server.url();
    drop(server);
    let checked = check(&url).await;
    checked
        .says(
            "server.reachable",
            Verdict::Error,
            None,
            &["connection refused"],
        )
        .comes_to(Status::Incomplete)
        .no_client_passes();
}

#[tokio::test]
async fn a_server_that_disappears_in_mid_run() {
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&seen);
    let server = Scripted::start(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Deed::Healthy
    });
    let url = server.url();
    let killer = std::thread::spawn(move || {
        while seen.load(Ordering::Relaxed) < 80 {
            std::thread::sleep(Duration::from_millis(1));
        }
        server.crash()
    });
    let checked = check(&url).await;
    let left = killer.join().expect("the server ends");
    let refused = checked.report.findings.iter().filter(|finding| {
        finding.verdict == Verdict::Fail
            && finding.stage == Some(Stage::Connect)
            && finding.observed.contains("connection refused")
    });
    assert!(refused.count() > 0, "{}", checked.report);
    checked.comes_to(Status::Deviates).no_client_passes();
    let named = named_in_ledgers(checked.ledgers.path());
    assert!(checked.report.left_behind > 0, "{}", checked.report);
    assert_eq!(named.len(), checked.report.left_behind);
    assert!(
        left.is_subset(&named),
        "{} of {} are named",
        left.intersection(&named).count(),
        left.len()
    );
}

#[tokio::test]
async fn a_server_so_slow_that_the_deadline_passes() {
    let server = Scripted::start(|asked| {
        std::thread::sleep(Duration::from_millis(if asked.method == "DELETE" {
            1
        } else {
            300
        }));
        Deed::Healthy
    });
    let checked = check_with(&server.url(), |checkup| {
        checkup.deadline = Duration::from_secs(3);
        checkup.jobs = 4;
    })
    .await;
    checked
        .comes_to(Status::Incomplete)
        .no_client_passes()
        .leaves_nothing(&server);
    let why = checked
        .report
        .incomplete_because
        .as_deref()
        .unwrap_or_default();
    assert!(why.contains("deadline of 3 s"), "{why}");
}

// Echoes.

#[tokio::test]
async fn credentials_that_come_back() {
    let server = Scripted::start(|asked| {
        if asked.is("GET", "/config") && asked.header("authorization").is_some() {
            Deed::Reply(
                Reply::new(200, CONFIG)
                    .with("X-Debug", &format!("{asked:?}").replace(['\r', '\n'], " ")),
            )
        } else if asked.method == "GET" {
            Deed::Reply(Reply::new(404, format!("{} {PASSWORD}", asked.head)))
        } else {
            Deed::Healthy
        }
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "privacy.credentials-echo",
            Verdict::Warn,
            Some(Stage::Http),
            &["held the credentials"],
        )
        .leaves_nothing(&server);
    let written = format!(
        "{}{}{}",
        checked.report.to_json(),
        checked.report,
        checked.transcript
    );
    assert!(!written.contains(PASSWORD));
}

#[tokio::test]
async fn a_password_that_is_part_of_what_stands_in_its_place() {
    // `[redacted]` holds it: taking it out again and again never ends.
    let server = Scripted::open(|asked| {
        if asked.method == "GET" && asked.backup().is_some() {
            Deed::Reply(Reply::new(404, "redacted ".repeat(100)))
        } else {
            Deed::Healthy
        }
    });
    for password in ["redacted", "dact", "[red"] {
        let url = server.url().replace(
            "http://",
            &format!("http://safe:{}@", password.replace('[', "%5B")),
        );
        let target = Target::parse(&url).expect("a URL");
        let mut checkup = Checkup::new(target).expect("a checkup");
        checkup.deadline = DEADLINE;
        checkup.settings.seed = Seed::new(0x5afe);
        tokio::time::timeout(DEADLINE + BEYOND, checkup.run())
            .await
            .expect("the run ends by itself")
            .expect("the run begins");
    }
}

#[tokio::test]
async fn a_password_that_comes_back_a_million_times() {
    // Taking each out by itself costs the square of the size, in a loop that no deadline can break.
    let page = Arc::new(format!("{PASSWORD}\n").repeat(500_000));
    let uploaded = Uploaded::large();
    let server = Scripted::start(move |asked| {
        if asked.is("GET", "/config") {
            Deed::Reply(Reply::new(
                200,
                r#"{"maxBackupBytes": 8388608, "retentionDays": 180}"#,
            ))
        } else if uploaded.is_asked_for(asked) {
            Deed::Reply(Reply::new(200, page.as_bytes()))
        } else {
            Deed::Healthy
        }
    });
    let checked = check(&server.url()).await;
    checked
        .says(
            "limits.below",
            Verdict::Fail,
            Some(Stage::Size),
            &["came back"],
        )
        .comes_to(Status::Deviates)
        .leaves_nothing(&server);
}

// Memory.

/// The most memory that the program may have had at once, in KiB: 64 MiB are scrypt's, and a debug build is no slimmer
/// than this allows.
const MOST_MEMORY: u64 = 160 * 1024;

/// Runs the program against a server, and gives the most memory it had at once, in KiB.
#[cfg(target_os = "linux")]
fn peak_of(url: &str) -> u64 {
    use crate::support::program::{Running, program};
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = program(home.path());
    command.args([
        "check",
        url,
        "--user",
        USER,
        "--timeout",
        "1",
        "--deadline",
        "20",
    ]);
    command
        .arg("--transcript")
        .arg(home.path().join("transcript.json"));
    command.env("SAFE_SERVER_PASSWORD", PASSWORD);
    let mut running = Running::start(&mut command);
    let status = format!("/proc/{}/status", running.id());
    let mut peak = 0;
    // The value only grows, and is gone with the process: what was read last is what it came to.
    while running.is_running() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    let ended = running.end();
    assert!(matches!(ended.code, Some(0 | 1)), "{}", ended.all());
    assert!(peak > 4 * 1024, "the memory of a process can be read");
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_bounded_whatever_comes() {
    const ENDLESS: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\n";
    let generous = r#"{"maxBackupBytes": 16777215, "retentionDays": 180}"#;
    let uploaded = Uploaded::large();
    let packed = bomb();
    let flood = move |stream: &mut TcpStream, control: &Control| endless(stream, ENDLESS, control);
    let servers = [
        (
            "an endless config",
            with_config(move || Deed::Write(Box::new(flood))),
        ),
        (
            "endless backups",
            with_downloads(move || Deed::Write(Box::new(flood))),
        ),
        (
            "endless backups where a large size is promised",
            Scripted::start(move |asked| {
                if asked.is("GET", "/config") {
                    Deed::Reply(Reply::new(200, generous))
                } else if uploaded.is_asked_for(asked) {
                    Deed::Write(Box::new(flood))
                } else {
                    Deed::Healthy
                }
            }),
        ),
        (
            "the largest backups that are tried",
            Scripted::start(move |asked| {
                if asked.is("GET", "/config") {
                    Deed::Reply(Reply::new(200, generous))
                } else {
                    Deed::Healthy
                }
            }),
        ),
        (
            "an endless header",
            Scripted::start(|_| {
                Deed::Write(Box::new(|stream, control| {
                    endless(stream, "HTTP/1.1 200 OK\r\nX-Huge: ", control)
                }))
            }),
        ),
        (
            "bombs",
            Scripted::start(move |asked| {
                if asked.method == "GET" && asked.header("authorization").is_some() {
                    Deed::Reply(Reply::new(200, packed.clone()).with("Content-Encoding", "gzip"))
                } else {
                    Deed::Healthy
                }
            }),
        ),
    ];
    for (what, server) in servers {
        let peak = peak_of(&server.url());
        println!("{what}: {} MiB", peak / 1024);
        assert!(peak < MOST_MEMORY, "{what}: {peak} KiB");
    }
}
