//! Pages as files, for node_exporter's textfile collector.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::Registry;

/// Writes the page of `registry` to `path` in the classic text format, so that a reader sees either the old page or the
/// whole new one: it is written beside the file, flushed to disk and renamed.
///
/// # Errors
/// What the file system refused; the old page is still there then.
pub fn write(registry: &Registry, path: &Path) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    // The collector reads *.prom only.
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = Path::new(&beside);
    let written = File::create(beside).and_then(|mut file| {
        file.write_all(registry.text().as_bytes())?;
        file.sync_all()
    });
    let result = written.and_then(|()| fs::rename(beside, path));
    if result.is_err() {
        // What was written so far is of no use; the error that counts is the first one.
        let _ = fs::remove_file(beside);
    }
    result
}
