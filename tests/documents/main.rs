//! Property tests of backup documents: the model, the writers, the readers, and what is lost
//! between them.

mod compare;
mod conditions;
mod crossing;
#[path = "../support/document_keys.rs"]
mod document_keys;
mod envelope;
mod inspection;
mod losses;
mod model;
mod strategies;
#[path = "../support/thorough.rs"]
mod thorough;
mod witnesses;
mod writers;

use proptest::test_runner::Config;

/// How many cases each property runs: in CI as many as the default of proptest, elsewhere a
/// quarter.
fn config() -> Config {
    let usual = Config::default();
    Config {
        cases: thorough::in_full_or(usual.cases, usual.cases / 4),
        ..usual
    }
}
