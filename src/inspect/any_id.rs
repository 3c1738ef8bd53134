//! What a client makes of a document whatever the ID of the backup is.

use crate::safe::ThreemaId;
use std::collections::BTreeSet;

/// The length of an ID, in bytes.
const ID_BYTES: usize = 8;

/// The largest number of bytes that are read to try the IDs, for one client.
const MOST_READ: usize = 1 << 26;

/// Returns every ID that a client may find in a document, and first one that it does not contain.
/// `None` if it would take too long to try them.
///
/// A client only compares the ID of the backup with IDs of the document, so that no other ID gives
/// another result. The search takes too much rather than too little: the document may be broken,
/// and the clients read escapes and lower case in different ways.
pub(super) fn candidates(document: &[u8]) -> Option<Vec<ThreemaId>> {
    let mut ids: BTreeSet<ThreemaId> = BTreeSet::new();
    // `\E` is an E for one reader and a mistake for another, `\n` ends a word. Without escapes, the
    // texts are the same.
    for text in BTreeSet::from([unescaped(document, true), unescaped(document, false)]) {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'*';
        let words = text.split(|byte| !is_part(byte));
        for word in words.filter(|word| word.len() == ID_BYTES) {
            let word = String::from_utf8_lossy(word).to_ascii_uppercase();
            ids.extend(ThreemaId::parse(&word));
        }
    }
    let numbers = 0..=ids.len();
    let mut free = numbers.filter_map(|number| ThreemaId::parse(&format!("Z{number:07}")).ok());
    let free = free.find(|id| !ids.contains(id))?;
    let count = ids.len() + 1;
    (count.saturating_mul(document.len()) <= MOST_READ)
        .then(|| std::iter::once(free).chain(ids).collect())
}

/// Returns the bytes without the zeros of UTF-16, with characters in place of `\u0041`, and with
/// the character or a space in place of other escapes.
fn unescaped(document: &[u8], with_character: bool) -> Vec<u8> {
    let bytes: Vec<u8> = if memchr::memchr(0, document).is_some() {
        document.iter().copied().filter(|byte| *byte != 0).collect()
    } else {
        document.to_vec()
    };
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let Some(place) = memchr::memchr(b'\\', rest) {
        text.extend_from_slice(&rest[..place]);
        rest = &rest[place..];
        let digits = rest.strip_prefix(b"\\u").and_then(|after| after.get(..4));
        let code = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u16::from_str_radix(digits, 16).ok());
        if let Some(code) = code {
            text.push(u8::try_from(code).unwrap_or(b'?'));
            rest = &rest[6..];
        } else if let Some((escaped, after)) = rest[1..].split_first() {
            text.push(if with_character { *escaped } else { b' ' });
            rest = after;
        } else {
            break;
        }
    }
    text.extend_from_slice(rest);
    text
}

/// Returns the result that each of these IDs gives, if it is one and the same and `counts`.
pub(super) fn same_for_all<T: PartialEq>(
    ids: &[ThreemaId],
    result_for: impl Fn(ThreemaId) -> T,
    counts: impl Fn(&T) -> bool,
) -> Option<T> {
    let (first, others) = ids.split_first()?;
    let first = result_for(*first);
    let is_same = counts(&first) && others.iter().all(|id| result_for(*id) == first);
    is_same.then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(document: &str) -> Vec<String> {
        let ids = candidates(document.as_bytes()).expect("few IDs");
        ids.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_spelling_of_an_id_is_found() {
        for document in [
            r#"{"identity":"ECHOECHO"}"#,
            r#"{"identity":"echoecho"}"#,
            r#"{"identity":"\u0045CHOECH\u004f"}"#,
            r#"{"identity":"E\CHOECHO"}"#,
            r#"{"identity":"\nECHOECHO"}"#,
            "{identity=ECHOECHO;",
            "\u{feff}\0E\0C\0H\0O\0E\0C\0H\0O\0",
        ] {
            let ids = found(document);
            assert!(ids.contains(&"ECHOECHO".to_owned()), "{document}: {ids:?}");
            assert_eq!(ids[0], "Z0000000");
        }
    }

    #[test]
    fn the_first_id_is_in_no_document() {
        assert_eq!(
            found("Z0000000 *SUPPORT"),
            ["Z0000001", "*SUPPORT", "Z0000000"]
        );
        assert_eq!(found("ECHOECHOS ECHO \\u00 \\"), ["Z0000000"]);
    }

    #[test]
    fn a_result_that_one_id_changes_is_not_the_same_for_all() {
        let ids = candidates(b"ECHOECHO, OTHERONE").expect("few IDs");
        let other = ThreemaId::parse("OTHERONE").expect("an ID");
        assert_eq!(same_for_all(&ids, |_| 1, |_| true), Some(1));
        assert_eq!(same_for_all(&ids, |_| 1, |_| false), None);
        assert_eq!(same_for_all(&ids, |id| id == other, |_| true), None);
    }

    #[test]
    fn a_document_of_which_every_id_would_take_too_long_is_left() {
        let many: Vec<_> = (0..9000).map(|number| format!("A{number:07}")).collect();
        assert_eq!(candidates(many.join(",").as_bytes()), None);
    }
}
