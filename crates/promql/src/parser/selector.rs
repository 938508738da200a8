//! Vector selectors: a name, and matchers in braces.

use narthex_model::names::METRIC_NAME;
use narthex_model::{MatchOp, Matcher};

use super::Parser;
use super::error::Failure;
use crate::ast::{BinaryOp, DurationValue, PosRange, RangeMode, VectorSelector};
use crate::lexer::{Keyword, Token, TokenKind};

const CONTEXT: &str = "label matching";

impl Parser<'_> {
    /// `name`, `name{…}` or `{…}`.
    pub(super) fn vector_selector(&mut self) -> Result<VectorSelector, Failure> {
        match self.kind() {
            TokenKind::LeftBrace => {
                let (matchers, pos) = self.matchers()?;
                Ok(selector(String::new(), matchers, pos))
            }
            kind if is_metric_word(kind) => {
                let name = self.advance()?;
                self.vector_selector_named(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// A selector whose name has been read.
    pub(super) fn vector_selector_named(&mut self, name: Token) -> Result<VectorSelector, Failure> {
        let text = self.text(name);
        let (mut matchers, pos) = if self.kind() == TokenKind::LeftBrace {
            let (matchers, braces) = self.matchers()?;
            (matchers, name.pos.to(braces))
        } else {
            (Vec::new(), name.pos)
        };
        matchers.push(Matcher::equal(METRIC_NAME, text));
        Ok(selector(text.to_owned(), matchers, pos))
    }

    fn matchers(&mut self) -> Result<(Vec<Matcher>, PosRange), Failure> {
        let open = self.advance()?;
        let mut matchers = Vec::new();
        while self.kind() != TokenKind::RightBrace {
            matchers.push(self.matcher()?);
            match self.kind() {
                TokenKind::Comma => {
                    self.advance()?;
                }
                TokenKind::RightBrace => {}
                _ => return Err(self.unexpected_in(CONTEXT, r#""," or "}""#)),
            }
        }
        let close = self.advance()?;
        Ok((matchers, open.pos.to(close.pos)))
    }

    fn matcher(&mut self) -> Result<Matcher, Failure> {
        let (label, name, quoted) = match self.kind() {
            TokenKind::Identifier => {
                let token = self.advance()?;
                (token, self.text(token).to_owned(), false)
            }
            TokenKind::String => {
                let token = self.advance()?;
                (token, self.unquote(token)?, true)
            }
            _ => return Err(self.unexpected_in(CONTEXT, r#"identifier or "}""#)),
        };
        let op = match self.kind() {
            TokenKind::Equal => MatchOp::Equal,
            TokenKind::Operator(BinaryOp::Ne) => MatchOp::NotEqual,
            TokenKind::EqualRegex => MatchOp::Regex,
            TokenKind::NotEqualRegex => MatchOp::NotRegex,
            // A quoted string alone is the metric's name.
            _ if quoted => return Ok(Matcher::equal(METRIC_NAME, &name)),
            _ => return Err(self.unexpected_in(CONTEXT, "label matching operator")),
        };
        self.advance()?;
        if self.kind() != TokenKind::String {
            return Err(self.unexpected_in(CONTEXT, "string"));
        }
        let value = self.advance()?;
        let text = self.unquote(value)?;
        Matcher::new(op, &name, &text)
            .map_err(|error| Failure::new(label.pos.to(value.pos), error.to_string()))
    }
}

fn selector(name: String, matchers: Vec<Matcher>, pos: PosRange) -> VectorSelector {
    VectorSelector { name, matchers, offset: DurationValue::ZERO, at: None, mode: RangeMode::Plain, pos }
}

/// Whether a token can be a metric's name; words that only make sense between operands cannot.
pub(super) fn is_metric_word(kind: TokenKind) -> bool {
    match kind {
        TokenKind::Identifier | TokenKind::MetricIdentifier | TokenKind::Aggregate(_) => true,
        TokenKind::Operator(op) => op.is_set(),
        TokenKind::Keyword(keyword) => matches!(
            keyword,
            Keyword::By
                | Keyword::Without
                | Keyword::Fill
                | Keyword::FillLeft
                | Keyword::FillRight
                | Keyword::Offset
                | Keyword::Anchored
                | Keyword::Smoothed
                | Keyword::Start
                | Keyword::End
                | Keyword::Step
                | Keyword::Range
        ),
        _ => false,
    }
}
