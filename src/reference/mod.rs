//! The embedded server: healthy, or with named faults. It knows no checks.
//!
//! The harness tests itself with this server. Healthy, it does everything that the protocol
//! requires; with a [`Fault`] it is broken in exactly one way that occurs on real servers. It keeps
//! backups in memory, listens on loopback unless an option names another address, and never logs
//! credentials.
//!
//! ```
//! # async fn example() -> std::io::Result<()> {
//! use safe_conformance::reference::{Fault, Options, start};
//!
//! let server = start(Options {
//!     faults: vec![Fault::CutOffReplaces],
//!     ..Options::default()
//! })
//! .await?;
//! println!("{}", server.base_url());
//! server.stop().await;
//! # Ok(())
//! # }
//! ```

mod answer;
mod auth;
mod bin;
mod body;
mod call;
mod certificates;
mod clock;
mod cloud;
mod config;
mod expiry;
mod faults;
mod flight;
mod get;
mod handler;
mod idle;
mod listing;
mod log;
mod logins;
mod options;
mod profile;
mod put;
mod route;
mod server;
mod site;
mod store;
mod tasks;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use answer::{Closed, Content};
pub(crate) use certificates::{named_authority, new_key, valid};
pub use clock::{Clock, ManualClock, SystemClock};
#[cfg(test)]
pub(crate) use expiry::Expiry;
pub use expiry::Tidying;
pub use faults::{Fault, Need, UnknownFault};
pub(crate) use flight::went_on_with_tls_1_1;
pub(crate) use idle::Idle;
pub use log::LoggedRequest;
pub use options::{Login, Options};
pub use profile::{Profile, UnknownProfile};
pub use server::{Running, start};
#[cfg(test)]
pub(crate) use store::Store;
pub(crate) use tasks::Tasks;
