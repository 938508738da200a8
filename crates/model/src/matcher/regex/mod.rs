//! Regular expressions as Prometheus reads them: Go's syntax, anchored at both ends, dot matches newline.
//!
//! Called by matchers, relabelling and `label_replace`. Three steps, one file each:
//! * `translate`: Go's syntax to the one of `regex-syntax`, with Go's errors;
//! * `literal`: what an expression says without an engine (a set of strings, a prefix, a part of the text);
//! * this file: choose between the two and match.
//!
//! Invariant: [`Regex::is_match`] answers alike whichever way is chosen.

mod class;
mod literal;
mod translate;

#[cfg(test)]
mod tests;

use regex_automata::{Anchored, Input, meta};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

use self::literal::Shape;

/// The most levels that an expression may nest.
const NEST_LIMIT: u32 = 250;
/// The most bytes that a compiled expression may need.
const SIZE_LIMIT: usize = 10 << 20;

/// An expression that does not compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("error parsing regexp: {reason}")]
pub struct RegexError {
    /// The expression as written.
    pub pattern: String,
    /// What is wrong with it, and the part that is.
    pub reason: String,
}

/// A compiled, anchored expression.
#[derive(Debug)]
pub struct Regex {
    /// What can be said without the engine.
    shape: Option<Shape>,
    /// The text that every match starts with.
    prefix: String,
    /// Only built where `shape` does not decide.
    engine: Option<meta::Regex>,
}

impl Regex {
    /// Compiles `pattern`, anchored at both ends.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        let hir = parse(pattern)?;
        let shape = Shape::of(&hir);
        let prefix = literal::prefix(&hir);
        let engine = if shape.is_some() { None } else { Some(build(pattern, &hir, matching_config())?) };
        Ok(Self { shape, prefix, engine })
    }

    /// Whether the whole of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        match (&self.shape, &self.engine) {
            (Some(shape), _) => shape.is_match(text),
            (None, Some(engine)) => {
                text.starts_with(&self.prefix) && engine.is_match(Input::new(text).anchored(Anchored::Yes))
            }
            (None, None) => false,
        }
    }

    /// About the bytes of memory that it needs.
    pub(super) fn memory(&self) -> usize {
        self.engine.as_ref().map_or(0, meta::Regex::memory_usage)
    }

    /// All strings that match, sorted and without duplicates, if they are few enough to be listed: a matcher with
    /// this expression is a set of equalities.
    pub fn set_matches(&self) -> Option<&[String]> {
        self.shape.as_ref()?.set()
    }

    /// What every matching string starts with, if anything.
    pub fn prefix(&self) -> Option<&str> {
        (!self.prefix.is_empty()).then_some(&self.prefix)
    }

    /// Whether every string matches (`.*`).
    pub fn matches_all(&self) -> bool {
        self.shape.as_ref().is_some_and(Shape::is_any)
    }
}

/// Compiles `pattern` to an engine that matches whole texts only and keeps the capture groups.
pub fn compile(pattern: &str) -> Result<meta::Regex, RegexError> {
    // A complete DFA takes longer to build than it ever saves on label values.
    build(pattern, &parse(pattern)?, meta::Config::new().dfa(false))
}

fn error(pattern: &str, reason: impl Into<String>) -> RegexError {
    RegexError { pattern: pattern.to_owned(), reason: reason.into() }
}

fn parse(pattern: &str) -> Result<Hir, RegexError> {
    let translated = translate::translate(pattern).map_err(|reason| error(pattern, reason))?;
    // Matching bytes is what allows ASCII word boundaries; texts are UTF-8, and so are all classes.
    ParserBuilder::new()
        .utf8(false)
        .dot_matches_new_line(true)
        .nest_limit(NEST_LIMIT)
        .build()
        .parse(&translated)
        .map_err(|cause| error(pattern, describe(&cause, pattern)))
}

fn describe(cause: &regex_syntax::Error, pattern: &str) -> String {
    let kind = match cause {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "invalid expression".to_owned(),
    };
    format!("{kind}: `{pattern}`")
}

/// Without the engines that take long to build and only pay off for captures or very many texts.
fn matching_config() -> meta::Config {
    meta::Config::new().dfa(false).onepass(false)
}

fn build(pattern: &str, hir: &Hir, config: meta::Config) -> Result<meta::Regex, RegexError> {
    let look = |look| Hir::look(look);
    let anchored = Hir::concat(vec![
        look(regex_syntax::hir::Look::Start),
        hir.clone(),
        look(regex_syntax::hir::Look::End),
    ]);
    meta::Builder::new()
        .configure(config.nfa_size_limit(Some(SIZE_LIMIT)).utf8_empty(false))
        .build_from_hir(&anchored)
        .map_err(|_| {
            error(
                pattern,
                format!("expression needs more than {} MiB when compiled: `{pattern}`", SIZE_LIMIT >> 20),
            )
        })
}
