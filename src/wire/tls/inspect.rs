//! Inspects a server's TLS over at most forty connections, none of which carries a secret.

mod probe;

use super::inspection::{
    AddressSeen, Answered, HttpSeen, Inspection, KeyProof, ShakeTrouble, Silence, Version,
};
use super::recorder::{Recorded, Recorder};
use super::shake::{Shake, shaken, trouble_of};
use super::suites;
use super::trust::Roots;
use crate::wire::dial::dial;
use futures_util::future::{join, join_all};
use probe::Probed;
use rustls::pki_types::ServerName;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The largest number of connections in an inspection.
const MOST_CONNECTIONS: usize = 40;
/// The largest number of addresses that are tried.
const MOST_ADDRESSES: usize = 8;
/// How long to wait for the answer to a plain request.
const HTTP_TIME: Duration = Duration::from_secs(3);
/// The longest head of an answer that is read, in bytes.
const MOST_OF_HEAD: usize = 16 * 1024;

/// The server to inspect.
pub(in crate::wire) struct Inspector<'l> {
    host: &'l str,
    /// Host and port as in a request.
    authority: &'l str,
    /// The path in a request for `config`.
    path: &'l str,
    timeout: Duration,
    connections: AtomicUsize,
    requests: AtomicU64,
}

impl<'l> Inspector<'l> {
    pub(in crate::wire) fn new(
        host: &'l str,
        authority: &'l str,
        path: &'l str,
        timeout: Duration,
    ) -> Self {
        Self {
            host,
            authority,
            path,
            timeout,
            connections: AtomicUsize::new(0),
            requests: AtomicU64::new(0),
        }
    }

    /// Returns how many requests the inspection sent.
    pub(in crate::wire) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Inspects the server behind `addresses`. It sends a request if the server asks for a client
    /// certificate, or if the run itself `is_shut_out`, so that no other request shows the server's
    /// time.
    pub(super) async fn inspect(
        &self,
        addresses: &[SocketAddr],
        roots: &Roots<'_>,
        is_shut_out: impl Future<Output = bool>,
    ) -> Inspection {
        let at = seconds_now();
        let tried = &addresses[..addresses.len().min(MOST_ADDRESSES)];
        let shakes = tried.iter().map(|address| async {
            let mut shake = self.shake(*address, &[b"h2", b"http/1.1"], true).await;
            if matches!(shake.outcome, Err(ShakeTrouble::Closed)) {
                // As after the harness's own hellos: a busy server also closes connections.
                shake = self.shake(*address, &[b"h2", b"http/1.1"], true).await;
            }
            Shake {
                stream: None,
                ..shake
            }
        });
        let shakes = join_all(shakes).await;
        let seen = tried
            .iter()
            .zip(&shakes)
            .map(|(address, shake)| address_seen(*address, shake));
        let seen: Vec<_> = seen.collect();
        let first = first_to_answer(&shakes);
        let chosen = first.unwrap_or(0);
        let mut shakes = shakes;
        let main = if shakes.is_empty() {
            Shake::no_connection("the name has no address")
        } else {
            shakes.swap_remove(chosen)
        };
        let asked = match (first, tried.get(chosen)) {
            (Some(_), Some(address)) => self.ask(*address, is_shut_out).await,
            _ => Asked::nothing(),
        };
        Inspection {
            further_addresses: addresses.len() - tried.len(),
            addresses: seen,
            ..self.put_together(main, asked, roots, at)
        }
    }

