//! A checkup of a server or an implementation, and its form for `cargo test`. No arguments of a
//! command line.

pub(crate) mod environment;
mod implementation;
mod implementation_tests;
mod rig;
mod rig_tests;
mod server;
mod server_tests;
mod unjudged;

pub use environment::AccessError;
pub use implementation::ClientCheckup;
pub use implementation_tests::{ClientTests, client_tests};
pub use rig::{Rig, RigRunError};
pub use rig_tests::rig_tests;
pub use server::{Checkup, CheckupError, Done, judge};
pub use server_tests::live_tests;
#[cfg(feature = "cli")]
pub(crate) use server_tests::target_of;
