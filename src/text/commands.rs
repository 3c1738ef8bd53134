//! Workflow commands of GitHub Actions: foreign text can neither end a line nor begin a command.
//!
//! Source: GitHub, "Workflow commands for GitHub Actions".

use super::printable::line;

/// Returns the text as the message of a command; line breaks are kept.
pub fn command_message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Returns the text as the value of a command's property, on one line.
pub fn command_property(text: &str) -> String {
    command_message(&line(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_line_or_a_property() {
        assert_eq!(
            command_message("100 %\r\n::error::x"),
            "100 %25%0D%0A::error::x"
        );
        assert_eq!(command_property("a: b,\nc"), "a%3A b%2C c");
    }
}
