//! A checkup of a server or an implementation, and its form for `cargo test`. No arguments of a command line.

mod implementation;
mod implementation_tests;
mod rig;
mod server;
mod server_tests;

pub use implementation::ClientCheckup;
pub use implementation_tests::{ClientTests, client_tests};
pub use rig::{Rig, RigRunError};
pub use server::{Checkup, CheckupError, Done, Status, judge};
pub use server_tests::live_tests;
pub(crate) use server_tests::target_of;
