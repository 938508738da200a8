//! Memory maps: the one place of this crate that needs `unsafe`.
//!
//! Invariants: a region answers only for bytes that were in the file when it was asked the first time, so a growing
//! file can be mapped at its final size without touching pages that do not exist yet.
#![expect(unsafe_code, reason = "mapping a file is unsafe because another process could shorten it")]

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::{Mmap, MmapOptions};

use super::Region;

/// A mapped file.
pub(super) struct Mapped {
    map: Option<Mmap>,
    file: File,
    /// Bytes known to be in the file.
    known_len: AtomicU64,
}

impl Mapped {
    /// Maps `file` as it is, or up to `max_len` bytes when it still grows.
    pub(super) fn new(file: File, max_len: Option<u64>) -> io::Result<Self> {
        let known = file.metadata()?.len();
        let len = max_len.unwrap_or(known).max(known);
        let map = if len == 0 {
            None
        } else {
            let len = usize::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
            // SAFETY: the data directory is locked, so no other process of ours shortens the file; this process
            // removes or shortens files only when no region of them is handed out any more. Bytes are read only
            // up to a length that the file was seen to have.
            Some(unsafe { MmapOptions::new().len(len).map(&file)? })
        };
        Ok(Self { map, file, known_len: AtomicU64::new(known) })
    }
}

impl Region for Mapped {
    fn bytes(&self, offset: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        let eof = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let end = offset.checked_add(len as u64).ok_or_else(eof)?;
        if end > self.known_len.load(Ordering::Relaxed) {
            let now = self.file.metadata()?.len();
            self.known_len.store(now, Ordering::Relaxed);
            if end > now {
                return Err(eof());
            }
        }
        if len == 0 {
            return Ok(Cow::Borrowed(&[]));
        }
        let all = self.map.as_deref().unwrap_or_default();
        all.get(offset as usize..end as usize).map(Cow::Borrowed).ok_or_else(eof)
    }

    fn size(&self) -> u64 {
        self.known_len.load(Ordering::Relaxed)
    }
}
