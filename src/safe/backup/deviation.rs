//! What breaks the format in a document: the place and the reason, never the value.

use super::part::At;
use crate::safe::json::{Path, Value};
use std::fmt;

/// The number of deviations that are listed one by one; further ones are only counted.
const LISTED: usize = 1_000;

/// One deviation of a document from the format.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Deviation {
    /// The place.
    pub path: Path,
    /// The problem.
    pub wrong: Wrong,
}

/// The possible problems of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Wrong {
    /// It is required, but absent.
    Missing,
    /// It is of another kind than expected.
    Kind {
        /// The expected kind: `a string`.
        expected: &'static str,
        /// The kind that was found.
        found: &'static str,
    },
    /// It is of the right kind, but has another form than expected: `a Threema ID`.
    Form {
        /// The expected form.
        expected: &'static str,
    },
    /// It can be read, but the format does not allow it: `is before 1970`.
    Remark(&'static str),
    /// The key occurs more than once. The first value that can be read counts here; iOS uses the
    /// first value, Android the last.
    Duplicate,
}

impl Wrong {
    pub(super) fn kind(expected: &'static str, found: &Value) -> Self {
        Self::Kind {
            expected,
            found: found.kind(),
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match self.wrong {
            Wrong::Missing => write!(formatter, "{path} is missing"),
            Wrong::Kind { expected, found } => {
                write!(formatter, "{path} is {found}, not {expected}")
            }
            Wrong::Form { expected } => write!(formatter, "{path} is not {expected}"),
            Wrong::Remark(remark) => write!(formatter, "{path} {remark}"),
            Wrong::Duplicate => write!(formatter, "{path} occurs more than once"),
        }
    }
}

/// The deviations of one document, in the order in which they were found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Deviations {
    /// The first deviations, at most a thousand.
    pub list: Vec<Deviation>,
    /// The number of further deviations.
    pub more: usize,
}

impl Deviations {
    pub(super) fn note(&mut self, at: &At<'_>, wrong: Wrong) {
        if self.list.len() < LISTED {
            let path = at.path();
            self.list.push(Deviation { path, wrong });
        } else {
            self.more += 1;
        }
    }

    /// Returns the number of all deviations.
    pub fn count(&self) -> usize {
        self.list.len() + self.more
    }

    /// Returns whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }
}
