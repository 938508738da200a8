//! Numbers, durations and strings as values.

use narthex_model::duration;

use super::Parser;
use super::error::Failure;
use crate::ast::{PosRange, StringLiteral};
use crate::lexer::{Token, TokenKind, UnquoteError, parse_number, unquote, unquote_bytes};

impl Parser<'_> {
    /// A number or a duration: its value (in seconds), whether it is a duration, and where it stands.
    pub(super) fn number(&mut self) -> Result<(f64, bool, PosRange), Failure> {
        let is_duration = match self.kind() {
            TokenKind::Number => false,
            TokenKind::Duration => true,
            _ => return Err(self.unexpected()),
        };
        let token = self.advance()?;
        let text = self.text(token);
        let value = if is_duration {
            duration::parse_ms(text)
                .map(|ms| ms as f64 / 1000.0)
                .map_err(|_| Failure::new(token.pos, duration_message(text)))?
        } else {
            parse_number(text).map_err(|error| {
                Failure::new(
                    token.pos,
                    format!("error parsing number: strconv.ParseFloat: parsing {text:?}: {error}"),
                )
            })?
        };
        Ok((value, is_duration, token.pos))
    }

    /// A string token as a literal.
    pub(super) fn string_literal(&self, token: Token) -> Result<StringLiteral, Failure> {
        let bytes = unquote_bytes(self.text(token)).map_err(|error| self.unquote_failure(token, error))?;
        let (value, invalid_utf8) = match String::from_utf8(bytes) {
            Ok(value) => (value, None),
            Err(error) => {
                let value = String::from_utf8_lossy(error.as_bytes()).into_owned();
                (value, Some(error.into_bytes()))
            }
        };
        Ok(StringLiteral { value, invalid_utf8, pos: token.pos })
    }

    fn unquote_failure(&self, token: Token, error: UnquoteError) -> Failure {
        Failure::new(token.pos, format!("error unquoting string {}: {error}", self.text(token)))
    }

    /// The text of a string token.
    pub(super) fn unquote(&self, token: Token) -> Result<String, Failure> {
        unquote(self.text(token)).map_err(|error| self.unquote_failure(token, error))
    }
}

/// Why `text` is no duration: a unit that does not exist, the order, or the size.
fn duration_message(text: &str) -> String {
    let units = text.split(|c: char| c.is_ascii_digit()).filter(|unit| !unit.is_empty());
    for unit in units.clone() {
        if !matches!(unit, "y" | "w" | "d" | "h" | "m" | "s" | "ms") {
            return format!("unknown unit {unit:?} in duration {text:?}");
        }
    }
    let rank = |unit: &str| ["y", "w", "d", "h", "m", "s", "ms"].iter().position(|name| *name == unit);
    if units.map(rank).is_sorted_by(|a, b| a < b) {
        "duration out of range".to_owned()
    } else {
        format!("not a valid duration string: {text:?}")
    }
}
