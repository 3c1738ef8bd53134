//! The server without faults.

use super::super::{Login, ManualClock, Options, start};
use super::client::{Ask, BASIC, delete, get, head, put};
use super::{backup, open, plain, within};
use std::sync::Arc;
use std::time::Duration;

const CONFIG: &str = r#"{"maxBackupBytes":524288,"retentionDays":180}"#;

#[tokio::test]
async fn config_is_served() {
    within(async {
        let server = plain(&[]).await;
        for path in ["/config", "//config"] {
            let reply = get(path).send(&server).await;
            assert_eq!((reply.status, reply.text()), (200, CONFIG.to_owned()));
            assert_eq!(reply.header("content-type"), Some("application/json"));
            let reply = head(path).send(&server).await;
            assert_eq!((reply.status, reply.body.len()), (200, 0));
            let length = CONFIG.len().to_string();
            assert_eq!(reply.header("content-length"), Some(length.as_str()));
        }
        assert_eq!(put("/config", "{}").status(&server).await, 405);
        assert_eq!(delete("/config").status(&server).await, 405);
    })
    .await;
}

#[tokio::test]
async fn config_says_what_is_configured() {
    within(async {
        let options = Options {
            tls: false,
            max_backup_bytes: 10,
            retention_days: 7,
            base_path: String::new(),
            ..Options::default()
        };
        let server = start(options).await.expect("starts");
        let reply = Ask::outside("GET", "/config").send(&server).await;
        assert_eq!(reply.text(), r#"{"maxBackupBytes":10,"retentionDays":7}"#);
        for (length, status) in [(10, 201), (11, 413)] {
            let ask = Ask::outside("PUT", &backup('a')).body(vec![0; length]);
            assert_eq!(ask.status(&server).await, status);
        }
    })
    .await;
}

#[tokio::test]
async fn a_backup_lives_and_dies() {
    within(async {
        let server = plain(&[]).await;
        let (path, doubled) = (backup('a'), format!("/{}", backup('a')));
        assert_eq!(get(&path).status(&server).await, 404);
        assert_eq!(head(&path).status(&server).await, 404);
        assert_eq!(delete(&path).status(&server).await, 404);
        assert_eq!(put(&path, "one").status(&server).await, 201);
        let every_byte: Vec<u8> = (0..=255).collect();
        assert_eq!(put(&doubled, every_byte.clone()).status(&server).await, 204);
        assert_eq!(server.stored(), 1);
        for path in [&path, &doubled] {
            let reply = get(path).send(&server).await;
            assert_eq!((reply.status, &reply.body), (200, &every_byte));
            let content_type = reply.header("content-type");
            assert_eq!(content_type, Some("application/octet-stream"));
            assert_eq!(reply.header("content-length"), Some("256"));
            assert!(reply.header("etag").is_some());
            assert!(
                reply
                    .header("last-modified")
                    .is_some_and(|date| date.ends_with(" GMT"))
            );
            let reply = head(path).send(&server).await;
            assert_eq!((reply.status, reply.body.len()), (200, 0));
            assert_eq!(reply.header("content-length"), Some("256"));
        }
        assert_eq!(delete(&path).status(&server).await, 204);
        assert_eq!(get(&path).status(&server).await, 404);
        assert_eq!(delete(&path).status(&server).await, 404);
        assert_eq!(server.stored(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_malformed_or_elsewhere_is_distinguished() {
    within(async {
        let server = plain(&[]).await;
        let upper = backup('A');
        for path in [
            "/backups/abc",
            "/backups/..%2fconfig",
            "/backups/zz%",
            &upper,
        ] {
            for method in ["GET", "HEAD", "PUT", "DELETE"] {
                let status = Ask::new(method, path).body("x").status(&server).await;
                assert_eq!(status, 400, "{method} {path}");
            }
        }
        for path in ["/backups/", "/backups", "/", "", "/other", "///config"] {
            assert_eq!(get(path).status(&server).await, 404, "{path}");
        }
        for path in ["/", "/saf", "/safer/config", "/config"] {
            assert_eq!(
                Ask::outside("GET", path).status(&server).await,
                404,
                "{path}"
            );
        }
        for method in ["PROPFIND", "MKCOL", "POST", "OPTIONS", "LOCK"] {
            for path in ["/backups/", "/config", &backup('a'), "/backups/abc"] {
                let status = Ask::new(method, path).status(&server).await;
                assert_eq!(status, 405, "{method} {path}");
            }
        }
        assert_eq!(server.stored(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_limit_is_the_limit() {
    within(async {
        let server = plain(&[]).await;
        for (length, status) in [(524_288, 201), (524_289, 413), (1 << 20, 413)] {
            let declared = put(&backup('a'), vec![7; length]).status(&server).await;
            assert_eq!(declared, status, "{length} declared");
            let ask = Ask::new("PUT", &backup('b')).chunked(vec![7; length]);
            assert_eq!(ask.status(&server).await, status, "{length} in chunks");
        }
        assert_eq!(get(&backup('b')).send(&server).await.body, vec![7; 524_288]);
        let expecting = put(&backup('c'), vec![7; 600_000]).header("Expect: 100-continue");
        assert_eq!(expecting.status(&server).await, 413);
        let expecting = put(&backup('c'), vec![7; 500_000]).header("Expect: 100-continue");
        assert_eq!(expecting.status(&server).await, 201);
    })
    .await;
}

#[tokio::test]
async fn nobody_enters_without_credentials() {
    within(async {
        let server = plain(&[]).await;
        put(&backup('a'), "x").send(&server).await;
        let wrong = [
            None,
            Some("Basic c2FmZTp3cm9uZw=="),
            Some("Basic !"),
            Some("Token s3cret-loopback"),
        ];
        for wrong in wrong {
            for (method, path) in [
                ("GET", "/config"),
                ("GET", &backup('a')),
                ("HEAD", &backup('a')),
                ("DELETE", &backup('a')),
                ("PUT", &backup('a')),
                ("GET", "/backups/"),
                ("PROPFIND", "/backups/"),
                ("GET", "/backups/abc"),
            ] {
                let ask = Ask::new(method, path).body(vec![1; 400_000]);
                let ask = match wrong {
                    Some(value) => ask.authorization(value),
                    None => ask.anonymous(),
                };
                let reply = ask.send(&server).await;
                assert_eq!(reply.status, 401, "{method} {path}");
                let challenge = reply.header("www-authenticate");
                assert_eq!(challenge, Some("Basic realm=\"Threema Safe\""));
            }
        }
        assert_eq!(get(&backup('a')).send(&server).await.body, b"x");
        let lower = BASIC.replace("Basic", "bAsIc");
        assert_eq!(
            get("/config").authorization(lower).status(&server).await,
            200
        );
    })
    .await;
}

#[tokio::test]
async fn logins_of_every_kind_are_understood() {
    within(async {
        let umlauts = Login::Basic {
            user: "jörg".into(),
            password: "pässwort".into(),
        };
        let server = with_login(umlauts).await;
        let basic = |bytes: &[u8]| format!("Basic {}", data_encoding::BASE64.encode(bytes));
        let utf8 = basic("jörg:pässwort".as_bytes());
        let latin1 = basic(b"j\xF6rg:p\xE4sswort");
        for (value, status) in [(utf8, 200), (latin1, 200), (BASIC.into(), 401)] {
            assert_eq!(
                get("/config").authorization(value).status(&server).await,
                status
            );
        }
        let server = with_login(Login::Token("abc".into())).await;
        for (value, status) in [("Token abc", 200), ("Token abd", 401), ("Basic abc", 401)] {
            assert_eq!(
                get("/config").authorization(value).status(&server).await,
                status
            );
        }
        let server = open(&[]).await;
        assert_eq!(get("/config").anonymous().status(&server).await, 200);
    })
    .await;
}

async fn with_login(login: Login) -> super::Running {
    let options = Options {
        tls: false,
        login,
        ..Options::default()
    };
    start(options).await.expect("starts")
}

#[tokio::test]
async fn a_broken_off_upload_changes_nothing() {
    within(async {
        let server = plain(&[]).await;
        put(&backup('a'), "old").send(&server).await;
        for digit in ['a', 'b'] {
            put(&backup(digit), vec![1; 1000])
                .cut_off(&server, 500)
                .await;
            let ask = Ask::new("PUT", &backup(digit)).chunked(vec![1; 30_000]);
            ask.cut_off(&server, 15_000).await;
            put(&backup(digit), vec![1; 1000]).cut_off(&server, 0).await;
        }
        assert_eq!(get(&backup('a')).send(&server).await.body, b"old");
        assert_eq!(get(&backup('b')).status(&server).await, 404);
    })
    .await;
}

#[tokio::test]
async fn concurrent_uploads_stay_whole() {
    within(async {
        let server = open(&[]).await;
        let mut uploads = Vec::new();
        for byte in 0..20 {
            uploads.push(put(&backup('a'), vec![byte; 100_000]));
        }
        let statuses = uploads.iter().map(|upload| upload.status(&server));
        for status in futures(statuses).await {
            assert!(matches!(status, 201 | 204), "{status}");
        }
        let body = get(&backup('a')).send(&server).await.body;
        assert_eq!(body.len(), 100_000);
        assert!(body.iter().all(|byte| *byte == body[0]));
    })
    .await;
}

/// Awaits all of them at the same time.
pub async fn futures<T>(each: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = each.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, result) in &mut waiting {
            if result.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *result = Some(value);
            }
        }
        if waiting.iter().all(|(_, result)| result.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    waiting
        .into_iter()
        .filter_map(|(_, result)| result)
        .collect()
}

#[tokio::test]
async fn retention_counts_from_the_last_upload() {
    const DAY: Duration = Duration::from_secs(86_400);
    within(async {
        for (configured, effective) in [(180, 180), (0, 180), (30, 30)] {
            let clock = Arc::new(ManualClock::default());
            let options = Options {
                tls: false,
                clock: clock.clone(),
                retention_days: configured,
                ..Options::default()
            };
            let server = start(options).await.expect("starts");
            put(&backup('a'), "1").send(&server).await;
            clock.advance(DAY * (effective - 1));
            assert_eq!(put(&backup('a'), "2").status(&server).await, 204);
            clock.advance(DAY * (effective - 1));
            assert_eq!(get(&backup('a')).status(&server).await, 200);
            clock.advance(DAY);
            assert_eq!(get(&backup('a')).status(&server).await, 404);
            assert_eq!(server.stored(), 0);
            assert_eq!(put(&backup('a'), "3").status(&server).await, 201);
        }
    })
    .await;
}

#[tokio::test]
async fn requests_are_logged_without_credentials() {
    within(async {
        let server = plain(&[]).await;
        get("/config?secret=1")
            .header("User-Agent: Threema")
            .send(&server)
            .await;
        get("/config").anonymous().send(&server).await;
        let log = server.requests();
        assert_eq!(log.len(), 2);
        assert_eq!(
            (log[0].method.as_str(), log[0].path.as_str()),
            ("GET", "/safe/config")
        );
        assert_eq!((log[0].status, log[1].status), (Some(200), Some(401)));
        assert_eq!(
            (log[0].had_authorization, log[1].had_authorization),
            (true, false)
        );
        assert_eq!(log[0].user_agent.as_deref(), Some("Threema"));
        assert!(!log[0].http2);
        assert!(!format!("{log:?}").contains("c2FmZT"));
    })
    .await;
}
