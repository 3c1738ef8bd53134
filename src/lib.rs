//! The conformance and interoperability test harness for Threema Safe.
//!
//! Threema Safe keeps an encrypted backup of a user's identity, contacts, groups and settings on a
//! server of their choice. This crate finds out whether a server and the published clients work
//! together, before a phone is lost. Most people want the program `safe-conformance`; authors of
//! servers do the same from their tests:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use safe_conformance::{Checkup, Target};
//!
//! let target = Target::parse("http://localhost:8080/safe")?.basic("alice", "secret");
//! let report = Checkup::new(target)?.run().await?.report;
//! assert!(report.passed(), "{report}");
//! # Ok(())
//! # }
//! ```
//!
//! A room of the house knows only those on floors below its own: [`safe`]; [`engine`], [`adapter`]
//! and [`mod@reference`]; [`clients`]; [`wire`] and [`vectors`]; [`retention`] and [`mod@inspect`];
//! [`report`]; [`suites`]; then [`Checkup`] with its forms for `cargo test`, and the command line.

pub mod adapter;
#[cfg(feature = "cli")]
pub mod cli;
pub mod clients;
pub mod diagnosis;
pub mod engine;
pub mod inspect;
pub mod manual;
pub mod reference;
pub mod report;
pub mod retention;
pub mod rig;
mod run;
pub mod safe;
pub mod setup;
#[path = "../suites/mod.rs"]
pub mod suites;
pub mod text;
pub mod vectors;
pub mod wire;

pub use engine::Exit;
pub use run::{
    AccessError, Checkup, CheckupError, ClientCheckup, ClientTests, Done, Rig, RigRunError,
    client_tests, judge, live_tests, rig_tests,
};
pub use wire::Target;
