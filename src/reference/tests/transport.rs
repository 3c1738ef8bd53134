//! TLS, HTTP versions, and the end of a server.

use super::super::{Fault, Login, ManualClock, Options, Running, start};
use super::client::{get, put};
use super::{backup, open, plain, until, within};
use reqwest::{Client, Response, StatusCode, Version};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn secure(faults: &[Fault]) -> Running {
    let options = Options {
        login: Login::Open,
        faults: faults.to_vec(),
        ..Options::default()
    };
    start(options).await.expect("starts")
}

/// A client that trusts this root alone, and speaks these protocols.
fn client(root: Option<&str>, protocols: &[&str]) -> Client {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(pem) = root {
        let (_, der) = rustls::pki_types::pem::from_slice_for_tests(pem);
        roots.add(der).expect("a root");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|each| each.as_bytes().to_vec()).collect();
    Client::builder()
        .use_preconfigured_tls(config)
        .no_proxy()
        .build()
        .expect("a client")
}
