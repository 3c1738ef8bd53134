//! Answers: a status, a few headers, and content that can break off on purpose.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION};
use http::{Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use jiff::fmt::rfc2822::DateTimePrinter;
use sha2::{Digest as _, Sha256};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::SystemTime;

/// The answer to one request.
pub(super) type Answer = Response<Content>;

/// The connection must be closed, without an answer or in the middle of one.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("closed on purpose")]
pub(crate) struct Closed;

/// The reason of a refusal, kept with the answer until the server's own words are added.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// The reason phrase of its status.
    Plain,
    /// A more exact reason.
    Saying {
        /// The exception that sabre/dav names.
        exception: &'static str,
        /// The server's sentence.
        message: String,
    },
}

/// The content of an answer.
#[derive(Clone, Default, Debug)]
pub(crate) struct Content {
    bytes: Bytes,
    end: End,
}

/// How content ends.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum End {
    /// Regularly.
    #[default]
    Regular,
    /// The connection is closed after the existing bytes could be sent.
    BreaksOff,
    /// The connection is closed now.
    Broken,
}

impl Content {
    /// Returns how many bytes are still to be sent.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns whether the bytes still to be sent are ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        self.bytes.is_ascii()
    }

    /// Returns the bytes still to be sent.
    pub(super) fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// Returns content that breaks off after these bytes, though a header may announce more.
    pub(crate) const fn breaking_off(bytes: Bytes) -> Self {
        Self {
            bytes,
            end: End::BreaksOff,
        }
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self {
            bytes,
            end: End::Regular,
        }
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        let this = self.get_mut();
        if !this.bytes.is_empty() {
            let bytes = std::mem::take(&mut this.bytes);
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match this.end {
            End::Regular => Poll::Ready(None),
            End::BreaksOff => {
                // hyper writes its buffer before it polls again.
                this.end = End::Broken;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Broken => Poll::Ready(Some(Err(Closed))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.end == End::Regular
    }

    fn size_hint(&self) -> SizeHint {
        match self.end {
            End::Regular => SizeHint::with_exact(self.bytes.len() as u64),
            End::BreaksOff | End::Broken => SizeHint::default(),
        }
    }
}

/// Returns an answer with this status and no content.
pub(super) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Content::default());
    *answer.status_mut() = status;
    answer
}

/// Returns an answer that contradicts itself: without content, and announcing two bytes of it.
pub(super) fn no_content_with_body() -> Answer {
    let text = "OK";
    let mut answer = content(StatusCode::NO_CONTENT, "text/plain; charset=utf-8", text);
    let length = HeaderValue::from(text.len());
    answer.headers_mut().insert(CONTENT_LENGTH, length);
    answer
}

/// Adds bytes that the header does not count. hyper believes the header of an answer over HTTP/1.1,
/// and asserts it only if its own debug assertions are on.
pub(super) fn add_surplus(answer: &mut Answer, surplus: &[u8]) {
    let length = HeaderValue::from(answer.body().len());
    answer.headers_mut().insert(CONTENT_LENGTH, length);
    let bytes = std::mem::take(answer.body_mut()).into_bytes();
    *answer.body_mut() = Bytes::from([&bytes, surplus].concat()).into();
}

/// Returns an answer with this status and content.
pub(super) fn content(
    status: StatusCode,
    content_type: &'static str,
    bytes: impl Into<Bytes>,
) -> Answer {
    let mut answer = empty(status);
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    *answer.body_mut() = bytes.into().into();
    answer
}

/// Returns a refusal whose text is the reason phrase of its status.
pub(super) fn refusal(status: StatusCode) -> Answer {
    refusal_with(status, Refusal::Plain)
}

/// Returns a refusal that a profile rewrites in the words of its server.
pub(super) fn refusal_with(status: StatusCode, refusal: Refusal) -> Answer {
    let text = match &refusal {
        Refusal::Plain => format!("{status}\n"),
        Refusal::Saying { message, .. } => format!("{message}\n"),
    };
    let mut answer = content(status, "text/plain; charset=utf-8", text);
    answer.extensions_mut().insert(refusal);
    answer
}

/// Returns an HTML page.
pub(super) fn page(status: StatusCode, title: &str, body: &str) -> Answer {
    let html = format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body>{body}</body></html>\n"
    );
    content(status, "text/html; charset=utf-8", html)
}

/// Returns a redirect, or 400 if the location is not a valid header value.
pub(super) fn redirect(status: StatusCode, location: &str) -> Answer {
    let Ok(location) = HeaderValue::from_str(location) else {
        return refusal(StatusCode::BAD_REQUEST);
    };
    let mut answer = empty(status);
    answer.headers_mut().insert(LOCATION, location);
    answer
}

/// Returns the answer to HEAD: the same headers without content.
pub(super) fn without_content(mut answer: Answer) -> Answer {
    let length = answer.body().len();
    if !answer.headers().contains_key(CONTENT_LENGTH) && answer.status() != StatusCode::NO_CONTENT {
        answer.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    *answer.body_mut() = Content::default();
    answer
}

/// Returns 405 with the allowed methods.
pub(super) fn not_allowed(allowed: &'static str) -> Answer {
    let mut answer = refusal(StatusCode::METHOD_NOT_ALLOWED);
    let allowed = HeaderValue::from_static(allowed);
    answer.headers_mut().insert(ALLOW, allowed);
    answer
}

/// Returns the entity tag for these bytes.
pub(super) fn entity_tag(bytes: &[u8]) -> Option<HeaderValue> {
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)[..16]);
    HeaderValue::try_from(format!("\"{digest}\"")).ok()
}

/// Returns a time in the form of header fields.
pub(super) fn http_date(time: SystemTime) -> Option<HeaderValue> {
    let time = jiff::Timestamp::try_from(time).ok()?;
    let date = DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&time)
        .ok()?;
    HeaderValue::try_from(date).ok()
}
