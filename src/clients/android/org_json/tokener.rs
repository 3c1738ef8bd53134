//! The reader of JSON text, which also accepts much that is not JSON.

use super::java_string::{JavaString, equals_ignoring_case};
use super::number;
use super::{Object, Reason, SyntaxError, Value};

/// How deep objects and arrays may be nested.
///
/// Java has no such limit: it runs out of stack at a depth that depends on the device and the
/// thread, and the app crashes. The harness refuses such a text instead.
pub const DEPTH_AT_MOST: usize = 512;

/// How many values a text may hold, including nested values and the keys of objects.
///
/// Java has no such limit. No client writes so many, and they must fit into memory.
pub const VALUES_AT_MOST: usize = 400_000;

/// The characters that end a literal.
const LITERAL_ENDS: &[u8] = b"{}[]/\\:,=;# \t\x0c\n\r";

const BYTE_ORDER_MARK: u16 = 0xfeff;

/// The next unit to read, or `None` at the end of the text.
type Next = Option<u16>;

/// Reads the first value in `text` and ignores the rest.
pub(super) fn read(text: &JavaString) -> Result<Value, SyntaxError> {
    let units = text.units();
    let units = units.strip_prefix(&[BYTE_ORDER_MARK]).unwrap_or(units);
    let mut tokener = Tokener {
        units,
        place: 0,
        depth: 0,
        values_left: VALUES_AT_MOST,
    };
    tokener.value()
}

struct Tokener<'a> {
    units: &'a [u16],
    place: usize,
    depth: usize,
    values_left: usize,
}

