//! Tests of the framing that the raw sender reads and writes.

use super::*;
use tokio::io::duplex;

async fn answered(
    script: &'static [u8],
    manner: Manner,
    limit: usize,
) -> (Result<RawResponse, Failure>, Vec<u8>) {
    let (ours, mut theirs) = duplex(1 << 20);
    let server = tokio::spawn(async move {
        let mut seen = vec![0; 4096];
        let read = theirs.read(&mut seen).await.unwrap();
        seen.truncate(read);
        let _ = theirs.write_all(script).await;
        drop(theirs);
        seen
    });
    let request = RawRequest {
        head: "PUT /x HTTP/1.1\r\nHost: h\r\n".to_owned(),
        body: Some(b"hello"),
        manner,
        expects_no_body: false,
        read_limit: limit,
        keeps: limit,
    };
    let answer = send(ours, &request).await;
    (answer, server.await.unwrap())
}

async fn body_of(script: &'static [u8], limit: usize) -> Result<(Vec<u8>, bool), String> {
    let (answer, _) = answered(script, Manner::Ordinary, limit).await;
    answer
        .map(|response| (response.body.bytes.to_vec(), response.body.overran))
        .map_err(|failure| failure.message)
}

#[tokio::test]
async fn every_framing_is_read_and_bounded() {
    let whole = |bytes: &[u8]| Ok((bytes.to_vec(), false));
    assert_eq!(
        body_of(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", 99).await,
        whole(b"abc")
    );
    assert_eq!(
        body_of(b"HTTP/1.1 200 OK\r\n\r\nabcdef", 99).await,
        whole(b"abcdef")
    );
    assert_eq!(
        body_of(b"HTTP/1.1 200 OK\r\n\r\nabcdef", 4).await,
        Ok((b"abcd".to_vec(), true))
    );
    assert_eq!(
        body_of(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef", 4).await,
        Ok((b"abcd".to_vec(), true))
    );
    let chunked =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
    assert_eq!(body_of(chunked, 99).await, whole(b"abc"));
    assert_eq!(body_of(chunked, 1).await, Ok((b"a".to_vec(), true)));
    assert_eq!(
        body_of(b"HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\nabc", 99).await,
        whole(b"")
    );
    assert_eq!(
        body_of(
            b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
            9
        )
        .await,
        whole(b"a")
    );
}

#[tokio::test]
async fn what_is_not_an_answer_is_named() {
    for (script, message) in [
        (
            &b""[..],
            "the server closed the connection without an answer",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "the answer is not HTTP"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Le",
            "the connection ended in the middle of the answer's header",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            BODY_ENDED,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
            "the answer has two Content-Lengths",
        ),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
            "the answer is 101 Switching Protocols, which nothing asked for",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\nabc",
            "the answer has two Content-Lengths",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc",
            "the answer's Content-Length is not a number",
        ),
    ] {
        assert_eq!(body_of(script, 99).await, Err(message.to_owned()));
    }
}

/// Returns how a body in these chunks is read: its length, or why it cannot be read.
async fn chunked(chunks: &str) -> Result<u64, FailureKind> {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let script = Box::leak(format!("{head}{chunks}").into_boxed_str());
    let (answer, _) = answered(script.as_bytes(), Manner::Ordinary, 99).await;
    answer
        .map(|response| response.body.length)
        .map_err(|failure| failure.kind)
}

#[tokio::test]
async fn malformed_chunks_are_named_and_a_body_that_breaks_off_is_not_one_of_them() {
    for malformed in [
        "zz\r\nab\r\n0\r\n\r\n",
        "\r\n",
        "+2\r\nab\r\n0\r\n\r\n",
        "2\nab\n0\n\n",
        "2\r\nabc\r\n0\r\n\r\n",
        "2\r\nab\r\n0\r\ngarbage\r\n\r\n",
    ] {
        let read = chunked(malformed).await;
        assert_eq!(read, Err(FailureKind::BadChunks), "{malformed:?}");
    }
    for ended in ["2\r\na", "2\r\nab\r\n", "2\r\nab\r\n0\r\n"] {
        let read = chunked(ended).await;
        assert_eq!(read, Err(FailureKind::BodyEnded), "{ended:?}");
    }
    for right in ["2 ;a=b\r\nab\r\n0\r\n\r\n", "2\r\nab\r\n0\r\nA: b\r\n\r\n"] {
        assert_eq!(chunked(right).await, Ok(2), "{right:?}");
    }
}

#[tokio::test]
async fn chunk_extensions_are_bounded_all_together() {
    let chunk = |length| format!("1;{}\r\na\r\n", "x".repeat(length));
    let last = "0\r\n\r\n";
    assert_eq!(chunked(&(chunk(16_000) + last)).await, Ok(1));
    for flood in [chunk(40_000) + last, chunk(1_000).repeat(17) + last] {
        assert_eq!(chunked(&flood).await, Err(FailureKind::BadChunks));
    }
}

#[tokio::test]
async fn a_length_that_is_given_twice_is_a_length() {
    for lengths in ["3, 3", "3\r\nContent-Length: 3"] {
        let script = format!("HTTP/1.1 200 OK\r\nContent-Length: {lengths}\r\n\r\nabcdef");
        let read = body_of(script.leak().as_bytes(), 99).await;
        assert_eq!(read, Ok((b"abc".to_vec(), false)), "{lengths:?}");
    }
}

#[tokio::test]
async fn interim_answers_do_not_go_on_for_ever() {
    let flood: &'static [u8] = Box::leak(
        b"HTTP/1.1 102 Processing\r\n\r\n"
            .repeat(500)
            .into_boxed_slice(),
    );
    let (answer, _) = answered(flood, Manner::Ordinary, 99).await;
    let failure = answer.err().expect("a failure");
    assert_eq!(failure.kind, FailureKind::TooManyInterim, "{failure}");
}

