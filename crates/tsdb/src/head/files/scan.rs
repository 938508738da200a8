//! Reading a head chunk file at the start: which chunks it has, and where the good ones end.

use std::io;
use std::path::Path;

use super::{HEADER_SIZE, META_SIZE_MAX, OUT_OF_ORDER_BIT, Place, file_header};
use crate::codec::{Cursor, sum_is};
use crate::fs::{Fs, ReadFile};

/// Bytes read at once.
const BUFFER: usize = 1 << 20;
/// A chunk of more bytes is taken for damage.
const CHUNK_MAX: usize = 64 << 20;

/// A chunk that a file holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScannedChunk {
    pub(crate) series: u64,
    pub(crate) mint: i64,
    pub(crate) maxt: i64,
    pub(crate) encoding: u8,
    pub(crate) out_of_order: bool,
    pub(crate) place: Place,
}

/// What the scan of all files found.
#[derive(Debug, Default)]
pub(crate) struct ScanReport {
    pub(crate) chunks: u64,
    pub(crate) repairs: Vec<String>,
    /// Whether chunks were lost.
    pub(crate) damaged: bool,
}

/// How a file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Behind its last chunk.
    Whole,
    /// It was made and not written.
    Empty,
    /// Something is damaged from this byte on.
    Damaged(u64, &'static str),
}

impl ScanReport {
    /// Notes damage.
    pub(super) fn note(&mut self, path: &Path, offset: u64, reason: &str) {
        let text = format!("{}: damaged at byte {offset}: {reason}", path.display());
        tracing::warn!("{text}; it is cut there and later files are removed, the log has their samples");
        self.repairs.push(text);
        self.damaged = true;
    }
}

/// Cuts a file behind its last good chunk. One of which nothing can be kept becomes one without chunks: Prometheus takes
/// neither an empty file nor a gap in the numbers.
pub(super) fn repair(fs: &dyn Fs, path: &Path, good: u64) -> io::Result<()> {
    if good == 0 { fs.create(path)?.write_all(&file_header()) } else { fs.truncate(path, good) }
}

/// Hands the good chunks of a file to `visit`.
pub(crate) fn read(
    file: Box<dyn ReadFile>,
    number: u32,
    visit: &mut dyn FnMut(ScannedChunk),
) -> io::Result<End> {
    let mut window = Window { file, start: 0, bytes: Vec::new() };
    let header = window.at(0, HEADER_SIZE as usize)?;
    if header.get(..5) != file_header().get(..5) {
        let written = header.iter().any(|byte| *byte != 0);
        return Ok(if written { End::Damaged(0, "not a head chunk file of version 1") } else { End::Empty });
    }
    let mut offset = HEADER_SIZE;
    loop {
        match chunk(&mut window, offset, number)? {
            Next::Chunk(chunk, len) => {
                visit(chunk);
                offset += len;
            }
            Next::End => return Ok(End::Whole),
            Next::Damaged(reason) => return Ok(End::Damaged(offset, reason)),
        }
    }
}

enum Next {
    Chunk(ScannedChunk, u64),
    End,
    Damaged(&'static str),
}

fn chunk(window: &mut Window, offset: u64, file: u32) -> io::Result<Next> {
    let meta = window.at(offset, META_SIZE_MAX)?;
    if meta.iter().all(|byte| *byte == 0) {
        // The end of the file, or space reserved for chunks to come.
        return Ok(Next::End);
    }
    let mut cursor = Cursor::new(meta);
    let fields = (cursor.u64(), cursor.i64(), cursor.i64(), cursor.u8(), cursor.uvarint());
    let (Some(series), Some(mint), Some(maxt), Some(encoding), Some(len)) = fields else {
        return Ok(Next::Damaged("the file ends inside a chunk header"));
    };
    let head_len = meta.len() - cursor.rest().len();
    let len = match usize::try_from(len) {
        Ok(len) if len <= CHUNK_MAX => len,
        _ => return Ok(Next::Damaged("impossible chunk length")),
    };
    let whole = window.at(offset, head_len + len + 4)?;
    let Some((body, crc)) = whole.split_last_chunk::<4>().filter(|(body, _)| body.len() == head_len + len)
    else {
        return Ok(Next::Damaged("the file ends inside a chunk"));
    };
    if !sum_is(body, u32::from_be_bytes(*crc)) {
        return Ok(Next::Damaged("wrong check sum"));
    }
    let place = Place { file, offset: offset as u32 };
    let out_of_order = encoding & OUT_OF_ORDER_BIT != 0;
    let encoding = encoding & !OUT_OF_ORDER_BIT;
    let chunk = ScannedChunk { series, mint, maxt, encoding, out_of_order, place };
    Ok(Next::Chunk(chunk, (head_len + len + 4) as u64))
}

/// A part of the file in memory.
struct Window {
    file: Box<dyn ReadFile>,
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// The `len` bytes at `offset`, fewer at the end of the file.
    fn at(&mut self, offset: u64, len: usize) -> io::Result<&[u8]> {
        let end = self.start + self.bytes.len() as u64;
        if offset < self.start || offset + len as u64 > end {
            self.bytes.resize(BUFFER.max(len), 0);
            let count = self.file.read_at(offset, &mut self.bytes)?;
            self.bytes.truncate(count);
            self.start = offset;
        }
        let rest = self.bytes.get((offset - self.start) as usize..).unwrap_or_default();
        Ok(rest.get(..len).unwrap_or(rest))
    }
}
