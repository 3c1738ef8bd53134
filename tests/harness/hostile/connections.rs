//! Connections that stay silent, close, break off during the run, or fail in the TLS handshake.

use super::{DEADLINE, check, check_target, check_with, check_within};
use crate::support::port::Reserved;
use crate::support::program::named_in_ledgers;
use crate::support::scripted::{Asked, Deed, PASSWORD, Scripted, USER, authorization};
use safe_conformance::engine::Verdict;
use safe_conformance::safe::Stage;
use safe_conformance::{Exit, Target};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;

#[tokio::test]
async fn a_server_that_never_answers() {
    let server = Scripted::start(|_| Deed::Silence);
    let checked = check(&server.url()).await;
    checked.deviates(
        "auth.accepted[android]",
        Stage::Http,
        &["no complete answer within"],
    );
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn uploads_that_are_never_answered() {
    // A backup that was stored without an answer must also be deleted.
    let server = Scripted::start(|asked| {
        if asked.method == "PUT" {
            Deed::Write(Box::new(|_, control| {
                control.sleep(Duration::from_secs(30))
            }))
        } else {
            Deed::Healthy
        }
    });
    // Every check waits in vain for an answer, one after the other, so the wait must be short.
    let checked = check_with(&server.url(), |checkup| {
        checkup.timeout(Duration::from_millis(400))
    })
    .await;
    checked
        .deviates(
            "upload.accepted[android-h1]",
            Stage::Http,
            &["no complete answer within"],
        )
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

/// Checks wrong passwords at a server that behaves like this, and returns the requests with one.
async fn wrong_passwords(script: fn(&Asked) -> Deed) -> Vec<Asked> {
    let server = Scripted::start(script);
    let checked = check_with(&server.url(), |checkup| {
        checkup.only("auth.accepted").only("auth.wrong-password")
    })
    .await;
    let finding = checked.finding("auth.wrong-password");
    assert_eq!(finding.verdict, Verdict::Pass, "{}", finding.observed);
    let mut asked = server.asked();
    asked.retain(|asked| {
        let sent = asked.header("authorization");
        sent.is_some_and(|sent| sent != authorization())
    });
    asked
}

/// It is sent only once, so a connection that is already closed must not lose it.
#[tokio::test]
async fn the_wrong_password_goes_over_a_connection_that_answers() {
    static LINES: AtomicUsize = AtomicUsize::new(0);
    let kept = wrong_passwords(|_| Deed::Healthy).await;
    assert!(kept.len() == 1 && !kept[0].is_first, "{kept:?}");
    // If the server closes each connection after its answer, the request is the first of a new
    // connection.
    let closed = wrong_passwords(|_| Deed::Last).await;
    assert!(closed.len() == 1 && closed[0].is_first, "{closed:?}");
    // If the server closes some connections before any answer, the request uses another one.
    let some = wrong_passwords(|asked| {
        if asked.is_first && LINES.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            Deed::Reset(Vec::new())
        } else {
            Deed::Healthy
        }
    })
    .await;
    assert!(some.len() == 1 && !some[0].is_first, "{some:?}");
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
        checked.comes_to(Exit::Deviates).no_client_passes();
    }
}

