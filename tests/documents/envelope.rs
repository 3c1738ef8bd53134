//! Sealed and opened, a document is the same; changed by one bit or cut off, it is refused.

use super::strategies::{case, large};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use safe_conformance::clients::{Origin, Release};
use safe_conformance::safe::EncryptionKey;
use safe_conformance::safe::envelope::{self, Compression, EnvelopeError, Nonce};

const LIMIT_BYTES: usize = 16 * 1024 * 1024;

fn compression() -> impl Strategy<Value = Compression> {
    prop_oneof![
        Just(Compression::Stored),
        (1..=9_u8).prop_map(Compression::Level)
    ]
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn sealed_and_opened_it_is_the_same(case in case(), writer in select(Origin::all()), compression in compression(), key: [u8; 32], nonce: [u8; 24]) {
        let (key, nonce) = (EncryptionKey::from_bytes(key), Nonce(nonce));
        let json = writer.write(&case.backup, &case.phone);
        let body = envelope::seal(&key, &nonce, &json, compression);
        prop_assert_eq!(envelope::open(&key, &body, LIMIT_BYTES), Ok(json.clone()));
        let as_released = writer.seal(&case.backup, &case.phone, &key, &nonce);
        prop_assert_eq!(envelope::open(&key, &as_released, LIMIT_BYTES), Ok(json));
    }

    #[test]
    fn one_bit_or_a_shorter_body_is_refused(case in case(), compression in compression(), key: [u8; 32], nonce: [u8; 24], place: Index, bit in 0..8_u32, cut: Index) {
        let (key, nonce) = (EncryptionKey::from_bytes(key), Nonce(nonce));
        let json = Release::Android6_4.usual().write(&case.backup, &case.phone);
        let body = envelope::seal(&key, &nonce, &json, compression);
        let mut flipped = body.clone();
        flipped[place.index(body.len())] ^= 1 << bit;
        prop_assert_eq!(envelope::open(&key, &flipped, LIMIT_BYTES), Err(EnvelopeError::CannotDecrypt));
        prop_assert!(envelope::open(&key, &body[..cut.index(body.len())], LIMIT_BYTES).is_err());
        let mut other = *key.as_bytes();
        other[place.index(32)] ^= 1 << bit;
        prop_assert!(envelope::open(&EncryptionKey::from_bytes(other), &body, LIMIT_BYTES).is_err());
    }
}

/// Every bit and every length of one small body; the properties only take samples.
#[test]
fn every_bit_and_every_truncation_of_one_body() {
    let (key, nonce) = (EncryptionKey::from_bytes([3; 32]), Nonce([4; 24]));
    let body = envelope::seal(&key, &nonce, b"{\"info\":{}}", Compression::Level(6));
    for bit in 0..body.len() * 8 {
        let mut flipped = body.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(
            envelope::open(&key, &flipped, LIMIT_BYTES).is_err(),
            "bit {bit}"
        );
    }
    for length in 0..body.len() {
        assert!(
            envelope::open(&key, &body[..length], LIMIT_BYTES).is_err(),
            "length {length}"
        );
    }
}

#[test]
fn a_large_document_at_every_level() {
    let (key, nonce) = (EncryptionKey::from_bytes([3; 32]), Nonce([4; 24]));
    let large = large();
    let json = Release::Android6_4
        .usual()
        .write(&large.backup, &large.phone);
    for compression in (1..=9).map(Compression::Level).chain([Compression::Stored]) {
        let body = envelope::seal(&key, &nonce, &json, compression);
        assert!(envelope::open(&key, &body, LIMIT_BYTES).is_ok_and(|opened| opened == json));
    }
}
