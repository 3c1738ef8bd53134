//! The TLS of the harness, always verified: against the operating system's roots and the given
//! ones, or for the embedded server against its own root alone. The modules below inspect a
//! server's TLS; their connections carry no secret.

mod certificate;
mod element;
mod hello;
mod inspect;
mod inspection;
mod recorder;
mod shake;
pub mod suites;
mod trust;

pub use certificate::{Certificate, KeyKind, SignatureKind};
pub(super) use inspect::Inspector;
pub use inspection::{
    AddressSeen, Answered, Der, HttpSeen, Inspection, KeyProof, SentCertificate, ShakeTrouble,
    Shaken, Silence, Trust, Version,
};

use super::answer::{Handshake, TlsTrouble};
use super::facet::Http;
use super::failure::{Failure, FailureKind};
use crate::safe::Stage;
use hello::Hello;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use thiserror::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Why TLS cannot be set up.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum TlsSetupError {
    /// A file of roots contains no certificate.
    #[error("the CA file contains no PEM certificate; expected `-----BEGIN CERTIFICATE-----`")]
    NoCertificate,
    /// A certificate in it is damaged.
    #[error("failed to read a certificate in the CA file: {0}")]
    BadCertificate(String),
    /// The TLS library refused its own defaults.
    #[error("failed to set up TLS: {0}")]
    Library(String),
}

/// The TLS of one run.
#[derive(Clone)]
pub(super) struct Tls {
    config: ClientConfig,
    roots: Arc<RootCertStore>,
    public: Arc<[TrustAnchor<'static>]>,
}

/// Which roots are trusted besides the given ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    /// Those of the operating system.
    System,
    /// None: for the embedded server, whose own root is given, and for plain http. To read the
    /// system's takes longer than all handshakes of a run on loopback.
    None,
}

impl Store {
    fn roots(self) -> RootCertStore {
        static SYSTEM: OnceLock<RootCertStore> = OnceLock::new();
        match self {
            Self::System => SYSTEM.get_or_init(system_roots).clone(),
            Self::None => RootCertStore::empty(),
        }
    }
}

fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // Unreadable certificates in the system's store are ignored.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

impl Tls {
    /// Trusts the roots of `store` and those in `pems`. Those in `public` count as publicly
    /// trusted.
    pub(super) fn new(
        store: Store,
        pems: &[String],
        public: &[String],
    ) -> Result<Self, TlsSetupError> {
        let mut everywhere = RootCertStore::empty();
        everywhere.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        for pem in public {
            add_pem(&mut everywhere, pem)?;
        }
        let mut roots = store.roots();
        for pem in pems {
            add_pem(&mut roots, pem)?;
        }
        let roots = Arc::new(roots);
        let config =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| TlsSetupError::Library(error.to_string()))?
                .with_root_certificates(Arc::clone(&roots))
                .with_no_client_auth();
        Ok(Self {
            config,
            roots,
            public: everywhere.roots.into(),
        })
    }

    /// Inspects the server behind `addresses`.
    pub(super) async fn inspect(
        &self,
        inspector: &Inspector<'_>,
        addresses: &[SocketAddr],
        is_shut_out: impl Future<Output = bool>,
    ) -> Inspection {
        let roots = trust::Roots {
            here: &self.roots,
            public: &self.public,
        };
        inspector.inspect(addresses, &roots, is_shut_out).await
    }

    /// Returns a configuration that offers these versions of HTTP.
    pub(super) fn offering(&self, versions: &[Http]) -> ClientConfig {
        let mut config = self.config.clone();
        config.alpn_protocols = versions
            .iter()
            .map(|http| match http {
                Http::One => b"http/1.1".to_vec(),
                Http::Two => b"h2".to_vec(),
            })
            .collect();
        config
    }

    /// Makes a handshake over an open connection.
    pub(super) async fn connect(
        &self,
        stream: TcpStream,
        host: &str,
        versions: &[Http],
    ) -> Result<TlsStream<TcpStream>, TlsTrouble> {
        if self.roots.is_empty() {
            return Err(TlsTrouble::NoStore);
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            TlsTrouble::WrongName(format!("`{host}` cannot be the name in a certificate"))
        })?;
        let connector = TlsConnector::from(Arc::new(self.offering(versions)));
        connector
            .connect(name, stream)
            .await
            .map_err(|error| trouble(&error))
    }
}

