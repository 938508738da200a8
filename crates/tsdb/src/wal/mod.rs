//! The write-ahead log in Prometheus' format: segments of pages of records.
//!
//! [`WalWriter`] frames and writes records, [`SegmentReader`] reads them back, [`record`] knows what is in them,
//! [`checkpoint`] lets old segments go.
//! Drawn in `docs/formats/wal.md`.
//!
//! Invariants: a record never spans two segments; a commit is one write; nothing is acknowledged before its bytes
//! were handed to the operating system.

pub(crate) mod bench;
pub(crate) mod checkpoint;
mod compression;
pub(crate) mod page;
mod reader;
pub(crate) mod record;
mod sample_snappy;
pub(crate) mod segment;
mod writer;

pub use compression::Compression;
pub(crate) use page::PAGE_SIZE;
pub(crate) use reader::{Damage, SegmentReader};
pub use writer::LogStats;
pub(crate) use writer::WalWriter;

#[cfg(test)]
mod tests;
