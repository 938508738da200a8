//! Query text to [`Expr`]: a Pratt parser over a lazy lexer, then the type check.
//!
//! Called by the engine, the HTTP API, the rule loader and the tools. The grammar, the precedences and the wording of
//! the errors are Prometheus'; only the first error is reported.
//!
//! Invariants: no input panics or overflows the stack; what is returned is well-typed and at most [`MAX_DEPTH`]
//! levels deep.

mod aggregate;
mod binary;
mod check;
mod duration;
mod error;
mod expression;
mod literal;
mod metric;
mod modifier;
mod options;
mod selector;

pub use error::ParseError;
pub use metric::parse_metric;
pub(crate) use metric::parse_metric_prefix;
pub use options::ParserOptions;

use narthex_model::Matcher;

use crate::ast::{Expr, PosRange};
use crate::lexer::{LexError, Lexer, Token, TokenKind};
use error::Failure;

/// The most levels a syntax tree may have; an expression that is nested deeper is refused.
pub const MAX_DEPTH: usize = 256;

/// Parses and type-checks a query.
pub fn parse_expr(input: &str, options: ParserOptions) -> Result<Expr, ParseError> {
    let parse = || {
        let mut parser = Parser::new(input, options)?;
        if parser.kind() == TokenKind::Eof {
            return Err(Failure::new(PosRange::default(), "no expression found in input"));
        }
        let mut expr = parser.expression()?.expr;
        parser.expect_end()?;
        check::check(&mut expr, input)?;
        Ok(expr)
    };
    parse().map_err(|failure| failure.into_error(input))
}

/// Parses a series selector such as `up{job="api"}`, the form of the API's `match[]`, into its matchers.
pub fn parse_metric_selector(input: &str) -> Result<Vec<Matcher>, ParseError> {
    let parse = || {
        let mut parser = Parser::new(input, ParserOptions::default())?;
        let selector = parser.vector_selector()?;
        parser.expect_end()?;
        Ok(selector.matchers)
    };
    parse().map_err(|failure: Failure| failure.into_error(input))
}

/// The parser: a lexer and the token it stands before.
///
/// Text that the lexer cannot read counts as the end of the input, until somebody looks for something there: what is wrong
/// with the text before is reported first.
struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    unreadable: Option<LexError>,
    options: ParserOptions,
    depth: usize,
}

/// An expression and how many levels it has.
struct Node {
    expr: Expr,
    height: usize,
}

impl Node {
    fn leaf(expr: Expr) -> Self {
        Self { expr, height: 1 }
    }
}

impl<'a> Parser<'a> {
    fn new(input: &'a str, options: ParserOptions) -> Result<Self, Failure> {
        let mut lexer = Lexer::new(input);
        let token = lexer.next_token()?;
        Ok(Self { lexer, token, unreadable: None, options, depth: 0 })
    }

    fn kind(&self) -> TokenKind {
        self.token.kind
    }

    fn text(&self, token: Token) -> &'a str {
        self.lexer.input().get(token.pos.start..token.pos.end).unwrap_or_default()
    }

    /// Goes to the next token and returns the one before.
    fn advance(&mut self) -> Result<Token, Failure> {
        if self.unreadable.is_some() {
            return Err(self.unexpected());
        }
        let token = self.token;
        match self.lexer.next_token() {
            Ok(next) => self.token = next,
            Err(error) => {
                self.token = Token { kind: TokenKind::Eof, pos: error.pos };
                self.unreadable = Some(error);
            }
        }
        Ok(token)
    }

    fn expect(&mut self, kind: TokenKind) -> Result<Token, Failure> {
        if self.kind() == kind { self.advance() } else { Err(self.unexpected()) }
    }

    fn expect_end(&self) -> Result<(), Failure> {
        if self.kind() == TokenKind::Eof && self.unreadable.is_none() {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    /// "unexpected …", to be completed by whoever knows the context.
    fn unexpected(&self) -> Failure {
        match &self.unreadable {
            Some(error) => Failure::from(error.clone()),
            None => Failure::unexpected(self.token, self.lexer.input()),
        }
    }

    fn unexpected_in(&self, context: &str, expected: &str) -> Failure {
        self.unexpected().within(context, expected)
    }

    /// Goes one level deeper, if there is one. Behind an error the depth means nothing any more.
    fn enter(&mut self) -> Result<(), Failure> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep(self.token.pos));
        }
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }
}

/// A node above others of which the highest has `height` levels.
fn node_above(expr: Expr, height: usize) -> Result<Node, Failure> {
    if height >= MAX_DEPTH {
        return Err(too_deep(expr.pos()));
    }
    Ok(Node { expr, height: height + 1 })
}

fn too_deep(pos: PosRange) -> Failure {
    Failure::new(
        pos,
        format!(
            "expression is nested more than {MAX_DEPTH} levels deep: split it, for example with recording rules"
        ),
    )
}
