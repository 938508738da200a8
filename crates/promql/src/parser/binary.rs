//! Operators between operands, by precedence climbing, and their modifiers: `bool`, `on`, `group_left`, `fill`, ….

use super::error::Failure;
use super::{Node, Parser, node_above};
use crate::ast::{Binary, BinaryOp, Cardinality, Expr, FillValues, VectorMatching};
use crate::lexer::{Keyword, TokenKind};

impl Parser<'_> {
    /// An expression of operators that bind at least as tightly as `min_precedence`.
    pub(super) fn binary(&mut self, min_precedence: u8) -> Result<Node, Failure> {
        self.enter()?;
        let mut left = self.operand()?;
        while let TokenKind::Operator(op) = self.kind()
            && op.precedence() >= min_precedence
        {
            left = self.operation(left, op)?;
        }
        self.leave();
        Ok(left)
    }

    /// An operator with its modifiers and its right side.
    fn operation(&mut self, left: Node, op: BinaryOp) -> Result<Node, Failure> {
        self.advance()?;
        let (return_bool, matching) = self.binary_modifiers()?;
        let precedence = op.precedence();
        let right = self.binary(if op.is_right_associative() { precedence } else { precedence + 1 })?;
        let height = left.height.max(right.height);
        let binary = Binary { op, left: left.expr, right: right.expr, return_bool, matching: Some(matching) };
        self.check_fill_enabled(&binary)?;
        node_above(Expr::Binary(Box::new(binary)), height)
    }

    fn check_fill_enabled(&self, binary: &Binary) -> Result<(), Failure> {
        let fills = binary.matching.as_ref().is_some_and(|matching| !matching.fill.is_empty());
        if fills && !self.options.binop_fill_modifiers {
            return Err(Failure::new(binary.pos(), "binop fill modifiers are experimental and not enabled"));
        }
        Ok(())
    }

    fn eat_keyword(&mut self, keyword: Keyword) -> Result<bool, Failure> {
        let found = self.kind() == TokenKind::Keyword(keyword);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn binary_modifiers(&mut self) -> Result<(bool, VectorMatching), Failure> {
        let return_bool = self.eat_keyword(Keyword::Bool)?;
        let mut matching = VectorMatching::default();
        let on = self.kind() == TokenKind::Keyword(Keyword::On);
        if on || self.kind() == TokenKind::Keyword(Keyword::Ignoring) {
            self.advance()?;
            (matching.labels, _) = self.label_list()?;
            matching.on = on;
            let many = match self.kind() {
                TokenKind::Keyword(Keyword::GroupLeft) => Some(Cardinality::ManyToOne),
                TokenKind::Keyword(Keyword::GroupRight) => Some(Cardinality::OneToMany),
                _ => None,
            };
            if let Some(card) = many {
                self.advance()?;
                matching.card = card;
                if self.kind() == TokenKind::LeftParen || !self.is_before_operand() {
                    (matching.include, _) = self.label_list()?;
                }
            }
        }
        matching.fill = self.fill_values()?;
        Ok((return_bool, matching))
    }

    /// `fill (x)`, or `fill_left (x)` and `fill_right (y)` in any order.
    fn fill_values(&mut self) -> Result<FillValues, Failure> {
        let mut fill = FillValues::default();
        if self.eat_keyword(Keyword::Fill)? {
            let value = self.fill_value()?;
            return Ok(FillValues { left: Some(value), right: Some(value) });
        }
        loop {
            if fill.left.is_none() && self.eat_keyword(Keyword::FillLeft)? {
                fill.left = Some(self.fill_value()?);
            } else if fill.right.is_none() && self.eat_keyword(Keyword::FillRight)? {
                fill.right = Some(self.fill_value()?);
            } else {
                return Ok(fill);
            }
        }
    }

    fn fill_value(&mut self) -> Result<f64, Failure> {
        self.expect(TokenKind::LeftParen)?;
        let value = self.signed_number()?;
        self.expect(TokenKind::RightParen)?;
        Ok(value)
    }
}
