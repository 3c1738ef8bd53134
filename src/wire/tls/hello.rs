//! The harness's own minimal `ClientHello`, and the unencrypted part of the server's answer.
//!
//! It offers what rustls does not: TLS 1.0 and 1.1, and suites with CBC or without forward secrecy.
//! Up to TLS 1.2 the server's certificates are not encrypted. The harness never completes or uses
//! such a handshake.
//! Source: RFC 5246 sections 6 and 7, RFC 8446 sections 4 and 5.

use super::inspection::{Silence, Version};

/// The largest message of certificates that is read, in bytes. Source: rustls has the same limit
/// for a handshake message.
pub(in crate::wire) const MOST_CERTIFICATES: usize = 64 * 1024;
/// The largest other message that is read, in bytes.
const MOST_OF_OTHERS: usize = 32 * 1024;
/// How much of a flight is read, in bytes.
pub(super) const MOST_OF_FLIGHT: usize = 2 * (MOST_CERTIFICATES + MOST_OF_OTHERS);
/// The longest fragment of a record. Source: RFC 5246 section 6.2.3.
const LONGEST_RECORD: usize = (1 << 14) + 2048;

/// Groups for the key exchange, with old curves: a server uses only groups that are offered.
const GROUPS: &[u16] = &[
    0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x0015, 0x0013, 0x0016, 0x001a, 0x001b, 0x001c, 0x0100,
    0x0101, 0x0102,
];
/// Signature algorithms, with SHA-1.
const SIGNATURES: &[u16] = &[
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401,
    0x0501, 0x0601, 0x0303, 0x0301, 0x0203, 0x0201, 0x0202,
];

/// The content of a `ClientHello`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hello<'a> {
    /// The version: TLS 1.3 alone, or an older one with all before it.
    pub(super) version: Version,
    pub(super) suites: &'a [u16],
    /// The server name; `None` for an address.
    pub(super) server_name: Option<&'a str>,
}

impl Hello<'_> {
    /// Returns the hello as one record. `random` contains the client's random, session ID and key
    /// share.
    pub(super) fn to_record(self, random: &[u8; 96]) -> Vec<u8> {
        let mut body = Vec::new();
        // TLS 1.3 declares itself as 1.2 here.
        put16(&mut body, self.version.code().min(0x0303));
        body.extend_from_slice(&random[..32]);
        vector8(&mut body, |out| out.extend_from_slice(&random[32..64]));
        vector16(&mut body, |out| {
            put_all16(out, self.suites);
        });
        // No compression.
        vector8(&mut body, |out| out.push(0));
        vector16(&mut body, |out| self.put_extensions(out, &random[64..]));

        let mut record = vec![22, 3, 1];
        vector16(&mut record, |out| {
            out.push(1);
            out.extend_from_slice(&length24(body.len()));
            out.extend_from_slice(&body);
        });
        record
    }

    fn put_extensions(self, out: &mut Vec<u8>, share: &[u8]) {
        if let Some(name) = self.server_name {
            extension(out, 0, |out| {
                vector16(out, |out| {
                    out.push(0);
                    vector16(out, |out| out.extend_from_slice(name.as_bytes()));
                });
            });
        }
        extension(out, 10, |out| {
            vector16(out, |out| put_all16(out, GROUPS));
        });
        // Uncompressed points.
        extension(out, 11, |out| vector8(out, |out| out.push(0)));
        if self.version >= Version::Tls12 {
            extension(out, 13, |out| {
                vector16(out, |out| put_all16(out, SIGNATURES));
            });
        }
        // A stapled OCSP answer, signed certificate timestamps, the extended master secret, and
        // secure renegotiation.
        extension(out, 5, |out| out.extend_from_slice(&[1, 0, 0, 0, 0]));
        extension(out, 18, |_| {});
        extension(out, 23, |_| {});
        extension(out, 0xff01, |out| out.push(0));
        if self.version == Version::Tls13 {
            extension(out, 43, |out| vector8(out, |out| put16(out, 0x0304)));
            extension(out, 51, |out| {
                vector16(out, |out| {
                    put16(out, 0x001d);
                    vector16(out, |out| out.extend_from_slice(share));
                });
            });
        }
    }
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

fn put_all16(out: &mut Vec<u8>, values: &[u16]) {
    for value in values {
        put16(out, *value);
    }
}

