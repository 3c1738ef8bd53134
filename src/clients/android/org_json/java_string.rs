//! Java's strings: UTF-16 units, surrogates paired or not.

use std::fmt::{self, Write};
use zeroize::{Zeroize, Zeroizing};

/// The number of characters that an excerpt shows before it is cut.
const EXCERPT_CHARACTERS: usize = 40;

/// A string as Java holds it. It keeps what a Rust string cannot: half of a surrogate pair. It is
/// wiped from memory when dropped, since a backup holds a private key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct JavaString(Vec<u16>);

impl JavaString {
    /// Returns the string of these UTF-16 units.
    pub const fn from_units(units: Vec<u16>) -> Self {
        Self(units)
    }

    /// Returns what Java makes of bytes that should be UTF-8: U+FFFD wherever they are not.
    ///
    /// Source: clients.read.invalid-utf-8; how many it puts, by execution on `OpenJDK` 17.
    pub fn from_utf8_lossy(bytes: &[u8]) -> Self {
        let joined = Zeroizing::new(with_joined_surrogates(bytes));
        let text = Zeroizing::new(String::from_utf8_lossy(&joined).into_owned());
        Self::from(text.as_str())
    }

    /// Returns the UTF-16 units.
    pub fn units(&self) -> &[u16] {
        &self.0
    }

    /// `String.equalsIgnoreCase`, for a word of lower-case letters. Java compares capitals too, and
    /// the long s has the capital S.
    pub fn equals_ignoring_case(&self, word: &str) -> bool {
        equals_ignoring_case(&self.0, word)
    }

    /// Returns the text, with U+FFFD for every unpaired surrogate.
    pub fn to_string_lossy(&self) -> String {
        String::from_utf16_lossy(&self.0)
    }
}

/// `String.equalsIgnoreCase` for a word of lower-case letters.
pub(super) fn equals_ignoring_case(units: &[u16], word: &str) -> bool {
    const LONG_S: u16 = 0x017f;
    units.len() == word.len()
        && units.iter().zip(word.bytes()).all(|(unit, letter)| {
            let folded = u8::try_from(*unit).map(|byte| byte.to_ascii_lowercase());
            folded == Ok(letter) || *unit == LONG_S && letter == b's'
        })
}

/// Replaces each surrogate that was encoded as if it were a character: Java sees one fault where
/// Rust sees one per byte.
fn with_joined_surrogates(bytes: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        rest = match rest {
            // No sequence has 0xed anywhere but in front, so this is never the middle of one.
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, rest @ ..] | [0xed, 0xa0..=0xbf, rest @ ..] => {
                joined.extend_from_slice("\u{fffd}".as_bytes());
                rest
            }
            [byte, rest @ ..] => {
                joined.push(*byte);
                rest
            }
            [] => return joined,
        };
    }
}

impl From<&str> for JavaString {
    fn from(text: &str) -> Self {
        Self(text.encode_utf16().collect())
    }
}

impl Drop for JavaString {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Shows the string as a reader may see it: bounded, control characters and lone surrogates
/// escaped.
impl fmt::Display for JavaString {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = char::decode_utf16(self.0.iter().copied());
        for character in characters.by_ref().take(EXCERPT_CHARACTERS) {
            match character {
                Ok(character) => write!(formatter, "{}", character.escape_debug())?,
                Err(lone) => write!(formatter, "\\u{{{:x}}}", lone.unpaired_surrogate())?,
            }
        }
        if characters.next().is_some() {
            formatter.write_char('…')?;
        }
        Ok(())
    }
}

impl fmt::Debug for JavaString {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{self}\"")
    }
}
