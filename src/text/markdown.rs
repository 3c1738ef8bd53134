//! Markdown: foreign text stays plain text, both in sentences and in code spans.

use super::printable::line;

/// Returns the text as one line of Markdown without any formatting. Text between backticks stays a
/// code span.
pub fn markdown(text: &str) -> String {
    let clean = line(text);
    let parts: Vec<&str> = clean.split('`').collect();
    // An odd number of backticks quotes nothing.
    if parts.len().is_multiple_of(2) {
        return escaped(&clean.replace('`', "'"));
    }
    let spans = parts.iter().enumerate().map(|(position, part)| {
        if position % 2 == 0 {
            escaped(part)
        } else {
            code(part)
        }
    });
    spans.collect()
}

/// Returns the text as a code span, which may also be in a table cell.
pub fn code(text: &str) -> String {
    let clean = line(text).replace('|', "¦");
    if clean.trim().is_empty() {
        return String::new();
    }
    let longest = clean
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    if clean.starts_with('`') || clean.ends_with('`') {
        format!("{fence} {clean} {fence}")
    } else {
        format!("{fence}{clean}{fence}")
    }
}

/// Returns the text without special meaning in Markdown, HTML, or the references of GitHub and
/// GitLab.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '`' | '$' => {
                out.push('\\');
                out.push(character);
            }
            // A mention or a reference: an empty HTML comment separates the sign from the name.
            '@' | '#' | '!' if characters.peek().is_some_and(|next| next.is_alphanumeric()) => {
                out.push(character);
                out.push_str("<!-- -->");
            }
            '#' => out.push_str("\\#"),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_stays_text() {
        assert_eq!(
            markdown("raise `client_max_body_size` of a_b"),
            "raise `client_max_body_size` of a\\_b"
        );
        assert_eq!(markdown("one ` alone"), "one ' alone");
        assert_eq!(
            markdown("<img src=x> [a](b) **c**"),
            "&lt;img src=x&gt; \\[a\\](b) \\*\\*c\\*\\*"
        );
        assert_eq!(
            markdown("ask @admin about #12"),
            "ask @<!-- -->admin about #<!-- -->12"
        );
        assert_eq!(markdown("`a|b`"), "`a¦b`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(markdown("a\n# b\u{202e}"), "a \\# b\\\\u{202e}");
    }
}
