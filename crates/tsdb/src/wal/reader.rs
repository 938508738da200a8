//! [`SegmentReader`]: the records of one segment, in order.
//!
//! Invariants: reads ahead a bounded number of pages, never the whole segment; takes any bytes; after [`Damage`] the
//! reader yields nothing more, and `Damage::offset` is where the last good record ends.

use std::io;
use std::path::{Path, PathBuf};

use super::compression::decompress;
use super::page::{FIRST, FULL, HEADER_SIZE, LAST, MIDDLE, PAGE_SIZE, TERM, TYPE_MASK};
use crate::codec::{Cursor, checksum, sum_is};
use crate::fs::{Fs, ReadFile};

/// Pages read with one call.
const READ_PAGES: usize = 32;

/// What is wrong with a segment, and where.
#[derive(Debug, thiserror::Error)]
#[error("{path}: damaged at byte {offset}: {reason}")]
pub(crate) struct Damage {
    /// The segment's file.
    pub(crate) path: PathBuf,
    /// Where the last good record ends.
    pub(crate) offset: u64,
    /// What was found.
    pub(crate) reason: String,
    /// Set when the file could not be read: then nothing is known of what it holds, and it must not be cut.
    pub(crate) unreadable: Option<io::ErrorKind>,
}

impl Damage {
    /// The damage of a file that could be read.
    pub(crate) fn repairable(self) -> io::Result<Self> {
        match self.unreadable {
            Some(kind) => Err(io::Error::new(kind, self.to_string())),
            None => Ok(self),
        }
    }
}

/// Reads one segment front to back.
pub(crate) struct SegmentReader {
    file: Box<dyn ReadFile>,
    path: PathBuf,
    /// Pages that were read; `buf_start` is their place in the file.
    buf: Vec<u8>,
    buf_start: u64,
    /// Whether `buf` reaches to the end of the file.
    at_end: bool,
    /// Position of the next fragment.
    pos: u64,
    /// End of the last good record.
    good: u64,
    raw: Vec<u8>,
    record: Vec<u8>,
    /// Why the file could not be read.
    unreadable: Option<io::ErrorKind>,
}

impl SegmentReader {
    pub(crate) fn open(fs: &dyn Fs, path: &Path) -> io::Result<Self> {
        Ok(Self::over(fs.open(path)?, path))
    }

    /// The same over a file that is open.
    pub(crate) fn over(file: Box<dyn ReadFile>, path: &Path) -> Self {
        let (buf, raw, record) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            file,
            path: path.to_owned(),
            buf,
            buf_start: 0,
            at_end: false,
            pos: 0,
            good: 0,
            raw,
            record,
            unreadable: None,
        }
    }

    /// Goes on at `offset`, where a record ends.
    pub(crate) fn skip_to(&mut self, offset: u64) {
        self.pos = offset;
        self.good = offset;
    }

    /// The next record's plain bytes; `None` at the end.
    pub(crate) fn next_record(&mut self) -> Result<Option<&[u8]>, Damage> {
        match self.advance() {
            Ok(true) => Ok(Some(&self.record)),
            Ok(false) => Ok(None),
            Err(reason) => {
                let (path, unreadable) = (self.path.clone(), self.unreadable.take());
                Err(Damage { path, offset: self.good, reason, unreadable })
            }
        }
    }

    /// Puts the next record into `self.record`.
    fn advance(&mut self) -> Result<bool, String> {
        self.raw.clear();
        let mut inside = false;
        loop {
            let in_page = (self.pos % PAGE_SIZE as u64) as usize;
            if PAGE_SIZE - in_page < HEADER_SIZE {
                self.skip_zeros(PAGE_SIZE - in_page)?;
                continue;
            }
            let available = self.fill()?;
            if available == 0 {
                return if inside { Err("the segment ends inside a record".to_owned()) } else { Ok(false) };
            }
            let (header, len) = match self.fragment(in_page)? {
                Some(fragment) => fragment,
                None => {
                    if inside {
                        return Err("unused page rest inside a record".to_owned());
                    }
                    self.skip_zeros(PAGE_SIZE - in_page)?;
                    continue;
                }
            };
            let kind = header & TYPE_MASK;
            if inside != matches!(kind, MIDDLE | LAST) {
                return Err(format!("unexpected fragment type {kind}"));
            }
            let end = self.pos + (HEADER_SIZE + len) as u64;
            let offset = (self.pos - self.buf_start) as usize + HEADER_SIZE;
            let data = self.buf.get(offset..offset + len).unwrap_or_default();
            if kind != FULL {
                self.raw.extend_from_slice(data);
            }
            if matches!(kind, FULL | LAST) {
                self.record.clear();
                let data = if kind == FULL { data } else { &self.raw };
                decompress(header, data, &mut self.record).map_err(|error| error.to_string())?;
            }
            self.pos = end;
            if matches!(kind, FULL | LAST) {
                self.good = end;
                return Ok(true);
            }
            inside = true;
        }
    }

    /// The header byte and data length of the fragment at `pos`; `None` for the unused rest of a page.
    fn fragment(&self, in_page: usize) -> Result<Option<(u8, usize)>, String> {
        let start = (self.pos - self.buf_start) as usize;
        let mut cursor = Cursor::new(self.buf.get(start..).unwrap_or_default());
        let header = cursor.u8().unwrap_or_default();
        if header & TYPE_MASK == TERM {
            return Ok(None);
        }
        if !matches!(header & TYPE_MASK, FULL | FIRST | MIDDLE | LAST) {
            return Err(format!("unknown fragment type {}", header & TYPE_MASK));
        }
        let (Some(len), Some(crc)) = (cursor.u16(), cursor.u32()) else {
            return Err("the segment ends inside a fragment header".to_owned());
        };
        let len = usize::from(len);
        if in_page + HEADER_SIZE + len > PAGE_SIZE {
            return Err(format!("fragment of {len} bytes goes beyond its page"));
        }
        let data = cursor.bytes(len).ok_or("the segment ends inside a fragment")?;
        if !sum_is(data, crc) {
            return Err(format!("check sum {:08x} found, {crc:08x} expected", checksum(data)));
        }
        Ok(Some((header, len)))
    }

    /// Moves over page padding, which must be zero.
    fn skip_zeros(&mut self, count: usize) -> Result<(), String> {
        self.fill()?;
        let start = (self.pos - self.buf_start) as usize;
        let rest = self.buf.get(start..).unwrap_or_default();
        let rest = rest.get(..count).unwrap_or(rest);
        if rest.iter().any(|byte| *byte != 0) {
            return Err("bytes that are not zero in the unused rest of a page".to_owned());
        }
        self.pos += count as u64;
        Ok(())
    }

    /// Makes the rest of the current page available; returns how many bytes there are at `pos`.
    fn fill(&mut self) -> Result<usize, String> {
        let page = self.pos - self.pos % PAGE_SIZE as u64;
        let end = self.buf_start + self.buf.len() as u64;
        let whole = page >= self.buf_start && (page + PAGE_SIZE as u64 <= end || self.at_end);
        if !whole {
            self.buf.resize(READ_PAGES * PAGE_SIZE, 0);
            let count = self.file.read_at(page, &mut self.buf).map_err(|error| {
                self.buf.clear();
                self.unreadable = Some(error.kind());
                error.to_string()
            })?;
            self.at_end = count < self.buf.len();
            self.buf.truncate(count);
            self.buf_start = page;
        }
        Ok((self.buf_start + self.buf.len() as u64).saturating_sub(self.pos) as usize)
    }
}
