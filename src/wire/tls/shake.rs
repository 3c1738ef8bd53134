//! The result of a handshake by the library.

use super::inspection::{ShakeTrouble, Shaken, Version};
use super::recorder::Recorded;
use data_encoding::BASE64;
use sha2::{Digest as _, Sha256};
use std::io;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// The result of a handshake by the library.
pub(super) struct Shake {
    pub(super) recorded: Option<Recorded>,
    pub(super) outcome: Result<Shaken, ShakeTrouble>,
    /// The connection, while it is needed: some servers serve only one at a time.
    pub(super) stream: Option<TlsStream<TcpStream>>,
}

impl Shake {
    pub(super) const fn library(why: String) -> Self {
        Self {
            recorded: None,
            outcome: Err(ShakeTrouble::Library(why)),
            stream: None,
        }
    }

    pub(super) fn no_connection(why: &str) -> Self {
        Self {
            recorded: None,
            outcome: Err(ShakeTrouble::NoConnection(why.to_owned())),
            stream: None,
        }
    }

    /// Returns the SHA-256 of the leaf.
    pub(super) fn leaf(&self) -> Option<String> {
        let leaf = self.recorded.as_ref()?.chain.first()?;
        Some(BASE64.encode(&Sha256::digest(leaf)))
    }
}

pub(super) fn trouble_of(error: &io::Error) -> ShakeTrouble {
    let inner = error.get_ref();
    match inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::AlertReceived(alert)) => ShakeTrouble::Alert(u8::from(*alert)),
        Some(rustls::Error::InvalidMessage(rustls::InvalidMessage::HandshakePayloadTooLarge)) => {
            ShakeTrouble::TooMuch
        }
        Some(other) => ShakeTrouble::Library(other.to_string()),
        None => ShakeTrouble::Closed,
    }
}

pub(super) fn shaken(stream: &TlsStream<TcpStream>) -> Shaken {
    let session = stream.get_ref().1;
    let alpn = session.alpn_protocol();
    Shaken {
        version: match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => Version::Tls13,
            _ => Version::Tls12,
        },
        suite: session
            .negotiated_cipher_suite()
            .map_or(0, |suite| u16::from(suite.suite())),
        alpn: alpn.map(|name| String::from_utf8_lossy(name).into_owned()),
    }
}
