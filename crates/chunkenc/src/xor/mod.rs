//! The XOR encoding of float samples: [`XorBuilder`] writes, [`decode`] reads.
//!
//! Layout: `count <u16>`, then bits. Sample 0: time as varint, value as 64 bits. Sample 1: time delta as uvarint, value
//! as XOR. Later samples: delta of the delta in five classes (`0`, `10`+14, `110`+17, `1110`+20, `1111`+64 bits), value
//! as XOR with the value before: `0` for equal, `10` for the window of significant bits used last, `11` with a new window
//! (5 bits leading zeros, 6 bits length, 0 meaning 64). Drawn in `docs/formats/chunks.md`.

mod appender;
mod decoder;

pub use appender::{Parts, XorBuilder};
pub use decoder::{count, decode, first_timestamp};

#[cfg(test)]
mod tests;
