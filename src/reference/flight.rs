//! The beginnings of TLS handshakes that no library offers any more: a `ServerHello` of TLS 1.2 or
//! older with certificates and nothing after them, an alert, or no TLS at all.
//!
//! Source: RFC 5246 sections 6 and 7.

use super::faults::{Fault, Faults};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long a client may take for its hello, and to leave after the flight.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest hello that is read, in bytes.
const LONGEST_HELLO: usize = 16 * 1024;

const TLS10: u16 = 0x0301;
const TLS11: u16 = 0x0302;
const TLS12: u16 = 0x0303;

/// The two offers of secure renegotiation: the extension, and the suite that stands for it. Source:
/// RFC 5746 sections 3.2 and 3.3.
const RENEGOTIATION: u16 = 0xff01;
const RENEGOTIATION_SUITE: u16 = 0x00ff;

const WITHOUT_FORWARD_SECRECY: &[u16] = &[0x009c, 0x002f];
const FINITE_FIELD: &[u16] = &[0x009e, 0x0033];
const CBC: &[u16] = &[0xc00a, 0xc009];
const CBC_RSA: &[u16] = &[0xc014, 0xc013];
const CBC_SHA2: &[u16] = &[0xc024, 0xc023];

const OF_THE_LIBRARY: &[u16] = &[
    0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xcca9, 0xc02f, 0xc030, 0xcca8,
];

/// How a connection continues.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum After {
    /// TLS continues as usual, and the client's hello is still unread.
    Ordinary,
    /// The connection continues without TLS.
    Plain,
    /// The connection has ended.
    Ended,
}

/// The unusual handshakes of a server.
pub(super) struct Script {
    faults: Faults,
    chain: Vec<Vec<u8>>,
}

/// The reaction to a hello.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    Ordinary,
    Plain,
    Close,
    Garbage,
    Alert(u8),
    Flight {
        version: u16,
        suite: u16,
        /// Whether the flight answers an offer of secure renegotiation.
        renegotiates: bool,
    },
}

/// The parts of a hello that decide the reaction.
#[derive(Debug, PartialEq, Eq)]
struct Offer {
    version: u16,
    suites: Vec<u16>,
    has_name: bool,
    /// Whether it offers secure renegotiation.
    renegotiates: bool,
}

impl Script {
    pub(super) fn new(faults: Faults, chain: Vec<Vec<u8>>) -> Self {
        Self { faults, chain }
    }

    /// Carries out the beginning of a connection.
    pub(super) async fn play(&self, stream: &mut TcpStream) -> After {
        // If no fault looks at hellos, the library handles the connection.
        if !self.looks_at_hellos() {
            return After::Ordinary;
        }
        let Ok(Ok(hello)) = tokio::time::timeout(PATIENCE, peek(stream)).await else {
            return After::Ended;
        };
        let deed = match Offer::parse(&hello) {
            Some(offer) => self.deed(&offer),
            None => Deed::Ordinary,
        };
        let bytes = match deed {
            Deed::Ordinary => return After::Ordinary,
            Deed::Plain => return After::Plain,
            Deed::Close => Vec::new(),
            Deed::Garbage => (0..64_u8).map(|n| n.wrapping_mul(37) | 0x80).collect(),
            Deed::Alert(code) => vec![21, 3, 1, 0, 2, 2, code],
            Deed::Flight {
                version,
                suite,
                renegotiates,
            } => flight(version, suite, renegotiates, &self.chain),
        };
        // The client's reaction does not matter.
        let _ = tokio::time::timeout(PATIENCE, end_with(stream, hello.len(), &bytes)).await;
        After::Ended
    }

