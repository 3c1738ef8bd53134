//! The behaviour of `org.json` as Android ships it, implemented independently.
//!
//! It accepts much more than JSON: comments, single quotes or no quotes, `=` and `;`, hexadecimal
//! and octal numbers, a byte order mark, and any text after the value. The harness must know
//! exactly how much, because a config that only Android can read looks healthy to an administrator
//! who tests with an Android phone.
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

/// A value with its type, as the parser returns it.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `null`, in any case.
    Null,
    /// `true` or `false`, in any case.
    Boolean(bool),
    /// A whole number that fits 32 bits.
    Integer(i32),
    /// A whole number that fits 64 bits but not 32.
    Long(i64),
    /// Any other number. In an array it may be `NaN` or infinite.
    Double(f64),
    /// A string, quoted or not.
    Text(JavaString),
    /// An array; `None` if nothing stands between two commas.
    Array(Vec<Option<Value>>),
    /// An object.
    Object(Object),
}

/// An object: its keys in the order of their first occurrence, each with its last value.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Object {
    entries: Vec<(JavaString, Value)>,
    places: HashMap<JavaString, usize>,
}

/// Why the parser refuses a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{reason} at character {place}")]
pub struct SyntaxError {
    /// The reason.
    pub reason: Reason,
    /// The position of the parser, in UTF-16 units, without a byte order mark.
    pub place: usize,
}

/// The reasons for which the parser refuses a text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The text ends before a value.
    #[error("the text ends where a value should begin,")]
    EndOfText,
    /// Something other than a value follows, for example the bracket after a trailing comma.
    #[error("a value is missing,")]
    NoValue,
    /// The key of an object is a number, `true`, `null`, an array or an object.
    #[error("the key of an object is not a string")]
    NameIsNoString,
    /// Neither `:` nor `=` follows a key.
    #[error("no `:` follows the key of an object")]
    NoSeparator,
    /// `NaN` or infinity in an object.
    #[error("a number is too large")]
    ForbiddenNumber,
    /// Neither a comma nor `}` follows a value.
    #[error("an object does not end")]
    UnterminatedObject,
    /// Neither a comma nor `]` follows a value.
    #[error("an array does not end")]
    UnterminatedArray,
    /// The closing quote is missing.
    #[error("a string does not end")]
    UnterminatedString,
    /// The text ends within an escape.
    #[error("the text ends within an escape")]
    UnterminatedEscape,
    /// The characters after `\u` are not a number.
    #[error("an escape is not a number")]
    InvalidEscape,
    /// `*/` is missing.
    #[error("a comment does not end")]
    UnterminatedComment,
    /// Deeper than [`DEPTH_AT_MOST`]: Java would run out of stack at some depth.
    #[error("objects and arrays are nested too deep")]
    TooDeep,
    /// More values than [`VALUES_AT_MOST`]: Java would run out of memory at some number.
    #[error("there are too many values")]
    TooManyValues,
}

/// Why an object has no value of the requested kind under a key.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum NoValue<'a> {
    /// The key is absent.
    Missing,
    /// The value cannot be converted to the requested kind.
    Other(&'a Value),
}

impl Value {
    /// Reads the first value in a text and ignores the rest. The caller limits the size of the
    /// text.
    pub fn parse(text: &JavaString) -> Result<Self, SyntaxError> {
        tokener::read(text)
    }
}

impl Object {
    /// Returns the keys and values, in the order of the first occurrence of each key.
    pub fn entries(&self) -> &[(JavaString, Value)] {
        &self.entries
    }

    /// Returns the result of `opt` for a key: its last value.
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
