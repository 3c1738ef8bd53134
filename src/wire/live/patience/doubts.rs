//! What is known about 403 answers.

use crate::wire::request::{LoginUse, Place, Request};
use std::collections::HashMap;
use std::mem::Discriminant;
use std::sync::{Mutex, PoisonError};

/// How often a run may test whether a 403 is a ban without finding one.
const MOST_DOUBTS: u32 = 6;

/// The common properties of requests that a server may refuse, and their login.
type Kind = ((&'static str, Discriminant<Place>), Discriminant<LoginUse>);

/// What is known about 403 answers.
#[derive(Default)]
pub(super) struct Doubts {
    known: Mutex<Known>,
    /// Held during a test: of several simultaneous answers, the others wait for its result.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    /// Whether the last answer to a request of this kind was 403.
    forbidden: HashMap<Kind, bool>,
    asked: u32,
}

impl Doubts {
    /// Returns a guard to hold during a test.
    pub(super) async fn testing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.asking.lock().await
    }

    /// Notes an answer. Returns whether it is a 403 that may be a ban: the first answer to this
    /// kind of request, or one after a different answer.
    pub(super) fn arise(&self, request: &Request, status: u16) -> bool {
        let kind = (request.kind(), std::mem::discriminant(&request.login));
        let is_forbidden = status == 403;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.forbidden.insert(kind, is_forbidden);
        let is_news = is_forbidden && before != Some(true) && known.asked < MOST_DOUBTS;
        known.asked += u32::from(is_news);
        is_news
    }
}
