//! New connections that closed without an answer.

use super::tries::{SMALL, Tries};
use crate::wire::facet::Http;
use crate::wire::request::{LoginUse, Manner, Request};
use std::sync::atomic::{AtomicU32, Ordering};

/// How many new connections the requests of the checks used, and how many of them closed without an
/// answer, before the same request was answered on another one.
#[derive(Default)]
pub(super) struct NewConnections {
    used: AtomicU32,
    closed: AtomicU32,
}

impl NewConnections {
    /// Returns both numbers.
    pub(super) fn counted(&self) -> (u32, u32) {
        let number = |of: &AtomicU32| of.load(Ordering::Relaxed);
        (number(&self.used), number(&self.closed))
    }

    /// Counts the connections of a request that was answered; what is never answered, its check
    /// reports. A server may well close the connection of a request that is large or malformed, or
    /// that has a wrong password.
    pub(super) fn count(&self, request: &Request, http: Http, tries: &Tries) {
        let is_usual = request.manner == Manner::Ordinary
            && request.login != LoginUse::Wrong
            && request.body_length() <= SMALL;
        if is_usual && request.is_sent_raw(http) {
            let closed = tries.closures;
            self.used.fetch_add(1 + closed, Ordering::Relaxed);
            self.closed.fetch_add(closed, Ordering::Relaxed);
        }
    }
}