#[tokio::test]
async fn a_tls_port_that_speaks_plain() {
    let server =
        Scripted::unread(|stream, _| stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    let checked = check(&server.url().replace("http:", "https:")).await;
    checked.deviates("tls.answers", Stage::Tls, &["does not speak TLS"]);
}

#[tokio::test]
async fn a_tls_port_that_never_answers() {
    let server = Scripted::unread(|_, control| control.sleep(Duration::from_secs(30)));
    let checked = check(&server.url().replace("http:", "https:")).await;
    checked.deviates(
        "tls.answers",
        Stage::Tls,
        &["no answer to the TLS handshake"],
    );
}

/// The start of a TLS 1.2 handshake, up to a certificate message of the given length.
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
    checked.deviates(
        "tls.answers",
        Stage::Tls,
        &["no answer to the TLS handshake in time"],
    );
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
            Verdict::Note,
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
            Verdict::Note,
            Some(Stage::Tls),
            &["430003 bytes of certificates"],
        )
        .says("tls.key", Verdict::Blocked, None, &["430003"])
        .no_client_passes();
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    let nobody = Reserved::free();
    let checked = check(&format!("http://{}/safe", nobody.address())).await;
    checked
        .says(
            "server.reachable",
            Verdict::Error,
            None,
            &["connection refused"],
        )
        .comes_to(Exit::Incomplete)
        .no_client_passes();
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_server_that_disappears_in_mid_run() {
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&seen);
    let mut server = Scripted::start(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Deed::Healthy
    });
    let url = server.url();
    let killer = std::thread::spawn(move || {
        // Before everything that any client needs has been judged.
        while seen.load(Ordering::Relaxed) < 60 {
            std::thread::sleep(Duration::from_millis(1));
        }
        (server.crash(), server)
    });
    let checked = check(&url).await;
    let (left, _server) = killer.join().expect("the server ends");
    // A ban looks the same: the report does not blame the server, and the run names the reason.
    let why = checked
        .report
        .incomplete_because
        .as_deref()
        .unwrap_or_default();
    assert!(
        why.contains("accepts no more connections"),
        "{}",
        checked.report
    );
    checked.comes_to(Exit::LockedOut).no_client_passes();
    let named = named_in_ledgers(checked.ledgers.path());
    assert!(checked.report.left_behind > 0, "{}", checked.report);
    // The ledger also names uploads that were announced but never sent.
    assert!(named.len() >= checked.report.left_behind);
    assert!(
        left.is_subset(&named),
        "{} of {} are named",
        left.intersection(&named).count(),
        left.len()
    );
}

/// A server with one process waits for the next request over a connection that a client keeps, and
/// accepts no other one meanwhile.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_server_of_one_connection_at_a_time() {
    let server = Scripted::start(|_| Deed::Healthy);
    let behind = server.url().replace("http://", "");
    let behind = behind.split('/').next().expect("an authority").to_owned();
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let Ok(mut server) = tokio::net::TcpStream::connect(&behind).await else {
                return;
            };
            // Both ends may close it as they like.
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        }
    });
    let checked = check(&format!("http://127.0.0.1:{port}/safe")).await;
    checked.comes_to(Exit::Conforms);
}

/// The port of SSH or mail: such a server speaks first, and it says nothing about credentials.
#[tokio::test]
async fn a_port_of_another_service() {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let banner = stream.write_all(b"SSH-2.0-OpenSSH_9.2p1\r\n").await;
            open.extend(banner.is_ok().then_some(stream));
        }
    });
    let checked = check(&format!("http://127.0.0.1:{port}/safe")).await;
    checked
        .says(
            "auth.accepted[android]",
            Verdict::Fail,
            Some(Stage::Http),
            &["not HTTP"],
        )
        .comes_to(Exit::Deviates);
    let remedy = &checked.finding("auth.accepted[android]").remedy;
    assert!(
        remedy.contains("port") && !remedy.contains("password"),
        "{remedy}"
    );
    let checked = check(&format!("https://127.0.0.1:{port}/safe")).await;
    let answers = checked.finding("tls.answers");
    assert!(answers.observed.contains("SSH-2.0"), "{}", answers.observed);
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
    let deadline = Duration::from_secs(3);
    let checked = check_within(&server.url(), deadline, |checkup| checkup.jobs(4)).await;
    checked
        .comes_to(Exit::Incomplete)
        .no_client_passes()
        .leaves_nothing(&server);
    let why = checked
        .report
        .incomplete_because
        .as_deref()
        .unwrap_or_default();
    assert!(why.contains("deadline of 3 s"), "{why}");
}

/// A name with 250 addresses at which nothing listens and one that works: the run finds that one.
#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn many_dead_addresses_and_one_alive() {
    let server = Scripted::start(|_| Deed::Healthy);
    let url = server.url().replace("127.0.0.1", "localhost");
    let mut target = Target::parse(&url).expect("a URL").basic(USER, PASSWORD);
    target.addresses = (1..=250)
        .map(|last| IpAddr::V4(Ipv4Addr::new(127, 0, 7, last)))
        .chain([IpAddr::V4(Ipv4Addr::LOCALHOST)])
        .collect();
    let checked = check_target(target, DEADLINE, |checkup| checkup).await;
    checked.says(
        "server.reachable",
        Verdict::Pass,
        None,
        &["127.0.7.1: connection refused", "and 243 more"],
    );
    checked.says("upload.round-trip[android-h1]", Verdict::Pass, None, &[]);
}