    fn put_together(&self, main: Shake, asked: Asked, roots: &Roots<'_>, at: i64) -> Inspection {
        let clear = asked.flights.iter().rev();
        let clear: Vec<_> = clear.map(|(_, flight)| flight).collect();
        let recorded = main.recorded.filter(|recorded| !recorded.chain.is_empty());
        let chain = match &recorded {
            Some(recorded) => recorded.chain.clone(),
            // If the library saw no certificates, the newest version that shows them counts.
            None => clear
                .iter()
                .map(|flight| flight.chain.clone())
                .find(|chain| !chain.is_empty())
                .unwrap_or_default(),
        };
        let judged = roots.judge(chain, at);
        let of_main = |get: fn(&Recorded) -> bool| recorded.as_ref().is_some_and(get);
        Inspection {
            host: self.host.to_owned(),
            at,
            addresses: Vec::new(),
            further_addresses: 0,
            chain_too_long: clear.iter().find_map(|flight| flight.too_long),
            stapled: of_main(|recorded| recorded.stapled)
                || clear.iter().any(|flight| flight.stapled),
            timestamps_in_handshake: clear.iter().any(|flight| flight.timestamps),
            asks_certificate: of_main(|recorded| recorded.asks_certificate)
                || clear.iter().any(|flight| flight.asks_certificate),
            key_proof: recorded.map_or(KeyProof::NotSeen, |recorded| recorded.key_proof),
            versions: asked
                .flights
                .into_iter()
                .map(|(version, flight)| (version, flight.answered))
                .collect(),
            suites: asked.suites,
            finite_field: asked.finite_field,
            without_forward_secrecy: asked.without_forward_secrecy,
            shaken: main.outcome,
            http: asked.http,
            without_name: asked.without_name,
            chain: judged.chain,
            trust: judged.trust,
            public: judged.public,
            connections: self.connections.load(Ordering::Relaxed),
        }
    }

    /// Returns the answers of one address to all simultaneous connections.
    async fn ask(&self, address: SocketAddr, is_shut_out: impl Future<Output = bool>) -> Asked {
        let everything = suites::before_13();
        let all_of_13 = [suites::TLS13, suites::TLS13_OTHERS].concat();
        let versions = join_all(Version::ALL.map(|version| {
            let suites = if version == Version::Tls13 {
                &all_of_13
            } else {
                &everything
            };
            async move { (version, self.probe(address, version, suites, true).await) }
        }));
        let each = [suites::TLS13, suites::ECDHE, suites::ECDHE_CBC_SHA2].concat();
        let each = join_all(each.into_iter().map(|suite| async move {
            let version = if suites::TLS13.contains(&suite) {
                Version::Tls13
            } else {
                Version::Tls12
            };
            (
                suite,
                self.probe(address, version, &[suite], false).await.answered,
            )
        }));
        let kinds = join(
            self.probe(address, Version::Tls12, suites::DHE, false),
            self.probe(
                address,
                Version::Tls12,
                suites::WITHOUT_FORWARD_SECRECY,
                false,
            ),
        );
        let library = join(self.request(address, is_shut_out), self.nameless(address));
        let ((flights, suites), (kinds, library)) =
            join(join(versions, each), join(kinds, library)).await;
        Asked {
            flights,
            suites,
            finite_field: kinds.0.answered,
            without_forward_secrecy: kinds.1.answered,
            http: library.0,
            without_name: library.1,
        }
    }

    /// Connects, unless the limit on connections is reached.
    async fn connect(&self, address: SocketAddr) -> Result<TcpStream, Silence> {
        if self.connections.fetch_add(1, Ordering::Relaxed) >= MOST_CONNECTIONS {
            self.connections.fetch_sub(1, Ordering::Relaxed);
            return Err(Silence::NotAsked);
        }
        let dialled = dial(address).await;
        dialled.map_err(|failure| Silence::NoConnection(failure.message))
    }

    /// Makes a handshake like a phone, and records what it shows.
    async fn shake(&self, address: SocketAddr, alpn: &[&[u8]], with_name: bool) -> Shake {
        let (recorder, config) = match Recorder::watching(alpn, with_name) {
            Ok(watched) => watched,
            Err(error) => return Shake::library(error.to_string()),
        };
        let Ok(name) = ServerName::try_from(self.host.to_owned()) else {
            return Shake::library("no certificate can contain this name".to_owned());
        };
        // `dial` has its own limit, and an address that it does not reach is not a slow server.
        let stream = match self.connect(address).await {
            Ok(stream) => stream,
            Err(Silence::NoConnection(why)) => return Shake::no_connection(&why),
            Err(_) => return Shake::library("no more connections".to_owned()),
        };
        let shaking = TlsConnector::from(Arc::new(config)).connect(name, stream);
        let shook = match tokio::time::timeout(self.timeout, shaking).await {
            Ok(shook) => shook.map_err(|error| trouble_of(&error)),
            Err(_) => Err(ShakeTrouble::TimedOut),
        };
        Shake {
            recorded: Some(recorder.recorded()),
            outcome: shook.as_ref().map(shaken).map_err(Clone::clone),
            stream: shook.ok(),
        }
    }

