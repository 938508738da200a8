//! Head chunk files (`chunks_head/000001`, …): where full chunks go, in Prometheus' format, read back through a map.
//!
//! File: `magic 0x0130BC91 <4b> · version 1 <1b> · 0 <3b> · chunk…`; chunk: `ref <8b> · mint <8b> · maxt <8b> ·
//! encoding <1b> · len <uvarint> · data · CRC32C <4b>`. The top bit of the encoding says "out of order".
//!
//! Chunks that become full within one commit are written with one call at its end. A failed write keeps them in
//! memory and tries again with the next commit, so a full disk costs memory and not data (the log has them anyway).
//!
//! Invariant: a place that was handed out stays readable until [`HeadFiles::truncate`] takes its file away.

mod list;
mod scan;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub(crate) use self::list::ChunkList;
pub(crate) use self::scan::{End, ScanReport, ScannedChunk, read};
use super::snapshot;
use crate::codec::{Cursor, checksum, put_uvarint};
use crate::fs::{Fs, Region, WriteFile};

const MAGIC: u32 = 0x0130_BC91;
const VERSION: u8 = 1;
const HEADER_SIZE: u64 = 8;
/// Bytes of a chunk in front of its length.
const META_SIZE: usize = 25;
/// Longest chunk header, length included.
const META_SIZE_MAX: usize = META_SIZE + 5;
/// A file is not made larger than this.
const FILE_SIZE_MAX: u64 = 128 << 20;
/// Bytes that wait for the end of a commit; beyond it they are written at once.
const PENDING_MAX: usize = 1 << 20;
/// The bit of the encoding byte that marks an out-of-order chunk.
const OUT_OF_ORDER_BIT: u8 = 0x80;

/// Where a chunk is: file number and offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Place {
    pub(crate) file: u32,
    pub(crate) offset: u32,
}

/// What a file is known for.
struct FileInfo {
    /// The newest sample in it.
    maxt: i64,
    /// Its map, made by the first reader.
    region: OnceLock<Arc<dyn Region>>,
}

impl Default for FileInfo {
    fn default() -> Self {
        Self { maxt: i64::MIN, region: OnceLock::new() }
    }
}

/// The directory of head chunk files.
pub(crate) struct HeadFiles {
    fs: Arc<dyn Fs>,
    dir: PathBuf,
    files: BTreeMap<u32, FileInfo>,
    writer: Option<Box<dyn WriteFile>>,
    /// The file that is written.
    current: u32,
    /// Bytes of it that were written.
    written: u64,
    /// Bytes behind `written` that are still to be written.
    pending: Vec<u8>,
    /// Whether a failed write left bytes behind `written`.
    dirty: bool,
    /// Files before `current` that may not be on the medium.
    unsynced: Vec<u32>,
}

/// A chunk's bytes, kept alive by this value.
#[derive(Clone)]
pub(crate) enum ChunkBytes {
    /// In a mapped file, at the start of the chunk's header.
    Mapped(Arc<dyn Region>, u32),
    /// Not written yet: a copy from the chunk's header on.
    Copied(Arc<[u8]>),
}

impl ChunkBytes {
    /// Calls `visit` with the encoding byte and the chunk data.
    pub(crate) fn with<R>(&self, visit: impl FnOnce(u8, &[u8]) -> R) -> io::Result<R> {
        let (encoding, data) = self.data()?;
        Ok(visit(encoding, &data))
    }

    /// The encoding byte and the chunk data.
    fn data(&self) -> io::Result<(u8, Cow<'_, [u8]>)> {
        match self {
            Self::Mapped(region, offset) => chunk_in(&**region, *offset),
            Self::Copied(bytes) => parse_chunk(|start, len| {
                let rest = bytes.get(start..).unwrap_or_default();
                Ok(Cow::Borrowed(rest.get(..len).unwrap_or(rest)))
            }),
        }
    }
}

/// The encoding byte and the data of the chunk whose header starts at `offset` of a map.
fn chunk_in(region: &dyn Region, offset: u32) -> io::Result<(u8, Cow<'_, [u8]>)> {
    parse_chunk(|start, len| {
        let from = u64::from(offset) + start as u64;
        match region.bytes(from, len) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                region.bytes(from, region.size().saturating_sub(from).min(len as u64) as usize)
            }
            other => other,
        }
    })
}

