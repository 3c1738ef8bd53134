//! The live transport: resolves, connects, sends and reads, each limited in bytes and time.

mod addresses;
mod by_hand;
mod connecting;
mod door;
mod failing;
mod knock;
mod line;
mod onward;
mod patience;

pub use door::{Door, Over, Spot};
pub(super) use patience::Round;

use super::answer::{Answer, Handshake, Response, TlsTrouble};
use super::bin::BinPlace;
use super::facet::Http;
use super::failure::{Failure, FailureKind};
use super::gather::Gather;
use super::guard::OwnBackup;
use super::halt::Halt;
use super::request::{LoginUse, Method, Place, Request};
use super::secret::{
    Cookies, Scrub, clean_failure, clean_inspection, clean_response, clean_trouble,
};
use super::settings::Settings;
use super::target::{Login, LoginKind, Target};
use super::tls::{self, Inspection, Inspector, Store, Tls, TlsSetupError};
use crate::clients::CredentialEncoding;
use crate::safe::{BackupId, Stage};
use connecting::Clients;
use failing::failure_of;
use line::Line;
use patience::Patience;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// The slowest upload or download that is waited for, in bytes per second.
const SLOWEST: u64 = 64 * 1024;

/// A connection to a server under test.
pub(super) struct Live {
    pub(super) target: Target,
    tls: Option<Tls>,
    timeout: Duration,
    scrub: Scrub,
    /// The cookies that the server has set.
    cookies: Cookies,
    patience: Patience,
    addresses: OnceCell<Result<Vec<SocketAddr>, Failure>>,
    /// An address that accepted a connection.
    alive: OnceLock<SocketAddr>,
    /// Set once every address was tried at the same time.
    tried: OnceCell<()>,
    /// Whether the port speaks TLS, once this was tested.
    speaks_tls: OnceCell<bool>,
    clients: Clients,
    /// A connection for the wrong password that has been tested.
    proven: tokio::sync::Mutex<Option<Box<dyn Line>>>,
    requests: AtomicU64,
    bytes_sent: AtomicU64,
    /// The IDs of uploads that the server may have received, and whose answer was lost.
    lost: Mutex<BTreeSet<String>>,
    /// Whether the library has refused the head of an answer over HTTP/2.
    malformed_head: AtomicBool,
    /// The server in memory that replaces the network in tests.
    #[cfg(test)]
    pub(super) script: Option<Arc<super::scripted::Scripted>>,
}

impl Live {
    /// Returns a transport with the pace of `settings`; it notes in `halt` why it stopped.
    pub(super) fn new(
        target: Target,
        settings: &Settings,
        scrub: Scrub,
        halt: Arc<OnceLock<Halt>>,
    ) -> Result<Self, TlsSetupError> {
        if target.login.kind() != LoginKind::Open {
            settings.pace.until_accepted();
        }
        let tls = if target.base.scheme_is_https() {
            let store = if target.embedded {
                Store::None
            } else {
                Store::System
            };
            Some(Tls::new(store, &target.roots, &target.public_roots)?)
        } else {
            None
        };
        Ok(Self {
            target,
            tls,
            timeout: settings.timeout,
            scrub,
            cookies: Cookies::default(),
            patience: Patience::new(settings, halt),
            addresses: OnceCell::new(),
            alive: OnceLock::new(),
            tried: OnceCell::new(),
            speaks_tls: OnceCell::new(),
            clients: Clients::default(),
            proven: tokio::sync::Mutex::default(),
            requests: AtomicU64::new(0),
            bytes_sent: AtomicU64::new(0),
            lost: Mutex::default(),
            malformed_head: AtomicBool::new(false),
            #[cfg(test)]
            script: None,
        })
    }

    /// Makes a handshake that offers these versions of HTTP, and disconnects.
    pub(super) async fn handshake(&self, versions: &[Http]) -> Result<Handshake, TlsTrouble> {
        let Some(tls) = &self.tls else {
            let failure = Failure::peer(Stage::Tls, "the target is not https");
            return Err(TlsTrouble::Failure(failure));
        };
        // `connect` has its own limit.
        let stream = self.connect().await.map_err(|failure| {
            let failure = TlsTrouble::Failure(failure);
            clean_trouble(&self.scrub, failure)
        })?;
        let shaken = tls.connect(stream, self.target.base.host(), versions);
        match tokio::time::timeout(self.timeout, shaken).await {
            Ok(stream) => stream
                .map(|stream| tls::handshake_of(&stream))
                .map_err(|trouble| clean_trouble(&self.scrub, trouble)),
            Err(_) => Err(TlsTrouble::Handshake(format!(
                "no answer to the TLS handshake within {} s",
                self.timeout.as_secs()
            ))),
        }
    }

