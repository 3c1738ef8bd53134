//! Whether every client can open a body to the required document, and if not, which mistake is
//! likely.

use super::cause::{Fault, Mistake};
use super::nonce;
use crate::adapter::SealBackup;
use crate::clients::gzip::Unpacker;
use crate::safe::envelope::{self, NONCE_BYTES, Nonce};
#[cfg(feature = "tests")]
use crate::safe::keys::DerivedKeys;
use crate::safe::{EncryptionKey, Stage};
use data_encoding::{BASE64, HEXLOWER};
use std::io::Read as _;

/// The length of a tag, in bytes.
const TAG: usize = 16;

/// A fault in a body: the stage at which a client stops, what was observed, and the fault for
/// grouping.
pub(super) struct Wrong {
    pub stage: Stage,
    pub observed: String,
    pub fault: Fault,
}

/// Returns the fault in the body that an implementation made from `input`.
pub(super) fn wrong(input: &SealBackup, body: &[u8]) -> Option<Wrong> {
    let mistake = |found: Mistake| mistaken(Stage::Open, found);
    let Ok(key) = input
        .key
        .exactly(Stage::Size)
        .map(EncryptionKey::from_bytes)
    else {
        return Some(mistake(Mistake::new(
            "a-key-that-has-not-32-bytes",
            "a key that is not 32 bytes long",
        )));
    };
    if let Some(nonce) = &input.nonce
        && !body.starts_with(&nonce.0)
    {
        return Some(mistake(layout(&key, &nonce.0, body).unwrap_or(
            Mistake::new(
                "the-nonce-does-not-stand-in-front",
                "the nonce is not at the start",
            ),
        )));
    }
    let Ok(packed) = envelope::decrypt(&key, body) else {
        let nonce = body.get(..NONCE_BYTES).unwrap_or_default().to_vec();
        return Some(mistake(layout(&key, &nonce, body).unwrap_or(Mistake::new(
            "the-key-does-not-open-the-body",
            "the key does not open the body",
        ))));
    };
    packed_wrong(&packed, &input.document.0)
}

fn mistaken(stage: Stage, mistake: Mistake) -> Wrong {
    Wrong {
        stage,
        observed: format!("likely mistake: {}", mistake.name),
        fault: Fault::Mistake(mistake),
    }
}

/// Returns the likely mistake in a body that the encryption key of its backup ID does not open.
#[cfg(feature = "tests")]
pub(super) fn likely(keys: &DerivedKeys, body: &[u8]) -> Option<Mistake> {
    let first_half = EncryptionKey::from_bytes(*keys.backup_id.as_bytes());
    if envelope::decrypt(&first_half, body).is_ok() {
        return Some(Mistake::new(
            "the-key-is-the-first-half-of-the-master-key-which-is-the-backup-id",
            "the key is the first half of the master key, which is the backup ID",
        ));
    }
    let nonce = body.get(..NONCE_BYTES).unwrap_or_default();
    layout(&keys.encryption_key, nonce, body)
}

/// Returns the fault in the layout of a body that does not open.
fn layout(key: &EncryptionKey, nonce: &[u8], body: &[u8]) -> Option<Mistake> {
    let opens = |body: &[u8]| envelope::decrypt(key, body).is_ok();
    let joined = |first: &[u8], second: &[u8]| opens(&[first, second].concat());
    let text = body.trim_ascii();
    let (front, rest) = body.split_at(body.len().min(NONCE_BYTES));
    let (head, tail) = body.split_at(body.len().saturating_sub(NONCE_BYTES));
    let reversed: Vec<u8> = nonce.iter().rev().copied().collect();
    let mut tag_first = rest.to_vec();
    tag_first.rotate_right(TAG.min(rest.len()));
    let zeros = rest.get(TAG..).unwrap_or_default();
    if joined(tail, head) {
        Some(Mistake::new(
            "the-nonce-stands-behind-the-box",
            "the nonce is after the box",
        ))
    } else if joined(nonce, body) {
        Some(Mistake::new(
            "no-nonce-in-front-the-box-alone",
            "no nonce, only the box",
        ))
    } else if joined(front, &tag_first) {
        Some(Mistake::new(
            "the-tag-stands-behind-the-ciphertext",
            "the tag is after the ciphertext",
        ))
    } else if joined(front, zeros) {
        Some(Mistake::new(
            "16-zero-bytes-of-nacl-s-padding-in-front-of-the-box",
            "16 zero bytes of NaCl's padding before the box",
        ))
    } else if joined(&reversed, rest) {
        Some(Mistake::new(
            "sealed-under-the-nonce-in-the-reverse-order",
            "sealed under the nonce in reverse order",
        ))
    } else if joined(&[0; NONCE_BYTES], rest) {
        Some(Mistake::new(
            "sealed-under-a-nonce-of-zero-bytes-whatever-stands-in-front",
            "sealed under a nonce of zero bytes, whatever nonce the body has",
        ))
    } else if BASE64.decode(text).is_ok_and(|body| opens(&body)) {
        Some(Mistake::new("the-body-in-base64", "the body in base64"))
    } else if HEXLOWER.decode(text).is_ok_and(|body| opens(&body)) {
        Some(Mistake::new(
            "the-body-in-hexadecimal-digits",
            "the body in hexadecimal digits",
        ))
    } else {
        None
    }
}

