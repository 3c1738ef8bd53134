//! Whether an answer is the one that a vector wants.
//!
//! The protocol core is no client, and stricter than each: where any client refuses, it must refuse at a stage at which
//! one does. What all take, and make different things of, it must take as Android does: the password as it is (clause 1.3).

use crate::format::{Operation, Outcome, Vector, Wanted};
use crate::{config, envelope, kdf, secretbox};
use libtest_mimic::Completion;
use safe_conformance::terms::{Client, Stage};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// An output in the vectors' form, or the stage that refuses.
pub type Answer = Result<Value, Stage>;

/// Whether it holds, was ignored, or what is wrong.
pub type Judgement = Result<Completion, String>;

pub fn judge(operation: Operation, vector: &Vector) -> Judgement {
    match operation {
        Operation::Scrypt => core(vector, &Ok(kdf::scrypt(vector.input()))),
        Operation::Derive => core(vector, &kdf::derive(vector.input())),
        Operation::Seal => core(vector, &secretbox::seal(&vector.input())),
        Operation::OpenBox => core(vector, &secretbox::open_box(&vector.input())),
        Operation::Open => core(vector, &envelope::open(vector.input())),
        Operation::ParseConfig => every_client(vector, config::reader(&vector.input())),
    }
}

/// Holds the protocol core to what it must do.
fn core(vector: &Vector, answer: &Answer) -> Judgement {
    let wanted = match &vector.wanted {
        Wanted::OfAll(outcome) => vec![outcome],
        Wanted::OfEach { clients } => strictest(clients),
    };
    let mut reasons = Vec::new();
    for outcome in wanted {
        match held(vector, outcome, answer) {
            Err(reason) => reasons.push(reason),
            good => return good,
        }
    }
    Err(reasons.join("\nor: "))
}

/// Those who refuse; if nobody is known to, Android.
fn strictest(clients: &BTreeMap<Client, Outcome>) -> Vec<&Outcome> {
    let refusals: Vec<_> = clients
        .values()
        .filter(|outcome| matches!(outcome, Outcome::Invalid { .. }))
        .collect();
    if refusals.is_empty() {
        clients.get(&Client::Android).into_iter().collect()
    } else {
        refusals
    }
}

/// Holds our model of each client to what that client does. Ignored if that is unknown of all.
fn every_client(vector: &Vector, read: impl Fn(Client) -> Option<Answer>) -> Judgement {
    let mut unknown = Vec::new();
    let mut any = false;
    for client in Client::ALL {
        let (outcome, answer) = match (&vector.wanted, read(client)) {
            (Wanted::OfAll(_), None) => continue,
            (Wanted::OfAll(outcome), Some(answer)) => (outcome, Some(answer)),
            (Wanted::OfEach { clients }, answer) => (&clients[&client], answer),
        };
        match (outcome, answer) {
            (Outcome::NotApplicable, None) => {}
            (Outcome::NotApplicable, Some(answer)) => {
                return Err(format!("{client}: {answer:?} of what it never does"));
            }
            (_, None) => return Err(format!("{client}: there is no model")),
            (outcome, Some(answer)) => match held(vector, outcome, &answer) {
                Err(reason) => return Err(format!("{client}: {reason}")),
                Ok(Completion::Completed) => any = true,
                Ok(Completion::Ignored { reason }) => {
                    unknown.push(format!("{client}: {}", reason.unwrap_or_default()));
                }
            },
        }
    }
    if any {
        Ok(Completion::Completed)
    } else {
        Ok(Completion::ignored_with(unknown.join("; ")))
    }
}

fn held(vector: &Vector, outcome: &Outcome, answer: &Answer) -> Judgement {
    let good = Ok(Completion::Completed);
    match (outcome, answer) {
        (Outcome::Unknown { because }, _) => Ok(Completion::ignored_with(because)),
        (Outcome::NotApplicable, _) => Ok(Completion::ignored_with("no client does this")),
        (Outcome::Invalid { stage }, Err(found)) if stage == found => good,
        (Outcome::Invalid { stage }, Err(found)) => {
            Err(format!("refused at `{found}`, expected at `{stage}`"))
        }
        (Outcome::Invalid { stage }, Ok(output)) => {
            Err(format!("taken as {output}, to be refused at `{stage}`"))
        }
        (Outcome::Valid { .. }, Err(found)) => Err(format!("refused at `{found}`, to be taken")),
        (Outcome::Valid { output }, Ok(found)) if output == found => good,
        (Outcome::Valid { output }, Ok(found)) => Err(difference(output, found, &vector.mistakes)),
    }
}

/// The keys of an output that are not as expected, and the mistakes that give the same.
fn difference(expected: &Value, found: &Value, mistakes: &[Map<String, Value>]) -> String {
    let keys = expected.as_object().into_iter().flat_map(Map::keys);
    let mut text = String::from("another answer:");
    for key in keys.filter(|key| expected[*key] != found[*key]) {
        let (expected, found) = (&expected[key], &found[key]);
        let _ = write!(text, "\n`{key}` is {found}, expected {expected}");
        for mistake in mistakes {
            if mistake.get(key) == Some(found) {
                let _ = write!(text, "\nthe mistake is likely this: {}", mistake["name"]);
            }
        }
    }
    text
}
