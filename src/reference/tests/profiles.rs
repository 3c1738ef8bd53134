//! Each profile does what was measured.

use super::super::{Fault, ManualClock, Options, Profile, Running, start};
use super::client::{Ask, BASIC, Reply};
use super::within;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Returns a server that imitates `profile`, over plain HTTP, in a time that passes fast.
async fn like(profile: Profile, speed: u32) -> Running {
    start(Options {
        tls: false,
        speed,
        ..Options::like(profile)
    })
    .await
    .expect("a server on loopback starts")
}

/// Returns a request to a server that imitates `profile`, with the right credentials.
fn ask(profile: Profile, method: &'static str, path: &str) -> Ask {
    let base = Options::like(profile).base_path;
    let ask = Ask::outside(method, &format!("{base}{path}"));
    match (profile.user(), profile.has_empty_password()) {
        (None, _) => ask.authorization(BASIC),
        (Some(user), is_empty) => {
            let password = if is_empty { "" } else { "s3cret-loopback" };
            let both = format!("{user}:{password}");
            let encoded = data_encoding::BASE64.encode(both.as_bytes());
            ask.authorization(format!("Basic {encoded}"))
        }
    }
}

fn backup(digit: char) -> String {
    format!("/backups/{}", String::from(digit).repeat(64))
}

async fn put(server: &Running, profile: Profile, digit: char, body: &[u8]) -> Reply {
    ask(profile, "PUT", &backup(digit))
        .body(body)
        .send(server)
        .await
}

async fn get(server: &Running, profile: Profile, digit: char) -> Reply {
    ask(profile, "GET", &backup(digit)).send(server).await
}

/// The answers of real servers, by profile and probe: status, type, marks and challenges.
const MEASURED: &str = include_str!("measured.json");

/// One measured answer.
#[derive(serde::Deserialize)]
struct Measured {
    status: u16,
    #[serde(rename = "type")]
    kind: Option<String>,
    tag: Option<bool>,
    time: Option<bool>,
    #[serde(default)]
    challenges: Vec<String>,
}

/// Returns the requests to every server in this order, by their names in the measurement.
fn probes(profile: Profile) -> Vec<(&'static str, Ask)> {
    let new = |method, path: &str| ask(profile, method, path).header("User-Agent: Threema");
    let small = vec![b'x'; 3000];
    let json = |ask: Ask| ask.header("Accept: application/json");
    vec![
        ("config_get", json(new("GET", "/config"))),
        ("config_get_noaccept", new("GET", "/config")),
        ("config_head", json(new("HEAD", "/config"))),
        ("base_doubleslash_config", json(new("GET", "//config"))),
        ("get_missing", new("GET", &backup('a'))),
        ("head_missing", new("HEAD", &backup('a'))),
        ("put_new", new("PUT", &backup('a')).body(small.clone())),
        ("head_after_put", new("HEAD", &backup('a'))),
        ("get_after_put", new("GET", &backup('a'))),
        (
            "put_overwrite",
            new("PUT", &backup('a')).body(small.clone()),
        ),
        (
            "put_chunked",
            new("PUT", &backup('b')).chunked(small.clone()),
        ),
        ("trav_get_enc2f", new("GET", "/backups/..%2fconfig")),
        ("unauth_GET", new("GET", &backup('a')).anonymous()),
        ("unauth_config", json(new("GET", "/config")).anonymous()),
        (
            "put_max_plus1",
            new("PUT", &backup('c')).body(vec![b'x'; 524_289]),
        ),
        (
            "propfind_1",
            new("PROPFIND", "/backups/").header("Depth: 1"),
        ),
        ("delete", new("DELETE", &backup('a'))),
        ("delete_again", new("DELETE", &backup('a'))),
    ]
}

/// Differences between a profile and the server that was measured.
const OTHERWISE: &[(Profile, &str)] = &[
    // It has `client_max_body_size` as in `config`, and no `dav_ext` module.
    (Profile::Nginx, "put_max_plus1"),
    (Profile::Nginx, "propfind_1"),
    // The backup was already gone.
    (Profile::EeeSafe, "delete"),
];

