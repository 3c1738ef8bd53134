//! Whether the adapter answers a first request of each operation in the right form, with any
//! result: this distinguishes a broken adapter from a wrong implementation.

use super::cause::{Fault, crash_remedy};
use super::like::Like;
use super::{ClientCheck, Context, PROTOCOL, Question};
use crate::adapter::{Breakdown, Operation, Reply};
use crate::engine::{Breakage, Effect, Level};
use crate::engine::{Check, Deviation, Outcome};
use crate::safe::{Clients, Directions, Stage};
use crate::vectors::{self, File, Vector};
use std::sync::LazyLock;

/// Each operation with the name of its check and its first vector.
pub(super) static FIRST: LazyLock<Vec<(&'static str, Operation, &'static Vector)>> =
    LazyLock::new(|| {
        Operation::ALL
            .iter()
            .filter_map(|operation| first(*operation))
            .collect()
    });

fn first(operation: Operation) -> Option<(&'static str, Operation, &'static Vector)> {
    let mut all = vectors::all().iter().flat_map(File::vectors);
    let (_, vector) =
        all.find(|(group, vector)| group.operation == operation && !vector.is_large())?;
    let name = format!("smoke.{}", operation.name().replace('_', "-"));
    Some((String::leak(name), operation, vector))
}

/// The vectors that block the others of their operation: while the simplest answer is wrong, the
/// others add nothing.
const PLAINEST: [(Operation, &str); 6] = [
    (Operation::Derive, "kdf.known-answer"),
    (Operation::Seal, "secretbox.nacl"),
    (Operation::OpenBox, "secretbox.open"),
    (Operation::Open, "envelope.stored"),
    (Operation::SealBackup, "body.seal-document"),
    (Operation::OpenBackup, "body.open-document"),
];

/// Returns the checks that a vector of the operation needs.
pub(super) fn needs(operation: Operation, vector: &Vector) -> &'static [&'static str] {
    static NEEDS: LazyLock<Vec<(Operation, [&'static str; 1])>> = LazyLock::new(|| {
        FIRST
            .iter()
            .map(|(name, operation, _)| (*operation, [*name]))
            .collect()
    });
    let plainest = PLAINEST.iter().find(|(known, _)| *known == operation);
    // The vectors `secretbox.sealed-…` show why the simplest one does not open.
    let says_why = vector.flags.iter().any(|flag| flag == "Mistaken");
    if let Some((_, id)) = plainest
        && vector.id != *id
        && !says_why
    {
        return std::slice::from_ref(id);
    }
    let need = NEEDS.iter().find(|(known, _)| *known == operation);
    need.map_or(&[], |(_, need)| need)
}

pub(super) fn check(
    id: &'static str,
    operation: Operation,
    variants: &'static [Like],
) -> ClientCheck {
    Check {
        id,
        title: operation.about(),
        clause: PROTOCOL,
        level: Level::Required,
        clients: Clients::NONE,
        breaks: Directions::NONE,
        variants,
        needs: &["adapter.starts"],
        effect: Effect::Reads,
        expected: "the adapter answers a first request in time and in the form of the operation, with any result",
        remedy: "Correct the adapter, not the implementation. vectors/README.md has the form of every answer, and there are JSON Schemas for requests and answers beside it.",
        run: |context| Box::pin(ask(context)),
    }
}

async fn ask(context: &Context) -> Outcome {
    let Question::Smoke(operation, vector) = context.question else {
        return Outcome::error(Breakage::Harness, "no operation belongs to this check");
    };
    let hello = match context.hello().await {
        Ok(hello) => hello,
        Err(outcome) => return outcome,
    };
    if !hello.has(operation) {
        return Outcome::not_applicable(format!("the adapter does not have `{operation}`"));
    }
    match context.peer.ask(&vector.request()).await {
        Ok(Reply::Unsupported(why)) => {
            Outcome::not_applicable(format!("unsupported, it says: {why}"))
        }
        Ok(_) => Outcome::pass("answered in the right form"),
        Err(breakdown @ Breakdown::Ended { .. }) => Deviation::new(
            Stage::Http,
            format!("asked for `{}`: {breakdown}", vector.id),
        )
        .remedy(crash_remedy(operation))
        .caused_by(Fault::of_breakdown(&breakdown).cause(operation))
        .into(),
        Err(breakdown) => Deviation::new(
            Stage::Http,
            format!("asked for `{}`: {breakdown}", vector.id),
        )
        .caused_by(Fault::of_breakdown(&breakdown).cause(operation))
        .into(),
    }
}
