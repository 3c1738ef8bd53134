//! The envelope of a backup: nonce, secretbox, gzip.
//!
//! The reader here is strict: it accepts every valid gzip, also of several members, and nothing
//! after it. What a client accepts beyond that belongs to the client, not to the protocol.

use super::keys::EncryptionKey;
use crate::safe::Stage;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read, Write};
use xsalsa20poly1305::aead::{Aead, AeadInPlace};
use xsalsa20poly1305::{KeyInit, XSalsa20Poly1305};

/// The length of a nonce, in bytes.
///
/// Source: clause 2.1.
pub const NONCE_BYTES: usize = 24;

/// The length of a Poly1305 tag, in bytes.
///
/// Source: clause 2.1.
pub const TAG_BYTES: usize = 16;

/// The first two bytes of every gzip member. Source: RFC 1952 section 2.3.1.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The nonce, which must never repeat with the same key.
///
/// Source: clauses 2.1 and 2.5.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Nonce(pub [u8; NONCE_BYTES]);

/// How the JSON is compressed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Compression {
    /// Stored blocks, as current clients write them.
    ///
    /// Source: clause 2.2.
    Stored,
    /// Really compressed, 1 (fast) to 9 (small), as older releases wrote it; a higher level counts
    /// as 9.
    ///
    /// Source: clause 2.2.
    Level(u8),
}

/// Why a body is not a backup that this key opens.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Too short to hold a nonce and a tag.
    #[error(
        "a backup has at least {} bytes, but the body has {bytes}",
        NONCE_BYTES + TAG_BYTES
    )]
    TooShort {
        /// The length of the body, in bytes.
        bytes: usize,
    },
    /// The tag is wrong: another password, or a changed byte.
    #[error(
        "the body cannot be decrypted: it was made with another password, or was changed since"
    )]
    CannotDecrypt,
    /// The decrypted bytes do not begin as gzip.
    #[error("what was decrypted is not gzip")]
    NotGzip,
    /// They begin as gzip, but are damaged.
    #[error("the gzip inside is damaged: {reason}")]
    Damaged {
        /// The message of the decompressor.
        reason: String,
    },
    /// Bytes follow after complete gzip.
    #[error("the gzip inside is followed by bytes that are not gzip: {bytes}")]
    TrailingBytes {
        /// How many bytes follow.
        bytes: usize,
    },
    /// The unpacked data is larger than the limit.
    #[error("the gzip inside unpacks to more than {limit_bytes} bytes")]
    UnpacksToMore {
        /// The limit that was given, in bytes.
        limit_bytes: usize,
    },
}

impl EnvelopeError {
    /// Returns the stage at which this error stops a client.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::TooShort { .. } | Self::UnpacksToMore { .. } => Stage::Size,
            Self::CannotDecrypt => Stage::Open,
            Self::NotGzip | Self::Damaged { .. } | Self::TrailingBytes { .. } => Stage::Gunzip,
        }
    }
}

/// Compresses and encrypts `json` into the body of an upload.
///
/// Source: clause 2.1.
pub fn seal(key: &EncryptionKey, nonce: &Nonce, json: &[u8], compression: Compression) -> Vec<u8> {
    encrypt(key, nonce, &pack(json, compression))
}

/// Decrypts and unpacks the body of a download, to at most `limit_bytes` bytes.
///
/// Source: clauses 2.1 to 2.3.
pub fn open(
    key: &EncryptionKey,
    body: &[u8],
    limit_bytes: usize,
) -> Result<Vec<u8>, EnvelopeError> {
    unpack(&decrypt(key, body)?, limit_bytes)
}

/// Compresses `json` with gzip. The bytes differ between releases of the compressor, so do not
/// compare them with fixed ones.
///
/// Source: clause 2.2.
///
/// # Panics
/// Never: writing to memory cannot fail.
pub fn pack(json: &[u8], compression: Compression) -> Vec<u8> {
    let level = match compression {
        Compression::Stored => 0,
        Compression::Level(level) => u32::from(level.clamp(1, 9)),
    };
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder
        .write_all(json)
        .and_then(|()| encoder.finish())
        .expect("writing to memory does not fail")
}

