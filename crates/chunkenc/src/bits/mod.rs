//! Bits in big-endian order: [`BitReader`] takes words, [`writer`] appends to tight buffers.

mod reader;
pub mod writer;

pub use reader::BitReader;
