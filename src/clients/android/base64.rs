//! Decodes base64 as Android does: it does not check what a strict reader checks, and drops an
//! incomplete end without an error.
//!
//! Source: clients.read.base64-whitespace, clients.read.base64-unpadded, clients.read.base64-short.

use zeroize::Zeroize;

/// The number of characters that stand for up to three bytes, and the least number of a text.
const QUANTUM: usize = 4;

/// The bytes of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Decoded {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether an end was dropped: the characters do not come in fours.
    pub is_cut: bool,
}

/// Why a text has no bytes. The app does not handle both alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wrong {
    /// A character that base64 does not have.
    Character,
    /// One to three characters, white space included.
    Short,
}

/// Returns the bytes. What follows the padding is not read.
pub(super) fn decode(text: &str) -> Result<Decoded, Wrong> {
    if (1..QUANTUM).contains(&text.encode_utf16().count()) {
        return Err(Wrong::Short);
    }
    let mut bytes = Vec::with_capacity(text.len() / QUANTUM * 3);
    let mut group = [0; QUANTUM];
    let mut held = 0;
    for character in text.bytes() {
        match character {
            b' ' | b'\t' | b'\n' | b'\r' => continue,
            _ if value(character).is_none() => {
                bytes.zeroize();
                return Err(Wrong::Character);
            }
            _ => group[held] = character,
        }
        held += 1;
        if held == QUANTUM {
            held = 0;
            push(group, &mut bytes);
            if character == b'=' {
                break;
            }
        }
    }
    group.zeroize();
    Ok(Decoded {
        bytes,
        is_cut: held > 0,
    })
}

/// Appends the bytes of four characters.
fn push(group: [u8; QUANTUM], bytes: &mut Vec<u8>) {
    let bits = group.iter().fold(0_u32, |bits, character| {
        // The value of a padding character reaches into the place before it.
        (bits << 6) | u32::from(value(*character).unwrap_or_default())
    });
    let length = match group {
        [_, _, b'=', _] => 1,
        [_, _, _, b'='] => 2,
        _ => 3,
    };
    let [_, three @ ..] = bits.to_be_bytes();
    bytes.extend_from_slice(&three[..length]);
}

/// Returns the value of a character, and 255 for padding; `None` if base64 does not have it.
const fn value(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        b'=' => Some(0xff),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoded, Wrong, decode};

    #[test]
    fn white_space_does_not_count_and_a_rest_is_cut_off() {
        for (text, bytes, is_cut) in [
            ("", &b""[..], false),
            ("AAEC", b"\0\x01\x02", false),
            (" AA\nEC\r\n\t", b"\0\x01\x02", false),
            ("AAE=", b"\0\x01", false),
            ("AA==", b"\0", false),
            ("AA\nE", b"", true),
            ("AAECA", b"\0\x01\x02", true),
            ("AAECAA", b"\0\x01\x02", true),
            ("null", b"\x9e\xe9\x65", false),
        ] {
            let expected = Decoded {
                bytes: bytes.to_vec(),
                is_cut,
            };
            assert_eq!(decode(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_a_strict_reader_checks_is_accepted() {
        for (text, bytes) in [
            // Bits that no byte has.
            ("AAF=", &b"\0\x01"[..]),
            ("AB==", b"\0"),
            // What follows the padding.
            ("AAE=%%%%", b"\0\x01"),
            ("AAE=AAEC", b"\0\x01"),
            // Padding elsewhere.
            ("AA=A", b"\0"),
            ("=AAA", b"\xfc\0\0"),
        ] {
            let found = decode(text).map(|decoded| decoded.bytes);
            assert_eq!(found.as_deref(), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn other_characters_and_short_texts_are_refused() {
        for text in ["!!!!", "AAEC!", "AAEC-_-_", "AAEC\u{c}", "AAEC\u{e4}"] {
            assert_eq!(decode(text), Err(Wrong::Character), "{text}");
        }
        for text in ["A", "AAE", "   ", "!!!", "\u{e4}"] {
            assert_eq!(decode(text), Err(Wrong::Short), "{text}");
        }
    }
}
