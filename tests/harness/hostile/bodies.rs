//! Bodies that do not end, that break off, that differ from their announced length, or that unpack
//! to a much larger size.

use super::{bomb, check, endless, gzip, with_config, with_downloads};
use crate::support::scripted::{CONFIG, Deed, Reply, Scripted};
use safe_conformance::Exit;
use safe_conformance::engine::Verdict;
use safe_conformance::safe::Stage;
use std::io::Write as _;
use std::time::Duration;

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
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
            .comes_to(Exit::Deviates)
            .leaves_nothing(&server);
    }
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
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
                &["the downloaded backup"],
            )
            .comes_to(Exit::Deviates)
            .no_client_passes()
            .leaves_nothing_that_can_be_seen(&server);
        assert!(server.ever_taken() > 0, "uploads were tried all the same");
    }
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
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
        .deviates(
            "auth.accepted[android]",
            Stage::Http,
            &["no complete answer within"],
        )
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
    checked.deviates(
        "auth.accepted[android]",
        Stage::Http,
        &["no complete answer within"],
    );
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
        .comes_to(Exit::Deviates)
        .no_client_passes()
        .leaves_nothing_that_can_be_seen(&server);
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
        .comes_to(Exit::Deviates)
        .no_client_passes()
        .leaves_nothing_that_can_be_seen(&server);
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
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
            .comes_to(Exit::Deviates)
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
        .comes_to(Exit::Deviates)
        .no_client_passes()
        .leaves_nothing_that_can_be_seen(&server);
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
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
        .deviates("upload.accepted[android-h1]", Stage::Http, &["connection"])
        .leaves_nothing(&server);
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_gzip_bomb_as_config() {
    let packed = bomb();
    let server = with_config(move || {
        Deed::Reply(Reply::new(200, packed.clone()).with("Content-Encoding", "gzip"))
    });
    let checked = check(&server.url()).await;
    for name in ["config.understood[android]", "config.understood[ios]"] {
        checked.says(name, Verdict::Fail, Some(Stage::Size), &["does not end"]);
    }
    checked.comes_to(Exit::Deviates).leaves_nothing(&server);
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
    checked.comes_to(Exit::Conforms).leaves_nothing(&server);
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
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
            &["the downloaded backup"],
        )
        .comes_to(Exit::Deviates)
        .leaves_nothing_that_can_be_seen(&server);
}

#[tokio::test]
#[ignore = "it takes long: CI runs it"]
async fn a_bomb_sealed_like_a_backup() {
    // After nonce and tag follows a bomb, for a client that unpacks before it verifies the tag.
    let mut sealed = vec![7; 40];
    sealed.extend_from_slice(&bomb());
    let server = with_downloads(move || Deed::Reply(Reply::new(200, sealed.clone())));
    let checked = check(&server.url()).await;
    checked
        .says(
            "upload.restore[android]",
            Verdict::Fail,
            Some(Stage::Open),
            &["the downloaded backup"],
        )
        .says(
            "upload.restore[ios]",
            Verdict::Fail,
            Some(Stage::Open),
            &["the downloaded backup"],
        )
        .comes_to(Exit::Deviates)
        .no_client_passes()
        .leaves_nothing_that_can_be_seen(&server);
}
