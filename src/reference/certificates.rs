//! Certificates, made fresh at every start: a root, an intermediate, a leaf for localhost.

use super::faults::{Fault, Faults};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::sync::Arc;

/// How long a leaf is valid, in days.
const LEAF_DAYS: i64 = 90;

/// How long the authorities are valid, in days.
const AUTHORITY_DAYS: i64 = 365;

/// What a server needs for TLS, and what its clients need to trust it.
pub(super) struct Certificates {
    /// The root to trust, as PEM.
    pub(super) root: String,
    /// The leaf and the intermediate, in the order in which they are sent.
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Certificates {
    /// Makes a root, an intermediate and a leaf.
    pub(super) fn make(faults: Faults) -> io::Result<Self> {
        Self::try_make(faults).map_err(io::Error::other)
    }

    fn try_make(faults: Faults) -> Result<Self, rcgen::Error> {
        let root = CertifiedIssuer::self_signed(authority("Root", 1)?, new_key()?)?;
        let intermediate =
            CertifiedIssuer::signed_by(authority("Intermediate", 0)?, new_key()?, &root)?;
        let key = new_key()?;
        let leaf = leaf(faults)?.signed_by(&key, &intermediate)?;
        let trusted = if faults.contains(Fault::CertificateUnknownRoot) {
            authority("Other Root", 1)?.self_signed(&new_key()?)?.pem()
        } else {
            root.pem()
        };
        Ok(Self {
            root: trusted,
            chain: vec![leaf.der().clone(), intermediate.der().clone()],
            key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        })
    }

    /// The TLS configuration of a server that sends these.
    pub(super) fn server_config(&self, faults: Faults) -> io::Result<rustls::ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .map_err(io::Error::other)?;
        let offered = [("h2", Fault::Http2Absent), ("http/1.1", Fault::Http1Absent)];
        config.alpn_protocols = offered
            .into_iter()
            .filter(|(_, absent)| !faults.contains(*absent))
            .map(|(protocol, _)| protocol.into())
            .collect();
        Ok(config)
    }
}

fn new_key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

fn authority(name: &str, below: u8) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = valid(Vec::new(), -1, AUTHORITY_DAYS)?;
    let name = format!("safe-conformance Reference {name}");
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(parameters)
}

fn leaf(faults: Faults) -> Result<CertificateParams, rcgen::Error> {
    let names: &[&str] = if faults.contains(Fault::CertificateWrongName) {
        &["other.example"]
    } else {
        &["localhost", "127.0.0.1", "::1"]
    };
    let begin = if faults.contains(Fault::CertificateExpired) {
        -1 - LEAF_DAYS
    } else {
        -1
    };
    let names = names.iter().map(ToString::to_string).collect();
    let mut parameters = valid(names, begin, LEAF_DAYS)?;
    let common_name = "safe-conformance reference server";
    parameters
        .distinguished_name
        .push(DnType::CommonName, common_name);
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    Ok(parameters)
}

/// Parameters that are valid for `days`, counted from `begin` days after today.
fn valid(names: Vec<String>, begin: i64, days: i64) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(names)?;
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    // Whole days, because rcgen takes a date without asking for one more dependency.
    let date = |offset: i64| {
        let seconds = jiff::Timestamp::now().as_second() + offset * 86_400;
        let now = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = jiff::tz::TimeZone::UTC.to_datetime(now).date();
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        rcgen::date_time_ymd(date.year().into(), month, day)
    };
    parameters.not_before = date(begin);
    parameters.not_after = date(begin + days);
    Ok(parameters)
}
