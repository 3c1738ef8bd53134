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
