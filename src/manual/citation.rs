//! Finds the citations of facts in text.

/// Returns the IDs that `text` cites, in the order of the text.
///
/// A citation is `clause 4.6`, `clauses 4.2 to 4.8`, `clauses 1.3, 2.1 and 6.2.suites`, or an ID of
/// the facts about clients and servers. In a range, only the two ends count.
pub fn citations(text: &str) -> Vec<&str> {
    let mut found: Vec<(usize, &str)> = clause_numbers(text);
    found.extend(named(text));
    found.sort_unstable_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, id)| id).collect()
}

/// Returns the numbers behind each `clause` or `clauses`.
fn clause_numbers(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for word in ["clause", "Clause"] {
        for (at, _) in text.match_indices(word) {
            let mut rest = text[at + word.len()..].trim_start_matches('s');
            while let Some(number) = number_behind_gap(rest) {
                let start = text.len() - rest.len() + (rest.len() - number.1.len());
                found.push((start, number.0));
                rest = &number.1[number.0.len()..];
            }
        }
    }
    found
}

/// The texts that may stand between `clause` and a number, or between two numbers.
const GAPS: [&str; 7] = [" ", ", ", " and ", " to ", ", and ", " `", "` and `"];

/// Returns the number at the start of `text` after a separator, and `text` from the number on.
fn number_behind_gap(text: &str) -> Option<(&str, &str)> {
    GAPS.iter().find_map(|gap| {
        let rest = text.strip_prefix(gap)?;
        Some((clause_number(rest)?, rest))
    })
}

/// Returns a clause number at the start of `text`: digits, a dot, digits, and perhaps a dot and a
/// word.
fn clause_number(text: &str) -> Option<&str> {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let chapter = digits(0);
    if chapter == 0 || text.as_bytes().get(chapter) != Some(&b'.') {
        return None;
    }
    let clause = digits(chapter + 1);
    if clause == 0 {
        return None;
    }
    let end = chapter + 1 + clause;
    let word = text[end..].strip_prefix('.').map_or(0, segment);
    Some(&text[..if word == 0 { end } else { end + 1 + word }])
}

/// The areas of facts that begin with a name.
const AREAS: [&str; 8] = [
    "clients.releases",
    "clients.write",
    "clients.read",
    "clients.http",
    "clients.password",
    "clients.loss",
    "clients.divergence",
    "servers",
];

/// Returns the IDs of facts about clients and servers, and their areas. A path or a call of code
/// (`clients.read()`) does not count.
#[allow(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the names of the documents are in lower case"
)]
fn named(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for area in AREAS {
        for (at, _) in text.match_indices(area) {
            let before = text[..at].chars().next_back();
            let inside = before.is_some_and(|c| c.is_alphanumeric() || "._-/:".contains(c));
            let length = text[at + area.len()..].strip_prefix('.').map_or(0, segment);
            let end = at + area.len() + if length == 0 { 0 } else { 1 + length };
            let rest = &text[end..];
            // `servers` is a word, and `servers.md` is a file.
            let alone = length == 0 && (area == "servers" || rest.starts_with(is_of_word));
            let file = text[..end].ends_with(".md");
            if !inside && !alone && !file && !rest.starts_with(['(', '_', ':', '/']) {
                found.push((at, &text[at..end]));
            }
        }
    }
    found
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '-'
}

/// Returns the length of a segment of an ID at the start of `text`: lower-case letters, digits and
/// hyphens inside.
fn segment(text: &str) -> usize {
    let length = text
        .bytes()
        .take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
        .count();
    text[..length].trim_end_matches('-').len()
}
