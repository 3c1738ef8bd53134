//! What is known about 401 answers to working credentials.

use crate::wire::answer::Response;
use crate::wire::request::{Place, Request};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many methods may be refused before the credentials count as refused; each costs a login.
const MOST: usize = 2;

/// What is known about 401 answers to working credentials.
#[derive(Default)]
pub(super) struct Refusals {
    known: Mutex<Known>,
    /// Held during a test, in which no other request sends the credentials.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    /// The refusals that do not depend on the user.
    refused: HashMap<Kind, Response>,
    /// Kinds of requests that were accepted before, so that a refusal concerns one request only.
    taken: HashSet<Kind>,
    /// How many answers showed that one request is refused, but not the credentials.
    counted: usize,
}

/// The method of a request, and whether it is about `config`.
type Kind = (&'static str, bool);

fn kind_of(request: &Request) -> Kind {
    let is_config = matches!(request.place, Place::Config);
    (request.method.as_str(), is_config)
}

impl Refusals {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the earlier refusal of this kind of request.
    pub(super) fn earlier(&self, request: &Request) -> Option<Response> {
        self.known().refused.get(&kind_of(request)).cloned()
    }

    /// Returns whether so many requests were refused alone that the next refusal counts as one of
    /// the credentials.
    pub(super) fn are_many(&self) -> bool {
        self.known().counted >= MOST
    }

    /// Notes a request that is refused although the credentials are accepted. Every request of its
    /// kind counts as refused, unless one was accepted before.
    pub(super) fn add(&self, request: &Request, response: &Response) {
        let mut known = self.known();
        known.counted += 1;
        let kind = kind_of(request);
        if !known.taken.contains(&kind) {
            known.refused.insert(kind, response.clone());
        }
    }

    /// Returns a guard to hold during a test, in which no other request sends the credentials.
    pub(super) async fn testing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.asking.lock().await
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
