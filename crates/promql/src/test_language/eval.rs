//! `eval` blocks.

use super::expectation::{AnnotationExpectation, Expectations, TextMatch};
use super::script::{Lines, ScriptError, duration, error};
use super::series::{self, Slot};
use crate::ast::Expr;
use crate::lexer::parse_number;
use crate::parser::{ParserOptions, parse_expr};

/// An evaluation and what it must answer.
#[derive(Debug)]
pub(super) struct Eval {
    /// Where it stands, from 1.
    pub(super) line: usize,
    pub(super) kind: EvalKind,
    /// The query as written.
    pub(super) query: String,
    pub(super) expr: Expr,
    pub(super) expected: Expectations,
}

/// When to evaluate, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) enum EvalKind {
    Instant { t: i64 },
    Range { start: i64, end: i64, step: i64 },
}

/// Reads the block whose first line is `head`.
pub(super) fn parse(number: usize, head: &str, lines: &mut Lines<'_>) -> Result<Eval, ScriptError> {
    let (command, rest) = head.split_once([' ', '\t']).unwrap_or((head, ""));
    let mut expected = Expectations::default();
    match command.to_ascii_lowercase().as_str() {
        "eval" => {}
        "eval_fail" => expected.fail = Some(TextMatch::Any),
        "eval_ordered" => expected.ordered = true,
        "eval_warn" => expected.warnings = AnnotationExpectation::any(),
        "eval_info" => expected.infos = AnnotationExpectation::any(),
        _ => return Err(error(number, format!("unknown command {command:?}: expected eval"))),
    }
    let rest = rest.trim_start();
    let (kind, query) = if let Some(instant) = after_word(rest, "instant") {
        parse_instant(number, instant)?
    } else if let Some(range) = after_word(rest, "range") {
        parse_range(number, range)?
    } else {
        return Err(error(number, "expected `instant at TIME QUERY` or `range from A to B step S QUERY`"));
    };
    let expr = parse_expr(query, ParserOptions::ALL).map_err(|cause| error(number, cause.to_string()))?;
    let mut eval = Eval { line: number, kind, query: query.to_owned(), expr, expected };
    while let Some((number, line)) = lines.next_in_block() {
        if eval.parse_line(number, line)? {
            break;
        }
    }
    eval.check(number)?;
    Ok(eval)
}

impl Eval {
    /// One line of the block; true when it is the last one.
    fn parse_line(&mut self, number: usize, line: &str) -> Result<bool, ScriptError> {
        let expected = &mut self.expected;
        if let (Some(text), true) = (after_word(line, "expected_fail_message"), expected.fail.is_some()) {
            expected.fail = Some(TextMatch::Exactly(text.to_owned()));
            return Ok(true);
        }
        if expected.parse_line(number, line)? {
            if let (Some(grid), EvalKind::Instant { t }) = (expected.range_vector, &mut self.kind) {
                *t = grid.end;
            }
            return Ok(false);
        }
        if let Some(value) = bare_number(line) {
            expected.scalar = Some(value);
            return Ok(true);
        }
        let parsed = series::parse(number, line)?;
        expected.series.push(parsed);
        Ok(false)
    }

    fn check(&self, number: usize) -> Result<(), ScriptError> {
        let expected = &self.expected;
        match self.kind {
            EvalKind::Instant { .. } if expected.range_vector.is_none() => {
                if expected.series.iter().any(|series| series.values.len() != 1) {
                    return Err(error(number, "an instant evaluation expects one value for each series"));
                }
                if expected.series.iter().any(|series| matches!(series.values.first(), Some(Slot::Omitted))) {
                    return Err(error(number, "an instant evaluation cannot expect an omitted value"));
                }
                Ok(())
            }
            EvalKind::Range { .. } if expected.ordered => {
                Err(error(number, "the order of a range evaluation is always by labels"))
            }
            _ => Ok(()),
        }
    }
}

fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.strip_prefix(word).filter(|rest| rest.starts_with([' ', '\t'])).map(str::trim_start)
}

fn parse_instant(number: usize, text: &str) -> Result<(EvalKind, &str), ScriptError> {
    let timed = after_word(text, "at").and_then(|rest| rest.split_once([' ', '\t']));
    let (time, query) =
        timed.ok_or_else(|| error(number, "expected `at TIME QUERY` behind `eval instant`"))?;
    Ok((EvalKind::Instant { t: duration(number, time)? }, query.trim_start()))
}

/// `from A to B step S QUERY`, where the last ` to ` and then the last ` step ` that fit are taken.
fn parse_range(number: usize, text: &str) -> Result<(EvalKind, &str), ScriptError> {
    let syntax = || error(number, "expected `from A to B step S QUERY` behind `eval range`");
    let rest = after_word(text, "from").ok_or_else(syntax)?;
    for (start, after_to) in word_splits(rest, "to") {
        for (end, after_step) in word_splits(after_to, "step") {
            let Some((step, query)) = after_step.split_once([' ', '\t']) else { continue };
            let (start, end, step) =
                (duration(number, start)?, duration(number, end)?, duration(number, step)?);
            if end < start {
                return Err(error(
                    number,
                    format!("the range ends at {end} ms, before its start at {start} ms"),
                ));
            }
            return Ok((EvalKind::Range { start, end, step }, query.trim_start()));
        }
    }
    Err(syntax())
}

/// All ways to split `text` at a blank-separated `word`, the last one first.
fn word_splits<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    text.rmatch_indices(word).filter_map(move |(index, _)| {
        let before = text.get(..index)?;
        let after = text.get(index + word.len()..)?;
        let blanks = before.ends_with([' ', '\t']) && after.starts_with([' ', '\t']);
        let (before, after) = (before.trim(), after.trim_start());
        (blanks && !before.is_empty() && !after.is_empty()).then_some((before, after))
    })
}

/// A number as Go reads one, with an optional sign; the prefixes `0o` and `0b` included.
fn bare_number(line: &str) -> Option<f64> {
    let (negative, digits) = match line.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, line.strip_prefix('+').unwrap_or(line)),
    };
    let lower = digits.to_ascii_lowercase();
    let radix = |prefix: &str, radix| {
        lower.strip_prefix(prefix).and_then(|digits| i64::from_str_radix(digits, radix).ok())
    };
    let value = match radix("0o", 8).or_else(|| radix("0b", 2)) {
        Some(integer) => integer as f64,
        None if lower == "infinity" => f64::INFINITY,
        None => parse_number(digits).ok()?,
    };
    Some(if negative { -value } else { value })
}
