//! Makes text safe for a terminal or a log: no character that moves the cursor, changes the
//! direction or is invisible, and no line that a build service runs as a command.

use std::fmt::Write as _;

/// Returns whether a character is visible as itself. The caller decides about line breaks.
const fn shows(character: char) -> bool {
    !matches!(character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' // controls
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' // zero-width, direction marks
        | '\u{2028}'..='\u{202e}' // line ends, bidirectional embeddings and overrides
        | '\u{2060}'..='\u{206f}' // word joiner, invisible operators, bidirectional isolates
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}' | '\u{ffff}'
        | '\u{e000}'..='\u{f8ff}' // private use
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{10ffff}') // tags, variation selectors, private use
}

/// Returns whether somebody may not notice the character: a space, or one that is not visible.
#[cfg(feature = "server")]
pub(crate) fn is_unseen(character: char) -> bool {
    character.is_whitespace() || !shows(character)
}

/// Returns the text for a terminal or a log: invisible characters are escaped as `\u{202e}`, line
/// breaks stay.
pub fn printable(text: &str) -> String {
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns the text in one line: a line break or a tab becomes a space.
pub fn line(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => clean.push(' '),
            _ if shows(character) => clean.push(character),
            // Writing to memory cannot fail.
            _ => _ = write!(clean, "\\u{{{:x}}}", u32::from(character)),
        }
    }
    inert(clean)
}

/// Returns the line without commands of GitHub Actions or Azure Pipelines: `::error::` at the
/// beginning of a word, `##[error]` and `##vso[` anywhere.
fn inert(line: String) -> String {
    let suspicious = line.contains("::") || line.contains("##");
    if !suspicious {
        return line;
    }
    let no_brackets = line
        .replace("##[", "##\\u{5b}")
        .replace("##vso[", "##vso\\u{5b}");
    let mut quiet = String::with_capacity(no_brackets.len());
    for (position, word) in no_brackets.split(' ').enumerate() {
        if position > 0 {
            quiet.push(' ');
        }
        // An IPv6 address may also begin like this: `::1`.
        match word.strip_prefix("::") {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                quiet.push_str("\\u{3a}:");
                quiet.push_str(rest);
            }
            _ => quiet.push_str(word),
        }
    }
    quiet
}

/// Returns JSON in which every character is visible: others become `\u202e` in its strings.
pub fn json(text: &str) -> String {
    escaped_json(text, |character| character == '\n' || shows(character))
}

/// Returns JSON with an escape for each character of its strings that `may_stand` refuses.
pub(super) fn escaped_json(json: &str, may_stand: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if may_stand(character) {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to memory cannot fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_does_not_show_is_escaped() {
        assert_eq!(
            line("a\u{1b}[31mb\u{202e}c\u{200b}\td\ne"),
            "a\\u{1b}[31mb\\u{202e}c\\u{200b} d e"
        );
        assert_eq!(printable("a\nb\u{7}"), "a\nb\\u{7}");
        for shown in [
            "Käse, 漢字, עברית, 🦀",
            "C:\\Users\\x",
            "[::1]:443",
            "std::io",
            "::1",
        ] {
            assert_eq!(line(shown), shown);
        }
    }

    #[test]
    fn commands_of_build_services_are_inert() {
        for command in [
            "::error::no",
            "::set-output name=x::y",
            "##[error]no",
            "##vso[task.complete]",
            "see ::add-mask::x",
        ] {
            let quiet = line(command);
            assert_ne!(quiet, command);
            assert!(!quiet.contains("##[") && !quiet.contains("##vso["));
            assert!(!quiet.split(' ').any(|word| word.starts_with("::")));
        }
    }

    proptest! {
        #[test]
        fn every_line_shows_itself(text in any::<String>()) {
            prop_assert!(line(&text).chars().all(shows));
            prop_assert_eq!(line(&line(&text)), line(&text));
        }

        #[test]
        fn json_stays_the_same_value(text in any::<String>()) {
            let plain = serde_json::to_string_pretty(&serde_json::json!({ &text: [&text] })).expect("JSON");
            let shown = json(&plain);
            prop_assert!(shown.chars().all(|c| shows(c) || c == '\n'));
            let value: serde_json::Value = serde_json::from_str(&shown).expect("still JSON");
            prop_assert_eq!(&value[&text][0], &serde_json::Value::from(text.clone()));
        }
    }
}