/// How long a port may take to answer a hello.
const HELLO_TIME: Duration = Duration::from_secs(5);

/// Returns whether an open connection speaks TLS: it answers a hello with a TLS record, which may
/// be an alert.
///
/// Source: RFC 5246 section 6.2.1.
pub(super) async fn is_spoken(mut stream: TcpStream, host: &str) -> bool {
    const ALERT: u8 = 21;
    const HANDSHAKE: u8 = 22;
    let hello = Hello {
        version: Version::Tls12,
        suites: suites::OF_THE_LIBRARY,
        server_name: Some(host).filter(|host| host.parse::<IpAddr>().is_err()),
    };
    // These numbers are never used for a key.
    let record = hello.to_record(&[0x5a; 96]);
    let asked = async {
        let mut begin = [0; 2];
        stream.write_all(&record).await.ok()?;
        stream.read_exact(&mut begin).await.ok()?;
        Some(matches!(begin, [ALERT | HANDSHAKE, 3]))
    };
    let answer = tokio::time::timeout(HELLO_TIME, asked).await;
    answer.ok().flatten().unwrap_or(false)
}

/// Adds the roots in a file. Where there are some, an intermediate certificate beside them is left
/// out: a phone has the root alone, and the server must send the rest.
///
/// Source: clause 6.1.
fn add_pem(roots: &mut RootCertStore, pem: &str) -> Result<(), TlsSetupError> {
    let bad = |error: String| TlsSetupError::BadCertificate(error);
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let certificates = certificates.map_err(|error| bad(error.to_string()))?;
    if certificates.is_empty() {
        return Err(TlsSetupError::NoCertificate);
    }
    let is_root = |der: &CertificateDer<'_>| {
        Certificate::parse(der).is_some_and(|certificate| certificate.is_self_issued())
    };
    let has_root = certificates.iter().any(is_root);
    for certificate in certificates {
        if has_root && !is_root(&certificate) {
            continue;
        }
        roots
            .add(certificate)
            .map_err(|error| bad(error.to_string()))?;
    }
    Ok(())
}

/// Returns the result of a handshake.
pub(super) fn handshake_of(stream: &TlsStream<TcpStream>) -> Handshake {
    let (_, session) = stream.get_ref();
    Handshake {
        alpn: session
            .alpn_protocol()
            .map(|name| String::from_utf8_lossy(name).into_owned()),
        version: match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
            other => format!("{other:?}"),
        },
    }
}

/// Returns the trouble behind an error of a handshake.
pub(super) fn trouble(error: &std::io::Error) -> TlsTrouble {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(certificate)) => certificate_trouble(certificate),
        Some(rustls::Error::AlertReceived(rustls::AlertDescription::NoApplicationProtocol)) => {
            TlsTrouble::NoCommonProtocol
        }
        Some(rustls::Error::InvalidMessage(_)) => {
            TlsTrouble::Handshake("the port does not speak TLS".to_owned())
        }
        Some(other) => TlsTrouble::Handshake(other.to_string()),
        None => TlsTrouble::Handshake(match error.kind() {
            std::io::ErrorKind::UnexpectedEof
            | std::io::ErrorKind::ConnectionReset
            | std::io::ErrorKind::ConnectionAborted
            | std::io::ErrorKind::BrokenPipe => {
                "the server closed the connection during the handshake".to_owned()
            }
            _ => error.to_string(),
        }),
    }
}