/// Returns a length in three bytes; all lengths here are far smaller than the maximum.
fn length24(length: usize) -> [u8; 3] {
    let [.., high, middle, low] = length.to_be_bytes();
    [high, middle, low]
}

fn vector8(out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.push(0);
    fill(out);
    out[at] = length24(out.len() - at - 1)[2];
}

fn vector16(out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0, 0]);
    fill(out);
    let length = length24(out.len() - at - 2);
    out[at..at + 2].copy_from_slice(&length[1..]);
}

fn extension(out: &mut Vec<u8>, kind: u16, fill: impl FnOnce(&mut Vec<u8>)) {
    put16(out, kind);
    vector16(out, fill);
}

/// The unencrypted part of a server's answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Flight {
    /// The version and the suite of the `ServerHello`.
    pub(super) hello: Option<(u16, u16)>,
    /// The certificates, with the leaf first.
    pub(super) chain: Vec<Vec<u8>>,
    /// The announced size of the certificates in bytes, if it is too large to read.
    pub(super) too_long: Option<usize>,
    /// Whether the server sent a stapled OCSP answer.
    pub(super) stapled: bool,
    /// Whether the `ServerHello` contained signed certificate timestamps.
    pub(super) timestamps: bool,
    /// Whether the server asked for a client certificate.
    pub(super) asks_certificate: bool,
    /// The alert that ended the handshake.
    pub(super) alert: Option<u8>,
}

/// Reads a server's flight as its bytes arrive.
#[derive(Default)]
pub(super) struct Reader {
    records: Vec<u8>,
    messages: Vec<u8>,
    read: usize,
    pub(super) flight: Flight,
}

/// Whether more messages follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Progress {
    /// The `ServerHello` or the certificates are missing.
    More,
    /// All unencrypted messages have arrived.
    Done,
}

impl Reader {
    /// Reads the next bytes. The error says why they are not TLS.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Progress, Silence> {
        self.records.extend_from_slice(bytes);
        self.read += bytes.len();
        while let Some((kind, fragment)) = self.next_record()? {
            match kind {
                22 => self.messages.extend_from_slice(&fragment),
                21 => {
                    // A handshake continues after a warning.
                    if let [level, description, ..] = fragment[..]
                        && level != 1
                    {
                        self.flight.alert = Some(description);
                        return Ok(Progress::Done);
                    }
                }
                // From here on a TLS 1.3 server encrypts.
                _ => return Ok(Progress::Done),
            }
            while let Some((kind, body)) = self.next_message() {
                if self.take(kind, &body)? == Progress::Done {
                    return Ok(Progress::Done);
                }
            }
            if self.flight.too_long.is_some() {
                return Ok(Progress::Done);
            }
        }
        if self.read > MOST_OF_FLIGHT {
            return Err(Silence::TooMuch);
        }
        Ok(Progress::More)
    }

    /// Returns whether the `ServerHello` has arrived.
    pub(super) const fn has_hello(&self) -> bool {
        self.flight.hello.is_some()
    }

    fn next_record(&mut self) -> Result<Option<(u8, Vec<u8>)>, Silence> {
        let head = &self.records[..self.records.len().min(5)];
        let begins_well = head.first().is_none_or(|kind| (20..=23).contains(kind))
            && head.get(1).is_none_or(|major| *major == 3);
        if !begins_well {
            return Err(Silence::NotTls(first_words(&self.records)));
        }
        let &[kind, _, _, high, low] = head else {
            return Ok(None);
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > LONGEST_RECORD {
            return Err(Silence::NotTls(first_words(&self.records)));
        }
        if self.records.len() < 5 + length {
            return Ok(None);
        }
        let rest = self.records.split_off(5 + length);
        let record = std::mem::replace(&mut self.records, rest);
        Ok(Some((kind, record[5..].to_vec())))
    }

    fn next_message(&mut self) -> Option<(u8, Vec<u8>)> {
        let &[kind, high, middle, low, ..] = &self.messages[..] else {
            return None;
        };
        let length = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        let most = if kind == 11 {
            MOST_CERTIFICATES
        } else {
            MOST_OF_OTHERS
        };
        if length > most {
            // A message of this size is not waited for.
            self.flight.too_long = Some(length);
            return None;
        }
        if self.messages.len() < 4 + length {
            return None;
        }
        let rest = self.messages.split_off(4 + length);
        let message = std::mem::replace(&mut self.messages, rest);
        Some((kind, message[4..].to_vec()))
    }

    fn take(&mut self, kind: u8, body: &[u8]) -> Result<Progress, Silence> {
        let malformed = || Silence::NotTls("a malformed message".to_owned());
        match kind {
            2 => {
                let hello = ServerHello::parse(body).ok_or_else(malformed)?;
                self.flight.hello = Some((hello.version, hello.suite));
                self.flight.timestamps = hello.timestamps;
                // In TLS 1.3 everything after it is encrypted.
                if hello.version >= 0x0304 {
                    return Ok(Progress::Done);
                }
            }
            11 => self.flight.chain = certificates(body).ok_or_else(malformed)?,
            13 => self.flight.asks_certificate = true,
            14 => return Ok(Progress::Done),
            22 => self.flight.stapled = body.len() > 4,
            _ => {}
        }
        Ok(Progress::More)
    }
}

