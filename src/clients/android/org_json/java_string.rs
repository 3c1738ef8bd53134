//! Java's strings: UTF-16 units, surrogates paired or not.

use std::fmt::{self, Write};
use zeroize::{Zeroize, Zeroizing};

/// The number of characters of an excerpt.
const EXCERPT_CHARACTERS: usize = 40;

/// A string as Java holds it: unlike a Rust string, it may hold half of a surrogate pair.
/// It is wiped from memory when dropped, because a backup holds a private key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct JavaString(Vec<u16>);

impl JavaString {
    /// Returns the string of these UTF-16 units.
    pub const fn from_units(units: Vec<u16>) -> Self {
        Self(units)
    }

    /// Decodes bytes that should be UTF-8 as Java does: U+FFFD for invalid bytes.
    ///
    /// Source: clients.read.invalid-utf-8; the number of U+FFFD by execution on `OpenJDK` 17.
    pub fn from_utf8_lossy(bytes: &[u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Self::from(text);
        }
        let joined = Zeroizing::new(with_joined_surrogates(bytes));
        let text = Zeroizing::new(String::from_utf8_lossy(&joined).into_owned());
        Self::from(text.as_str())
    }

    /// Returns the UTF-16 units.
    pub fn units(&self) -> &[u16] {
        &self.0
    }

    /// `String.equalsIgnoreCase` for a word of lower-case letters. Java also compares upper case,
    /// and the long s in upper case is S.
    pub fn equals_ignoring_case(&self, word: &str) -> bool {
        equals_ignoring_case(&self.0, word)
    }

    /// Returns the text, with U+FFFD for each unpaired surrogate.
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

/// Joins the bytes of each surrogate that was encoded like a character: Java counts one error where
/// Rust counts one per byte.
fn with_joined_surrogates(bytes: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        rest = match rest {
            // 0xed only begins a sequence, so it is never in the middle of one.
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
        // Most texts are ASCII, which takes a fraction of the time.
        Self(if text.is_ascii() {
            text.bytes().map(u16::from).collect()
        } else {
            text.encode_utf16().collect()
        })
    }
}

impl Drop for JavaString {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Shows the string to a reader: cut to a limit, control characters and lone surrogates escaped.
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
