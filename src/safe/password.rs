//! The bad passwords on which the clients agree: the two patterns of clause 1.6.
//!
//! The length of a password, and what counts as one character, differ between clients.

/// The longest bad password of only digits, in characters.
///
/// Source: clause 1.6.
pub const DIGITS_AT_MOST: usize = 15;

/// The shortest password, in characters as the client counts them.
///
/// Source: clause 1.6.
pub const SHORTEST: usize = 8;

/// A rule that a password breaks.
///
/// Source: clause 1.6.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum PasswordRule {
    /// Too short or too long.
    Length,
    /// The same character repeated.
    OneCharacter,
    /// Only digits, and few of them.
    Digits,
}

/// Returns the pattern that a password matches. An empty password matches none.
///
/// Source: clause 1.6.
pub fn bad_pattern(password: &str) -> Option<PasswordRule> {
    let mut characters = password.chars();
    let first = characters.next()?;
    if characters.all(|character| character == first) {
        return Some(PasswordRule::OneCharacter);
    }
    let digits = password.bytes().all(|byte| byte.is_ascii_digit());
    (digits && password.len() <= DIGITS_AT_MOST).then_some(PasswordRule::Digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_and_few_digits_are_bad() {
        let cases = [
            ("kkkkkkkk", Some(PasswordRule::OneCharacter)),
            ("7777777777777777", Some(PasswordRule::OneCharacter)),
            ("123456789012345", Some(PasswordRule::Digits)),
            ("1234567890123456", None),
            ("1234567a", None),
            ("٨٣٤٩٧٥٨٥", None),
            ("kkkkkkkK", None),
            ("", None),
        ];
        for (password, rule) in cases {
            assert_eq!(bad_pattern(password), rule, "{password}");
        }
    }
}
