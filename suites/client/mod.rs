//! The checks of an implementation: one for each vector, preceded by checks of the adapter.

mod adapter;
mod body;
mod cause;
mod compare;
mod documents;
mod expectation;
mod judge;
mod like;
mod mixture;
mod nonce;
mod releases;
#[cfg(feature = "tests")]
pub mod rig;
mod shown;
mod smoke;

pub use documents::{document, restored, state, whole_document};
pub use expectation::expected;
use judge::{is_asked_again, judge_again};
pub use judge::{judge, never_asked};
pub use like::Like;

use crate::adapter::{Hello, InProcess, Operation, Peer, Reply};
use crate::engine::{self, BoxFuture, Check, Facet, Outcome, Subject};
use crate::engine::{Effect, Level};
use crate::safe::clause::{self, Clause};
use crate::safe::{Clients, Directions};
use crate::vectors::{self, File, Group, Vector};
use std::sync::{Arc, Mutex, PoisonError};

/// A check of an implementation.
pub type ClientCheck = Check<Context>;

/// The checks that were created, once for each comparison.
struct Made<T: 'static>(Mutex<Vec<(Like, &'static [T])>>);

impl<T> Made<T> {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn of(&self, like: Like, make: impl FnOnce(Like) -> Vec<T>) -> &'static [T] {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, checks)) = known.iter().find(|(other, _)| *other == like) {
            return checks;
        }
        let checks: &'static [T] = Vec::leak(make(like));
        known.push((like, checks));
        checks
    }
}

impl Facet for Like {
    fn label(self) -> &'static str {
        ""
    }

    fn clients(self) -> Clients {
        self.client().map_or(Clients::ALL, Clients::of)
    }
}

/// What the checks of an implementation examine.
pub struct Context {
    peer: Arc<dyn Peer>,
    question: Question,
    like: Like,
}

