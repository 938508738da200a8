//! [`ParseError`]: where, what was found, what was expected.

use crate::ast::{LineColumn, PosRange};
use crate::lexer::{LexError, Token};

/// A text that is not PromQL, or that is not well-typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: parse error: {message}", Place(*.place))]
pub struct ParseError {
    /// The bytes at fault.
    pub pos: PosRange,
    /// Line and column of the first of them; line 0 when the text is empty and has no place.
    pub place: LineColumn,
    /// What was found and what was expected.
    pub message: String,
}

/// A place as messages name it.
struct Place(LineColumn);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.line == 0 { f.write_str("unknown position") } else { self.0.fmt(f) }
    }
}

/// An error on its way up, which may still learn its context.
#[derive(Debug)]
pub(super) struct Failure {
    pos: PosRange,
    message: String,
    lacks_context: bool,
}

impl Failure {
    pub(super) fn new(pos: PosRange, message: impl Into<String>) -> Self {
        Self { pos, message: message.into(), lacks_context: false }
    }

    pub(super) fn unexpected(token: Token, input: &str) -> Self {
        let message = format!("unexpected {}", token.describe(input));
        Self { pos: token.pos, message, lacks_context: true }
    }

    /// Adds what was being parsed, and what could stand here, unless something inside has already said so.
    pub(super) fn within(mut self, context: &str, expected: &str) -> Self {
        if self.lacks_context {
            self.lacks_context = false;
            self.message = format!("{} in {context}", self.message);
            if !expected.is_empty() {
                self.message = format!("{}, expected {expected}", self.message);
            }
        }
        self
    }

    /// Whether `token` itself is what nobody expected, with nothing said about it yet.
    pub(super) fn is_about(&self, token: Token) -> bool {
        self.lacks_context && self.pos == token.pos
    }

    /// The same failure in a text that starts `by` bytes earlier.
    pub(super) fn shifted(mut self, by: usize) -> Self {
        self.pos = PosRange::new(self.pos.start + by, self.pos.end + by);
        self
    }

    pub(super) fn into_error(self, input: &str) -> ParseError {
        let nowhere = LineColumn { line: 0, column: 0 };
        let place = if input.is_empty() { nowhere } else { self.pos.line_column(input) };
        ParseError { pos: self.pos, place, message: self.message }
    }
}

impl From<LexError> for Failure {
    fn from(error: LexError) -> Self {
        Self::new(error.pos, error.message)
    }
}
