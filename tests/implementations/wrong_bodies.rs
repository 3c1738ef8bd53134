//! Deliberately wrong implementations of whole bodies: each has one mistake, which a vector or its
//! finding names. Those of keys are beside it.

use crate::own::{Own, decrypt, key};
use crate::wrong::Wrong;
use crate::wrong_keys::{DERIVING, Deriving};
use crate::wrong_opening::NAMED_OPENING;
use data_encoding::{BASE64, HEXLOWER};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use safe_conformance::adapter::{
    Answer, Derive, Derived, Hello, Hex, Implementation, OpenBackup, OpenedBackup, Operation,
    SealBackup, SealedBackup,
};
use safe_conformance::safe::envelope::{self, Nonce};
use safe_conformance::safe::{Client, EncryptionKey, Stage};
use safe_conformance::suites::client::Like;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A way to seal: from key, nonce and document to a body.
type Sealing = fn(&EncryptionKey, &[u8; 24], &[u8]) -> Vec<u8>;

/// A way to open: from key and body to a document.
pub type Opening = fn(&EncryptionKey, &[u8]) -> Answer<Vec<u8>>;

enum Way {
    Seal(Sealing),
    Open(Opening),
    Derive(Deriving),
}

struct Mistaken {
    name: &'static str,
    way: Way,
}

impl Implementation for Mistaken {
    fn hello(&self) -> Hello {
        let operation = match self.way {
            Way::Seal(_) => Operation::SealBackup,
            Way::Open(_) => Operation::OpenBackup,
            Way::Derive(_) => Operation::Derive,
        };
        Hello::new(self.name, "0", &[operation])
    }

    fn seal_backup(&self, input: SealBackup) -> Answer<SealedBackup> {
        let Way::Seal(seal) = self.way else {
            return Own.seal_backup(input);
        };
        let nonce = match &input.nonce {
            Some(nonce) => nonce.exactly(Stage::Size)?,
            None => [7; 24],
        };
        let body = seal(&key(&input.key)?, &nonce, &input.document.0);
        Ok(SealedBackup { body: Hex(body) })
    }

    fn open_backup(&self, input: OpenBackup) -> Answer<OpenedBackup> {
        let Way::Open(open) = self.way else {
            return Own.open_backup(input);
        };
        let document = Hex(open(&key(&input.key)?, &input.body.0)?);
        Ok(OpenedBackup { document })
    }

    fn derive(&self, input: Derive) -> Answer<Derived> {
        match self.way {
            Way::Derive(derive) => derive(&input.password, &input.id),
            _ => Own.derive(input),
        }
    }
}

const LETTERS: &str = "body.seal-document";

