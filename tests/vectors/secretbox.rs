//! `secretbox.json`: XSalsa20-Poly1305.

use crate::format::{Bytes, Hex, bytes_of_an_answer};
use crate::judge::Answer;
use safe_conformance::safe::envelope::{self, NONCE_BYTES};
use safe_conformance::safe::{EncryptionKey, Nonce};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
pub struct SealInput {
    key: Hex,
    nonce: Hex,
    plaintext: Bytes,
}

/// Seals, and opens what was sealed.
pub fn seal(input: &SealInput) -> Answer {
    let key = EncryptionKey::from_bytes(input.key.exactly());
    let plaintext = input.plaintext.to_vec();
    let body = envelope::encrypt(&key, &Nonce(input.nonce.exactly()), &plaintext);
    assert_eq!(
        body[..NONCE_BYTES],
        input.nonce.0,
        "the nonce stands in front"
    );
    let opened = envelope::decrypt(&key, &body).map_err(|error| error.stage())?;
    assert!(opened == plaintext, "its own box opens to something else");
    Ok(json!({"box": bytes_of_an_answer(&body[NONCE_BYTES..])}))
}

#[derive(Deserialize)]
pub struct OpenBoxInput {
    key: Hex,
    nonce: Hex,
    r#box: Bytes,
}

pub fn open_box(input: &OpenBoxInput) -> Answer {
    let key = EncryptionKey::from_bytes(input.key.exactly());
    let nonce: [u8; NONCE_BYTES] = input.nonce.exactly();
    let body = [&nonce[..], &input.r#box.to_vec()].concat();
    let plaintext = envelope::decrypt(&key, &body).map_err(|error| error.stage())?;
    Ok(json!({"plaintext": bytes_of_an_answer(&plaintext)}))
}
