//! What can be set on a server before it starts.

use super::clock::{Clock, SystemClock};
use super::expiry::Tidying;
use super::faults::Fault;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// How a server is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// TLS with HTTP/2 and HTTP/1.1; without it there is plain HTTP/1.1.
    pub tls: bool,
    /// Who may enter.
    pub login: Login,
    /// The ways in which it is wrong.
    pub faults: Vec<Fault>,
    /// What it counts the retention by.
    pub clock: Arc<dyn Clock>,
    /// The largest backup it takes, and what `config` says. Above 64 MiB it takes no backup,
    /// whatever this says; less than 0 counts as 0.
    pub max_backup_bytes: i64,
    /// How many days it keeps a backup, and what `config` says; less than 1 counts as 180.
    pub retention_days: i64,
    /// What it does once the retention of a backup is over.
    pub tidying: Tidying,
    /// How long it waits before each answer.
    pub delay: Duration,
    /// The path of the base URL: empty, or with a slash at its beginning and none at its end.
    pub base_path: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            tls: true,
            login: Login::Basic {
                user: "safe".to_owned(),
                password: "s3cret-loopback".to_owned(),
            },
            faults: Vec::new(),
            clock: Arc::new(SystemClock),
            max_backup_bytes: 524_288,
            retention_days: 180,
            tidying: Tidying::OnTheDot,
            delay: Duration::ZERO,
            base_path: "/safe".to_owned(),
        }
    }
}

/// Who may enter.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    /// Anybody.
    Open,
    /// Who knows a user name and a password, sent as HTTP Basic.
    Basic {
        /// The user name.
        user: String,
        /// The password.
        password: String,
    },
    /// Who knows a token, sent as `Authorization: Token …`.
    Token(String),
}

impl fmt::Debug for Login {
    /// Names the kind alone: what is secret stays so.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Open => "Open",
            Self::Basic { .. } => "Basic(..)",
            Self::Token(_) => "Token(..)",
        })
    }
}