    fn looks_at_hellos(&self) -> bool {
        const LOOKING: &[Fault] = &[
            Fault::CertificateRsa1024,
            Fault::CertificateRsa2047,
            Fault::CertificateP224,
            Fault::CertificateSha1,
            Fault::Tls10Only,
            Fault::Tls11Only,
            Fault::TlsOldVersionsAccepted,
            Fault::SuitesWithoutForwardSecrecy,
            Fault::SuitesFiniteField,
            Fault::SuitesCbc,
            Fault::SuitesCbcSha2,
            Fault::SuitesWeakAccepted,
            Fault::ServerNameRefused,
            Fault::TlsClosed,
            Fault::TlsPlainHttp,
            Fault::TlsGarbage,
        ];
        self.faults.first_of(LOOKING).is_some()
    }

    fn deed(&self, offer: &Offer) -> Deed {
        let has = |fault| self.faults.contains(fault);
        if has(Fault::TlsClosed) {
            return Deed::Close;
        } else if has(Fault::TlsPlainHttp) {
            return Deed::Plain;
        } else if has(Fault::TlsGarbage) {
            return Deed::Garbage;
        } else if has(Fault::ServerNameRefused) && offer.has_name {
            return Deed::Alert(112);
        } else if has(Fault::TlsOldVersionsAccepted) && offer.version < TLS12 {
            return offer.agree(TLS11, CBC);
        } else if has(Fault::SuitesWeakAccepted) && offer.is_foreign() {
            return offer.agree(TLS12, WITHOUT_FORWARD_SECRECY);
        }
        let scripts = [
            (Fault::CertificateRsa1024, TLS12, CBC_RSA),
            (Fault::CertificateRsa2047, TLS12, CBC_RSA),
            (Fault::CertificateP224, TLS12, CBC),
            (Fault::CertificateSha1, TLS12, CBC),
            (Fault::Tls10Only, TLS10, CBC),
            (Fault::Tls11Only, TLS11, CBC),
            (
                Fault::SuitesWithoutForwardSecrecy,
                TLS12,
                WITHOUT_FORWARD_SECRECY,
            ),
            (Fault::SuitesFiniteField, TLS12, FINITE_FIELD),
            (Fault::SuitesCbc, TLS12, CBC),
            (Fault::SuitesCbcSha2, TLS12, CBC_SHA2),
        ];
        let script = scripts.into_iter().find(|(fault, ..)| has(*fault));
        match script {
            // These scripts belong to TLS 1.2 only, so an older version is refused.
            Some((_, TLS12, _)) if offer.version < TLS12 => Deed::Alert(70),
            Some((_, version, suites)) => offer.agree(version, suites),
            None => Deed::Ordinary,
        }
    }
}

impl Offer {
    /// Parses a record that contains a hello.
    fn parse(record: &[u8]) -> Option<Self> {
        let mut rest = record.get(5..)?;
        let kind = *take(&mut rest, 4)?.first()?;
        if record.first() != Some(&22) || kind != 1 {
            return None;
        }
        let version = take16(&mut rest)?;
        take(&mut rest, 32)?;
        let session = usize::from(*take(&mut rest, 1)?.first()?);
        take(&mut rest, session)?;
        let length = usize::from(take16(&mut rest)?);
        let suites = take(&mut rest, length)?;
        let suites = suites
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        let suites: Vec<_> = suites.collect();
        let compressions = usize::from(*take(&mut rest, 1)?.first()?);
        take(&mut rest, compressions)?;
        let mut has_name = false;
        let mut renegotiates = suites.contains(&RENEGOTIATION_SUITE);
        if !rest.is_empty() {
            take16(&mut rest)?;
            while !rest.is_empty() {
                let kind = take16(&mut rest)?;
                has_name |= kind == 0;
                renegotiates |= kind == RENEGOTIATION;
                let length = usize::from(take16(&mut rest)?);
                take(&mut rest, length)?;
            }
        }
        Some(Self {
            version,
            suites,
            has_name,
            renegotiates,
        })
    }

    /// Returns whether the library supports none of its suites.
    fn is_foreign(&self) -> bool {
        !self
            .suites
            .iter()
            .any(|suite| OF_THE_LIBRARY.contains(suite))
    }

