//! What a client uploads: the document, packed and sealed, or with a mistake in it.

use super::TestClient;
use crate::mistake::Mistake;
use data_encoding::BASE64;
use flate2::Compression as Deflate;
use flate2::write::ZlibEncoder;
use safe_conformance::safe::EncryptionKey;
use safe_conformance::safe::envelope::{self, Compression, Nonce};
use safe_conformance::safe::keys::DerivedKeys;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::io::Write as _;

/// The length of a nonce, in bytes.
const NONCE: usize = 24;

impl TestClient {
    /// What a mistake in the document replaces, and with which value.
    pub(super) fn misspelled(&self) -> Option<(&'static str, &'static str)> {
        Some(match self.mistake? {
            Mistake::NoPrivateKey => ("\"privatekey\"", "\"privateKey\""),
            Mistake::NoSettings => ("\"settings\"", "\"setting\""),
            Mistake::NoInfo => ("\"info\"", "\"information\""),
            Mistake::VersionAsText => ("\"version\":1", "\"version\":\"1\""),
            _ => return None,
        })
    }

    /// A document that keeps to the format, but is not the one to back up.
    pub(super) fn other(&self, document: Vec<u8>) -> Vec<u8> {
        let changed = |change: fn(&mut Value)| {
            let mut value = serde_json::from_slice(&document).expect("the rig writes it");
            change(&mut value);
            value.to_string().into_bytes()
        };
        let respelled = |is_lost: fn(char) -> bool| {
            let text = String::from_utf8(document.clone()).expect("it is text");
            text.replace(is_lost, "?").into_bytes()
        };
        match self.mistake {
            Some(Mistake::NoContacts) => changed(|it| it["contacts"] = Value::Array(Vec::new())),
            Some(Mistake::NoGroups) => changed(|it| it["groups"] = Value::Array(Vec::new())),
            Some(Mistake::NoLists) => {
                changed(|it| it["distributionlists"] = Value::Array(Vec::new()))
            }
            Some(Mistake::OnlyAscii) => respelled(|it| !it.is_ascii()),
            Some(Mistake::OnlyTheBasicPlane) => respelled(|it| it > '\u{ffff}'),
            Some(Mistake::NamesCutOff) => changed(|it| {
                for contact in it["contacts"].as_array_mut().into_iter().flatten() {
                    let name = contact["firstname"].as_str().unwrap_or_default();
                    contact["firstname"] = name.chars().take(32).collect::<String>().into();
                }
            }),
            Some(Mistake::LineFeedsDropped) => changed(|it| {
                let name = &mut it["contacts"][0]["firstname"];
                *name = name.as_str().unwrap_or_default().replace('\n', " ").into();
            }),
            Some(Mistake::OtherPrivateKey) => {
                changed(|it| it["user"]["privatekey"] = BASE64.encode(&[9; 32]).into())
            }
            Some(Mistake::FirstDocumentAgain) => {
                let kept = self.task.folder.join("kept.json");
                std::fs::read(&kept).unwrap_or_else(|_| {
                    std::fs::write(&kept, &document).expect("the folder is there");
                    document
                })
            }
            _ => document,
        }
    }

    pub(super) fn seal(&self, keys: &DerivedKeys, document: &[u8]) -> Vec<u8> {
        let nonce = self.nonce(keys, document);
        let compression = if self.has(Mistake::CompressedGzip) {
            Compression::Level(6)
        } else {
            Compression::Stored
        };
        let key = &keys.encryption_key;
        let sealed = || envelope::seal(key, &Nonce(nonce), document, compression);
        match self.mistake {
            Some(Mistake::NotSealed) => document.to_vec(),
            Some(Mistake::NotPacked) => envelope::encrypt(key, &Nonce(nonce), document),
            Some(Mistake::ZlibForGzip) => {
                let mut packer = ZlibEncoder::new(Vec::new(), Deflate::none());
                packer.write_all(document).expect("memory takes it");
                let zlib = packer.finish().expect("memory takes it");
                envelope::encrypt(key, &Nonce(nonce), &zlib)
            }
            Some(Mistake::FirstHalfAsKey) => {
                let first_half = EncryptionKey::from_bytes(*keys.backup_id.as_bytes());
                envelope::seal(&first_half, &Nonce(nonce), document, compression)
            }
            Some(Mistake::NonceReversed) => {
                let mut body = sealed();
                body[..NONCE].reverse();
                body
            }
            Some(Mistake::TagAtTheEnd) => {
                let mut body = sealed();
                body[NONCE..].rotate_left(16);
                body
            }
            Some(Mistake::NonceAtTheEnd) => {
                let mut body = sealed();
                body.rotate_left(NONCE);
                body
            }
            Some(Mistake::Base64Body) => BASE64.encode(&sealed()).into_bytes(),
            _ => sealed(),
        }
    }

    fn nonce(&self, keys: &DerivedKeys, document: &[u8]) -> [u8; NONCE] {
        let mut nonce = [0; NONCE];
        match self.mistake {
            Some(Mistake::ZeroNonce) => {}
            Some(Mistake::SameNonce) => nonce = *b"\x01always\xfethe\xfdsame\xfc nonce\xfb",
            Some(Mistake::NonceOfContent) => {
                let content = [&keys.encryption_key.as_bytes()[..], document].concat();
                nonce.copy_from_slice(&Sha256::digest(&content)[..NONCE]);
            }
            Some(Mistake::PaddedNonce) => {
                getrandom::fill(&mut nonce[..8]).expect("there is randomness");
            }
            _ => getrandom::fill(&mut nonce).expect("there is randomness"),
        }
        nonce
    }
}
