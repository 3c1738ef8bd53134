//! A value in its spelling.

use super::number::Number;
use super::text::Text;
use std::fmt;

/// A value.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(Text),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

/// An object: its members in order, duplicate keys included.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Object(pub Vec<(Text, Value)>);

impl Value {
    /// Returns what kind of value it is, for a sentence: `a number`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

impl Object {
    /// Returns the last value under a key, which two of three clients use.
    ///
    /// Source: clients.read.duplicate-keys.
    pub fn last(&self, key: &str) -> Option<&Value> {
        let mut from_behind = self.0.iter().rev();
        from_behind
            .find(|(each, _)| each.is(key))
            .map(|(_, value)| value)
    }

    /// Returns the first value under a key.
    pub fn first(&self, key: &str) -> Option<&Value> {
        let mut members = self.0.iter();
        members
            .find(|(each, _)| each.is(key))
            .map(|(_, value)| value)
    }

    /// Returns every value under a key, in order.
    pub fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Value> {
        let found = self.0.iter().filter(move |(each, _)| each.is(key));
        found.map(|(_, value)| value)
    }

    /// Adds a member at the end.
    pub fn push(&mut self, key: &str, value: impl Into<Value>) {
        self.0.push((Text::new(key), value.into()));
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i128> for Value {
    fn from(value: i128) -> Self {
        Self::Number(Number::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Text::new(value))
    }
}

impl From<Text> for Value {
    fn from(value: Text) -> Self {
        Self::Text(value)
    }
}

impl From<Object> for Value {
    fn from(value: Object) -> Self {
        Self::Object(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::Array(value)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Array(items) => write!(formatter, "array of {}", items.len()),
            Self::Object(members) => members.fmt(formatter),
            other => formatter.write_str(other.kind()),
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "object of {}", self.0.len())
    }
}
