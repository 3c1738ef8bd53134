//! JSON that loses nothing: order, duplicate keys, the spelling of numbers and strings, lone
//! surrogates, white space.
//!
//! The clients disagree about documents that other parsers silently repair: one takes the first of
//! two equal keys, another the last; one keeps `\ud800`, another refuses it; `1.0` is a whole
//! number to one and not to another. So a leaf keeps its spelling here, an object keeps its members
//! in order, and a [`Document`] keeps the white space between the tokens. What is no JSON by RFC
//! 8259 is refused, but for one byte order mark in front, which every client takes.
//!
//! Nothing that stands in a value shows in `Debug`: a backup holds a private key and the names of
//! people.

mod error;
mod locate;
mod number;
mod parser;
mod path;
mod text;
mod writer;

pub use error::{JsonError, Reason};
pub use locate::{Located, Position, locate};
pub use number::Number;
pub use path::{Path, Step};
pub use text::{LoneSurrogate, Text};
pub use writer::Layout;

use std::fmt;
use writer::Gaps;

/// The byte order mark, in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

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

/// How much of a text is read at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Values in it, those within others included.
    pub values: usize,
    /// Arrays and objects within each other.
    pub depth: usize,
}

impl Limits {
    /// Far beyond what any client writes: 16 MiB, a million values, 128 deep. It takes less than
    /// 256 MiB of memory.
    pub const USUAL: Self = Self {
        bytes: 16 * 1024 * 1024,
        values: 1_000_000,
        depth: 128,
    };
}

/// A text that was read: its value, and what stood between the tokens. Written again, it gives the
/// same bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// The value.
    pub root: Value,
    byte_order_mark: bool,
    gaps: Gaps,
}

impl Document {
    /// Reads a text within the [usual limits](Limits::USUAL).
    ///
    /// # Errors
    /// What is not JSON, or more than the limits allow, with the place.
    ///
    /// Source: RFC 8259; clients.read.bom.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        Self::parse_within(bytes, Limits::USUAL)
    }

    /// Reads a text within limits of the caller's.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_within(bytes: &[u8], limits: Limits) -> Result<Self, JsonError> {
        let stripped = bytes.strip_prefix(BYTE_ORDER_MARK);
        let (root, gaps) = parser::parse(stripped.unwrap_or(bytes), limits)?;
        Ok(Self {
            root,
            byte_order_mark: stripped.is_some(),
            gaps,
        })
    }

    /// Returns the bytes that were read. If [`root`](Self::root) has been changed since, the white
    /// space may stand elsewhere.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.byte_order_mark {
            out.extend_from_slice(BYTE_ORDER_MARK);
        }
        writer::write_as_read(&self.root, &self.gaps, &mut out);
        out
    }

    /// The same document around another value: what a tool has changed, in the white space that was
    /// there.
    #[must_use]
    pub fn with_root(&self, root: Value) -> Self {
        Self {
            root,
            byte_order_mark: self.byte_order_mark,
            gaps: self.gaps.clone(),
        }
    }

    /// Returns whether the text begins with a byte order mark.
    pub const fn has_byte_order_mark(&self) -> bool {
        self.byte_order_mark
    }
}

impl Value {
    /// Returns the text of this value, in bytes.
    pub fn to_bytes(&self, layout: Layout) -> Vec<u8> {
        let mut out = Vec::new();
        writer::write(self, layout, &mut out);
        out
    }

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
    /// Returns the last value under a key: what two of three clients take.
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

impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Document({:?})", self.root)
    }
}

#[cfg(test)]
mod tests;
