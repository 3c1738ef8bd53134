//! The content of a certificate, parsed by a library and in the words of the checks.

use super::element::{Element, one};
use std::net::IpAddr;

/// The content of a certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    /// The subject as a readable name.
    pub subject: String,
    /// The issuer as a readable name.
    pub issuer: String,
    /// The subject in DER.
    pub(in crate::wire) subject_der: Vec<u8>,
    /// The issuer in DER.
    pub(in crate::wire) issuer_der: Vec<u8>,
    /// The first second of its validity, since 1970.
    pub not_before: i64,
    /// The last second of its validity, since 1970.
    pub not_after: i64,
    /// The key in it.
    pub key: KeyKind,
    /// How it is signed.
    pub signature: SignatureKind,
    /// The DNS names among its subject alternative names.
    pub dns_names: Vec<String>,
    /// The addresses among its subject alternative names.
    pub addresses: Vec<IpAddr>,
    /// The common name of the subject.
    pub common_name: Option<String>,
    /// Whether the extended key usage names serverAuth; `None` without this extension.
    pub server_auth: Option<bool>,
    /// Whether it may issue other certificates.
    pub is_authority: bool,
    /// How many signed certificate timestamps are embedded; `None` without this extension.
    pub timestamps: Option<usize>,
    /// Whether it requires a stapled OCSP answer.
    pub must_staple: bool,
    /// The URL of its issuer's certificate.
    pub issuer_url: Option<String>,
    /// Whether it names a policy of the CA/Browser Forum, like publicly trusted certificates.
    pub browser_forum_policy: bool,
}

/// The kind of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA, with the length of the modulus in bits.
    Rsa(usize),
    /// An elliptic curve: its name and its length in bits.
    Ec(String, usize),
    /// Another key.
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

