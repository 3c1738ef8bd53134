//! Property tests of backup documents: the model, the writers, the readers, and what is lost
//! between them.

#[path = "../support/at_once.rs"]
mod at_once;
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

/// How many cases each property runs: in CI as many as the default of proptest, elsewhere a tenth.
fn config() -> Config {
    Config::with_cases(thorough::in_full_or(256, 25))
}