#[tokio::test]
async fn a_profile_answers_as_its_server_was_measured() {
    within(async {
        let servers: BTreeMap<String, BTreeMap<String, Measured>> =
            serde_json::from_str(MEASURED).expect("a file of measured answers");
        let mut differing = Vec::new();
        for (name, measured) in servers {
            let profile: Profile = name.parse().expect("a profile");
            let server = like(profile, 20).await;
            for (probe, ask) in probes(profile) {
                let reply = ask.send(&server).await;
                let is_otherwise = OTHERWISE.contains(&(profile, probe));
                if let Some(expected) = measured.get(probe).filter(|_| !is_otherwise) {
                    let more = differences(probe, &reply, expected);
                    differing.extend(more.iter().map(|more| format!("{profile}: {more}")));
                }
            }
            server.stop().await;
        }
        assert!(differing.is_empty(), "{}", differing.join("\n"));
    })
    .await;
}

/// Returns the differences from the measurement.
fn differences(probe: &str, reply: &Reply, expected: &Measured) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, ours: String, measured: String| {
        if ours != measured {
            differences.push(format!("{probe}: {what} {ours}, measured {measured}"));
        }
    };
    let status = |status: u16| status.to_string();
    compare("status", status(reply.status), status(expected.status));
    let is_content = reply.status == 200 && !probe.starts_with("put");
    if is_content {
        let kind = |kind: Option<&str>| format!("{kind:?}");
        let (ours, measured) = (reply.header("content-type"), expected.kind.as_deref());
        compare("type", kind(ours), kind(measured));
    }
    for (mark, measured) in [("etag", expected.tag), ("last-modified", expected.time)] {
        if let Some(measured) = measured {
            let ours = reply.header(mark).is_some();
            compare(mark, ours.to_string(), measured.to_string());
        }
    }
    let challenges: Vec<_> = reply
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"))
        .map(|(_, value)| value.clone())
        .collect();
    let list = |list: &[String]| list.join(", ");
    compare("challenges", list(&challenges), list(&expected.challenges));
    differences
}

#[tokio::test]
async fn a_broken_off_upload_to_nextcloud_is_locked_then_late_then_there() {
    within(async {
        let profile = Profile::NextcloudAppPassword;
        let clock = Arc::new(ManualClock::default());
        let server = start(Options {
            tls: false,
            clock: clock.clone(),
            ..Options::like(profile)
        })
        .await
        .expect("a server on loopback starts");
        put(&server, profile, 'a', b"old").await;
        // The client leaves at once: the rest happens on the server.
        let upload = ask(profile, "PUT", &backup('a')).body(vec![b'n'; 49_152]);
        upload.vanish(&server, 24_576).await;
        let upload = ask(profile, "PUT", &backup('b')).chunked(vec![b'n'; 49_152]);
        upload.vanish(&server, 24_576).await;
        let locked = get(&server, profile, 'a').await;
        assert_eq!(locked.status, 423);
        assert!(
            locked
                .text()
                .contains(r"OCA\DAV\Connector\Sabre\Exception\FileLocked")
        );
        let over = put(&server, profile, 'a', b"new").await;
        assert_eq!(over.status, 423);
        clock.advance(Duration::from_secs(6));
        let replaced = get(&server, profile, 'a').await;
        assert_eq!((replaced.status, replaced.body.len()), (200, 24_576));
        let late = get(&server, profile, 'b').await;
        assert_eq!(late.status, 200);
        assert!(
            (1..49_152).contains(&late.body.len()),
            "{}",
            late.body.len()
        );
    })
    .await;
}

#[tokio::test]
async fn the_end_of_an_upload_is_answered_once_it_is_noticed() {
    within(async {
        let profile = Profile::NextcloudAppPassword;
        let server = like(profile, 100).await;
        put(&server, profile, 'a', b"old").await;
        let upload = ask(profile, "PUT", &backup('a')).body(vec![b'n'; 49_152]);
        upload.cut_off(&server, 24_576).await;
        assert_eq!(get(&server, profile, 'a').await.body.len(), 24_576);
    })
    .await;
}

#[tokio::test]
async fn ten_failures_lock_nextcloud_for_half_an_hour() {
    within(async {
        let profile = Profile::NextcloudAppPassword;
        let clock = Arc::new(ManualClock::default());
        let server = start(Options {
            tls: false,
            speed: 1,
            clock: clock.clone(),
            ..Options::like(profile)
        })
        .await
        .expect("a server on loopback starts");
        let wrong = ask(profile, "GET", "/config").authorization("Basic d3Jvbmc6d3Jvbmc=");
        for _ in 0..11 {
            assert_eq!(wrong.status(&server).await, 401);
        }
        let right = ask(profile, "GET", "/config");
        assert_eq!(right.status(&server).await, 429);
        clock.advance(Duration::from_secs(31 * 60));
        assert_eq!(right.status(&server).await, 200);
        for _ in 0..12 {
            assert_eq!(right.clone().anonymous().status(&server).await, 401);
        }
        assert_eq!(right.status(&server).await, 200);
    })
    .await;
}

