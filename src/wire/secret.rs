//! Secrets that cannot be printed, and the second wall: a scrub of everything that is written.

use memchr::memmem;
use std::fmt;
use zeroize::Zeroizing;

/// A password or token. It has no `Display`, and its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over a secret.
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The secret itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// What stands where a secret was.
const REDACTED: &str = "[redacted]";

/// Replaces the exact values of a run's secrets in whatever is written.
#[derive(Clone, Default)]
pub struct Scrub(Vec<Zeroizing<String>>);

impl Scrub {
    /// Adds a value. One of less than four bytes would hit innocent text, and is left out.
    pub fn add(&mut self, value: &str) {
        if value.len() >= 4 && !self.0.iter().any(|known| known.as_str() == value) {
            self.0.push(Zeroizing::new(value.to_owned()));
            // The longest first, so that no part of it survives the removal of a shorter one.
            self.0.sort_by_key(|known| std::cmp::Reverse(known.len()));
        }
    }

    /// The text without any of the values.
    pub fn text(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, value| {
            if text.contains(value.as_str()) {
                text.replace(value.as_str(), REDACTED)
            } else {
                text
            }
        })
    }

    /// The bytes without any of the values; `None` where there was none.
    pub fn bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut scrubbed: Option<Vec<u8>> = None;
        for value in &self.0 {
            while let Some(start) =
                memmem::find(scrubbed.as_deref().unwrap_or(bytes), value.as_bytes())
            {
                scrubbed
                    .get_or_insert_with(|| bytes.to_vec())
                    .splice(start..start + value.len(), REDACTED.bytes());
            }
        }
        scrubbed
    }
}

impl fmt::Debug for Scrub {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Scrub({} values)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows() {
        assert_eq!(format!("{:?}", Secret::new("hunter22".into())), "Secret(…)");
    }

    #[test]
    fn every_value_is_replaced_the_longest_first() {
        let mut scrub = Scrub::default();
        scrub.add("hunter22");
        scrub.add("c2FmZTpodW50ZXIyMg==");
        scrub.add("hunter22-and-more");
        scrub.add("abc");
        assert_eq!(
            scrub.text("Basic c2FmZTpodW50ZXIyMg== hunter22-and-more hunter22 abc"),
            "Basic [redacted] [redacted] [redacted] abc"
        );
        assert_eq!(
            scrub.bytes(b"\xffhunter22\xff").as_deref(),
            Some(&b"\xff[redacted]\xff"[..])
        );
        assert_eq!(scrub.bytes(b"nothing"), None);
    }
}
