//! JSON that loses nothing: order, duplicate keys, the spelling of numbers and strings, lone
//! surrogates, white space.
//!
//! The clients disagree about documents that other parsers silently repair: one uses the first of
//! two equal keys, another the last; one keeps `\ud800`, another refuses it; `1.0` is a whole
//! number for one and not for another. So a leaf keeps its spelling here, an object keeps its
//! members in order, and a [`Document`] keeps the white space between the tokens. Text that is not
//! JSON according to RFC 8259 is refused, except for one leading byte order mark, which every
//! client accepts.
//!
//! `Debug` shows nothing of the values: a backup holds a private key and the names of people.

mod error;
mod gaps;
mod limits;
mod locate;
mod number;
mod parser;
mod path;
mod spelling;
mod text;
mod value;
mod writer;

pub use error::{JsonError, Reason};
pub use limits::Limits;
pub use locate::{Located, Position, locate};
pub use number::Number;
pub use path::{Path, Step};
pub use text::{LoneSurrogate, Text};
pub use value::{Object, Value};
pub use writer::Layout;

use gaps::Gaps;
use std::fmt;

/// The byte order mark, in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A text that was read: its value, and the white space between the tokens. Writing it returns the
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
    /// Text that is not JSON or exceeds the limits, with the place.
    ///
    /// Source: RFC 8259; clients.read.bom.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        Self::parse_within(bytes, Limits::USUAL)
    }

    /// Reads a text within the caller's limits.
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

    /// Returns the bytes that were read. If [`root`](Self::root) has changed since, the white space
    /// may move.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.byte_order_mark {
            out.extend_from_slice(BYTE_ORDER_MARK);
        }
        writer::write_as_read(&self.root, &self.gaps, &mut out);
        out
    }

    /// Returns the document with another value, in the same white space; for a tool that changed
    /// the value.
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

impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Document({:?})", self.root)
    }
}

#[cfg(test)]
mod tests;
