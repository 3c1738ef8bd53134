//! Failures of the HTTP library, in the words of the raw sender.

use crate::safe::Stage;
use crate::wire::dial::of_connecting;
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::raw::{BODY_ENDED, NO_ANSWER, NOT_HTTP, bad_chunks};
use crate::wire::tls;

/// Returns the innermost error, which `source` does not reach.
fn innermost(mut io: &std::io::Error) -> &std::io::Error {
    while let Some(inner) = io.get_ref().and_then(|inner| inner.downcast_ref()) {
        io = inner;
    }
    io
}

/// Returns the failure for an error of the connection; `broken` is the one of a connection that
/// ended. `None` if its cause says more.
///
/// Only an error that `is_of_connecting` proves that nothing was sent: Linux also reports an
/// unreachable host in the middle of an upload.
fn of_io(io: &std::io::Error, is_of_connecting: bool, broken: &Failure) -> Option<Failure> {
    use std::io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, InvalidData, InvalidInput, UnexpectedEof,
    };
    // The library's words for failures that the raw sender describes in its own.
    match io.kind() {
        UnexpectedEof | BrokenPipe | ConnectionReset | ConnectionAborted => Some(broken.clone()),
        // The system's own errors of these kinds are about an address or a connection.
        InvalidInput | InvalidData if io.raw_os_error().is_none() => Some(bad_chunks()),
        kind if io.get_ref().is_none() => Some(if is_of_connecting {
            of_connecting(kind)
        } else {
            broken.clone()
        }),
        _ => None,
    }
}

/// Returns whether the error is that a message came without a request. The library has no name for
/// it: it is an error without a cause that has none of the other names.
fn is_unexpected(hyper: &hyper::Error) -> bool {
    let has_name = hyper.is_parse()
        || hyper.is_user()
        || hyper.is_canceled()
        || hyper.is_closed()
        || hyper.is_incomplete_message()
        || hyper.is_body_write_aborted()
        || hyper.is_shutdown()
        || hyper.is_timeout();
    !has_name && std::error::Error::source(hyper).is_none()
}

/// Returns the failure of an answer whose head the library refuses.
pub(super) fn malformed_head() -> Failure {
    let message = "the head of the answer over HTTP/2 breaks its rules, usually by a field of HTTP/1.1 such as `Upgrade`; some clients ignore it";
    Failure::lost(FailureKind::MalformedHead, Stage::Http, message)
}

/// Returns whether it was the library that gave up, because of what the server had sent.
fn is_malformed(error: &h2::Error) -> bool {
    let is_own = error.is_reset() && error.is_library();
    is_own && error.reason() == Some(h2::Reason::PROTOCOL_ERROR)
}

impl Failure {
    /// Returns whether the time for a connection and its handshake was over before anything was
    /// sent.
    pub(super) fn is_slow_connection(&self) -> bool {
        self.kind == FailureKind::TimedOut && self.stage == Stage::Connect
    }
}

