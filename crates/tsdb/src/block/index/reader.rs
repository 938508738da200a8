//! [`IndexReader`]: looks into a mapped index; keeps in memory the names and every 32nd value and symbol.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::symbols::{Symbols, section};
use super::{ChunkMeta, HEADER_SIZE, MAGIC, SAMPLE_EVERY, SERIES_ALIGNMENT, TOC_SIZE};
use crate::block::BlockError;
use crate::codec::{Cursor, sum_is};
use crate::fs::{Fs, Region};

/// The values of one label name in the postings offset table.
#[derive(Debug)]
struct Name {
    name: String,
    count: u32,
    /// Offsets in the file of every [`SAMPLE_EVERY`]th entry.
    samples: Vec<u64>,
}

/// An open index.
pub(crate) struct IndexReader {
    path: PathBuf,
    region: Arc<dyn Region>,
    version: u8,
    symbols: Symbols,
    /// Sorted by name.
    names: Vec<Name>,
    /// Where the list of all series is.
    all: u64,
}

/// One entry of the postings offset table.
struct Entry<'a> {
    name: &'a str,
    value: &'a str,
    offset: u64,
}

fn entry<'a>(cursor: &mut Cursor<'a>) -> Option<Entry<'a>> {
    if cursor.uvarint()? != 2 {
        return None;
    }
    Some(Entry { name: cursor.str()?, value: cursor.str()?, offset: cursor.uvarint()? })
}

impl IndexReader {
    pub(crate) fn open(fs: &dyn Fs, path: &Path) -> Result<Self, BlockError> {
        Self::over(fs.map(path).map_err(BlockError::io(path))?, path)
    }

    /// The same over a file that is mapped.
    pub(crate) fn over(region: Arc<dyn Region>, path: &Path) -> Result<Self, BlockError> {
        let mut reader = Self {
            path: path.to_owned(),
            region,
            version: 0,
            symbols: Symbols::default(),
            names: Vec::new(),
            all: 0,
        };
        reader.load()?;
        Ok(reader)
    }

    /// Bytes of the file.
    pub(crate) fn size(&self) -> u64 {
        self.region.size()
    }

