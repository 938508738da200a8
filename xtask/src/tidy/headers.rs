//! Every Rust file says on its first line what it is.

use std::path::{Path, PathBuf};

/// Finds Rust files whose first line is not a `//!` sentence.
pub(super) fn check(root: &Path, files: &[PathBuf], findings: &mut Vec<String>) {
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "rs")) {
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        if !first.starts_with("//! ") {
            findings.push(format!(
                "{}:1: the file starts without a `//!` line that says what it holds",
                file.display()
            ));
        }
    }
}
