//! The behaviour of `org.json` as Android ships it, in our own words.
//!
//! It takes much more than JSON: comments, single quotes or none, `=` and `;`, hexadecimal and
//! octal numbers, a byte order mark, and anything at all behind the value. The harness needs to
//! know exactly how much, because a config that only Android can read looks healthy to people who
//! tests with an Android phone.
//!
//! Source: clause 4.2; compared by execution with the Debian package `libandroid-json-java` 10.0.0.

mod coercion;
mod java_string;
mod number;
mod tokener;
mod writer;

pub use java_string::JavaString;
pub use tokener::{DEPTH_AT_MOST, VALUES_AT_MOST};

use std::collections::HashMap;

/// A value, as the parser types it.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `null`, in any case.
    Null,
    /// `true` or `false`, in any case.
    Boolean(bool),
    /// A whole number that fits 32 bits.
    Integer(i32),
    /// A whole number that fits 64 bits and not 32.
    Long(i64),
    /// Any other number. In an array it may be `NaN` or infinite.
    Double(f64),
    /// A string, quoted or not.
    Text(JavaString),
    /// An array; `None` where nothing stood between two commas.
    Array(Vec<Option<Value>>),
    /// An object.
    Object(Object),
}

/// An object: its keys in the order in which each came first, the last value of each.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Object {
    entries: Vec<(JavaString, Value)>,
    places: HashMap<JavaString, usize>,
}

/// Why a text has no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason} at character {place}")]
pub struct SyntaxError {
    /// What was wrong.
    pub reason: Reason,
    /// Where the parser stood, in UTF-16 units from the beginning, a byte order mark not counted.
    pub place: usize,
}

/// What can be wrong with a text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing is left where a value should begin.
    #[error("the text ends where a value should begin,")]
    EndOfText,
    /// A value should begin, and something else stands there: the bracket after a trailing comma.
    #[error("no value stands where one should,")]
    NoValue,
    /// The key of an object is a number, `true`, `null`, an array or an object.
    #[error("the key of an object is not a string")]
    NameIsNoString,
    /// Neither `:` nor `=` after a key.
    #[error("no `:` follows the key of an object")]
    NoSeparator,
    /// `NaN` or infinite, in an object.
    #[error("a number is too large to be one")]
    ForbiddenNumber,
    /// Neither a comma nor `}` after a value.
    #[error("an object does not end")]
    UnterminatedObject,
    /// Neither a comma nor `]` after a value.
    #[error("an array does not end")]
    UnterminatedArray,
    /// No closing quote.
    #[error("a string does not end")]
    UnterminatedString,
    /// The text ends within an escape.
    #[error("the text ends within an escape")]
    UnterminatedEscape,
    /// What follows `\u` is no number.
    #[error("an escape is not a number")]
    InvalidEscape,
    /// No `*/`.
    #[error("a comment does not end")]
    UnterminatedComment,
    /// Deeper than [`DEPTH_AT_MOST`]; Java would run out of stack sooner or later.
    #[error("objects and arrays lie too deep within each other")]
    TooDeep,
    /// More values than [`VALUES_AT_MOST`]; Java would run out of memory sooner or later.
    #[error("there are too many values")]
    TooManyValues,
}

/// Why an object has nothing of the wanted kind under a key.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum NoValue<'a> {
    /// The key is not there.
    Missing,
    /// What is there cannot be made what is wanted.
    Other(&'a Value),
}

impl Value {
    /// Reads the first value in a text, and does not look at what follows it. The caller bounds the
    /// text.
    pub fn parse(text: &JavaString) -> Result<Self, SyntaxError> {
        tokener::read(text)
    }
}

impl Object {
    /// Returns the keys and values, each key where it came first.
    pub fn entries(&self) -> &[(JavaString, Value)] {
        &self.entries
    }

    /// Returns what `opt` answers for a key: the last value that was given for it.
    pub fn value(&self, key: &str) -> Option<&Value> {
        let place = self.places.get(&JavaString::from(key))?;
        self.entries.get(*place).map(|(_, value)| value)
    }

    fn put(&mut self, name: JavaString, value: Value) {
        if let Some(place) = self.places.get(&name) {
            self.entries[*place].1 = value;
        } else {
            self.places.insert(name.clone(), self.entries.len());
            self.entries.push((name, value));
        }
    }
}

#[cfg(test)]
mod tests;
