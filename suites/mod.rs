//! The checks: a file per subject. Adding one touches one file here, plus the fault that proves it can fail; a vector is a check of its own.

pub mod client;
pub mod server;
