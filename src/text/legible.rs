//! Text that people wrote into a backup, in all scripts and with all emoji, without characters that
//! could control a terminal or reverse a line.

/// Returns whether a character is shown as an escape: control characters, and characters that
/// reorder, hide or join their neighbours.
///
/// Source: Unicode 16, general categories Cc, Zl and Zp, and those of Cf that are not part of a
/// word or an emoji.
const fn steers(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0001}'
    )
}

/// Returns the text with `\u{…}` for each such character, cut after `most` characters.
pub fn legible(text: &str, most: usize) -> String {
    let mut shown = String::new();
    let mut rest = text.chars();
    for character in rest.by_ref().take(most) {
        if steers(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if rest.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Returns equivalent JSON with an escape for each such character. Line breaks between its tokens
/// stay.
pub fn legible_json(json: &str) -> String {
    // A string in JSON contains no unescaped line break.
    super::printable::escaped_json(json, |character| character == '\n' || !steers(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_and_words_stay() {
        assert_eq!(legible("\u{1b}[31mred\u{9b}", 99), "\\u{1b}[31mred\\u{9b}");
        assert_eq!(legible("\u{202e}lived", 99), "\\u{202e}lived");
        assert_eq!(legible("Zoë שלום 👩‍🚀", 99), "Zoë שלום 👩‍🚀");
        assert_eq!(legible("abc\n", 3), "abc…");
    }

    #[test]
    fn json_stays_the_same_json() {
        let text = "a\u{202e}\u{7f}\u{e0001}\u{1b}\"é";
        let json = serde_json::to_string_pretty(&[text]).expect("JSON");
        let legible = legible_json(&json);
        assert!(!legible.chars().any(|each| each != '\n' && steers(each)));
        let back: Vec<String> = serde_json::from_str(&legible).expect("JSON");
        assert_eq!(back, [text]);
    }
}
