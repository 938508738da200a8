//! [`ChunkWriter`]: chunk bytes → segments of at most 512 MiB.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::{HEADER_SIZE, MAGIC, VERSION};
use crate::codec::{checksum, put_uvarint};
use crate::fs::{Fs, WriteFile};

const SEGMENT_SIZE: u64 = 512 << 20;
/// Bytes collected before a write.
const BUFFER: usize = 256 << 10;

/// Writes the chunks of one block.
pub(crate) struct ChunkWriter {
    fs: Arc<dyn Fs>,
    dir: PathBuf,
    file: Option<Box<dyn WriteFile>>,
    segments: u64,
    /// Bytes of the current segment, the buffered ones included.
    len: u64,
    buffer: Vec<u8>,
}

impl ChunkWriter {
    pub(crate) fn create(fs: Arc<dyn Fs>, dir: PathBuf) -> io::Result<Self> {
        fs.create_dir_all(&dir)?;
        Ok(Self { fs, dir, file: None, segments: 0, len: 0, buffer: Vec::with_capacity(BUFFER) })
    }

    /// Writes one chunk; returns its reference.
    pub(crate) fn write(&mut self, encoding: u8, data: &[u8]) -> io::Result<u64> {
        if self.file.is_none() || self.len + data.len() as u64 + 16 > SEGMENT_SIZE {
            self.next_segment()?;
        }
        let reference = (self.segments - 1) << 32 | self.len;
        let before = self.buffer.len();
        put_uvarint(&mut self.buffer, data.len() as u64);
        let start = self.buffer.len();
        self.buffer.push(encoding);
        self.buffer.extend_from_slice(data);
        let crc = checksum(self.buffer.get(start..).unwrap_or_default());
        self.buffer.extend_from_slice(&crc.to_be_bytes());
        self.len += (self.buffer.len() - before) as u64;
        if self.buffer.len() >= BUFFER {
            self.flush()?;
        }
        Ok(reference)
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    fn next_segment(&mut self) -> io::Result<()> {
        self.finish()?;
        self.segments += 1;
        self.file = Some(self.fs.create(&self.dir.join(format!("{:06}", self.segments)))?);
        self.buffer.extend_from_slice(&MAGIC.to_be_bytes());
        self.buffer.extend_from_slice(&[VERSION, 0, 0, 0]);
        self.len = HEADER_SIZE;
        Ok(())
    }

    /// Writes and syncs what is left.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.flush()?;
        match self.file.take() {
            Some(mut file) => file.sync(),
            None => Ok(()),
        }
    }
}
