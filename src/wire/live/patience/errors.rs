//! Errors of a server that are gone when the request is sent again.

use super::tries::{Next, SMALL, Tries};
use crate::wire::answer::Response;
use crate::wire::live::Live;
use crate::wire::request::{Manner, Method, Place, Request};
use std::collections::HashMap;
use std::mem::Discriminant;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// How long to wait before a request is sent again that was answered with an error.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
];
/// If this many requests of one kind in succession begin with an error, errors are the rule, and
/// count at once: the apps would meet each of them.
const RULE: u32 = 3;
/// Whoever waited longer than this for an error would wait as long for the next.
const QUICK: Duration = Duration::from_secs(5);

/// The errors that passed, and those that are the rule.
#[derive(Default)]
pub(super) struct Errors {
    passed: AtomicU32,
    /// The first one, and the request that it answered.
    first: OnceLock<String>,
    /// How many requests of each kind in succession began with an error.
    begun: Mutex<HashMap<(&'static str, Discriminant<Place>), u32>>,
}

impl Errors {
    /// Returns how many requests were answered with an error, and otherwise when sent again.
    pub(super) fn passed(&self) -> u32 {
        self.passed.load(Ordering::Relaxed)
    }

    /// Notes the first answer to a request; returns whether errors are the rule for its kind.
    fn begins(&self, request: &Request, is_error: bool) -> bool {
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
}

impl Live {
    /// Returns the first error that was gone when the request was sent again, and that request.
    pub(in crate::wire) fn passed_error(&self) -> Option<&str> {
        self.patience.errors.first.get().map(String::as_str)
    }

    /// Returns how to continue after an answer that may be an error of a moment; `None` if it
    /// counts.
    ///
    /// A wrong login and a request without credentials are sent only once: a server may count them.
    /// What is large or malformed may be the reason for the error.
    pub(super) fn after_error(
        &self,
        request: &Request,
        response: &Response,
        took: Duration,
        tries: &mut Tries,
    ) -> Option<Next> {
        let errors = &self.patience.errors;
        let is_first = tries.errors == 0;
        let is_rule = is_first && errors.begins(request, is_error(response.status));
        if !is_error(response.status) {
            let error = tries.error.take()?;
            if request.method == Method::Delete && response.proves_absence() {
                // It was done when the error came: each deletion may end so.
                return Some(Next::Instead(Box::new(error)));
            }
            errors.passed.fetch_add(1, Ordering::Relaxed);
            let said = || format!("{} to {}", error.status, request.shown());
            errors.first.get_or_init(said);
            return None;
        }
        let is_usual = request.manner == Manner::Ordinary
            && request.is_personal()
            && request.body_length() <= SMALL;
        let may_help = is_usual && took < QUICK && !is_rule && self.patience.halt.get().is_none();
        let pause = PAUSES.get(tries.errors).filter(|_| may_help)?;
        tries.errors += 1;
        tries.error.get_or_insert_with(|| response.clone());
        Some(Next::Again(*pause))
    }
}

/// Returns whether a server, or a proxy before it, has failed. 503 and 507 have meanings of their
/// own, and 501 will not pass.
const fn is_error(status: u16) -> bool {
    matches!(status, 500 | 502 | 504 | 520..=524)
}

#[cfg(test)]
mod tests {
    use super::{Errors, RULE, is_error};
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
