//! What a certificate says, read by a library and put into the words of the checks.

use std::net::IpAddr;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::{Oid, asn1_rs::oid};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::X509Name;

/// What a certificate says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    /// The subject, as a name that people read.
    pub subject: String,
    /// The issuer, as a name that people read.
    pub issuer: String,
    /// The subject as it is encoded.
    pub(in crate::wire) subject_der: Vec<u8>,
    /// The issuer as it is encoded.
    pub(in crate::wire) issuer_der: Vec<u8>,
    /// The first second of its validity, since 1970.
    pub not_before: i64,
    /// The last second of its validity, since 1970.
    pub not_after: i64,
    /// The key that it is for.
    pub key: KeyKind,
    /// How it is signed.
    pub signature: SignatureKind,
    /// The DNS names among its subject alternative names.
    pub dns_names: Vec<String>,
    /// The addresses among its subject alternative names.
    pub addresses: Vec<IpAddr>,
    /// The common name of the subject.
    pub common_name: Option<String>,
    /// Whether the extended key usage names serverAuth; nothing where there is no such extension.
    pub server_auth: Option<bool>,
    /// Whether it may issue others.
    pub is_authority: bool,
    /// How many signed certificate timestamps are embedded; nothing where there is no such
    /// extension.
    pub timestamps: Option<usize>,
    /// Whether it demands a stapled answer of OCSP.
    pub must_staple: bool,
    /// Where it says that the certificate of its issuer is to be had.
    pub issuer_url: Option<String>,
    /// Whether it names a policy of the CA/Browser Forum, as publicly trusted certificates do.
    pub browser_forum_policy: bool,
}

/// The kind of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyKind {
    /// RSA, with the length of the modulus in bits.
    Rsa(usize),
    /// An elliptic curve: its name and its length in bits.
    Ec(String, usize),
    /// Another.
    Other(String),
}

impl std::fmt::Display for KeyKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rsa(bits) => write!(formatter, "RSA {bits}"),
            Self::Ec(curve, _) => write!(formatter, "EC {curve}"),
            Self::Other(name) => formatter.write_str(name),
        }
    }
}

/// How a certificate is signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SignatureKind {
    /// With a hash of at least SHA-256.
    Strong(&'static str),
    /// With an older one.
    Weak(&'static str),
    /// In a way that is not known here.
    Other(String),
}

impl std::fmt::Display for SignatureKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Strong(name) | Self::Weak(name) => formatter.write_str(name),
            Self::Other(name) => formatter.write_str(name),
        }
    }
}

impl Certificate {
    /// Reads DER; nothing where that is no certificate.
    pub fn parse(der: &[u8]) -> Option<Self> {
        let (rest, x509) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let mut certificate = Self {
            subject: readable(x509.subject()),
            issuer: readable(x509.issuer()),
            subject_der: x509.subject().as_raw().to_vec(),
            issuer_der: x509.issuer().as_raw().to_vec(),
            not_before: x509.validity().not_before.timestamp(),
            not_after: x509.validity().not_after.timestamp(),
            key: key_kind(&x509),
            signature: signature_kind(&x509),
            dns_names: Vec::new(),
            addresses: Vec::new(),
            common_name: common_name(x509.subject()),
            server_auth: None,
            is_authority: x509.is_ca(),
            timestamps: None,
            must_staple: false,
            issuer_url: None,
            browser_forum_policy: false,
        };
        for extension in x509.iter_extensions() {
            certificate.take(extension.parsed_extension());
            // TLS feature with status_request. Source: RFC 7633.
            if extension.oid == oid!(1.3.6.1.5.5.7.1.24) {
                certificate.must_staple = extension.value.windows(3).any(|part| part == [2, 1, 5]);
            }
        }
        Some(certificate)
    }

    fn take(&mut self, extension: &ParsedExtension<'_>) {
        match extension {
            ParsedExtension::SubjectAlternativeName(names) => {
                for name in &names.general_names {
                    match name {
                        GeneralName::DNSName(name) => self.dns_names.push((*name).to_owned()),
                        GeneralName::IPAddress(bytes) => self.addresses.extend(address(bytes)),
                        _ => {}
                    }
                }
            }
            ParsedExtension::ExtendedKeyUsage(usage) => self.server_auth = Some(usage.server_auth),
            ParsedExtension::SCT(timestamps) => self.timestamps = Some(timestamps.len()),
            ParsedExtension::AuthorityInfoAccess(access) => {
                let mut issuers = access
                    .iter()
                    .filter(|access| access.access_method == oid!(1.3.6.1.5.5.7.48.2));
                self.issuer_url = issuers.find_map(|access| match &access.access_location {
                    GeneralName::URI(url) => Some((*url).to_owned()),
                    _ => None,
                });
            }
            ParsedExtension::CertificatePolicies(policies) => {
                // Source: CA/Browser Forum, Baseline Requirements section 7.1.6.1.
                self.browser_forum_policy = policies
                    .iter()
                    .any(|policy| policy.policy_id.to_id_string().starts_with("2.23.140.1."));
            }
            _ => {}
        }
    }

    /// Whether subject and issuer are the same.
    pub fn is_self_issued(&self) -> bool {
        self.subject_der == self.issuer_der
    }

    /// Whether `other` has the name of this one's issuer.
    pub fn names_as_issuer(&self, other: &Self) -> bool {
        self.issuer_der == other.subject_der
    }

    /// For how many seconds it is valid, the last one included.
    pub const fn lifetime(&self) -> i64 {
        self.not_after
            .saturating_sub(self.not_before)
            .saturating_add(1)
    }
}

