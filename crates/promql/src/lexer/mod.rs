//! Query text to tokens, one at a time: called by the parser, and by the runner for series lines.
//!
//! Lexing is lazy, because what comes first in the text must be reported first, whether the lexer or the parser finds
//! it. Braces and brackets change what characters mean, so the lexer knows whether it is inside one.
//!
//! Invariant: `pos` is always at a character boundary of `input`.

mod number;
mod string;
mod token;

pub(crate) use number::parse_number;
pub(crate) use string::{UnquoteError, unquote, unquote_bytes};
pub(crate) use token::{Keyword, Token, TokenKind};

use crate::ast::{BinaryOp, PosRange};

/// What the lexer cannot read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LexError {
    /// From the offending token to the end of the input.
    pub(crate) pos: PosRange,
    /// What is wrong.
    pub(crate) message: String,
}

/// Where in a pair of square brackets the lexer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bracket {
    /// In none.
    Outside,
    /// Before the first number.
    Start,
    /// After a number.
    Inside,
}

/// The lexer; copying it is taking a bookmark.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lexer<'a> {
    input: &'a str,
    pos: usize,
    start: usize,
    open_parens: usize,
    in_braces: bool,
    bracket: Bracket,
    /// Whether these brackets have had a colon.
    got_colon: bool,
    /// Whether these brackets have had a word that stands for a duration.
    got_duration: bool,
}

impl<'a> Lexer<'a> {
    /// A lexer at the start of `input`.
    pub(crate) fn new(input: &'a str) -> Self {
        Self {
            input,
            pos: 0,
            start: 0,
            open_parens: 0,
            in_braces: false,
            bracket: Bracket::Outside,
            got_colon: false,
            got_duration: false,
        }
    }

