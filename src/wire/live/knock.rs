//! Tests HTTP/3 with one datagram, to which a server answers with its QUIC versions.

use super::Live;
use crate::wire::answer::Reach;
use crate::wire::failure::Failure;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::UdpSocket;

/// How long an answer is waited for, and how often, because datagrams get lost.
const WAIT: (Duration, usize) = (Duration::from_millis(1500), 2);
/// A QUIC version that no server supports: versions of this form are reserved for this purpose.
///
/// Source: RFC 9000 section 15.
const NO_VERSION: [u8; 4] = [0x1A, 0x2A, 0x3A, 0x4A];
/// The minimum size of a first datagram, in bytes.
///
/// Source: RFC 9000 section 14.1.
const LEAST: usize = 1200;

impl Live {
    /// Sends a first datagram of QUIC to a port at every address of the host.
    pub(in crate::wire) async fn knock(&self, port: u16) -> Result<Reach, Failure> {
        let mut addresses = Vec::new();
        for address in self.addresses().await? {
            let at = SocketAddr::new(address.ip(), port);
            addresses.push((at.ip().to_string(), trouble_at(at).await));
        }
        Ok(Reach { addresses })
    }
}

/// Returns why an address does not speak QUIC; empty if it does.
async fn trouble_at(address: SocketAddr) -> String {
    let mut last = String::new();
    for _ in 0..WAIT.1 {
        last = match tokio::time::timeout(WAIT.0, knock_at(address)).await {
            Ok(Ok(true)) => return String::new(),
            Ok(Ok(false)) => "something other than QUIC answers".to_owned(),
            Ok(Err(_)) => "nothing listens".to_owned(),
            Err(_) => "no answer".to_owned(),
        };
    }
    last
}

/// Returns whether QUIC answers.
async fn knock_at(address: SocketAddr) -> std::io::Result<bool> {
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(address).await?;
    socket.send(&first_datagram()).await?;
    let mut answer = [0; 1500];
    let length = socket.recv(&mut answer).await?;
    Ok(is_version_negotiation(&answer[..length]))
}

/// Returns a long header with an unknown version and two connection IDs, padded.
///
/// Source: RFC 8999 section 5.1.
fn first_datagram() -> Vec<u8> {
    let mut datagram = vec![0xC0];
    datagram.extend_from_slice(&NO_VERSION);
    for id in [b"safeconf", b"ormance!"] {
        datagram.push(8);
        datagram.extend_from_slice(id);
    }
    datagram.resize(LEAST, 0);
    datagram
}

/// Returns whether a datagram lists the versions that the server supports.
///
/// Source: RFC 8999 section 6.
fn is_version_negotiation(datagram: &[u8]) -> bool {
    datagram.len() > 5 && datagram[0] & 0x80 != 0 && datagram[1..5] == [0; 4]
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answering(answer: &'static [u8]) -> SocketAddr {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("binds");
        let address = socket.local_addr().expect("has an address");
        tokio::spawn(async move {
            let mut asked = [0; 2000];
            while let Ok((length, from)) = socket.recv_from(&mut asked).await {
                assert!(length >= LEAST);
                if !answer.is_empty() {
                    let _ = socket.send_to(answer, from).await;
                }
            }
        });
        address
    }

    #[tokio::test]
    async fn only_version_negotiation_counts_as_http_3() {
        let quic = answering(b"\x80\0\0\0\0\x08ormance!\x08safeconf\0\0\0\x01").await;
        assert_eq!(trouble_at(quic).await, "");
        let other = answering(b"what?").await;
        assert_eq!(trouble_at(other).await, "something other than QUIC answers");
        let silent = answering(b"").await;
        assert_eq!(trouble_at(silent).await, "no answer");
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("binds");
        let closed = socket.local_addr().expect("has an address");
        // It hears only its peer. A closed socket's port could go to another program.
        socket.connect(silent).await.expect("connects");
        assert_eq!(trouble_at(closed).await, "nothing listens");
    }
}
