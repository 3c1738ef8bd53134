//! The stages between a name and a restored backup at which something can fail.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The stage at which an exchange or a backup failed, in the order in which a client passes them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The host name has no address.
    Resolve,
    /// No TCP connection.
    Connect,
    /// No TLS session, or one that the client does not trust.
    Tls,
    /// The credentials were refused, or no usable challenge came.
    Auth,
    /// The HTTP exchange itself: status, framing, time.
    Http,
    /// The number of bytes.
    Size,
    /// Decryption.
    Open,
    /// Decompression.
    Gunzip,
    /// JSON syntax.
    Json,
    /// The content of the JSON.
    Meaning,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Http => "http",
            Self::Size => "size",
            Self::Open => "open",
            Self::Gunzip => "gunzip",
            Self::Json => "json",
            Self::Meaning => "meaning",
        })
    }
}
