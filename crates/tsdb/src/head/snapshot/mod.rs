//! The memory snapshot (`chunk_snapshot.SEGMENT.OFFSET/`): what the head has in memory when the process ends, so that the
//! next start reads the log only behind that position.
//!
//! The directory holds log segments with records of three types, in this order:
//!
//! * 1, one per series: `ref <8b> · labels <uvarint> · (name · value)… · 0 <8b> · growing chunk <uvarint>`; the last is 0, or 1
//!   with `mint <8b> · maxt <8b> · encoding <1b> · len <uvarint> · data` and the newest value behind it: floats as
//!   `(0 <8b> · 0 <8b>) × 3 · 0 <8b> · value <8b>`, histograms as in the log.
//! * 2: `len <uvarint> · 1 <1b> · (ref <uvarint> · mint <varint> · maxt <varint>)…`, the deleted ranges.
//! * 3: exemplars as in the log.
//!
//! [`write`] is called at the end of a process, [`read`] by the replay. Full chunks are in head chunk files, out-of-order
//! samples in their own log.
//!
//! Invariant: a snapshot that is damaged anywhere is not used at all; the log has everything it says.

pub(crate) mod read;
pub(crate) mod write;

use std::io;
use std::path::{Path, PathBuf};

use crate::fs::Fs;

const PREFIX: &str = "chunk_snapshot.";
/// Type of a series record.
const SERIES: u8 = 1;
/// Type of the record of deleted ranges.
const TOMBSTONES: u8 = 2;
/// Type of an exemplar record.
const EXEMPLARS: u8 = 3;
/// First byte of the deleted ranges.
const TOMBSTONES_VERSION: u8 = 1;

/// Where in the log a snapshot was taken, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Snapshot {
    pub(crate) segment: u64,
    pub(crate) offset: u64,
    pub(crate) dir: PathBuf,
}

impl Snapshot {
    fn at(data_dir: &Path, segment: u64, offset: u64) -> Self {
        let dir = data_dir.join(format!("{PREFIX}{segment:06}.{offset:010}"));
        Self { segment, offset, dir }
    }

    /// The name under which it is not used: while it is written, and while it is removed.
    fn temporary(&self) -> PathBuf {
        self.dir.with_extension(format!("{:010}.tmp", self.offset))
    }
}

/// Removes all snapshots in a data directory: they do not fit any more. A directory that is only read keeps them.
pub(crate) fn remove_all(fs: &dyn Fs, data_dir: &Path) -> io::Result<()> {
    unless_read_only(remove(fs, data_dir, &list(fs, data_dir)?))
}

/// Removes snapshots: by name first, as one of which a part is left would be taken for a whole one. What a crash leaves under
/// the other name, the next start removes.
fn remove(fs: &dyn Fs, data_dir: &Path, snapshots: &[Snapshot]) -> io::Result<()> {
    if snapshots.is_empty() {
        return Ok(());
    }
    for snapshot in snapshots {
        let doomed = snapshot.temporary();
        if fs.exists(&doomed) {
            fs.remove_dir_all(&doomed)?;
        }
        fs.rename(&snapshot.dir, &doomed)?;
    }
    // One that comes back after a power cut would be used, and not know what the log says from here on.
    fs.sync_dir(data_dir)?;
    snapshots.iter().try_for_each(|snapshot| fs.remove_dir_all(&snapshot.temporary()))
}

/// No error when the file system is only read.
pub(crate) fn unless_read_only(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == io::ErrorKind::Unsupported { Ok(()) } else { Err(error) })
}

/// All snapshots in a data directory, oldest first.
pub(crate) fn list(fs: &dyn Fs, data_dir: &Path) -> io::Result<Vec<Snapshot>> {
    let mut all: Vec<Snapshot> = fs
        .list(data_dir)?
        .iter()
        .filter_map(|name| {
            let (segment, offset) = name.strip_prefix(PREFIX)?.split_once('.')?;
            let (segment, offset) = (segment.parse().ok()?, offset.parse().ok()?);
            Some(Snapshot { segment, offset, dir: data_dir.join(name) })
        })
        .collect();
    all.sort_unstable();
    Ok(all)
}
