//! The expectation of a vector in words, and where to read about it.

use super::{Like, releases};
use crate::adapter::Operation;
use crate::safe::Client;
use crate::vectors::{File, Outcome, Vector, Wanted};

/// Returns the expected outcome of a vector.
pub fn expected(vector: &Vector, operation: Operation, like: Like) -> String {
    let outcome = match (&vector.wanted, like) {
        (_, Like::Release(release)) => match releases::outcome_of(vector, operation, release) {
            Ok(outcome) => format!("as {release}: {}", one(outcome)),
            Err(why) => why,
        },
        (Wanted::OfAll(outcome), _) => one(outcome),
        (Wanted::OfEach(_), Like::Client(client)) => {
            format!("as {client}: {}", one(vector.wanted.of(client)))
        }
        (Wanted::OfEach(_), Like::Anyone | Like::Strictest) => {
            let each =
                Client::ALL.map(|client| format!("{client}: {}", one(vector.wanted.of(client))));
            format!("the published clients differ; {}", each.join("; "))
        }
    };
    format!("{}: {outcome}", vector.comment)
}

fn one(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Valid { .. } => "valid".to_owned(),
        Outcome::Invalid { stage, .. } => format!("refused at the stage `{stage}`"),
        Outcome::Unknown { .. } => "not known".to_owned(),
        Outcome::NotApplicable { .. } => "never does this".to_owned(),
    }
}

/// Returns where to read more, and what the flags of the vector mean.
pub(super) fn remedy(file: &File, vector: &Vector) -> String {
    let notes: Vec<_> = vector
        .flags
        .iter()
        .filter_map(|flag| file.note(flag))
        .collect();
    format!(
        "{} `safe-conformance explain {}` shows all of it.",
        notes.join(" "),
        vector.id
    )
}
