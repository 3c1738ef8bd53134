//! Our half of `against_libraries.py`: derives, seals and opens as often as an argument says, and
//! prints how long that took.
//!
//! For each line of input such as `derive 3`, it prints one line: the nanoseconds per operation.
//! Run it through the script.

use safe_conformance::safe::envelope::{decrypt, encrypt};
use safe_conformance::safe::keys::{BackupPassword, ThreemaId, derive};
use safe_conformance::safe::{EncryptionKey, Nonce};
use std::hint::black_box;
use std::io::BufRead as _;
use std::time::Instant;

/// The largest backup that current servers accept, in bytes.
const PLAINTEXT_BYTES: usize = 524_288;

fn main() {
    let (key, nonce) = (EncryptionKey::from_bytes([7; 32]), Nonce([9; 24]));
    let plaintext = vec![0x61; PLAINTEXT_BYTES];
    let body = encrypt(&key, &nonce, &plaintext);
    let password = BackupPassword::new("shootdeathstar".to_owned());
    let id = ThreemaId::parse("ECHOECHO").expect("a good ID");
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let (what, times) = line.split_once(' ').expect("what, and how often");
        let times: u32 = times.parse().expect("a number");
        let began = Instant::now();
        for _ in 0..times {
            match what {
                "derive" => drop(black_box(derive(&password, &id))),
                "seal" => drop(black_box(encrypt(&key, &nonce, black_box(&plaintext)))),
                "open" => drop(black_box(decrypt(&key, black_box(&body)))),
                other => panic!("there is no `{other}`"),
            }
        }
        println!("{}", began.elapsed().as_nanos() / u128::from(times));
    }
}
