//! The spellings in which a secret may return, all of which a reader can undo. Pure.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

/// Shorter values occur in any text. In bytes.
const LEAST_DECODED: usize = 6;

/// Returns every spelling of a secret, and of values that are as good as the secret.
pub(super) fn of(secret: &str) -> Vec<Vec<u8>> {
    let mut spellings = Vec::new();
    spell(secret, &mut spellings);
    for stem in stems(secret) {
        spell_plainly(&stem, &mut spellings);
    }
    // The base64 of a longer text that contains the secret, at any offset.
    for bytes in in_charsets(secret) {
        for offset in 0..3 {
            spellings.push(within_base64(&bytes, offset).into_bytes());
        }
    }
    spellings.extend(decoded(secret));
    spellings
}

/// Returns every spelling of a user name and a password in the form of HTTP Basic.
pub(super) fn of_pair(user: &str, password: &str) -> Vec<Vec<u8>> {
    of_whole(&format!("{user}:{password}"))
}

/// Returns every spelling of a whole text.
pub(super) fn of_whole(text: &str) -> Vec<Vec<u8>> {
    let mut spellings = Vec::new();
    spell(text, &mut spellings);
    spellings
}

/// Returns the secret reversed, and both forms without a character at either end, which is easy to
/// guess.
fn stems(secret: &str) -> Vec<String> {
    let characters: Vec<char> = secret.chars().collect();
    let mut stems = Vec::new();
    let end = characters.len();
    for part in [
        &characters[..],
        &characters[..end.saturating_sub(1)],
        &characters[end.min(1)..],
    ] {
        stems.push(part.iter().collect());
        stems.push(part.iter().rev().collect());
    }
    stems
}

/// Returns the bytes of a text in UTF-8, and in ISO-8859-1 if that can represent it.
fn in_charsets(text: &str) -> Vec<Vec<u8>> {
    let latin: Option<Vec<u8>> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    std::iter::once(text.as_bytes().to_vec())
        .chain(latin.filter(|latin| latin != text.as_bytes()))
        .collect()
}

/// Adds a text plainly, in base64, in hexadecimal, with every character escaped, and as in
/// addresses.
fn spell_plainly(text: &str, spellings: &mut Vec<Vec<u8>>) {
    for bytes in in_charsets(text) {
        spellings.extend(encoded(&bytes).into_iter().map(String::into_bytes));
        spellings.push(percent(&bytes, true, "%20", b"-_.~"));
        spellings.push(percent(&bytes, false, "+", b"-_.~"));
        spellings.push(bytes);
    }
    spellings.extend(escaped(text));
    spellings.extend(serde_json::to_string(text).map(|json| json[1..json.len() - 1].into()));
    spell_in_utf16(text, spellings);
}

/// Adds every spelling of a text.
fn spell(text: &str, spellings: &mut Vec<Vec<u8>>) {
    for bytes in in_charsets(text) {
        for encoded in encoded(&bytes) {
            spellings.push(percent(encoded.as_bytes(), true, "+", b"-_."));
            spellings.push(percent(encoded.as_bytes(), false, "+", b"-_."));
            spellings.push(encoded.into_bytes());
        }
        spell_in_address(&bytes, spellings);
        spellings.push(bytes);
    }
    spell_in_markup(text, spellings);
    spell_in_utf16(text, spellings);
}

fn spell_in_utf16(text: &str, spellings: &mut Vec<Vec<u8>>) {
    let units: Vec<u16> = text.encode_utf16().collect();
    spellings.push(units.iter().flat_map(|unit| unit.to_le_bytes()).collect());
    spellings.push(units.iter().flat_map(|unit| unit.to_be_bytes()).collect());
}

/// Returns a text with every character escaped by `\u`, in lower-case and in upper-case digits.
fn escaped(text: &str) -> [Vec<u8>; 2] {
    escaped_where(text, |_| true)
}

/// Returns a text with the characters that `is_special` names escaped by `\u`, in lower-case and in
/// upper-case digits.
fn escaped_where(text: &str, is_special: fn(char) -> bool) -> [Vec<u8>; 2] {
    let with = |unit: fn(u16) -> String| {
        let each = text.chars().map(|c| {
            if is_special(c) {
                let units = c.encode_utf16(&mut [0; 2]).to_vec();
                units.into_iter().map(unit).collect()
            } else {
                c.to_string()
            }
        });
        each.collect::<String>().into_bytes()
    };
    [
        with(|unit| format!("\\u{unit:04x}")),
        with(|unit| format!("\\u{unit:04X}")),
    ]
}

