//! Operands: literals, names, calls, parentheses and signs. Operators between them are in `binary`.

use super::error::Failure;
use super::selector::is_metric_word;
use super::{Node, Parser, node_above};
use crate::ast::{BinaryOp, Call, Expr, NumberLiteral, Paren, PosRange, Unary, UnaryOp};
use crate::functions_table;
use crate::lexer::{Keyword, Token, TokenKind};

impl Parser<'_> {
    /// A whole expression.
    pub(super) fn expression(&mut self) -> Result<Node, Failure> {
        self.binary(1)
    }

    /// A signed operand, or an unsigned one with its modifiers.
    pub(super) fn operand(&mut self) -> Result<Node, Failure> {
        match self.kind() {
            TokenKind::Operator(BinaryOp::Add) => self.unary(UnaryOp::Plus),
            TokenKind::Operator(BinaryOp::Sub) => self.unary(UnaryOp::Minus),
            _ => {
                let node = self.primary()?;
                self.modifiers(node)
            }
        }
    }

    /// Whether an operand can begin here.
    pub(super) fn is_before_operand(&self) -> bool {
        match self.kind() {
            TokenKind::Operator(BinaryOp::Add | BinaryOp::Sub)
            | TokenKind::Number
            | TokenKind::Duration
            | TokenKind::String
            | TokenKind::LeftParen
            | TokenKind::LeftBrace => true,
            kind => is_metric_word(kind),
        }
    }

    /// A sign binds like a multiplication: `-a ^ b` is `-(a ^ b)`, `-a * b` is `(-a) * b`.
    fn unary(&mut self, op: UnaryOp) -> Result<Node, Failure> {
        let sign = self.advance()?;
        let Node { expr, height } = self.binary(BinaryOp::Pow.precedence())?;
        let pos = sign.pos.to(expr.pos());
        if let Expr::Number(number) = expr {
            let value = if op == UnaryOp::Minus { -number.value } else { number.value };
            return Ok(Node::leaf(Expr::Number(NumberLiteral { value, pos, ..number })));
        }
        node_above(Expr::Unary(Box::new(Unary { op, expr, pos })), height)
    }

    fn primary(&mut self) -> Result<Node, Failure> {
        match self.kind() {
            TokenKind::Number | TokenKind::Duration => {
                let (value, is_duration, pos) = self.number()?;
                Ok(Node::leaf(Expr::Number(NumberLiteral { value, is_duration, pos })))
            }
            TokenKind::String => {
                let token = self.advance()?;
                Ok(Node::leaf(Expr::String(self.string_literal(token)?)))
            }
            TokenKind::LeftParen => self.paren(),
            TokenKind::Aggregate(op) => self.aggregate_or_name(op),
            TokenKind::Identifier
            | TokenKind::Keyword(Keyword::Start | Keyword::End | Keyword::Step | Keyword::Range) => {
                let name = self.advance()?;
                if self.kind() == TokenKind::LeftParen {
                    return self.call(name);
                }
                self.selector_named(name)
            }
            _ => Ok(Node::leaf(Expr::Vector(Box::new(self.vector_selector()?)))),
        }
    }

    pub(super) fn selector_named(&mut self, name: Token) -> Result<Node, Failure> {
        Ok(Node::leaf(Expr::Vector(Box::new(self.vector_selector_named(name)?))))
    }

    fn paren(&mut self) -> Result<Node, Failure> {
        let open = self.advance()?;
        let Node { expr, height } = self.expression()?;
        let close = self.expect(TokenKind::RightParen)?;
        let pos = open.pos.to(close.pos);
        node_above(Expr::Paren(Box::new(Paren { expr, pos })), height)
    }

    fn call(&mut self, name: Token) -> Result<Node, Failure> {
        let (args, height, end) = self.arguments()?;
        let text = self.text(name);
        let function = functions_table::lookup(text)
            .ok_or_else(|| Failure::new(name.pos, format!("unknown function with name {text:?}")))?;
        if function.experimental && !self.options.experimental_functions {
            return Err(Failure::new(name.pos, format!("function {text:?} is not enabled")));
        }
        let pos = PosRange::new(name.pos.start, end);
        node_above(Expr::Call(Box::new(Call { function, args, pos })), height)
    }

    /// `(a, b)`: the expressions, the height of the highest, and where the closing parenthesis ends.
    pub(super) fn arguments(&mut self) -> Result<(Vec<Expr>, usize, usize), Failure> {
        self.expect(TokenKind::LeftParen)?;
        let (mut args, mut height) = (Vec::new(), 0);
        if self.kind() != TokenKind::RightParen {
            let mut comma: Option<Token> = None;
            loop {
                let next = self.token;
                let node = match self.expression() {
                    Ok(node) => node,
                    Err(failure) => return Err(after_comma(failure, comma, next)),
                };
                height = height.max(node.height);
                args.push(node.expr);
                if self.kind() != TokenKind::Comma {
                    break;
                }
                comma = Some(self.advance()?);
            }
        }
        let close = self.expect(TokenKind::RightParen)?;
        Ok((args, height, close.pos.end))
    }
}

/// A comma before what can begin no argument is one too many.
#[cold]
fn after_comma(failure: Failure, comma: Option<Token>, next: Token) -> Failure {
    match comma {
        Some(comma) if failure.is_about(next) => {
            Failure::new(comma.pos, "trailing commas not allowed in function call args")
        }
        _ => failure,
    }
}
