//! The charset in which Android decodes a config: the one of Content-Type, unless a byte order mark
//! names another.

use super::org_json::JavaString;

/// A charset, as far as it matters for a config, whose keys and numbers are ASCII.
///
/// Source: clause 4.2.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Charset {
    /// UTF-8, and every charset that writes ASCII as ASCII.
    Utf8,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-32, the high byte first.
    Utf32Be,
    /// UTF-32, the low byte first.
    Utf32Le,
}

/// The byte order marks, the longer ones first, and the charset that each stands for.
const MARKS: [(&[u8], Charset); 5] = [
    (&[0xEF, 0xBB, 0xBF], Charset::Utf8),
    (&[0xFF, 0xFE, 0x00, 0x00], Charset::Utf32Le),
    (&[0x00, 0x00, 0xFE, 0xFF], Charset::Utf32Be),
    (&[0xFE, 0xFF], Charset::Utf16Be),
    (&[0xFF, 0xFE], Charset::Utf16Le),
];

/// Returns the charset in which Android decodes a body with this Content-Type. A charset that Java
/// does not know counts as UTF-8.
pub(super) fn of(content_type: Option<&str>, body: &[u8]) -> Charset {
    if let Some((_, charset)) = MARKS.iter().find(|(mark, _)| body.starts_with(mark)) {
        return *charset;
    }
    let named = content_type.and_then(parameter).unwrap_or_default();
    match named.to_ascii_lowercase().as_str() {
        "utf-16" | "utf_16" | "utf16" | "utf-16be" | "utf_16be" | "unicode" => Charset::Utf16Be,
        "utf-16le" | "utf_16le" => Charset::Utf16Le,
        "utf-32" | "utf_32" | "utf32" | "utf-32be" | "utf_32be" => Charset::Utf32Be,
        "utf-32le" | "utf_32le" => Charset::Utf32Le,
        _ => Charset::Utf8,
    }
}

/// Returns the value of the first parameter `charset`, without its quotes; `None` also if the field
/// is not a media type, as `OkHttp` checks it.
///
/// Source: `MediaType.kt`, `toMediaType`, of `OkHttp` 5 (clause 4.2.charset).
fn parameter(content_type: &str) -> Option<&str> {
    let (_, rest) = token(content_type)?;
    let (_, mut rest) = token(rest.strip_prefix('/')?)?;
    let mut found = None;
    while !rest.is_empty() {
        rest = rest.strip_prefix(';')?.trim_start_matches(WHITE_SPACE);
        if let Some((name, value, behind)) = pair(rest) {
            if found.is_none() && name.eq_ignore_ascii_case("charset") {
                found = Some(value);
            }
            rest = behind;
        }
    }
    found
}

/// What separates the parameters from the semicolons.
const WHITE_SPACE: [char; 6] = [' ', '\t', '\n', '\u{b}', '\u{c}', '\r'];

/// Splits off a name and its value, without spaces around `=`.
fn pair(text: &str) -> Option<(&str, &str, &str)> {
    let (name, behind) = token(text)?;
    let behind = behind.strip_prefix('=')?;
    if let Some((value, behind)) = token(behind) {
        let inner = value
            .strip_prefix('\'')
            .and_then(|value| value.strip_suffix('\''));
        let inner = inner.filter(|inner| !inner.is_empty());
        return Some((name, inner.unwrap_or(value), behind));
    }
    let (value, behind) = behind.strip_prefix('"')?.split_once('"')?;
    Some((name, value, behind))
}

/// Splits off a token: at least one character of those that a media type allows.
fn token(text: &str) -> Option<(&str, &str)> {
    let is_part = |character: char| {
        character.is_ascii_alphanumeric() || "-!#$%&'*+.^_`{|}~".contains(character)
    };
    let end = text.find(|character| !is_part(character));
    let (token, behind) = text.split_at(end.unwrap_or(text.len()));
    (!token.is_empty()).then_some((token, behind))
}

