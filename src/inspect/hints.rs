//! Hints for a backup that does not open or is not found.

use crate::safe::BackupPassword;

/// The smallest number of characters that both mobile clients accept for a new password.
///
/// Source: clause 1.6.
const FEWEST_CHARACTERS: usize = 8;

/// Returns the possible problems of this password and ID. The hints reveal nothing else about them.
///
/// Source: clauses 1.3 and 1.6; clients.password.bytes.
pub fn hints(password: &BackupPassword, was_lower_case: bool) -> Vec<String> {
    let text = String::from_utf8_lossy(password.as_bytes());
    let applicable = [
        (
            true,
            "The password of Threema Safe is needed here, not the password of the server, of a data backup or of the app's lock.",
        ),
        (
            text.trim() != text,
            "The password begins or ends with white space, which counts: a file or the clipboard may have added it.",
        ),
        (
            !text.is_ascii(),
            "The password contains letters outside ASCII. The same letter can be spelled as one character or as two (NFC and NFD), \
             which makes two passwords; keyboards and files differ in this. Try the other spelling.",
        ),
        (
            text.contains('\0'),
            "The password contains a NUL: iOS uses only the text before it.",
        ),
        (
            text.chars().count() < FEWEST_CHARACTERS,
            "The password has fewer than 8 characters: the apps accept that only if an administrator's rule allows it.",
        ),
        (
            was_lower_case,
            "The ID was taken in upper case. An app that an administrator's configuration (MDM) makes restore takes the ID as it \
             stands there: in lower case it looks for another backup, and finds none.",
        ),
    ];
    let applicable = applicable.into_iter().filter(|(applies, _)| *applies);
    applicable.map(|(_, hint)| hint.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_applies_is_said() {
        let count =
            |password: &str, lower| hints(&BackupPassword::new(password.to_owned()), lower).len();
        assert_eq!(count("shootdeathstar", false), 1);
        assert_eq!(count("shootdeathstar ", false), 2);
        assert_eq!(count("schießtodesstern", false), 2);
        assert_eq!(count("shoot\0deathstar", false), 2);
        assert_eq!(count("short", false), 2);
        assert_eq!(count("shootdeathstar", true), 2);
    }
}