    fn file(&self) -> Result<Cow<'_, [u8]>, BlockError> {
        self.region.bytes(0, self.region.size() as usize).map_err(BlockError::io(&self.path))
    }

    fn corrupt(&self, what: &str) -> BlockError {
        BlockError::corrupt(&self.path, format!("{what} is damaged"))
    }

    fn load(&mut self) -> Result<(), BlockError> {
        let region = Arc::clone(&self.region);
        let file = region.bytes(0, region.size() as usize).map_err(BlockError::io(&self.path))?;
        let file = &*file;
        let mut header = Cursor::new(file);
        if header.u32() != Some(MAGIC) {
            return Err(BlockError::corrupt(&self.path, "not an index file"));
        }
        self.version = header.u8().unwrap_or_default();
        if !matches!(self.version, 1 | 2) {
            return Err(BlockError::corrupt(&self.path, format!("unknown index version {}", self.version)));
        }
        let (symbols, table) = toc(file).ok_or_else(|| self.corrupt("the table of contents"))?;
        self.symbols = Symbols::read(file, symbols, self.version == 1)
            .ok_or_else(|| self.corrupt("the symbol table"))?;
        self.load_table(file, table).ok_or_else(|| self.corrupt("the postings offset table"))
    }

    fn load_table(&mut self, file: &[u8], start: u64) -> Option<()> {
        let section = section(file, start)?;
        let mut cursor = Cursor::new(section);
        let mut position = 0;
        for _ in 0..cursor.u32()? {
            let at = start + 4 + (section.len() - cursor.rest().len()) as u64;
            let entry = entry(&mut cursor)?;
            if entry.name.is_empty() && entry.value.is_empty() {
                self.all = entry.offset;
                continue;
            }
            if self.names.last().is_none_or(|last| last.name != entry.name) {
                self.names.push(Name { name: entry.name.to_owned(), count: 0, samples: Vec::new() });
                position = 0;
            }
            let name = self.names.last_mut()?;
            if position % SAMPLE_EVERY == 0 {
                name.samples.push(at);
            }
            position += 1;
            name.count += 1;
        }
        // Version 1 tables need not be sorted by name.
        self.names.sort_by(|a, b| a.name.cmp(&b.name));
        Some(())
    }

    fn name(&self, name: &str) -> Option<&Name> {
        let index = self.names.binary_search_by(|entry| entry.name.as_str().cmp(name)).ok()?;
        self.names.get(index)
    }

    /// The label names, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| name.name.as_str())
    }

    /// How many values a name has.
    pub(crate) fn value_count(&self, name: &str) -> usize {
        self.name(name).map_or(0, |name| name.count as usize)
    }

    /// Calls `visit` with the values of a name, in order, and where their postings are, from the neighbourhood of `first` on
    /// (some values before it may be visited too); stops when it says `false`.
    pub(crate) fn values_from(
        &self,
        name: &str,
        first: &str,
        mut visit: impl FnMut(&str, u64) -> bool,
    ) -> Result<(), BlockError> {
        let Some(name) = self.name(name) else { return Ok(()) };
        let file = self.file()?;
        let damaged = || self.corrupt("the postings offset table");
        let at = |sample: u64| Cursor::new(file.get(sample as usize..).unwrap_or_default());
        let before = |sample: &u64| entry(&mut at(*sample)).is_some_and(|entry| entry.value < first);
        let skipped = name.samples.partition_point(before).saturating_sub(1);
        let mut cursor = at(name.samples.get(skipped).copied().unwrap_or_default());
        for _ in skipped * SAMPLE_EVERY..name.count as usize {
            let entry = entry(&mut cursor).ok_or_else(damaged)?;
            if !visit(entry.value, entry.offset) {
                break;
            }
        }
        Ok(())
    }

    /// The series that have this pair.
    pub(crate) fn postings(&self, name: &str, value: &str) -> Result<Vec<u32>, BlockError> {
        let Some(entry) = self.name(name) else { return Ok(Vec::new()) };
        let file = self.file()?;
        let at = |sample: &u64| {
            let mut cursor = Cursor::new(file.get(*sample as usize..).unwrap_or_default());
            (self::entry(&mut cursor), cursor)
        };
        let after =
            entry.samples.partition_point(|sample| at(sample).0.is_some_and(|entry| entry.value <= value));
        let Some(sample) = after.checked_sub(1).and_then(|index| entry.samples.get(index)) else {
            return Ok(Vec::new());
        };
        let (mut found, mut cursor) = at(sample);
        for _ in 0..SAMPLE_EVERY {
            match found {
                Some(entry) if entry.name == name && entry.value == value => {
                    return self.list(&file, entry.offset);
                }
                Some(entry) if entry.name == name && entry.value < value => found = self::entry(&mut cursor),
                _ => break,
            }
        }
        Ok(Vec::new())
    }

    /// Appends the series of the list at `offset`.
    pub(crate) fn postings_at(&self, offset: u64, out: &mut Vec<u32>) -> Result<(), BlockError> {
        self.extend(&self.file()?, offset, out)
    }

    fn list(&self, file: &[u8], offset: u64) -> Result<Vec<u32>, BlockError> {
        let mut list = Vec::new();
        self.extend(file, offset, &mut list).map(|()| list)
    }

    fn extend(&self, file: &[u8], offset: u64, out: &mut Vec<u32>) -> Result<(), BlockError> {
        let read = || {
            let section = section(file, offset)?;
            let (count, list) = section.split_first_chunk::<4>()?;
            let (list, rest) = list.as_chunks::<4>();
            let whole = rest.is_empty() && list.len() == u32::from_be_bytes(*count) as usize;
            whole.then_some(list)
        };
        let list = read().ok_or_else(|| self.corrupt(&format!("the postings list at byte {offset}")))?;
        out.extend(list.iter().map(|bytes| u32::from_be_bytes(*bytes)));
        Ok(())
    }

    /// All series, sorted by labels.
    pub(crate) fn all(&self) -> Result<Vec<u32>, BlockError> {
        if self.all == 0 { Ok(Vec::new()) } else { self.list(&self.file()?, self.all) }
    }

    /// Reads a series: its label symbols and its chunks, replacing what the vectors held.
    pub(crate) fn series(
        &self,
        reference: u32,
        labels: &mut Vec<(u32, u32)>,
        chunks: &mut Vec<ChunkMeta>,
    ) -> Result<(), BlockError> {
        labels.clear();
        chunks.clear();
        let file = self.file()?;
        let offset =
            if self.version == 1 { reference as usize } else { reference as usize * SERIES_ALIGNMENT };
        read_series(&file, offset, labels, chunks)
            .ok_or_else(|| self.corrupt(&format!("the series at byte {offset}")))
    }

    /// Calls `visit` with the texts of label symbols.
    pub(crate) fn label_texts(
        &self,
        labels: &[(u32, u32)],
        mut visit: impl FnMut(&str, &str),
    ) -> Result<(), BlockError> {
        let file = self.file()?;
        for (name, value) in labels {
            let (Some(name), Some(value)) = (self.symbols.get(&file, *name), self.symbols.get(&file, *value))
            else {
                return Err(self.corrupt("a symbol reference"));
            };
            visit(name, value);
        }
        Ok(())
    }

    /// Calls `visit` with every symbol and its number, in order.
    pub(crate) fn symbols(&self, mut visit: impl FnMut(u32, &str)) -> Result<(), BlockError> {
        let file = self.file()?;
        for (number, symbol) in self.symbols.all(&file).unwrap_or_default() {
            visit(number, symbol);
        }
        Ok(())
    }
}