impl Charset {
    /// Returns the usual name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Be | Self::Utf16Le => "UTF-16",
            Self::Utf32Be | Self::Utf32Le => "UTF-32",
        }
    }

    /// Returns the text as Java decodes it: U+FFFD for bytes that are invalid in the charset. The
    /// byte order mark of UTF-16 and UTF-32 is not part of the text.
    pub(super) fn decode(self, body: &[u8]) -> JavaString {
        let text = match self {
            Self::Utf8 => return JavaString::from_utf8_lossy(body),
            Self::Utf16Be => utf16(body, u16::from_be_bytes),
            Self::Utf16Le => utf16(body, u16::from_le_bytes),
            Self::Utf32Be => utf32(body, u32::from_be_bytes),
            Self::Utf32Le => utf32(body, u32::from_le_bytes),
        };
        JavaString::from(text.strip_prefix('\u{feff}').unwrap_or(&text))
    }
}

fn utf16(body: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, rest) = body.as_chunks::<2>();
    let units: Vec<_> = pairs.iter().map(|pair| unit(*pair)).collect();
    let mut text = String::from_utf16_lossy(&units);
    if !rest.is_empty() {
        text.push('\u{fffd}');
    }
    text
}

fn utf32(body: &[u8], unit: fn([u8; 4]) -> u32) -> String {
    let (fours, rest) = body.as_chunks::<4>();
    let mut text: String = fours
        .iter()
        .map(|four| char::from_u32(unit(*four)).unwrap_or('\u{fffd}'))
        .collect();
    if !rest.is_empty() {
        text.push('\u{fffd}');
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::clients::ConfigError;
    use crate::clients::android::parse_config_as;

    const GOOD: &str = r#"{"maxBackupBytes": 524288, "retentionDays": 180}"#;

    #[test]
    fn a_charset_that_keeps_ascii_does_no_harm() {
        let kinds = [
            "application/json",
            "application/json; charset=utf-8",
            "text/plain; charset=ISO-8859-1",
            "application/octet-stream",
            "text/plain; charset=\"UTF-8\"",
            "text/plain; charset=no-such-charset",
            "text/plain; format=flowed",
            "",
            ";;charset",
            // No media type, so that the charset does not count.
            "utf-16; charset=utf-16",
            "charset=utf-16",
            "application/json; charset = utf-16",
            "application/json; charset=utf-16 ; x=y",
            "application/json, text/plain; charset=utf-16",
            // The first charset counts.
            "text/plain; charset=utf-8; charset=utf-16",
        ];
        for kind in kinds {
            assert!(
                parse_config_as(GOOD.as_bytes(), Some(kind)).is_ok(),
                "{kind}"
            );
        }
        assert!(parse_config_as(GOOD.as_bytes(), None).is_ok());
    }

    #[test]
    fn a_charset_of_wider_characters_breaks_a_good_config() {
        for kind in ["utf-16", "UTF-16LE", "\"utf-16be\"", "'utf-32'"] {
            let kind = format!("application/json;; x=y;\t Charset={kind}; charset=utf-8");
            let error = parse_config_as(GOOD.as_bytes(), Some(&kind));
            assert!(
                matches!(error, Err(ConfigError::Charset { .. })),
                "{kind}: {error:?}"
            );
        }
    }

    #[test]
    fn a_config_in_the_charset_that_it_names_is_read() {
        let wide: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let kind = Some("application/json; charset=utf-16");
        assert!(parse_config_as(&wide, kind).is_ok());
        assert!(parse_config_as(&wide, None).is_err());
        let marked: Vec<u8> = format!("\u{feff}{GOOD}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(parse_config_as(&marked, None).is_ok());
    }

    #[test]
    fn a_byte_order_mark_outweighs_the_content_type() {
        let marked = format!("\u{feff}{GOOD}");
        let kind = Some("application/json; charset=utf-16");
        assert!(parse_config_as(marked.as_bytes(), kind).is_ok());
    }
}
