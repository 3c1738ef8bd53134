//! Finds the position of a path's value in a text.

use super::spelling::string_length;
use super::{BYTE_ORDER_MARK, Path, Step, Text};
use std::ops::Range;

/// A position in a text, as editors count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, in bytes from 1.
    pub column: usize,
}

/// The position of a path's value; for an absent value, the position of the nearest value around
/// it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Located {
    /// The first, if a key occurs more than once.
    pub first: Position,
    /// The last.
    pub last: Position,
}

/// Finds the values of these paths in a text that was read before; `None` for what cannot be found
/// because it was not read.
///
/// It passes over the text once.
pub fn locate(bytes: &[u8], paths: &[Path]) -> Vec<Option<Located>> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut walk = Walk {
        bytes,
        place: 0,
        counted: 0,
        line: 1,
        line_begin: 0,
        paths,
        found: vec![None; paths.len()],
    };
    let wanted: Vec<usize> = (0..paths.len()).collect();
    // A text that was not read only ends the pass early.
    let _ = walk.value(&wanted, 0);
    let found = walk.found.into_iter();
    found
        .map(|found| found.map(|(_, located)| located))
        .collect()
}

struct Walk<'a> {
    bytes: &'a [u8],
    place: usize,
    /// The position up to which lines were counted.
    counted: usize,
    line: usize,
    line_begin: usize,
    paths: &'a [Path],
    /// The depth of the value that was found, and its position.
    found: Vec<Option<(usize, Located)>>,
}

impl Walk<'_> {
    /// Returns the next byte after white space, without consuming it.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.bytes.get(self.place..)?;
        let length = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
            .count();
        self.place += length;
        self.bytes.get(self.place).copied()
    }

    /// Passes over one value at `depth`, and records it for the paths in `wanted` that lead here.
    fn value(&mut self, wanted: &[usize], depth: usize) -> Option<()> {
        let first = self.peek()?;
        self.note(wanted, depth);
        match first {
            b'{' => self.nested(wanted, depth, b'}'),
            b'[' => self.nested(wanted, depth, b']'),
            b'"' => self.string().map(|_| ()),
            _ => {
                let rest = &self.bytes[self.place..];
                let ends =
                    |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
                self.place += rest.iter().position(ends).unwrap_or(rest.len());
                Some(())
            }
        }
    }

    fn nested(&mut self, wanted: &[usize], depth: usize, end: u8) -> Option<()> {
        self.place += 1;
        let mut index = 0;
        while self.peek()? != end {
            let inner = if end == b'}' {
                let key = self.string()?;
                self.peek()?;
                self.place += 1;
                self.leading_by(wanted, depth, key)
            } else {
                self.leading(wanted, depth, |step| *step == Step::Index(index))
            };
            self.value(&inner, depth + 1)?;
            if self.peek()? == b',' {
                self.place += 1;
            }
            index += 1;
        }
        self.place += 1;
        Some(())
    }

    /// Returns the paths in `wanted` whose next step matches.
    fn leading(&self, wanted: &[usize], depth: usize, is: impl Fn(&Step) -> bool) -> Vec<usize> {
        let wanted = wanted.iter().copied();
        wanted
            .filter(|path| self.paths[*path].0.get(depth).is_some_and(&is))
            .collect()
    }

    /// Passes over a string, and returns the range between the quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        let begin = self.place + 1;
        let length = string_length(self.bytes.get(begin..)?).ok()?;
        self.place = begin + length + 1;
        Some(begin..begin + length)
    }

    /// Returns the paths in `wanted` whose next step is the key with this spelling.
    fn leading_by(&self, wanted: &[usize], depth: usize, spelling: Range<usize>) -> Vec<usize> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let spelling = std::str::from_utf8(&self.bytes[spelling]).unwrap_or_default();
        let key = Text::of_checked_spelling(spelling);
        self.leading(
            wanted,
            depth,
            |step| matches!(step, Step::Key(wanted) if key.is(wanted)),
        )
    }

    fn note(&mut self, wanted: &[usize], depth: usize) {
        if wanted.is_empty() {
            return;
        }
        let here = self.position();
        for path in wanted {
            let found = &mut self.found[*path];
            match found {
                Some((deepest, located)) if *deepest == depth => located.last = here,
                Some((deepest, _)) if *deepest > depth => {}
                _ => {
                    let located = Located {
                        first: here,
                        last: here,
                    };
                    *found = Some((depth, located));
                }
            }
        }
    }

    fn position(&mut self) -> Position {
        let passed = &self.bytes[self.counted..self.place];
        self.line += memchr::memchr_iter(b'\n', passed).count();
        if let Some(last) = memchr::memrchr(b'\n', passed) {
            self.line_begin = self.counted + last + 1;
        }
        self.counted = self.place;
        Position {
            line: self.line,
            column: self.place - self.line_begin + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, path: &Path) -> Option<(usize, usize, usize, usize)> {
        let found = locate(text.as_bytes(), std::slice::from_ref(path));
        found[0].map(|it| (it.first.line, it.first.column, it.last.line, it.last.column))
    }

    #[test]
    fn a_value_is_found_by_its_path() {
        let text = "{\"a\": [1,\n {\"b\\u0063\": {} , \"x\":\"]}\"}, true ]}";
        let root = Path::default();
        let second = root.key("a").index(1);
        assert_eq!(at(text, &root), Some((1, 1, 1, 1)));
        assert_eq!(at(text, &second), Some((2, 2, 2, 2)));
        assert_eq!(at(text, &second.key("bc")), Some((2, 14, 2, 14)));
        assert_eq!(at(text, &second.key("x")), Some((2, 23, 2, 23)));
        assert_eq!(at(text, &root.key("a").index(2)), Some((2, 30, 2, 30)));
    }

    #[test]
    fn what_is_missing_is_where_it_should_be_and_what_is_there_twice_is_at_both() {
        let text = r#"{"a":{},"b":1,"b":2}"#;
        let root = Path::default();
        assert_eq!(at(text, &root.key("a").key("c")), Some((1, 6, 1, 6)));
        assert_eq!(at(text, &root.key("b")), Some((1, 13, 1, 19)));
    }

    #[test]
    fn what_is_no_json_ends_it() {
        let path = Path::default().key("a").key("b");
        for text in [
            "",
            "{",
            "{\"a",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":[1",
            "]",
            "{\"a\":{}",
        ] {
            let _ = at(text, &path);
        }
        assert_eq!(at("", &path), None);
        assert_eq!(
            at("\u{feff}{\"a\":1}", &Path::default().key("a")),
            Some((1, 6, 1, 6))
        );
    }
}
