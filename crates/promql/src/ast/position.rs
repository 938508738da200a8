//! Where in the query text something stands; on every node, in every error and annotation.

use std::fmt;

/// A half-open range of bytes of the query text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PosRange {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl PosRange {
    /// The bytes from `start` up to, and without, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The line and column of the first byte.
    pub fn line_column(self, query: &str) -> LineColumn {
        LineColumn::of(query, self.start)
    }
}

/// A place as people count it: both numbers start at 1, columns are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineColumn {
    /// The line.
    pub line: usize,
    /// The byte in the line.
    pub column: usize,
}

impl LineColumn {
    /// The place of the byte `offset`; a place behind the text is the end of the text.
    pub fn of(text: &str, offset: usize) -> Self {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        Self { line, column }
    }
}

impl fmt::Display for LineColumn {
    /// `line:column`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_one_and_in_bytes() {
        let text = "a +\n\nö b";
        assert_eq!(LineColumn::of(text, 0).to_string(), "1:1");
        assert_eq!(LineColumn::of(text, 3).to_string(), "1:4");
        assert_eq!(LineColumn::of(text, 4).to_string(), "2:1");
        assert_eq!(LineColumn::of(text, 8).to_string(), "3:4");
        assert_eq!(LineColumn::of(text, 99), LineColumn { line: 3, column: 5 });
    }
}