/// Returns the fault in the content of a box that must hold a gzip of `document`.
fn packed_wrong(packed: &[u8], document: &[u8]) -> Option<Wrong> {
    let limit = document.len() + (1 << 20);
    let unpacked = [Unpacker::Java, Unpacker::GzipSwift, Unpacker::Node]
        .map(|client| client.unpack(packed, limit).ok());
    if unpacked
        .iter()
        .all(|found| found.as_deref() == Some(document))
    {
        return None;
    }
    let mistake = |found: Mistake| Some(mistaken(Stage::Gunzip, found));
    let inflates = |unpacker: &mut dyn std::io::Read| {
        let mut text = Vec::new();
        let read = unpacker.take(limit as u64).read_to_end(&mut text);
        read.is_ok() && text == document
    };
    if packed == document {
        return mistake(Mistake::new(
            "the-document-itself-not-packed-at-all",
            "the document itself, not compressed",
        ));
    }
    if packed
        .strip_prefix(&[0; 32])
        .is_some_and(|rest| packed_wrong(rest, document).is_none())
    {
        return mistake(Mistake::new(
            "32-zero-bytes-of-nacl-s-padding-sealed-along",
            "32 zero bytes of NaCl's padding sealed with the content",
        ));
    }
    if inflates(&mut flate2::bufread::ZlibDecoder::new(packed)) {
        return mistake(Mistake::new("zlib-instead-of-gzip", "zlib instead of gzip"));
    }
    if inflates(&mut flate2::bufread::DeflateDecoder::new(packed)) {
        return mistake(Mistake::new(
            "raw-deflate-instead-of-gzip",
            "raw deflate instead of gzip",
        ));
    }
    let Some(found) = unpacked.iter().flatten().next() else {
        return mistake(Mistake::new(
            "what-is-in-the-box-is-no-gzip",
            "the content of the box is not gzip",
        ));
    };
    if unpacked.iter().any(Option::is_none) {
        return mistake(Mistake::new(
            "bytes-behind-the-gzip-with-which-not-every-client-opens-it",
            "bytes after the gzip, which not every client accepts",
        ));
    }
    if packed_wrong(found, document).is_none() {
        return mistake(Mistake::new("packed-twice", "compressed twice"));
    }
    let (observed, fault) = other_document(found, document);
    Some(Wrong {
        stage: Stage::Meaning,
        observed,
        fault,
    })
}

fn other_document(found: &[u8], document: &[u8]) -> (String, Fault) {
    let named = |mistake: Mistake| {
        let observed = format!("likely mistake: {}", mistake.name);
        (observed, Fault::Mistake(mistake))
    };
    if found.strip_prefix(b"\xef\xbb\xbf") == Some(document) {
        return named(Mistake::new(
            "a-byte-order-mark-in-front-of-the-document",
            "a byte order mark before the document",
        ));
    }
    if found.strip_suffix(b"\n") == Some(document) {
        return named(Mistake::new(
            "a-line-feed-behind-the-document",
            "a line feed after the document",
        ));
    }
    if document.starts_with(found) {
        return named(Mistake::new(
            "the-document-is-cut-off",
            "the document is cut off",
        ));
    }
    let observed = format!(
        "the body opens to {} bytes that are not the document of {}",
        found.len(),
        document.len()
    );
    (observed, Fault::Output("body".to_owned()))
}

/// Returns whether a body is compressed with stored blocks, as current clients do, so that its
/// length reveals nothing about its content.
pub(super) fn is_stored(input: &SealBackup, body: &[u8]) -> bool {
    let key = input
        .key
        .exactly(Stage::Size)
        .map(EncryptionKey::from_bytes);
    let packed = key.ok().and_then(|key| envelope::decrypt(&key, body).ok());
    packed.is_some_and(|packed| packed.len() > input.document.0.len())
}

/// Returns the fault in two bodies for which an implementation chose the nonces.
pub(super) fn nonces_wrong(first: &[u8], second: &[u8]) -> Option<Wrong> {
    let of = |body: &[u8]| body.first_chunk().map(|nonce| Nonce(*nonce));
    let found = nonce::mistake(&of(first)?, &of(second)?)?;
    Some(mistaken(Stage::Open, found))
}
