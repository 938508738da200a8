//! Durations in selectors: literals, and arithmetic on them.

use super::Parser;
use super::error::Failure;
use crate::ast::{BinaryOp, DurationExpr, DurationFunction, DurationOp, DurationValue, PosRange};
use crate::lexer::{Keyword, TokenKind};

/// The longest duration in seconds: 2^63 nanoseconds.
const MAX_SECONDS: f64 = 9_223_372_036.854_776;

impl Parser<'_> {
    /// A range or a subquery step.
    pub(super) fn positive_duration(&mut self) -> Result<DurationValue, Failure> {
        let expr = self.duration_expr(1)?;
        if let DurationExpr::Literal { seconds, pos, .. } = expr
            && seconds <= 0.0
        {
            return Err(Failure::new(pos, "duration must be greater than 0"));
        }
        let pos = expr.pos();
        match value(expr) {
            // Less than a millisecond.
            DurationValue::Fixed(0) => Err(Failure::new(pos, "duration must be greater than 0")),
            value => Ok(value),
        }
    }

    /// An offset: an operand with signs, because `x offset 1 + 2` is `(x offset 1) + 2`. Only behind a parenthesis that
    /// closes arithmetic goes on. Returns also where it ends.
    pub(super) fn offset_duration(&mut self) -> Result<(DurationValue, usize), Failure> {
        let expr = match self.kind() {
            TokenKind::LeftParen => self.duration_expr(1)?,
            _ => in_range(self.signed_operand(0)?)?,
        };
        let end = expr.pos().end;
        Ok((value(expr), end))
    }

    /// An operand behind any number of signs, `signs` of which were read. Behind several the operand alone has to be a length
    /// of time, behind one it is looked at together with it.
    fn signed_operand(&mut self, signs: usize) -> Result<DurationExpr, Failure> {
        self.enter()?;
        let expr = match self.kind() {
            TokenKind::Operator(BinaryOp::Add | BinaryOp::Sub) => {
                self.signed_duration(|parser| parser.signed_operand(signs + 1))
            }
            _ if signs > 1 => self.duration_operand().and_then(in_range),
            _ => self.duration_operand(),
        }?;
        self.leave();
        Ok(expr)
    }

    fn duration_expr(&mut self, min_precedence: u8) -> Result<DurationExpr, Failure> {
        self.enter()?;
        let mut left = match self.kind() {
            TokenKind::Operator(BinaryOp::Add | BinaryOp::Sub) => {
                self.signed_duration(|parser| parser.duration_expr(DurationOp::Pow.precedence()))?
            }
            _ => in_range(self.duration_operand()?)?,
        };
        for _ in 0..super::MAX_DEPTH {
            match self.duration_operation(left, min_precedence)? {
                (next, true) => left = next,
                (complete, false) => {
                    self.leave();
                    return Ok(complete);
                }
            }
        }
        Err(super::too_deep(left.pos()))
    }

    /// `left` with the operator that stands here and its right side, if it binds at least as tightly as
    /// `min_precedence`; says whether there was one.
    fn duration_operation(
        &mut self,
        left: DurationExpr,
        min_precedence: u8,
    ) -> Result<(DurationExpr, bool), Failure> {
        let op = duration_op(self.kind()).filter(|op| op.precedence() >= min_precedence);
        let Some(op) = op else { return Ok((left, false)) };
        let token = self.advance()?;
        let precedence = op.precedence();
        let right = self.duration_expr(if op == DurationOp::Pow { precedence } else { precedence + 1 })?;
        self.check_durations_enabled(left.pos())?;
        if let DurationExpr::Literal { seconds: 0.0, .. } = right {
            match op {
                DurationOp::Div => return Err(Failure::new(token.pos, "division by zero")),
                DurationOp::Mod => return Err(Failure::new(token.pos, "modulo by zero")),
                _ => {}
            }
        }
        Ok((DurationExpr::Binary { op, left: Box::new(left), right: Box::new(right) }, true))
    }

    fn signed_duration(
        &mut self,
        operand: impl FnOnce(&mut Self) -> Result<DurationExpr, Failure>,
    ) -> Result<DurationExpr, Failure> {
        let sign = self.advance()?;
        let negative = sign.kind == TokenKind::Operator(BinaryOp::Sub);
        let expr = operand(self)?;
        let pos = sign.pos.to(expr.pos());
        Ok(match expr {
            DurationExpr::Literal { seconds, is_duration, .. } => {
                DurationExpr::Literal { seconds: if negative { -seconds } else { seconds }, is_duration, pos }
            }
            expr if negative => DurationExpr::Signed { expr: Box::new(expr), pos },
            // A plus says nothing.
            expr => expr,
        })
    }

    fn duration_operand(&mut self) -> Result<DurationExpr, Failure> {
        match self.kind() {
            TokenKind::Number | TokenKind::Duration => {
                let (seconds, is_duration, pos) = self.number()?;
                Ok(DurationExpr::Literal { seconds, is_duration, pos })
            }
            TokenKind::Keyword(Keyword::Step) => Ok(DurationExpr::Step(self.duration_keyword()?)),
            TokenKind::Keyword(Keyword::Range) => Ok(DurationExpr::Range(self.duration_keyword()?)),
            TokenKind::LeftParen => {
                let open = self.advance()?;
                let expr = self.duration_expr(1)?;
                let close = self.expect(TokenKind::RightParen)?;
                self.check_durations_enabled(expr.pos())?;
                let pos = open.pos.to(close.pos);
                Ok(match expr {
                    // One pair says as much as two.
                    DurationExpr::Paren { expr, .. } => DurationExpr::Paren { expr, pos },
                    expr => DurationExpr::Paren { expr: Box::new(expr), pos },
                })
            }
            TokenKind::Identifier => self.duration_function(),
            _ => Err(self.unexpected()),
        }
    }

    /// `step()` or `range()`.
    fn duration_keyword(&mut self) -> Result<PosRange, Failure> {
        let name = self.advance()?;
        self.expect(TokenKind::LeftParen)?;
        let close = self.expect(TokenKind::RightParen)?;
        let pos = name.pos.to(close.pos);
        self.check_durations_enabled(pos)?;
        Ok(pos)
    }

    /// `min_of(a, b)` or `max_of(a, b)`.
    fn duration_function(&mut self) -> Result<DurationExpr, Failure> {
        let function = match self.text(self.token).to_ascii_lowercase().as_str() {
            "min_of" => DurationFunction::MinOf,
            "max_of" => DurationFunction::MaxOf,
            _ => return Err(self.unexpected()),
        };
        let name = self.advance()?;
        self.expect(TokenKind::LeftParen)?;
        let left = Box::new(self.duration_expr(1)?);
        self.expect(TokenKind::Comma)?;
        let right = Box::new(self.duration_expr(1)?);
        let close = self.expect(TokenKind::RightParen)?;
        let pos = name.pos.to(close.pos);
        self.check_durations_enabled(pos)?;
        Ok(DurationExpr::Function { function, left, right, pos })
    }

    fn check_durations_enabled(&self, pos: PosRange) -> Result<(), Failure> {
        if self.options.duration_expressions {
            Ok(())
        } else {
            Err(Failure::new(pos, "experimental duration expression is not enabled"))
        }
    }
}

/// Refuses a literal that is no length of time.
fn in_range(expr: DurationExpr) -> Result<DurationExpr, Failure> {
    match expr {
        DurationExpr::Literal { seconds, pos, .. } if seconds.is_nan() || seconds.abs() > MAX_SECONDS => {
            Err(Failure::new(pos, "duration out of range"))
        }
        expr => Ok(expr),
    }
}

fn duration_op(kind: TokenKind) -> Option<DurationOp> {
    let TokenKind::Operator(op) = kind else { return None };
    Some(match op {
        BinaryOp::Add => DurationOp::Add,
        BinaryOp::Sub => DurationOp::Sub,
        BinaryOp::Mul => DurationOp::Mul,
        BinaryOp::Div => DurationOp::Div,
        BinaryOp::Mod => DurationOp::Mod,
        BinaryOp::Pow => DurationOp::Pow,
        _ => return None,
    })
}

/// A literal becomes milliseconds, by way of whole nanoseconds.
fn value(expr: DurationExpr) -> DurationValue {
    match expr {
        DurationExpr::Literal { seconds, .. } => {
            DurationValue::Fixed((seconds * 1e9).round() as i64 / 1_000_000)
        }
        expr => DurationValue::Expr(Box::new(expr)),
    }
}
