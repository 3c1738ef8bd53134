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
//! # What can be relied on
//!
//! - For a server: [`Checkup`], [`ServerTests`], [`live_tests`], and [`mod@reference`], the
//!   embedded server.
//! - For an implementation of a client: [`ClientCheckup`], [`ClientTests`], [`client_tests`], and
//!   [`adapter`].
//! - For a client as it runs: [`Rig`], [`rig_tests`], and [`rig`].
//! - For a backup: [`mod@inspect`]; [`safe`], the protocol; [`clients`], what each release makes of
//!   it.
//! - For what comes of a run: [`engine`], [`report`].
//! - The facts and the known answers: [`manual`], [`vectors`].
//!
//! Other modules are public for the program and for this crate's own tests. They are hidden here,
//! and change without notice. What grows is `#[non_exhaustive]`: verdicts, levels, stages and
//! clients do not. Signatures name types of this crate, of the standard library, and of `serde`,
//! `serde_json` and `tokio`.
//!
//! # Features
//!
//! `cli`, the default, adds the program; a test needs less, with `default-features = false`:
//!
//! - none: [`vectors`], [`manual`], [`safe`], [`adapter`];
//! - `server`: also [`Checkup`], [`ClientCheckup`], [`judge`], [`clients`], [`mod@inspect`];
//! - `tests`: also [`ServerTests`], [`ClientTests`], [`Rig`], their functions, and
//!   [`mod@reference`].
//!
//! A room of the house knows only those on floors below its own; `tests/harness/house.rs` has the
//! list.

pub mod adapter;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "server")]
pub mod clients;
#[cfg(feature = "server")]
#[doc(hidden)]
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
#[doc(hidden)]
pub mod retention;
#[cfg(feature = "tests")]
pub mod rig;
#[cfg(feature = "server")]
mod run;
pub mod safe;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod setup;
#[cfg(feature = "server")]
#[doc(hidden)]
#[path = "../suites/mod.rs"]
pub mod suites;
#[doc(hidden)]
pub mod text;
pub mod vectors;
#[cfg(feature = "server")]
#[doc(hidden)]
pub mod wire;

#[cfg(feature = "server")]
pub use engine::Exit;
#[cfg(feature = "server")]
#[doc(hidden)]
pub use run::retention_report;
#[cfg(feature = "tests")]
pub use run::{
    AccessError, ClientTests, Rig, RigRunError, ServerTests, client_tests, live_tests, rig_tests,
};
#[cfg(feature = "server")]
pub use run::{Checkup, CheckupError, ClientCheckup, ClientCheckupError, Done, Prepared, judge};
#[cfg(feature = "server")]
pub use suites::client::Like;
#[cfg(feature = "server")]
pub use wire::{
    Halt, Login, Pace, PaceChoice, Scrub, Secret, Seed, Target, Trace, Transcript, TranscriptError,
};
