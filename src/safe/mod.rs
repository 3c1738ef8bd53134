//! The Threema Safe protocol: keys, envelope, document, config, addresses. No I/O, no waiting, and
//! no quirk of any client.

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
mod set;
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
pub use set::{Member, Set};
pub use stage::Stage;
