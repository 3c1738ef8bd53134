//! Whether a password matches the pattern of a device administrator.
//!
//! Android uses Java's regular expressions, iOS those of ICU. The harness judges only what both and
//! our library understand alike.

use crate::safe::Client;
use fancy_regex::Regex;

/// Why a pattern cannot be judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unjudged {
    /// The clients may interpret it differently.
    #[error("Java, ICU and this program need not agree on this pattern or these characters")]
    Dialect,
    /// It is not a valid pattern, or evaluating it takes too long.
    #[error("this program cannot evaluate the pattern")]
    Evaluation,
}

/// Returns whether a password matches the pattern, which replaces all other rules: on Android the
/// pattern must match the whole password, on iOS exactly one part of it. `None` for Desktop, where
/// nobody chooses a password.
///
/// # Errors
/// If the harness cannot judge the pattern.
///
/// Source: clause 1.6; clients.password.pattern.
pub fn passes(client: Client, pattern: &str, password: &str) -> Option<Result<bool, Unjudged>> {
    let is_judged = is_alike(pattern) && password.bytes().all(is_printable);
    match client {
        _ if !is_judged => (client != Client::Desktop).then_some(Err(Unjudged::Dialect)),
        Client::Android => Some(matches_whole(pattern, password)),
        Client::Ios => Some(matches_once(pattern, password)),
        Client::Desktop => None,
    }
}

fn matches_whole(pattern: &str, password: &str) -> Result<bool, Unjudged> {
    let whole = Regex::new(&format!(r"\A(?:{pattern})\z")).map_err(|_| Unjudged::Evaluation)?;
    whole.is_match(password).map_err(|_| Unjudged::Evaluation)
}

fn matches_once(pattern: &str, password: &str) -> Result<bool, Unjudged> {
    let anywhere = Regex::new(pattern).map_err(|_| Unjudged::Evaluation)?;
    let found = anywhere.find_iter(password).take(2);
    let found: Vec<_> = found
        .collect::<Result<_, _>>()
        .map_err(|_| Unjudged::Evaluation)?;
    // Implementations count empty matches differently.
    if found.iter().any(|each| each.range().is_empty()) {
        return Err(Unjudged::Dialect);
    }
    Ok(found.len() == 1)
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Returns whether Java, ICU and our library understand every part of a pattern alike.
fn is_alike(pattern: &str) -> bool {
    let mut rest = pattern.as_bytes();
    let mut in_class = false;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        match (byte, rest.first()) {
            (b'\\', Some(escaped)) => {
                if escaped.is_ascii_alphanumeric() && !b"dDwWsS".contains(escaped) {
                    return false;
                }
                rest = &rest[1..];
            }
            // A class within a class, or the intersection of two classes.
            (b'[', _) if in_class => return false,
            (b'&', Some(b'&')) | (b'-', Some(b'-')) | (b'~', Some(b'~')) if in_class => {
                return false;
            }
            (b'[', _) => in_class = true,
            (b']', _) => in_class = false,
            (b'(', Some(b'?')) if !in_class => {
                if !matches!(rest.get(1), Some(b':' | b'=' | b'!')) {
                    return false;
                }
                rest = &rest[2..];
            }
            (byte, _) if !is_printable(*byte) => return false,
            _ => {}
        }
    }
    !in_class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn android_wants_the_whole_and_ios_one_part() {
        let both = |pattern, password| {
            [Client::Android, Client::Ios].map(|client| passes(client, pattern, password))
        };
        let yes = Some(Ok(true));
        let no = Some(Ok(false));
        assert_eq!(both("[a-z]{4}", "abcd1234"), [no, yes]);
        assert_eq!(both("[a-z]{4}", "abcdefgh"), [no, no]);
        assert_eq!(both("a|ab", "ab"), [yes, yes], "the whole is tried again");
        assert_eq!(both(r"\w+\.\d", "abc.1"), [yes, yes]);
        assert_eq!(passes(Client::Desktop, "a", "a"), None);
    }

    #[test]
    fn what_need_not_be_alike_is_not_judged() {
        for pattern in [
            "(?i)a",
            "(?<n>a)",
            r"\p{L}",
            r"\ba",
            "[a-z&&[b]]",
            "[a",
            "[[:alpha:]]",
            "ü",
            r"\1",
        ] {
            let judged = passes(Client::Android, pattern, "abc");
            assert_eq!(judged, Some(Err(Unjudged::Dialect)), "{pattern}");
        }
        assert_eq!(
            passes(Client::Ios, "a*", "bbb"),
            Some(Err(Unjudged::Dialect))
        );
        assert_eq!(
            passes(Client::Android, "a+", "ä"),
            Some(Err(Unjudged::Dialect))
        );
        assert_eq!(
            passes(Client::Ios, "(a", "a"),
            Some(Err(Unjudged::Evaluation))
        );
        let slow = passes(Client::Android, "(?:(?=a)a*)*b", &"a".repeat(4000));
        assert!(
            matches!(slow, Some(Ok(false) | Err(Unjudged::Evaluation))),
            "{slow:?}"
        );
    }
}
