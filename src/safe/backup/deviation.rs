//! What in a document breaks the format: the place and the reason, never the value.

use super::part::At;
use crate::safe::json::{Path, Value};
use std::fmt;

/// The deviations that are kept one by one; of more, only the number is kept.
const LISTED: usize = 1_000;

/// One deviation of a document from the format.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Deviation {
    /// Where.
    pub path: Path,
    /// What.
    pub wrong: Wrong,
}

/// What can be wrong with a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Wrong {
    /// It should be there, and is not.
    Missing,
    /// It is of another kind.
    Kind {
        /// The kind that belongs there: `a string`.
        expected: &'static str,
        /// The kind that is there.
        found: &'static str,
    },
    /// It is of the right kind, and not what belongs there: `a Threema ID`.
    Form {
        /// What belongs there.
        expected: &'static str,
    },
    /// It can be read, and is not what the format allows: `is before 1970`.
    Remark(&'static str),
    /// The key is there a second time. The first counts here, as on iOS; Android takes the last.
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
            Wrong::Duplicate => write!(formatter, "{path} is there more than once"),
        }
    }
}

/// The deviations of one document, in the order in which they were met.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Deviations {
    /// The first of them, a thousand at most.
    pub list: Vec<Deviation>,
    /// How many there are beyond those.
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

    /// Returns how many there are.
    pub fn count(&self) -> usize {
        self.list.len() + self.more
    }

    /// Returns whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }
}