#[tokio::test]
async fn an_upload_that_breaks_off_announces_more_than_it_sends() {
    let (answer, seen) = answered(
        b"",
        Manner::CutOff {
            after: 2,
            chunked: false,
        },
        99,
    )
    .await;
    assert_eq!(
        answer.err().map(|failure| failure.kind),
        Some(FailureKind::BrokenOff { noticed: true })
    );
    let seen = String::from_utf8(seen).unwrap();
    assert!(seen.contains("Content-Length: 5\r\n"), "{seen}");
    assert!(!seen.contains("hello"), "{seen}");
}

#[tokio::test]
async fn an_early_answer_to_expect_saves_the_body() {
    let script = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
    let (answer, seen) = answered(script, Manner::ExpectContinue, 99).await;
    let answer = answer.ok().unwrap();
    assert_eq!((answer.status, answer.continued), (201, false));
    assert!(
        String::from_utf8(seen)
            .unwrap()
            .ends_with("Expect: 100-continue\r\n\r\n")
    );
}

/// Answers the head of a PUT with `before` and its body, if it comes, with 201.
async fn expecting(before: &'static [u8]) -> (Result<RawResponse, Failure>, Vec<u8>) {
    let (ours, mut theirs) = duplex(1 << 20);
    let server = tokio::spawn(async move {
        let mut seen = vec![0; 4096];
        let _ = theirs.read(&mut seen).await;
        let _ = theirs.write_all(before).await;
        let mut body = vec![0; 5];
        let read = theirs.read(&mut body).await.unwrap_or(0);
        body.truncate(read);
        let after = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
        let _ = theirs.write_all(after).await;
        body
    });
    let request = RawRequest {
        head: "PUT /x HTTP/1.1\r\nHost: h\r\n".to_owned(),
        body: Some(b"hello"),
        manner: Manner::ExpectContinue,
        expects_no_body: false,
        read_limit: 99,
        keeps: 99,
    };
    let answer = send(ours, &request).await;
    (answer, server.await.unwrap())
}

#[tokio::test]
async fn an_interim_answer_before_100_is_not_the_final_one() {
    for (before, continued) in [
        (&b"HTTP/1.1 100 Continue\r\n\r\n"[..], true),
        (
            b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
            true,
        ),
        // The body is sent after `CONTINUE_WAIT`.
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", false),
    ] {
        let (answer, body) = expecting(before).await;
        let answer = answer.map(|answer| (answer.status, answer.continued));
        assert_eq!(answer.ok(), Some((201, continued)));
        assert_eq!(body, b"hello");
    }
    // The near misses: a final answer after an interim one, another protocol, and no end of them.
    let refused = b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n";
    let (answer, body) = expecting(refused).await;
    assert_eq!(answer.ok().map(|answer| answer.status), Some(413));
    assert_eq!(body, b"");
    let (answer, _) = expecting(b"HTTP/1.1 101 Switching Protocols\r\n\r\n").await;
    assert_eq!(
        answer.err().map(|failure| failure.kind),
        Some(FailureKind::NotHttp)
    );
    let flood = Box::leak(b"HTTP/1.1 103 Hints\r\n\r\n".repeat(500).into_boxed_slice());
    let (answer, _) = expecting(flood).await;
    let kind = answer.err().map(|failure| failure.kind);
    assert_eq!(kind, Some(FailureKind::TooManyInterim));
}

#[tokio::test]
async fn surplus_is_what_follows_an_answer_on_a_connection_that_stays_open() {
    for (script, expected) in [
        (
            &b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc\n"[..],
            true,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n\r\n",
            true,
        ),
        (b"HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nOK", true),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false),
        // Nothing is read from a connection that the server is about to close.
        (
            b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 3\r\n\r\nabc\n",
            false,
        ),
        // The body is what comes until the end.
        (b"HTTP/1.1 200 OK\r\n\r\nabc\n", false),
    ] {
        let has_surplus = |manner| async move {
            let (answer, _) = answered(script, manner, 99).await;
            answer.unwrap().has_surplus
        };
        assert_eq!(has_surplus(Manner::Listening).await, expected);
        assert!(!has_surplus(Manner::Ordinary).await);
    }
}

#[tokio::test]
async fn surplus_may_come_after_the_answer() {
    let (ours, mut theirs) = duplex(1 << 20);
    let server = tokio::spawn(async move {
        assert!(theirs.read(&mut [0; 4096]).await.unwrap() > 0);
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na";
        theirs.write_all(answer).await.unwrap();
        tokio::task::yield_now().await;
        let _ = theirs.write_all(b"\n").await;
        theirs
    });
    let request = RawRequest {
        head: "GET /x HTTP/1.1\r\nHost: h\r\n".to_owned(),
        body: None,
        manner: Manner::Listening,
        expects_no_body: false,
        read_limit: 99,
        keeps: 99,
    };
    assert!(send(ours, &request).await.unwrap().has_surplus);
    server.await.unwrap();
}
