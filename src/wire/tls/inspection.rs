//! What an inspection of TLS saw, in a form that can be written down and judged again without a
//! network.

use super::suites;
use data_encoding::BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A version of TLS.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
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

/// What came of one `ClientHello`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answered {
    /// A `ServerHello`, with the codes of the version and the suite that it chose.
    Hello {
        /// The version.
        version: u16,
        /// The suite.
        suite: u16,
    },
    /// A fatal alert: refused.
    Alert(u8),
    /// Neither: this tells nothing of what was offered.
    Nothing(Silence),
}

impl Answered {
    /// Returns whether this version was chosen.
    pub fn is_version(&self, wanted: Version) -> bool {
        matches!(self, Self::Hello { version, .. } if *version == wanted.code())
    }

    /// Returns the suite that was chosen, if one was.
    pub const fn suite(&self) -> Option<u16> {
        match self {
            Self::Hello { suite, .. } => Some(*suite),
            Self::Alert(_) | Self::Nothing(_) => None,
        }
    }

    /// Returns whether a server that speaks TLS said this.
    pub const fn is_tls(&self) -> bool {
        matches!(self, Self::Hello { .. } | Self::Alert(_))
    }
}

/// Why nothing of TLS came back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// No TCP connection.
    NoConnection(String),
    /// The connection was closed.
    Closed,
    /// The connection was reset.
    Reset,
    /// The answer did not come, or did not end, within the time.
    TimedOut,
    /// What came is not TLS; its first line, if that is text.
    NotTls(String),
    /// More came than is read.
    TooMuch,
    /// The run was to make no more connections.
    NotAsked,
}

/// A certificate as it was sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SentCertificate {
    /// The certificate.
    pub der: Der,
    /// Whether a root of this machine, or one that was given, has the name of its issuer.
    pub issuer_is_root_here: bool,
    /// Whether it is itself a root of this machine, or one that was given: same name, same key.
    #[serde(default)]
    pub is_root_here: bool,
    /// Whether a publicly trusted root has the name of its issuer.
    pub issuer_is_public_root: bool,
}

/// DER, in base64 where it is written down.
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

/// Whether a chain leads to a root, names and dates left aside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// This machine has no store of roots.
    NoStore,
    /// No certificate was read.
    NoCertificate,
    /// It leads to a root.
    Trusted,
    /// It leads to none.
    UnknownIssuer,
    /// A certificate breaks a rule.
    Refused(String),
    /// The library cannot judge it.
    Unsupported(String),
}

/// A handshake of the kind that phones make, carried out by the library.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shaken {
    /// The version that was agreed on.
    pub version: Version,
    /// The suite that was agreed on.
    pub suite: u16,
    /// The protocol that ALPN agreed on, if any.
    pub alpn: Option<String>,
}

/// Why the library's handshake came to no end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShakeTrouble {
    /// No TCP connection.
    NoConnection(String),
    /// The server sent an alert.
    Alert(u8),
    /// The connection was closed or reset.
    Closed,
    /// It did not end within the time.
    TimedOut,
    /// More certificates came than are read.
    TooMuch,
    /// The library finds nothing in common, or does not understand what came.
    Library(String),
}

/// Whether the server proved that it holds the key of its certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyProof {
    /// It was not reached.
    NotSeen,
    /// It did.
    Good,
    /// The signature is not that of the key.
    Bad,
}

/// One address of the host.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AddressSeen {
    /// The address.
    pub address: String,
    /// Why there is no connection, or no certificate; empty where there is.
    pub trouble: String,
    /// Whether this machine has no way to addresses of this kind.
    pub out_of_reach: bool,
    /// The SHA-256 of the leaf that it sends, in base64: as hex it would look like a backup ID.
    pub leaf: Option<String>,
}

/// What came of one request without credentials.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HttpSeen {
    /// The status.
    pub status: u16,
    /// The time that the server says it is, in seconds since 1970.
    pub date: Option<i64>,
}

impl HttpSeen {
    /// Returns an answer with the value of its `Date`.
    pub(in crate::wire) fn new(status: u16, date: Option<&str>) -> Self {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new();
        let date = date.and_then(|date| parser.parse_timestamp(date).ok());
        Self {
            status,
            date: date.map(jiff::Timestamp::as_second),
        }
    }
}

/// Everything that an inspection saw.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is its own observation")]
pub struct Inspection {
    /// The host's name, or its address.
    pub host: String,
    /// When it was, in seconds since 1970, by this machine's clock.
    pub at: i64,
    /// The addresses of the host, each tried once.
    pub addresses: Vec<AddressSeen>,
    /// How many more addresses there are, which were not tried.
    pub further_addresses: usize,
    /// What a hello of each version got.
    pub versions: Vec<(Version, Answered)>,
    /// What a hello with one suite got, for each suite that ATS allows or allowed.
    pub suites: Vec<(u16, Answered)>,
    /// What a hello of TLS 1.2 got with suites of finite-field Diffie-Hellman alone.
    pub finite_field: Answered,
    /// What a hello of TLS 1.2 got with suites without forward secrecy alone.
    pub without_forward_secrecy: Answered,
    /// The library's handshake.
    pub shaken: Result<Shaken, ShakeTrouble>,
    /// The library's handshake that offers HTTP/1.1 alone, and what a request got. Nothing where
    /// none was sent, because the run's own requests say what it would.
    pub http: Result<Option<HttpSeen>, ShakeTrouble>,
    /// The library's handshake without a server name: the SHA-256 of the leaf. Nothing where the
    /// host is an address.
    pub without_name: Option<Result<String, ShakeTrouble>>,
    /// The certificates, as they were sent.
    pub chain: Vec<SentCertificate>,
    /// How many bytes of certificates were announced, where those are too many to read.
    pub chain_too_long: Option<usize>,
    /// Whether the chain leads to a root of this machine, or one that was given.
    pub trust: Trust,
    /// Whether the chain leads to a publicly trusted root.
    pub public: bool,
    /// Whether the server proved that it holds the key of its certificate.
    pub key_proof: KeyProof,
    /// Whether a stapled answer of OCSP came.
    pub stapled: bool,
    /// Whether signed certificate timestamps came in a handshake of TLS 1.2.
    pub timestamps_in_handshake: bool,
    /// Whether a certificate of the client was asked for.
    pub asks_certificate: bool,
    /// How many connections it took.
    pub connections: usize,
}

impl Inspection {
    /// Returns whether the run's own requests are left to say what the server's time is.
    pub(in crate::wire) fn lacks_time(&self) -> bool {
        self.http == Ok(None) && !self.asks_certificate
    }

    /// Returns what a hello of this version got.
    pub fn version(&self, version: Version) -> &Answered {
        const NOT_ASKED: &Answered = &Answered::Nothing(Silence::NotAsked);
        let asked = self.versions.iter().find(|(asked, _)| *asked == version);
        asked.map_or(NOT_ASKED, |(_, answered)| answered)
    }

    /// Returns whether this version is offered.
    pub fn offers(&self, version: Version) -> bool {
        self.version(version).is_version(version)
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

    /// Returns every answer to our own hello.
    pub fn answers(&self) -> impl Iterator<Item = &Answered> {
        let versions = self.versions.iter().map(|(_, answered)| answered);
        let suites = self.suites.iter().map(|(_, answered)| answered);
        let others = [&self.finite_field, &self.without_forward_secrecy];
        versions.chain(suites).chain(others)
    }
}
