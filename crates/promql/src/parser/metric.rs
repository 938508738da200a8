//! A metric with its labels, as series descriptions write it: `up{job="api"}`, `{"a.b", c="d"}`.

use narthex_model::names::METRIC_NAME;
use narthex_model::{Labels, LabelsBuilder};

use super::error::Failure;
use super::{ParseError, Parser};
use crate::lexer::{Lexer, Token, TokenKind, unquote};

/// Parses a metric; nothing may follow it.
pub fn parse_metric(input: &str) -> Result<Labels, ParseError> {
    let (labels, end) = parse_metric_prefix(input)?;
    let rest = input.get(end..).unwrap_or_default();
    if let Err(failure) = Parser::new(rest, super::ParserOptions::default()).and_then(|p| p.expect_end()) {
        return Err(failure.shifted(end).into_error(input));
    }
    Ok(labels)
}

/// Parses the metric at the start of `input`; returns also where it ends.
pub(crate) fn parse_metric_prefix(input: &str) -> Result<(Labels, usize), ParseError> {
    prefix(input).map_err(|failure| failure.into_error(input))
}

fn prefix(input: &str) -> Result<(Labels, usize), Failure> {
    let mut lexer = Lexer::new(input);
    let mut labels = LabelsBuilder::new();
    let mut first = lexer.next_token()?;
    if first.kind != TokenKind::LeftBrace {
        let name = input.get(first.pos.start..first.pos.end).unwrap_or_default();
        if !narthex_model::names::is_legacy_metric_name(name) {
            return Err(Failure::unexpected(first, input).within("metric", r#"name or "{""#));
        }
        labels.set(METRIC_NAME, name);
        let end = first.pos.end;
        // Braces belong to the name only without a blank between.
        if !input.get(end..).is_some_and(|rest| rest.starts_with('{')) {
            return Ok((labels.build(), end));
        }
        first = lexer.next_token()?;
    }
    let end = label_set(&mut lexer, first, &mut labels)?;
    Ok((labels.build(), end))
}

/// Behind `{`: fills `labels` and returns where `}` ends.
fn label_set(lexer: &mut Lexer<'_>, open: Token, labels: &mut LabelsBuilder) -> Result<usize, Failure> {
    const CONTEXT: &str = "label set";
    let input = lexer.input();
    let text = |token: Token| input.get(token.pos.start..token.pos.end).unwrap_or_default();
    let string = |token: Token| {
        unquote(text(token)).map_err(|error| {
            Failure::new(token.pos, format!("error unquoting string {}: {error}", text(token)))
        })
    };
    let unexpected =
        |token: Token, expected: &str| Err(Failure::unexpected(token, input).within(CONTEXT, expected));
    debug_assert_eq!(open.kind, TokenKind::LeftBrace, "called behind a brace");
    let mut token = lexer.next_token()?;
    while token.kind != TokenKind::RightBrace {
        let (name, quoted) = match token.kind {
            TokenKind::Identifier => (text(token).to_owned(), false),
            TokenKind::String => (string(token)?, true),
            _ => return unexpected(token, r#"identifier or "}""#),
        };
        token = lexer.next_token()?;
        if token.kind == TokenKind::Equal {
            token = lexer.next_token()?;
            if token.kind != TokenKind::String {
                return unexpected(token, "string");
            }
            labels.set(&name, &string(token)?);
            token = lexer.next_token()?;
        } else if quoted {
            labels.set(METRIC_NAME, &name);
        } else {
            return unexpected(token, r#""=""#);
        }
        match token.kind {
            TokenKind::Comma => token = lexer.next_token()?,
            TokenKind::RightBrace => {}
            _ => return unexpected(token, r#""," or "}""#),
        }
    }
    Ok(token.pos.end)
}
