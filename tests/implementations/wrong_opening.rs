//! Deliberately wrong ways to open a body, each with a name that the finding contains.

use crate::own::decrypt;
use crate::wrong_bodies::{Opening, opened};
use data_encoding::{BASE64, HEXLOWER};
use flate2::bufread::GzDecoder;
use safe_conformance::safe::{EncryptionKey, Stage};
use std::io::Read as _;

/// Mistakes in opening that the finding names: the vector that does not open or opens differently,
/// the stage, and the way.
pub const NAMED_OPENING: &[(&str, &str, Stage, Opening)] = &[
    (
        "the tag is expected after the ciphertext",
        "body.shut-tag-behind",
        Stage::Open,
        |key, body| {
            let mut body = body.to_vec();
            body.get_mut(24..).unwrap_or_default().rotate_right(16);
            opened(key, &body)
        },
    ),
    (
        "the nonce is expected after the box",
        "body.shut-nonce-behind",
        Stage::Open,
        |key, body| {
            let mut body = body.to_vec();
            body.rotate_right(24);
            opened(key, &body)
        },
    ),
    (
        "the body is read as hexadecimal digits",
        "body.shut-hex",
        Stage::Open,
        |key, body| opened(key, &HEXLOWER.decode(body).unwrap_or_default()),
    ),
    (
        "the body in base64",
        "body.sealed-base64",
        Stage::Open,
        |key, body| opened(key, &BASE64.decode(body).unwrap_or_default()),
    ),
    (
        "the length, in four bytes, before the body",
        "body.sealed-length-in-front",
        Stage::Open,
        |key, body| opened(key, body.get(4..).unwrap_or_default()),
    ),
    (
        "the nonce between tag and ciphertext",
        "body.sealed-nonce-between",
        Stage::Open,
        |key, body| opened(key, &[&body[16..40], &body[..16], &body[40..]].concat()),
    ),
    (
        "the nonce in reverse order",
        "body.sealed-nonce-reversed",
        Stage::Open,
        |key, body| {
            let reversed: Vec<u8> = body[..24].iter().rev().copied().collect();
            opened(key, &[&reversed, &body[24..]].concat())
        },
    ),
    (
        "zero bytes instead of the nonce",
        "body.sealed-nonce-zero",
        Stage::Open,
        |key, body| opened(key, &[&[0; 24], &body[24..]].concat()),
    ),
    (
        "the nonce cut off at 12 bytes",
        "body.sealed-nonce-12",
        Stage::Open,
        |key, body| opened(key, &[&body[..12], &[0; 12], &body[24..]].concat()),
    ),
    (
        "the key in reverse order",
        "body.sealed-key-reversed",
        Stage::Open,
        |key, body| {
            let mut reversed = *key.as_bytes();
            reversed.reverse();
            opened(&EncryptionKey::from_bytes(reversed), body)
        },
    ),
    (
        "a key of zero bytes",
        "body.sealed-zero-key",
        Stage::Open,
        |_, body| opened(&EncryptionKey::from_bytes([0; 32]), body),
    ),
    (
        "not unpacked: the gzip itself",
        "body.open-document",
        Stage::Meaning,
        |key, body| decrypt(key, body),
    ),
    (
        "the first gzip member alone",
        "body.open-members-3",
        Stage::Meaning,
        |key, body| {
            let (mut document, packed) = (Vec::new(), decrypt(key, body)?);
            GzDecoder::new(&packed[..])
                .read_to_end(&mut document)
                .expect("a gzip");
            Ok(document)
        },
    ),
    (
        "trimmed",
        "body.open-white-space",
        Stage::Meaning,
        |key, body| Ok(opened(key, body)?.trim_ascii().to_vec()),
    ),
    (
        "cut off at a NUL",
        "body.open-nul",
        Stage::Meaning,
        |key, body| {
            let document = opened(key, body)?;
            Ok(document
                .split(|byte| *byte == 0)
                .next()
                .unwrap_or_default()
                .to_vec())
        },
    ),
    (
        "the byte order mark dropped",
        "body.open-bom",
        Stage::Meaning,
        |key, body| {
            let document = opened(key, body)?;
            Ok(document
                .strip_prefix(b"\xef\xbb\xbf")
                .unwrap_or(&document)
                .to_vec())
        },
    ),
];