/// What one check requests.
#[derive(Clone, Copy)]
enum Question {
    /// No vector.
    OfTheAdapter,
    /// A first request of an operation, with any answer.
    Smoke(Operation, &'static Vector),
    /// A vector.
    Vector(Operation, &'static Vector),
}

impl engine::Context for Context {
    type Facet = Like;

    fn teardown(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

impl Context {
    /// Returns the implementation's answer to `hello`, or the outcome if there is none.
    async fn hello(&self) -> Result<Hello, Outcome> {
        self.peer.hello().await.map_err(|breakdown| {
            engine::Deviation::new(crate::safe::Stage::Connect, breakdown.to_string()).into()
        })
    }
}

/// An implementation as the subject of a run.
pub struct Interviewee {
    peer: Arc<dyn Peer>,
}

impl Interviewee {
    /// Returns the implementation behind `peer`.
    pub fn new(peer: Arc<dyn Peer>) -> Self {
        Self { peer }
    }
}

impl Subject<Context> for Interviewee {
    fn context(&self, check: &'static ClientCheck, like: Like) -> Context {
        Context {
            peer: Arc::clone(&self.peer),
            question: question(check.id),
            like,
        }
    }
}

fn question(id: &str) -> Question {
    if let Some((_, group, vector)) = vectors::find(id) {
        return Question::Vector(group.operation, vector);
    }
    let smoke = smoke::FIRST.iter().find(|(name, _, _)| *name == id);
    smoke.map_or(Question::OfTheAdapter, |(_, operation, vector)| {
        Question::Smoke(*operation, vector)
    })
}

/// The line protocol itself, for checks without a clause of Threema Safe.
const PROTOCOL: Clause = clause::ADAPTER;

/// Returns every check, for an implementation that is compared with `like`, in the order of
/// reports.
pub fn checks(like: Like) -> &'static [ClientCheck] {
    static MADE: Made<ClientCheck> = Made::new();
    MADE.of(like, all_checks)
}

fn all_checks(like: Like) -> Vec<ClientCheck> {
    let variants = like.variants();
    let mut checks = vec![adapter::starts(variants), adapter::operations(variants)];
    checks.extend(
        smoke::FIRST
            .iter()
            .map(|(name, operation, _)| smoke::check(name, *operation, variants)),
    );
    for file in vectors::all() {
        for (group, vector) in file.vectors() {
            checks.push(of_vector(file, group, vector, like));
        }
    }
    checks.push(adapter::ends(variants));
    checks
}

/// Returns whether `name` is a check of an implementation.
pub fn is_known(name: &str) -> bool {
    checks(Like::Anyone).iter().any(|check| check.id == name)
}

fn of_vector(
    file: &'static File,
    group: &'static Group,
    vector: &'static Vector,
    like: Like,
) -> ClientCheck {
    Check {
        id: &vector.id,
        title: &vector.comment,
        clause: clause_of(group),
        level: level_of(vector),
        clients: judge::concerned(group.operation, vector),
        breaks: Directions::BOTH,
        variants: like.variants(),
        needs: smoke::needs(group.operation, vector),
        effect: Effect::Reads,
        // Created once, from files that are part of the program.
        expected: String::leak(expectation::expected(vector, group.operation, like)),
        remedy: String::leak(expectation::remedy(file, vector)),
        run: |context| Box::pin(answer(context)),
    }
}

/// Returns the level of a vector: Recommended if no current client breaks.
fn level_of(vector: &Vector) -> Level {
    if vector.flags.iter().any(|flag| flag == "Stored") {
        Level::Recommended
    } else {
        Level::Required
    }
}

async fn answer(context: &Context) -> Outcome {
    let Question::Vector(operation, vector) = context.question else {
        return Outcome::error(engine::Breakage::Harness, "no vector belongs to this check");
    };
    let hello = match context.hello().await {
        Ok(hello) => hello,
        Err(outcome) => return outcome,
    };
    if !hello.has(operation) {
        return Outcome::not_applicable(format!("the adapter does not have `{operation}`"));
    }
    let request = vector.request();
    if let Some(client) = context.like.client()
        && let Some(why) = judge::never_asked(client, operation, vector)
    {
        return Outcome::not_applicable(why);
    }
    let first = context.peer.ask(&request).await;
    let second = match &first {
        Ok(Reply::Done(_)) if is_asked_again(&request) => context.peer.ask(&request).await.ok(),
        _ => None,
    };
    let repeated = match (&first, &second) {
        (Ok(first), Some(second)) => judge_again(&request, first, second),
        _ => None,
    };
    match judge(vector, operation, context.like, first) {
        Outcome::Deviates(deviation) => deviation.into(),
        outcome => repeated.unwrap_or(outcome),
    }
}

/// Returns the outcome of a vector for an implementation in this process, in the calling thread.
pub fn interview(peer: &InProcess, vector: &Vector, operation: Operation, like: Like) -> Outcome {
    let request = vector.request();
    if let Some(client) = like.client()
        && let Some(why) = judge::never_asked(client, operation, vector)
    {
        return Outcome::not_applicable(why);
    }
    let first = peer.ask_here(request.clone());
    let is_asked_again = first.is_ok() && is_asked_again(&request);
    let second = is_asked_again.then(|| peer.ask_here(request.clone()));
    let repeated = match (&first, &second) {
        (Ok(first), Some(Ok(second))) => judge_again(&request, first, second),
        _ => None,
    };
    match judge(vector, operation, like, first) {
        Outcome::Deviates(deviation) => deviation.into(),
        outcome => repeated.unwrap_or(outcome),
    }
}

/// Returns the first of a group's sources that is a clause, or else the clause of the operation.
fn clause_of(group: &Group) -> Clause {
    let named = |source: &String| {
        let number = source.strip_prefix("clause ")?;
        clause::ALL.iter().find(|clause| clause.number == number)
    };
    if let Some(clause) = group.source.iter().find_map(named) {
        return *clause;
    }
    match group.operation {
        Operation::Scrypt | Operation::Derive => clause::KEYS,
        Operation::Seal
        | Operation::OpenBox
        | Operation::Open
        | Operation::SealBackup
        | Operation::OpenBackup => clause::ENVELOPE,
        Operation::ParseConfig => clause::CONFIG,
        Operation::RequestUrls => clause::BASE_URL,
        Operation::CheckPassword => clause::PASSWORD,
        Operation::JudgeExchange => clause::DOWNLOAD,
        Operation::ReadBackup | Operation::WriteBackup => clause::DOCUMENT,
    }
}