#[tokio::test]
async fn requests_without_credentials_count_twice_on_a_link_with_a_password() {
    within(async {
        let profile = Profile::NextcloudLinkPassword;
        let server = like(profile, 20).await;
        let config = ask(profile, "GET", "/config");
        for _ in 0..5 {
            let reply = config.clone().anonymous().send(&server).await;
            assert_eq!(
                (reply.status, reply.header("www-authenticate")),
                (401, None)
            );
        }
        let any_user = config
            .clone()
            .authorization("Basic eDpzM2NyZXQtbG9vcGJhY2s=");
        assert_eq!(any_user.status(&server).await, 200);
        assert_eq!(config.clone().anonymous().status(&server).await, 401);
        let reply = config.send(&server).await;
        assert_eq!(reply.status, 500);
        assert!(reply.text().contains("MaxDelayReached"));
    })
    .await;
}

#[tokio::test]
async fn the_links_of_nextcloud_let_in_whom_they_should() {
    within(async {
        for (profile, anonymous, upload, read) in [
            (Profile::NextcloudLink, 200, 201, 200),
            (Profile::NextcloudLinkWebdav, 401, 201, 200),
            (Profile::NextcloudLinkWebdavPassword, 401, 201, 200),
            (Profile::NextcloudReadOnlyLink, 401, 403, 404),
            (Profile::NextcloudFileDrop, 401, 201, 404),
        ] {
            let server = like(profile, 20).await;
            let config = ask(profile, "GET", "/config");
            assert_eq!(config.status(&server).await, 200, "{profile}");
            assert_eq!(
                config.anonymous().status(&server).await,
                anonymous,
                "{profile}"
            );
            assert_eq!(
                put(&server, profile, 'a', b"1").await.status,
                upload,
                "{profile}"
            );
            assert_eq!(get(&server, profile, 'a').await.status, read, "{profile}");
            server.stop().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_size_is_refused_in_the_words_of_the_server() {
    within(async {
        for (profile, fits, too_large, status, says) in [
            (
                Profile::NextcloudQuota,
                100_000,
                400_000,
                507,
                "Insufficient space in",
            ),
            (Profile::CaddyLimit, 100_000, 130_000, 502, ""),
            (
                Profile::NginxBodyBuffer,
                16_384,
                16_385,
                500,
                "500 Internal Server Error",
            ),
        ] {
            let server = like(profile, 20).await;
            let small = put(&server, profile, 'a', &vec![b'x'; fits]).await;
            assert_eq!(small.status, 201, "{profile}");
            let large = put(&server, profile, 'b', &vec![b'x'; too_large]).await;
            assert_eq!(large.status, status, "{profile}");
            assert!(large.text().contains(says), "{profile}: {}", large.text());
            let chunked = ask(profile, "PUT", &backup('c')).chunked(vec![b'x'; too_large]);
            let gets_past = profile == Profile::NextcloudQuota;
            assert_eq!(chunked.status(&server).await == 201, gets_past, "{profile}");
            server.stop().await;
        }
    })
    .await;
}

#[tokio::test]
async fn cookies_come_twice_and_the_last_one_counts() {
    within(async {
        let profile = Profile::NextcloudAppPassword;
        let server = like(profile, 20).await;
        let reply = ask(profile, "GET", "/config").send(&server).await;
        let cookies: Vec<_> = reply
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            .filter_map(|(_, value)| value.split(';').next())
            .collect();
        assert_eq!(cookies.len(), 2);
        for (cookie, status) in cookies.iter().zip([401, 200]) {
            let ask = ask(profile, "GET", "/config").anonymous();
            let ask = ask.header(&format!("Cookie: {cookie}"));
            assert_eq!(ask.status(&server).await, status, "{cookie}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_rate_refuses_and_delays() {
    within(async {
        for (profile, status) in [
            (Profile::NginxLimitReq, 503),
            (Profile::NginxLimitReq429, 429),
        ] {
            let server = like(profile, 1).await;
            let config = ask(profile, "GET", "/config");
            let mut answers = Vec::new();
            for _ in 0..24 {
                answers.push(config.status(&server).await);
            }
            assert!(
                answers[..21].iter().all(|answer| *answer == 200),
                "{answers:?}"
            );
            assert!(answers.contains(&status), "{answers:?}");
            server.stop().await;
        }
        let server = like(Profile::NginxLimitReqDelay, 100).await;
        for _ in 0..30 {
            let config = ask(Profile::NginxLimitReqDelay, "GET", "/config");
            assert_eq!(config.status(&server).await, 200);
        }
    })
    .await;
}

#[tokio::test]
async fn one_request_at_once_is_one() {
    within(async {
        let profile = Profile::NginxLimitConn;
        let server = start(Options {
            tls: false,
            delay: Duration::from_millis(100),
            ..Options::like(profile)
        })
        .await
        .expect("a server on loopback starts");
        let config = ask(profile, "GET", "/config");
        let (one, other) = tokio::join!(config.status(&server), config.status(&server));
        assert_eq!([one.min(other), one.max(other)], [200, 503]);
        assert_eq!(config.status(&server).await, 200);
    })
    .await;
}

#[tokio::test]
async fn bans_begin_and_end() {
    within(async {
        for (profile, banned) in [
            (Profile::Crowdsec, None),
            (Profile::CrowdsecPage, Some(403)),
        ] {
            let clock = Arc::new(ManualClock::default());
            let server = start(Options {
                tls: false,
                clock: clock.clone(),
                ..Options::like(profile)
            })
            .await
            .expect("a server on loopback starts");
            let config = ask(profile, "GET", "/config");
            for digit in "0123456789".chars() {
                assert_eq!(get(&server, profile, digit).await.status, 404);
                assert_eq!(get(&server, profile, digit).await.status, 404);
            }
            assert_eq!(config.status(&server).await, 200, "{profile}");
            get(&server, profile, 'a').await;
            let reply = config.try_send(&server).await;
            assert_eq!(reply.map(|reply| reply.status), banned, "{profile}");
            clock.advance(Duration::from_secs(4 * 3600 + 1));
            assert_eq!(config.status(&server).await, 200, "{profile}");
            server.stop().await;
        }
        for profile in [Profile::Fail2banApache, Profile::Fail2banNginx] {
            let server = like(profile, 1).await;
            let config = ask(profile, "GET", "/config");
            let wrong = config.clone().authorization("Basic d3Jvbmc6d3Jvbmc=");
            for _ in 0..9 {
                assert_eq!(config.clone().anonymous().status(&server).await, 401);
            }
            for _ in 0..4 {
                assert_eq!(wrong.status(&server).await, 401);
            }
            assert_eq!(config.status(&server).await, 200, "{profile}");
            assert_eq!(wrong.status(&server).await, 401);
            assert!(config.try_send(&server).await.is_none(), "{profile}");
            server.stop().await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_login_password_is_slow_and_queues() {
    within(async {
        let profile = Profile::NextcloudLoginPassword;
        let server = like(profile, 10).await;
        let begun = std::time::Instant::now();
        let ask = || {
            let config = ask(profile, "GET", "/config");
            let server = &server;
            async move { config.status(server).await }
        };
        let (one, two, three, four) = tokio::join!(ask(), ask(), ask(), ask());
        assert_eq!([one, two, three, four], [200; 4]);
        // Two at a time: twice 60 ms at this speed.
        assert!(begun.elapsed() >= Duration::from_millis(120));
    })
    .await;
}

#[tokio::test]
async fn one_connection_in_twenty_ends_without_a_word() {
    within(async {
        let profile = Profile::ClosesOneIn20;
        let server = like(profile, 1).await;
        let config = ask(profile, "GET", "/config");
        let mut silent = Vec::new();
        for number in 1..=60 {
            match config.try_send(&server).await {
                Some(reply) => assert_eq!(reply.status, 200),
                None => silent.push(number),
            }
        }
        assert_eq!(silent, [20, 60]);
    })
    .await;
}

#[tokio::test]
async fn every_profile_starts_and_without_one_nothing_changes() {
    within(async {
        for profile in Profile::ALL {
            let server = like(*profile, 100).await;
            assert!(
                server
                    .base_url()
                    .ends_with(&Options::like(*profile).base_path)
            );
            server.stop().await;
        }
        let server = super::plain(&[Fault::WriteInPlace]).await;
        let answers = futures(&server).await;
        assert_eq!(answers, [201, 204]);
    })
    .await;
}

/// Makes two uploads to the same name, one after the other.
async fn futures(server: &Running) -> [u16; 2] {
    let upload = super::client::put(&backup('a'), "1");
    [upload.status(server).await, upload.status(server).await]
}
