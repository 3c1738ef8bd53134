//! Certificates that are created at every start: a root, an intermediate, and a leaf for localhost.

use super::faults::{Fault, Faults};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use std::io;
use std::sync::Arc;

/// How long a leaf is valid, in days.
const LEAF_DAYS: i64 = 90;

/// How long the authorities are valid, in days.
const AUTHORITY_DAYS: i64 = 3650;

/// The name of a server whose certificate is for `*.safe.localhost`.
pub(super) const DEEP_NAME: &str = "backup.cloud.safe.localhost";

type Authority = CertifiedIssuer<'static, KeyPair>;

/// The server's certificates, and the root that its clients must trust.
pub(super) struct Certificates {
    /// The root to trust in PEM.
    pub(super) root: String,
    /// The certificates to send, in this order.
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Certificates {
    /// Creates a root, an intermediate and a leaf, or takes fixed certificates if a fault needs
    /// them.
    pub(super) fn make(faults: Faults) -> io::Result<Self> {
        match fixture(faults) {
            Some(leaf) => Self::fixed(leaf),
            None => Self::fresh(faults).map_err(io::Error::other),
        }
    }

    fn fresh(faults: Faults) -> Result<Self, rcgen::Error> {
        let root = Authority::self_signed(authority("Root", 2)?, new_key()?)?;
        let upper = Authority::signed_by(authority("Intermediate", 1)?, new_key()?, &root)?;
        let key = new_key()?;
        let mut chain = Vec::new();
        if faults.contains(Fault::CertificateSelfSigned) {
            chain.push(leaf(faults)?.self_signed(&key)?.der().clone());
        } else if faults.contains(Fault::CertificateChainOrder) {
            let lower = authority("Lower Intermediate", 0)?;
            let lower = Authority::signed_by(lower, new_key()?, &upper)?;
            let leaf = leaf(faults)?.signed_by(&key, &lower)?;
            chain.extend([leaf.der(), upper.der(), lower.der()].map(Clone::clone));
        } else {
            chain.push(leaf(faults)?.signed_by(&key, &upper)?.der().clone());
            if !faults.contains(Fault::CertificateChainIncomplete) {
                chain.push(upper.der().clone());
            }
        }
        if faults.contains(Fault::CertificateChainSuperfluous) {
            chain.push(leftover()?);
        }
        let trusted = if faults.contains(Fault::CertificateUnknownRoot) {
            authority("Other Root", 1)?.self_signed(&new_key()?)?.pem()
        } else {
            root.pem()
        };
        Ok(Self {
            root: trusted,
            chain,
            key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        })
    }

    /// Returns a fixed certificate whose private key does not exist. The handshake is scripted, so
    /// the key here is never used.
    fn fixed(leaf: &str) -> io::Result<Self> {
        let key = new_key().map_err(io::Error::other)?;
        let leaf = CertificateDer::from_pem_slice(leaf.as_bytes());
        Ok(Self {
            root: include_str!("fixtures/root.pem").to_owned(),
            chain: vec![leaf.map_err(io::Error::other)?],
            key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        })
    }

    /// Returns the certificates to send.
    pub(super) fn chain(&self) -> Vec<Vec<u8>> {
        self.chain.iter().map(|sent| sent.to_vec()).collect()
    }

    /// Returns the TLS configuration of a server with these certificates; `None` if every handshake
    /// is scripted.
    pub(super) fn server_config(&self, faults: Faults) -> io::Result<Option<rustls::ServerConfig>> {
        if fixture(faults).is_some() {
            return Ok(None);
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions: &[_] = if faults.contains(Fault::Tls12Only) {
            &[&rustls::version::TLS12]
        } else if faults.contains(Fault::Tls13Only) {
            &[&rustls::version::TLS13]
        } else {
            &[&rustls::version::TLS13, &rustls::version::TLS12]
        };
        let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .map_err(io::Error::other)?;
        let demands = faults.contains(Fault::ClientCertificateDemanded);
        let builder = if demands || faults.contains(Fault::ClientCertificateAsked) {
            let mut roots = rustls::RootCertStore::empty();
            let root = CertificateDer::from_pem_slice(self.root.as_bytes());
            roots
                .add(root.map_err(io::Error::other)?)
                .map_err(io::Error::other)?;
            let mut verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            if !demands {
                verifier = verifier.allow_unauthenticated();
            }
            builder.with_client_cert_verifier(verifier.build().map_err(io::Error::other)?)
        } else {
            builder.with_no_client_auth()
        };
        let mut config = builder
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .map_err(io::Error::other)?;
        config.alpn_protocols = offered(faults).map(Into::into).collect();
        Ok(Some(config))
    }
}

/// Returns the protocols that the server offers in its handshakes.
fn offered(faults: Faults) -> impl Iterator<Item = &'static str> {
    const ABSENT: [(&str, &[Fault]); 2] = [
        ("h2", &[Fault::Http2Absent, Fault::ChallengeLeavesUpload]),
        ("http/1.1", &[Fault::Http1Absent]),
    ];
    ABSENT
        .into_iter()
        .filter(move |(_, absent)| faults.first_of(absent).is_none())
        .filter(move |_| !faults.contains(Fault::AlpnAbsent))
        .map(|(protocol, _)| protocol)
}

/// Returns the fixed leaf that a fault needs. Source: `fixtures/make.sh`.
fn fixture(faults: Faults) -> Option<&'static str> {
    let fixtures = [
        (
            Fault::CertificateRsa1024,
            include_str!("fixtures/rsa-1024.pem"),
        ),
        (
            Fault::CertificateRsa2047,
            include_str!("fixtures/rsa-2047.pem"),
        ),
        (Fault::CertificateP224, include_str!("fixtures/p-224.pem")),
        (Fault::CertificateSha1, include_str!("fixtures/sha-1.pem")),
    ];
    let found = fixtures
        .into_iter()
        .find(|(fault, _)| faults.contains(*fault));
    found.map(|(_, pem)| pem)
}