/// The common name, or the organisation where there is none, or everything.
fn readable(name: &X509Name<'_>) -> String {
    let text = common_name(name).or_else(|| {
        name.iter_organization()
            .find_map(|attribute| attribute.as_str().ok().map(str::to_owned))
    });
    let text = text.unwrap_or_else(|| name.to_string());
    let text = if text.is_empty() {
        "(no name)".to_owned()
    } else {
        text
    };
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(100)
        .collect()
}

fn common_name(name: &X509Name<'_>) -> Option<String> {
    name.iter_common_name()
        .find_map(|attribute| attribute.as_str().ok().map(str::to_owned))
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

fn key_kind(x509: &X509Certificate<'_>) -> KeyKind {
    let spki = x509.public_key();
    match spki.parsed() {
        Ok(PublicKey::RSA(rsa)) => KeyKind::Rsa(bits(rsa.modulus)),
        Ok(PublicKey::EC(point)) => {
            let curve = spki.algorithm.parameters.as_ref();
            let curve = curve.and_then(|parameters| parameters.as_oid().ok());
            match curve.as_ref().and_then(curve_of) {
                Some((name, bits)) => KeyKind::Ec(name.to_owned(), bits),
                None => KeyKind::Ec(
                    "of a curve that is not known here".to_owned(),
                    point.key_size(),
                ),
            }
        }
        _ if spki.algorithm.algorithm == oid!(1.3.101.112) => KeyKind::Other("Ed25519".to_owned()),
        _ if spki.algorithm.algorithm == oid!(1.3.101.113) => KeyKind::Other("Ed448".to_owned()),
        _ => KeyKind::Other(format!(
            "a key of the kind {}",
            spki.algorithm.algorithm.to_id_string()
        )),
    }
}

/// The length of an unsigned number in bits.
fn bits(modulus: &[u8]) -> usize {
    let first = modulus.iter().position(|byte| *byte != 0);
    first.map_or(0, |first| {
        let leading = modulus[first].leading_zeros() as usize;
        (modulus.len() - first) * 8 - leading
    })
}

fn curve_of(curve: &Oid<'_>) -> Option<(&'static str, usize)> {
    let curves = [
        (oid!(1.2.840.10045.3.1.7), "P-256", 256),
        (oid!(1.3.132.0.34), "P-384", 384),
        (oid!(1.3.132.0.35), "P-521", 521),
        (oid!(1.3.132.0.33), "P-224", 224),
        (oid!(1.2.840.10045.3.1.1), "P-192", 192),
        (oid!(1.3.132.0.10), "secp256k1", 256),
        (oid!(1.3.36.3.3.2.8.1.1.7), "brainpoolP256r1", 256),
        (oid!(1.3.36.3.3.2.8.1.1.11), "brainpoolP384r1", 384),
        (oid!(1.3.36.3.3.2.8.1.1.13), "brainpoolP512r1", 512),
    ];
    let known = curves.into_iter().find(|(known, ..)| known == curve);
    known.map(|(_, name, bits)| (name, bits))
}

fn signature_kind(x509: &X509Certificate<'_>) -> SignatureKind {
    use SignatureKind::{Strong, Weak};
    let oid = x509.signature_algorithm.algorithm.to_id_string();
    match oid.as_str() {
        "1.2.840.113549.1.1.11" => Strong("RSA with SHA-256"),
        "1.2.840.113549.1.1.12" => Strong("RSA with SHA-384"),
        "1.2.840.113549.1.1.13" => Strong("RSA with SHA-512"),
        "1.2.840.10045.4.3.2" => Strong("ECDSA with SHA-256"),
        "1.2.840.10045.4.3.3" => Strong("ECDSA with SHA-384"),
        "1.2.840.10045.4.3.4" => Strong("ECDSA with SHA-512"),
        "1.2.840.113549.1.1.10" => pss(x509),
        "1.3.101.112" => Strong("Ed25519"),
        "1.2.840.113549.1.1.4" => Weak("RSA with MD5"),
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Weak("RSA with SHA-1"),
        "1.2.840.113549.1.1.14" => Weak("RSA with SHA-224"),
        "1.2.840.10045.4.1" => Weak("ECDSA with SHA-1"),
        "1.2.840.10045.4.3.1" => Weak("ECDSA with SHA-224"),
        "1.2.840.10040.4.3" => Weak("DSA with SHA-1"),
        _ => SignatureKind::Other(format!("the signature algorithm {oid}")),
    }
}

/// RSASSA-PSS names its hash in the parameters, and means SHA-1 where it names none. Source: RFC
/// 4055 section 3.1.
fn pss(x509: &X509Certificate<'_>) -> SignatureKind {
    let parameters = x509.signature_algorithm.parameters.as_ref();
    let parameters = parameters.map_or(&[][..], |parameters| parameters.data);
    // The arcs of SHA-256, SHA-384 and SHA-512 end in 1, 2 and 3.
    let names = |last: u8| {
        let oid = [0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, last];
        parameters.windows(oid.len()).any(|part| part == oid)
    };
    match (names(1), names(2), names(3)) {
        (true, ..) => SignatureKind::Strong("RSA-PSS with SHA-256"),
        (_, true, _) => SignatureKind::Strong("RSA-PSS with SHA-384"),
        (.., true) => SignatureKind::Strong("RSA-PSS with SHA-512"),
        _ => SignatureKind::Weak("RSA-PSS with SHA-1"),
    }
}
