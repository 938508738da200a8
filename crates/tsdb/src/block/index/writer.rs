//! [`IndexWriter`]: symbols, then sorted series one by one, then postings from memory.
//!
//! Invariants: symbols come sorted and unique, series sorted by labels (as numbers, which is the same order), chunk
//! references ascend. The file is synced when [`IndexWriter::finish`] returns.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::io;
use std::path::Path;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::{ChunkMeta, HEADER_SIZE, MAGIC, SERIES_ALIGNMENT};
use crate::codec::{checksum, put_str, put_uvarint, put_varint};
use crate::fs::{Fs, WriteFile};

const BUFFER: usize = 256 << 10;

fn hash(symbol: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(symbol.as_bytes());
    hasher.finish()
}

/// Where each section starts.
#[derive(Debug, Default)]
struct Toc {
    symbols: u64,
    series: u64,
    postings: u64,
    postings_table: u64,
}

/// Writes the index of one block.
pub(crate) struct IndexWriter {
    file: Box<dyn WriteFile>,
    buffer: Vec<u8>,
    written: u64,
    toc: Toc,
    symbols: Vec<String>,
    /// The numbers of the symbols, found by their texts.
    numbers: HashTable<u32>,
    /// The series of every pair of symbols.
    postings: BTreeMap<(u32, u32), Vec<u32>>,
    all: Vec<u32>,
    scratch: Vec<u8>,
}

impl IndexWriter {
    /// Starts an index with these symbols.
    pub(crate) fn create(fs: &dyn Fs, path: &Path, symbols: Vec<String>) -> io::Result<Self> {
        let mut writer = Self {
            file: fs.create(path)?,
            buffer: Vec::with_capacity(BUFFER),
            written: 0,
            toc: Toc::default(),
            symbols: Vec::new(),
            numbers: HashTable::with_capacity(symbols.len()),
            postings: BTreeMap::new(),
            all: Vec::new(),
            scratch: Vec::new(),
        };
        writer.buffer.extend_from_slice(&MAGIC.to_be_bytes());
        writer.buffer.push(2);
        debug_assert_eq!(writer.buffer.len(), HEADER_SIZE);
        writer.toc.symbols = writer.position();
        let mut section = (symbols.len() as u32).to_be_bytes().to_vec();
        symbols.iter().for_each(|symbol| put_str(&mut section, symbol));
        writer.section(&section)?;
        for (number, symbol) in (0_u32..).zip(&symbols) {
            let rehash = |number: &u32| symbols.get(*number as usize).map_or(0, |symbol| hash(symbol));
            writer.numbers.insert_unique(hash(symbol), number, rehash);
        }
        writer.symbols = symbols;
        writer.align(SERIES_ALIGNMENT);
        writer.toc.series = writer.position();
        Ok(writer)
    }

    /// The number of a symbol.
    pub(crate) fn number(&self, symbol: &str) -> Option<u32> {
        let same = |number: &u32| self.symbols.get(*number as usize).is_some_and(|known| known == symbol);
        self.numbers.find(hash(symbol), same).copied()
    }

    fn position(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Writes `len · content · CRC`.
    fn section(&mut self, content: &[u8]) -> io::Result<()> {
        let len = u32::try_from(content.len()).map_err(|_| {
            io::Error::new(io::ErrorKind::FileTooLarge, "an index section is larger than 4 GiB")
        })?;
        self.buffer.extend_from_slice(&len.to_be_bytes());
        self.buffer.extend_from_slice(content);
        self.buffer.extend_from_slice(&checksum(content).to_be_bytes());
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    fn align(&mut self, to: usize) {
        let padding = self.position().next_multiple_of(to as u64) - self.position();
        self.buffer.resize(self.buffer.len() + padding as usize, 0);
    }

    /// Adds the next series: label symbols by name, chunks by time.
    pub(crate) fn add_series(&mut self, labels: &[(u32, u32)], chunks: &[ChunkMeta]) -> io::Result<()> {
        self.align(SERIES_ALIGNMENT);
        let reference = u32::try_from(self.position() / SERIES_ALIGNMENT as u64)
            .map_err(|_| io::Error::new(io::ErrorKind::FileTooLarge, "the index is larger than 64 GiB"))?;
        self.all.push(reference);
        let mut body = std::mem::take(&mut self.scratch);
        body.clear();
        put_uvarint(&mut body, labels.len() as u64);
        for (name, value) in labels {
            put_uvarint(&mut body, u64::from(*name));
            put_uvarint(&mut body, u64::from(*value));
            self.postings.entry((*name, *value)).or_default().push(reference);
        }
        put_uvarint(&mut body, chunks.len() as u64);
        let mut before: Option<ChunkMeta> = None;
        for chunk in chunks {
            match before {
                None => {
                    put_varint(&mut body, chunk.mint);
                    put_uvarint(&mut body, chunk.maxt.wrapping_sub(chunk.mint) as u64);
                    put_uvarint(&mut body, chunk.reference);
                }
                Some(before) => {
                    put_uvarint(&mut body, chunk.mint.wrapping_sub(before.maxt) as u64);
                    put_uvarint(&mut body, chunk.maxt.wrapping_sub(chunk.mint) as u64);
                    put_varint(&mut body, chunk.reference.wrapping_sub(before.reference) as i64);
                }
            }
            before = Some(*chunk);
        }
        put_uvarint(&mut self.buffer, body.len() as u64);
        self.buffer.extend_from_slice(&body);
        self.buffer.extend_from_slice(&checksum(&body).to_be_bytes());
        self.scratch = body;
        if self.buffer.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    /// Writes postings, their table and the table of contents; syncs.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.align(4);
        self.toc.postings = self.position();
        let all = std::mem::take(&mut self.all);
        let mut table = (self.postings.len() as u32 + 1).to_be_bytes().to_vec();
        self.posting("", "", &all, &mut table)?;
        for ((name, value), series) in std::mem::take(&mut self.postings) {
            let symbol = |number: u32| self.symbols.get(number as usize).cloned().unwrap_or_default();
            let (name, value) = (symbol(name), symbol(value));
            self.posting(&name, &value, &series, &mut table)?;
        }
        self.toc.postings_table = self.position();
        self.section(&table)?;
        let Toc { symbols, series, postings, postings_table } = self.toc;
        let toc: Vec<u8> = [symbols, series, 0, 0, postings, postings_table]
            .iter()
            .flat_map(|at| at.to_be_bytes())
            .collect();
        self.buffer.extend_from_slice(&toc);
        self.buffer.extend_from_slice(&checksum(&toc).to_be_bytes());
        self.flush()?;
        self.file.sync()
    }

    /// Writes one list and its entry in the table.
    fn posting(&mut self, name: &str, value: &str, series: &[u32], table: &mut Vec<u8>) -> io::Result<()> {
        self.align(4);
        table.push(2);
        put_str(table, name);
        put_str(table, value);
        put_uvarint(table, self.position());
        let mut content = std::mem::take(&mut self.scratch);
        content.clear();
        content.extend_from_slice(&(series.len() as u32).to_be_bytes());
        series.iter().for_each(|reference| content.extend_from_slice(&reference.to_be_bytes()));
        let result = self.section(&content);
        self.scratch = content;
        result
    }
}