/// Returns the beginning of an answer that is not TLS: its first line, as far as it is text.
fn first_words(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| *byte == b'\r' || *byte == b'\n').next();
    let line = line.unwrap_or_default();
    let text: String = line.iter().take(60).map(|byte| char::from(*byte)).collect();
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
        text
    } else {
        String::new()
    }
}

struct ServerHello {
    version: u16,
    suite: u16,
    timestamps: bool,
}

impl ServerHello {
    fn parse(body: &[u8]) -> Option<Self> {
        let mut rest = body;
        let mut version = take16(&mut rest)?;
        take(&mut rest, 32)?;
        let session = usize::from(take8(&mut rest)?);
        take(&mut rest, session)?;
        let suite = take16(&mut rest)?;
        take8(&mut rest)?;
        let mut timestamps = false;
        if !rest.is_empty() {
            let length = usize::from(take16(&mut rest)?);
            let mut extensions = take(&mut rest, length)?;
            while !extensions.is_empty() {
                let kind = take16(&mut extensions)?;
                let length = usize::from(take16(&mut extensions)?);
                let mut value = take(&mut extensions, length)?;
                match kind {
                    18 => timestamps = true,
                    43 => version = take16(&mut value)?,
                    _ => {}
                }
            }
        }
        Some(Self {
            version,
            suite,
            timestamps,
        })
    }
}

