//! Chunk segments of a block: `chunks/000001`, ….
//!
//! File: `magic 0x85BD40DD <4b> · version 1 <1b> · 0 <3b> · chunk…`; chunk: `len <uvarint> · encoding <1b> · data ·
//! CRC32C <4b>` over encoding and data. A reference is the segment's index (from 0) times 2^32 plus the offset.

pub(crate) mod reader;
pub(crate) mod writer;

/// The directory's name.
pub(crate) const DIR: &str = "chunks";
const MAGIC: u32 = 0x85BD_40DD;
const VERSION: u8 = 1;
const HEADER_SIZE: u64 = 8;
