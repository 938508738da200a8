//! Aggregations: `sum by (a) (x)`, `sum (x) by (a)`; and label lists in parentheses.

use super::error::Failure;
use super::{Node, Parser, node_above};
use crate::ast::{Aggregate, AggregateOp, Expr, PosRange};
use crate::lexer::{Keyword, Token, TokenKind};

impl Parser<'_> {
    /// At an aggregation's name, which is also a possible metric name.
    pub(super) fn aggregate_or_name(&mut self, op: AggregateOp) -> Result<Node, Failure> {
        let name = self.advance()?;
        match self.kind() {
            TokenKind::LeftParen | TokenKind::Keyword(Keyword::By | Keyword::Without) => {
                self.aggregate(op, name).map_err(|failure| failure.within("aggregation", ""))
            }
            _ => self.selector_named(name),
        }
    }

    fn aggregate(&mut self, op: AggregateOp, name: Token) -> Result<Node, Failure> {
        let before = self.aggregate_modifier()?;
        let (mut args, height, mut end) = self.arguments()?;
        let modifier = match before {
            Some(modifier) => Some(modifier),
            None => {
                let after = self.aggregate_modifier()?;
                if let Some(modifier) = &after {
                    end = modifier.end;
                }
                after
            }
        };
        let pos = PosRange::new(name.pos.start, end);
        let error = |message: String| Err(Failure::new(pos, message));
        if args.is_empty() {
            return error("no arguments for aggregate expression provided".to_owned());
        }
        if op.is_experimental() && !self.options.experimental_functions {
            return error(format!(
                "{op}() is experimental and must be enabled with --enable-feature=promql-experimental-functions"
            ));
        }
        let wanted = if op.takes_param() { 2 } else { 1 };
        let got = args.len();
        let (Some(expr), true) = (args.pop(), got == wanted) else {
            return error(format!(
                "wrong number of arguments for aggregate expression provided, expected {wanted}, got {got}"
            ));
        };
        let param = args.pop();
        let (grouping, without) = modifier.map_or((Vec::new(), false), |m| (m.labels, m.without));
        let aggregate = Aggregate { op, expr, param, grouping, without, pos };
        node_above(Expr::Aggregate(Box::new(aggregate)), height)
    }

    fn aggregate_modifier(&mut self) -> Result<Option<Modifier>, Failure> {
        let without = match self.kind() {
            TokenKind::Keyword(Keyword::By) => false,
            TokenKind::Keyword(Keyword::Without) => true,
            _ if self.unreadable.is_some() => return Err(self.unexpected()),
            _ => return Ok(None),
        };
        self.advance()?;
        let (labels, end) = self.label_list()?;
        Ok(Some(Modifier { labels, without, end }))
    }

    /// `(a, b)`: the names, and where the closing parenthesis ends.
    pub(super) fn label_list(&mut self) -> Result<(Vec<String>, usize), Failure> {
        const CONTEXT: &str = "grouping opts";
        if self.kind() != TokenKind::LeftParen {
            return Err(self.unexpected_in(CONTEXT, r#""(""#));
        }
        self.advance()?;
        let mut labels = Vec::new();
        while self.kind() != TokenKind::RightParen {
            labels.push(self.label_name(CONTEXT)?);
            match self.kind() {
                TokenKind::Comma => {
                    self.advance()?;
                }
                TokenKind::RightParen => {}
                _ => return Err(self.unexpected_in(CONTEXT, r#""," or ")""#)),
            }
        }
        let close = self.advance()?;
        Ok((labels, close.pos.end))
    }

    fn label_name(&mut self, context: &str) -> Result<String, Failure> {
        match self.kind() {
            TokenKind::String => {
                let token = self.advance()?;
                let name = self.unquote(token)?;
                if name.is_empty() {
                    let message = format!("invalid label name for grouping: {name:?}");
                    return Err(Failure::new(token.pos, message));
                }
                Ok(name)
            }
            kind if is_label_word(kind) => {
                let token = self.advance()?;
                Ok(self.text(token).to_owned())
            }
            _ => Err(self.unexpected_in(context, "label")),
        }
    }
}

/// A `by` or `without` clause.
struct Modifier {
    labels: Vec<String>,
    without: bool,
    end: usize,
}

/// Whether a token that is not quoted can be a label name in a list.
fn is_label_word(kind: TokenKind) -> bool {
    match kind {
        TokenKind::Identifier | TokenKind::MetricIdentifier | TokenKind::Aggregate(_) => true,
        TokenKind::Operator(op) => op.as_str().starts_with(|c: char| c.is_ascii_lowercase()),
        TokenKind::Keyword(Keyword::Without) => false,
        TokenKind::Keyword(_) => true,
        _ => false,
    }
}
