//! Each fault of downloads changes what its name says.

use super::super::Fault;
use super::client::{Reply, delete, get, head, put};
use super::{backup, open, within};
use flate2::read::GzDecoder;
use std::io::Read as _;

const ASKED: &str = "Accept-Encoding: gzip";

fn gunzipped(bytes: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    GzDecoder::new(bytes)
        .read_to_end(&mut unpacked)
        .expect("it is gzip");
    unpacked
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(bytes, flate2::Compression::fast())
        .read_to_end(&mut packed)
        .expect("memory does not fail");
    packed
}

#[tokio::test]
async fn bytes_come_back_as_the_fault_says() {
    let packed = gzipped(b"unpacked");
    let table: [(Fault, &[u8], &[u8]); 13] = [
        (Fault::DownloadTruncated, b"body", b"bod"),
        (Fault::DownloadTruncated, b"", b""),
        (Fault::DownloadAppendsNewline, b"body", b"body\n"),
        (Fault::ContentGunzipped, &packed, b"unpacked"),
        (Fault::ContentGunzipped, b"\x1F\x8Bno", b"\x1F\x8Bno"),
        (
            Fault::ContentHtmlRewritten,
            b"<p>x",
            b"<p><script src=\"/example/rewritten.js\"></script>x",
        ),
        (Fault::ContentHtmlRewritten, b"x<p>", b"x<p>"),
        (Fault::ContentHtmlRewritten, b"<p>\xFF>", b"<p>\xFF>"),
        (
            Fault::ContentUtf8Mangled,
            b"a\xFFb",
            "a\u{FFFD}b".as_bytes(),
        ),
        (Fault::ContentUtf8Mangled, b"abc", b"abc"),
        (Fault::ContentMangledFf, b"a\xFFb", b"a\xFF\xFFb"),
        (Fault::ContentEncodingOnTheFly, b"body", b"body"),
        (Fault::ContentEncodingLabel, b"body", b"body"),
    ];
    within(async {
        for (fault, sent, expected) in table {
            let server = open(&[fault]).await;
            put(&backup('a'), sent).send(&server).await;
            let reply = get(&backup('a')).send(&server).await;
            assert_eq!(
                (reply.status, reply.body.as_slice()),
                (200, expected),
                "{fault}"
            );
            let length = expected.len().to_string();
            assert_eq!(
                reply.header("content-length"),
                Some(length.as_str()),
                "{fault}"
            );
            assert_eq!(reply.header("content-encoding"), None, "{fault}");
        }
    })
    .await;
}

#[tokio::test]
async fn content_codings_are_as_the_fault_says() {
    within(async {
        let download = async |fault: Fault, asked: bool| -> Reply {
            let server = open(&[fault]).await;
            put(&backup('a'), "body").send(&server).await;
            let ask = get(&backup('a'));
            let ask = if asked { ask.header(ASKED) } else { ask };
            ask.send(&server).await
        };
        let really = [
            (Fault::ContentEncodingOnTheFly, true),
            (Fault::ContentEncodingAlways, true),
            (Fault::ContentEncodingAlways, false),
        ];
        for (fault, asked) in really {
            let reply = download(fault, asked).await;
            assert_eq!(reply.header("content-encoding"), Some("gzip"), "{fault}");
            assert_eq!(gunzipped(&reply.body), b"body", "{fault}");
        }
        let reply = download(Fault::ContentEncodingLabel, true).await;
        assert_eq!(reply.header("content-encoding"), Some("gzip"));
        assert_eq!(reply.body, b"body");
    })
    .await;
}

#[tokio::test]
async fn a_download_has_the_status_or_the_end_that_the_fault_says() {
    within(async {
        let server = open(&[Fault::DownloadStatus203]).await;
        put(&backup('a'), "body").send(&server).await;
        let reply = get(&backup('a')).send(&server).await;
        assert_eq!((reply.status, reply.text().as_str()), (203, "body"));

        let server = open(&[Fault::DownloadEndsEarly]).await;
        put(&backup('a'), vec![1; 50_000]).send(&server).await;
        let reply = get(&backup('a')).send(&server).await;
        assert_eq!(reply.header("content-length"), Some("50000"));
        assert_eq!((reply.status, reply.body.len()), (200, 25_000));
        let reply = head(&backup('a')).send(&server).await;
        assert_eq!(reply.header("content-length"), Some("50000"));

        let server = open(&[Fault::Http1DownloadsRefused]).await;
        put(&backup('a'), "body").send(&server).await;
        assert_eq!(get(&backup('a')).status(&server).await, 505);
        assert_eq!(get("/config").status(&server).await, 200);
    })
    .await;
}

#[tokio::test]
async fn a_stale_cache_forgets_on_deletion_alone() {
    within(async {
        let server = open(&[Fault::StaleCache]).await;
        let path = backup('a');
        assert_eq!(get(&path).status(&server).await, 404);
        put(&path, "first").send(&server).await;
        assert_eq!(get(&path).send(&server).await.text(), "first");
        put(&path, "2nd").send(&server).await;
        assert_eq!(get(&path).send(&server).await.text(), "first");
        let busted = format!("{path}?1");
        assert_eq!(get(&busted).send(&server).await.text(), "2nd");
        assert_eq!(delete(&path).status(&server).await, 204);
        assert_eq!(get(&path).status(&server).await, 404);
        assert_eq!(get(&busted).status(&server).await, 404);
    })
    .await;
}

#[tokio::test]
async fn head_is_refused() {
    within(async {
        for (fault, status) in [(Fault::HeadRefused, 405), (Fault::HeadNotFound, 404)] {
            let server = open(&[fault]).await;
            put(&backup('a'), "body").send(&server).await;
            assert_eq!(head(&backup('a')).status(&server).await, status);
            assert_eq!(get(&backup('a')).status(&server).await, 200);
            assert_eq!(head("/config").status(&server).await, 200);
        }
    })
    .await;
}