    /// Returns the library's handshake without a name, if the host has a name.
    async fn nameless(&self, address: SocketAddr) -> Option<Result<String, ShakeTrouble>> {
        if self.host.parse::<IpAddr>().is_ok() {
            return None;
        }
        let shake = self.shake(address, &[b"h2", b"http/1.1"], false).await;
        let leaf = shake.leaf();
        Some(shake.outcome.map(|_| leaf.unwrap_or_default()))
    }

    /// Sends a request for `config` without credentials, if no other request shows whether a client
    /// without a certificate gets an answer, or the server's time.
    ///
    /// Otherwise it is omitted, because intrusion detection counts requests without credentials.
    async fn request(
        &self,
        address: SocketAddr,
        is_shut_out: impl Future<Output = bool>,
    ) -> Result<Option<HttpSeen>, ShakeTrouble> {
        // Known before the connection is made: other connections show it, and a server that serves
        // one at a time would leave them waiting for the end of this one.
        let is_shut_out = is_shut_out.await;
        let shake = self.shake(address, &[b"http/1.1"], true).await;
        shake.outcome?;
        let asks_certificate = shake.recorded.is_some_and(|seen| seen.asks_certificate);
        if !asks_certificate && !is_shut_out {
            return Ok(None);
        }
        let Some(mut stream) = shake.stream else {
            return Ok(None);
        };
        let asking = async {
            // Not all servers support HEAD. Only the head of the answer is read.
            let request = format!(
                "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Threema\r\nConnection: close\r\n\r\n",
                self.path, self.authority
            );
            self.requests.fetch_add(1, Ordering::Relaxed);
            stream.write_all(request.as_bytes()).await?;
            read_head(&mut stream).await
        };
        match tokio::time::timeout(self.timeout.min(HTTP_TIME), asking).await {
            Ok(Ok(head)) => Ok(http_seen(&head)),
            Ok(Err(error)) => match trouble_of(&error) {
                alert @ ShakeTrouble::Alert(_) => Err(alert),
                _ => Ok(None),
            },
            Err(_) => Ok(None),
        }
    }
}

/// The answers of one address.
struct Asked {
    flights: Vec<(Version, Probed)>,
    suites: Vec<(u16, Answered)>,
    finite_field: Answered,
    without_forward_secrecy: Answered,
    http: Result<Option<HttpSeen>, ShakeTrouble>,
    without_name: Option<Result<String, ShakeTrouble>>,
}

impl Asked {
    fn nothing() -> Self {
        Self {
            flights: Vec::new(),
            suites: Vec::new(),
            finite_field: Answered::Nothing(Silence::NotAsked),
            without_forward_secrecy: Answered::Nothing(Silence::NotAsked),
            http: Err(ShakeTrouble::NoConnection("no connection".to_owned())),
            without_name: None,
        }
    }
}

/// Returns the position of the first handshake that was answered or, if none was, of the first that
/// had a connection.
fn first_to_answer(shakes: &[Shake]) -> Option<usize> {
    let is_answered = |shake: &Shake| {
        !matches!(
            shake.outcome,
            Err(ShakeTrouble::NoConnection(_) | ShakeTrouble::TimedOut)
        )
    };
    let is_connected = |shake: &Shake| !matches!(shake.outcome, Err(ShakeTrouble::NoConnection(_)));
    let answered = shakes.iter().position(is_answered);
    answered.or_else(|| shakes.iter().position(is_connected))
}

fn address_seen(address: SocketAddr, shake: &Shake) -> AddressSeen {
    let trouble = match &shake.outcome {
        Err(ShakeTrouble::NoConnection(why)) => why.clone(),
        Ok(_) | Err(_) => String::new(),
    };
    AddressSeen {
        address: address.ip().to_string(),
        out_of_reach: !trouble.is_empty() && !has_way(address),
        trouble,
        leaf: shake.leaf(),
    }
}

