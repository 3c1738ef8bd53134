//! How much a test tries: everything in CI, a sample on someone's own machine, so that
//! `cargo test` ends soon there.
//!
//! What is sampled asserts the same of fewer cases. CI sets the variable `CI`. Tests that take long
//! are ignored elsewhere. Those of libtest, which cannot ask for it, are always ignored, and CI
//! runs them with `--ignored`.

/// Returns whether everything is tried.
pub fn is_thorough() -> bool {
    std::env::var_os("CI").is_some()
}

/// Returns the first of two numbers or lists in CI, and the sample elsewhere.
pub fn in_full_or<T>(everything: T, sample: T) -> T {
    if is_thorough() { everything } else { sample }
}
