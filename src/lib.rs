//! The conformance and interoperability test harness for Threema Safe.

pub mod clients;
pub mod reference;
pub mod safe;
pub mod terms;
