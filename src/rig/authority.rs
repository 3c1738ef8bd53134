//! The rig's own certificate authority, made fresh at every start, and the servers' certificates
//! that it signs or does not.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::sync::Arc;

type Issuer = CertifiedIssuer<'static, KeyPair>;

/// The certificate that a server shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Certificate {
    /// For this host, by an intermediate of the root that the client trusts, chain complete.
    Good,
    /// Its time is over.
    Expired,
    /// For another host.
    WrongName,
    /// By a root that the client was not given.
    UnknownRoot,
    /// By itself.
    SelfSigned,
    /// By itself, and calling itself an authority, as plain `openssl req -x509` makes it.
    SelfSignedAuthority,
    /// Good, but the intermediate is not sent.
    MissingIntermediate,
}

/// A root, an intermediate, and a root that nobody was given.
pub(super) struct Authority {
    root: Issuer,
    intermediate: Issuer,
    unknown: Issuer,
}

impl Authority {
    pub(super) fn new() -> io::Result<Self> {
        Self::make().map_err(io::Error::other)
    }

    fn make() -> Result<Self, rcgen::Error> {
        let root = Issuer::self_signed(authority("Root", 1)?, key()?)?;
        let intermediate = Issuer::signed_by(authority("Intermediate", 0)?, key()?, &root)?;
        let unknown = Issuer::self_signed(authority("Unknown Root", 1)?, key()?)?;
        Ok(Self {
            root,
            intermediate,
            unknown,
        })
    }

    /// The root to trust, as PEM.
    pub(super) fn root(&self) -> String {
        self.root.pem()
    }

    /// The TLS of a server that shows `certificate`.
    pub(super) fn server(
        &self,
        certificate: Certificate,
        offers_http2: bool,
    ) -> io::Result<Arc<ServerConfig>> {
        let (chain, key) = self.chain(certificate).map_err(io::Error::other)?;
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(io::Error::other)?;
        config.alpn_protocols = if offers_http2 {
            vec![b"h2".to_vec(), b"http/1.1".to_vec()]
        } else {
            vec![b"http/1.1".to_vec()]
        };
        Ok(Arc::new(config))
    }

    fn chain(
        &self,
        certificate: Certificate,
    ) -> Result<(Vec<CertificateDer<'static>>, KeyPair), rcgen::Error> {
        let leaf_key = key()?;
        let leaf = leaf(certificate)?;
        let intermediate = self.intermediate.der().clone();
        let chain = match certificate {
            Certificate::Good | Certificate::Expired | Certificate::WrongName => {
                let leaf = leaf.signed_by(&leaf_key, &self.intermediate)?;
                vec![leaf.der().clone(), intermediate]
            }
            Certificate::MissingIntermediate => {
                let leaf = leaf.signed_by(&leaf_key, &self.intermediate)?;
                vec![leaf.der().clone()]
            }
            Certificate::UnknownRoot => {
                let leaf = leaf.signed_by(&leaf_key, &self.unknown)?;
                vec![leaf.der().clone(), self.unknown.der().clone()]
            }
            Certificate::SelfSigned | Certificate::SelfSignedAuthority => {
                vec![leaf.self_signed(&leaf_key)?.der().clone()]
            }
        };
        Ok((chain, leaf_key))
    }
}

fn key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

fn authority(name: &str, below: u8) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = valid(Vec::new(), -1, 365)?;
    parameters
        .distinguished_name
        .push(DnType::CommonName, format!("safe-conformance rig {name}"));
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(parameters)
}

fn leaf(certificate: Certificate) -> Result<CertificateParams, rcgen::Error> {
    let names = match certificate {
        Certificate::WrongName => vec!["other.example".to_owned()],
        _ => ["localhost", "127.0.0.1", "::1"]
            .map(str::to_owned)
            .to_vec(),
    };
    let (begin, days) = match certificate {
        Certificate::Expired => (-91, 90),
        _ => (-1, 90),
    };
    let mut parameters = valid(names, begin, days)?;
    parameters
        .distinguished_name
        .push(DnType::CommonName, "safe-conformance rig");
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    if certificate == Certificate::SelfSignedAuthority {
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages.push(KeyUsagePurpose::KeyCertSign);
    } else {
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    }
    parameters.use_authority_key_identifier_extension = true;
    Ok(parameters)
}

/// Parameters that are valid for `days`, counted from `begin` days after today.
fn valid(names: Vec<String>, begin: i64, days: i64) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(names)?;
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    let date = |offset: i64| {
        let seconds = jiff::Timestamp::now().as_second() + offset * 86_400;
        let then = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = jiff::tz::TimeZone::UTC.to_datetime(then).date();
        rcgen::date_time_ymd(
            date.year().into(),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )
    };
    parameters.not_before = date(begin);
    parameters.not_after = date(begin + days);
    Ok(parameters)
}
