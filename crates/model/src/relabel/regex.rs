//! The expressions of relabelling rules: anchored, with capture groups; made by `rule`, used by `apply`.

use std::sync::Arc;

use regex_automata::meta;
use regex_automata::util::captures::Captures;

use crate::matcher::{self, Cache, RegexError};

/// The expression that a rule has when none is written.
const DEFAULT: &str = "(.*)";

/// A compiled, anchored expression with capture groups. Equal when written equally.
#[derive(Debug, Clone)]
pub struct RelabelRegex {
    source: String,
    /// `None` for the default expression, which matches everything and needs no engine.
    engine: Option<Arc<meta::Regex>>,
}

static COMPILED: Cache<meta::Regex> = Cache::new();

impl RelabelRegex {
    /// Compiles `source`, anchored at both ends.
    pub fn new(source: &str) -> Result<Self, RegexError> {
        if source == DEFAULT {
            return Ok(Self::default());
        }
        let engine = COMPILED.get(source, matcher::compile, meta::Regex::memory_usage)?;
        Ok(Self { source: source.to_owned(), engine: Some(engine) })
    }

    /// The expression as written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether this is the expression of a rule that names none.
    pub fn is_default(&self) -> bool {
        self.engine.is_none()
    }

    /// Whether the whole of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.engine.as_ref().is_none_or(|engine| engine.is_match(text))
    }

    /// The expansion of `template` (`$1`, `${name}`) if the whole of `text` matches: PromQL's `label_replace`.
    pub fn expand_match(&self, text: &str, template: &str) -> Option<String> {
        let groups = self.captures(text)?;
        let mut out = String::new();
        super::template::expand(template, &groups, &mut out);
        Some(out)
    }

    /// The groups of a match of the whole of `text`.
    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Groups<'t>> {
        let Some(engine) = &self.engine else {
            return Some(Groups { text, captures: None });
        };
        let mut captures = engine.create_captures();
        engine.captures(text, &mut captures);
        captures.is_match().then_some(Groups { text, captures: Some(captures) })
    }
}

impl Default for RelabelRegex {
    fn default() -> Self {
        Self { source: DEFAULT.to_owned(), engine: None }
    }
}

impl PartialEq for RelabelRegex {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for RelabelRegex {}

/// The capture groups of one match.
pub(super) struct Groups<'t> {
    text: &'t str,
    /// `None` for the default expression: groups 0 and 1 are the text.
    captures: Option<Captures>,
}

impl<'t> Groups<'t> {
    /// The text of a numbered group; empty when it did not take part or does not exist.
    pub(super) fn index(&self, index: usize) -> &'t str {
        match &self.captures {
            None => {
                if index <= 1 {
                    self.text
                } else {
                    ""
                }
            }
            Some(captures) => {
                captures.get_group(index).map(|span| &self.text[span.start..span.end]).unwrap_or_default()
            }
        }
    }

    /// The text of a named group; empty when it did not take part or does not exist.
    pub(super) fn name(&self, name: &str) -> &'t str {
        self.captures
            .as_ref()
            .and_then(|captures| captures.get_group_by_name(name))
            .map(|span| &self.text[span.start..span.end])
            .unwrap_or_default()
    }
}
