//! String literals: Go's quoting, `"…"` and `'…'` with escapes, `` `…` `` without.

use super::{LexError, Lexer, TokenKind};

impl Lexer<'_> {
    /// Behind the opening quote; escapes are checked here, so that [`unquote`] finds them whole.
    pub(super) fn quoted(&mut self, quote: char) -> Result<TokenKind, LexError> {
        loop {
            match self.bump() {
                Some('\\') => self.escape(quote)?,
                Some('\n') | None => return Err(self.error("unterminated quoted string")),
                Some(c) if c == quote => return Ok(TokenKind::String),
                Some(_) => {}
            }
        }
    }

    /// Behind the opening backquote.
    pub(super) fn raw(&mut self) -> Result<TokenKind, LexError> {
        self.eat_while(|c| c != '`');
        if self.eat('`') { Ok(TokenKind::String) } else { Err(self.error("unterminated raw string")) }
    }

    fn escape(&mut self, quote: char) -> Result<(), LexError> {
        let Some(kind) = self.bump() else { return Err(self.error("escape sequence not terminated")) };
        let (digits, radix, max) = match kind {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' => return Ok(()),
            c if c == quote => return Ok(()),
            '0'..='7' => {
                self.pos -= 1;
                (3, 8, 255)
            }
            'x' => (2, 16, 255),
            'u' => (4, 16, 0x10_FFFF),
            'U' => (8, 16, 0x10_FFFF),
            other => return Err(self.error(format!("unknown escape sequence {}", unicode(other)))),
        };
        let mut value: u32 = 0;
        for _ in 0..digits {
            let Some(c) = self.bump() else { return Err(self.error("escape sequence not terminated")) };
            let Some(digit) = c.to_digit(radix) else {
                return Err(self.error(format!("illegal character {} in escape sequence", unicode(c))));
            };
            value = value.wrapping_mul(radix).wrapping_add(digit);
        }
        if value > max || (0xD800..0xE000).contains(&value) {
            return Err(self.error("escape sequence is an invalid Unicode code point"));
        }
        Ok(())
    }
}

fn unicode(c: char) -> String {
    format!("U+{:04X} '{c}'", c as u32)
}

/// A string literal that is not quoted or has a wrong escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid syntax")]
pub(crate) struct UnquoteError;

/// The text that a string literal stands for; bytes of `\x` and octal escapes that are not UTF-8 are replaced.
pub(crate) fn unquote(literal: &str) -> Result<String, UnquoteError> {
    unquote_bytes(literal).map(|bytes| {
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    })
}

/// The bytes that a string literal stands for.
pub(crate) fn unquote_bytes(literal: &str) -> Result<Vec<u8>, UnquoteError> {
    let mut chars = literal.chars();
    let (Some(quote), Some(last)) = (chars.next(), chars.next_back()) else {
        return Err(UnquoteError);
    };
    if quote != last {
        return Err(UnquoteError);
    }
    let inner = chars.as_str();
    match quote {
        '`' => return Ok(inner.as_bytes().to_vec()),
        '"' | '\'' if !inner.contains('\\') => return Ok(inner.as_bytes().to_vec()),
        '"' | '\'' => {}
        _ => return Err(UnquoteError),
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(position) = rest.find('\\') {
        let (before, escape) = rest.split_at(position);
        bytes.extend_from_slice(before.as_bytes());
        rest = push_escape(escape.get(1..).unwrap_or_default(), &mut bytes).ok_or(UnquoteError)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

/// Reads one escape behind its backslash and returns what follows it.
fn push_escape<'a>(escape: &'a str, out: &mut Vec<u8>) -> Option<&'a str> {
    let kind = escape.chars().next()?;
    let simple = match kind {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' | '\'' | '"' => kind as u8,
        '0'..='7' => {
            out.push(u8::try_from(u32::from_str_radix(escape.get(..3)?, 8).ok()?).ok()?);
            return escape.get(3..);
        }
        'x' => {
            out.push(u8::from_str_radix(escape.get(1..3)?, 16).ok()?);
            return escape.get(3..);
        }
        'u' | 'U' => {
            let end = if kind == 'u' { 5 } else { 9 };
            let c = char::from_u32(u32::from_str_radix(escape.get(1..end)?, 16).ok()?)?;
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return escape.get(end..);
        }
        _ => return None,
    };
    out.push(simple);
    escape.get(1..)
}
