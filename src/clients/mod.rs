//! How Threema for Android, iOS and Desktop write, read and transport backups. No network.

pub mod android;
mod config_error;
mod credentials;
mod desktop;
pub mod effects;
pub mod field;
pub mod gzip;
mod implementation;
pub mod ios;
mod known_issues;
pub mod losses;
mod password;
mod pattern;
pub mod read;
mod reason;
pub mod refresh;
pub mod release;
pub mod restore;
mod state;
mod transport;
mod write;

pub use config_error::{ConfigError, Found};
pub use credentials::CredentialEncoding;
pub use effects::SideEffect;
pub use field::Field;
pub use known_issues::{Condition, KNOWN_ISSUES, KnownIssue};
pub use password::check_password;
pub use pattern::{Unjudged, passes as passes_pattern};
pub use reason::Reason;
pub use refresh::Refresh;
pub use release::{Origin, Release};
pub use transport::{LoginHabit, Operation, Transport};
pub use write::Phone;

use crate::safe::Client;
use crate::safe::ServerConfig;

/// Reads a config as a client does; `None` for Desktop, which reads no config.
///
/// Source: clause 4.2.
pub fn parse_config(client: Client, body: &[u8]) -> Option<Result<ServerConfig, ConfigError>> {
    match client {
        Client::Android => Some(android::parse_config(body)),
        Client::Ios => Some(ios::parse_config(body)),
        Client::Desktop => None,
    }
}

impl Release {
    /// Returns how this release sends requests to a server.
    ///
    /// Source: `clients.http.headers`, `clients.http.login`, `clients.http.success`.
    pub fn transport(self) -> Transport {
        match self.client() {
            Client::Android => android::transport(self),
            Client::Ios => ios::transport(self),
            Client::Desktop => desktop::transport(self),
        }
    }
}

impl Transport {
    /// Returns how a release sends requests; for a client, its newest release.
    pub fn of(release: impl Into<Release>) -> Self {
        release.into().transport()
    }
}

#[cfg(test)]
mod config_tests;
