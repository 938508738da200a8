//! `cargo xtask tidy`: what the compiler does not check about the repository.
//!
//! Each check is a file with a function from the tree to findings; a finding is a line `place: what is wrong`.

mod arrows;
mod headers;
mod text;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Runs every check and prints the findings.
pub(crate) fn run(root: &Path) -> ExitCode {
    let mut files = Vec::new();
    walk(root, root, &mut files);
    let mut findings = Vec::new();
    arrows::check(root, &mut findings);
    headers::check(root, &files, &mut findings);
    text::check(root, &files, &mut findings);
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() {
        eprintln!("tidy: {} files, no findings", files.len());
        ExitCode::SUCCESS
    } else {
        eprintln!("tidy: {} findings", findings.len());
        ExitCode::FAILURE
    }
}

/// The repository's own files, as paths relative to the root; built and fetched folders are left out.
fn walk(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) {
    const SKIP: [&str; 7] = [".git", "target", "node_modules", "dist", "data", "corpus", "artifacts"];
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !SKIP.contains(&name.as_str()) {
                walk(root, &path, files);
            }
        } else if let Ok(relative) = path.strip_prefix(root) {
            files.push(relative.to_owned());
        }
    }
}
