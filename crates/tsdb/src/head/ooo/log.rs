//! [`OooLog`]: the log of out-of-order samples (`wbl/`), in the format of the write-ahead log.
//!
//! Which samples are out of order is known only when they are in memory, so this log is written behind them; the
//! write-ahead log has had them before. Written by commits, which hold the lock of the write-ahead log meanwhile.
//!
//! Invariant: records are written in the order in which they were made; those that could not be written wait for the
//! next commit.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::Accepted;
use crate::fs::Fs;
use crate::head::files::Place;
use crate::wal::record::Version;
use crate::wal::record::markers::{self, Marker};
use crate::wal::{Compression, WalWriter, segment};

/// Records that could not be written are kept up to so many bytes.
const WAITING_BYTES_MAX: usize = 64 << 20;

/// Where the log is and how it is written.
#[derive(Clone)]
pub(crate) struct LogOptions {
    pub(crate) fs: Arc<dyn Fs>,
    pub(crate) dir: PathBuf,
    pub(crate) segment_size: u64,
    pub(crate) compression: Compression,
    pub(crate) version: Version,
}

/// The log.
pub(crate) struct OooLog {
    options: LogOptions,
    /// Made with the first record.
    writer: Option<WalWriter>,
    next_segment: u64,
    waiting: Vec<Vec<u8>>,
    waiting_bytes: usize,
    /// Writes that failed since the start.
    pub(crate) failed: u64,
}

impl OooLog {
    /// A log that continues with segment `next_segment`.
    pub(crate) fn new(options: LogOptions, next_segment: u64) -> Self {
        Self { options, writer: None, next_segment, waiting: Vec::new(), waiting_bytes: 0, failed: 0 }
    }

    /// Writes what a commit accepted: samples first, then the markers of series whose samples are all on disk now.
    pub(crate) fn write(&mut self, accepted: &Accepted) -> io::Result<()> {
        let mut record = Vec::new();
        let version = self.options.version;
        version.encode_samples(&mut record, &accepted.floats, &accepted.starts);
        self.add(&mut record);
        for kind in version.histogram_records() {
            version.encode_histograms(&mut record, *kind, &accepted.histograms);
            self.add(&mut record);
        }
        markers::encode(&mut record, &accepted.markers);
        self.add(&mut record);
        self.flush().inspect_err(|error| {
            self.failed += 1;
            tracing::error!(
                "{}: cannot write out-of-order samples, trying again with the next ones: {error}",
                self.options.dir.display()
            );
        })
    }

    fn add(&mut self, record: &mut Vec<u8>) {
        if record.len() > 1 && self.waiting_bytes + record.len() <= WAITING_BYTES_MAX {
            self.waiting_bytes += record.len();
            self.waiting.push(std::mem::take(record));
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        if self.writer.is_none() {
            let LogOptions { fs, dir, segment_size, compression, .. } = self.options.clone();
            if !fs.exists(&dir) {
                fs.create_dir_all(&dir)?;
                dir.parent().map_or(Ok(()), |parent| fs.sync_dir(parent))?;
            }
            let writer = WalWriter::create(fs, dir, self.next_segment, segment_size, compression)?;
            self.writer = Some(writer);
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.log(self.waiting.iter().map(Vec::as_slice))?;
        self.waiting.clear();
        self.waiting_bytes = 0;
        Ok(())
    }

    /// Ends the segment; what was written until now is in segments before the returned one.
    pub(crate) fn cut(&mut self) -> io::Result<u64> {
        self.flush()?;
        match &mut self.writer {
            Some(writer) => Ok(writer.next_segment()? + 1),
            None => Ok(self.next_segment),
        }
    }

    /// Notes that the chunks up to `place` are in blocks: a head chunk file may hold them still, for the sake of others in it.
    /// The note is a marker for the series 0, which never exists.
    pub(crate) fn note_compacted(&mut self, place: Place) -> io::Result<()> {
        let mut record = Vec::new();
        markers::encode(&mut record, &[Marker { series: 0, place }]);
        self.add(&mut record);
        self.flush()
    }

    /// Removes the segments before `segment`: their samples are in blocks.
    pub(crate) fn truncate(&self, segment: u64) -> io::Result<()> {
        let LogOptions { fs, dir, .. } = &self.options;
        if !fs.exists(dir) {
            return Ok(());
        }
        for number in segment::list(&**fs, dir)?.into_iter().filter(|number| *number < segment) {
            fs.remove_file(&segment::path(dir, number))?;
        }
        // A segment that comes back would bring back what is deleted from now on.
        fs.sync_dir(dir)
    }

    /// Waits until everything is on the medium.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.flush()?;
        let LogOptions { fs, dir, .. } = &self.options;
        match &mut self.writer {
            Some(writer) => writer.sync(),
            None if fs.exists(dir) => segment::sync_before(&**fs, dir, self.next_segment),
            None => Ok(()),
        }
    }
}
