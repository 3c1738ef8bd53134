//! The Threema Safe protocol, pure: keys, envelope, document, config, addresses. No I/O, and no
//! quirk of a client.
//!
//! Nothing here reads, waits or knows a client's quirk.

pub mod backup;
#[cfg(feature = "server")]
pub mod base_url;
mod broken;
pub mod clause;
mod client;
pub mod config;
mod direction;
pub mod envelope;
pub mod json;
pub mod keys;
pub mod password;
mod stage;

#[cfg(feature = "server")]
pub use base_url::{BaseUrl, BaseUrlError, ParsedBase, UserInfo};
pub use broken::Broken;
pub use clause::Clause;
pub use client::{Client, Clients};
pub use config::ServerConfig;
pub use direction::{Direction, Directions};
pub use envelope::{Compression, EnvelopeError, Nonce};
pub use keys::{BackupId, BackupPassword, DerivedKeys, EncryptionKey, ThreemaId};
pub use stage::Stage;
