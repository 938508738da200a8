//! Label matchers: the four conditions of a selector; used by the parser, the index and the API.

mod cache;
mod regex;

use std::fmt;
use std::sync::Arc;

pub(crate) use self::cache::Cache;
pub use self::regex::{Regex, RegexError, compile};

static MATCHING: Cache<Regex> = Cache::new();

/// The operator of a [`Matcher`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`, anchored at both ends.
    Regex,
    /// `!~`, anchored at both ends.
    NotRegex,
}

impl MatchOp {
    /// The operator as written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }

    /// Whether it says "not".
    pub fn is_negative(self) -> bool {
        matches!(self, Self::NotEqual | Self::NotRegex)
    }
}

/// A matcher that cannot be made: the regular expression is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MatcherError(#[from] pub RegexError);

/// One condition on one label; a label that a series does not have counts as empty.
#[derive(Debug, Clone)]
pub struct Matcher {
    op: MatchOp,
    name: Arc<str>,
    value: Arc<str>,
    regex: Option<Arc<Regex>>,
}

impl Matcher {
    /// Makes a matcher; compiles the expression for the regex operators.
    pub fn new(op: MatchOp, name: &str, value: &str) -> Result<Self, MatcherError> {
        let regex = match op {
            MatchOp::Equal | MatchOp::NotEqual => None,
            MatchOp::Regex | MatchOp::NotRegex => Some(MATCHING.get(value, Regex::new, Regex::memory)?),
        };
        Ok(Self { op, name: name.into(), value: value.into(), regex })
    }

    /// `name = value`, which cannot fail.
    pub fn equal(name: &str, value: &str) -> Self {
        Self { op: MatchOp::Equal, name: name.into(), value: value.into(), regex: None }
    }

    /// The operator.
    pub fn op(&self) -> MatchOp {
        self.op
    }

    /// The label's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value or expression as written.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The compiled expression of the regex operators.
    pub fn regex(&self) -> Option<&Regex> {
        self.regex.as_deref()
    }

    /// Whether a label with this value satisfies the condition.
    pub fn matches(&self, value: &str) -> bool {
        match self.op {
            MatchOp::Equal => *self.value == *value,
            MatchOp::NotEqual => *self.value != *value,
            MatchOp::Regex => self.regex.as_ref().is_some_and(|re| re.is_match(value)),
            MatchOp::NotRegex => self.regex.as_ref().is_some_and(|re| !re.is_match(value)),
        }
    }

    /// Whether a series without the label satisfies the condition.
    pub fn matches_empty(&self) -> bool {
        self.matches("")
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        self.op == other.op && self.name == other.name && self.value == other.value
    }
}

impl Eq for Matcher {}

impl fmt::Display for Matcher {
    /// `job=~"a|b"`; names that are not classic label names are quoted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if crate::names::is_legacy_label_name(&self.name) {
            f.write_str(&self.name)?;
        } else {
            write!(f, "{:?}", self.name)?;
        }
        write!(f, "{}{:?}", self.op.as_str(), self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matcher(op: MatchOp, value: &str) -> Matcher {
        Matcher::new(op, "l", value).unwrap()
    }

    #[test]
    fn the_four_operators() {
        assert!(matcher(MatchOp::Equal, "a").matches("a"));
        assert!(!matcher(MatchOp::Equal, "a").matches("ab"));
        assert!(matcher(MatchOp::NotEqual, "a").matches(""));
        assert!(matcher(MatchOp::Regex, "a|b.*").matches("bcd"));
        assert!(!matcher(MatchOp::Regex, "a|b").matches("xa"), "anchored");
        assert!(matcher(MatchOp::NotRegex, "a.+").matches("a"));
        assert!(matcher(MatchOp::Regex, ".*").matches("a\nb"), "dot matches newline");
        assert!(matcher(MatchOp::Equal, "").matches_empty());
        assert!(Matcher::new(MatchOp::Regex, "l", "a(").is_err());
    }

    #[test]
    fn prints_as_written() {
        assert_eq!(matcher(MatchOp::NotRegex, "a\"b").to_string(), r#"l!~"a\"b""#);
        assert_eq!(Matcher::equal("a.b", "c").to_string(), r#""a.b"="c""#);
    }
}