    /// Inspects the server's TLS. If the run itself `is_shut_out`, this includes one request.
    pub(super) async fn inspect(
        &self,
        is_shut_out: impl Future<Output = bool>,
    ) -> Result<Inspection, Failure> {
        let Some(tls) = &self.tls else {
            return Err(Failure::peer(Stage::Tls, "the target is not https"));
        };
        let addresses = self.addresses().await?;
        let base = &self.target.base;
        let config = base.config_url();
        let path = path_of(&config);
        let inspector = Inspector::new(base.host(), base.authority(), path, self.timeout);
        let inspection = tls.inspect(&inspector, &addresses, is_shut_out).await;
        self.requests
            .fetch_add(inspector.requests(), Ordering::Relaxed);
        Ok(clean_inspection(&self.scrub, inspection))
    }

    /// Sends one request over `http` once and reads the answer, within `limit` plus the time for
    /// its bytes.
    async fn once(
        &self,
        request: &Request,
        http: Http,
        encoding: CredentialEncoding,
        limit: Duration,
    ) -> Answer {
        let length = request
            .payload
            .as_ref()
            .map_or(0, |payload| payload.len() as u64);
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.bytes_sent.fetch_add(length, Ordering::Relaxed);
        // An answer may return as many bytes as were sent.
        let expected = length.max(request.read_limit as u64);
        let raw = request.is_sent_raw(http);
        // The time of a download counts only after the answer has started.
        let until_head = limit + Duration::from_secs(length / SLOWEST);
        let how = How {
            http,
            encoding,
            raw,
            until_head,
            time: limit + Duration::from_secs(expected / SLOWEST) + request.manner.takes(),
        };
        let url = self.url(&request.place);
        let answer = match self.send(request, &url, how).await {
            Ok(first) if request.follows() && first.is_redirect() => {
                Ok(self.follow(request, url, first, how).await)
            }
            answer => answer.map(|response| clean_response(self.walls(), response, request)),
        };
        let answer = answer.map_err(|failure| self.or_malformed_head(failure, http));
        if let Err(failure) = &answer {
            self.note_lost(request, failure);
        }
        answer.map_err(|failure| clean_failure(&self.scrub, failure))
    }

    /// Returns the failure with what the run knows: if the library has refused the head of an
    /// answer over HTTP/2, a stream that is broken off may be the same, because a server also ends
    /// the stream of an upload that it does not read.
    fn or_malformed_head(&self, failure: Failure, http: Http) -> Failure {
        if failure.kind == FailureKind::MalformedHead {
            self.malformed_head.store(true, Ordering::Relaxed);
        }
        let is_known = self.malformed_head.load(Ordering::Relaxed);
        if failure.kind == FailureKind::Reset && http == Http::Two && is_known {
            return failing::malformed_head();
        }
        failure
    }

    /// Notes an upload that the server may have received, and whose answer was lost.
    fn note_lost(&self, request: &Request, failure: &Failure) {
        if let (Place::Backup(backup), Method::Put, true) =
            (&request.place, request.method, failure.may_be_received())
        {
            let lost = self.lost.lock();
            let mut lost = lost.unwrap_or_else(PoisonError::into_inner);
            lost.insert(backup.id().to_hex());
        }
    }

    /// Returns whether the answer to an upload of this backup was lost during the run.
    pub(super) fn has_lost(&self, backup: &OwnBackup) -> bool {
        let lost = self.lost.lock();
        let lost = lost.unwrap_or_else(PoisonError::into_inner);
        lost.contains(&backup.id().to_hex())
    }

    /// Sends a request to a URL once.
    async fn send(&self, request: &Request, url: &str, how: How) -> Answer {
        #[cfg(test)]
        if let Some(script) = &self.script {
            let answer = tokio::time::timeout(how.time, script.answer(request)).await;
            return answer.unwrap_or_else(|_| Err(self.silence()));
        }
        let sent = async {
            if how.raw {
                self.send_raw(request, url, how.encoding).await
            } else {
                self.send_ordinary(request, url, (how.http, how.until_head), how.encoding)
                    .await
            }
        };
        let answer = tokio::time::timeout(how.time, sent).await;
        let answer = answer.unwrap_or_else(|_| Err(self.silence()));
        match answer {
            Ok(response) => Ok(response),
            Err(failure) => Err(self.explained(failure).await),
        }
    }

    /// Returns the failure, or a more exact one: plain http was sent to a port for TLS, or only the
    /// handshake was slow.
    pub(super) async fn explained(&self, failure: Failure) -> Failure {
        if failure.is_slow_connection() {
            return self.after_slow_connection().await;
        }
        let is_lost = matches!(
            failure.kind,
            FailureKind::NoAnswer | FailureKind::Reset | FailureKind::NotHttp | FailureKind::Peer
        );
        if self.tls.is_some() || failure.stage != Stage::Http || !is_lost {
            return failure;
        }
        let speaks_tls = self.speaks_tls.get_or_init(|| async {
            let Ok(stream) = self.connect().await else {
                return false;
            };
            tls::is_spoken(stream, self.target.base.host()).await
        });
        if !*speaks_tls.await {
            return failure;
        }
        let message = "the URL says http://, but this port speaks TLS";
        Failure::lost(FailureKind::SpeaksTls, Stage::Http, message)
    }