/// The same for a chunk of which `at` gives up to so many bytes from some byte on.
fn parse_chunk<'a>(
    at: impl Fn(usize, usize) -> io::Result<Cow<'a, [u8]>>,
) -> io::Result<(u8, Cow<'a, [u8]>)> {
    let meta = at(0, META_SIZE_MAX)?;
    let mut cursor = Cursor::new(meta.get(META_SIZE - 1..).unwrap_or_default());
    let (Some(encoding), Some(len)) = (cursor.u8(), cursor.uvarint()) else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let start = meta.len() - cursor.rest().len();
    let len = usize::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    let data = at(start, len)?;
    if data.len() < len {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((encoding & !OUT_OF_ORDER_BIT, data))
}

impl HeadFiles {
    /// The files in the data directory, scanned: each good chunk is handed to `visit` in order. A damaged file is cut, those
    /// behind it go: a series must not have later chunks than those that were lost, as the log adds only what is newer. The
    /// memory snapshots go too, as they count on the chunks.
    pub(crate) fn open(
        fs: Arc<dyn Fs>,
        data_dir: &Path,
        visit: &mut dyn FnMut(ScannedChunk),
    ) -> io::Result<(Self, ScanReport)> {
        let dir = data_dir.join("chunks_head");
        if !fs.exists(&dir) {
            fs.create_dir_all(&dir)?;
            dir.parent().map_or(Ok(()), |parent| fs.sync_dir(parent))?;
        }
        let mut numbers: Vec<u32> = fs.list(&dir)?.iter().filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        let mut report = ScanReport::default();
        let mut files = BTreeMap::new();
        let mut current = 0;
        for (place, number) in numbers.iter().enumerate() {
            current = *number;
            let mut info = FileInfo::default();
            let mut note = |chunk: ScannedChunk| {
                info.maxt = info.maxt.max(chunk.maxt);
                report.chunks += 1;
                visit(chunk);
            };
            let file = path(&dir, current);
            let end = read(fs.open(&file)?, current, &mut note)?;
            files.insert(current, info);
            let later = numbers.get(place + 1..).unwrap_or_default();
            let damage = match end {
                End::Whole => continue,
                End::Empty if later.is_empty() => None,
                End::Empty => Some((0, "nothing was written")),
                End::Damaged(offset, reason) => Some((offset, reason)),
            };
            if let Some((offset, reason)) = damage {
                report.note(&file, offset, reason);
                snapshot::remove_all(&*fs, data_dir)?;
                for number in later.iter().rev() {
                    snapshot::unless_read_only(fs.remove_file(&path(&dir, *number)))?;
                }
            }
            scan::repair(&*fs, &file, damage.map_or(0, |(offset, _)| offset))?;
            break;
        }
        let unsynced = files.keys().copied().collect();
        let (writer, pending) = (None, Vec::new());
        let files = Self { fs, dir, files, writer, current, written: 0, pending, dirty: false, unsynced };
        Ok((files, report))
    }

    /// The number of the oldest file.
    pub(crate) fn first(&self) -> Option<u32> {
        self.files.keys().next().copied()
    }

    /// Adds a chunk; it is readable at once and on disk after the next successful [`flush`](Self::flush).
    pub(crate) fn push(&mut self, series: u64, mint: i64, maxt: i64, encoding: u8, data: &[u8]) -> Place {
        let end = self.written + (self.pending.len() + META_SIZE_MAX + data.len() + 4) as u64;
        if self.pending.len() >= PENDING_MAX {
            // A replay makes many chunks without a commit. A failure is met again at the end of the commit.
            let _ = self.flush();
        }
        if end > FILE_SIZE_MAX && self.flush().is_ok() {
            self.writer = None;
            self.unsynced.push(self.current);
        }
        if self.writer.is_none() && self.pending.is_empty() {
            self.start_file();
        }
        let start = self.pending.len();
        let place = Place { file: self.current, offset: (self.written + start as u64) as u32 };
        self.pending.extend_from_slice(&series.to_be_bytes());
        self.pending.extend_from_slice(&mint.to_be_bytes());
        self.pending.extend_from_slice(&maxt.to_be_bytes());
        self.pending.push(encoding);
        put_uvarint(&mut self.pending, data.len() as u64);
        self.pending.extend_from_slice(data);
        let crc = checksum(self.pending.get(start..).unwrap_or_default());
        self.pending.extend_from_slice(&crc.to_be_bytes());
        let info = self.files.entry(self.current).or_default();
        info.maxt = info.maxt.max(maxt);
        place
    }

    /// Like [`push`](Self::push) for a chunk of out-of-order samples.
    pub(crate) fn push_out_of_order(
        &mut self,
        series: u64,
        mint: i64,
        maxt: i64,
        encoding: u8,
        data: &[u8],
    ) -> Place {
        self.push(series, mint, maxt, encoding | OUT_OF_ORDER_BIT, data)
    }

    /// The next chunk starts a new file.
    fn start_file(&mut self) {
        self.current += 1;
        self.writer = None;
        self.written = 0;
        self.dirty = false;
        self.pending.clear();
        self.pending.extend_from_slice(&file_header());
    }

    /// Hands everything pending to the operating system.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if self.writer.is_none() {
            // A later file must not outlive a power cut that an earlier one does not.
            self.sync_older()?;
            self.writer = Some(self.fs.create(&path(&self.dir, self.current))?);
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        if self.dirty {
            writer.truncate(self.written)?;
            self.dirty = false;
        }
        if let Err(error) = writer.write_all(&self.pending) {
            self.dirty = true;
            return Err(error);
        }
        self.written += self.pending.len() as u64;
        self.pending.clear();
        if self.pending.capacity() > 1 << 20 {
            self.pending = Vec::new();
        }
        Ok(())
    }

    /// The map of a file.
    fn region(&self, file: u32) -> io::Result<Arc<dyn Region>> {
        let info = self.files.get(&file).ok_or(io::ErrorKind::NotFound)?;
        if let Some(region) = info.region.get() {
            return Ok(Arc::clone(region));
        }
        let region = self.fs.map_growing(&path(&self.dir, file), FILE_SIZE_MAX)?;
        Ok(Arc::clone(info.region.get_or_init(|| region)))
    }

    /// Whether the chunk at a place is not in its file yet.
    fn is_pending(&self, place: Place) -> bool {
        place.file == self.current && u64::from(place.offset) >= self.written && !self.pending.is_empty()
    }

    /// The chunk at a place.
    pub(crate) fn get(&self, place: Place) -> io::Result<ChunkBytes> {
        if self.is_pending(place) {
            let start = u64::from(place.offset).saturating_sub(self.written) as usize;
            let rest = self.pending.get(start..).unwrap_or_default();
            return Ok(ChunkBytes::Copied(Arc::from(chunk_prefix(rest))));
        }
        Ok(ChunkBytes::Mapped(self.region(place.file)?, place.offset))
    }

    /// Removes the oldest files, up to the first one that is being written, is not before `keep_from`, or has a sample from
    /// `mint` on. Later ones stay, as Prometheus takes no gap in the numbers.
    pub(crate) fn truncate(&mut self, mint: i64, keep_from: u32) -> io::Result<()> {
        let current = self.current;
        let old: Vec<u32> = self
            .files
            .iter()
            .take_while(|(number, info)| **number != current && **number < keep_from && info.maxt < mint)
            .map(|(number, _)| *number)
            .collect();
        for number in old {
            self.fs.remove_file(&path(&self.dir, number))?;
            self.files.remove(&number);
            self.unsynced.retain(|file| *file != number);
        }
        Ok(())
    }

    /// Waits until the files before the current one are on the medium.
    fn sync_older(&mut self) -> io::Result<()> {
        while let Some(file) = self.unsynced.last() {
            self.fs.sync_file(&path(&self.dir, *file))?;
            self.unsynced.pop();
        }
        Ok(())
    }

    /// Waits until all chunks are on the medium.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.flush()?;
        self.sync_older()?;
        self.writer.as_mut().map_or(Ok(()), |writer| writer.sync())?;
        self.fs.sync_dir(&self.dir)
    }
}

/// The first chunk of `bytes`, header included.
fn chunk_prefix(bytes: &[u8]) -> &[u8] {
    let mut cursor = Cursor::new(bytes.get(META_SIZE..).unwrap_or_default());
    let len = cursor.uvarint().unwrap_or_default() as usize;
    let end = (bytes.len() - cursor.rest().len()).saturating_add(len);
    bytes.get(..end).unwrap_or(bytes)
}

/// The first bytes of a file.
fn file_header() -> [u8; HEADER_SIZE as usize] {
    let [a, b, c, d] = MAGIC.to_be_bytes();
    [a, b, c, d, VERSION, 0, 0, 0]
}

fn path(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:06}"))
}
