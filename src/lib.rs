//! The conformance and interoperability test harness for Threema Safe.
//!
//! Threema Safe keeps an encrypted backup of a user's identity, contacts, groups and settings on a server of their
//! choice. This crate finds out whether a server and the published clients really get along, before a phone is lost.
//! Most people want the program `safe-conformance`; whoever writes a server can do the same from its tests:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use safe_conformance::{Checkup, Target};
//!
//! let report = Checkup::new(Target::parse("http://localhost:8080/safe")?.basic("alice", "secret"))?.run().await?.report;
//! assert!(report.passed(), "{report}");
//! # Ok(())
//! # }
//! ```
//!
//! A room of the house knows only those on floors below its own: [`terms`]; [`safe`] and [`adapter`]; [`clients`] and [`mod@reference`];
//! [`engine`] and [`wire`]; [`mod@inspect`]; [`report`]; [`suites`]; then [`Checkup`] and [`retention`], the tests for `cargo test` and the command line.

pub mod adapter;
mod checkup;
pub mod cli;
mod client_checkup;
mod client_tests;
pub mod clients;
pub mod engine;
pub mod inspect;
mod live_tests;
pub mod reference;
pub mod report;
pub mod retention;
pub mod safe;
#[path = "../suites/mod.rs"]
pub mod suites;
pub mod terms;
pub mod vectors;
pub mod wire;

pub use checkup::{Checkup, CheckupError, Done, Status, judge};
pub use client_checkup::ClientCheckup;
pub use client_tests::{ClientTests, client_tests};
pub use live_tests::live_tests;
pub use wire::Target;
