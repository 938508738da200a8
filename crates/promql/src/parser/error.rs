//! [`ParseError`]: where, what was found, what was expected.

use crate::ast::{LineColumn, PosRange};
use crate::lexer::{LexError, Token};

/// A text that is not PromQL, or that is not well-typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: parse error: {message}")]
pub struct ParseError {
    /// The bytes at fault.
    pub pos: PosRange,
    /// Line and column of the first of them.
    pub place: LineColumn,
    /// What was found and what was expected.
    pub message: String,
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

    /// The same failure in a text that starts `by` bytes earlier.
    pub(super) fn shifted(mut self, by: usize) -> Self {
        self.pos = PosRange::new(self.pos.start + by, self.pos.end + by);
        self
    }

    pub(super) fn into_error(self, input: &str) -> ParseError {
        ParseError { pos: self.pos, place: self.pos.line_column(input), message: self.message }
    }
}

impl From<LexError> for Failure {
    fn from(error: LexError) -> Self {
        Self::new(error.pos, error.message)
    }
}
