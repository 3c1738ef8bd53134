//! The conformance and interoperability test harness for Threema Safe.

pub mod clients;
pub mod engine;
pub mod reference;
pub mod safe;
#[path = "../suites/mod.rs"]
pub mod suites;
pub mod terms;
pub mod wire;
