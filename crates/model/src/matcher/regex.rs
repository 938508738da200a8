//! Regular expressions as Prometheus reads them: fully anchored, dot matches newline.

use regex_automata::meta;

/// An expression that does not compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid regular expression \"{pattern}\": {reason}")]
pub struct RegexError {
    /// The expression as written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// A compiled, anchored expression.
#[derive(Debug)]
pub struct Regex {
    engine: meta::Regex,
}

impl Regex {
    /// Compiles `pattern`, anchored at both ends.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        let anchored = format!("^(?s:{pattern})$");
        let engine = meta::Regex::new(&anchored)
            .map_err(|error| RegexError { pattern: pattern.to_owned(), reason: error.to_string() })?;
        Ok(Self { engine })
    }

    /// Whether the whole of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.engine.is_match(text)
    }
}
