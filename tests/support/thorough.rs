//! How much a test tries: everything in CI, a sample on someone's own machine, so that
//! `cargo test` ends soon there.
//!
//! What is sampled asserts the same of fewer cases. CI sets the variable `CI`. Tests that libtest
//! runs cannot ask for it: those of them that take long are ignored, and CI runs them with
//! `--ignored`.

/// Why a test is left to CI.
#[allow(dead_code, reason = "shared with tests that are sampled only")]
pub const LEFT_TO_CI: &str = "it takes long: CI runs it";

/// Returns whether everything is tried.
pub fn is_thorough() -> bool {
    std::env::var_os("CI").is_some()
}

/// Returns the first of two numbers or lists in CI, and the sample elsewhere.
#[allow(dead_code, reason = "shared with tests that are left to CI as a whole")]
pub fn in_full_or<T>(everything: T, sample: T) -> T {
    if is_thorough() { everything } else { sample }
}
