//! How long it takes to parse and write a document of 2,000 contacts: with `serde_json::Value`, and
//! with our model.
//!
//! Run it with `cargo bench --bench document`; the target is at most twice the time of
//! `serde_json`.

use safe_conformance::clients::{Phone, Release};
use safe_conformance::safe::ThreemaId;
use safe_conformance::safe::backup::{
    Backup, Contact, PrivateKey, PublicKey, Timestamp, User, Verification,
};
use safe_conformance::safe::json::{Document, Text};
use std::hint::black_box;
use std::sync::LazyLock;

fn main() {
    println!("a document of {} bytes", TEXT.len());
    divan::main();
}

/// A document as Android 6.4 writes it: about 512 KiB.
static TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut backup = Backup::new(User::new(PrivateKey::from_bytes([7; 32])));
    for number in 0..2_000 {
        let identity = ThreemaId::parse(&format!("T{number:07}")).expect("an ID");
        let full = number % 10 == 0;
        backup.contacts.push(Contact {
            public_key: full.then_some(PublicKey([7; 32])),
            created_at: Some(Timestamp(1_600_000_000_000 + number)),
            verification: Some(if full {
                Verification::Full
            } else {
                Verification::Server
            }),
            first_name: Some(Text::new(&format!("Emma-Sophie {number}"))),
            last_update: Some(Timestamp(1_700_000_000_000 + number)),
            last_name: Some("Müller".into()),
            ..Contact::new(identity)
        });
    }
    let own_id = ThreemaId::parse("ECHOECHO").expect("an ID");
    Release::Android6_4
        .usual()
        .write(&backup, &Phone::new(own_id))
});

#[divan::bench(sample_count = 200)]
fn serde_json_value() -> Vec<u8> {
    let value: serde_json::Value = serde_json::from_slice(black_box(&TEXT)).expect("JSON");
    serde_json::to_vec(&value).expect("JSON")
}

#[divan::bench(sample_count = 200)]
fn lossless_document() -> Vec<u8> {
    let document = Document::parse(black_box(&TEXT)).expect("JSON");
    document.to_bytes()
}

#[divan::bench(sample_count = 200)]
fn typed_backup() -> Vec<u8> {
    let document = Document::parse(black_box(&TEXT)).expect("JSON");
    let (backup, _) = Backup::read(document);
    let value = backup.expect("an identity").into_value();
    value.to_bytes(safe_conformance::safe::json::Layout::Compact)
}
