//! The listeners: one host for all cases, another one as the destination of redirects, one for
//! plain HTTP, and separate ones for cases with a special certificate.

use super::authority::{Authority, Certificate};
use super::exchange::{Exchange, Host, MOST_BODY};
use super::page::Page;
use super::site::{Asked, Manner, Reply, SURPLUS, Site};
use crate::reference::{Closed, Content, Idle, Tasks, went_on_with_tls_1_1};
use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Response, StatusCode, Version};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// The largest number of connections; further ones wait.
const MOST_CONNECTIONS: usize = 256;
/// After how long an idle connection is closed.
const IDLE_LIMIT: Duration = Duration::from_secs(120);
/// How long a client may take for its first byte, and for the head of a request.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// The largest head of a request, in bytes.
const MOST_HEAD: usize = 32 * 1024;
/// The largest number of streams in an HTTP/2 connection.
const MOST_STREAMS: u32 = 32;
/// How many bodies are read at the same time.
const MOST_BODIES: usize = 16;
/// How long each part of a body may take.
const PART_LIMIT: Duration = Duration::from_secs(20);
/// The first byte of a TLS handshake. Source: RFC 8446 section 5.1.
const HANDSHAKE: u8 = 0x16;

/// The cases that are being served, by name.
#[derive(Clone, Default)]
pub(super) struct Sites(Arc<RwLock<HashMap<&'static str, Arc<Site>>>>);

impl Sites {
    pub(super) fn add(&self, site: Arc<Site>) {
        let mut sites = self.0.write().unwrap_or_else(PoisonError::into_inner);
        sites.insert(site.case, site);
    }

    fn find(&self, case: &str) -> Option<Arc<Site>> {
        let sites = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sites.get(case).cloned()
    }
}

/// The listeners of one run.
pub(super) struct Listeners {
    pub(super) authority: Authority,
    pub(super) own: SocketAddr,
    pub(super) own_http1: SocketAddr,
    pub(super) other: SocketAddr,
    pub(super) plain: SocketAddr,
    address: IpAddr,
    sites: Sites,
    slots: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
    tasks: Tasks,
}

/// The settings of a listener.
#[derive(Clone)]
struct Door {
    host: Host,
    acceptor: Option<TlsAcceptor>,
    sites: Sites,
    /// The only case that it serves, if it is not for all of them.
    alone: Option<Arc<Site>>,
    /// The certificates of a server that supports at most TLS 1.1.
    old_chain: Option<Arc<Vec<Vec<u8>>>>,
    bodies: Arc<Semaphore>,
}

impl Listeners {
    /// Starts the listeners on `address`.
    pub(super) async fn new(address: IpAddr, sites: Sites) -> io::Result<Self> {
        let authority = Authority::new(address)?;
        let (tasks, slots) = (Tasks::default(), Arc::new(Semaphore::new(MOST_CONNECTIONS)));
        let good = |http2| {
            authority
                .server(Certificate::Good, http2)
                .map(TlsAcceptor::from)
        };
        let bodies = Arc::new(Semaphore::new(MOST_BODIES));
        let door = |host, acceptor| Door {
            host,
            acceptor,
            sites: sites.clone(),
            alone: None,
            old_chain: None,
            bodies: Arc::clone(&bodies),
        };
        let doors = [
            door(Host::Own, Some(good(true)?)),
            door(Host::Own, Some(good(false)?)),
            door(Host::Other, Some(good(true)?)),
            door(Host::Plain, None),
        ];
        let mut addresses = Vec::new();
        for door in doors {
            addresses.push(listen(address, door, &tasks, &slots).await?);
        }
        let [own, own_http1, other, plain] = addresses[..] else {
            unreachable!("one address per door");
        };
        Ok(Self {
            authority,
            own,
            own_http1,
            other,
            plain,
            address,
            sites,
            slots,
            bodies,
            tasks,
        })
    }

    /// Listens for one case alone, with its own certificate. Returns the port before the case is
    /// known.
    pub(super) async fn alone(
        &self,
        certificate: Certificate,
        site: impl FnOnce(SocketAddr) -> Arc<Site>,
    ) -> io::Result<Arc<Site>> {
        let config = self.authority.server(certificate, true)?;
        let listener = TcpListener::bind((self.address, 0)).await?;
        let site = site(listener.local_addr()?);
        let old_chain = match certificate {
            Certificate::OldTls => Some(Arc::new(self.authority.old_chain()?)),
            _ => None,
        };
        let door = Door {
            host: Host::Own,
            acceptor: Some(TlsAcceptor::from(config)),
            sites: self.sites.clone(),
            alone: Some(Arc::clone(&site)),
            old_chain,
            bodies: Arc::clone(&self.bodies),
        };
        let slots = Arc::clone(&self.slots);
        self.tasks
            .spawn(accept(listener, door, self.tasks.clone(), slots));
        Ok(site)
    }

    /// Starts to serve a page over plain HTTP.
    pub(super) fn serve_page(&self, page: Page) -> io::Result<SocketAddr> {
        let listener = std::net::TcpListener::bind((self.address, 0))?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let local = listener.local_addr()?;
        self.tasks.spawn(page.serve(listener, self.tasks.clone()));
        Ok(local)
    }

    /// Closes every connection and stops listening.
    pub(super) async fn stop(&self) {
        self.tasks.stop().await;
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        self.tasks.abort();
    }
}

async fn listen(
    address: IpAddr,
    door: Door,
    tasks: &Tasks,
    slots: &Arc<Semaphore>,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((address, 0)).await?;
    let local = listener.local_addr()?;
    tasks.spawn(accept(listener, door, tasks.clone(), Arc::clone(slots)));
    Ok(local)
}

async fn accept(listener: TcpListener, door: Door, tasks: Tasks, slots: Arc<Semaphore>) {
    while let Ok(slot) = slots.clone().acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        if let Some(site) = &door.alone {
            site.connections.fetch_add(1, Ordering::Relaxed);
        }
        let (door, streams) = (door.clone(), tasks.clone());
        tasks.spawn(async move {
            connection(stream, door, streams).await;
            drop(slot);
        });
    }
}

