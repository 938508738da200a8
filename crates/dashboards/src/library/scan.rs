//! Finding the JSON files below a root.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Problem, Root};

/// Folders deeper than this below a configured one are not looked into (symbolic links can go in circles).
const DEPTH_MAX: usize = 8;

/// A file that may be a dashboard.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// The folder of the list, empty at the top.
    pub(super) folder: String,
    pub(super) changed: Option<SystemTime>,
    pub(super) size: u64,
}

/// All `.json` files below `path`, by name; what cannot be read goes to `problems`.
pub(super) fn scan(path: &Path, root: &Root, problems: &mut Vec<Problem>) -> Vec<Found> {
    let mut found = Vec::new();
    walk(path, path, root, 0, &mut found, problems);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(
    top: &Path,
    path: &Path,
    root: &Root,
    depth: usize,
    found: &mut Vec<Found>,
    problems: &mut Vec<Problem>,
) {
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return problems.push(Problem::new(path, error.to_string())),
    };
    if metadata.is_file() {
        // A file that was named itself is taken whatever it is called.
        if depth == 0 || path.extension().is_some_and(|ending| ending == "json") {
            found.push(Found {
                path: path.to_owned(),
                folder: folder(top, path, root),
                changed: metadata.modified().ok(),
                size: metadata.len(),
            });
        }
        return;
    }
    if depth > DEPTH_MAX {
        return problems.push(Problem::new(path, format!("deeper than {DEPTH_MAX} folders")));
    }
    match std::fs::read_dir(path) {
        Ok(entries) => {
            for entry in entries.flatten() {
                walk(top, &entry.path(), root, depth + 1, found, problems);
            }
        }
        Err(error) => problems.push(Problem::new(path, error.to_string())),
    }
}

fn folder(top: &Path, file: &Path, root: &Root) -> String {
    let below = file.parent().filter(|_| root.subfolders).and_then(|parent| parent.strip_prefix(top).ok());
    let below = below.map(|below| below.to_string_lossy().into_owned()).unwrap_or_default();
    match (root.folder.is_empty(), below.is_empty()) {
        (true, _) => below,
        (false, true) => root.folder.clone(),
        (false, false) => format!("{}/{below}", root.folder),
    }
}
