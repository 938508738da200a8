//! What the corpus tests share: where the test material lies, and what to do without it.

use std::path::{Path, PathBuf};

/// The folder of the exposition test material; `None`, said loudly, if it is not there.
pub(crate) fn corpus(name: &str) -> Option<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora/exposition");
    let path = Path::new(root).join(name);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: no test material at {}", path.display());
    None
}

/// The entries of a folder, sorted.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).expect("a readable folder");
    let mut paths: Vec<_> = read.map(|entry| entry.expect("a readable entry").path()).collect();
    paths.sort();
    paths
}