fn certificate_trouble(error: &CertificateError) -> TlsTrouble {
    match error {
        // Another authority may have the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            TlsTrouble::UnknownIssuer
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsTrouble::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsTrouble::NotYetValid
        }
        CertificateError::NotValidForName => TlsTrouble::WrongName("other names".to_owned()),
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            TlsTrouble::WrongName("no name at all".to_owned())
        }
        CertificateError::NotValidForNameContext { presented, .. } => TlsTrouble::WrongName(
            presented
                .iter()
                .map(|name| bare_name(name))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        other => TlsTrouble::BadCertificate(other.to_string()),
    }
}

/// Returns the plain name from the library's form: `DnsName("other.example")`.
fn bare_name(presented: &str) -> &str {
    presented.split_once('(').map_or(presented, |(_, name)| {
        name.trim_end_matches(')').trim_matches('"')
    })
}

/// Returns the failure of all exchanges if the library and the server have nothing in common. The
/// inspection judges the server; that the harness cannot continue is not a deviation.
pub(super) fn unspoken(trouble: TlsTrouble) -> Failure {
    if let TlsTrouble::Failure(failure) = trouble {
        return failure;
    }
    let is_of_certificate = matches!(
        trouble,
        TlsTrouble::UnknownIssuer
            | TlsTrouble::Expired
            | TlsTrouble::NotYetValid
            | TlsTrouble::WrongName(_)
            | TlsTrouble::BadCertificate(_)
    );
    let why = failure_of(trouble).message;
    let message = if is_of_certificate {
        format!("this program does not accept the server's certificate: {why}")
    } else {
        format!(
            "this program cannot complete a handshake with the server ({why}), although phones may"
        )
    };
    Failure {
        stage: Stage::Tls,
        ..Failure::of(FailureKind::Unspoken, message)
    }
}

/// Returns the failure of an ordinary exchange with this trouble.
pub(super) fn failure_of(trouble: TlsTrouble) -> Failure {
    let message = match trouble {
        TlsTrouble::Failure(failure) => return failure,
        TlsTrouble::Handshake(why) => return Failure::peer(Stage::Tls, why),
        TlsTrouble::NoStore => {
            let message = "this machine has no store of trusted certificates";
            return Failure::peer(Stage::Tls, message);
        }
        TlsTrouble::NoCommonProtocol => {
            let message = "the server does not speak this version of HTTP";
            return Failure::peer(Stage::Tls, message);
        }
        TlsTrouble::UnknownIssuer => "the certificate's issuer is not trusted".to_owned(),
        TlsTrouble::Expired => "the certificate has expired".to_owned(),
        TlsTrouble::NotYetValid => "the certificate is not valid yet".to_owned(),
        TlsTrouble::WrongName(names) => format!("the certificate is for {names}"),
        TlsTrouble::BadCertificate(why) => why,
    };
    Failure::lost(FailureKind::Certificate, Stage::Tls, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    fn authority(name: &str) -> CertificateParams {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let name_of = &mut parameters.distinguished_name;
        name_of.push(DnType::CommonName, name);
        parameters
    }

    #[test]
    fn an_intermediate_certificate_beside_its_root_is_no_root() {
        let keys = [(), ()].map(|()| KeyPair::generate().expect("a key"));
        let root = authority("Root").self_signed(&keys[0]);
        let root = root.expect("a certificate").pem();
        let issuer = Issuer::new(authority("Root"), &keys[0]);
        let between = authority("Intermediate").signed_by(&keys[1], &issuer);
        let between = between.expect("a certificate").pem();
        let count = |pem: &str| {
            let mut roots = RootCertStore::empty();
            add_pem(&mut roots, pem).map(|()| roots.len())
        };
        assert_eq!(count(&format!("{between}{root}")).expect("a root"), 1);
        assert_eq!(count(&root).expect("a root"), 1);
        // Alone, it was meant.
        assert_eq!(count(&between).expect("a certificate"), 1);
        assert!(matches!(count(""), Err(TlsSetupError::NoCertificate)));
    }
}
