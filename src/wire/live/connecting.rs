//! The HTTP clients of a run. Their library measures a connection and its TLS handshake together;
//! here a handshake may take longer than a connection.

use super::Live;
use crate::safe::Stage;
use crate::wire::dial::CONNECT_TIME;
use crate::wire::facet::Http;
use crate::wire::failure::Failure;
use crate::wire::tls::{Store, Tls};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::OnceCell;

/// How many times longer a slow handshake may take than an answer. The answer to a repeated request
/// may take three times as long: a server that then accepts no connection is still recognised.
const LONGER: u32 = 2;

type Client = OnceCell<Result<reqwest::Client, Failure>>;

/// The clients of each version of HTTP.
#[derive(Default)]
pub(super) struct Clients {
    one: Client,
    two: Client,
    /// Those that wait longer for a handshake.
    patient_one: Client,
    patient_two: Client,
    /// Whether the server accepted a connection, but its handshake took too long.
    shakes_slowly: AtomicBool,
}

impl Live {
    /// Returns the client for this version of HTTP.
    pub(super) async fn client(&self, http: Http) -> Result<&reqwest::Client, Failure> {
        let clients = &self.clients;
        let is_patient = clients.shakes_slowly.load(Ordering::Relaxed);
        let (cell, time) = match (http, is_patient) {
            (Http::One, false) => (&clients.one, CONNECT_TIME),
            (Http::Two, false) => (&clients.two, CONNECT_TIME),
            (Http::One, true) => (&clients.patient_one, self.timeout * LONGER),
            (Http::Two, true) => (&clients.patient_two, self.timeout * LONGER),
        };
        let client = cell.get_or_init(|| self.build(http, time)).await;
        client.as_ref().map_err(Clone::clone)
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

    async fn build(&self, http: Http, time: Duration) -> Result<reqwest::Client, Failure> {
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
        builder = builder.tls_backend_preconfigured(tls.offering(&[http]));
        builder = match http {
            Http::One => builder.http1_only(),
            Http::Two => builder.http2_prior_knowledge(),
        };
        builder
            .build()
            .map_err(|error| Failure::peer(Stage::Http, error.to_string()))
    }
}
