//! Parses text to values, strictly by RFC 8259.

use super::error::{JsonError, Reason};
use super::gaps::Gaps;
use super::limits::Limits;
use super::number::Number;
use super::path::{Path, Step};
use super::spelling::{number_length, string_length};
use super::text::Text;
use super::value::{Object, Value};

/// Reads the whole text: its value, and the white space between the tokens.
pub(super) fn parse(bytes: &[u8], limits: Limits) -> Result<(Value, Gaps), JsonError> {
    if bytes.len() > limits.bytes {
        return Err(JsonError::TooLarge {
            bytes: bytes.len(),
            limit: limits.bytes,
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let broken = Broken::at(error.valid_up_to(), Reason::NotUtf8);
        broken.into_error(bytes)
    })?;
    let mut parser = Parser {
        text,
        place: 0,
        token: 0,
        gaps: Gaps::default(),
        values_left: limits.values,
        depth_left: limits.depth,
        limits,
    };
    parser
        .document()
        .map(|value| (value, parser.gaps))
        .map_err(|broken| broken.into_error(bytes))
}

/// The error, and the path to it, from the inside out.
struct Broken {
    place: usize,
    reason: Reason,
    steps: Vec<Step>,
}

impl Broken {
    fn at(place: usize, reason: Reason) -> Self {
        Self {
            place,
            reason,
            steps: Vec::new(),
        }
    }

    fn within(&mut self, step: Step) {
        self.steps.push(step);
    }

    fn into_error(mut self, bytes: &[u8]) -> JsonError {
        self.steps.reverse();
        let before = &bytes[..self.place.min(bytes.len())];
        let line_begin = memchr::memrchr(b'\n', before).map_or(0, |place| place + 1);
        JsonError::Broken {
            line: memchr::memchr_iter(b'\n', before).count() + 1,
            column: before.len() - line_begin + 1,
            path: Path(self.steps),
            reason: self.reason,
        }
    }
}

/// Boxed, so that the usual case stays fast.
type Parsed<T> = Result<T, Box<Broken>>;

struct Parser<'a> {
    text: &'a str,
    place: usize,
    /// The number of the next token.
    token: usize,
    gaps: Gaps,
    values_left: usize,
    depth_left: usize,
    limits: Limits,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Value, Broken> {
        let value = self.value().map_err(|broken| *broken)?;
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(Broken::at(self.place, Reason::TrailingText)),
        }
    }

    /// Skips and records the white space before the next token, and returns the token's first byte.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.place..];
        let is_white = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let mut length = 0;
        if rest.first().is_some_and(is_white) {
            length = rest.iter().take_while(|byte| is_white(byte)).count();
            let gap = &self.text[self.place..self.place + length];
            self.gaps.note(self.token, gap);
            self.place += length;
        }
        rest.get(length).copied()
    }

    /// Moves past a token of this length, which [`peek`](Self::peek) has returned.
    fn take(&mut self, length: usize) {
        self.place += length;
        self.token += 1;
    }

    fn broken<T>(&self, reason: Reason) -> Parsed<T> {
        Err(Box::new(Broken::at(self.place, reason)))
    }

    fn value(&mut self) -> Parsed<Value> {
        let first = self.peek();
        let Some(left) = self.values_left.checked_sub(1) else {
            return self.broken(Reason::TooManyValues {
                limit: self.limits.values,
            });
        };
        self.values_left = left;
        match first {
            None => self.broken(Reason::EndOfText),
            Some(b'{') => self.nested(Self::object).map(Value::Object),
            Some(b'[') => self.nested(Self::array).map(Value::Array),
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b't') => self.literal("true", Value::Boolean(true)),
            Some(b'f') => self.literal("false", Value::Boolean(false)),
            Some(b'n') => self.literal("null", Value::Null),
            Some(_) => self.broken(Reason::NoValue),
        }
    }

    fn nested<T>(&mut self, read: fn(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let Some(left) = self.depth_left.checked_sub(1) else {
            return self.broken(Reason::TooDeep {
                limit: self.limits.depth,
            });
        };
        self.depth_left = left;
        self.take(1);
        let value = read(self)?;
        self.depth_left += 1;
        Ok(value)
    }

    fn array(&mut self) -> Parsed<Vec<Value>> {
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.take(1);
            return Ok(items);
        }
        loop {
            match self.value() {
                Ok(item) => items.push(item),
                Err(mut broken) => {
                    broken.within(Step::Index(items.len()));
                    return Err(broken);
                }
            }
            if self.ends(b']')? {
                return Ok(items);
            }
        }
    }

    fn object(&mut self) -> Parsed<Object> {
        let mut members = Vec::new();
        if self.peek() == Some(b'}') {
            self.take(1);
            return Ok(Object(members));
        }
        loop {
            let key = match self.peek() {
                Some(b'"') => self.string()?,
                None => return self.broken(Reason::EndOfText),
                Some(_) => return self.broken(Reason::NoKey),
            };
            match self.member() {
                Ok(value) => members.push((key, value)),
                Err(mut broken) => {
                    broken.within(Step::Key(key.to_str_lossy().into_owned()));
                    return Err(broken);
                }
            }
            if self.ends(b'}')? {
                return Ok(Object(members));
            }
        }
    }

    fn member(&mut self) -> Parsed<Value> {
        match self.peek() {
            Some(b':') => self.take(1),
            None => return self.broken(Reason::EndOfText),
            Some(_) => return self.broken(Reason::NoColon),
        }
        self.value()
    }

    /// Returns whether the array or object ends here; if a comma follows, moves past it.
    fn ends(&mut self, end: u8) -> Parsed<bool> {
        match self.peek() {
            Some(byte) if byte == end => {
                self.take(1);
                Ok(true)
            }
            Some(b',') => {
                self.take(1);
                if self.peek() == Some(end) {
                    return self.broken(Reason::TrailingComma);
                }
                Ok(false)
            }
            None => self.broken(Reason::EndOfText),
            Some(_) => self.broken(Reason::NoCommaOrEnd),
        }
    }

    fn string(&mut self) -> Parsed<Text> {
        let rest = &self.text[self.place + 1..];
        match string_length(rest.as_bytes()) {
            Ok(length) => {
                self.take(length + 2);
                Ok(Text::of_checked_spelling(&rest[..length]))
            }
            Err((within, reason)) => {
                self.place += 1 + within;
                self.broken(reason)
            }
        }
    }

    fn number(&mut self) -> Parsed<Number> {
        let rest = &self.text[self.place..];
        match number_length(rest.as_bytes()) {
            Some(length) => {
                self.take(length);
                Ok(Number::of_checked_spelling(&rest[..length]))
            }
            None => self.broken(Reason::Number),
        }
    }

    fn literal(&mut self, name: &str, value: Value) -> Parsed<Value> {
        if !self.text[self.place..].starts_with(name) {
            return self.broken(Reason::NoValue);
        }
        self.take(name.len());
        Ok(value)
    }
}
