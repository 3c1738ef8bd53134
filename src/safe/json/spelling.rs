//! How JSON writes numbers and strings.

use super::error::Reason;

/// Returns whether JSON writes a number like this.
pub(super) fn is_number(spelling: &[u8]) -> bool {
    number_length(spelling) == Some(spelling.len())
}

/// Returns whether this is valid between the quotes of a string.
pub(super) fn is_string_content(spelling: &[u8]) -> bool {
    // The whole content, up to the missing closing quote.
    string_length(spelling) == Err((spelling.len(), Reason::EndOfText))
}

/// Returns the length up to the closing quote, in bytes; or the position and reason of an error.
pub(super) fn string_length(content: &[u8]) -> Result<usize, (usize, Reason)> {
    let mut place = 0;
    loop {
        let plain = content[place..]
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
        place += plain.ok_or((content.len(), Reason::EndOfText))?;
        match content[place] {
            b'"' => return Ok(place),
            b'\\' => place += escape_length(&content[place..]).map_err(|why| (place, why))?,
            _ => return Err((place, Reason::ControlCharacter)),
        }
    }
}

/// Returns the length of an escape including its backslash, in bytes.
fn escape_length(escape: &[u8]) -> Result<usize, Reason> {
    match escape.get(1) {
        None => Err(Reason::EndOfText),
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => {
            let digits = &escape[2..];
            let found = digits
                .iter()
                .take(4)
                .take_while(|digit| digit.is_ascii_hexdigit())
                .count();
            match (found, digits.len()) {
                (4, _) => Ok(6),
                (found, there) if found == there => Err(Reason::EndOfText),
                _ => Err(Reason::Escape),
            }
        }
        Some(_) => Err(Reason::Escape),
    }
}

/// Returns the length of the number at the beginning, in bytes. `None` if it continues in an
/// invalid way: `01`, `1.`, `1e`.
pub(super) fn number_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let digits = text[from..].iter().take_while(|byte| byte.is_ascii_digit());
        digits.count()
    };
    let begin = usize::from(text.first() == Some(&b'-'));
    let mut end = begin + digits(begin);
    if end == begin || (text[begin] == b'0' && end > begin + 1) {
        return None;
    }
    if text.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        end += 1 + (fraction > 0).then_some(fraction)?;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        end += 1 + sign + (exponent > 0).then_some(exponent)?;
    }
    Some(end)
}
