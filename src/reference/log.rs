//! The log of requests and their answers, without credentials.

use http::header::{AUTHORIZATION, USER_AGENT};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of requests that are kept.
const REMEMBERED: usize = 10_000;

/// How much of a header or path is kept, in characters.
const MAX_TEXT: usize = 512;

/// One request, in the order of arrival.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// The method: `PUT`.
    pub method: String,
    /// The path as it was sent, without the query.
    pub path: String,
    /// The status of the answer; `None` if there is no answer yet, or never was.
    pub status: Option<u16>,
    /// The time of its arrival.
    pub at: std::time::Instant,
    /// The `User-Agent`, if the request had one.
    pub user_agent: Option<String>,
    /// Whether the request had an `Authorization`, whose value is not kept.
    pub had_authorization: bool,
    /// Whether it came over HTTP/2; otherwise over HTTP/1.1.
    pub http2: bool,
}

/// The last requests.
#[derive(Default)]
pub(super) struct RequestLog(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    /// How many requests were dropped, which is the number of the oldest one that is kept.
    forgotten: usize,
    requests: VecDeque<LoggedRequest>,
}

impl RequestLog {
    /// Notes the arrival of a request; returns its number, counted from 0.
    pub(super) fn arrived(&self, parts: &http::request::Parts) -> usize {
        let user_agent = parts.headers.get(USER_AGENT);
        let request = LoggedRequest {
            method: shortened(parts.method.as_str()),
            path: shortened(parts.uri.path()),
            status: None,
            at: std::time::Instant::now(),
            user_agent: user_agent
                .map(|value| shortened(&String::from_utf8_lossy(value.as_bytes()))),
            had_authorization: parts.headers.contains_key(AUTHORIZATION),
            http2: parts.version == http::Version::HTTP_2,
        };
        let mut log = self.lock();
        if log.requests.len() == REMEMBERED {
            log.requests.pop_front();
            log.forgotten += 1;
        }
        log.requests.push_back(request);
        log.forgotten + log.requests.len() - 1
    }

    /// Notes the answer to the request with this number.
    pub(super) fn answered(&self, number: usize, status: http::StatusCode) {
        let mut log = self.lock();
        let Some(position) = number.checked_sub(log.forgotten) else {
            return;
        };
        if let Some(request) = log.requests.get_mut(position) {
            request.status = Some(status.as_u16());
        }
    }

    /// Returns the requests that are kept, oldest first.
    pub(super) fn requests(&self) -> Vec<LoggedRequest> {
        self.lock().requests.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> http::request::Parts {
        http::Request::new(()).into_parts().0
    }

    #[test]
    fn the_oldest_request_is_forgotten_first() {
        let log = RequestLog::default();
        for number in 0..REMEMBERED + 2 {
            assert_eq!(log.arrived(&parts()), number);
        }
        log.answered(0, http::StatusCode::OK);
        log.answered(2, http::StatusCode::NOT_FOUND);
        let requests = log.requests();
        assert_eq!(requests.len(), REMEMBERED);
        assert_eq!(requests[0].status, Some(404));
        assert_eq!(requests[1].status, None);
    }
}