/// Mistakes in sealing: the mistake as the finding names it, the vector that shows it, the stage,
/// and the way.
const SEALING: &[(&str, &str, Stage, Sealing)] = &[
    (
        "the nonce is after the box",
        LETTERS,
        Stage::Open,
        |key, nonce, document| {
            let mut body = sealed(key, nonce, &packed(document));
            body.rotate_left(24);
            body
        },
    ),
    (
        "no nonce, only the box",
        LETTERS,
        Stage::Open,
        |key, nonce, document| sealed(key, nonce, &packed(document)).split_off(24),
    ),
    (
        "the tag is after the ciphertext",
        LETTERS,
        Stage::Open,
        |key, nonce, document| {
            let mut body = sealed(key, nonce, &packed(document));
            body[24..].rotate_left(16);
            body
        },
    ),
    (
        "16 zero bytes of NaCl's padding",
        LETTERS,
        Stage::Open,
        |key, nonce, document| {
            let body = sealed(key, nonce, &packed(document));
            [nonce, &[0; 16][..], &body[24..]].concat()
        },
    ),
    (
        "32 zero bytes of NaCl's padding",
        LETTERS,
        Stage::Gunzip,
        |key, nonce, document| sealed(key, nonce, &[&[0; 32][..], &packed(document)].concat()),
    ),
    (
        "nonce in reverse order",
        LETTERS,
        Stage::Open,
        |key, nonce, document| {
            let mut reversed = *nonce;
            reversed.reverse();
            let body = sealed(key, &reversed, &packed(document));
            [nonce, &body[24..]].concat()
        },
    ),
    (
        "a nonce of zero bytes, whatever",
        LETTERS,
        Stage::Open,
        |key, nonce, document| {
            let body = sealed(key, &[0; 24], &packed(document));
            [nonce, &body[24..]].concat()
        },
    ),
    (
        "the nonce is not at the start",
        LETTERS,
        Stage::Open,
        |key, _, document| sealed(key, &[9; 24], &packed(document)),
    ),
    (
        "the body in base64",
        LETTERS,
        Stage::Open,
        |key, nonce, document| {
            BASE64
                .encode(&sealed(key, nonce, &packed(document)))
                .into_bytes()
        },
    ),
    (
        "the body in hexadecimal digits",
        LETTERS,
        Stage::Open,
        |key, nonce, document| {
            HEXLOWER
                .encode(&sealed(key, nonce, &packed(document)))
                .into_bytes()
        },
    ),
    (
        "not compressed",
        LETTERS,
        Stage::Gunzip,
        |key, nonce, document| sealed(key, nonce, document),
    ),
    (
        "zlib instead of gzip",
        LETTERS,
        Stage::Gunzip,
        |key, nonce, document| {
            let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
            packer.write_all(document).expect("memory");
            sealed(key, nonce, &packer.finish().expect("memory"))
        },
    ),
    (
        "raw deflate instead of gzip",
        LETTERS,
        Stage::Gunzip,
        |key, nonce, document| {
            let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
            packer.write_all(document).expect("memory");
            sealed(key, nonce, &packer.finish().expect("memory"))
        },
    ),
    (
        "compressed twice",
        LETTERS,
        Stage::Gunzip,
        |key, nonce, document| sealed(key, nonce, &packed(&packed(document))),
    ),
    (
        "bytes after the gzip",
        LETTERS,
        Stage::Gunzip,
        |key, nonce, document| sealed(key, nonce, &[&packed(document)[..], &[0; 8]].concat()),
    ),
    (
        "a byte order mark before the document",
        LETTERS,
        Stage::Meaning,
        |key, nonce, document| sealed(key, nonce, &packed(&[b"\xef\xbb\xbf", document].concat())),
    ),
    (
        "a line feed after the document",
        LETTERS,
        Stage::Meaning,
        |key, nonce, document| sealed(key, nonce, &packed(&[document, b"\n"].concat())),
    ),
    (
        "the document is cut off",
        "body.seal-length-65536",
        Stage::Meaning,
        |key, nonce, document| sealed(key, nonce, &packed(&document[..document.len().min(65535)])),
    ),
    (
        "really compressed",
        "body.seal-stored",
        Stage::Gunzip,
        |key, nonce, document| {
            let mut packer = GzEncoder::new(Vec::new(), Compression::best());
            packer.write_all(document).expect("memory");
            sealed(key, nonce, &packer.finish().expect("memory"))
        },
    ),
    (
        "a nonce of one repeated byte",
        "body.seal-own-nonce",
        Stage::Open,
        |key, nonce, document| sealed(key, nonce, &packed(document)),
    ),
    (
        "the same nonce for two bodies",
        "body.seal-own-nonce-large",
        Stage::Open,
        |key, _, document| {
            sealed(
                key,
                b"a nonce for all my bodies"[..24].try_into().expect("24"),
                &packed(document),
            )
        },
    ),
    (
        "too few different bytes",
        "body.seal-own-nonce",
        Stage::Open,
        |key, _, document| {
            let mut nonce = [0; 24];
            getrandom::fill(&mut nonce[..12]).expect("there is randomness");
            sealed(key, &nonce, &packed(document))
        },
    ),
    (
        "two nonces with most bytes in common",
        "body.seal-own-nonce",
        Stage::Open,
        |key, _, document| {
            static COUNT: AtomicU64 = AtomicU64::new(1);
            let mut nonce =
                *b"counter \x80\x91\xa2\xb3\xc4\xd5\xe6\xf7\x08\x19\x2a\x3b\x4c\x5d\x6e\x7f";
            nonce[..8].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_le_bytes());
            sealed(key, &nonce, &packed(document))
        },
    ),
];

