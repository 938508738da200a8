//! Segment files by number: `00000000`, `00000001`, …; used by the writer, the replay and checkpoints.

use std::io;
use std::path::{Path, PathBuf};

use crate::fs::Fs;

/// Default size of a segment, bytes.
pub(crate) const SEGMENT_SIZE: u64 = 128 << 20;

/// The path of a segment.
pub(crate) fn path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:08}"))
}

/// The numbers of the segments in `dir`, ascending; other names are ignored.
pub(crate) fn list(fs: &dyn Fs, dir: &Path) -> io::Result<Vec<u64>> {
    let mut numbers: Vec<u64> = fs.list(dir)?.iter().filter_map(|name| number(name)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Waits until the segments before `number` are on the medium: a process that was killed has not waited for its last one.
pub(crate) fn sync_before(fs: &dyn Fs, dir: &Path, number: u64) -> io::Result<()> {
    list(fs, dir)?
        .into_iter()
        .filter(|older| *older < number)
        .try_for_each(|older| fs.sync_file(&path(dir, older)))
}

fn number(name: &str) -> Option<u64> {
    let digits = name.bytes().all(|b| b.is_ascii_digit());
    if digits && name.len() >= 6 { name.parse().ok() } else { None }
}
