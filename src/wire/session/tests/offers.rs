//! Tests of the versions of HTTP that a server offers, from a transcript.

use super::*;
use crate::wire::answer::{Handshake, TlsTrouble};
use crate::wire::session::Replayed;
use crate::wire::transcript::Got;

type Shaken = Result<Handshake, TlsTrouble>;

fn shaken(alpn: Option<&str>) -> Handshake {
    Handshake {
        alpn: alpn.map(str::to_owned),
        version: "TLS 1.3".to_owned(),
    }
}

fn failed(kind: FailureKind) -> Shaken {
    Err(TlsTrouble::Failure(silence(kind)))
}

/// Returns what a server offers after these handshakes, by their numbers.
async fn offers(url: &str, handshakes: &[(u32, Shaken)]) -> Result<(bool, bool), FailureKind> {
    let kept = handshakes.iter().map(|(n, shaken)| {
        let key = Key {
            check: "shared.offers".to_owned(),
            variant: String::new(),
            n: *n,
        };
        let both = ["TLS handshake offering HTTP/2 and HTTP/1.1"];
        let one = ["TLS handshake offering HTTP/1.1"];
        let words = if n % 2 == 0 { both } else { one };
        let words = words.map(str::to_owned).to_vec();
        (key, (words, Got::Handshake(shaken.clone())))
    });
    let session = Session::new(
        scripted_target(url).facts(),
        Settings::new(Seed::new(7)),
        Source::Replay {
            entries: kept.collect(),
            run: Replayed::default(),
        },
        None,
        Scrub::default(),
    );
    let offers = session.offers().await;
    offers
        .map(|offers| (offers.one, offers.two))
        .map_err(|failure| failure.kind)
}

#[tokio::test]
async fn a_server_offers_what_its_handshakes_settle_on() {
    let url = "https://safe.example/safe";
    let two = || (0, Ok(shaken(Some("h2"))));
    for (handshakes, expected) in [
        (
            vec![two(), (1, Ok(shaken(Some("http/1.1"))))],
            Ok((true, true)),
        ),
        (vec![two(), (1, Ok(shaken(None)))], Ok((true, true))),
        // HTTP/2 only.
        (
            vec![two(), (1, Err(TlsTrouble::NoCommonProtocol))],
            Ok((false, true)),
        ),
        // One of several servers has another certificate.
        (vec![two(), (1, Err(TlsTrouble::Expired))], Ok((true, true))),
        (
            vec![
                two(),
                (1, Err(TlsTrouble::Expired)),
                (3, Err(TlsTrouble::NoCommonProtocol)),
            ],
            Ok((false, true)),
        ),
        // A handshake is lost, and the next ones meet the servers with the other certificate.
        (
            vec![
                (0, failed(FailureKind::TimedOut)),
                (2, Err(TlsTrouble::Expired)),
                (4, Err(TlsTrouble::Expired)),
                (6, Ok(shaken(None))),
            ],
            Ok((true, false)),
        ),
        (
            vec![two(), (1, failed(FailureKind::Peer))],
            Ok((false, true)),
        ),
        // No server was asked.
        (
            vec![two(), (1, failed(FailureKind::Halted))],
            Err(FailureKind::Halted),
        ),
        (vec![two()], Err(FailureKind::Transcript)),
        (vec![(0, Ok(shaken(Some("http/1.1"))))], Ok((true, false))),
        (vec![(0, Ok(shaken(None)))], Ok((true, false))),
    ] {
        assert_eq!(offers(url, &handshakes).await, expected, "{handshakes:?}");
    }
    assert_eq!(
        offers("http://127.0.0.1:9/safe", &[]).await,
        Ok((true, false))
    );
}

#[tokio::test]
async fn a_handshake_that_was_lost_is_made_once_more() {
    let url = "https://safe.example/safe";
    for kind in [
        FailureKind::TimedOut,
        FailureKind::NoAnswer,
        FailureKind::Reset,
    ] {
        let again = [(0, failed(kind)), (2, Ok(shaken(None)))];
        assert_eq!(offers(url, &again).await, Ok((true, false)), "{kind:?}");
        let twice = [(0, failed(kind)), (2, failed(FailureKind::Peer))];
        assert!(offers(url, &twice).await.is_err(), "{kind:?}");
        // Without a second handshake in the transcript, the first one counts.
        assert_eq!(offers(url, &[(0, failed(kind))]).await, Err(kind));
    }
    // A handshake that was answered counts.
    let refused = [(0, failed(FailureKind::Refused)), (2, Ok(shaken(None)))];
    assert_eq!(offers(url, &refused).await, Err(FailureKind::Refused));
}
