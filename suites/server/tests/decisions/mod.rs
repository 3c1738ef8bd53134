//! Single decisions of the checks that no spoilt answer of the matrix reaches: each test has a
//! world in which the decision alone makes the finding, or the request.

mod bodies;
mod config;
mod follow_up;
mod limits;
mod logins;
mod storage;

use super::World;
use crate::clients::Condition;
use crate::engine::{Blocker, Deviation, Outcome};
use crate::safe::Stage;
use crate::wire::scripted::{Asked, Deed, reply, silence};
use crate::wire::{FailureKind, HttpChoice, LoginUse, Manner, Method, Place, Target};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const PAGE: &[u8] = b"<html><title>Log in</title></html>";

fn target(url: &str) -> Target {
    Target::parse(url).expect("a URL")
}

fn with_token() -> Target {
    target("http://127.0.0.1:9/safe").token("t0ken-in-memory")
}

fn deviation(outcome: Outcome) -> Deviation {
    match outcome {
        Outcome::Deviates(deviation) => deviation,
        other => panic!("no deviation: {other:?}"),
    }
}

fn cause(outcome: Outcome) -> Option<String> {
    let cause = deviation(outcome).cause?;
    Some(cause.id.into_owned())
}

fn blocker(outcome: Outcome) -> Blocker {
    match outcome {
        Outcome::Blocked { by, .. } => by,
        other => panic!("not blocked: {other:?}"),
    }
}

fn passes(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Pass(_))
}

fn answers(status: u16, body: &[u8]) -> Deed {
    Deed::Answers(Ok(reply(status, body)))
}

fn fails(kind: FailureKind) -> Deed {
    Deed::Answers(Err(silence(kind)))
}

fn is(asked: &Asked, method: Method) -> bool {
    asked.request.method == method
}

fn is_anonymous(asked: &Asked) -> bool {
    asked.request.login == LoginUse::Nobody
}

fn is_config(asked: &Asked) -> bool {
    matches!(asked.request.place, Place::Config)
}

/// Returns what is stored at the place of the request.
fn stored(asked: &Asked) -> Vec<u8> {
    asked.stored.map(|bytes| bytes.to_vec()).unwrap_or_default()
}
