//! The rig: a scripted server that watches a client. It serves, records and starts clients; it
//! never judges.
//!
//! A [`Case`] says how the server behaves and which [`Action`]s the client takes. Each case has a
//! separate base URL, so that cases can run at the same time. [`Seen`] holds what the client sent
//! and how it ended; the checks under `suites/client/rig` judge it.

mod authority;
mod by_hand;
mod case;
mod client;
mod command;
mod digest;
mod document;
mod exchange;
mod function;
mod page;
mod play;
mod script;
mod serve;
mod site;
mod world;

pub use authority::Certificate;
pub use by_hand::{ByHand, Said, Step};
pub use case::{Action, Case};
pub use client::{Client, End, Task, Traffic};
pub use command::Command;
pub use exchange::{Exchange, Host, Seen, Turn};
pub use function::FromFunction;
pub use play::{Play, RigError};
pub use script::{Answer, Before, Document, Elsewhere, Login, Script};
pub use world::World;
