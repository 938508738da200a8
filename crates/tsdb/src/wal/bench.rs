//! The log by itself, for the benchmark: encode, compress, check sum, frame, write; called by `benches/`.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::record::Record;
use super::record::samples::Sample;
use super::{Compression, WalWriter, segment};
use crate::fs::{Fs, RealFs};

/// The file starts anew when it is this large, so that a long run does not fill the disk.
const RESTART_AT: u64 = 64 << 20;

/// Writes batches of float samples to a log in a folder.
pub struct WalBench {
    fs: Arc<dyn Fs>,
    compression: Compression,
    writer: WalWriter,
    samples: Vec<Sample>,
}

impl WalBench {
    /// A log in `dir`.
    pub fn new(dir: &Path, compression: Compression) -> io::Result<Self> {
        let fs: Arc<dyn Fs> = Arc::new(RealFs);
        let writer =
            WalWriter::create(Arc::clone(&fs), dir.to_owned(), 0, segment::SEGMENT_SIZE, compression)?;
        Ok(Self { fs, compression, writer, samples: Vec::new() })
    }

    /// Writes one commit of `(series, time, value)`.
    pub fn commit(&mut self, dir: &Path, batch: impl Iterator<Item = (u64, i64, f64)>) -> io::Result<()> {
        if self.writer.offset() > RESTART_AT {
            let fs = Arc::clone(&self.fs);
            self.writer = WalWriter::create(fs, dir.to_owned(), 0, segment::SEGMENT_SIZE, self.compression)?;
        }
        self.samples.clear();
        self.samples.extend(batch.map(|(series, t, v)| Sample { series, t, v }));
        self.writer.log([Record::Floats(&self.samples)].into_iter())
    }
}
