//! The only way for text to reach a terminal, a report or a log: made printable, wrapped, counted.
//! No facts.
//!
//! A server, an adapter, a transcript or a waiver may contain any text. It is stored unchanged, and
//! made printable here when it is written.

mod block;
mod commands;
#[cfg(feature = "server")]
mod flaw;
mod html;
mod legible;
#[cfg(feature = "cli")]
mod manual;
mod markdown;
mod printable;

pub use block::Block;
pub use commands::{command_message, command_property};
#[cfg(feature = "server")]
pub(crate) use flaw::{Flaw, Place};
pub use html::html;
pub use legible::{legible, legible_json};
#[cfg(feature = "cli")]
pub(crate) use manual::manual;
pub use markdown::{code, markdown};
#[cfg(feature = "server")]
pub(crate) use printable::is_unseen;
pub use printable::{json, line, printable};

use std::time::Duration;
use unicode_width::UnicodeWidthStr as _;

/// The narrowest and the widest that text is wrapped to, in columns.
const NARROWEST: usize = 40;
const WIDEST: usize = 120;
/// The width if none is known, in columns.
const USUAL: usize = 100;
/// The fewest columns for text beside a label, or after an indentation.
const LEAST_ROOM: usize = 20;

/// Returns the width for wrapping: of the terminal if there is one, else the value of `COLUMNS`,
/// within limits that are easy to read.
pub fn width_of(terminal: Option<usize>, columns: Option<&str>) -> usize {
    let stated = || columns.and_then(|columns| columns.trim().parse().ok());
    terminal
        .filter(|columns| *columns > 0)
        .or_else(stated)
        .unwrap_or(USUAL)
        .clamp(NARROWEST, WIDEST)
}

/// Returns a text without the terminal colours that this program wrote into it.
///
/// Only this program can have written them: foreign text is made printable before it is written.
pub(crate) fn unstyled(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
    plain
}

/// Returns the number of columns of a printable text on a terminal.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// Returns `text` in lines of at most `width` columns, each after `indent` spaces, broken between
/// words.
///
/// The text is made printable. A word that is longer than a line is not broken, so that an address
/// can be copied.
pub fn wrapped(text: &str, indent: usize, width: usize) -> String {
    wrapped_after(0, text, indent, width)
}

/// Returns the same, if `taken` more columns of the first line are in use.
fn wrapped_after(taken: usize, text: &str, indent: usize, width: usize) -> String {
    let clean = line(text);
    let room = width.saturating_sub(indent).max(LEAST_ROOM);
    let mut lines: Vec<String> = Vec::new();
    let mut current = String::new();
    for word in clean.split_whitespace() {
        let taken = if lines.is_empty() { taken } else { 0 };
        if !current.is_empty() && taken + columns(&current) + 1 + columns(word) > room {
            lines.push(std::mem::take(&mut current));
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    lines.push(current);
    let spaces = " ".repeat(indent);
    lines
        .iter()
        .fold(String::new(), |text, line| text + &spaces + line + "\n")
}

/// Returns each line of a text in lines of at most `width` columns, with the indentation that it
/// had.
#[cfg(feature = "cli")]
pub(crate) fn each_wrapped(text: &str, width: usize) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    text.lines()
        .map(|line| wrapped(line, indent(line), width))
        .collect()
}

/// Returns `text` after a label: the first line beside `label`, the others aligned with it.
///
/// `column` is where the text begins. `label` may contain terminal colours, and may be longer: the
/// first line then begins after it. On a terminal too narrow for both, the text stands below.
pub fn labelled(label: &str, text: &str, column: usize, width: usize) -> String {
    if column + LEAST_ROOM > width {
        return format!("{}\n{}", label.trim_end(), wrapped(text, 4, width));
    }
    let taken = columns(&unstyled(label)).saturating_sub(column);
    let text = wrapped_after(taken, text, column, width);
    format!("{label}{}", text.trim_start())
}

/// Returns a count with its noun: `1 request`, `2 requests`.
pub fn counted(count: impl Into<i128>, noun: &str) -> String {
    let count = count.into();
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// Returns a number of bytes: `9.3 MiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    for (unit, size) in UNITS {
        if bytes >= size {
            return format!("{}.{} {unit}", bytes / size, bytes % size * 10 / size);
        }
    }
    counted(bytes, "byte")
}

/// Returns a duration: `340 ms`, `12.5 s`, `3 min 20 s`, `2 h 5 min`.
pub fn duration(time: Duration) -> String {
    let (seconds, milliseconds) = (time.as_secs(), time.as_millis());
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..=59 => format!("{seconds}.{} s", time.subsec_millis() / 100),
        60..=3599 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Returns at most `most` names, and the number of further ones.
pub fn listed(names: &[&str], most: usize) -> String {
    if names.len() <= most {
        return names.join(", ");
    }
    let shown = most.saturating_sub(1).max(1);
    format!(
        "{} and {} more",
        names[..shown].join(", "),
        names.len() - shown
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_words_stay_whole() {
        let text =
            "one two three four five six seven eight nine https://cloud.example/a/long/address ten";
        for width in [1, 40, 57, 100] {
            for line in wrapped(text, 4, width).lines() {
                assert!(line.starts_with("    "));
                let one_word = !line.trim().contains(' ');
                assert!(
                    columns(line) <= width.max(24) || one_word,
                    "{width}: {line}"
                );
            }
        }
        assert_eq!(wrapped("", 2, 40), "  \n");
        // Each takes two columns.
        assert_eq!(
            wrapped("漢字漢字漢字 漢字漢字漢字", 0, 20).lines().count(),
            2
        );
    }

    #[test]
    fn a_label_leaves_the_first_line_what_is_left_or_stands_above() {
        let text = "one two three four five six seven eight";
        assert_eq!(
            labelled("\u{1b}[1ma.label\u{1b}[0m ", text, 4, 30),
            "\u{1b}[1ma.label\u{1b}[0m one two three four\n    five six seven eight\n"
        );
        assert_eq!(
            labelled(
                "  a.label   ",
                "one two three four five six seven eight nine",
                32,
                40
            ),
            "  a.label\n    one two three four five six seven\n    eight nine\n"
        );
    }

    #[test]
    fn the_terminal_counts_before_the_variable() {
        assert_eq!(width_of(Some(80), Some("100")), 80);
        assert_eq!(width_of(None, Some("72")), 72);
        assert_eq!(width_of(None, Some("wide")), 100);
        assert_eq!(width_of(Some(0), None), 100);
        assert_eq!(width_of(Some(20), None), 40);
        assert_eq!(width_of(Some(400), None), 120);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(counted(1, "request"), "1 request");
        assert_eq!(counted(0, "request"), "0 requests");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(9_805_234), "9.3 MiB");
        assert_eq!(duration(Duration::from_millis(340)), "340 ms");
        assert_eq!(duration(Duration::from_millis(12_540)), "12.5 s");
        assert_eq!(duration(Duration::from_secs(200)), "3 min 20 s");
        assert_eq!(duration(Duration::from_secs(7500)), "2 h 5 min");
        assert_eq!(listed(&["a", "b", "c"], 3), "a, b, c");
        assert_eq!(listed(&["a", "b", "c", "d"], 3), "a, b and 2 more");
    }
}
