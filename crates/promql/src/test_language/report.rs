//! Scripts from files, and what they came to, for people.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::run::{Failure, RunOptions, run_script};

/// What one file came to.
#[derive(Debug)]
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// How many evaluations passed.
    pub passed: usize,
    /// Those that did not, and loads that failed.
    pub failures: Vec<Failure>,
    /// Why not everything ran: the file cannot be read, or something in it is no script.
    pub error: Option<String>,
}

/// What all files came to.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order of running.
    pub files: Vec<FileReport>,
}

impl FileReport {
    /// How many evaluations failed; what cannot be read counts as one.
    pub fn failed(&self) -> usize {
        self.failures.len() + usize::from(self.error.is_some())
    }
}

impl Report {
    /// How many evaluations passed.
    pub fn passed(&self) -> usize {
        self.files.iter().map(|file| file.passed).sum()
    }

    /// How many evaluations failed.
    pub fn failed(&self) -> usize {
        self.files.iter().map(FileReport::failed).sum()
    }
}

impl fmt::Display for Report {
    /// The failures of each file, a line for each file, and `N passed, N failed` last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            let path = file.path.display();
            if let Some(error) = &file.error {
                writeln!(f, "{path}: {error}")?;
            }
            for failure in &file.failures {
                let what = if failure.what.is_empty() { "load" } else { &failure.what };
                writeln!(f, "{path}:{}: {what}: {}", failure.line, failure.reason)?;
            }
            writeln!(f, "{path}: {} passed, {} failed", file.passed, file.failed())?;
        }
        write!(f, "{} passed, {} failed", self.passed(), self.failed())
    }
}

/// Runs the scripts at `paths`; of a directory all `.test` files below it, in order of their names.
pub fn run_files(paths: &[PathBuf], options: &RunOptions) -> Report {
    let mut report = Report::default();
    for path in paths {
        match scripts(path) {
            Ok(scripts) => report.files.extend(scripts.into_iter().map(|path| run_file(path, options))),
            Err(error) => report.files.push(unreadable(path.clone(), &error)),
        }
    }
    report
}

fn scripts(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            found.extend(scripts(&entry)?);
        } else if entry.extension().is_some_and(|extension| extension == "test") {
            found.push(entry);
        }
    }
    Ok(found)
}

fn unreadable(path: PathBuf, error: &io::Error) -> FileReport {
    FileReport { path, passed: 0, failures: Vec::new(), error: Some(format!("cannot read: {error}")) }
}

fn run_file(path: PathBuf, options: &RunOptions) -> FileReport {
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => return unreadable(path, &error),
    };
    let outcome = run_script(&text, options);
    let error = outcome.error.map(|error| error.to_string());
    FileReport { path, passed: outcome.passed, failures: outcome.failures, error }
}
