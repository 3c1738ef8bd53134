//! Decodes base64 as Android does: ignores white space, and drops an incomplete end without an
//! error.
//!
//! Source: clients.read.base64-whitespace, clients.read.base64-unpadded.

use data_encoding::BASE64;

/// The number of characters that stand for less than four bytes.
const QUANTUM: usize = 4;

/// Returns the bytes; `None` if the text is not base64.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut characters: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    characters.truncate(characters.len() / QUANTUM * QUANTUM);
    let bytes = BASE64.decode(&characters).ok();
    zeroize::Zeroize::zeroize(&mut characters);
    bytes
}

/// Returns whether [`decode`] drops an end: the characters do not come in fours.
pub(super) fn is_cut(text: &str) -> bool {
    let characters = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    !characters.count().is_multiple_of(QUANTUM)
}

#[cfg(test)]
mod tests {
    use super::{decode, is_cut};

    #[test]
    fn white_space_does_not_count_and_a_rest_is_cut_off() {
        for (text, bytes) in [
            ("", Some(&b""[..])),
            ("AAEC", Some(b"\0\x01\x02")),
            (" AA\nEC\r\n", Some(b"\0\x01\x02")),
            ("AAE=", Some(b"\0\x01")),
            ("AAE", Some(b"")),
            ("AAECAA", Some(b"\0\x01\x02")),
            ("null", Some(b"\x9e\xe9\x65")),
            ("!!!!", None),
            ("=AAA", None),
        ] {
            assert_eq!(decode(text).as_deref(), bytes, "{text}");
        }
    }

    #[test]
    fn only_a_rest_is_cut() {
        for (text, cut) in [("", false), ("AA\nE=", false), ("AAE", true), ("A", true)] {
            assert_eq!(is_cut(text), cut, "{text}");
        }
    }
}