/// The kind of a signature.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SignatureKind {
    /// With a hash of at least SHA-256.
    Strong(&'static str),
    /// With an older hash.
    Weak(&'static str),
    /// With another algorithm, of which no source says whether the clients accept it.
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
    /// Parses DER; `None` if it is not a certificate.
    ///
    /// Source: RFC 5280 section 4.1.
    pub fn parse(der: &[u8]) -> Option<Self> {
        let [whole, algorithm, _signature] = one(der)?.parts()?.try_into().ok()?;
        let mut parts = whole.parts()?.into_iter().peekable();
        parts.next_if(|part| part.is_context(0));
        let (_serial, _algorithm) = (parts.next()?, parts.next()?);
        let (issuer, validity) = (parts.next()?, parts.next()?);
        let (subject, key) = (parts.next()?, parts.next()?);
        let (issuer_name, subject_name) = (Name::read(&issuer)?, Name::read(&subject)?);
        let [not_before, not_after] = validity.parts()?.try_into().ok()?;
        let mut certificate = Self {
            subject: subject_name.readable(),
            issuer: issuer_name.readable(),
            subject_der: subject.der().to_vec(),
            issuer_der: issuer.der().to_vec(),
            not_before: not_before.second()?,
            not_after: not_after.second()?,
            key: key_kind(&key)?,
            signature: signature_kind(&algorithm)?,
            dns_names: Vec::new(),
            addresses: Vec::new(),
            common_name: subject_name.common().map(str::to_owned),
            server_auth: None,
            is_authority: false,
            timestamps: None,
            must_staple: false,
            issuer_url: None,
            browser_forum_policy: false,
        };
        if let Some(extensions) = parts.find(|part| part.is_context(3)) {
            for extension in extensions.parts()?.first()?.parts()? {
                let parts = extension.parts()?;
                let (oid, value) = (parts.first()?.oid()?, parts.last()?.octets()?);
                // An invalid extension is ignored.
                let _ = certificate.take(&oid, value);
            }
        }
        Some(certificate)
    }

    /// Applies an extension; `None` if it is invalid.
    fn take(&mut self, oid: &str, value: &[u8]) -> Option<()> {
        match oid {
            "2.5.29.17" => {
                for name in one(value)?.parts()? {
                    if name.is_context(2) {
                        self.dns_names.extend(name.ascii().map(str::to_owned));
                    } else if name.is_context(7) {
                        self.addresses.extend(address(name.value()));
                    }
                }
            }
            "2.5.29.19" => {
                let parts = one(value)?.parts()?;
                self.is_authority = parts.first().is_some_and(Element::is_true);
            }
            "2.5.29.32" => {
                // Source: CA/Browser Forum, Baseline Requirements section 7.1.6.1.
                self.browser_forum_policy = one(value)?.parts()?.iter().any(|policy| {
                    let parts = policy.parts().unwrap_or_default();
                    let oid = parts.first().and_then(Element::oid);
                    oid.is_some_and(|oid| oid.starts_with("2.23.140.1."))
                });
            }
            "2.5.29.37" => {
                let purposes = one(value)?.parts()?;
                let mut oids = purposes.iter().filter_map(Element::oid);
                self.server_auth = Some(oids.any(|oid| oid == "1.3.6.1.5.5.7.3.1"));
            }
            "1.3.6.1.5.5.7.1.1" => {
                self.issuer_url = one(value)?.parts()?.iter().find_map(|access| {
                    let [method, place] = access.parts()?.try_into().ok()?;
                    let is_issuer = method.oid()? == "1.3.6.1.5.5.7.48.2";
                    let url = (is_issuer && place.is_context(6)).then(|| place.ascii());
                    url.flatten().map(str::to_owned)
                });
            }
            // TLS feature with status_request. Source: RFC 7633.
            "1.3.6.1.5.5.7.1.24" => {
                self.must_staple = value.windows(3).any(|part| part == [2, 1, 5]);
            }
            "1.3.6.1.4.1.11129.2.4.2" => self.timestamps = timestamps(one(value)?.octets()?),
            _ => {}
        }
        Some(())
    }

    /// Returns whether subject and issuer are the same.
    pub fn is_self_issued(&self) -> bool {
        self.subject_der == self.issuer_der
    }

    /// Returns whether `other` has the name of this one's issuer.
    pub fn names_as_issuer(&self, other: &Self) -> bool {
        self.issuer_der == other.subject_der
    }

    /// Returns for how many seconds it is valid, including the last one.
    pub const fn lifetime(&self) -> i64 {
        self.not_after
            .saturating_sub(self.not_before)
            .saturating_add(1)
    }
}

/// The parts of a name in order: the OID of each, and its value if that is text.
struct Name(Vec<(String, Option<String>)>);

impl Name {
    fn read(name: &Element<'_>) -> Option<Self> {
        let mut parts = Vec::new();
        for set in name.parts()? {
            for pair in set.parts()? {
                let [oid, value] = pair.parts()?.try_into().ok()?;
                parts.push((oid.oid()?, value.text().map(str::to_owned)));
            }
        }
        Some(Self(parts))
    }

    fn first(&self, oid: &str) -> Option<&str> {
        let mut texts = self.0.iter().filter(|(known, _)| known == oid);
        texts.find_map(|(_, text)| text.as_deref())
    }

    fn common(&self) -> Option<&str> {
        self.first("2.5.4.3")
    }

    /// Returns the common name; without one, the organisation or else the whole name.
    fn readable(&self) -> String {
        let text = self.common().or_else(|| self.first("2.5.4.10"));
        let text = text.map_or_else(|| self.whole(), str::to_owned);
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

    fn whole(&self) -> String {
        let parts = self.0.iter().map(|(oid, text)| {
            let label = match oid.as_str() {
                "2.5.4.3" => "CN",
                "2.5.4.6" => "C",
                "2.5.4.7" => "L",
                "2.5.4.8" => "ST",
                "2.5.4.10" => "O",
                "2.5.4.11" => "OU",
                "0.9.2342.19200300.100.1.25" => "DC",
                "1.2.840.113549.1.9.1" => "Email",
                other => other,
            };
            format!("{label}={}", text.as_deref().unwrap_or("(no text)"))
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// Returns how many signed certificate timestamps a list contains; `None` for an invalid list.
///
/// Source: RFC 6962 section 3.3.
fn timestamps(list: &[u8]) -> Option<usize> {
    let (mut left, rest) = framed(list)?;
    let mut count = 0;
    while !left.is_empty() {
        let (timestamp, others) = framed(left)?;
        // The version, the log's ID and the time.
        let (extensions, signature) = framed(timestamp.get(1 + 32 + 8..)?)?;
        let (_, behind) = framed(signature.get(2..)?)?;
        if !behind.is_empty() || extensions.len() > timestamp.len() {
            return None;
        }
        count += 1;
        left = others;
    }
    rest.is_empty().then_some(count)
}

/// Returns the value after a length of two bytes, and the rest.
fn framed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(2)?;
    rest.split_at_checked(usize::from(u16::from_be_bytes([length[0], length[1]])))
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

fn key_kind(key: &Element<'_>) -> Option<KeyKind> {
    let [algorithm, bits] = key.parts()?.try_into().ok()?;
    let algorithm = algorithm.parts()?;
    let (kind, point) = (algorithm.first()?.oid()?, bits.bits()?);
    Some(match kind.as_str() {
        "1.2.840.113549.1.1.1" => match rsa(point) {
            Some(bits) => KeyKind::Rsa(bits),
            None => KeyKind::Other("a broken RSA key".to_owned()),
        },
        "1.2.840.10045.2.1" => {
            let curve = algorithm.get(1).and_then(Element::oid);
            match curve.as_deref().and_then(curve_of) {
                Some((name, bits)) => KeyKind::Ec(name.to_owned(), bits),
                None => KeyKind::Ec(
                    "of a curve that is not known here".to_owned(),
                    size_of_point(point),
                ),
            }
        }
        "1.3.101.112" => KeyKind::Other("Ed25519".to_owned()),
        "1.3.101.113" => KeyKind::Other("Ed448".to_owned()),
        other => KeyKind::Other(format!("a key of the kind {other}")),
    })
}

/// Returns the length of the modulus of an RSA key in bits.
fn rsa(key: &[u8]) -> Option<usize> {
    Some(bits(one(key)?.parts()?.first()?.integer()?))
}

/// Returns the length of a coordinate of a point on a curve, in bits. Source: SEC 1 section 2.3.3.
fn size_of_point(point: &[u8]) -> usize {
    match point {
        [4, both @ ..] => both.len() * 8 / 2,
        [2 | 3, one @ ..] => one.len() * 8,
        _ => 0,
    }
}

/// Returns the length of an unsigned number in bits.
fn bits(modulus: &[u8]) -> usize {
    let first = modulus.iter().position(|byte| *byte != 0);
    first.map_or(0, |first| {
        let leading = modulus[first].leading_zeros() as usize;
        (modulus.len() - first) * 8 - leading
    })
}

fn curve_of(curve: &str) -> Option<(&'static str, usize)> {
    Some(match curve {
        "1.2.840.10045.3.1.7" => ("P-256", 256),
        "1.3.132.0.34" => ("P-384", 384),
        "1.3.132.0.35" => ("P-521", 521),
        "1.3.132.0.33" => ("P-224", 224),
        "1.2.840.10045.3.1.1" => ("P-192", 192),
        "1.3.132.0.10" => ("secp256k1", 256),
        "1.3.36.3.3.2.8.1.1.7" => ("brainpoolP256r1", 256),
        "1.3.36.3.3.2.8.1.1.11" => ("brainpoolP384r1", 384),
        "1.3.36.3.3.2.8.1.1.13" => ("brainpoolP512r1", 512),
        _ => return None,
    })
}

fn signature_kind(algorithm: &Element<'_>) -> Option<SignatureKind> {
    use SignatureKind::{Strong, Weak};
    let parts = algorithm.parts()?;
    let oid = parts.first()?.oid()?;
    Some(match oid.as_str() {
        "1.2.840.113549.1.1.11" => Strong("RSA with SHA-256"),
        "1.2.840.113549.1.1.12" => Strong("RSA with SHA-384"),
        "1.2.840.113549.1.1.13" => Strong("RSA with SHA-512"),
        "1.2.840.10045.4.3.2" => Strong("ECDSA with SHA-256"),
        "1.2.840.10045.4.3.3" => Strong("ECDSA with SHA-384"),
        "1.2.840.10045.4.3.4" => Strong("ECDSA with SHA-512"),
        "1.2.840.113549.1.1.10" => pss(parts.get(1).map_or(&[], Element::value)),
        "1.3.101.112" => SignatureKind::Other("Ed25519".to_owned()),
        "1.3.101.113" => SignatureKind::Other("Ed448".to_owned()),
        "1.2.840.113549.1.1.4" => Weak("RSA with MD5"),
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Weak("RSA with SHA-1"),
        "1.2.840.113549.1.1.14" => Weak("RSA with SHA-224"),
        "1.2.840.10045.4.1" => Weak("ECDSA with SHA-1"),
        "1.2.840.10045.4.3.1" => Weak("ECDSA with SHA-224"),
        "1.2.840.10040.4.3" => Weak("DSA with SHA-1"),
        _ => SignatureKind::Other(format!("the signature algorithm {oid}")),
    })
}

/// Returns the hash that RSASSA-PSS names in its parameters; without one, it is SHA-1. Source: RFC
/// 4055 section 3.1.
fn pss(parameters: &[u8]) -> SignatureKind {
    // The last arcs of SHA-256, SHA-384 and SHA-512 are 1, 2 and 3.
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
