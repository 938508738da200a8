//! What the corpus tests share: where the test material lies, and what to do without it.
#![allow(dead_code, reason = "every test binary compiles this file and uses its part of it")]

use std::path::{Path, PathBuf};

use narthex_exposition::{ContentType, Protocol};

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

/// The real pages: name, protocol, bytes; none if the test material is not there.
pub(crate) fn real_pages() -> Vec<(String, Protocol, Vec<u8>)> {
    let Some(folder) = corpus("real_pages") else { return Vec::new() };
    let read = |name: &str| std::fs::read(folder.join(name)).expect("a readable page");
    let index: serde_json::Value = serde_json::from_slice(&read("index.json")).expect("JSON");
    let pages = index.as_array().expect("a list").iter().map(|entry| {
        let name = entry["file"].as_str().expect("a file name");
        // One page was recorded without its header.
        let header = entry["content_type"].as_str().unwrap_or("application/vnd.google.protobuf");
        let protocol = ContentType::parse(header).expect("a known type").protocol;
        (name.to_owned(), protocol, read(name))
    });
    pages.collect()
}