fn certificates(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut rest = body;
    let length = take24(&mut rest)?;
    let mut list = take(&mut rest, length)?;
    let mut chain = Vec::new();
    while !list.is_empty() {
        let length = take24(&mut list)?;
        chain.push(take(&mut list, length)?.to_vec());
    }
    Some(chain)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

fn take8(rest: &mut &[u8]) -> Option<u8> {
    take(rest, 1).map(|bytes| bytes[0])
}

fn take16(rest: &mut &[u8]) -> Option<u16> {
    take(rest, 2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
}

fn take24(rest: &mut &[u8]) -> Option<usize> {
    take(rest, 3).map(|bytes| {
        usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns a TLS 1.2 flight in records of at most `fragment` bytes.
    fn flight(chain: &[Vec<u8>], fragment: usize) -> Vec<u8> {
        let mut messages = Vec::new();
        let mut message = |kind: u8, body: &[u8]| {
            messages.push(kind);
            messages.extend_from_slice(&length24(body.len()));
            messages.extend_from_slice(body);
        };
        let mut hello = vec![3, 3];
        hello.extend_from_slice(&[7; 32]);
        hello.extend_from_slice(&[0, 0xc0, 0x2f, 0, 0, 4, 0, 18, 0, 0]);
        message(2, &hello);
        let mut list = Vec::new();
        for certificate in chain {
            list.extend_from_slice(&length24(certificate.len()));
            list.extend_from_slice(certificate);
        }
        let mut body = length24(list.len()).to_vec();
        body.extend_from_slice(&list);
        message(11, &body);
        message(22, &[1, 0, 0, 1, 9]);
        message(14, &[]);
        let mut out = Vec::new();
        for part in messages.chunks(fragment) {
            out.extend_from_slice(&[22, 3, 3]);
            out.extend_from_slice(&length24(part.len())[1..]);
            out.extend_from_slice(part);
        }
        out
    }

    proptest! {
        #[test]
        fn a_flight_is_read_however_it_is_cut(
            chain in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..300), 0..4),
            fragment in 1_usize..500,
            piece in 1_usize..700,
        ) {
            let bytes = flight(&chain, fragment);
            let mut reader = Reader::default();
            let mut last = Ok(Progress::More);
            for part in bytes.chunks(piece) {
                prop_assert_eq!(&last, &Ok(Progress::More));
                last = reader.feed(part);
            }
            prop_assert_eq!(last, Ok(Progress::Done));
            let expected = Flight {
                hello: Some((0x0303, 0xc02f)),
                chain,
                stapled: true,
                timestamps: true,
                ..Flight::default()
            };
            prop_assert_eq!(reader.flight, expected);
        }

        #[test]
        fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..600), tls in any::<bool>()) {
            let mut bytes = bytes;
            if tls && bytes.len() > 8 {
                bytes[..3].copy_from_slice(&[22, 3, 3]);
                bytes[3] = 0;
            }
            let mut reader = Reader::default();
            let _ = reader.feed(&bytes);
        }
    }

    #[test]
    fn a_retry_request_counts_as_the_version_that_it_names() {
        let mut hello = vec![3, 3];
        hello.extend_from_slice(&[0xcf; 32]);
        hello.extend_from_slice(&[
            0, 0x13, 0x01, 0, 0, 12, 0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 23,
        ]);
        let mut bytes = vec![22, 3, 3, 0, 4 + 54, 2, 0, 0, 54];
        assert_eq!(hello.len(), 52);
        bytes[4] = 4 + 52;
        bytes[8] = 52;
        bytes.extend_from_slice(&hello);
        let mut reader = Reader::default();
        assert_eq!(reader.feed(&bytes), Ok(Progress::Done));
        assert_eq!(reader.flight.hello, Some((0x0304, 0x1301)));
    }

    #[test]
    fn sixteen_mebibytes_are_not_waited_for() {
        let mut reader = Reader::default();
        let bytes = [22, 3, 3, 0, 4, 11, 0xff, 0xff, 0xff];
        assert_eq!(reader.feed(&bytes), Ok(Progress::Done));
        assert_eq!(reader.flight.too_long, Some(0xff_ffff));
    }

    #[test]
    fn an_alert_is_reported_and_a_warning_passed_over() {
        let mut reader = Reader::default();
        assert_eq!(reader.feed(&[21, 3, 1, 0, 2, 1, 112]), Ok(Progress::More));
        assert_eq!(reader.feed(&[21, 3, 1, 0, 2, 2, 40]), Ok(Progress::Done));
        assert_eq!(reader.flight.alert, Some(40));
    }

    #[test]
    fn what_is_no_tls_is_known_by_its_first_line() {
        let read = |bytes: &[u8]| Reader::default().feed(bytes);
        assert_eq!(
            read(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n"),
            Err(Silence::NotTls("HTTP/1.1 400 Bad Request".to_owned()))
        );
        assert_eq!(read(&[0x80; 40]), Err(Silence::NotTls(String::new())));
    }

    #[test]
    fn a_hello_is_laid_out_as_its_lengths_say() {
        let hello = Hello {
            version: Version::Tls13,
            suites: &[0x1301],
            server_name: Some("cloud.example"),
        };
        let record = hello.to_record(&[9; 96]);
        let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
        assert_eq!(record.len(), 5 + length);
        let mut rest = &record[5..];
        assert_eq!(take8(&mut rest), Some(1));
        assert_eq!(take24(&mut rest), Some(length - 4));
        assert_eq!(take16(&mut rest), Some(0x0303));
        take(&mut rest, 32 + 33).expect("random and session");
        assert_eq!(take(&mut rest, 6), Some(&[0, 2, 0x13, 1, 1, 0][..]));
        let extensions = usize::from(take16(&mut rest).expect("extensions"));
        assert_eq!(rest.len(), extensions);
        let mut kinds = Vec::new();
        while !rest.is_empty() {
            kinds.push(take16(&mut rest).expect("a kind"));
            let length = usize::from(take16(&mut rest).expect("a length"));
            take(&mut rest, length).expect("a value");
        }
        assert_eq!(kinds, [0, 10, 11, 13, 5, 18, 23, 0xff01, 43, 51]);
    }
}
