//! Numbers and durations: which characters belong to one, and what value the text has.

use super::{LexError, Lexer, TokenKind, is_alphanumeric};

impl Lexer<'_> {
    /// At a digit, or at a dot before a digit.
    pub(super) fn number_or_duration(&mut self) -> Result<TokenKind, LexError> {
        if self.scan_number() {
            return Ok(TokenKind::Number);
        }
        if self.scan_duration_tail() {
            return Ok(TokenKind::Duration);
        }
        Err(self.error(format!("bad number or duration syntax: {:?}", self.text())))
    }

    /// Reads what looks like a number. On `false` the position is behind what cannot continue, which is where a
    /// duration's unit starts.
    fn scan_number(&mut self) -> bool {
        let hex = self.peek() == Some('0') && {
            self.bump();
            self.eat_if(|c| c == 'x' || c == 'X')
        };
        if hex {
            self.eat('_');
        }
        let is_digit = |c: char| if hex { c.is_ascii_hexdigit() } else { c.is_ascii_digit() };
        let is_exponent = |c: char| matches!(c, 'e' | 'E');
        let mut had_dot = self.pos == self.start && self.eat('.');
        let mut had_exponent = false;
        while let Some(c) = self.peek() {
            if is_digit(c) {
                self.eat_while(is_digit);
            } else if c == '.' {
                self.bump();
                // One dot, none in hexadecimal numbers, none after an exponent's sign or an underscore.
                if had_dot || hex || self.eat_if(|c| matches!(c, '_' | '.')) {
                    return false;
                }
                had_dot = true;
            } else if is_exponent(c) {
                self.bump();
                if had_exponent {
                    return false;
                }
                had_exponent = true;
                self.eat_if(|c| matches!(c, '+' | '-'));
                if self.eat_if(|c| matches!(c, '.' | '_') || is_exponent(c)) || self.peek().is_none() {
                    return false;
                }
            } else if c == '_' {
                self.bump();
                if self.eat_if(|c| matches!(c, '.' | '_') || is_exponent(c)) || self.peek().is_none() {
                    return false;
                }
            } else {
                break;
            }
        }
        !self.peek().is_some_and(is_alphanumeric)
    }

    /// The rest of a duration whose first number has been read.
    fn scan_duration_tail(&mut self) -> bool {
        if !self.eat_if(|c| "smhdwy".contains(c)) {
            return false;
        }
        // The s of ms; nonsense such as hs is found when the duration is evaluated.
        self.eat('s');
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.eat_while(|c| c.is_ascii_digit());
            if !self.eat_if(|c| "smhdw".contains(c)) {
                return false;
            }
            self.eat('s');
        }
        if self.peek().is_some_and(is_alphanumeric) {
            self.bump();
            return false;
        }
        true
    }
}

/// A number that is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NumberError {
    /// Digits or underscores at the wrong place.
    #[error("invalid syntax")]
    Syntax,
    /// Larger than the largest float.
    #[error("value out of range")]
    Range,
}

/// The value of a number as written: decimal, `0x` hexadecimal, octal with a leading zero, fraction and exponent,
/// underscores between digits, `Inf` and `NaN` in any case.
pub(crate) fn parse_number(text: &str) -> Result<f64, NumberError> {
    match text.to_ascii_lowercase().as_str() {
        "inf" => return Ok(f64::INFINITY),
        "nan" => return Ok(narthex_model::sample::NORMAL_NAN),
        _ => {}
    }
    if !underscores_separate_digits(text) {
        return Err(NumberError::Syntax);
    }
    let plain = text.replace('_', "");
    if let Some(digits) = plain.strip_prefix("0x").or(plain.strip_prefix("0X")) {
        let value = u64::from_str_radix(digits, 16).map_err(|_| NumberError::Syntax)?;
        // A larger one would have to be a float, and a hexadecimal float needs an exponent.
        return i64::try_from(value).map(|value| value as f64).map_err(|_| NumberError::Syntax);
    }
    if plain.len() > 1
        && plain.starts_with('0')
        && let Ok(value) = i64::from_str_radix(&plain, 8)
    {
        return Ok(value as f64);
    }
    if let Ok(value) = plain.parse::<i64>() {
        return Ok(value as f64);
    }
    let value: f64 = plain.parse().map_err(|_| NumberError::Syntax)?;
    if value.is_infinite() { Err(NumberError::Range) } else { Ok(value) }
}

fn underscores_separate_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_').all(|(index, _)| {
        let before = index.checked_sub(1).and_then(|index| bytes.get(index));
        let after = bytes.get(index + 1);
        before.is_some_and(u8::is_ascii_alphanumeric) && after.is_some_and(u8::is_ascii_hexdigit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        for (text, value) in [
            ("1", 1.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("5e-3", 0.005),
            ("0xc", 12.0),
            ("0X_1F", 31.0),
            ("0755", 493.0),
            ("08", 8.0),
            ("0_755", 493.0),
            ("1_000_000", 1e6),
            ("1_23.50_0_0e+1_2", 1.235e14),
            ("9223372036854775808", 9_223_372_036_854_775_808.0),
            ("inF", f64::INFINITY),
        ] {
            assert_eq!(parse_number(text), Ok(value), "{text}");
        }
        assert!(parse_number("NaN").is_ok_and(f64::is_nan));
        assert_eq!(parse_number("1e309"), Err(NumberError::Range));
        assert_eq!(parse_number("0x8000000000000000"), Err(NumberError::Syntax));
        assert_eq!(parse_number("0x"), Err(NumberError::Syntax));
    }
}