    /// Returns the secrets to remove from every answer.
    const fn walls(&self) -> (&Scrub, &Cookies) {
        (&self.scrub, &self.cookies)
    }

    pub(super) fn silence(&self) -> Failure {
        Failure::lost(
            FailureKind::TimedOut,
            Stage::Http,
            format!("no complete answer within {} s", self.timeout.as_secs()),
        )
    }

    fn authorization(
        &self,
        login: &LoginUse,
        working: CredentialEncoding,
    ) -> Option<(&'static str, String)> {
        let named = |value| ("Authorization", value);
        match login {
            LoginUse::Nobody => None,
            LoginUse::Given => self.target.login.authorization(working).map(named),
            LoginUse::Encoded(encoding) => self.target.login.authorization(*encoding).map(named),
            LoginUse::Wrong => {
                let user = match &self.target.login {
                    Login::Basic { user, .. } => user.as_str(),
                    Login::Open | Login::Token(_) => "safe-conformance",
                };
                let wrong = match &self.target.login {
                    Login::Token(_) => "Token safe-conformance-wrong-on-purpose".to_owned(),
                    Login::Open | Login::Basic { .. } => CredentialEncoding::Utf8
                        .encode(user, "safe-conformance-wrong-on-purpose")
                        .to_string(),
                };
                Some(("Authorization", wrong))
            }
            LoginUse::Cookie(cookie) => Some(("Cookie", cookie.clone())),
        }
    }

    /// Returns the bin of the Nextcloud, if the base URL belongs to a user's files on one.
    pub(super) fn bin(&self) -> Option<BinPlace> {
        BinPlace::beside(&self.target.base, &self.target.login)
    }

    pub(super) fn url(&self, place: &Place) -> String {
        let base = &self.target.base;
        match place {
            Place::Config => base.config_url(),
            Place::Listing(_) => base.backups_url(),
            Place::Backup(backup) => base.backup_url(backup.id()),
            Place::CapitalBackup(backup) => format!(
                "{}{}",
                base.backups_url(),
                backup.id().to_hex().to_ascii_uppercase()
            ),
            Place::DoubleSlashBackup(backup) => {
                base.join_raw(&format!("//backups/{}", backup.id().to_hex()))
            }
            Place::Missing => base.backup_url(&nobodys()),
            Place::Theirs(id) => base.backup_url(id),
            Place::Bin(bin) => bin.url().to_owned(),
            Place::InBin(bin, entry) => bin.url_of(entry),
            Place::Below(suffix) => base.join_raw(suffix),
        }
    }

    async fn send_ordinary(
        &self,
        request: &Request,
        url: &str,
        (http, until_head): (Http, Duration),
        encoding: CredentialEncoding,
    ) -> Answer {
        let client = self.client(http).await?;
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Head => reqwest::Method::HEAD,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
            Method::Propfind => reqwest::Method::from_bytes(b"PROPFIND").unwrap_or_default(),
        };
        let mut builder = client.request(method, url);
        for (name, value) in request
            .headers
            .iter()
            .cloned()
            .chain(self.authorization(&request.login, encoding))
        {
            builder = builder.header(name, value);
        }
        if let Some(payload) = &request.payload {
            builder = builder.body(payload.bytes.clone());
        }
        let response = tokio::time::timeout(until_head, builder.send())
            .await
            .map_err(|_| self.silence())?
            .map_err(|error| failure_of(&error))?;
        read_bounded(response, |is_packed| {
            Gather::new(request.read_limit, request.keeps(is_packed))
        })
        .await
    }
}

/// How one request is sent.
#[derive(Clone, Copy)]
struct How {
    http: Http,
    encoding: CredentialEncoding,
    raw: bool,
    /// The time until the head of the answer.
    until_head: Duration,
    /// The time until the end of the answer.
    time: Duration,
}

/// Returns the ID that no client derives and no run uploads. It is the same in every run, so that a
/// count of distinct missing paths contains it once.
fn nobodys() -> BackupId {
    BackupId::from_bytes(Sha256::digest(b"safe-conformance: never uploaded").into())
}

/// Returns the path of a URL as in a request line.
fn path_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + "://".len());
    let path = url[after_scheme..].find('/');
    path.map_or("/", |at| &url[after_scheme + at..])
}

/// Returns the response with the gathered part of its body, whose size may depend on whether it is
/// packed.
async fn read_bounded(
    mut response: reqwest::Response,
    gather: impl FnOnce(bool) -> Gather,
) -> Answer {
    let headers = response.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let headers = headers.collect();
    let mut gather = gather(response.headers().contains_key("content-encoding"));
    while let Some(part) = response.chunk().await.map_err(|error| failure_of(&error))? {
        if !gather.take(&part) {
            break;
        }
    }
    Ok(Response {
        status: response.status().as_u16(),
        http: if response.version() == reqwest::Version::HTTP_2 {
            Http::Two
        } else {
            Http::One
        },
        headers,
        body: gather.body(),
        continued: false,
        asked_again: false,
        redirected: None,
        leads_to: None,
        unpacked: false,
        echoed_secret: false,
        has_surplus: false,
    })
}