/// Returns bytes in base64 and in hexadecimal.
fn encoded(bytes: &[u8]) -> Vec<String> {
    let base64 = BASE64.encode(bytes);
    let between = |separator: &str| {
        let pairs: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(separator)
    };
    vec![
        // Base64 without its padding, which addresses encode, is as good.
        base64.trim_end_matches('=').to_owned(),
        base64,
        BASE64URL_NOPAD.encode(bytes),
        HEXLOWER.encode(bytes),
        HEXUPPER.encode(bytes),
        between(":"),
        between(" "),
    ]
}

/// Returns percent-encoded bytes, except letters, digits and `kept`.
fn percent(bytes: &[u8], upper: bool, space: &str, kept: &[u8]) -> Vec<u8> {
    let encoded = bytes.iter().map(|byte| match byte {
        b' ' => space.to_owned(),
        _ if byte.is_ascii_alphanumeric() || kept.contains(byte) => char::from(*byte).to_string(),
        _ if upper => format!("%{byte:02X}"),
        _ => format!("%{byte:02x}"),
    });
    encoded.collect::<String>().into_bytes()
}

/// Adds the bytes with the percent-encodings of all libraries, once and twice: a redirect may
/// contain an address that was encoded before.
fn spell_in_address(bytes: &[u8], spellings: &mut Vec<Vec<u8>>) {
    let first = spellings.len();
    spell_once_in_address(bytes, spellings);
    for at in first..spellings.len() {
        let once = String::from_utf8_lossy(&spellings[at]);
        let twice = once.replace('%', "%25").into_bytes();
        spellings.push(twice);
    }
}

fn spell_once_in_address(bytes: &[u8], spellings: &mut Vec<Vec<u8>>) {
    for upper in [true, false] {
        for kept in [
            &b"-_."[..],
            b"-_.~",
            b"*-_.",
            b"-_.!~*'()",
            b"-_.~!$&'()*+,;=",
        ] {
            spellings.push(percent(bytes, upper, "+", kept));
            spellings.push(percent(bytes, upper, "%20", kept));
        }
    }
    // Some libraries encode every byte.
    let every = |form: &dyn Fn(&u8) -> String| {
        let all = bytes.iter().map(form);
        all.collect::<String>().into_bytes()
    };
    spellings.push(every(&|byte| format!("%{byte:02X}")));
    spellings.push(every(&|byte| format!("%{byte:02x}")));
}

/// Adds a text as in JSON and in HTML.
fn spell_in_markup(text: &str, spellings: &mut Vec<Vec<u8>>) {
    let each = |form: &dyn Fn(u32) -> String| -> Vec<u8> {
        let characters = text.chars().map(|c| form(u32::from(c)));
        characters.collect::<String>().into_bytes()
    };
    if let Ok(json) = serde_json::to_string(text) {
        let json = &json[1..json.len() - 1];
        spellings.push(json.as_bytes().to_vec());
        let slashed = json.replace('/', "\\/");
        // PHP and Python write every other character as ASCII.
        for json in [json, &slashed] {
            spellings.extend(escaped_where(json, |c| !c.is_ascii()));
        }
        spellings.push(slashed.into_bytes());
    }
    spellings.extend(escaped(text));
    // Most escape only characters beyond ASCII, and the special ones of HTML.
    spellings.extend(escaped_where(text, |c| {
        !c.is_ascii() || "<>&'\"\\/".contains(c)
    }));
    let html = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    for apostrophe in ["'", "&#39;", "&#x27;", "&#039;", "&apos;"] {
        spellings.push(html.replace('\'', apostrophe).into_bytes());
    }
    spellings.push(each(&|code| format!("&#{code};")));
    spellings.push(each(&|code| format!("&#x{code:x};")));
    spellings.push(each(&|code| format!("&#x{code:X};")));
}

/// Returns the part of the base64 of any text that these bytes alone determine, if they begin
/// `offset` bytes after a multiple of three.
fn within_base64(bytes: &[u8], offset: usize) -> String {
    let padded: Vec<u8> = std::iter::repeat_n(0, offset)
        .chain(bytes.iter().copied())
        .collect();
    let whole = BASE64.encode(&padded);
    let first = (offset * 4).div_ceil(3);
    let last = padded.len() * 8 / 6;
    whole.get(first..last).unwrap_or_default().to_owned()
}

/// Returns the bytes whose base64 is the secret: encoded again, they would spell it.
fn decoded(secret: &str) -> Vec<Vec<u8>> {
    let decoded = (0..4).filter_map(|offset| {
        let rest = secret.as_bytes().get(offset..)?;
        let whole = &rest[..rest.len() / 4 * 4];
        BASE64.decode(whole).ok()
    });
    decoded
        .filter(|bytes| bytes.len() >= LEAST_DECODED)
        .collect()
}
