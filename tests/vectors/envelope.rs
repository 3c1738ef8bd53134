//! `envelope.json`: a whole body, from the nonce to the JSON.

use crate::format::{Bytes, Hex, sha256};
use crate::judge::Answer;
use data_encoding::BASE64;
use safe_conformance::safe::envelope::{self, Compression};
use safe_conformance::safe::{EncryptionKey, Nonce, backup};
use serde::Deserialize;
use serde_json::{Value, json};

/// The limit that the vectors' README suggests.
const LIMIT_BYTES: usize = 16 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[derive(Deserialize)]
pub struct Input {
    key: Hex,
    #[serde(flatten)]
    body: Body,
}

/// The body as it is, or how to make it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Given {
        body: Bytes,
    },
    Made {
        seal: Seal,
        body_length: usize,
        body_sha256: String,
    },
}

#[derive(Deserialize)]
struct Seal {
    nonce: Hex,
    plaintext: Bytes,
}

pub fn open(input: Input) -> Answer {
    let key = EncryptionKey::from_bytes(input.key.exactly());
    let body = body_of(input.body, &key);
    let json = envelope::open(&key, &body, LIMIT_BYTES).map_err(|error| error.stage())?;
    comes_out_again(&key, &body, &json);
    let identity = backup::identity_of(&json).map_err(|error| error.stage())?;
    let text = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&json);
    let document: Value = serde_json::from_slice(text).expect("the core has taken it as JSON");
    let private_key = BASE64.encode(identity.private_key.as_bytes());
    assert_eq!(document["user"]["privatekey"], private_key);
    Ok(json!({"document": document}))
}

fn body_of(body: Body, key: &EncryptionKey) -> Vec<u8> {
    match body {
        Body::Given { body } => body.to_vec(),
        Body::Made {
            seal,
            body_length,
            body_sha256,
        } => {
            let nonce = Nonce(seal.nonce.exactly());
            let body = envelope::encrypt(key, &nonce, &seal.plaintext.to_vec());
            assert_eq!((body.len(), sha256(&body)), (body_length, body_sha256));
            body
        }
    }
}

/// What came out, packed and sealed anew in either way, comes out again.
fn comes_out_again(key: &EncryptionKey, body: &[u8], json: &[u8]) {
    let nonce = Nonce(*body.first_chunk().expect("a body that opens has a nonce"));
    for compression in [Compression::Stored, Compression::Level(6)] {
        let body = envelope::seal(key, &nonce, json, compression);
        let again = envelope::open(key, &body, json.len());
        assert_eq!(again.as_deref(), Ok(json), "{compression:?}");
    }
}
