//! [`WalWriter`]: frames records and writes a batch of them with one system call.
//!
//! Invariants: after a failed write the segment is cut back to the last whole batch before anything else is written, so
//! a batch is on disk entirely or not at all; a finished segment is synced before the next one starts.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::compression::{Compression, Compressor};
use super::page::{PAGE_SIZE, frame, framed_len};
use super::record::Record;
use super::segment;
use crate::fs::{Fs, WriteFile};

/// What a log's writer wrote since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LogStats {
    /// Batches handed to the operating system.
    pub batches: u64,
    /// Records in them.
    pub records: u64,
    /// Bytes of the batches, framing included.
    pub bytes: u64,
    /// Bytes that compression saved.
    pub bytes_saved: u64,
    /// Pages that became full.
    pub pages: u64,
    /// Waits for the medium.
    pub syncs: u64,
    /// How long they took in seconds.
    pub sync_seconds: f64,
}

/// Appends to one log directory.
pub(crate) struct WalWriter {
    fs: Arc<dyn Fs>,
    dir: PathBuf,
    segment: u64,
    segment_size: u64,
    file: Box<dyn WriteFile>,
    /// Bytes of the segment that hold whole batches.
    len: u64,
    /// Whether a failed write left bytes behind `len`.
    dirty: bool,
    /// Whether the segments of processes before are known to be on the medium.
    older_synced: bool,
    compressor: Compressor,
    out: Vec<u8>,
    /// Records in `out` and the bytes that compressing them saved.
    framed: (u64, u64),
    stats: LogStats,
}

impl WalWriter {
    /// Starts segment `number` in `dir`.
    pub(crate) fn create(
        fs: Arc<dyn Fs>,
        dir: PathBuf,
        number: u64,
        segment_size: u64,
        compression: Compression,
    ) -> io::Result<Self> {
        let file = fs.create(&segment::path(&dir, number))?;
        fs.sync_dir(&dir)?;
        let compressor = Compressor::new(compression);
        let segment_size = segment_size.next_multiple_of(PAGE_SIZE as u64);
        Ok(Self {
            fs,
            dir,
            segment: number,
            segment_size,
            file,
            len: 0,
            dirty: false,
            older_synced: number == 0,
            compressor,
            out: Vec::new(),
            framed: (0, 0),
            stats: LogStats::default(),
        })
    }

    /// The number of the segment that is written.
    pub(crate) fn segment(&self) -> u64 {
        self.segment
    }

    /// What was written.
    pub(crate) fn stats(&self) -> LogStats {
        self.stats
    }

    /// Bytes of the segment so far.
    pub(crate) fn offset(&self) -> u64 {
        self.len
    }

    /// Writes the records as one batch. On an error none of them counts as written.
    pub(crate) fn log<'a, R: Into<Record<'a>>>(
        &mut self,
        records: impl Iterator<Item = R> + Clone,
    ) -> io::Result<()> {
        self.clean()?;
        if self.frame_batch(records.clone()).is_err() {
            // The batch does not fit behind what the segment holds: it starts the next one, which is cut again as
            // often as needed.
            self.next_segment()?;
            return self.log_in_parts(records);
        }
        self.flush()
    }

    /// Frames all records behind the current offset; `Err` when they go beyond the segment's end.
    fn frame_batch<'a, R: Into<Record<'a>>>(&mut self, records: impl Iterator<Item = R>) -> Result<(), ()> {
        self.clear();
        for record in records {
            let body = self.compressor.compress(record.into());
            let used = self.len as usize + self.out.len();
            if (used + framed_len(body.bytes.len(), used)) as u64 > self.segment_size {
                return Err(());
            }
            frame(&mut self.out, body.bytes, body.bit, used);
            self.framed = (self.framed.0 + 1, self.framed.1 + body.saved);
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.out.clear();
        self.framed = (0, 0);
    }

    /// For batches larger than a segment: records one by one, a new segment whenever one is full.
    fn log_in_parts<'a, R: Into<Record<'a>>>(&mut self, records: impl Iterator<Item = R>) -> io::Result<()> {
        self.clear();
        for record in records {
            let record = record.into();
            let len = self.compressor.compress(record).bytes.len();
            let used = self.len as usize + self.out.len();
            if used > 0 && (used + framed_len(len, used)) as u64 > self.segment_size {
                self.flush()?;
                self.next_segment()?;
                self.clear();
            }
            let used = self.len as usize + self.out.len();
            let body = self.compressor.compress(record);
            frame(&mut self.out, body.bytes, body.bit, used);
            self.framed = (self.framed.0 + 1, self.framed.1 + body.saved);
        }
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Err(error) = self.file.write_all(&self.out) {
            self.dirty = true;
            // If cutting fails too, the next batch tries again before it writes.
            let _ = self.clean();
            return Err(error);
        }
        let (written, page) = (self.out.len() as u64, PAGE_SIZE as u64);
        self.stats.batches += 1;
        self.stats.records += self.framed.0;
        self.stats.bytes_saved += self.framed.1;
        self.stats.bytes += written;
        self.stats.pages += (self.len + written) / page - self.len / page;
        self.len += written;
        Ok(())
    }

    /// Removes what a failed write left.
    fn clean(&mut self) -> io::Result<()> {
        if self.dirty {
            self.file.truncate(self.len)?;
            self.dirty = false;
        }
        Ok(())
    }

    /// Ends the segment (filled up to a page, synced) and starts the next one; returns the finished one's number.
    pub(crate) fn next_segment(&mut self) -> io::Result<u64> {
        self.clean()?;
        let padding = (PAGE_SIZE as u64 - self.len % PAGE_SIZE as u64) % PAGE_SIZE as u64;
        self.clear();
        self.out.resize(padding as usize, 0);
        self.flush()?;
        self.sync()?;
        let finished = self.segment;
        self.file = self.fs.create(&segment::path(&self.dir, finished + 1))?;
        self.segment = finished + 1;
        self.len = 0;
        self.fs.sync_dir(&self.dir)?;
        Ok(finished)
    }

    /// Waits until all is on the medium.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.clean()?;
        if !self.older_synced {
            segment::sync_before(&*self.fs, &self.dir, self.segment)?;
            self.older_synced = true;
        }
        let begun = Instant::now();
        self.file.sync()?;
        self.stats.syncs += 1;
        self.stats.sync_seconds += begun.elapsed().as_secs_f64();
        Ok(())
    }
}