async fn connection(mut stream: TcpStream, door: Door, tasks: Tasks) {
    // With Nagle's algorithm an answer may wait for an acknowledgement; a failure only costs time.
    let _ = stream.set_nodelay(true);
    let mut first = [0];
    let peeked = tokio::time::timeout(HEAD_LIMIT, stream.peek(&mut first)).await;
    let Ok(Ok(1)) = peeked else { return };
    if let (Some(chain), Some(site), true) = (&door.old_chain, &door.alone, first[0] == HANDSHAKE) {
        if went_on_with_tls_1_1(&mut stream, chain).await {
            site.old_handshakes.fetch_add(1, Ordering::Relaxed);
        }
        return;
    }
    let stream = Idle::new(stream, IDLE_LIMIT);
    let Some(acceptor) = door.acceptor.clone() else {
        return serve_http1(stream, door).await;
    };
    if first[0] != HANDSHAKE {
        // The client speaks plain HTTP on the port of TLS: the record must show that.
        let door = Door {
            host: Host::Plain,
            ..door
        };
        return serve_http1(stream, door).await;
    }
    let Ok(Ok(stream)) = tokio::time::timeout(HEAD_LIMIT, acceptor.accept(stream)).await else {
        return;
    };
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        serve_http2(stream, door, tasks).await;
    } else {
        serve_http1(stream, door).await;
    }
}

async fn serve_http1(stream: impl AsyncRead + AsyncWrite + Unpin, door: Door) {
    let service = service_fn(|request| answer(&door, request));
    // An error means that the client left, or that the rig closed the connection on purpose.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(MOST_HEAD)
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn serve_http2(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    door: Door,
    tasks: Tasks,
) {
    let service = service_fn(move |request| {
        let door = door.clone();
        async move { answer(&door, request).await }
    });
    // As above.
    let _ = http2::Builder::new(tasks)
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(MOST_HEAD).unwrap_or(u32::MAX))
        .max_concurrent_streams(MOST_STREAMS)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The kept part of a body, its full length, and whether it was complete.
struct Upload {
    kept: Bytes,
    length: u64,
    complete: bool,
}

async fn read(body: &mut Incoming, bound: u64) -> Upload {
    let (mut kept, mut length, mut complete) = (BytesMut::new(), 0, true);
    loop {
        let frame = match tokio::time::timeout(PART_LIMIT, body.frame()).await {
            Ok(None) => break,
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(_))) | Err(_) => {
                complete = false;
                break;
            }
        };
        let Some(data) = frame.data_ref() else {
            continue;
        };
        length += data.len() as u64;
        let room = MOST_BODY - kept.len();
        kept.extend_from_slice(&data[..data.len().min(room)]);
        if length > bound {
            complete = false;
            break;
        }
    }
    Upload {
        kept: kept.freeze(),
        length,
        complete,
    }
}

