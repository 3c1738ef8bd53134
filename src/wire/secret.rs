//! Secrets that cannot be printed, and the second wall: a scrub of everything that is written.

use memchr::memmem;
use std::fmt;
use std::ops::Range;
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
        }
    }

    /// Adds every value of another.
    pub fn add_all(&mut self, other: &Self) {
        for value in &other.0 {
            self.add(value);
        }
    }

    /// The values for what the harness writes itself: not those that its own words and numbers hold anyway.
    ///
    /// With the password `config` or `1234` the scrub of a report would ruin it, and tell by the gaps what the password
    /// is. What a server says has been cleaned of those too before it gets there.
    #[must_use]
    pub fn of_own_words(&self) -> Self {
        let distinctive = |value: &&Zeroizing<String>| {
            value.len() >= 8 && !value.bytes().all(|byte| byte.is_ascii_lowercase())
        };
        Self(self.0.iter().filter(distinctive).cloned().collect())
    }

    /// The text without any of the values.
    pub fn text(&self, text: &str) -> String {
        self.bytes(text.as_bytes()).map_or_else(
            || text.to_owned(),
            |scrubbed| String::from_utf8_lossy(&scrubbed).into_owned(),
        )
    }

    /// The bytes without any of the values; `None` where there was none.
    ///
    /// Takes time in proportion to the bytes, whatever they are, and never looks at what it put in itself: a secret
    /// may be a part of what stands in its place, or come a million times.
    pub fn bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut hits: Vec<Range<usize>> = Vec::new();
        for value in &self.0 {
            for start in memmem::find_iter(bytes, value.as_bytes()) {
                hits.push(start..start + value.len());
            }
        }
        if hits.is_empty() {
            return None;
        }
        hits.sort_unstable_by_key(|hit| hit.start);
        let mut scrubbed = Vec::with_capacity(bytes.len());
        let mut done = 0;
        for hit in hits {
            // Two values may overlap: what belongs to either goes.
            if hit.start >= done {
                scrubbed.extend_from_slice(&bytes[done..hit.start]);
                scrubbed.extend_from_slice(REDACTED.as_bytes());
            }
            done = done.max(hit.end);
        }
        scrubbed.extend_from_slice(&bytes[done..]);
        Some(scrubbed)
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
    fn every_value_is_replaced_whole() {
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

    #[test]
    fn a_value_that_is_part_of_its_replacement_ends_and_overlapping_values_both_go() {
        let mut scrub = Scrub::default();
        scrub.add("redacted");
        scrub.add("ted-on-and");
        assert_eq!(scrub.text("a redacted b"), "a [redacted] b");
        assert_eq!(scrub.text("a redacted-on-and b"), "a [redacted] b");
    }
}