/// Mistakes in opening: the mistake, words of the comment of the vector that shows it, the vector,
/// the stage, and the way.
const OPENING: &[(&str, &str, &str, Stage, Opening)] = &[
    (
        "the first member alone",
        "Three members",
        "body.open-members-3",
        Stage::Meaning,
        |key, body| {
            let mut document = Vec::new();
            let packed = decrypt(key, body)?;
            GzDecoder::new(&packed[..])
                .read_to_end(&mut document)
                .expect("a gzip");
            Ok(document)
        },
    ),
    (
        "the byte order mark dropped",
        "A byte order mark is kept",
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
    (
        "white space trimmed",
        "White space around the document is kept",
        "body.open-white-space",
        Stage::Meaning,
        |key, body| Ok(opened(key, body)?.trim_ascii().to_vec()),
    ),
    (
        "ends at a NUL",
        "A NUL inside does not end the document",
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
        "decoded as UTF-8",
        "Bytes that are not UTF-8 are kept",
        "body.open-not-utf8",
        Stage::Meaning,
        |key, body| {
            Ok(String::from_utf8_lossy(&opened(key, body)?)
                .into_owned()
                .into_bytes())
        },
    ),
    (
        "line feeds translated",
        "Line feeds and carriage returns",
        "body.open-line-feeds",
        Stage::Meaning,
        |key, body| {
            let document = opened(key, body)?;
            Ok(document.into_iter().filter(|byte| *byte != b'\r').collect())
        },
    ),
    (
        "a buffer of 64 KiB",
        "A document of 524288 bytes",
        "body.open-length-524288",
        Stage::Meaning,
        |key, body| {
            let mut document = opened(key, body)?;
            document.truncate(65536);
            Ok(document)
        },
    ),
    (
        "a buffer of 512 KiB",
        "A document of 1048576 bytes",
        "body.open-length-1048576",
        Stage::Meaning,
        |key, body| {
            let mut document = opened(key, body)?;
            document.truncate(524_288);
            Ok(document)
        },
    ),
    (
        "what is not packed is taken",
        "Not packed at all",
        "body.open-not-packed",
        Stage::Gunzip,
        |key, body| opened(key, body).or_else(|_| decrypt(key, body)),
    ),
];

/// All of these wrong implementations.
pub fn all() -> Vec<Wrong> {
    let wrong = |mistake, words, vector, stage, like, way| Wrong {
        mistake,
        vector,
        stage,
        words,
        like,
        implementation: Arc::new(Mistaken { name: mistake, way }),
    };
    let android = Like::Client(Client::Android);
    let sealing = SEALING.iter().map(|(name, vector, stage, seal)| {
        wrong(*name, *name, *vector, *stage, android, Way::Seal(*seal))
    });
    let opening = OPENING.iter().map(|(name, words, vector, stage, open)| {
        wrong(
            *name,
            *words,
            *vector,
            *stage,
            Like::Anyone,
            Way::Open(*open),
        )
    });
    let named = NAMED_OPENING.iter().map(|(name, vector, stage, open)| {
        wrong(
            *name,
            *name,
            *vector,
            *stage,
            Like::Anyone,
            Way::Open(*open),
        )
    });
    let deriving = DERIVING.iter().map(|(name, derive)| {
        // A mistake that does not change the backup ID shows when the body does not open.
        let stage = if name.starts_with("the encryption key") {
            Stage::Open
        } else {
            Stage::Http
        };
        wrong(
            *name,
            *name,
            "kdf.known-answer",
            stage,
            Like::Anyone,
            Way::Derive(*derive),
        )
    });
    sealing
        .chain(opening)
        .chain(named)
        .chain(deriving)
        .collect()
}

fn packed(document: &[u8]) -> Vec<u8> {
    envelope::pack(document, envelope::Compression::Stored)
}

fn sealed(key: &EncryptionKey, nonce: &[u8; 24], packed: &[u8]) -> Vec<u8> {
    envelope::encrypt(key, &Nonce(*nonce), packed)
}

pub fn opened(key: &EncryptionKey, body: &[u8]) -> Answer<Vec<u8>> {
    let key = Hex(key.as_bytes().to_vec());
    let body = Hex(body.to_vec());
    Ok(Own.open_backup(OpenBackup { key, body })?.document.0)
}
