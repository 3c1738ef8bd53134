//! Checks a password against the rules of a client, except its list of bad passwords.

use crate::safe::Client;
use crate::safe::password::{PasswordRule, SHORTEST, bad_pattern};
use unicode_segmentation::UnicodeSegmentation as _;

/// The longest password that Android accepts, in UTF-16 units.
///
/// Source: clause 1.6; clients.password.length, clients.password.bad-list.
const ANDROID_LONGEST: usize = 4096;

/// Returns the rule of a client that a password breaks; `None` for Desktop, where nobody chooses a
/// password.
///
/// Source: clause 1.6; clients.password.length, clients.password.bad-list.
pub fn check_password(client: Client, password: &str) -> Option<Result<(), PasswordRule>> {
    let (fits, pattern) = match client {
        // Java counts UTF-16 units.
        Client::Android => {
            let length = password.encode_utf16().count();
            (
                (SHORTEST..=ANDROID_LONGEST).contains(&length),
                bad_pattern(password),
            )
        }
        // Swift counts graphemes, and its patterns ignore case.
        Client::Ios => {
            let length = password.graphemes(true).count();
            (length >= SHORTEST, bad_pattern(&password.to_lowercase()))
        }
        Client::Desktop => return None,
    };
    if !fits {
        return Some(Err(PasswordRule::Length));
    }
    Some(pattern.map_or(Ok(()), Err))
}