async fn answer(
    door: &Door,
    request: http::Request<Incoming>,
) -> Result<Response<Content>, Closed> {
    let (head, mut body) = request.into_parts();
    // The first segment of the path names the case.
    let (case, path) = split(head.uri.path());
    let site = match &door.alone {
        Some(site) => Some(Arc::clone(site)),
        None => door.sites.find(case),
    };
    let Some(site) = site else {
        return Ok(respond(&Reply {
            status: 404,
            ..Reply::default()
        }));
    };
    let at = site.elapsed();
    // Limits how many bodies are held at the same time; the semaphore is never closed.
    let place = if body.is_end_stream() {
        None
    } else {
        door.bodies.acquire().await.ok()
    };
    let bound = site.script.max_backup_bytes.saturating_add(SURPLUS);
    let upload = read(&mut body, bound).await;
    drop(place);
    let headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                // Byte for byte: characters beyond ASCII must show as they were sent.
                value
                    .as_bytes()
                    .iter()
                    .copied()
                    .map(char::from)
                    .collect::<String>(),
            )
        })
        .collect();
    let authorization = headers.iter().find(|(name, _)| name == "authorization");
    let takes_gzip = headers
        .iter()
        .any(|(name, value)| name == "accept-encoding" && value.contains("gzip"));
    let reply = site.answer(&Asked {
        host: door.host,
        target: head.uri.path(),
        method: head.method.as_str(),
        path,
        authorization: authorization.map(|(_, value)| value.as_str()),
        takes_gzip,
        body: upload.complete.then_some(&upload.kept),
        body_length: upload.length,
    });
    site.keep(Exchange {
        host: door.host,
        turn: site.turn.load(Ordering::Relaxed),
        method: head.method.as_str().to_owned(),
        path: path.to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers,
        body: upload.kept.into(),
        body_length: upload.length,
        complete: upload.complete,
        version: if head.version == Version::HTTP_2 {
            "HTTP/2"
        } else {
            "HTTP/1.1"
        },
        status: (reply.manner != Manner::Closes).then_some(reply.status),
        at,
    });
    if !reply.after.is_zero() {
        tokio::time::sleep(reply.after).await;
    }
    if reply.manner == Manner::Closes {
        return Err(Closed);
    }
    let mut response = respond(&reply);
    if head.method == http::Method::HEAD {
        // Over HTTP/2 the library does not remove the body itself. Source: RFC 9110 section 9.3.2.
        let length = HeaderValue::from(reply.body.len());
        *response.body_mut() = Content::from(Bytes::new());
        response
            .headers_mut()
            .insert(http::header::CONTENT_LENGTH, length);
    }
    Ok(response)
}

/// Returns the case and the path below its base URL.
fn split(path: &str) -> (&str, &str) {
    let rest = path.strip_prefix('/').unwrap_or(path);
    match rest.find('/') {
        Some(slash) => (&rest[..slash], &rest[slash..]),
        None => (rest, "/"),
    }
}

fn respond(reply: &Reply) -> Response<Content> {
    let mut response = Response::new(Content::from(reply.body.clone()));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &reply.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::try_from(*name),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    let length = HeaderValue::from(reply.body.len());
    match reply.manner {
        Manner::CutOff => {
            let half = reply.body.slice(..reply.body.len() / 2);
            *response.body_mut() = Content::breaking_off(half);
            response
                .headers_mut()
                .insert(http::header::CONTENT_LENGTH, length);
        }
        Manner::Http10 => *response.version_mut() = Version::HTTP_10,
        Manner::ThenCloses => {
            let close = HeaderValue::from_static("close");
            response
                .headers_mut()
                .insert(http::header::CONNECTION, close);
        }
        Manner::Ordinary | Manner::Closes => {}
    }
    response
}
