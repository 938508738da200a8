//! The kinds of tokens, the words among them, and how an error message describes one.

use crate::ast::{AggregateOp, BinaryOp, PosRange};
use crate::printer::quote;

/// A piece of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: TokenKind,
    /// Where it stands.
    pub(crate) pos: PosRange,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Eof,
    Identifier,
    /// A name with a colon in it.
    MetricIdentifier,
    Keyword(Keyword),
    Aggregate(AggregateOp),
    Operator(BinaryOp),
    Number,
    Duration,
    String,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    /// `=`
    Equal,
    /// `=~`
    EqualRegex,
    /// `!~`
    NotEqualRegex,
    /// `@`
    At,
}

/// Words with a meaning of their own; most can be metric or label names where that is not ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    Anchored,
    Bool,
    By,
    Fill,
    FillLeft,
    FillRight,
    GroupLeft,
    GroupRight,
    Ignoring,
    Offset,
    On,
    Smoothed,
    Without,
    Start,
    End,
    Step,
    Range,
}

/// The kind of a word that is not just a name; words are not case-sensitive.
pub(super) fn word_kind(word: &str) -> Option<TokenKind> {
    // The longest word is `count_values`.
    if word.len() > 12 {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let keyword = match lower.as_str() {
        "and" => return Some(TokenKind::Operator(BinaryOp::And)),
        "or" => return Some(TokenKind::Operator(BinaryOp::Or)),
        "unless" => return Some(TokenKind::Operator(BinaryOp::Unless)),
        "atan2" => return Some(TokenKind::Operator(BinaryOp::Atan2)),
        "inf" | "nan" => return Some(TokenKind::Number),
        "anchored" => Keyword::Anchored,
        "bool" => Keyword::Bool,
        "by" => Keyword::By,
        "fill" => Keyword::Fill,
        "fill_left" => Keyword::FillLeft,
        "fill_right" => Keyword::FillRight,
        "group_left" => Keyword::GroupLeft,
        "group_right" => Keyword::GroupRight,
        "ignoring" => Keyword::Ignoring,
        "offset" => Keyword::Offset,
        "on" => Keyword::On,
        "smoothed" => Keyword::Smoothed,
        "without" => Keyword::Without,
        "start" => Keyword::Start,
        "end" => Keyword::End,
        "step" => Keyword::Step,
        "range" => Keyword::Range,
        other => {
            return AggregateOp::ALL.into_iter().find(|op| op.as_str() == other).map(TokenKind::Aggregate);
        }
    };
    Some(TokenKind::Keyword(keyword))
}

impl Token {
    /// The token as an error message names it: `<op:+>`, `<by>`, `identifier "foo"`, `end of input`.
    pub(crate) fn describe(self, input: &str) -> String {
        let text = input.get(self.pos.start..self.pos.end).unwrap_or_default();
        match self.kind {
            TokenKind::Eof => "end of input".to_owned(),
            TokenKind::Identifier => format!("identifier {text:?}"),
            TokenKind::MetricIdentifier => format!("metric identifier {text:?}"),
            TokenKind::Keyword(Keyword::Start | Keyword::End | Keyword::Step | Keyword::Range) => {
                format!("{text:?}")
            }
            TokenKind::Keyword(_) => format!("<{text}>"),
            TokenKind::Aggregate(_) => format!("<aggr:{text}>"),
            TokenKind::Operator(_) | TokenKind::EqualRegex | TokenKind::NotEqualRegex | TokenKind::At => {
                format!("<op:{text}>")
            }
            TokenKind::Number => format!("number {}", shortened(text)),
            TokenKind::Duration => format!("duration {}", shortened(text)),
            TokenKind::String => format!("string {}", shortened(text)),
            TokenKind::LeftParen
            | TokenKind::RightParen
            | TokenKind::LeftBrace
            | TokenKind::RightBrace
            | TokenKind::LeftBracket
            | TokenKind::RightBracket
            | TokenKind::Comma
            | TokenKind::Colon
            | TokenKind::Equal => format!("{text:?}"),
        }
    }
}

/// The text in quotes, cut after ten characters.
fn shortened(text: &str) -> String {
    if text.len() <= 10 {
        return quote(text);
    }
    let cut: String = text.chars().take(10).collect();
    format!("{}...", quote(&cut))
}
