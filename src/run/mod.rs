//! A checkup of a server or an implementation, and its form for `cargo test`. No arguments of a
//! command line.

#[cfg(feature = "tests")]
pub(crate) mod environment;
mod implementation;
#[cfg(feature = "tests")]
mod implementation_tests;
#[cfg(feature = "tests")]
mod libtest;
mod prepared;
mod retention;
#[cfg(feature = "tests")]
mod rig;
#[cfg(feature = "tests")]
mod rig_tests;
mod server;
#[cfg(feature = "tests")]
mod server_tests;
#[cfg(feature = "tests")]
mod unjudged;

#[cfg(feature = "tests")]
pub use environment::AccessError;
pub use implementation::{ClientCheckup, ClientCheckupError};
#[cfg(feature = "tests")]
pub use implementation_tests::{ClientTests, client_tests};
pub use prepared::Prepared;
pub use retention::retention_report;
#[cfg(feature = "tests")]
pub use rig::{Rig, RigRunError};
#[cfg(feature = "tests")]
pub use rig_tests::rig_tests;
pub use server::{Checkup, CheckupError, Done, judge};
#[cfg(feature = "cli")]
pub(crate) use server_tests::target_of;
#[cfg(feature = "tests")]
pub use server_tests::{ServerTests, live_tests};
