//! What an evaluation must answer.

use std::fmt;

use narthex_model::matcher::RegexError;
use regex_automata::meta;

use super::script::{ScriptError, duration, error};
use super::series::SeriesLine;

/// Everything that is expected of one evaluation.
#[derive(Debug, Default)]
pub(super) struct Expectations {
    /// The evaluation must fail.
    pub(super) fail: Option<TextMatch>,
    /// The order of a vector counts.
    pub(super) ordered: bool,
    /// What the warnings must be.
    pub(super) warnings: AnnotationExpectation,
    /// What the infos must be.
    pub(super) infos: AnnotationExpectation,
    /// A bare number.
    pub(super) scalar: Option<f64>,
    /// `expect string`
    pub(super) string: Option<String>,
    /// `expect range vector`
    pub(super) range_vector: Option<TimeGrid>,
    /// The series, in order.
    pub(super) series: Vec<SeriesLine>,
}

/// The times of the values of expected series, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeGrid {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) step: i64,
}

/// What the annotations of one kind must be.
#[derive(Debug, Default)]
pub(super) enum AnnotationExpectation {
    /// Anything.
    #[default]
    Unchecked,
    /// None.
    Absent,
    /// Each text is matched by one of these, and each of these matches one.
    Present(Vec<TextMatch>),
}

/// A condition on a text.
pub(super) enum TextMatch {
    /// Whatever it is.
    Any,
    /// This.
    Exactly(String),
    /// Somewhere in it.
    Regex(String, Box<meta::Regex>),
}

impl fmt::Debug for TextMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("(any text)"),
            Self::Exactly(text) => write!(f, "{text:?}"),
            Self::Regex(pattern, _) => write!(f, "matching {pattern:?}"),
        }
    }
}

impl TextMatch {
    /// Whether `text` satisfies the condition.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(expected) => expected == text,
            Self::Regex(_, regex) => regex.is_match(text),
        }
    }

    fn regex(pattern: &str) -> Result<Self, RegexError> {
        // The engine that is made anchors; the search is made free again around the pattern.
        let regex = narthex_model::matcher::compile(&format!("(?:.*)(?:{pattern})(?:.*)"))?;
        Ok(Self::Regex(pattern.to_owned(), Box::new(regex)))
    }

    /// `msg: text`, `regex: pattern`, or nothing.
    fn parse(number: usize, text: &str) -> Result<Self, ScriptError> {
        let text = text.trim();
        if text.is_empty() {
            Ok(Self::Any)
        } else if let Some(message) = text.strip_prefix("msg:") {
            Ok(Self::Exactly(message.trim().to_owned()))
        } else if let Some(pattern) = text.strip_prefix("regex:") {
            Self::regex(pattern.trim()).map_err(|cause| error(number, cause.to_string()))
        } else {
            Err(error(number, format!("unexpected {text:?}: expected msg: or regex:")))
        }
    }
}

impl Expectations {
    /// Reads a line that starts with `expect `; returns false when the line is none of these.
    pub(super) fn parse_line(&mut self, number: usize, line: &str) -> Result<bool, ScriptError> {
        let Some(rest) = line.strip_prefix("expect").filter(|rest| rest.starts_with([' ', '\t'])) else {
            return Ok(false);
        };
        let rest = rest.trim_start();
        let (word, text) = rest.split_at(rest.find([' ', '\t', ':']).unwrap_or(rest.len()));
        match word {
            "ordered" => self.ordered = true,
            "fail" if self.fail.is_some() => return Err(error(number, "two expect fail lines")),
            "fail" => self.fail = Some(TextMatch::parse(number, text)?),
            "warn" => self.warnings.require(number, text)?,
            "info" => self.infos.require(number, text)?,
            "no_warn" => self.warnings.forbid(number)?,
            "no_info" => self.infos.forbid(number)?,
            "string" => {
                let literal = text.trim();
                let text = crate::lexer::unquote(literal)
                    .map_err(|cause| error(number, format!("expected string {literal}: {cause}")))?;
                self.string = Some(text);
            }
            "range" => {
                let grid = text.trim().strip_prefix("vector").map(str::trim).unwrap_or_default();
                self.range_vector = Some(parse_grid(number, grid)?);
            }
            _ => {
                return Err(error(
                    number,
                    format!(
                        "unknown expectation {word:?}: expected ordered, fail, warn, no_warn, info, no_info, string or range vector"
                    ),
                ));
            }
        }
        Ok(true)
    }
}

impl AnnotationExpectation {
    fn require(&mut self, number: usize, text: &str) -> Result<(), ScriptError> {
        let condition = TextMatch::parse(number, text)?;
        match self {
            Self::Unchecked => *self = Self::Present(vec![condition]),
            Self::Present(conditions) => conditions.push(condition),
            Self::Absent => return Err(error(number, "an annotation is both expected and excluded")),
        }
        Ok(())
    }

    fn forbid(&mut self, number: usize) -> Result<(), ScriptError> {
        if let Self::Present(_) = self {
            return Err(error(number, "an annotation is both expected and excluded"));
        }
        *self = Self::Absent;
        Ok(())
    }

    /// At least one annotation.
    pub(super) fn any() -> Self {
        Self::Present(vec![TextMatch::Any])
    }
}

/// `from A to B step S`
fn parse_grid(number: usize, text: &str) -> Result<TimeGrid, ScriptError> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let ["from", start, "to", end, "step", step] = words[..] else {
        return Err(error(number, format!("{text:?} is no range: expected from A to B step S")));
    };
    let grid = TimeGrid {
        start: duration(number, start)?,
        end: duration(number, end)?,
        step: duration(number, step)?,
    };
    if grid.end < grid.start || grid.step == 0 {
        return Err(error(number, "the range ends before its start, or its step is zero"));
    }
    Ok(grid)
}
