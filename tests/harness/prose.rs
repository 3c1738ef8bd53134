//! Prose: no message, help, doc comment, manual page or comment of a vector uses the phrases that
//! the project has retired.

use crate::texts::texts;
use std::path::Path;

/// Phrases that readers stumble over, and what to write.
const RETIRED: [(&str, &str); 26] = [
    ("told", "said, listed, reported, known"),
    ("tells of", "see `ID`"),
    ("tell of", "see `ID`"),
    ("whoever", "a person who, a client that"),
    ("to be had", "available"),
    ("goes by", "follows"),
    ("on the dot", "right after"),
    ("comes to", "the verb for what it does"),
    ("come to", "the verb for what it does"),
    ("of its own", "its own"),
    ("of their own", "their own"),
    ("of our own", "our own"),
    ("of your own", "your own"),
    ("of one's own", "the user's own"),
    ("as far as is known", "as far as we know"),
    ("is that of", "belongs to"),
    ("are those of", "belong to"),
    ("once this is mended", "fix this, then"),
    ("do this", "fix"),
    ("is hurt", "is affected"),
    ("are hurt", "are affected"),
    ("hurts", "affects"),
    ("wants", "requires, expects"),
    ("anew", "again"),
    ("no randomness", "failed to read random bytes"),
    ("nobody lives", "if nothing …"),
];

/// Words that only look retired: a quotation from a rule's name or the like, by file.
const EXCUSED: [(&str, &str); 0] = [];

/// The prose of a file in one line: for code, its comments and the texts in double quotes; for
/// other files, everything. Text between braces is a name and is left out.
fn prose(path: &Path, text: &str) -> String {
    let is_code = path.extension().is_some_and(|ending| ending == "rs");
    let all = if is_code {
        of_code(text)
    } else {
        text.to_owned()
    };
    let words = all.split_whitespace();
    let words = words.filter(|word| !["//", "///", "//!", "#"].contains(word));
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The comments of Rust and the texts in double quotes.
fn of_code(text: &str) -> String {
    let mut found = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['/', '"', '\'']) {
        let behind = &rest[at..];
        let (taken, length) = if behind.starts_with("//") {
            let end = behind.find('\n').unwrap_or(behind.len());
            (&behind[..end], end)
        } else if behind.starts_with("'\"'") {
            ("", 3)
        } else if let Some(quoted) = behind.strip_prefix('"') {
            let hashes = rest[..at].len() - rest[..at].trim_end_matches('#').len();
            let is_raw = rest[..at].trim_end_matches('#').ends_with('r');
            let end = end_of_text(quoted, is_raw.then_some(hashes));
            (&quoted[..end], end + 2)
        } else {
            ("", 1)
        };
        found += &without_names(taken);
        found.push(' ');
        rest = behind.get(length..).unwrap_or_default();
    }
    found
}

/// The end of a text in double quotes; a raw text ends with as many hashes as it began with.
fn end_of_text(quoted: &str, hashes: Option<usize>) -> usize {
    if let Some(hashes) = hashes {
        let end = format!("\"{}", "#".repeat(hashes));
        return quoted.find(&end).unwrap_or(quoted.len());
    }
    let mut is_escaped = false;
    quoted
        .find(|c| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        })
        .unwrap_or(quoted.len())
}

/// The text without everything in braces, in backticks, or after an escape.
fn without_names(text: &str) -> String {
    let mut found = String::new();
    let mut is_name = false;
    for c in text.replace("\\n", " ").replace("\\\n", " ").chars() {
        match c {
            '{' => is_name = true,
            '}' => is_name = false,
            '\n' => {
                is_name = false;
                found.push(' ');
            }
            _ if is_name => {}
            _ => found.push(c),
        }
    }
    found
}

/// Finds the phrase as whole words, and returns the text around it.
fn place_of<'a>(prose: &'a str, phrase: &str) -> Option<&'a str> {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '(');
    prose.match_indices(phrase).find_map(|(at, _)| {
        let behind = at + phrase.len();
        let is_whole =
            is_edge(prose[..at].chars().next_back()) && is_edge(prose[behind..].chars().next());
        let from = prose[..at]
            .char_indices()
            .rev()
            .nth(40)
            .map_or(0, |(from, _)| from);
        let until = prose[behind..].char_indices().nth(20);
        let until = until.map_or(prose.len(), |(until, _)| behind + until);
        is_whole.then(|| &prose[from..until])
    })
}

#[test]
fn no_retired_phrase_is_written() {
    let mut wrong = Vec::new();
    let others = |path: &Path| !path.ends_with("harness/prose.rs");
    for (path, text) in texts().into_iter().filter(|(path, _)| others(path)) {
        let prose = prose(&path, &text);
        let short = path.display().to_string();
        for (phrase, instead) in RETIRED {
            let is_excused = EXCUSED.contains(&(short.as_str(), phrase));
            if let Some(place) = place_of(&prose, phrase).filter(|_| !is_excused) {
                wrong.push(format!(
                    "{short}: `{phrase}` in …{place}…; write: {instead}"
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} retired phrases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_search_finds_prose_and_no_names() {
    let code =
        "/// Is told\n/// of its\n/// own.\nlet told = x.hurts;\nformat!(\"{told} a \\\" wants\")";
    let prose = prose(Path::new("x.rs"), code);
    assert!(
        place_of(&prose, "told").is_some_and(|place| place.starts_with("is")),
        "{prose}"
    );
    assert!(place_of(&prose, "of its own").is_some(), "{prose}");
    assert!(place_of(&prose, "wants").is_some(), "{prose}");
    assert!(place_of(&prose, "hurts").is_none(), "{prose}");
    assert_eq!(prose.matches("told").count(), 1, "{prose}");
}
