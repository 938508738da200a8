//! Tokens and lexical errors of small inputs.

use super::*;

fn kinds(input: &str) -> Result<Vec<TokenKind>, LexError> {
    let mut lexer = Lexer::new(input);
    let mut kinds = Vec::new();
    loop {
        let token = lexer.next_token()?;
        if token.kind == TokenKind::Eof {
            return Ok(kinds);
        }
        kinds.push(token.kind);
    }
}

fn error(input: &str) -> String {
    kinds(input).unwrap_err().message
}

#[test]
fn words_numbers_durations() {
    use TokenKind::*;
    assert_eq!(
        kinds("a a:b 5 5m .5 0x1F 1e3 1_0").unwrap(),
        [Identifier, MetricIdentifier, Number, Duration, Number, Number, Number, Number]
    );
    assert_eq!(kinds("1h30m5ms Inf nan").unwrap(), [Duration, Number, Number]);
    assert_eq!(kinds("fill fill (").unwrap_err().message, "unclosed left parenthesis");
    assert_eq!(kinds("5e").unwrap_err().message, r#"bad number or duration syntax: "5e""#);
}

#[test]
fn inside_braces_words_are_names() {
    use TokenKind::*;
    assert_eq!(
        kinds(
            r#"{sum="a",by!~'b' # comment
            ,}"#
        )
        .unwrap(),
        [LeftBrace, Identifier, Equal, String, Comma, Identifier, NotEqualRegex, String, Comma, RightBrace]
    );
}

#[test]
fn lexical_errors() {
    assert_eq!(error("1 !~ 2"), "unexpected character after '!': '~'");
    assert_eq!(error("1 =~ 2"), "unexpected character after '=': '~'");
    assert_eq!(error(r#""a\qb""#), "unknown escape sequence U+0071 'q'");
    assert_eq!(error(r#""a\xZZ""#), "illegal character U+005A 'Z' in escape sequence");
    assert_eq!(error(r#""\ud800""#), "escape sequence is an invalid Unicode code point");
    assert_eq!(error("a[b]"), "unexpected character in duration expression: 'b'");
    assert_eq!(error("a[5m b]"), "unexpected character: 'b', expected ':'");
    assert_eq!(error("0deadbeef"), r#"bad number or duration syntax: "0de""#);
    assert_eq!(error("100..4"), r#"bad number or duration syntax: "100..""#);
    assert_eq!(error("a}"), "unexpected character: '}'");
}

#[test]
fn unquoting() {
    assert_eq!(unquote(r#""a\n\x41\u00e9\101\"'""#).as_deref(), Ok("a\nAéA\"'"));
    assert_eq!(unquote(r#"'\U0001F600'"#).as_deref(), Ok("😀"));
    assert_eq!(unquote(r"`a\n`").as_deref(), Ok(r"a\n"));
    assert_eq!(unquote(r#""\xff""#).as_deref(), Ok("\u{fffd}"));
    assert_eq!(unquote_bytes(r#""\xff""#).as_deref(), Ok(&[0xff][..]));
    assert!(unquote("\"").is_err());
}
