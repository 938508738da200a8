//! The index of a block: symbols, series, postings.
//!
//! `magic 0xBAAAD700 <4b> · version <1b>`, then the symbol table, the series (each on a 16 byte border; its place divided
//! by 16 is its reference), the postings, the postings offset table and a table of contents of six offsets. Every
//! section ends with a CRC32C. Version 2 is written, 1 is read too (there symbol references are offsets and series
//! references are not divided).

pub(crate) mod reader;
pub(crate) mod symbols;
pub(crate) mod writer;

/// The file's name.
pub(crate) const FILE: &str = "index";
const MAGIC: u32 = 0xBAAA_D700;
const HEADER_SIZE: usize = 5;
const TOC_SIZE: usize = 6 * 8 + 4;
/// Series start at multiples of this.
const SERIES_ALIGNMENT: usize = 16;
/// Of the symbols and of the postings offset entries, every so many-th has its place in memory.
const SAMPLE_EVERY: usize = 32;

/// One chunk of a series in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChunkMeta {
    /// Where its bytes are.
    pub(crate) reference: u64,
    /// Time of the first sample.
    pub(crate) mint: i64,
    /// Time of the last sample.
    pub(crate) maxt: i64,
}