    /// Returns the flight of a server that supports at most `version` and only `suites`, or an
    /// alert.
    fn agree(&self, version: u16, suites: &[u16]) -> Deed {
        let chosen = suites.iter().find(|suite| self.suites.contains(suite));
        match chosen {
            Some(suite) => Deed::Flight {
                version: version.min(self.version),
                suite: *suite,
                renegotiates: self.renegotiates,
            },
            None => Deed::Alert(40),
        }
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

fn take16(rest: &mut &[u8]) -> Option<u16> {
    take(rest, 2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
}

/// Reads the first record without consuming it.
async fn peek(stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; LONGEST_HELLO];
    loop {
        let count = stream.peek(&mut buffer).await?;
        let length = match buffer[..count] {
            [] => return Err(io::ErrorKind::UnexpectedEof.into()),
            [_, _, _, high, low, ..] => 5 + usize::from(u16::from_be_bytes([high, low])),
            _ => 5,
        };
        if count >= length.min(LONGEST_HELLO) && count >= 5 {
            buffer.truncate(length);
            return Ok(buffer);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Answers the client's hello like a TLS 1.1 server, and returns whether the client continues. A
/// client that refuses the version sends an alert or disconnects. Source: RFC 5246 section 7.2.
pub(crate) async fn went_on_with_tls_1_1(stream: &mut TcpStream, chain: &[Vec<u8>]) -> bool {
    const ALERT: u8 = 21;
    const UNEXPECTED_MESSAGE: u8 = 10;
    const HANDSHAKE: u8 = 22;
    let answered = async {
        let hello = peek(stream).await?;
        let (suite, renegotiates) = match Offer::parse(&hello).map(|it| it.agree(TLS11, CBC)) {
            Some(Deed::Flight {
                suite,
                renegotiates,
                ..
            }) => (suite, renegotiates),
            _ => (CBC[0], false),
        };
        let mut read = vec![0; hello.len()];
        stream.read_exact(&mut read).await?;
        let flight = flight(TLS11, suite, renegotiates, chain);
        stream.write_all(&flight).await?;
        let mut answer = [0; 7];
        let length = stream.read(&mut answer).await?;
        io::Result::Ok(match answer[..length] {
            // The client waits for a key exchange that does not come, so it accepted the version.
            [ALERT, _, _, _, _, _, description] => description == UNEXPECTED_MESSAGE,
            [kind, ..] => kind == HANDSHAKE,
            [] => false,
        })
    };
    let answered = tokio::time::timeout(PATIENCE, answered).await;
    matches!(answered, Ok(Ok(true)))
}

/// Reads the hello, writes the flight, and lets the client disconnect first, so that no byte is
/// lost.
async fn end_with(stream: &mut TcpStream, hello: usize, bytes: &[u8]) -> io::Result<()> {
    let mut read = vec![0; hello];
    stream.read_exact(&mut read).await?;
    stream.write_all(bytes).await?;
    stream.shutdown().await?;
    while stream.read(&mut read).await? > 0 {}
    Ok(())
}

/// Returns `ServerHello`, Certificate and `ServerHelloDone` in records. OpenSSL 3 refuses a server
/// that does not answer its offer of secure renegotiation, whatever the version. Source: RFC 5746
/// section 3.6.
fn flight(version: u16, suite: u16, renegotiates: bool, chain: &[Vec<u8>]) -> Vec<u8> {
    let mut messages = Vec::new();
    let mut message = |kind: u8, body: &[u8]| {
        messages.push(kind);
        messages.extend_from_slice(&length24(body.len()));
        messages.extend_from_slice(body);
    };
    let random = [0x5a; 32];
    let extensions: &[u8] = if renegotiates {
        // 5 bytes: an extension of 1 byte, an empty `renegotiated_connection`.
        &[0, 5, 0xff, 0x01, 0, 1, 0]
    } else {
        &[]
    };
    // No session, no compression.
    let hello = [
        &version.to_be_bytes()[..],
        &random,
        &[0],
        &suite.to_be_bytes(),
        &[0],
        extensions,
    ]
    .concat();
    message(2, &hello);
    let list: Vec<u8> = chain
        .iter()
        .flat_map(|certificate| [&length24(certificate.len())[..], certificate].concat())
        .collect();
    message(11, &[&length24(list.len())[..], &list].concat());
    message(14, &[]);
    let records = messages.chunks(1 << 14).flat_map(|part| {
        let length = length24(part.len());
        [&[22][..], &version.to_be_bytes(), &length[1..], part].concat()
    });
    records.collect()
}

fn length24(length: usize) -> [u8; 3] {
    let [.., high, middle, low] = length.to_be_bytes();
    [high, middle, low]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(version: u16, suites: &[u16]) -> Offer {
        Offer {
            version,
            suites: suites.to_vec(),
            has_name: true,
            renegotiates: false,
        }
    }

    fn deed(fault: Fault, offer: &Offer) -> Deed {
        Script::new([fault].into_iter().collect(), Vec::new()).deed(offer)
    }

    #[test]
    fn a_server_of_tls_1_1_answers_a_newer_hello_with_its_own_version() {
        let agreed = deed(Fault::Tls11Only, &offer(TLS12, &[0x1301, 0xc009]));
        let expected = Deed::Flight {
            version: TLS11,
            suite: 0xc009,
            renegotiates: false,
        };
        assert_eq!(agreed, expected);
        assert_eq!(
            deed(Fault::Tls11Only, &offer(TLS12, &[0x1301])),
            Deed::Alert(40)
        );
    }

    #[test]
    fn what_is_also_accepted_leaves_the_rest_to_the_library() {
        let modern = offer(TLS12, &[0x1301, 0xc02b, 0x009c]);
        assert_eq!(deed(Fault::SuitesWeakAccepted, &modern), Deed::Ordinary);
        assert_eq!(deed(Fault::TlsOldVersionsAccepted, &modern), Deed::Ordinary);
        let weak = deed(Fault::SuitesWeakAccepted, &offer(TLS12, &[0x009d, 0x009c]));
        let expected = Deed::Flight {
            version: TLS12,
            suite: 0x009c,
            renegotiates: false,
        };
        assert_eq!(weak, expected);
    }

    #[test]
    fn an_offer_of_secure_renegotiation_is_answered_and_nothing_else() {
        let hello = |suite: u16, extensions: &[u8]| {
            let body = [
                &TLS12.to_be_bytes()[..],
                &[7; 32],
                &[0, 0, 4, 0xc0, 0x0a],
                &suite.to_be_bytes(),
                &[1, 0],
                extensions,
            ]
            .concat();
            let record = [&[22, 3, 1, 0, 0, 1, 0, 0, 0][..], &body].concat();
            Offer::parse(&record).expect("a hello").agree(TLS11, CBC)
        };
        let extension = [0, 5, 0xff, 0x01, 0, 1, 0];
        for (deed, offered) in [
            (hello(0xc009, &extension), true),
            (hello(RENEGOTIATION_SUITE, &[]), true),
            (hello(0xc009, &[0, 4, 0, 23, 0, 0]), false),
            (hello(0xc009, &[]), false),
        ] {
            let Deed::Flight {
                version,
                suite,
                renegotiates,
            } = deed
            else {
                panic!("{deed:?}");
            };
            assert_eq!(renegotiates, offered);
            let answer = flight(version, suite, renegotiates, &[]);
            let is_there = answer.windows(extension.len()).any(|it| it == extension);
            assert_eq!(is_there, offered);
        }
    }

    #[test]
    fn what_is_no_hello_is_no_offer() {
        assert_eq!(Offer::parse(b"GET / HTTP/1.1\r\n\r\n"), None);
        assert_eq!(Offer::parse(&[22, 3, 1, 0, 4, 1, 0, 0, 0]), None);
    }
}
