//! Tests of `libtest_mimic` that `cargo test` leaves to CI.

use crate::thorough::in_full_or;
use libtest_mimic::Trial;

/// Ignores a test that takes long, except in CI; `--ignored` runs it everywhere.
pub fn left_to_ci(test: Trial) -> Trial {
    test.with_ignored_flag(in_full_or(false, true))
}
