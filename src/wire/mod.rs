//! The exchanges between the harness and a server, live and replayed, with guard and ledger. No
//! verdicts.
//!
//! A check never sees a socket. It requests an exchange from its [`Context`] and gets an
//! [`Answer`], without knowing whether this comes from a server or a transcript.

mod answer;
mod bin;
mod binned;
mod canaries;
mod challenge;
mod context;
mod dial;
mod facet;
mod failure;
mod gather;
mod guard;
mod halt;
pub mod ledger;
mod listing;
mod live;
mod lock;
mod pace;
mod payload;
mod person;
mod raw;
mod request;
#[cfg(test)]
pub(crate) mod scripted;
mod secret;
mod seed;
mod server_time;
mod session;
mod settings;
mod shared;
mod target;
pub mod tls;
mod transcript;

pub use answer::{Answer, Body, Handshake, Reach, Redirected, Response, TlsTrouble};
pub use binned::{Binned, Purged};
pub use canaries::Canaries;
pub use challenge::Challenge;
pub use context::Context;
pub use facet::{Facet, Http};
pub use failure::{Failure, FailureKind};
pub use guard::Doubt;
pub use guard::OwnBackup;
pub use halt::{Halt, Sign};
pub use listing::Listing;
pub use live::{Door, Over, Spot};
pub(crate) use lock::Locked;
pub use pace::{Pace, PaceChoice, PaceNow};
pub use payload::{Payload, Recipe};
pub use person::{Account, Asking};
pub use request::{HttpChoice, LoginUse, Manner, Method, Place, Request};
pub use secret::{Scrub, Secret};
pub use seed::Seed;
pub use session::{Leftovers, Link, Passed, Session, Swept};
pub use settings::{Firsts, Settings, Totals, Trace};
pub use target::{Facts, Login, LoginKind, Target};
pub use tls::TlsSetupError;
pub use transcript::{Late, Transcript, TranscriptError};
