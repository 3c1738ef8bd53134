//! A string in its spelling, which may hold lone surrogates.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use zeroize::Zeroize;

/// The length of 32 bytes in base64, without padding.
const LENGTH_OF_A_KEY: usize = 43;

/// A string: it keeps its spelling, and equals every other spelling of the same string.
///
/// It may hold a lone surrogate (`\ud800`), unlike Rust's strings. If it is as long as a private
/// key in base64, it is wiped from memory when dropped.
#[derive(Clone)]
pub struct Text(Box<str>);

/// The error for a string that no `str` can hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the string holds half of a surrogate pair")]
pub struct LoneSurrogate;

impl Text {
    /// Returns the string with only the escapes that JSON requires.
    pub fn new(text: &str) -> Self {
        let plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
        if text.bytes().all(plain) {
            return Self(text.into());
        }
        let mut spelling = String::with_capacity(text.len() + 8);
        for character in text.chars() {
            match character {
                '"' => spelling.push_str("\\\""),
                '\\' => spelling.push_str("\\\\"),
                '\u{0}'..='\u{1f}' => {
                    spelling.push_str(&format!("\\u{:04x}", u32::from(character)));
                }
                other => spelling.push(other),
            }
        }
        Self(spelling.into())
    }

    /// Returns the string with these UTF-16 units; lone surrogates become escapes.
    pub fn from_units(units: &[u16]) -> Self {
        let mut spelling = String::with_capacity(units.len());
        for unit in char::decode_utf16(units.iter().copied()) {
            match unit {
                Ok(character) => {
                    let mut buffer = [0; 4];
                    spelling.push_str(Self::new(character.encode_utf8(&mut buffer)).spelling());
                }
                Err(lone) => spelling.push_str(&format!("\\u{:04x}", lone.unpaired_surrogate())),
            }
        }
        Self(spelling.into())
    }

    /// Returns the string with this text between its quotes; `None` if that is not valid JSON.
    pub fn from_spelling(spelling: &str) -> Option<Self> {
        super::spelling::is_string_content(spelling.as_bytes()).then(|| Self(spelling.into()))
    }

    /// Wraps a spelling that the parser has checked.
    pub(super) fn of_checked_spelling(spelling: &str) -> Self {
        Self(spelling.into())
    }

    /// Returns the text between the quotes.
    pub fn spelling(&self) -> &str {
        &self.0
    }

    /// Returns whether the string equals `text`.
    pub fn is(&self, text: &str) -> bool {
        if self.has_escapes() {
            self.units().eq(text.encode_utf16())
        } else {
            *self.0 == *text
        }
    }

    /// Returns the string as a Rust string.
    ///
    /// # Errors
    /// If it holds a lone surrogate.
    pub fn to_str(&self) -> Result<Cow<'_, str>, LoneSurrogate> {
        if !self.has_escapes() {
            return Ok(Cow::Borrowed(&self.0));
        }
        let decoded: Result<String, _> = char::decode_utf16(self.units()).collect();
        decoded.map(Cow::Owned).map_err(|_| LoneSurrogate)
    }

    /// Returns the string as a Rust string, with U+FFFD for each lone surrogate.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        if !self.has_escapes() {
            return Cow::Borrowed(&self.0);
        }
        let characters = char::decode_utf16(self.units());
        Cow::Owned(
            characters
                .map(|each| each.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
        )
    }

    /// Returns the UTF-16 units of the string.
    pub fn units(&self) -> impl Iterator<Item = u16> + '_ {
        Units {
            rest: self.0.chars(),
            pending: None,
        }
    }

    /// Returns whether the string is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has_escapes(&self) -> bool {
        memchr::memchr(b'\\', self.0.as_bytes()).is_some()
    }
}

struct Units<'a> {
    rest: std::str::Chars<'a>,
    pending: Option<u16>,
}

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if let Some(unit) = self.pending.take() {
            return Some(unit);
        }
        let character = match self.rest.next()? {
            '\\' => return Some(self.escaped()),
            other => other,
        };
        let mut buffer = [0; 2];
        let units = character.encode_utf16(&mut buffer);
        self.pending = units.get(1).copied();
        Some(units[0])
    }
}

impl Units<'_> {
    /// Returns the unit of an escape, after its backslash. The spelling is already checked.
    fn escaped(&mut self) -> u16 {
        let character = self.rest.next().unwrap_or('\\');
        if character == 'u' {
            let digits = self.rest.as_str().get(..4).unwrap_or_default();
            self.rest = self.rest.as_str().get(4..).unwrap_or_default().chars();
            return u16::from_str_radix(digits, 16).unwrap_or_default();
        }
        match character {
            'b' => 0x08,
            'f' => 0x0c,
            'n' => 0x0a,
            'r' => 0x0d,
            't' => 0x09,
            // `"`, `\` and `/` stand for themselves.
            other => u16::try_from(u32::from(other)).unwrap_or_default(),
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
            || ((self.has_escapes() || other.has_escapes()) && self.units().eq(other.units()))
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for unit in self.units() {
            unit.hash(state);
        }
        0x1_0000_u32.hash(state);
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        if self.0.len() >= LENGTH_OF_A_KEY {
            self.0.zeroize();
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Text({} bytes)", self.0.len())
    }
}