/// Encrypts `packed` and prepends the nonce.
///
/// Source: clause 2.1.
///
/// # Panics
/// Never: the cipher refuses only more than 2^38 bytes.
pub fn encrypt(key: &EncryptionKey, nonce: &Nonce, packed: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(NONCE_BYTES + TAG_BYTES + packed.len());
    body.extend_from_slice(&nonce.0);
    body.resize(NONCE_BYTES + TAG_BYTES, 0);
    body.extend_from_slice(packed);
    let (head, plaintext) = body.split_at_mut(NONCE_BYTES + TAG_BYTES);
    let tag = cipher(key)
        .encrypt_in_place_detached(&nonce.0.into(), &[], plaintext)
        .expect("no backup has 2^38 bytes");
    head[NONCE_BYTES..].copy_from_slice(&tag);
    body
}

/// Decrypts a body; the result is still compressed.
///
/// Source: clauses 2.1 and 2.3.
pub fn decrypt(key: &EncryptionKey, body: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let too_short = EnvelopeError::TooShort { bytes: body.len() };
    if body.len() < NONCE_BYTES + TAG_BYTES {
        return Err(too_short);
    }
    let (nonce, boxed) = body.split_first_chunk::<NONCE_BYTES>().ok_or(too_short)?;
    cipher(key)
        .decrypt(&(*nonce).into(), boxed)
        .map_err(|_| EnvelopeError::CannotDecrypt)
}

/// Unpacks every gzip member in `packed`, to at most `limit_bytes` bytes, and refuses anything else
/// after them.
///
/// Source: clause 2.2; RFC 1952 section 2.2 for several members.
pub fn unpack(packed: &[u8], limit_bytes: usize) -> Result<Vec<u8>, EnvelopeError> {
    let mut json = Vec::new();
    let mut rest = packed;
    if !rest.starts_with(&GZIP_MAGIC) {
        return Err(EnvelopeError::NotGzip);
    }
    while rest.starts_with(&GZIP_MAGIC) {
        unpack_member(&mut rest, &mut json, limit_bytes)?;
    }
    if rest.is_empty() {
        Ok(json)
    } else {
        Err(EnvelopeError::TrailingBytes { bytes: rest.len() })
    }
}

/// Unpacks the member at the beginning of `rest`, and moves `rest` behind it.
fn unpack_member(
    rest: &mut &[u8],
    json: &mut Vec<u8>,
    limit_bytes: usize,
) -> Result<(), EnvelopeError> {
    let room = limit_bytes.saturating_sub(json.len());
    // One byte over the limit, to distinguish "exactly full" from "too much".
    let ask = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
    GzDecoder::new(rest)
        .take(ask)
        .read_to_end(json)
        .map_err(|error| EnvelopeError::Damaged {
            reason: error.to_string(),
        })?;
    if json.len() > limit_bytes {
        return Err(EnvelopeError::UnpacksToMore { limit_bytes });
    }
    Ok(())
}

