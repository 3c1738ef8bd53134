//! The listener, the connections and their limits.

use super::certificates::{Certificates, DEEP_NAME};
use super::faults::Fault;
use super::flight::{After, Script};
use super::handler;
use super::idle::Idle;
use super::log::LoggedRequest;
use super::options::Options;
use super::profile::{HangUp, Line};
use super::site::Site;
use super::tasks::Tasks;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// The largest number of connections; further ones wait.
const MAX_CONNECTIONS: usize = 256;

/// After how long an idle connection is closed.
const IDLE_LIMIT: Duration = Duration::from_secs(60);

/// The largest head of a request, in bytes.
const MAX_HEAD: usize = 32 * 1024;

/// The largest number of streams in an HTTP/2 connection.
const MAX_STREAMS: u32 = 64;

/// Starts a server in the current Tokio runtime.
///
/// # Errors
/// If the server cannot listen on the address, or the options are impossible.
pub async fn start(options: Options) -> io::Result<Running> {
    if !is_base_path(&options.base_path) {
        let message = "the base path must be empty, or begin with a slash and end without one";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let faults = options.all_faults();
    let (root, security) = if options.tls {
        let certificates = Certificates::make(faults)?;
        let config = certificates.server_config(faults)?;
        let acceptor = |config| TlsAcceptor::from(Arc::new(config));
        let forgotten = if faults.contains(Fault::CertificateAlternates) {
            Certificates::make(faults)?.server_config(faults)?
        } else {
            None
        };
        let security = Security {
            script: Script::new(faults, certificates.chain()),
            acceptor: config.map(acceptor),
            forgotten: forgotten.map(acceptor),
        };
        (Some(certificates.root), Some(Arc::new(security)))
    } else {
        (None, None)
    };
    let listener = TcpListener::bind(options.address).await?;
    let address = listener.local_addr()?;
    let scheme = if options.tls { "https" } else { "http" };
    let name = if faults.contains(Fault::CertificateWildcardTooDeep) {
        DEEP_NAME
    } else {
        "localhost"
    };
    let base_url = format!("{scheme}://{name}:{}{}", address.port(), options.base_path);
    let tasks = Tasks::default();
    let site = Arc::new(Site::new(options, base_url, tasks.clone())?);
    tasks.spawn(accept(listener, security, site.clone(), tasks.clone()));
    Ok(Running {
        address,
        root,
        site,
        tasks,
    })
}

fn is_base_path(path: &str) -> bool {
    path.is_empty() || (path.starts_with('/') && !path.ends_with('/'))
}

/// A server that runs until it is stopped or dropped.
pub struct Running {
    address: SocketAddr,
    root: Option<String>,
    site: Arc<Site>,
    tasks: Tasks,
}

impl Running {
    /// Returns the base URL without a trailing slash: `https://localhost:PORT/safe`. With
    /// [`Fault::CertificateWildcardTooDeep`] its host name must be resolved by hand.
    pub fn base_url(&self) -> &str {
        &self.site.base_url
    }

    /// Returns the address on which the server listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the root certificate to trust in PEM; `None` without TLS.
    pub fn root_certificate(&self) -> Option<&str> {
        self.root.as_deref()
    }

    /// Returns how many backups are stored now, without expired ones.
    pub fn stored(&self) -> usize {
        self.site.catch_up();
        self.site.store.len()
    }

    /// Returns the names in the bin of a profile that has one.
    pub fn bin(&self) -> Vec<String> {
        self.site.bin.names()
    }

    /// Puts a file with this name into the bin of a profile that has one, as if its user had
    /// deleted it.
    pub fn put_into_bin(&self, name: &str) {
        self.site.bin.put(name, self.site.store.now());
    }

    /// Returns the last 10,000 requests, oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.site.log.requests()
    }

    /// Stops the server: every connection is closed, and no task is left when this returns.
    pub async fn stop(self) {
        self.tasks.stop().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.tasks.abort();
    }
}

/// How connections are secured.
struct Security {
    script: Script,
    /// `None` if every handshake is scripted.
    acceptor: Option<TlsAcceptor>,
    /// Another certificate, on some connections.
    forgotten: Option<TlsAcceptor>,
}

impl Security {
    /// Returns how a connection is secured.
    fn acceptor_of(&self, line: &Line) -> Option<TlsAcceptor> {
        let forgotten = self.forgotten.as_ref();
        let forgotten = forgotten.filter(|_| line.is_every_fourth());
        forgotten.or(self.acceptor.as_ref()).cloned()
    }
}

async fn accept(
    listener: TcpListener,
    security: Option<Arc<Security>>,
    site: Arc<Site>,
    tasks: Tasks,
) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    while let Ok(slot) = slots.clone().acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            // Usually the process is out of file descriptors, which may be temporary.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let (security, site, streams) = (security.clone(), site.clone(), tasks.clone());
        tasks.spawn(async move {
            connection(stream, security, site, streams).await;
            drop(slot);
        });
    }
}

/// Serves one connection; its errors belong to the client.
async fn connection(
    mut stream: TcpStream,
    security: Option<Arc<Security>>,
    site: Arc<Site>,
    tasks: Tasks,
) {
    let fault = site
        .has(Fault::ConnectionsClosed)
        .then_some(HangUp::EveryFourth);
    let Some(line) = site.manner.open_line(fault) else {
        return;
    };
    // With Nagle's algorithm an answer may wait for an acknowledgement; a failure only costs time.
    let _ = stream.set_nodelay(true);
    let after = match &security {
        Some(security) => security.script.play(&mut stream).await,
        None => After::Plain,
    };
    let stream = line.on(Idle::new(stream, IDLE_LIMIT + site.delay));
    let acceptor = match after {
        After::Ended => return,
        After::Plain => return serve_http1(stream, line, site).await,
        After::Ordinary => security.and_then(|security| security.acceptor_of(&line)),
    };
    let Some(acceptor) = acceptor else {
        return;
    };
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let agreed = stream.get_ref().1.alpn_protocol();
    if agreed == Some(b"h2") || site.has(Fault::Http1Absent) {
        serve_http2(stream, line, site, tasks).await;
    } else {
        serve_http1(stream, line, site).await;
    }
}

async fn serve_http1(stream: impl AsyncRead + AsyncWrite + Unpin, line: Line, site: Arc<Site>) {
    let service = service_fn(|request| handler::answer(&site, &line, request));
    // An error means that the client left, or that the server closed the connection on purpose.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_LIMIT)
        .max_buf_size(MAX_HEAD)
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn serve_http2(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    line: Line,
    site: Arc<Site>,
    tasks: Tasks,
) {
    let service = service_fn(move |request| {
        let (line, site) = (line.clone(), site.clone());
        async move { handler::answer(&site, &line, request).await }
    });
    // As above.
    let _ = http2::Builder::new(tasks)
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
