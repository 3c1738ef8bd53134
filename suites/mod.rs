//! The checks: a file per subject. Adding one touches one file here, plus the fault that proves it can fail.

pub mod server;
