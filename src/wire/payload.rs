//! The bodies that the harness uploads. Each is made from a recipe, so a transcript need not
//! contain it.

use super::seed::Seed;
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::Write as _;

/// How a body is made, with its length in bytes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Recipe {
    /// Random bytes, like a sealed backup.
    Random(usize),
    /// Every byte value in sequence.
    AllBytes(usize),
    /// Only 0xFF.
    AllOnes(usize),
    /// Only zeros.
    Zeros(usize),
    /// A real gzip file.
    Gzip(usize),
    /// An HTML page.
    Html(usize),
    /// Text with CR LF line ends, and some single CR and LF.
    Lines(usize),
    /// A sealed backup document.
    Sealed,
}

/// A body to upload.
#[derive(Clone, Debug)]
pub struct Payload {
    /// The recipe.
    pub recipe: Recipe,
    /// The bytes.
    pub bytes: Bytes,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

impl Payload {
    /// Makes the body of a recipe; `label` distinguishes bodies with the same recipe.
    ///
    /// # Panics
    /// Never: [`Payload::sealed`] makes sealed documents.
    pub fn new(seed: Seed, label: &str, recipe: Recipe) -> Self {
        let random = |length| seed.stream(&format!("payload/{label}"), length);
        let bytes = match recipe {
            Recipe::Random(length) | Recipe::Gzip(length) if length == 0 => Vec::new(),
            Recipe::Random(length) => random(length),
            Recipe::AllBytes(length) => (0..=u8::MAX).cycle().take(length).collect(),
            Recipe::AllOnes(length) => vec![0xFF; length],
            Recipe::Zeros(length) => vec![0; length],
            Recipe::Gzip(length) => gzip(&random(length)),
            Recipe::Html(length) => {
                let page = b"<!DOCTYPE html><html><body><p>A backup may look like this.</p></body></html>\n";
                ending_in(b' ', repeat(page, length))
            }
            Recipe::Lines(length) => {
                let lines = b" one line\r\nanother\nand a third\r";
                ending_in(b'\n', repeat(lines, length))
            }
            Recipe::Sealed => Vec::new(),
        };
        Self::of(recipe, bytes)
    }

    /// Returns a body from a sealed document.
    pub fn sealed(bytes: Vec<u8>) -> Self {
        Self::of(Recipe::Sealed, bytes)
    }

    fn of(recipe: Recipe, bytes: Vec<u8>) -> Self {
        let sha256 = Sha256::digest(&bytes).into();
        Self {
            recipe,
            bytes: bytes.into(),
            sha256,
        }
    }

    /// Returns the number of bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

fn repeat(pattern: &[u8], length: usize) -> Vec<u8> {
    pattern.iter().copied().cycle().take(length).collect()
}

/// Returns the bytes with this last one: a script may cut off white space.
fn ending_in(last: u8, mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(byte) = bytes.last_mut() {
        *byte = last;
    }
    bytes
}

/// Returns a gzip file at level 0, so that every compressor writes the same bytes.
pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    // Writing to memory does not fail.
    let _ = encoder.write_all(content);
    encoder.finish().unwrap_or_default()
}
