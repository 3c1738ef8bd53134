//! A checkup from beginning to end: of a server, of an implementation, and both as tests of `cargo test`. No argument of
//! the command line is read here.

pub(crate) mod environment;
mod implementation;
mod implementation_tests;
mod rig;
mod server;
mod server_tests;

pub use environment::AccessError;
pub use implementation::ClientCheckup;
pub use implementation_tests::{ClientTests, client_tests};
pub use rig::{Rig, RigRunError};
pub use server::{Checkup, CheckupError, Done, judge};
pub use server_tests::live_tests;
pub(crate) use server_tests::target_of;