fn cipher(key: &EncryptionKey) -> XSalsa20Poly1305 {
    XSalsa20Poly1305::new(key.as_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    const KEY: EncryptionKey = EncryptionKey::from_bytes([7; 32]);
    const NONCE: Nonce = Nonce([9; NONCE_BYTES]);
    const LIMIT: usize = 1 << 20;

    fn compressions() -> impl Strategy<Value = Compression> {
        prop_oneof![
            Just(Compression::Stored),
            (0..=12_u8).prop_map(Compression::Level)
        ]
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens(
            key: [u8; 32],
            nonce: [u8; NONCE_BYTES],
            json in prop::collection::vec(any::<u8>(), 0..2000),
            compression in compressions(),
        ) {
            let key = EncryptionKey::from_bytes(key);
            let body = seal(&key, &Nonce(nonce), &json, compression);
            prop_assert_eq!(&body[..NONCE_BYTES], &nonce);
            prop_assert_eq!(open(&key, &body, json.len()), Ok(json));
        }

        #[test]
        fn a_flipped_bit_is_refused(
            json in prop::collection::vec(any::<u8>(), 0..200),
            place: prop::sample::Index,
            bit in 0..8_u8,
        ) {
            let mut body = seal(&KEY, &NONCE, &json, Compression::Stored);
            let place = place.index(body.len());
            body[place] ^= 1 << bit;
            prop_assert_eq!(open(&KEY, &body, LIMIT), Err(EnvelopeError::CannotDecrypt));
        }

        #[test]
        fn a_truncated_body_is_refused(
            json in prop::collection::vec(any::<u8>(), 0..200),
            length: prop::sample::Index,
        ) {
            let body = seal(&KEY, &NONCE, &json, Compression::Stored);
            let length = length.index(body.len());
            let stage = open(&KEY, &body[..length], LIMIT).expect_err("refused").stage();
            let short = length < NONCE_BYTES + TAG_BYTES;
            prop_assert_eq!(stage, if short { Stage::Size } else { Stage::Open });
        }

        #[test]
        fn unpacking_never_panics(tail in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = unpack(&tail, 50);
            let _ = unpack(&[&[0x1f, 0x8b, 8, 0][..], &tail].concat(), 50);
        }
    }

    /// The tag comes first, as in `NaCl`: the secretbox test of `NaCl`'s suite
    /// (`tests/secretbox.c`), the first 32 bytes of its output.
    #[test]
    fn the_layout_is_that_of_nacl() {
        let key = "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389";
        let nonce = "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37";
        let message = "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc\
                       e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31\
                       0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde\
                       048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864\
                       5e0705";
        let expected = "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce";
        let bytes = |hex: &str| HEXLOWER.decode(hex.as_bytes()).expect("hex");
        let key = EncryptionKey::from_bytes(bytes(key).try_into().expect("32 bytes"));
        let nonce = Nonce(bytes(nonce).try_into().expect("24 bytes"));
        let body = encrypt(&key, &nonce, &bytes(message));
        assert_eq!(HEXLOWER.encode(&body[NONCE_BYTES..][..32]), expected);
        assert_eq!(decrypt(&key, &body), Ok(bytes(message)));
    }

    #[test]
    fn stored_blocks_really_store() {
        let json = [b'a'; 1000];
        let stored = pack(&json, Compression::Stored);
        assert!(stored.windows(1000).any(|window| window == json));
        assert!(pack(&json, Compression::Level(6)).len() < 100);
    }

    #[test]
    fn another_key_does_not_open() {
        let body = seal(&KEY, &NONCE, b"{}", Compression::Stored);
        let other = EncryptionKey::from_bytes([8; 32]);
        assert_eq!(
            open(&other, &body, LIMIT),
            Err(EnvelopeError::CannotDecrypt)
        );
    }

    #[test]
    fn members_are_joined_and_what_follows_is_refused() {
        let member = pack(b"{}", Compression::Level(6));
        let two = [member.as_slice(), &member].concat();
        assert_eq!(unpack(&two, 4), Ok(b"{}{}".to_vec()));
        assert_eq!(
            unpack(&two, 3),
            Err(EnvelopeError::UnpacksToMore { limit_bytes: 3 })
        );
        for tail in [&[0][..], &[0, 0, 0], b"x", &[0x1f]] {
            let expected = EnvelopeError::TrailingBytes { bytes: tail.len() };
            assert_eq!(unpack(&[&member, tail].concat(), 9), Err(expected));
        }
    }

    #[test]
    fn what_is_not_gzip_is_distinguished_from_what_is_damaged() {
        assert_eq!(unpack(b"", 9), Err(EnvelopeError::NotGzip));
        assert_eq!(unpack(b"{}", 9), Err(EnvelopeError::NotGzip));
        let whole = pack(b"{\"info\":{}}", Compression::Level(6));
        for length in 2..whole.len() {
            let stage = unpack(&whole[..length], 99).expect_err("refused").stage();
            assert_eq!(stage, Stage::Gunzip, "{length}");
        }
        let mut wrong_checksum = whole.clone();
        let place = whole.len() - 6;
        wrong_checksum[place] ^= 1;
        let refusal = unpack(&wrong_checksum, 99).expect_err("refused");
        assert!(
            matches!(refusal, EnvelopeError::Damaged { .. }),
            "{refusal}"
        );
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = pack(&vec![0; 10 << 20], Compression::Level(9));
        let refusal = unpack(&bomb, 1000).expect_err("refused");
        assert_eq!(refusal, EnvelopeError::UnpacksToMore { limit_bytes: 1000 });
        assert_eq!(refusal.stage(), Stage::Size);
    }
}
