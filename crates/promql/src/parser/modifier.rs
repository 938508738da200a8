//! What stands behind an operand: `[range]`, `[range:step]`, `offset`, `@`, `anchored`, `smoothed`.

use super::error::Failure;
use super::{Node, Parser, node_above};
use crate::ast::{
    At, BinaryOp, DurationValue, Expr, MatrixSelector, PosRange, RangeMode, Subquery, VectorSelector,
};
use crate::lexer::{Keyword, TokenKind};

const DURATION: &str = "number, duration, step(), or range()";

impl Parser<'_> {
    /// Reads all modifiers behind `node`.
    pub(super) fn modifiers(&mut self, mut node: Node) -> Result<Node, Failure> {
        loop {
            match self.kind() {
                TokenKind::LeftBracket => node = self.range(node)?,
                TokenKind::Keyword(Keyword::Offset) => self.offset(&mut node.expr)?,
                TokenKind::At => self.at(&mut node.expr)?,
                TokenKind::Keyword(Keyword::Anchored) => self.mode(&mut node.expr, RangeMode::Anchored)?,
                TokenKind::Keyword(Keyword::Smoothed) => self.mode(&mut node.expr, RangeMode::Smoothed)?,
                _ => return Ok(node),
            }
        }
    }

    fn range(&mut self, node: Node) -> Result<Node, Failure> {
        let open = self.advance()?;
        let range = self
            .positive_duration()
            .map_err(|failure| failure.within("subquery or range selector", DURATION))?;
        match self.kind() {
            TokenKind::Colon => self.subquery(node, range),
            TokenKind::RightBracket => {
                let close = self.advance()?;
                matrix(node, range, open.pos.to(close.pos))
            }
            _ => Err(self.unexpected_in("subquery or range", r#"":" or "]""#)),
        }
    }

    fn subquery(&mut self, Node { expr, height }: Node, range: DurationValue) -> Result<Node, Failure> {
        self.advance()?;
        let step = match self.kind() {
            TokenKind::RightBracket => None,
            _ => Some(self.positive_duration().map_err(|failure| {
                failure.within("subquery selector", r#"number, duration, step(), range(), or "]""#)
            })?),
        };
        if self.kind() != TokenKind::RightBracket {
            return Err(self.unexpected_in("subquery selector", r#""]""#));
        }
        let close = self.advance()?;
        let pos = expr.pos().to(close.pos);
        let subquery = Subquery { expr, range, step, offset: DurationValue::ZERO, at: None, pos };
        node_above(Expr::Subquery(Box::new(subquery)), height)
    }

    fn offset(&mut self, expr: &mut Expr) -> Result<(), Failure> {
        self.advance()?;
        let (value, end) = self.offset_duration().map_err(|failure| failure.within("offset", DURATION))?;
        let pos = expr.pos();
        let Some(target) = target(expr) else {
            return Err(Failure::new(
                pos,
                "offset modifier must be preceded by an instant vector selector or range vector selector or a subquery",
            ));
        };
        if !target.offset.is_zero() {
            return Err(Failure::new(pos, "offset may not be set multiple times"));
        }
        *target.offset = value;
        target.pos.end = end;
        Ok(())
    }

    fn at(&mut self, expr: &mut Expr) -> Result<(), Failure> {
        self.advance()?;
        let (at, end) = self.at_value(expr.pos()).map_err(|failure| failure.within("@", "timestamp"))?;
        let pos = expr.pos();
        let Some(target) = target(expr) else {
            return Err(Failure::new(
                pos,
                "@ modifier must be preceded by an instant vector selector or range vector selector or a subquery",
            ));
        };
        if target.at.is_some() {
            return Err(Failure::new(pos, "@ <timestamp> may not be set multiple times"));
        }
        *target.at = Some(at);
        target.pos.end = end;
        Ok(())
    }

    fn at_value(&mut self, pos: PosRange) -> Result<(At, usize), Failure> {
        let preprocessor = match self.kind() {
            TokenKind::Keyword(Keyword::Start) => Some(At::Start),
            TokenKind::Keyword(Keyword::End) => Some(At::End),
            _ => None,
        };
        if let Some(at) = preprocessor {
            self.advance()?;
            self.expect(TokenKind::LeftParen)?;
            let close = self.expect(TokenKind::RightParen)?;
            return Ok((at, close.pos.end));
        }
        let before = self.token;
        let seconds = self.signed_number()?;
        if seconds.is_nan() || seconds.abs() >= i64::MAX as f64 {
            let shown = match seconds {
                f64::INFINITY => "+Inf".to_owned(),
                f64::NEG_INFINITY => "-Inf".to_owned(),
                seconds => format!("{seconds:.6}"),
            };
            let message = format!("timestamp out of bounds for @ modifier: {shown}");
            return Err(Failure::new(pos, message));
        }
        let end = self.end_of_number(before);
        Ok((At::Timestamp(milliseconds(seconds)), end))
    }

    /// Where the number that started at `first` (perhaps with a sign) ended: at the last token's end.
    fn end_of_number(&self, first: crate::lexer::Token) -> usize {
        let text = self.lexer.input().get(first.pos.start..self.token.pos.start).unwrap_or_default();
        let text = text.split('#').next().unwrap_or_default();
        first.pos.start + text.trim_end().len()
    }

    /// A number or duration with an optional sign, as its value.
    pub(super) fn signed_number(&mut self) -> Result<f64, Failure> {
        let negative = self.kind() == TokenKind::Operator(BinaryOp::Sub);
        if negative || self.kind() == TokenKind::Operator(BinaryOp::Add) {
            self.advance()?;
        }
        let (value, _, _) = self.number()?;
        Ok(if negative { -value } else { value })
    }

    fn mode(&mut self, expr: &mut Expr, mode: RangeMode) -> Result<(), Failure> {
        let name = if mode == RangeMode::Anchored { "anchored" } else { "smoothed" };
        let error = |message: String| Err(Failure::new(expr.pos(), message));
        if !self.options.extended_range_selectors {
            return error(format!("{name} modifier is experimental and not enabled"));
        }
        let pos = expr.pos();
        let (vector, whole) = match expr {
            Expr::Vector(vector) => (&mut **vector, None),
            Expr::Matrix(matrix) => (&mut matrix.vector, Some(&mut matrix.pos)),
            Expr::Subquery(_) => return error(format!("{name} modifier is not supported for subqueries")),
            _ => return error(format!("{name} modifier not implemented")),
        };
        if vector.mode != RangeMode::Plain && vector.mode != mode {
            let message = "anchored and smoothed modifiers cannot be used together";
            return Err(Failure::new(pos, message));
        }
        vector.mode = mode;
        let keyword = self.advance()?;
        whole.unwrap_or(&mut vector.pos).end = keyword.pos.end;
        Ok(())
    }
}

/// Seconds as milliseconds; what does not fit becomes the earliest time there is, as the reference's conversion has it.
fn milliseconds(seconds: f64) -> i64 {
    let ms = (seconds * 1000.0).round();
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&ms);
    if fits { ms as i64 } else { i64::MIN }
}

/// The parts of a selector or subquery that modifiers change.
struct Target<'a> {
    offset: &'a mut DurationValue,
    at: &'a mut Option<At>,
    pos: &'a mut PosRange,
}

fn target(expr: &mut Expr) -> Option<Target<'_>> {
    Some(match expr {
        Expr::Vector(vector) => {
            let VectorSelector { offset, at, pos, .. } = &mut **vector;
            Target { offset, at, pos }
        }
        Expr::Matrix(matrix) => {
            let MatrixSelector { vector, pos, .. } = &mut **matrix;
            Target { offset: &mut vector.offset, at: &mut vector.at, pos }
        }
        Expr::Subquery(subquery) => {
            let Subquery { offset, at, pos, .. } = &mut **subquery;
            Target { offset, at, pos }
        }
        _ => return None,
    })
}

fn matrix(node: Node, range: DurationValue, brackets: PosRange) -> Result<Node, Failure> {
    let Expr::Vector(vector) = node.expr else {
        return Err(Failure::new(brackets, "ranges only allowed for vector selectors"));
    };
    if !vector.offset.is_zero() {
        return Err(Failure::new(brackets, "no offset modifiers allowed before range"));
    }
    if vector.at.is_some() {
        return Err(Failure::new(brackets, "no @ modifiers allowed before range"));
    }
    let pos = vector.pos.to(brackets);
    Ok(Node::leaf(Expr::Matrix(Box::new(MatrixSelector { vector: *vector, range, pos }))))
}
