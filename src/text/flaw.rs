//! Where a file is not the JSON that was expected, in the words of this program.

use serde_json::error::Category;
use std::fmt;

/// What is wrong with the JSON of a file, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Flaw {
    /// There is nothing in it.
    Empty,
    /// The end is missing.
    EndsEarly(Place),
    /// It is not JSON.
    NotJson(Place),
    /// It is JSON of another form.
    OtherForm(Place),
}

/// A place in a text; both numbers count from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    line: usize,
    column: usize,
}

impl Flaw {
    /// Returns the flaw that an error of the parser stands for.
    pub(crate) fn of(error: &serde_json::Error) -> Self {
        let place = Place {
            line: error.line(),
            column: error.column(),
        };
        match error.classify() {
            Category::Eof if place.column == 0 && place.line <= 1 => Self::Empty,
            Category::Eof => Self::EndsEarly(place),
            Category::Syntax => Self::NotJson(place),
            Category::Data | Category::Io => Self::OtherForm(place),
        }
    }
}

impl Place {
    /// Returns the place of the byte `offset` of a text.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            line: 1 + before.matches('\n').count(),
            column: 1 + line.chars().count(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The parser counts the end of a line as column 0 of the next.
        write!(
            formatter,
            "line {}, column {}",
            self.line.max(1),
            self.column.max(1)
        )
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("it is empty"),
            Self::EndsEarly(place) => write!(formatter, "it ends too early, at {place}"),
            Self::NotJson(place) => write!(formatter, "it is not valid JSON at {place}"),
            Self::OtherForm(place) => {
                write!(
                    formatter,
                    "a value is missing or of another form at {place}"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Expected {
        number: u8,
    }

    #[test]
    fn each_flaw_is_named_with_its_place() {
        for (json, words) in [
            ("", "it is empty"),
            (
                "{\n  \"number\": ",
                "it ends too early, at line 2, column 12",
            ),
            ("not JSON", "it is not valid JSON at line 1, column 2"),
            (
                "{\"number\": 1,}",
                "it is not valid JSON at line 1, column 14",
            ),
            (
                "{\"number\": \"one\"}",
                "a value is missing or of another form at line 1, column 16",
            ),
            (
                "{}",
                "a value is missing or of another form at line 1, column 2",
            ),
        ] {
            let read = serde_json::from_str::<Expected>(json);
            let error = read.map(|it| it.number).expect_err(json);
            assert_eq!(Flaw::of(&error).to_string(), words, "{json}");
        }
    }

    #[test]
    fn a_place_is_counted_in_characters_from_1() {
        for (offset, place) in [
            (0, "line 1, column 1"),
            (3, "line 1, column 3"),
            (4, "line 2, column 1"),
            (99, "line 2, column 2"),
        ] {
            assert_eq!(Place::of("äb\nc", offset).to_string(), place, "{offset}");
        }
    }
}
