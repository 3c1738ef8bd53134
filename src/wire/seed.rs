//! The only randomness of a run: everything generated is derived from a seed and a label.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::error::Unspecified;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// A seed of 256 bits, written as 64 hex digits. The same seed yields the same requests.
///
/// Earlier versions made seeds of 64 bits, written as 16 hex digits, which still yield the same
/// requests.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Seed(Width);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Width {
    Short(u64),
    Full([u8; 32]),
}

impl Seed {
    /// Returns a seed that nobody can guess, so that no backup ID derived from it was ever used.
    ///
    /// # Errors
    /// If the operating system does not return random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(Width::Full(bytes)))
    }

    /// Returns a seed of 64 bits.
    pub const fn new(seed: u64) -> Self {
        Self(Width::Short(seed))
    }

    /// Returns 32 bytes for `label`.
    pub fn bytes(self, label: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"safe-conformance seed\0");
        match self.0 {
            Width::Short(seed) => hash.update(seed.to_be_bytes()),
            Width::Full(seed) => hash.update(seed),
        }
        hash.update(label.as_bytes());
        hash.finalize().into()
    }

    /// Returns `length` bytes for `label`: the key stream of AES, which is fast even in an
    /// unoptimised build.
    pub fn stream(self, label: &str, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        // The key is derived for this label only and used once.
        let nonce = Nonce::assume_unique_for_key([0; 12]);
        let sealed = UnboundKey::new(&AES_256_GCM, &self.bytes(label)).and_then(|key| {
            LessSafeKey::new(key).seal_in_place_separate_tag(nonce, Aad::empty(), &mut bytes)
        });
        match sealed {
            Ok(_) => bytes,
            Err(Unspecified) => unreachable!("a key of 32 bytes, and less than 64 GiB"),
        }
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Width::Short(seed) => write!(formatter, "{seed:016x}"),
            Width::Full(seed) => formatter.write_str(&HEXLOWER.encode(seed)),
        }
    }
}

impl FromStr for Seed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes());
        let bytes = bytes.as_deref().unwrap_or_default();
        if let Ok(full) = <[u8; 32]>::try_from(bytes) {
            Ok(Self(Width::Full(full)))
        } else if let Ok(short) = <[u8; 8]>::try_from(bytes) {
            Ok(Self::new(u64::from_be_bytes(short)))
        } else {
            Err("a seed is 64 hex digits, as a report shows it".to_owned())
        }
    }
}

impl TryFrom<String> for Seed {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Seed> for String {
    fn from(seed: Seed) -> Self {
        seed.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_always_gives_the_same_bytes_and_another_label_others() {
        let seed = Seed::new(7);
        assert_eq!(seed.stream("a", 40), seed.stream("a", 40));
        assert_ne!(seed.bytes("a"), seed.bytes("b"));
        assert_ne!(seed.bytes("a"), Seed::new(8).bytes("a"));
    }

    #[test]
    fn a_seed_reads_back_as_it_was_written() {
        let seed = Seed::new(0x00ab_cdef);
        assert_eq!(seed.to_string(), "0000000000abcdef");
        assert_eq!(seed.to_string().parse(), Ok(seed));
        let seed = Seed::random().unwrap();
        assert_eq!(seed.to_string().len(), 64);
        assert_eq!(seed.to_string().parse(), Ok(seed));
        for wrong in [
            "",
            "abc",
            "+000000000abcdef",
            "00000000000abcdeg",
            "00000000000abcdef",
        ] {
            assert!(wrong.parse::<Seed>().is_err(), "{wrong}");
        }
    }
}
