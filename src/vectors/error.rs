//! An error in a file of vectors, with its position.

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

/// An error in a file of vectors.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{file}, line {line}: {reason}")]
#[non_exhaustive]
pub struct LoadError {
    /// The name of the file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The reason.
    pub reason: String,
}

/// A file's name and text, to find the position of an error.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
    pub(super) recipes: Recipes,
}

/// What happens to the bodies that a file describes by a recipe, a length and a SHA-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Recipes {
    /// Each is made and compared.
    AreMade,
    /// They are made when they are needed: a test has compared them in this very file.
    WereCompared,
}

impl<'a> Source<'a> {
    pub(super) fn error(self, line: usize, reason: impl Into<String>) -> LoadError {
        LoadError {
            file: self.name.to_owned(),
            line,
            reason: reason.into(),
        }
    }

    /// Parses the whole text.
    pub(super) fn read<T: Deserialize<'a>>(self) -> Result<T, LoadError> {
        serde_json::from_str(self.text).map_err(|error| self.located(&error, 1))
    }

    /// Parses a part of the text.
    pub(super) fn part<T: Deserialize<'a>>(self, part: &'a RawValue) -> Result<T, LoadError> {
        serde_json::from_str(part.get()).map_err(|error| self.located(&error, self.line_of(part)))
    }

    /// Returns the line on which a part of the text begins, from 1. It counts from the beginning of
    /// the text, so only an error asks for it.
    pub(super) fn line_of(self, part: &RawValue) -> usize {
        let offset = part.get().as_ptr().addr() - self.text.as_ptr().addr();
        1 + memchr::memchr_iter(b'\n', &self.text.as_bytes()[..offset]).count()
    }

    fn located(self, error: &serde_json::Error, first_line: usize) -> LoadError {
        let whole = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let reason = whole.strip_suffix(&place).unwrap_or(&whole);
        self.error(first_line + error.line().saturating_sub(1), reason)
    }
}
