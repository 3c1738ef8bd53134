//! The size of a body, compared with the server's limit.

use super::Configs;
use crate::clients::Transport;
use crate::safe::Client;
use crate::safe::ServerConfig;
use serde::Serialize;

/// The size of a body, compared with the server's limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct SizeOnWire {
    /// The length of the body, in bytes.
    pub bytes: u64,
    /// Whether Android uploads it; `None` if no server was asked.
    pub android: Option<Uploads>,
    /// Whether iOS uploads it; `None` if no server was asked.
    pub ios: Option<Uploads>,
}

/// Whether a client would upload a body of this size.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Uploads {
    /// The limit as the client reads it, in bytes; `None` if it cannot read the config, and so
    /// uploads nothing.
    pub limit: Option<i64>,
    /// Whether it uploads.
    pub uploads: bool,
}

impl SizeOnWire {
    /// Returns the size of a body of `bytes` bytes; `config` is as Android and iOS read it.
    ///
    /// Source: clause 4.6.
    pub fn of(bytes: u64, config: Option<Configs>) -> Self {
        let uploads = |client, config: Option<ServerConfig>| {
            let limit = config.map(|config| config.max_backup_bytes);
            let uploads =
                limit.is_some_and(|limit| Transport::of(client).upload_fits(bytes, limit));
            Uploads { limit, uploads }
        };
        Self {
            bytes,
            android: config.map(|(android, _)| uploads(Client::Android, android)),
            ios: config.map(|(_, ios)| uploads(Client::Ios, ios)),
        }
    }
}