impl Tokener<'_> {
    fn value(&mut self) -> Result<Value, SyntaxError> {
        self.count()?;
        match self.next_clean()? {
            None => Err(self.refuse(Reason::EndOfText)),
            Some(unit) if is(unit, '{') => self.nested(Self::object),
            Some(unit) if is(unit, '[') => self.nested(Self::array),
            Some(quote) if is(quote, '"') || is(quote, '\'') => self.string(quote).map(Value::Text),
            Some(_) => {
                self.place -= 1;
                self.literal()
            }
        }
    }

    /// Counts one more value, key, or empty place in an array.
    fn count(&mut self) -> Result<(), SyntaxError> {
        match self.values_left.checked_sub(1) {
            Some(left) => {
                self.values_left = left;
                Ok(())
            }
            None => Err(self.refuse(Reason::TooManyValues)),
        }
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, SyntaxError>,
    ) -> Result<Value, SyntaxError> {
        if self.depth == DEPTH_AT_MOST {
            return Err(self.refuse(Reason::TooDeep));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// Reads an object, after its `{`.
    fn object(&mut self) -> Result<Value, SyntaxError> {
        let mut object = Object::default();
        match self.next_clean()? {
            Some(unit) if is(unit, '}') => return Ok(Value::Object(object)),
            Some(_) => self.place -= 1,
            None => {}
        }
        loop {
            let Value::Text(name) = self.value()? else {
                return Err(self.refuse(Reason::NameIsNoString));
            };
            match self.next_clean()? {
                Some(unit) if is(unit, ':') || is(unit, '=') => {}
                _ => return Err(self.refuse(Reason::NoSeparator)),
            }
            // For `=>`; `:>` is also accepted.
            if self.peek().is_some_and(|unit| is(unit, '>')) {
                self.place += 1;
            }
            let value = self.value()?;
            if matches!(value, Value::Double(number) if !number.is_finite()) {
                return Err(self.refuse(Reason::ForbiddenNumber));
            }
            object.put(name, value);
            match self.next_clean()? {
                Some(unit) if is(unit, '}') => return Ok(Value::Object(object)),
                Some(unit) if is_comma(unit) => {}
                _ => return Err(self.refuse(Reason::UnterminatedObject)),
            }
        }
    }

    /// Reads an array, after its `[`. If nothing stands between two commas, Java stores its own
    /// `null`, not the one of JSON.
    fn array(&mut self) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        let mut after_comma = false;
        loop {
            match self.next_clean()? {
                None => return Err(self.refuse(Reason::UnterminatedArray)),
                Some(unit) if is(unit, ']') => {
                    if after_comma {
                        items.push(None);
                    }
                    return Ok(Value::Array(items));
                }
                Some(unit) if is_comma(unit) => {
                    self.count()?;
                    items.push(None);
                    after_comma = true;
                    continue;
                }
                Some(_) => self.place -= 1,
            }
            items.push(Some(self.value()?));
            match self.next_clean()? {
                Some(unit) if is(unit, ']') => return Ok(Value::Array(items)),
                Some(unit) if is_comma(unit) => after_comma = true,
                _ => return Err(self.refuse(Reason::UnterminatedArray)),
            }
        }
    }

    /// Reads a string, after its opening quote. It may contain line breaks and control characters.
    fn string(&mut self, quote: u16) -> Result<JavaString, SyntaxError> {
        let mut units = Vec::new();
        while let Some(unit) = self.next() {
            if unit == quote {
                return Ok(JavaString::from_units(units));
            }
            units.push(if is(unit, '\\') {
                self.escaped()?
            } else {
                unit
            });
        }
        Err(self.refuse(Reason::UnterminatedString))
    }

    /// Returns the meaning of an escape, after its backslash. An unknown escape means its own
    /// letter.
    fn escaped(&mut self) -> Result<u16, SyntaxError> {
        let Some(letter) = self.next() else {
            return Err(self.refuse(Reason::UnterminatedEscape));
        };
        Ok(match u8::try_from(letter) {
            Ok(b'u') => return self.escaped_unit(),
            Ok(b't') => 0x09,
            Ok(b'b') => 0x08,
            Ok(b'n') => 0x0a,
            Ok(b'r') => 0x0d,
            Ok(b'f') => 0x0c,
            _ => letter,
        })
    }

    /// Reads four digits after `\u`. They are read as a number, so a sign may come first: `\u-001`
    /// is U+FFFF.
    fn escaped_unit(&mut self) -> Result<u16, SyntaxError> {
        let Some(digits) = self.units.get(self.place..self.place + 4) else {
            return Err(self.refuse(Reason::UnterminatedEscape));
        };
        self.place += 4;
        let number = number::parse_long(digits, 16).and_then(|number| i32::try_from(number).ok());
        match number {
            Some(number) => {
                let [.., high, low] = number.to_be_bytes();
                Ok(u16::from_be_bytes([high, low]))
            }
            None => Err(self.refuse(Reason::InvalidEscape)),
        }
    }

    /// Reads anything that is neither an object, an array nor quoted: a word, a number, or else a
    /// string.
    fn literal(&mut self) -> Result<Value, SyntaxError> {
        let start = self.place;
        while self.peek().is_some_and(|unit| !ends_literal(unit)) {
            self.place += 1;
        }
        let literal = &self.units[start..self.place];
        if literal.is_empty() {
            return Err(self.refuse(Reason::NoValue));
        }
        Ok(word(literal)
            .or_else(|| integer(literal))
            .or_else(|| number::parse_double(literal).map(Value::Double))
            .unwrap_or_else(|| Value::Text(JavaString::from_units(literal.to_vec()))))
    }

    /// Returns the next character that is neither white space nor part of a comment.
    fn next_clean(&mut self) -> Result<Next, SyntaxError> {
        while let Some(unit) = self.next() {
            match u8::try_from(unit) {
                Ok(b'\t' | b' ' | b'\n' | b'\r') => {}
                Ok(b'#') => self.skip_line(),
                Ok(b'/') => match self.peek().map(u8::try_from) {
                    Some(Ok(b'*')) => self.skip_block_comment()?,
                    Some(Ok(b'/')) => self.skip_line(),
                    _ => return Ok(Some(unit)),
                },
                _ => return Ok(Some(unit)),
            }
        }
        Ok(None)
    }

    /// Skips to the end of a block comment, from its first `*`, which cannot be its last one.
    fn skip_block_comment(&mut self) -> Result<(), SyntaxError> {
        self.place += 1;
        let end = [u16::from(b'*'), u16::from(b'/')];
        let rest = &self.units[self.place..];
        match rest.windows(2).position(|pair| pair == end) {
            Some(length) => {
                self.place += length + 2;
                Ok(())
            }
            None => Err(self.refuse(Reason::UnterminatedComment)),
        }
    }

    fn skip_line(&mut self) {
        while let Some(unit) = self.next() {
            if is(unit, '\n') || is(unit, '\r') {
                return;
            }
        }
    }

    fn next(&mut self) -> Next {
        let unit = self.peek()?;
        self.place += 1;
        Some(unit)
    }

    fn peek(&self) -> Next {
        self.units.get(self.place).copied()
    }

    fn refuse(&self, reason: Reason) -> SyntaxError {
        SyntaxError {
            reason,
            place: self.place,
        }
    }
}

fn is(unit: u16, character: char) -> bool {
    u32::from(unit) == u32::from(character)
}

fn is_comma(unit: u16) -> bool {
    is(unit, ',') || is(unit, ';')
}

fn ends_literal(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|byte| LITERAL_ENDS.contains(&byte))
}

fn word(literal: &[u16]) -> Option<Value> {
    if equals_ignoring_case(literal, "null") {
        Some(Value::Null)
    } else if equals_ignoring_case(literal, "true") {
        Some(Value::Boolean(true))
    } else if equals_ignoring_case(literal, "false") {
        Some(Value::Boolean(false))
    } else {
        None
    }
}

/// Returns a whole number: decimal, hexadecimal after `0x`, octal after `0`; an `Integer` if it
/// fits 32 bits.
fn integer(literal: &[u16]) -> Option<Value> {
    if literal.iter().any(|unit| is(*unit, '.')) {
        return None;
    }
    let number = match literal {
        [zero, x, digits @ ..] if is(*zero, '0') && (is(*x, 'x') || is(*x, 'X')) => {
            number::parse_long(digits, 16)
        }
        [zero, digits @ ..] if is(*zero, '0') && !digits.is_empty() => {
            number::parse_long(digits, 8)
        }
        digits => number::parse_long(digits, 10),
    }?;
    Some(i32::try_from(number).map_or(Value::Long(number), Value::Integer))
}
