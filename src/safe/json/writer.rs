//! Writes values as text.

use super::gaps::Gaps;
use super::text::Text;
use super::value::{Object, Value};

/// Where white space is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Layout {
    /// Nowhere.
    Compact,
    /// Each member and item on its own line, indented by this many spaces per level, and one space
    /// after a colon.
    Lines {
        /// The spaces of each level.
        indent: usize,
    },
}

impl Value {
    /// Returns the text of this value, in bytes.
    pub fn to_bytes(&self, layout: Layout) -> Vec<u8> {
        let mut out = Vec::new();
        write(self, layout, &mut out);
        out
    }
}

/// What is written before a token and between the parts of an array or object.
trait Spacing {
    fn before_token(&mut self, _out: &mut Vec<u8>) {}
    fn new_line(&mut self, _depth: usize, _out: &mut Vec<u8>) {}
    fn after_colon(&mut self, _out: &mut Vec<u8>) {}
}

struct Compact;

impl Spacing for Compact {}

struct Lines {
    indent: usize,
}

impl Spacing for Lines {
    fn new_line(&mut self, depth: usize, out: &mut Vec<u8>) {
        out.push(b'\n');
        out.resize(out.len() + depth * self.indent, b' ');
    }

    fn after_colon(&mut self, out: &mut Vec<u8>) {
        out.push(b' ');
    }
}

struct AsRead<'a> {
    token: u32,
    places: &'a [(u32, u32)],
    white_space: &'a str,
}

impl Spacing for AsRead<'_> {
    fn before_token(&mut self, out: &mut Vec<u8>) {
        if let Some(((_, length), rest)) = self
            .places
            .split_first()
            .filter(|((token, _), _)| *token == self.token)
        {
            let (now, later) = self.white_space.split_at(*length as usize);
            out.extend_from_slice(now.as_bytes());
            (self.places, self.white_space) = (rest, later);
        }
        self.token += 1;
    }
}

pub(super) fn write(value: &Value, layout: Layout, out: &mut Vec<u8>) {
    match layout {
        Layout::Compact => write_value(value, 0, &mut Compact, out),
        Layout::Lines { indent } => write_value(value, 0, &mut Lines { indent }, out),
    }
}

/// Writes a value with the white space that was read. The end of the text counts as a token,
/// because white space may precede it.
pub(super) fn write_as_read(value: &Value, gaps: &Gaps, out: &mut Vec<u8>) {
    let mut spacing = AsRead {
        token: 0,
        places: &gaps.places,
        white_space: &gaps.white_space,
    };
    write_value(value, 0, &mut spacing, out);
    spacing.before_token(out);
}

fn write_value<S: Spacing>(value: &Value, depth: usize, spacing: &mut S, out: &mut Vec<u8>) {
    match value {
        Value::Null => token(b"null", spacing, out),
        Value::Boolean(true) => token(b"true", spacing, out),
        Value::Boolean(false) => token(b"false", spacing, out),
        Value::Number(number) => token(number.spelling().as_bytes(), spacing, out),
        Value::Text(text) => write_text(text, spacing, out),
        Value::Array(items) => write_array(items, depth, spacing, out),
        Value::Object(object) => write_object(object, depth, spacing, out),
    }
}

fn token<S: Spacing>(token: &[u8], spacing: &mut S, out: &mut Vec<u8>) {
    spacing.before_token(out);
    out.extend_from_slice(token);
}

fn write_text<S: Spacing>(text: &Text, spacing: &mut S, out: &mut Vec<u8>) {
    spacing.before_token(out);
    out.push(b'"');
    out.extend_from_slice(text.spelling().as_bytes());
    out.push(b'"');
}

fn write_array<S: Spacing>(items: &[Value], depth: usize, spacing: &mut S, out: &mut Vec<u8>) {
    token(b"[", spacing, out);
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            token(b",", spacing, out);
        }
        spacing.new_line(depth + 1, out);
        write_value(item, depth + 1, spacing, out);
    }
    if !items.is_empty() {
        spacing.new_line(depth, out);
    }
    token(b"]", spacing, out);
}

fn write_object<S: Spacing>(object: &Object, depth: usize, spacing: &mut S, out: &mut Vec<u8>) {
    token(b"{", spacing, out);
    for (position, (key, value)) in object.0.iter().enumerate() {
        if position > 0 {
            token(b",", spacing, out);
        }
        spacing.new_line(depth + 1, out);
        write_text(key, spacing, out);
        token(b":", spacing, out);
        spacing.after_colon(out);
        write_value(value, depth + 1, spacing, out);
    }
    if !object.0.is_empty() {
        spacing.new_line(depth, out);
    }
    token(b"}", spacing, out);
}