    /// The whole input.
    pub(crate) fn input(&self) -> &'a str {
        self.input
    }

    /// The next token; after the end of the input again and again [`TokenKind::Eof`].
    pub(crate) fn next_token(&mut self) -> Result<Token, LexError> {
        self.skip_blanks();
        self.start = self.pos;
        let kind = if self.in_braces { self.inside_braces()? } else { self.statement()? };
        Ok(Token { kind, pos: PosRange::new(self.start, self.pos) })
    }

    fn skip_blanks(&mut self) {
        loop {
            self.eat_while(is_space);
            // No comment between a bracket and what it holds.
            if self.peek() != Some('#') || self.bracket == Bracket::Start {
                return;
            }
            self.eat_while(|c| c != '\n' && c != '\r');
        }
    }

    fn inside_braces(&mut self) -> Result<TokenKind, LexError> {
        let Some(c) = self.bump() else {
            return Err(self.error("unexpected end of input inside braces"));
        };
        match c {
            ',' => Ok(TokenKind::Comma),
            '"' | '\'' => self.quoted(c),
            '`' => self.raw(),
            '=' if self.eat('~') => Ok(TokenKind::EqualRegex),
            '=' => Ok(TokenKind::Equal),
            '!' => match self.bump() {
                Some('~') => Ok(TokenKind::NotEqualRegex),
                Some('=') => Ok(TokenKind::Operator(BinaryOp::Ne)),
                other => {
                    Err(self.error(format!("unexpected character after '!' inside braces: {}", shown(other))))
                }
            },
            '}' => {
                self.in_braces = false;
                Ok(TokenKind::RightBrace)
            }
            '{' => Err(self.error("unexpected left brace '{'")),
            c if is_alpha(c) => {
                self.eat_while(is_alphanumeric);
                Ok(TokenKind::Identifier)
            }
            c => Err(self.error(format!("unexpected character inside braces: {}", shown(Some(c))))),
        }
    }

    fn statement(&mut self) -> Result<TokenKind, LexError> {
        let Some(c) = self.bump() else { return self.end() };
        Ok(match c {
            ',' => TokenKind::Comma,
            '*' => TokenKind::Operator(BinaryOp::Mul),
            '/' => TokenKind::Operator(BinaryOp::Div),
            '%' => TokenKind::Operator(BinaryOp::Mod),
            '+' => TokenKind::Operator(BinaryOp::Add),
            '-' => TokenKind::Operator(BinaryOp::Sub),
            '^' => TokenKind::Operator(BinaryOp::Pow),
            '@' if self.bracket != Bracket::Start => TokenKind::At,
            '(' => {
                self.open_parens += 1;
                TokenKind::LeftParen
            }
            ')' => return self.close_paren(),
            ']' => return self.close_bracket(),
            c if c.is_ascii_digit() || (c == '.' && self.peek().is_some_and(|c| c.is_ascii_digit())) => {
                self.pos = self.start;
                self.bracket_has_number();
                return self.number_or_duration();
            }
            c if (is_alpha(c) || c == ':') && self.bracket != Bracket::Outside => return self.in_bracket(c),
            c if self.bracket == Bracket::Start => {
                let message = format!("unexpected character in duration expression: {}", shown(Some(c)));
                return Err(self.error(message));
            }
            '=' if self.eat('=') => TokenKind::Operator(BinaryOp::Eq),
            '=' if self.peek() == Some('~') => {
                return Err(self.error("unexpected character after '=': '~'"));
            }
            '=' => TokenKind::Equal,
            '!' if self.eat('=') => TokenKind::Operator(BinaryOp::Ne),
            '!' => {
                let next = self.bump();
                return Err(self.error(format!("unexpected character after '!': {}", shown(next))));
            }
            '<' if self.eat('=') => TokenKind::Operator(BinaryOp::Le),
            '<' if self.eat('/') => TokenKind::Operator(BinaryOp::TrimUpper),
            '<' => TokenKind::Operator(BinaryOp::Lt),
            '>' if self.eat('=') => TokenKind::Operator(BinaryOp::Ge),
            '>' if self.eat('/') => TokenKind::Operator(BinaryOp::TrimLower),
            '>' => TokenKind::Operator(BinaryOp::Gt),
            '"' | '\'' => return self.quoted(c),
            '`' => return self.raw(),
            '{' => {
                self.in_braces = true;
                TokenKind::LeftBrace
            }
            '[' if self.bracket == Bracket::Inside => return Err(self.error("unexpected left bracket '['")),
            '[' => {
                self.bracket = Bracket::Start;
                self.got_colon = false;
                self.got_duration = false;
                TokenKind::LeftBracket
            }
            c if is_alpha(c) || c == ':' => self.word(),
            c => return Err(self.error(format!("unexpected character: {}", shown(Some(c))))),
        })
    }

    fn end(&self) -> Result<TokenKind, LexError> {
        if self.bracket == Bracket::Start {
            Err(self.error("unexpected end of input in duration expression"))
        } else if self.open_parens > 0 {
            Err(self.error("unclosed left parenthesis"))
        } else if self.bracket == Bracket::Inside {
            Err(self.error("unclosed left bracket"))
        } else {
            Ok(TokenKind::Eof)
        }
    }

    fn close_paren(&mut self) -> Result<TokenKind, LexError> {
        let Some(open) = self.open_parens.checked_sub(1) else {
            self.start = self.pos;
            return Err(self.error("unexpected right parenthesis ')'"));
        };
        self.open_parens = open;
        Ok(TokenKind::RightParen)
    }

    fn close_bracket(&mut self) -> Result<TokenKind, LexError> {
        if self.bracket == Bracket::Outside {
            return Err(self.error("unexpected right bracket ']'"));
        }
        self.bracket = Bracket::Outside;
        Ok(TokenKind::RightBracket)
    }

    fn bracket_has_number(&mut self) {
        if self.bracket == Bracket::Start {
            self.bracket = Bracket::Inside;
        }
    }

    /// A letter or a colon between square brackets: the colon of a subquery or a function of durations.
    fn in_bracket(&mut self, first: char) -> Result<TokenKind, LexError> {
        if first == ':' {
            if self.bracket == Bracket::Start && (self.got_colon || !self.got_duration) {
                self.start = self.pos;
                let what = if self.got_colon { "repeated colon" } else { "colon before duration" };
                return Err(self.error(format!("unexpected {what} in duration expression")));
            }
            if self.got_colon {
                return Err(self.error("unexpected colon ':'"));
            }
            self.got_colon = true;
            return Ok(TokenKind::Colon);
        }
        self.eat_while(is_alphanumeric);
        let word = self.text().to_ascii_lowercase();
        let kind = match word.as_str() {
            "step" => TokenKind::Keyword(Keyword::Step),
            "range" => TokenKind::Keyword(Keyword::Range),
            "min_of" | "max_of" => TokenKind::Identifier,
            _ if self.bracket == Bracket::Start => {
                let message = format!("unexpected character in duration expression: {}", shown(Some(first)));
                return Err(self.error(message));
            }
            _ => {
                return Err(self.error(format!("unexpected character: {}, expected ':'", shown(Some(first)))));
            }
        };
        self.got_duration = true;
        Ok(kind)
    }

    fn word(&mut self) -> TokenKind {
        self.eat_while(|c| is_alphanumeric(c) || c == ':');
        let text = self.text();
        match token::word_kind(text) {
            // Only a `fill(` is the modifier, so that metrics of these names stay usable.
            Some(TokenKind::Keyword(Keyword::Fill | Keyword::FillLeft | Keyword::FillRight))
                if !self.rest().trim_start_matches(is_space).starts_with('(') =>
            {
                TokenKind::Identifier
            }
            Some(kind) => kind,
            None if text.contains(':') => TokenKind::MetricIdentifier,
            None => TokenKind::Identifier,
        }
    }

    fn text(&self) -> &'a str {
        self.input.get(self.start..self.pos).unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.input.get(self.pos..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.eat_if(|c| c == wanted)
    }

    fn eat_if(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let found = self.peek().is_some_and(wanted);
        if found {
            self.bump();
        }
        found
    }

    fn eat_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.eat_if(&wanted) {}
    }

    fn error(&self, message: impl Into<String>) -> LexError {
        LexError { pos: PosRange::new(self.start, self.input.len()), message: message.into() }
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn is_alpha(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic()
}

fn is_alphanumeric(c: char) -> bool {
    is_alpha(c) || c.is_ascii_digit()
}

fn shown(c: Option<char>) -> String {
    match c {
        Some('\'') => r"'\''".to_owned(),
        Some('\\') => r"'\\'".to_owned(),
        Some('\n') => r"'\n'".to_owned(),
        Some('\t') => r"'\t'".to_owned(),
        Some('\r') => r"'\r'".to_owned(),
        Some(c) if c.is_control() => format!("'\\u{:04x}'", c as u32),
        Some(c) => format!("'{c}'"),
        None => "end of input".to_owned(),
    }
}

#[cfg(test)]
mod tests;
