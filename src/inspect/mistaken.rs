//! What is plainly not a backup, by its first bytes: a page, a text, or a backup that is already
//! opened.

use crate::diagnosis::Words;
use crate::safe::envelope::{NONCE_BYTES, TAG_BYTES};
use crate::wire::Body;
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};

/// How many bytes are searched. They hold the head of every page.
const LOOKED_AT: usize = 16 * 1024;

/// What was given in place of a backup.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mistaken {
    /// A page: of a login, or of an error.
    Page,
    /// A JSON document: what is inside a backup.
    Json,
    /// A gzip: what decryption returns.
    Gzip,
    /// A ZIP.
    Zip,
    /// Bytes as base64.
    Base64,
    /// Bytes as hexadecimal digits.
    Hexadecimal,
    /// Another text.
    Text,
}

impl Mistaken {
    /// Returns what the bytes plainly are; `None` if they may be an encrypted backup, which looks
    /// like random bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let start = &bytes[..bytes.len().min(LOOKED_AT)];
        if start.starts_with(b"\x1f\x8b\x08") {
            return Some(Self::Gzip);
        }
        if start.starts_with(b"PK\x03\x04") {
            return Some(Self::Zip);
        }
        let text = text_of(start)?;
        let body = Body::new(start.to_vec().into(), false);
        Some(if let Some(Words::Page(_)) = Words::of(&body) {
            Self::Page
        } else if text
            .trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
            .starts_with('{')
        {
            Self::Json
        } else if is_encoded(text, |text| HEXLOWER_PERMISSIVE.decode(text).ok()) {
            Self::Hexadecimal
        } else if is_encoded(text, |text| BASE64.decode(text).ok()) {
            Self::Base64
        } else {
            Self::Text
        })
    }

    /// Returns what it is, with its article.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Page => "an HTML page",
            Self::Json => "a JSON document",
            Self::Gzip => "a gzip file",
            Self::Zip => "a ZIP file",
            Self::Base64 => "base64 text",
            Self::Hexadecimal => "a text of hexadecimal digits",
            Self::Text => "text",
        }
    }

    /// Returns what to do if it was given as an encrypted backup.
    pub(super) const fn in_place_of_a_backup(self) -> &'static str {
        match self {
            Self::Page => {
                "A login page or an error page was saved in place of the backup. Download the backup again, with the credentials \
                 of the server, or with --from."
            }
            Self::Json => {
                "A backup on a server is encrypted. If this is the decrypted document, give --plain."
            }
            Self::Gzip => {
                "A backup on a server is encrypted. If this is a decrypted backup, decompress it with `gunzip`, and give --plain."
            }
            Self::Zip => {
                "Threema's data backup is a ZIP; this program inspects backups of Threema Safe only."
            }
            Self::Base64 => "Decode it first, for example with `base64 -d`.",
            Self::Hexadecimal => "Decode it first, for example with `xxd -r -p`.",
            Self::Text => "A backup on a server is encrypted, and no text can be read in it.",
        }
    }
}

/// Returns what to do with bytes that were given as a document and are not JSON, if that is plain.
pub(super) fn in_place_of_a_document(bytes: &[u8]) -> Option<&'static str> {
    match Mistaken::of(bytes) {
        Some(Mistaken::Json | Mistaken::Text) => None,
        Some(Mistaken::Gzip) => Some("Decompress it first, with `gunzip`."),
        Some(other) => Some(other.in_place_of_a_backup()),
        // A document with one wrong byte is no encrypted backup.
        None if bytes.trim_ascii_start().starts_with(b"{") => None,
        None => Some("Give an encrypted backup, as a server stores it, without --plain."),
    }
}

/// Returns the bytes as text, without a character that the end has cut; `None` if a byte in them
/// stands in no text.
fn text_of(bytes: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let is_readable = |it: char| !it.is_control() || it.is_whitespace();
    (!text.trim().is_empty() && text.chars().all(is_readable)).then_some(text)
}

/// Returns whether a text is an encoding of a backup, in lines or in one, or the beginning of one.
fn is_encoded(text: &str, decodes: impl Fn(&[u8]) -> Option<Vec<u8>>) -> bool {
    let is_end_of_line = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let all: Vec<u8> = text
        .trim()
        .bytes()
        .filter(|it| !is_end_of_line(it))
        .collect();
    // The text may be longer than what is searched: four characters are three bytes of base64.
    let whole = if text.len() + 4 > LOOKED_AT {
        &all[..all.len() / 4 * 4]
    } else {
        &all
    };
    // A word may be base64 too, but is too short for a backup.
    decodes(whole).is_some_and(|bytes| bytes.len() >= NONCE_BYTES + TAG_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plainly_no_backup_is_named() {
        let long = "QUJD".repeat(10_000);
        let lines = format!("{}\r\n{}RA==\r\n", "QUJD".repeat(10), "QUJD".repeat(5));
        let digits = "00ffAB9\n1".repeat(10);
        let broken_long = format!("x{}\u{e4}{long}", " x".repeat(LOOKED_AT / 2 - 1));
        for (bytes, expected) in [
            (&b"<!DOCTYPE html><title>Login</title>"[..], Mistaken::Page),
            (b"\n<html>", Mistaken::Page),
            (b"{\"info\":{}}", Mistaken::Json),
            ("\u{feff} {".as_bytes(), Mistaken::Json),
            (b"\x1f\x8b\x08\0", Mistaken::Gzip),
            (b"PK\x03\x04\0", Mistaken::Zip),
            (lines.as_bytes(), Mistaken::Base64),
            (long.as_bytes(), Mistaken::Base64),
            (digits.as_bytes(), Mistaken::Hexadecimal),
            (b"not found", Mistaken::Text),
            (b"notfound", Mistaken::Text),
            (b"QUJDRA==", Mistaken::Text),
            (broken_long.as_bytes(), Mistaken::Text),
        ] {
            assert_eq!(Mistaken::of(bytes), Some(expected), "{bytes:?}");
        }
    }

    #[test]
    fn what_may_be_a_backup_is_not_blamed() {
        for bytes in [
            &b""[..],
            b"  \n",
            &[7; 60],
            b"\x1f\x8b\x09",
            b"PK\x03\x05",
            b"{\"info\":\xff",
            b"<html>\0",
        ] {
            assert_eq!(Mistaken::of(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_plainly_no_document_is_named() {
        let lines = "QUJD".repeat(20);
        for (bytes, words) in [
            (&b"<html>"[..], Some("login page")),
            (b"\x1f\x8b\x08\0", Some("gunzip")),
            (lines.as_bytes(), Some("base64 -d")),
            (&[0xf0; 60], Some("without --plain")),
            (b"{\"info\":\xff", None),
            (b"{\"info\":", None),
            (b"[not JSON", None),
        ] {
            let hint = in_place_of_a_document(bytes);
            let is_as_expected = match (hint, words) {
                (Some(hint), Some(words)) => hint.contains(words),
                (hint, words) => hint.is_none() && words.is_none(),
            };
            assert!(is_as_expected, "{bytes:?}: {hint:?}");
        }
    }
}
