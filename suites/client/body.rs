//! Whether every client can open a body to the required document, and if not, which mistake is
//! likely.

use super::cause::Fault;
use crate::adapter::SealBackup;
use crate::clients::gzip::Unpacker;
use crate::safe::envelope::{self, Nonce};
use crate::safe::keys::DerivedKeys;
use crate::safe::{EncryptionKey, Stage};
use data_encoding::{BASE64, HEXLOWER};
use std::io::Read as _;

/// The length of a nonce, in bytes.
const NONCE: usize = 24;
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
    let mistake = |name: &str| mistaken(Stage::Open, name);
    let Ok(key) = input
        .key
        .exactly(Stage::Size)
        .map(EncryptionKey::from_bytes)
    else {
        return Some(mistake("a key that has not 32 bytes"));
    };
    if let Some(nonce) = &input.nonce
        && !body.starts_with(&nonce.0)
    {
        return Some(mistake(
            layout(&key, &nonce.0, body).unwrap_or("the nonce does not stand in front"),
        ));
    }
    let Ok(packed) = envelope::decrypt(&key, body) else {
        let nonce = body.get(..NONCE).unwrap_or_default().to_vec();
        return Some(mistake(
            layout(&key, &nonce, body).unwrap_or("the key does not open the body"),
        ));
    };
    packed_wrong(&packed, &input.document.0)
}

fn mistaken(stage: Stage, name: &str) -> Wrong {
    Wrong {
        stage,
        observed: format!("likely mistake: {name}"),
        fault: Fault::Mistake(name.to_owned()),
    }
}

/// Returns the likely mistake in a body that the encryption key of its backup ID does not open.
#[cfg(feature = "tests")]
pub(super) fn likely(keys: &DerivedKeys, body: &[u8]) -> Option<&'static str> {
    let first_half = EncryptionKey::from_bytes(*keys.backup_id.as_bytes());
    if envelope::decrypt(&first_half, body).is_ok() {
        return Some("the key is the first half of the master key, which is the backup ID");
    }
    let nonce = body.get(..NONCE).unwrap_or_default();
    layout(&keys.encryption_key, nonce, body)
}

/// Returns the fault in the layout of a body that does not open.
fn layout(key: &EncryptionKey, nonce: &[u8], body: &[u8]) -> Option<&'static str> {
    let opens = |body: &[u8]| envelope::decrypt(key, body).is_ok();
    let joined = |first: &[u8], second: &[u8]| opens(&[first, second].concat());
    let text = body.trim_ascii();
    let (front, rest) = body.split_at(body.len().min(NONCE));
    let (head, tail) = body.split_at(body.len().saturating_sub(NONCE));
    let reversed: Vec<u8> = nonce.iter().rev().copied().collect();
    let mut tag_first = rest.to_vec();
    tag_first.rotate_right(TAG.min(rest.len()));
    let zeros = rest.get(TAG..).unwrap_or_default();
    if joined(tail, head) {
        Some("the nonce stands behind the box")
    } else if joined(nonce, body) {
        Some("no nonce in front: the box alone")
    } else if joined(front, &tag_first) {
        Some("the tag stands behind the ciphertext")
    } else if joined(front, zeros) {
        Some("16 zero bytes of NaCl's padding in front of the box")
    } else if joined(&reversed, rest) {
        Some("sealed under the nonce in the reverse order")
    } else if joined(&[0; NONCE], rest) {
        Some("sealed under a nonce of zero bytes, whatever stands in front")
    } else if BASE64.decode(text).is_ok_and(|body| opens(&body)) {
        Some("the body in base64")
    } else if HEXLOWER.decode(text).is_ok_and(|body| opens(&body)) {
        Some("the body in hexadecimal digits")
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
    let mistake = |name: &str| Some(mistaken(Stage::Gunzip, name));
    let inflates = |unpacker: &mut dyn std::io::Read| {
        let mut text = Vec::new();
        let read = unpacker.take(limit as u64).read_to_end(&mut text);
        read.is_ok() && text == document
    };
    if packed == document {
        return mistake("the document itself, not packed at all");
    }
    if packed
        .strip_prefix(&[0; 32])
        .is_some_and(|rest| packed_wrong(rest, document).is_none())
    {
        return mistake("32 zero bytes of NaCl's padding sealed along");
    }
    if inflates(&mut flate2::bufread::ZlibDecoder::new(packed)) {
        return mistake("zlib instead of gzip");
    }
    if inflates(&mut flate2::bufread::DeflateDecoder::new(packed)) {
        return mistake("raw deflate instead of gzip");
    }
    let Some(found) = unpacked.iter().flatten().next() else {
        return mistake("what is in the box is no gzip");
    };
    if unpacked.iter().any(Option::is_none) {
        return mistake("bytes behind the gzip, with which not every client opens it");
    }
    if packed_wrong(found, document).is_none() {
        return mistake("packed twice");
    }
    let (observed, fault) = other_document(found, document);
    Some(Wrong {
        stage: Stage::Meaning,
        observed,
        fault,
    })
}

fn other_document(found: &[u8], document: &[u8]) -> (String, Fault) {
    let named = |name: &str| {
        let observed = format!("likely mistake: {name}");
        (observed, Fault::Mistake(name.to_owned()))
    };
    if found.strip_prefix(b"\xef\xbb\xbf") == Some(document) {
        return named("a byte order mark in front of the document");
    }
    if found.strip_suffix(b"\n") == Some(document) {
        return named("a line feed behind the document");
    }
    if document.starts_with(found) {
        return named("the document is cut off");
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
    let nonce = first.get(..NONCE)?;
    if nonce.iter().all(|byte| *byte == nonce[0]) {
        return Some(mistaken(Stage::Open, "a nonce of one byte again and again"));
    }
    second
        .starts_with(nonce)
        .then(|| mistaken(Stage::Open, "the same nonce for two bodies"))
}

/// Fails to compile if a nonce has another length.
const _: () = assert!(size_of::<Nonce>() == NONCE);