/// Returns the failure for an error of reqwest, in words that do not change between runs.
pub(super) fn failure_of(error: &reqwest::Error) -> Failure {
    if error.is_connect() && error.is_timeout() {
        let message = "no connection in time";
        return Failure::lost(FailureKind::TimedOut, Stage::Connect, message);
    }
    let in_body = error.is_body() || error.is_decode();
    let broken = if in_body {
        Failure::lost(FailureKind::BodyEnded, Stage::Http, BODY_ENDED)
    } else {
        Failure::lost(FailureKind::NoAnswer, Stage::Http, NO_ANSWER)
    };
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| {
        error.source()
    });
    let mut last = String::new();
    // The connection ended before the request was sent.
    let mut has_ended = false;
    // The server sent something before the request, as one for SSH or mail does.
    let mut speaks_first = false;
    for cause in causes {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            let io = innermost(io);
            if io.get_ref().is_some_and(
                <dyn std::error::Error + std::marker::Send + std::marker::Sync + 'static>::is::<
                    rustls::Error,
                >,
            ) {
                return tls::failure_of(tls::trouble(io));
            }
            if let Some(failure) = of_io(io, error.is_connect(), &broken) {
                return failure;
            }
        } else if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
            has_ended |= hyper.is_canceled() || hyper.is_closed();
            speaks_first |= is_unexpected(hyper);
            if hyper.is_incomplete_message() {
                return broken;
            } else if hyper.is_parse_too_large() {
                let message = "the answer's header is too large";
                return Failure::lost(FailureKind::HeaderTooLarge, Stage::Http, message);
            } else if hyper.is_parse() {
                return Failure::lost(FailureKind::NotHttp, Stage::Http, NOT_HTTP);
            }
        }
        if let Some(http_two) = cause.downcast_ref::<h2::Error>() {
            if !in_body && is_malformed(http_two) {
                return malformed_head();
            }
            let message = if http_two.is_reset() {
                "the server broke off the HTTP/2 stream"
            } else {
                "the HTTP/2 connection broke off"
            };
            return Failure::lost(FailureKind::Reset, Stage::Http, message);
        }
        last = cause.to_string();
    }
    if speaks_first {
        return Failure::lost(FailureKind::NotHttp, Stage::Http, NOT_HTTP);
    }
    if has_ended {
        return broken;
    }
    if error.is_connect() {
        return Failure::lost(FailureKind::Unreachable, Stage::Connect, "no connection");
    }
    Failure::peer(Stage::Http, last.chars().take(200).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Error, ErrorKind};

    #[test]
    fn a_connection_that_ended_is_lost_however_the_library_says_it() {
        let broken = Failure::lost(FailureKind::NoAnswer, Stage::Http, NO_ANSWER);
        let kind = |error: Error| of_io(&error, false, &broken).map(|failure| failure.kind);
        for lost in [
            // h2 over HTTP/2, while a body is sent.
            Error::new(
                ErrorKind::BrokenPipe,
                "stream closed because of a broken pipe",
            ),
            Error::new(ErrorKind::UnexpectedEof, "early eof"),
            ErrorKind::ConnectionReset.into(),
            ErrorKind::TimedOut.into(),
        ] {
            assert_eq!(kind(lost), Some(FailureKind::NoAnswer));
        }
        let malformed = Error::new(ErrorKind::InvalidData, "a bad chunk");
        assert_eq!(kind(malformed), Some(FailureKind::BadChunks));
        assert_eq!(kind(Error::other("a wrapper")), None);
    }

    /// Returns the error of a request that is answered with this frame on its stream.
    async fn after_frame(kind: u8, flags: u8, payload: &[u8]) -> h2::Error {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

        const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        let (ours, mut theirs) = tokio::io::duplex(64 * 1024);
        let length = u8::try_from(payload.len()).expect("a short frame");
        let head = [0, 0, length, kind, flags, 0, 0, 0, 1];
        let frame = [&head[..], payload].concat();
        let server = async move {
            theirs.write_all(&SETTINGS).await.expect("it listens");
            let mut preface = [0; 24];
            theirs.read_exact(&mut preface).await.expect("a preface");
            loop {
                let mut head = [0; 9];
                theirs.read_exact(&mut head).await.expect("a frame");
                let length = u16::from_be_bytes([head[1], head[2]]);
                let mut payload = vec![0; length.into()];
                theirs.read_exact(&mut payload).await.expect("its payload");
                if head[3] == 1 {
                    break;
                }
            }
            theirs.write_all(&frame).await.expect("it listens");
            theirs
        };
        let client = async move {
            let (mut client, connection) = h2::client::handshake(ours).await.expect("a preface");
            let request = http::Request::get("https://localhost/").body(());
            let (answer, _) = client
                .send_request(request.expect("a request"), true)
                .expect("it is sent");
            tokio::select! {
                answer = answer => answer.expect_err("it is no answer"),
                ended = connection => panic!("the connection ended first: {ended:?}"),
            }
        };
        let both = async { tokio::join!(server, client) };
        let within = tokio::time::timeout(std::time::Duration::from_secs(60), both).await;
        within.expect("it ends").1
    }

    #[tokio::test]
    async fn a_head_that_the_library_refuses_is_told_from_a_stream_that_the_server_broke_off() {
        // `:status: 200` and a field without indexing.
        let with_field = |name: &str, value: &str| {
            let length = |text: &str| u8::try_from(text.len()).expect("a short text");
            let mut block = vec![0x88, 0x00, length(name)];
            block.extend(name.bytes());
            block.push(length(value));
            block.extend(value.bytes());
            block
        };
        // A head that ends both itself and the stream.
        let upgrade = after_frame(1, 0x5, &with_field("upgrade", "h2,h2c")).await;
        assert!(is_malformed(&upgrade), "{upgrade:?}");
        // RST_STREAM with PROTOCOL_ERROR.
        let reset = after_frame(3, 0, &[0, 0, 0, 1]).await;
        assert!(!is_malformed(&reset), "{reset:?}");
    }

    #[test]
    fn only_an_error_of_connecting_says_that_nothing_was_sent() {
        let broken = Failure::lost(FailureKind::NoAnswer, Stage::Http, NO_ANSWER);
        for (error, connecting) in [
            (ErrorKind::ConnectionRefused.into(), FailureKind::Refused),
            (ErrorKind::HostUnreachable.into(), FailureKind::Unreachable),
            (
                ErrorKind::NetworkUnreachable.into(),
                FailureKind::Unreachable,
            ),
            // `EACCES`, after an ICMP answer "administratively prohibited".
            (ErrorKind::PermissionDenied.into(), FailureKind::Unreachable),
            // `EINVAL`, as of a link-local address without its interface.
            (Error::from_raw_os_error(22), FailureKind::Unreachable),
        ] {
            let at = |is_of_connecting| {
                let failure = of_io(&error, is_of_connecting, &broken);
                failure.map(|failure| (failure.kind, failure.stage))
            };
            assert_eq!(at(true), Some((connecting, Stage::Connect)), "{error}");
            let ended = Some((FailureKind::NoAnswer, Stage::Http));
            assert_eq!(at(false), ended, "{error}");
        }
        // The near miss: a connection that ended in its handshake.
        let reset = ErrorKind::ConnectionReset.into();
        let failure = of_io(&reset, true, &broken).map(|failure| failure.kind);
        assert_eq!(failure, Some(FailureKind::NoAnswer));
    }
}
