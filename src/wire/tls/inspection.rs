//! The result of a TLS inspection, in a form that can be stored and judged again without a network.

use super::suites;
use crate::wire::server_time::server_time;
use data_encoding::BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A version of TLS.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Version {
    /// TLS 1.0.
    #[serde(rename = "1.0")]
    Tls10,
    /// TLS 1.1.
    #[serde(rename = "1.1")]
    Tls11,
    /// TLS 1.2.
    #[serde(rename = "1.2")]
    Tls12,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    Tls13,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Self; 4] = [Self::Tls10, Self::Tls11, Self::Tls12, Self::Tls13];

    /// Returns the code on the wire.
    pub const fn code(self) -> u16 {
        match self {
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    /// Returns the name: `TLS 1.2`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        }
    }
}

/// The result of one `ClientHello`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Answered {
    /// A `ServerHello` with the version and suite that it chose.
    Hello {
        /// The version.
        version: u16,
        /// The suite.
        suite: u16,
    },
    /// A fatal alert, which refuses the hello.
    Alert(u8),
    /// Neither, so the answer to the offer is unknown.
    Nothing(Silence),
}

impl Answered {
    /// Returns whether this version was chosen.
    pub fn is_version(&self, wanted: Version) -> bool {
        matches!(self, Self::Hello { version, .. } if *version == wanted.code())
    }

    /// Returns the suite that was chosen, if any.
    pub const fn suite(&self) -> Option<u16> {
        match self {
            Self::Hello { suite, .. } => Some(*suite),
            Self::Alert(_) | Self::Nothing(_) => None,
        }
    }

    /// Returns whether the answer shows that the server speaks TLS.
    pub const fn is_tls(&self) -> bool {
        matches!(self, Self::Hello { .. } | Self::Alert(_))
    }
}

/// Why no TLS answer was received.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Silence {
    /// No TCP connection.
    NoConnection(String),
    /// The connection was closed.
    Closed,
    /// The connection was reset.
    Reset,
    /// The answer did not arrive or end in time.
    TimedOut,
    /// The answer is not TLS; its first line, if that is text.
    NotTls(String),
    /// The answer was larger than the limit.
    TooMuch,
    /// The limit on connections was reached.
    NotAsked,
}

/// A certificate as it was sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SentCertificate {
    /// The certificate.
    pub der: Der,
    /// Whether a root of this machine, or a given one, has the name of its issuer.
    pub issuer_is_root_here: bool,
    /// Whether it is itself a root of this machine, or a given one: same name and same key.
    #[serde(default)]
    pub is_root_here: bool,
    /// Whether a publicly trusted root has the name of its issuer.
    pub issuer_is_public_root: bool,
}

/// DER, which is stored in base64.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Der(pub Vec<u8>);

impl Serialize for Der {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Der {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64.decode(text.as_bytes());
        bytes.map(Self).map_err(serde::de::Error::custom)
    }
}

/// Whether a chain leads to a root, regardless of names and dates.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Trust {
    /// This machine has no store of roots.
    NoStore,
    /// No certificate was read.
    NoCertificate,
    /// It leads to a root.
    Trusted,
    /// It does not lead to a root.
    UnknownIssuer,
    /// A certificate breaks a rule.
    Refused(String),
    /// The library cannot judge it.
    Unsupported(String),
}

/// A handshake like a phone's, made by the library.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shaken {
    /// The negotiated version.
    pub version: Version,
    /// The negotiated suite.
    pub suite: u16,
    /// The protocol that ALPN selected, if any.
    pub alpn: Option<String>,
}

/// Why the library's handshake failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ShakeTrouble {
    /// No TCP connection.
    NoConnection(String),
    /// The server sent an alert.
    Alert(u8),
    /// The connection was closed or reset.
    Closed,
    /// It did not end in time.
    TimedOut,
    /// More certificates were sent than are read.
    TooMuch,
    /// The library found nothing in common, or did not understand the answer.
    Library(String),
}

/// Whether the server proved that it has the private key of its certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum KeyProof {
    /// The handshake did not reach the proof.
    NotSeen,
    /// The proof is valid.
    Good,
    /// The signature was made with another key.
    Bad,
}

/// One address of the host.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AddressSeen {
    /// The address.
    pub address: String,
    /// Why there was no connection or no certificate; empty for success.
    pub trouble: String,
    /// Whether this machine has no route to this kind of address.
    pub out_of_reach: bool,
    /// The SHA-256 of the leaf that it sends, in base64: as hex it would look like a backup ID.
    pub leaf: Option<String>,
}

/// The result of one request without credentials.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HttpSeen {
    /// The status.
    pub status: u16,
    /// The time in the server's answer, in seconds since 1970.
    pub date: Option<i64>,
}

