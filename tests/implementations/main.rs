//! The runner of the vectors, tested on implementations: deliberately wrong ones, adapters that
//! misbehave in every way, the two example adapters, and our models of the published clients.
//!
//! Started with `SAFE_TEST_ADAPTER` set, this program is itself an adapter.

mod examples;
mod frames;
#[path = "../support/left_to_ci.rs"]
mod left_to_ci;
mod loops;
mod misbehaving;
#[path = "../support/missing.rs"]
mod missing;
mod mutations;
mod own;
mod published;
#[path = "../support/thorough.rs"]
mod thorough;
#[path = "../support/tools.rs"]
mod tools;
mod wrong;
mod wrong_bodies;
mod wrong_keys;
mod wrong_opening;
mod wrong_readers;

use left_to_ci::left_to_ci;
use libtest_mimic::{Arguments, Failed, Trial};
use safe_conformance::adapter::{InProcess, Operation};
use safe_conformance::engine::Outcome;
use safe_conformance::suites::client;
use safe_conformance::vectors;
use std::process::ExitCode;
use std::sync::Arc;

/// How many tests run at once: some of them wait for adapters.
const AT_ONCE: usize = 8;

/// Outside CI, one mistake of so many in keys is tried.
const SAMPLE: usize = 4;

fn main() -> ExitCode {
    if let Ok(way) = std::env::var(misbehaving::VARIABLE) {
        return misbehaving::adapter(&way);
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let by_hand = || {
        let others = wrong_bodies::all().into_iter().chain(wrong_readers::all());
        wrong::all().into_iter().chain(others)
    };
    let mut trials = mutations::trials(by_hand().count());
    for (at, wrong) in by_hand().enumerate() {
        let derives = vectors::find(wrong.vector)
            .is_some_and(|(_, group, _)| group.operation == Operation::Derive);
        let test = Trial::test(format!("wrong/{}", wrong.mistake), move || caught(&wrong));
        // To derive keys takes long.
        if derives && !at.is_multiple_of(SAMPLE) {
            trials.push(left_to_ci(test));
        } else {
            trials.push(test);
        }
    }
    trials.extend(misbehaving::trials());
    trials.extend(frames::trials());
    trials.extend(examples::trials());
    trials.extend(loops::trials());
    trials.extend(published::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Asserts that the vector whose comment names a mistake catches it, at its stage.
fn caught(wrong: &wrong::Wrong) -> Result<(), Failed> {
    let (_, group, vector) = vectors::find(wrong.vector).ok_or("there is no such vector")?;
    let peer = InProcess::new(Arc::clone(&wrong.implementation));
    let outcome = client::interview(&peer, vector, group.operation, wrong.like);
    let Outcome::Deviates(deviation) = outcome else {
        return Err(Failed::from(format!("not caught: {outcome:?}")));
    };
    let names = [&vector.comment, &deviation.observed];
    let is_named = names.iter().any(|text| text.contains(wrong.words));
    if deviation.stage == wrong.stage && is_named {
        return Ok(());
    }
    Err(Failed::from(format!(
        "caught at `{}` by \"{}\": {}",
        deviation.stage, vector.comment, deviation.observed
    )))
}
