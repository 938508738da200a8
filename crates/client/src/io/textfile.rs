//! Pages as files, for node_exporter's textfile collector.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::Registry;

/// Writes the page of `registry` to `path` in the classic text format, so that a reader sees either the old page or the
/// whole new one: it is written beside the file, flushed to disk and renamed.
///
/// # Errors
/// What the file system refused; the old page is still there then.
pub fn write(registry: &Registry, path: impl AsRef<Path>) -> io::Result<()> {
    /// So that two threads do not write into one file.
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    let path = path.as_ref();
    let mut beside = path.as_os_str().to_owned();
    // The collector reads *.prom only.
    beside.push(format!(".{}-{}.tmp", std::process::id(), WRITTEN.fetch_add(1, Ordering::Relaxed)));
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
    let message = |error: io::Error| format!("cannot write the metrics to {}: {error}", path.display());
    result.map_err(|error| io::Error::new(error.kind(), message(error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Gauge;

    #[test]
    fn readers_see_a_whole_page_at_every_moment() {
        let registry = Registry::new();
        let gauge = Gauge::new("g", "").with_labels(["n"]).register_in(&registry);
        (0..2000).for_each(|n| gauge.with([&n.to_string()]).set(1.0));
        let folder = std::env::temp_dir().join(format!("narthex-textfile-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("job.prom");
        write(&registry, &path).unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| (0..20).for_each(|_| write(&registry, &path).unwrap()));
            while !writer.is_finished() {
                assert_eq!(fs::read_to_string(&path).unwrap(), registry.text());
            }
        });
        let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["job.prom"], "nothing is left beside the page");
        assert!(write(&registry, folder.join("missing").join("job.prom")).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
