//! How long all checks of TLS take, on loopback and behind a proxy that makes the server 50 ms
//! away.
//!
//! Run it with `cargo bench --bench tls`; the targets are 0.3 s and 1.5 s. `tests/bench/tls.sh`
//! compares it with sslscan and testssl.sh.

use safe_conformance::engine::{Pattern, Selection};
use safe_conformance::reference::{self, Options};
use safe_conformance::{Checkup, Target};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

fn main() {
    divan::main();
}

#[divan::bench(args = [0, 50], sample_count = 10, sample_size = 1)]
fn inspection(bencher: divan::Bencher<'_, '_>, away_ms: u64) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let running = runtime
        .block_on(reference::start(Options::default()))
        .expect("the embedded server starts");
    let away = Duration::from_millis(away_ms);
    let proxy = runtime.block_on(delaying(running.address(), away));
    let url = running.base_url().replace(
        &running.address().port().to_string(),
        &proxy.port().to_string(),
    );
    let root = running.root_certificate().expect("a root");
    bencher.bench_local(|| {
        let target = Target::parse(&url).expect("a good URL").trusting(root);
        let checkup = Checkup::new(target).selecting(Selection {
            only: vec![Pattern::new("tls")],
            ..Selection::default()
        });
        let report = runtime
            .block_on(checkup.run_with(|_| {}))
            .expect("it runs")
            .report;
        assert!(report.passed(), "{report}");
    });
}

/// A proxy that adds a round trip of `away` to `server`, both to connecting and to all later
/// traffic.
async fn delaying(server: SocketAddr, away: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(async move {
                // The round trip of connecting.
                tokio::time::sleep(away).await;
                let Ok(server) = TcpStream::connect(server).await else {
                    return;
                };
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::join!(
                    carry(from_client, to_server, away / 2),
                    carry(from_server, to_client, away / 2)
                );
            });
        }
    });
    address
}

/// Forwards bytes, each `late`.
async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, late: Duration) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        tokio::time::sleep(late).await;
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
    // A side that has already closed needs no shutdown.
    let _ = to.shutdown().await;
}