impl HttpSeen {
    /// Returns the result for a status, with the time by the values of `Date` and `Age`.
    pub(in crate::wire) fn new(status: u16, date: Option<&str>, age: Option<&str>) -> Self {
        Self {
            status,
            date: server_time(date, age).map(Timestamp::as_second),
        }
    }
}

/// The complete result of an inspection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is its own observation")]
pub struct Inspection {
    /// The host's name, or its address.
    pub host: String,
    /// The time of the inspection by this machine's clock, in seconds since 1970.
    pub at: i64,
    /// The addresses of the host, each tried once.
    pub addresses: Vec<AddressSeen>,
    /// How many more addresses were not tried.
    pub further_addresses: usize,
    /// The answer to a hello of each version.
    pub versions: Vec<(Version, Answered)>,
    /// The answer to a hello with one suite, for each suite that ATS allows or has allowed.
    pub suites: Vec<(u16, Answered)>,
    /// The answer to a TLS 1.2 hello that offers only finite-field Diffie-Hellman.
    pub finite_field: Answered,
    /// The answer to a TLS 1.2 hello that offers only suites without forward secrecy.
    pub without_forward_secrecy: Answered,
    /// The library's handshake.
    pub shaken: Result<Shaken, ShakeTrouble>,
    /// The library's handshake that offers only HTTP/1.1, with the result of a request; `None` if
    /// none was sent, because the run's own requests show the same.
    pub http: Result<Option<HttpSeen>, ShakeTrouble>,
    /// The SHA-256 of the leaf in the library's handshake without a server name; `None` if the host
    /// is an address.
    pub without_name: Option<Result<String, ShakeTrouble>>,
    /// The certificates as they were sent.
    pub chain: Vec<SentCertificate>,
    /// The announced size of the certificates in bytes, if it is too large to read.
    pub chain_too_long: Option<usize>,
    /// Whether the chain leads to a root of this machine, or to a given one.
    pub trust: Trust,
    /// Whether the chain leads to a publicly trusted root.
    pub public: bool,
    /// Whether the server proved that it has the private key of its certificate.
    pub key_proof: KeyProof,
    /// Whether the server sent a stapled OCSP answer.
    pub stapled: bool,
    /// Whether a TLS 1.2 handshake contained signed certificate timestamps.
    pub timestamps_in_handshake: bool,
    /// Whether the server asked for a client certificate.
    pub asks_certificate: bool,
    /// How many connections were made.
    pub connections: usize,
}

impl Inspection {
    /// Returns whether the server's time is missing and left to the run's own requests.
    pub(in crate::wire) fn lacks_time(&self) -> bool {
        self.http == Ok(None) && !self.asks_certificate
    }

    /// Returns the answer to a hello of this version.
    pub fn version(&self, version: Version) -> &Answered {
        const NOT_ASKED: &Answered = &Answered::Nothing(Silence::NotAsked);
        let asked = self.versions.iter().find(|(asked, _)| *asked == version);
        asked.map_or(NOT_ASKED, |(_, answered)| answered)
    }

    /// Returns whether this version is offered.
    pub fn offers(&self, version: Version) -> bool {
        self.version(version).is_version(version)
    }

    /// Returns whether the server refuses a hello of this version for its suites, rather than for
    /// the version.
    ///
    /// Source: RFC 8446 section 6.2: `handshake_failure`, `insufficient_security`.
    pub fn refuses_suites(&self, version: Version) -> bool {
        matches!(self.version(version), Answered::Alert(40 | 71))
    }

    /// Returns a suite with forward secrecy that the server chooses and no phone is known to offer.
    pub fn other_suite(&self) -> Option<u16> {
        let others = [suites::TLS13_OTHERS, suites::ECDHE_OTHERS];
        let mut chosen = self.versions.iter().rev();
        chosen
            .find_map(|(_, answered)| answered.suite())
            .filter(|suite| others.iter().any(|kind| kind.contains(suite)))
    }

    /// Returns the suites of `kind` that are accepted.
    pub fn accepted(&self, kind: &[u16]) -> Vec<u16> {
        let accepted = |(suite, answered): &&(u16, Answered)| {
            let version = if suites::TLS13.contains(suite) {
                Version::Tls13
            } else {
                Version::Tls12
            };
            kind.contains(suite) && answered.is_version(version) && answered.suite() == Some(*suite)
        };
        self.suites
            .iter()
            .filter(accepted)
            .map(|(suite, _)| *suite)
            .collect()
    }

    /// Returns every answer to the harness's own hellos.
    pub fn answers(&self) -> impl Iterator<Item = &Answered> {
        let versions = self.versions.iter().map(|(_, answered)| answered);
        let suites = self.suites.iter().map(|(_, answered)| answered);
        let others = [&self.finite_field, &self.without_forward_secrecy];
        versions.chain(suites).chain(others)
    }
}
