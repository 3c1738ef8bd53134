//! The checks: a file per subject. No engine code.
//!
//! Adding a check touches one file here, plus the fault that proves that it can fail; a vector is a
//! check too.

pub mod client;
pub mod kept;
pub mod server;
