//! The addresses of the server, and connections to them.

use super::Live;
use crate::safe::Stage;
use crate::wire::answer::Reach;
use crate::wire::dial::dial;
use crate::wire::failure::Failure;
use futures_util::future::join_all;
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpStream;

/// How many addresses are tried at the same time if only their reachability matters.
const DIALLED_AT_ONCE: usize = 32;

impl Live {
    /// Returns the addresses of the name, or the given ones; resolved once.
    pub(super) async fn addresses(&self) -> Result<Vec<SocketAddr>, Failure> {
        self.addresses.get_or_init(|| self.resolve()).await.clone()
    }

    async fn resolve(&self) -> Result<Vec<SocketAddr>, Failure> {
        let port = self.target.base.port();
        if !self.target.addresses.is_empty() {
            let given = self.target.addresses.iter();
            return Ok(given
                .map(|address| SocketAddr::new(*address, port))
                .collect());
        }
        let host = self.target.base.host();
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let no_address =
            || Failure::peer(Stage::Resolve, format!("the name `{host}` has no address"));
        match tokio::time::timeout(self.timeout, tokio::net::lookup_host((host, port))).await {
            Ok(Ok(found)) => {
                let mut addresses: Vec<_> = found.collect();
                addresses.dedup();
                if addresses.is_empty() {
                    Err(no_address())
                } else {
                    Ok(addresses)
                }
            }
            Ok(Err(_)) => Err(no_address()),
            Err(_) => Err(Failure::peer(
                Stage::Resolve,
                format!("no answer to the look-up of `{host}`"),
            )),
        }
    }

    /// Connects to every address once, several at the same time, so that silent addresses do not
    /// add up their timeouts.
    pub(in crate::wire) async fn reach(&self) -> Result<Reach, Failure> {
        let mut addresses = Vec::new();
        for several in self.addresses().await?.chunks(DIALLED_AT_ONCE) {
            let dialled = several.iter().map(|address| dial(*address));
            for (address, dialled) in several.iter().zip(join_all(dialled).await) {
                let trouble = match dialled {
                    Ok(_) => {
                        // The first one is kept.
                        let _ = self.alive.set(*address);
                        String::new()
                    }
                    Err(failure) => failure.message,
                };
                addresses.push((address.ip().to_string(), trouble));
            }
        }
        Ok(Reach { addresses })
    }

    /// Returns an address that accepted a connection. If the host has several and none is known,
    /// all are tried once, so that silent ones do not delay each connection.
    pub(super) async fn alive(&self) -> Option<SocketAddr> {
        if self.alive.get().is_none() && self.addresses().await.ok()?.len() > 1 {
            let try_all = || async {
                // Without a connection, `connect` says why.
                let _ = self.reach().await;
            };
            self.tried.get_or_init(try_all).await;
        }
        self.alive.get().copied()
    }

    /// Connects to the address that accepted a connection before, or else to the first that does.
    pub(super) async fn connect(&self) -> Result<TcpStream, Failure> {
        let mut last = Failure::peer(Stage::Resolve, "the name has no address");
        let alive = self.alive().await;
        for address in alive.into_iter().chain(self.addresses().await?) {
            match dial(address).await {
                Ok(stream) => return Ok(stream),
                Err(failure) => last = failure,
            }
        }
        Err(last)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::wire::dial::silent::Silent;
    use crate::wire::{Scrub, Seed, Settings, Target};
    use tokio::net::TcpListener;

    fn live(addresses: &[SocketAddr]) -> Live {
        let port = addresses[0].port();
        let url = format!("http://localhost:{port}/safe");
        let mut target = Target::parse(&url).expect("a URL");
        target.addresses = addresses.iter().map(SocketAddr::ip).collect();
        let settings = Settings::new(Seed::new(7));
        let scrub = Scrub::default();
        Live::new(target, &settings, scrub, std::sync::Arc::default()).expect("no TLS")
    }

    #[tokio::test]
    async fn silent_addresses_are_tried_once_beside_the_others() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let good = listener.local_addr().expect("an address");
        let at = |last| SocketAddr::from(([127, 0, 0, last], good.port()));
        let (first, second) = (Silent::at(at(2)).await, Silent::at(at(3)).await);
        let live = live(&[first.address, second.address, good]);
        let connected = live.connect().await.expect("one address is good");
        assert_eq!(connected.peer_addr().ok(), Some(good));
        assert_eq!(live.alive.get(), Some(&good));
    }

    #[tokio::test]
    async fn a_single_address_is_not_tried_before_it_is_used() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let good = listener.local_addr().expect("an address");
        assert!(live(&[good]).connect().await.is_ok());
        assert!(listener.accept().await.is_ok());
        let more = std::time::Duration::from_millis(100);
        assert!(tokio::time::timeout(more, listener.accept()).await.is_err());
    }
}