/// Where the symbol table and the postings offset table are.
fn toc(file: &[u8]) -> Option<(u64, u64)> {
    let start = file.len().checked_sub(TOC_SIZE).filter(|start| *start >= HEADER_SIZE)?;
    let (body, crc) = file.get(start..)?.split_last_chunk::<4>()?;
    if !sum_is(body, u32::from_be_bytes(*crc)) {
        return None;
    }
    let mut cursor = Cursor::new(body);
    let symbols = cursor.u64()?;
    cursor.bytes(4 * 8)?;
    Some((symbols, cursor.u64()?))
}

fn read_series(
    file: &[u8],
    offset: usize,
    labels: &mut Vec<(u32, u32)>,
    chunks: &mut Vec<ChunkMeta>,
) -> Option<()> {
    let mut cursor = Cursor::new(file.get(offset..)?);
    let body = cursor.prefixed()?;
    if !sum_is(body, cursor.u32()?) {
        return None;
    }
    let mut cursor = Cursor::new(body);
    for _ in 0..cursor.uvarint()? {
        labels.push((u32::try_from(cursor.uvarint()?).ok()?, u32::try_from(cursor.uvarint()?).ok()?));
    }
    let mut before: Option<ChunkMeta> = None;
    for _ in 0..cursor.uvarint()? {
        let mint = match before {
            None => cursor.varint()?,
            Some(before) => before.maxt.wrapping_add(cursor.uvarint()? as i64),
        };
        let maxt = mint.wrapping_add(cursor.uvarint()? as i64);
        let reference = match before {
            None => cursor.uvarint()?,
            Some(before) => before.reference.wrapping_add(cursor.varint()? as u64),
        };
        let chunk = ChunkMeta { reference, mint, maxt };
        chunks.push(chunk);
        before = Some(chunk);
    }
    Some(())
}
