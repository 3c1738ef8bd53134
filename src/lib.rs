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
//! let report = Checkup::new(target).only("upload").run().await?;
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
#[cfg(feature = "server")]
pub mod clients;
#[cfg(feature = "server")]
pub mod diagnosis;
#[cfg(feature = "server")]
pub mod engine;
#[cfg(feature = "server")]
pub mod inspect;
pub mod manual;
#[cfg(feature = "tests")]
pub mod reference;
#[cfg(feature = "server")]
pub mod report;
#[cfg(feature = "server")]
pub mod retention;
#[cfg(feature = "tests")]
pub mod rig;
#[cfg(feature = "server")]
mod run;
pub mod safe;
#[cfg(feature = "cli")]
pub mod setup;
#[cfg(feature = "server")]
#[path = "../suites/mod.rs"]
pub mod suites;
pub mod text;
pub mod vectors;
#[cfg(feature = "server")]
pub mod wire;

#[cfg(feature = "server")]
pub use engine::Exit;
#[cfg(feature = "tests")]
pub use run::{
    AccessError, ClientTests, Rig, RigRunError, ServerTests, client_tests, live_tests, rig_tests,
};
#[cfg(feature = "server")]
pub use run::{
    Checkup, CheckupError, ClientCheckup, ClientCheckupError, Done, judge, retention_report,
};
#[cfg(feature = "server")]
pub use wire::Target;
