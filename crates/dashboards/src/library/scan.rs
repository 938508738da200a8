//! Finding the JSON files below a set of folders.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Problem;

/// Folders deeper than this below a configured one are not looked into (symbolic links can go in circles).
const DEPTH_MAX: usize = 8;

/// A file that may be a dashboard.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// The subfolder below the configured one, empty at the top.
    pub(super) folder: String,
    pub(super) changed: Option<SystemTime>,
    pub(super) size: u64,
}

/// All `.json` files below `paths`, and the paths that cannot be read.
pub(super) fn scan(paths: &[PathBuf]) -> (Vec<Found>, Vec<Problem>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        walk(path, path, 0, &mut found, &mut problems);
    }
    (found, problems)
}

fn walk(top: &Path, path: &Path, depth: usize, found: &mut Vec<Found>, problems: &mut Vec<Problem>) {
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return problems.push(Problem::new(path, error.to_string())),
    };
    if metadata.is_file() {
        // A file that was named itself is taken whatever it is called.
        if depth == 0 || path.extension().is_some_and(|ending| ending == "json") {
            let folder = path.parent().and_then(|parent| parent.strip_prefix(top).ok());
            let folder = folder.map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
            found.push(Found {
                path: path.to_owned(),
                folder,
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
                walk(top, &entry.path(), depth + 1, found, problems);
            }
        }
        Err(error) => problems.push(Problem::new(path, error.to_string())),
    }
}
