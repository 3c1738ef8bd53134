//! Errors of a server that are gone when the request is sent again.

use super::tries::SMALL;
use crate::wire::request::{Manner, Place, Request};
use std::collections::HashMap;
use std::mem::Discriminant;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// How long to wait before a request is sent again that was answered with an error.
pub(super) const ERROR_PAUSES: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
];
/// After an error that took longer than this, the next one would take as long.
pub(super) const QUICK: Duration = Duration::from_secs(5);
/// If this many requests of one kind in succession begin with an error, errors are the rule, and
/// count at once: the apps would meet each of them.
const RULE: u32 = 3;

/// The errors that passed, and those that are the rule.
#[derive(Default)]
pub(super) struct Errors {
    /// How many requests would be sent again after an error.
    asked: AtomicU32,
    passed: AtomicU32,
    /// The first one that passed, and the request that it answered.
    first: OnceLock<String>,
    /// How many requests of each kind in succession began with an error.
    begun: Mutex<HashMap<(&'static str, Discriminant<Place>), u32>>,
}

impl Errors {
    /// Returns how many requests would be sent again after an error, and how many of them were
    /// answered with one, and otherwise when sent again.
    pub(super) fn counted(&self) -> (u32, u32) {
        let number = |of: &AtomicU32| of.load(Ordering::Relaxed);
        (number(&self.asked), number(&self.passed))
    }

    /// Returns the first error that passed, and the request that it answered.
    pub(super) fn first(&self) -> Option<&str> {
        self.first.get().map(String::as_str)
    }

    /// Notes the first answer to a request that may be sent again; returns whether errors are the
    /// rule for its kind.
    pub(super) fn begins(&self, request: &Request, is_error: bool) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let before = begun.entry(request.kind()).or_default();
        let is_rule = *before >= RULE;
        *before = if is_error {
            before.saturating_add(1)
        } else {
            0
        };
        is_rule
    }

    /// Notes that an error with this status was gone when the request was sent again.
    pub(super) fn passes(&self, request: &Request, status: u16) {
        self.passed.fetch_add(1, Ordering::Relaxed);
        let said = || format!("{status} to {}", request.shown());
        self.first.get_or_init(said);
    }
}

/// Returns whether a request may be sent again after an error.
///
/// A wrong login and a request without credentials are sent only once: a server may count them.
/// What is large or malformed may be the reason for the error.
pub(super) fn is_repeatable(request: &Request) -> bool {
    request.manner == Manner::Ordinary && request.is_personal() && request.body_length() <= SMALL
}

/// Returns whether a server, or a proxy before it, has failed. 503 and 507 mean something else, and
/// 501 will not pass.
pub(super) const fn is_error(status: u16) -> bool {
    matches!(status, 500 | 502 | 504 | 520..=524)
}

#[cfg(test)]
mod tests {
    use super::{Errors, RULE, is_error, is_repeatable};
    use crate::wire::request::{Method, Place, Request};

    #[test]
    fn errors_in_succession_are_the_rule_until_one_request_begins_without() {
        let errors = Errors::default();
        let config = Request::new(Method::Get, Place::Config);
        let missing = Request::new(Method::Get, Place::Missing);
        for _ in 0..RULE {
            assert!(!errors.begins(&config, true));
        }
        assert!(errors.begins(&config, true));
        assert!(!errors.begins(&missing, true), "another kind of request");
        errors.begins(&config, false);
        assert!(!errors.begins(&config, true));
        assert_eq!(errors.counted(), (RULE + 4, 0));
    }

    #[test]
    fn what_a_server_may_count_is_sent_once() {
        let config = Request::new(Method::Get, Place::Config);
        assert!(is_repeatable(&config));
        assert!(!is_repeatable(&config.anonymous()));
    }

    #[test]
    fn what_may_pass_is_an_error() {
        assert!([500, 502, 504, 520, 524].into_iter().all(is_error));
        assert!(
            ![200, 404, 423, 429, 501, 503, 507, 525]
                .into_iter()
                .any(is_error)
        );
    }
}
