//! The HTTP clients of a run. Their library measures a connection and its TLS handshake together;
//! here a handshake may take longer than a connection. A server that serves one connection at a
//! time serves no other one while a client keeps its own for later.

use super::Live;
use crate::safe::Stage;
use crate::wire::dial::CONNECT_TIME;
use crate::wire::facet::Http;
use crate::wire::failure::Failure;
use crate::wire::tls::{Store, Tls};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Mutex;

/// How many times longer a slow handshake may take than an answer. The answer to a repeated request
/// may take three times as long: a server that then accepts no connection is still recognised.
const LONGER: u32 = 2;

/// What distinguishes the clients.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Kind {
    http: Http,
    /// Whether it waits longer for a handshake.
    is_patient: bool,
    /// Whether it keeps connections for later requests.
    keeps: bool,
}

/// The clients of each version of HTTP.
#[derive(Default)]
pub(super) struct Clients {
    made: Mutex<BTreeMap<Kind, Result<reqwest::Client, Failure>>>,
    /// Whether the server accepted a connection, but its handshake took too long.
    shakes_slowly: AtomicBool,
    /// Whether no connection is kept any more, because a request was not answered in time.
    keeps_none: AtomicBool,
}

impl Live {
    /// Returns the client for this version of HTTP.
    pub(super) async fn client(&self, http: Http) -> Result<reqwest::Client, Failure> {
        let kind = Kind {
            http,
            is_patient: self.clients.shakes_slowly.load(Ordering::Relaxed),
            keeps: self.keeps_connections() || http == Http::Two,
        };
        let mut made = self.clients.made.lock().await;
        if let Some(client) = made.get(&kind) {
            return client.clone();
        }
        let client = self.build(kind).await;
        made.insert(kind, client.clone());
        client
    }

    /// Returns whether connections are kept for later requests.
    pub(super) fn keeps_connections(&self) -> bool {
        !self.clients.keeps_none.load(Ordering::Relaxed)
    }

    /// Closes the connections over HTTP/1.1 that are kept for later requests, and keeps none from
    /// now on.
    pub(super) async fn keep_no_connections(&self) {
        if !self.clients.keeps_none.swap(true, Ordering::Relaxed) {
            let mut made = self.clients.made.lock().await;
            made.retain(|kind, _| kind.http == Http::Two);
        }
    }

    /// Returns the failure of a request that got no connection in time: a server that accepts
    /// another one is only slow.
    pub(super) async fn after_slow_connection(&self) -> Failure {
        match self.connect().await {
            Ok(_) => {
                self.clients.shakes_slowly.store(true, Ordering::Relaxed);
                self.silence()
            }
            Err(failure) => failure,
        }
    }

    async fn build(&self, kind: Kind) -> Result<reqwest::Client, Failure> {
        let time = if kind.is_patient {
            self.timeout * LONGER
        } else {
            CONNECT_TIME
        };
        let alive = self.alive().await;
        let all = self.addresses().await?.into_iter();
        let others = all.filter(|address| Some(*address) != alive);
        let addresses: Vec<_> = alive.into_iter().chain(others).collect();
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(time)
            .referer(false)
            .tcp_nodelay(true)
            .resolve_to_addrs(self.target.base.host(), &addresses);
        // reqwest requires a TLS configuration even for plain http, and panics without one.
        let tls = match &self.tls {
            Some(tls) => tls.clone(),
            None => Tls::new(Store::None, &[], &[])
                .map_err(|error| Failure::peer(Stage::Tls, error.to_string()))?,
        };
        builder = builder.tls_backend_preconfigured(tls.offering(&[kind.http]));
        builder = match kind.http {
            Http::One if kind.keeps => builder.http1_only(),
            Http::One => builder.http1_only().pool_max_idle_per_host(0),
            Http::Two => builder.http2_prior_knowledge(),
        };
        builder
            .build()
            .map_err(|error| Failure::peer(Stage::Http, error.to_string()))
    }
}
