//! Workflow commands of GitHub Actions: what a server says ends no line and begins no command.
//!
//! Source: GitHub, "Workflow commands for GitHub Actions".

use super::printable::line;

/// The text as the message of a command, whose lines stay lines.
pub fn command_message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The text as the value of a property of a command, on one line.
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
