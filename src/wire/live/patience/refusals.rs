//! What is known about 401 answers to working credentials.

use crate::wire::answer::Response;
use crate::wire::request::{Place, Request};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is known about 401 answers to working credentials.
#[derive(Default)]
pub(super) struct Refusals {
    known: Mutex<Known>,
    /// Held during a test, in which no other request sends the credentials.
    pub(super) asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
pub(super) struct Known {
    /// The refusals that do not depend on the user.
    pub(super) refused: HashMap<Kind, Response>,
    /// Kinds of requests that were accepted before, so that a refusal concerns one request only.
    pub(super) taken: HashSet<Kind>,
    /// How many answers showed that one request is refused, but not the credentials.
    pub(super) counted: usize,
}

/// The method of a request, and whether it is about `config`.
pub(super) type Kind = (&'static str, bool);

pub(super) fn kind_of(request: &Request) -> Kind {
    let is_config = matches!(request.place, Place::Config);
    (request.method.as_str(), is_config)
}

impl Refusals {
    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the credentials were accepted for a request of this kind.
    pub(super) fn taken(&self, request: &Request) {
        self.known().taken.insert(kind_of(request));
    }

    /// Waits until it is known whether a refusal concerns the credentials.
    pub(super) async fn settled(&self) {
        drop(self.asking.lock().await);
    }
}
