//! The model keeps everything, and no input makes it panic.

use super::strategies::{broken_document, case, large, value, white_space};
use proptest::collection::vec;
use proptest::prelude::*;
use safe_conformance::safe::backup::Backup;
use safe_conformance::safe::json::{Document, JsonError, Layout, Limits, Value};

/// The text without white space between its tokens, for comparisons in which only white space may
/// differ. It does not use our parser.
fn tokens(text: &[u8]) -> Vec<u8> {
    let (mut within, mut escaped) = (false, false);
    let mut kept = text.to_vec();
    kept.retain(|byte| {
        let white = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let quote = *byte == b'"' && !escaped;
        escaped = within && *byte == b'\\' && !escaped;
        let keep = within || !white;
        within ^= quote;
        keep
    });
    kept
}

fn assert_kept(text: &[u8]) {
    let document = Document::parse(text).expect("JSON");
    assert_eq!(document.to_bytes(), text);
    let (backup, _) = Backup::read(document.clone());
    if let Some(backup) = backup {
        let again = document.with_root(backup.to_value()).to_bytes();
        assert_eq!(
            String::from_utf8_lossy(&again),
            String::from_utf8_lossy(text)
        );
        let compact = backup.to_value().to_bytes(Layout::Compact);
        assert_eq!(
            String::from_utf8_lossy(&compact),
            String::from_utf8_lossy(&tokens(text))
        );
    }
}

/// Puts white space between tokens: before and after each of JSON's own characters.
fn spaced(value: &Value, white_space: &[String]) -> Vec<u8> {
    let (mut within, mut escaped) = (false, false);
    let mut spaces = white_space.iter().cycle();
    let mut next = || spaces.next().map(String::as_bytes).unwrap_or_default();
    let mut out = next().to_vec();
    for byte in value.to_bytes(Layout::Compact) {
        let structural = !within && matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':');
        let quote = byte == b'"' && !escaped;
        escaped = within && byte == b'\\' && !escaped;
        within ^= quote;
        if structural {
            out.extend_from_slice(next());
        }
        out.push(byte);
        if structural {
            out.extend_from_slice(next());
        }
    }
    out.extend_from_slice(next());
    out
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn any_json_comes_back_byte_for_byte(value in value(), white_space in vec(white_space(), 1..8)) {
        assert_kept(&spaced(&value, &white_space));
        for layout in [Layout::Compact, Layout::Lines { indent: 0 }, Layout::Lines { indent: 4 }] {
            assert_kept(&value.to_bytes(layout));
        }
    }

    #[test]
    fn a_document_comes_back_however_broken(document in broken_document(), white_space in vec(white_space(), 1..8)) {
        assert_kept(&spaced(&document.0, &white_space));
    }

    /// serde_json is another parser of the same language: it accepts the same texts, except lone
    /// surrogates and numbers that its doubles cannot hold.
    #[test]
    fn what_is_json_is_what_others_take_for_json(mut text in broken_document().prop_map(|it| it.0.to_bytes(Layout::Compact)), place: prop::sample::Index, byte in prop::sample::select(&b"{}[],:\"\\0-.eu \n\x01\xff"[..]), cut: bool) {
        let place = place.index(text.len());
        text[place] = byte;
        if cut {
            text.truncate(place);
        }
        let ours = Document::parse(&text);
        match serde_json::from_slice::<serde_json::Value>(&text) {
            Ok(_) => prop_assert!(ours.is_ok(), "{:?}", ours),
            Err(error) => {
                let said = error.to_string();
                let theirs_alone = ["surrogate", "hex escape", "number out of range"];
                if ours.is_ok() {
                    prop_assert!(theirs_alone.iter().any(|each| said.contains(each)), "{said}");
                }
            }
        }
    }

    #[test]
    fn no_bytes_make_it_fall_over(bytes in vec(any::<u8>(), 0..300)) {
        if let Ok(document) = Document::parse(&bytes) {
            prop_assert_eq!(document.to_bytes(), bytes);
        }
    }

    #[test]
    fn no_text_of_json_characters_makes_it_fall_over(text in r#"[\[\]{}",:0-9eE+\-.tfn\\u \n]{0,200}"#) {
        if let Ok(document) = Document::parse(text.as_bytes()) {
            prop_assert_eq!(document.to_bytes(), text.as_bytes());
        }
    }

    /// A generated backup has nothing extra to keep, and is the same after it has been written and
    /// read.
    #[test]
    fn a_backup_is_what_it_was_once_read_again(case in case()) {
        let written = case.backup.to_value();
        let document = Document::parse(&written.to_bytes(Layout::Compact)).expect("JSON");
        let (read, deviations) = Backup::read(document);
        let read = read.expect("an identity");
        prop_assert_eq!(&read.user.private_key, &case.backup.user.private_key);
        prop_assert_eq!(read.contacts.len(), case.backup.contacts.len());
        for (read, made) in read.contacts.iter().zip(&case.backup.contacts) {
            let mut read = read.clone();
            read.kept = made.kept.clone();
            prop_assert_eq!(&read, made);
        }
        prop_assert_eq!(read.groups.len(), case.backup.groups.len());
        let strange = deviations.list.iter().find(|each| {
            let said = each.to_string();
            !["is missing", "before 1970", "does not fit 64 bits"].iter().any(|known| said.ends_with(known) || said.contains(known))
        });
        prop_assert_eq!(strange, None);
    }
}

#[test]
fn a_large_document_comes_back() {
    assert_kept(
        &large()
            .backup
            .to_value()
            .to_bytes(Layout::Lines { indent: 4 }),
    );
}

/// The parser refuses too much before it builds anything: each of these would need gigabytes, or a
/// stack of a million calls.
#[test]
fn what_is_too_much_is_refused_before_it_is_built() {
    let refusal = |text: String| {
        Document::parse(text.as_bytes())
            .expect_err("refused")
            .to_string()
    };
    let deep = 1_000_000;
    assert!(refusal("[".repeat(deep)).contains("arrays and objects are nested"));
    assert!(refusal(r#"{"a":"#.repeat(deep)).contains("arrays and objects are nested"));
    assert!(refusal(r#"[{"a":"#.repeat(deep)).contains("arrays and objects are nested"));
    let keys = 10_000_000;
    let mut many = String::with_capacity(keys * 7);
    many.push('{');
    many.push_str(&r#""":0,"#.repeat(keys));
    assert!(matches!(
        Document::parse(many.as_bytes()),
        Err(JsonError::TooLarge { .. })
    ));
    // Even if the caller allows the bytes, the limit on the number of values still applies.
    let limits = Limits {
        bytes: usize::MAX,
        ..Limits::USUAL
    };
    let error = Document::parse_within(many.as_bytes(), limits).expect_err("refused");
    assert!(
        error.to_string().contains("more than 1000000 values"),
        "{error}"
    );
}
