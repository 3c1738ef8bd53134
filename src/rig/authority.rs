//! The rig's own certificate authority, created at every start, and the servers' certificates.

use crate::reference::{named_authority, new_key, valid};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

type Issuer = CertifiedIssuer<'static, KeyPair>;

/// The certificate that a server shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Certificate {
    /// For this host, from an intermediate of the trusted root, with a complete chain.
    Good,
    /// It has expired.
    Expired,
    /// Its validity begins in a month.
    NotYetValid,
    /// For clients only: its extended key usage lacks `serverAuth`.
    ForClients,
    /// Signed with the certificate of another server, which may not issue certificates.
    NoAuthority,
    /// For another host.
    WrongName,
    /// From a root that the client does not have.
    UnknownRoot,
    /// Signed by itself.
    SelfSigned,
    /// Signed by itself and marked as an authority, as plain `openssl req -x509` makes it.
    SelfSignedAuthority,
    /// Good, but the intermediate is not sent.
    MissingIntermediate,
    /// Good, but the server supports at most TLS 1.1.
    OldTls,
}

/// A root, an intermediate, and a root that no client has.
pub(super) struct Authority {
    root: Issuer,
    intermediate: Issuer,
    unknown: Issuer,
    /// The address in the servers' certificates, besides loopback.
    address: IpAddr,
}

impl Authority {
    pub(super) fn new(address: IpAddr) -> io::Result<Self> {
        Self::make(address).map_err(io::Error::other)
    }

    fn make(address: IpAddr) -> Result<Self, rcgen::Error> {
        let root = Issuer::self_signed(authority("Root", 1)?, new_key()?)?;
        let intermediate = Issuer::signed_by(authority("Intermediate", 0)?, new_key()?, &root)?;
        let unknown = Issuer::self_signed(authority("Unknown Root", 1)?, new_key()?)?;
        Ok(Self {
            root,
            intermediate,
            unknown,
            address,
        })
    }

    /// Returns the root to trust in PEM.
    pub(super) fn root(&self) -> String {
        self.root.pem()
    }

    /// Returns the root to trust in DER, which a phone installs.
    pub(super) fn root_der(&self) -> Vec<u8> {
        self.root.der().to_vec()
    }

    /// Returns the chain that a server of an old TLS version sends.
    pub(super) fn old_chain(&self) -> io::Result<Vec<Vec<u8>>> {
        let (chain, _) = self.chain(Certificate::OldTls).map_err(io::Error::other)?;
        Ok(chain.iter().map(|sent| sent.to_vec()).collect())
    }

    /// Returns the TLS of a server that shows `certificate`.
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
        let leaf_key = new_key()?;
        let leaf = leaf(certificate, self.address)?;
        let intermediate = self.intermediate.der().clone();
        let chain = match certificate {
            Certificate::Good
            | Certificate::Expired
            | Certificate::NotYetValid
            | Certificate::ForClients
            | Certificate::WrongName
            | Certificate::OldTls => {
                let leaf = leaf.signed_by(&leaf_key, &self.intermediate)?;
                vec![leaf.der().clone(), intermediate]
            }
            Certificate::MissingIntermediate => {
                let leaf = leaf.signed_by(&leaf_key, &self.intermediate)?;
                vec![leaf.der().clone()]
            }
            Certificate::NoAuthority => {
                let holder = Issuer::signed_by(holder()?, new_key()?, &self.root)?;
                let leaf = leaf.signed_by(&leaf_key, &holder)?;
                vec![leaf.der().clone(), holder.der().clone()]
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

fn authority(name: &str, below: u8) -> Result<CertificateParams, rcgen::Error> {
    named_authority(&format!("safe-conformance rig {name}"), below)
}

/// Returns the certificate of a server, with which another one is signed. Only its basic
/// constraints forbid that.
fn holder() -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = valid(vec!["holder.example".to_owned()], -1, 90)?;
    parameters
        .distinguished_name
        .push(DnType::CommonName, "safe-conformance rig holder");
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.use_authority_key_identifier_extension = true;
    Ok(parameters)
}

fn leaf(certificate: Certificate, address: IpAddr) -> Result<CertificateParams, rcgen::Error> {
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    if !address.is_loopback() {
        names.push(address.to_string());
    }
    if certificate == Certificate::WrongName {
        names = vec!["other.example".to_owned()];
    }
    let (begin, days) = match certificate {
        Certificate::Expired => (-91, 90),
        Certificate::NotYetValid => (30, 90),
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
        parameters.extended_key_usages = vec![match certificate {
            Certificate::ForClients => ExtendedKeyUsagePurpose::ClientAuth,
            _ => ExtendedKeyUsagePurpose::ServerAuth,
        }];
    }
    parameters.use_authority_key_identifier_extension = true;
    Ok(parameters)
}
