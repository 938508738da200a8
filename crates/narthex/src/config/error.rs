//! What is wrong with a configuration: [`Problem`]s with file, line, column and field, and [`ConfigError`] around them.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::node::Pos;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Which file.
    pub(crate) file: PathBuf,
    /// Where in it.
    pub(crate) pos: Pos,
    /// Which field, as a path: `scrape_configs[0].scrape_interval`; empty for the whole file.
    pub(crate) field: String,
    /// What was found and what is expected.
    pub(crate) message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.pos.line > 0 {
            write!(f, ":{}:{}", self.pos.line, self.pos.column)?;
        }
        if !self.field.is_empty() {
            write!(f, ": {}", self.field)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// A configuration that cannot be used; nothing of it was applied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is read, but wrong.
    #[error("{}", Lines(.0))]
    Invalid(Vec<Problem>),
}

struct Lines<'a>(&'a [Problem]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

/// What a walk over a file carries along: the file, the path of fields so far, the problems found.
///
/// Invariant: [`Cx::enter`] and [`Cx::leave`] come in pairs.
#[derive(Debug)]
pub(crate) struct Cx {
    file: PathBuf,
    path: Vec<String>,
    /// Whether jobs that name no protocols ask for protobuf first, which a feature decides.
    pub(crate) protobuf_first: bool,
    /// What was found so far.
    pub(crate) problems: Vec<Problem>,
}

/// More problems than this help nobody.
const PROBLEMS_MAX: usize = 20;

impl Cx {
    /// A walk over `file`.
    pub(crate) fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), path: Vec::new(), protobuf_first: false, problems: Vec::new() }
    }

    /// A path as it stands in the file, relative to the file's folder.
    pub(crate) fn resolve(&self, path: &str) -> String {
        if path.is_empty() || Path::new(path).is_absolute() {
            return path.to_owned();
        }
        let folder = self.file.parent().unwrap_or(Path::new(""));
        folder.join(path).to_string_lossy().into_owned()
    }

    /// Goes into a field (`name`) or a list item (`[3]`).
    pub(crate) fn enter(&mut self, step: impl Into<String>) {
        self.path.push(step.into());
    }

    /// Comes back out.
    pub(crate) fn leave(&mut self) {
        self.path.pop();
    }

    /// Notes a problem with the current field, the first one at its place.
    pub(crate) fn problem(&mut self, pos: Pos, message: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            let mut field = String::new();
            for step in &self.path {
                if !field.is_empty() && !step.starts_with('[') {
                    field.push('.');
                }
                field.push_str(step);
            }
            // A second check that stumbles over the same value says nothing new.
            if self.problems.iter().all(|known| known.pos != pos || known.field != field) {
                self.problems.push(Problem { file: self.file.clone(), pos, field, message: message.into() });
            }
        }
    }

    /// Notes a problem with a field below the current one.
    pub(crate) fn problem_in(&mut self, step: &str, pos: Pos, message: impl Into<String>) {
        self.enter(step);
        self.problem(pos, message);
        self.leave();
    }
}
