//! The text of an answer's body for people: the title of a page, the message of a `WebDAV` server,
//! or a plain sentence.

use crate::wire::Body;

/// The text of a body for people.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Words {
    /// An HTML page, with its title if it has one.
    Page(Option<String>),
    /// The message of a `WebDAV` server, or the beginning of a plain text.
    Text(String),
}

/// How much of a body is searched for text, in bytes.
const LOOKED_AT: usize = 16 * 1024;
/// How many characters of a server's sentence are shown.
const SHOWN: usize = 200;

impl Words {
    /// Returns the text of a body; `None` if it contains none for people.
    pub fn of(body: &Body) -> Option<Self> {
        let text = String::from_utf8_lossy(&body.bytes[..body.bytes.len().min(LOOKED_AT)]);
        if is_page(&text) {
            return Some(Self::Page(between(&text, "<title", "</title>")));
        }
        // Source: servers of the sabre family, Nextcloud among them, explain themselves in XML.
        if let Some(message) = between(&text, "<s:message", "</s:message>") {
            return Some(Self::Text(message));
        }
        let is_markup = text.trim_start().starts_with('<');
        let is_binary = text
            .chars()
            .take(SHOWN)
            .any(|c| c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace()));
        if is_markup || is_binary {
            return None;
        }
        shown(&text).map(Self::Text)
    }
}

fn is_page(text: &str) -> bool {
    let start = text.trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.contains("<html")
}

/// Returns the text of an element, made printable.
fn between(text: &str, open: &str, close: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let start = lower.find(open)? + open.len();
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find(close)?;
    shown(text.get(start..end)?)
}

/// Returns the first printable characters of a server's sentence on one line, without IDs, which a
/// path may contain.
pub fn shown(text: &str) -> Option<String> {
    let printable: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<_> = printable.split_whitespace().map(without_id).collect();
    let line: String = words.join(" ").chars().take(SHOWN).collect();
    (!line.is_empty()).then_some(line)
}

/// Returns the word with `…` for every run of hex digits or dashes that is long enough to be an ID.
fn without_id(word: &str) -> String {
    const LONG: usize = 32;
    let mut kept = String::new();
    let mut run = String::new();
    let put = |kept: &mut String, run: &mut String| {
        *kept += if run.len() >= LONG {
            "…"
        } else {
            run.as_str()
        };
        run.clear();
    };
    for character in word.chars() {
        if character.is_ascii_hexdigit() || character == '-' {
            run.push(character);
        } else {
            put(&mut kept, &mut run);
            kept.push(character);
        }
    }
    put(&mut kept, &mut run);
    kept
}