/// Returns whether this machine has a route to this kind of address. This sends no packet.
fn has_way(address: SocketAddr) -> bool {
    let SocketAddr::V6(to) = address else {
        return true;
    };
    let from = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect(to)?;
        socket.local_addr()
    });
    let is_global = |ip: Ipv6Addr| ip.segments()[0] & 0xe000 == 0x2000;
    match from {
        // A machine with only a local IPv6 address cannot reach global ones.
        Ok(SocketAddr::V6(from)) => is_global(*from.ip()) || !is_global(*to.ip()),
        Ok(SocketAddr::V4(_)) | Err(_) => false,
    }
}

fn silence_of(error: &io::Error) -> Silence {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => Silence::Reset,
        _ => Silence::Closed,
    }
}

async fn read_head(stream: &mut TlsStream<TcpStream>) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while head.len() < MOST_OF_HEAD && !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            break;
        }
        head.extend_from_slice(&buffer[..count]);
    }
    Ok(head)
}

fn http_seen(head: &[u8]) -> Option<HttpSeen> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    response.parse(head).ok()?;
    let value = |name: &str| {
        let mut headers = response.headers.iter();
        let header = headers.find(|header| header.name.eq_ignore_ascii_case(name));
        header.and_then(|header| std::str::from_utf8(header.value).ok())
    };
    Some(HttpSeen::new(response.code?, value("date"), value("age")))
}

/// Returns the time of this machine's clock, in seconds since 1970.
fn seconds_now() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_os = "linux")]
    use crate::wire::dial::silent::Silent;
    use crate::wire::tls::{Store, Tls};
    use tokio::net::TcpListener;

    async fn inspected(addresses: &[SocketAddr]) -> Inspection {
        let timeout = Duration::from_secs(1);
        let inspector = Inspector::new("localhost", "localhost", "/config", timeout);
        let tls = Tls::new(Store::None, &[], &[]).expect("it needs no store");
        let never = std::future::ready(false);
        tls.inspect(&inspector, addresses, never).await
    }

    /// Answers every hello with the alert `handshake_failure`.
    async fn refusing() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]).await;
            }
        });
        address
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn an_address_without_a_connection_is_no_server_without_tls() {
        let silent = Silent::at(([127, 0, 0, 2], 0).into()).await;
        let seen = inspected(&[silent.address, refusing().await]).await;
        assert_eq!(seen.shaken, Err(ShakeTrouble::Alert(40)));
        assert_eq!(seen.addresses[0].trouble, "no connection within 5 s");
        assert_eq!(seen.addresses[1].trouble, "");
    }

    #[tokio::test]
    async fn the_first_address_with_an_answer_is_the_main_one() {
        // It has connections, but does not answer.
        let idle = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let idle = idle.local_addr().map(|address| (address, idle));
        let (address, _idle) = idle.expect("an address");
        let seen = inspected(&[address, refusing().await]).await;
        assert_eq!(seen.shaken, Err(ShakeTrouble::Alert(40)));
        // The near miss: no other address answers.
        let seen = inspected(&[address]).await;
        assert_eq!(seen.shaken, Err(ShakeTrouble::TimedOut));
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        let head =
            b"HTTP/1.1 404 Not Found\r\nServer: x\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";
        let seen = HttpSeen {
            status: 404,
            date: Some(784_111_777),
        };
        assert_eq!(http_seen(head), Some(seen));
        assert_eq!(http_seen(b"SSH-2.0-OpenSSH"), None);
        let undated = http_seen(b"HTTP/1.1 200 OK\r\nDate: yesterday\r\n\r\n");
        assert_eq!(undated.and_then(|seen| seen.date), None);
        // A cache passes on the time of the stored answer.
        let head = b"HTTP/1.1 200 OK\r\nage: 7200\r\nDate: Sun, 06 Nov 1994 06:49:37 GMT\r\n\r\n";
        let cached = http_seen(head);
        assert_eq!(cached.and_then(|seen| seen.date), Some(784_111_777));
    }

    #[test]
    fn a_way_is_there_to_this_machine_itself() {
        assert!(has_way(([127, 0, 0, 1], 443).into()));
    }
}
