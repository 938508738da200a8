//! The types of PromQL's values; in signatures, on nodes and in results.

use std::fmt;

/// What an expression evaluates to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// No value: the type of a placeholder.
    None,
    /// One number a step.
    Scalar,
    /// At most one sample a series and step.
    Vector,
    /// Many samples a series.
    Matrix,
    /// A text.
    String,
}

impl ValueType {
    /// The name as the HTTP API writes it: `scalar`, `vector`, `matrix`, `string`, `none`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Scalar => "scalar",
            Self::Vector => "vector",
            Self::Matrix => "matrix",
            Self::String => "string",
        }
    }

    /// The name as error messages write it, where vectors are called instant and range vectors.
    pub fn documented(self) -> &'static str {
        match self {
            Self::Vector => "instant vector",
            Self::Matrix => "range vector",
            other => other.as_str(),
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