/// Returns a new P-256 key.
pub(crate) fn new_key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

fn authority(name: &str, below: u8) -> Result<CertificateParams, rcgen::Error> {
    named_authority(&format!("safe-conformance Reference {name}"), below)
}

/// Returns an authority with this name and at most this many authorities below it.
pub(crate) fn named_authority(name: &str, below: u8) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = valid(Vec::new(), -1, AUTHORITY_DAYS)?;
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(parameters)
}

/// Returns an expired root that stayed in a file by mistake.
fn leftover() -> Result<CertificateDer<'static>, rcgen::Error> {
    let mut parameters = authority("Leftover Root", 1)?;
    let old = valid(Vec::new(), -400, 365)?;
    (parameters.not_before, parameters.not_after) = (old.not_before, old.not_after);
    Ok(parameters.self_signed(&new_key()?)?.der().clone())
}

fn leaf(faults: Faults) -> Result<CertificateParams, rcgen::Error> {
    let (begin, days) = match faults.first_of(&[
        Fault::CertificateExpired,
        Fault::CertificateNotYetValid,
        Fault::CertificateExpiresSoon,
        Fault::Certificate826Days,
        Fault::Certificate399Days,
        Fault::Certificate300Days,
    ]) {
        Some(Fault::CertificateExpired) => (-1 - LEAF_DAYS, LEAF_DAYS),
        Some(Fault::CertificateNotYetValid) => (2, LEAF_DAYS),
        Some(Fault::CertificateExpiresSoon) => (6 - LEAF_DAYS, LEAF_DAYS),
        Some(Fault::Certificate826Days) => (-1, 826),
        Some(Fault::Certificate399Days) => (-1, 399),
        Some(Fault::Certificate300Days) => (-1, 300),
        _ => (-1, LEAF_DAYS),
    };
    let names: &[&str] = match faults.first_of(&[
        Fault::CertificateWrongName,
        Fault::CertificateCommonNameOnly,
        Fault::CertificateWildcardTooDeep,
    ]) {
        Some(Fault::CertificateWrongName) => &["other.example"],
        Some(Fault::CertificateCommonNameOnly) => &[],
        Some(Fault::CertificateWildcardTooDeep) => &["*.safe.localhost"],
        _ => &["localhost", "127.0.0.1", "::1"],
    };
    let names = names.iter().map(ToString::to_string).collect();
    let mut parameters = valid(names, begin, days)?;
    let common_name = if faults.contains(Fault::CertificateCommonNameOnly) {
        "localhost"
    } else {
        "safe-conformance reference server"
    };
    parameters
        .distinguished_name
        .push(DnType::CommonName, common_name);
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    if !faults.contains(Fault::CertificateNoServerAuth) {
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    }
    parameters.use_authority_key_identifier_extension = true;
    parameters.custom_extensions.push(issuer_url());
    if faults.contains(Fault::CertificateMustStaple) {
        // A list of one feature, status_request. Source: RFC 7633.
        let feature = vec![0x30, 3, 2, 1, 5];
        parameters
            .custom_extensions
            .push(CustomExtension::from_oid_content(
                &[1, 3, 6, 1, 5, 5, 7, 1, 24],
                feature,
            ));
    }
    if faults.contains(Fault::CertificateOneTimestamp) {
        parameters.custom_extensions.push(one_timestamp());
    }
    Ok(parameters)
}

/// Returns a URL for the certificate of the issuer, as public authorities add it; nothing is served
/// there.
fn issuer_url() -> CustomExtension {
    let url = b"http://authority.invalid/intermediate.der";
    let way = [0x06, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 2];
    let access = tagged(0x30, &[&way[..], &tagged(0x86, url)].concat());
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], tagged(0x30, &access))
}

/// Returns a list of one signed certificate timestamp, with an invalid signature. Source: RFC
/// 6962 section 3.3.
fn one_timestamp() -> CustomExtension {
    let mut timestamp = vec![0; 1 + 32 + 8 + 2];
    // ECDSA with SHA-256, and eight bytes instead of a signature.
    timestamp.extend_from_slice(&[4, 3, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
    let with_length = |bytes: &[u8]| {
        let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
        [&[0, length][..], bytes].concat()
    };
    let list = with_length(&with_length(&timestamp));
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 11129, 2, 4, 2], tagged(0x04, &list))
}

/// Returns a DER value that is shorter than 128 bytes.
fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
    assert!(
        length < 128,
        "a longer value has its length in several bytes"
    );
    [&[tag, length][..], value].concat()
}

/// Returns parameters that are valid for `days`, from `begin` days after today.
pub(crate) fn valid(
    names: Vec<String>,
    begin: i64,
    days: i64,
) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(names)?;
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    // Whole days: rcgen takes a date without another dependency.
    let date = |offset: i64| {
        let clock = jiff::Timestamp::try_from(std::time::SystemTime::now());
        let seconds = clock.map_or(0, jiff::Timestamp::as_second) + offset * 86_400;
        let now = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = jiff::tz::TimeZone::UTC.to_datetime(now).date();
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        rcgen::date_time_ymd(date.year().into(), month, day)
    };
    parameters.not_before = date(begin);
    parameters.not_after = date(begin + days);
    Ok(parameters)
}
