//! What a refused page is told: where, what stood there, what should have stood there.
//!
//! Inside the parsers a refusal is a [`Fault`] (place and expectation); [`crate::Parser`] makes it a [`ParseError`].

use std::borrow::Cow;
use std::fmt;

/// How many characters of the page an error shows.
const SHOWN_CHARS_MAX: usize = 40;

/// The end of parsing: the page from here on is not what its protocol says.
#[derive(Clone, PartialEq, Eq)]
pub struct ParseError(Box<Details>);

#[derive(Clone, PartialEq, Eq)]
struct Details {
    offset: usize,
    place: Place,
    expected: Cow<'static, str>,
    found: String,
}

/// Text has lines, protobuf has bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text { line: usize, column: usize },
    Binary,
}

impl ParseError {
    /// The error of a text page.
    pub(super) fn in_text(page: &[u8], fault: Fault) -> Self {
        let at = fault.at.min(page.len());
        let (before, rest) = page.split_at(at);
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let column =
            String::from_utf8_lossy(before.get(line_start..).unwrap_or_default()).chars().count() + 1;
        Self(Box::new(Details {
            offset: at,
            place: Place::Text { line, column },
            expected: fault.expected,
            found: found_text(rest),
        }))
    }

    /// The error of a protobuf page.
    pub(super) fn in_binary(page: &[u8], fault: Fault) -> Self {
        let at = fault.at.min(page.len());
        let rest = page.get(at..).unwrap_or_default();
        let found = match rest.first() {
            None => "the end of the page".to_owned(),
            Some(byte) => format!("byte {byte:#04x} ({} left)", rest.len()),
        };
        Self(Box::new(Details { offset: at, place: Place::Binary, expected: fault.expected, found }))
    }

    /// The line, counted from 1; `None` for protobuf.
    pub fn line(&self) -> Option<usize> {
        match self.0.place {
            Place::Text { line, .. } => Some(line),
            Place::Binary => None,
        }
    }

    /// The column in characters, counted from 1; `None` for protobuf.
    pub fn column(&self) -> Option<usize> {
        match self.0.place {
            Place::Text { column, .. } => Some(column),
            Place::Binary => None,
        }
    }

    /// The offset in bytes.
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// What should have stood there.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What stood there, shortened.
    pub fn found(&self) -> &str {
        &self.0.found
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { offset, place, expected, found } = &*self.0;
        match place {
            Place::Text { line, column } => write!(f, "line {line}, column {column}")?,
            Place::Binary => write!(f, "byte {offset}")?,
        }
        write!(f, ": expected {expected}, found {found}")
    }
}

impl fmt::Debug for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ParseError {}

fn found_text(rest: &[u8]) -> String {
    let line = match rest.first() {
        None => return "the end of the page".to_owned(),
        Some(b'\n') => return "the end of the line".to_owned(),
        Some(_) => rest.split(|b| *b == b'\n').next().unwrap_or_default(),
    };
    // A line may be long; decode only what can be shown (a character has at most 4 bytes).
    let shown = line.get(..SHOWN_CHARS_MAX * 4 + 4).unwrap_or(line);
    let shown = String::from_utf8_lossy(shown);
    match shown.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{:?}…", shown.get(..end).unwrap_or_default()),
        None => format!("{shown:?}"),
    }
}

/// A refusal inside a parser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Offset in the page.
    pub(super) at: usize,
    /// What should have stood there.
    pub(super) expected: Cow<'static, str>,
}

impl Fault {
    #[cold]
    pub(super) fn new(at: usize, expected: impl Into<Cow<'static, str>>) -> Self {
        Self { at, expected: expected.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_and_what() {
        let error = ParseError::in_text("a 1\nbü x\n".as_bytes(), Fault::new(8, "a number"));
        assert_eq!(error.to_string(), "line 2, column 4: expected a number, found \"x\"");
        assert_eq!((error.line(), error.column(), error.offset()), (Some(2), Some(4), 8));
        let error = ParseError::in_text(b"a\n", Fault::new(1, "a value"));
        assert_eq!(error.to_string(), "line 1, column 2: expected a value, found the end of the line");
        let error = ParseError::in_text(b"a", Fault::new(9, "a value"));
        assert_eq!(error.found(), "the end of the page");
        let long = ParseError::in_text("ü".repeat(500).as_bytes(), Fault::new(0, "less"));
        assert_eq!(long.found().chars().count(), SHOWN_CHARS_MAX + 3);
        let binary = ParseError::in_binary(&[1, 2], Fault::new(1, "a field"));
        assert_eq!(binary.to_string(), "byte 1: expected a field, found byte 0x02 (1 left)");
    }
}
