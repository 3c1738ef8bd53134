//! The result of a test whose program is not installed: it is skipped, unless
//! `SAFE_REQUIRE_REAL_SERVERS` requires all programs.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use libtest_mimic::{Completion, Failed};

/// Whether all programs are required.
pub fn is_required() -> bool {
    std::env::var("SAFE_REQUIRE_REAL_SERVERS").is_ok_and(|value| value != "0")
}

/// The result of a test that cannot run.
pub fn skipped(why: impl Into<String>) -> Result<Completion, Failed> {
    let why = why.into();
    if is_required() {
        let required = format!("{why}, and SAFE_REQUIRE_REAL_SERVERS is set");
        return Err(Failed::from(required));
    }
    Ok(Completion::ignored_with(why))
}
