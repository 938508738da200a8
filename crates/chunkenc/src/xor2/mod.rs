//! The XOR2 encoding of float samples with start timestamps (Prometheus 3.11 and later): [`Xor2Builder`] writes,
//! [`decode`] reads.
//!
//! `count <u16> · starts <1b>`, then bits. Samples 0 and 1 are those of XOR, but the second value is in the form below.
//! Later samples begin with one prefix for time and value together: `0` both go on, `10` the value changes, `110` + 13
//! bits and `1110` + 20 bits and `11110` + 64 bits a delta of the delta, then the value, `11111` stale. A value: `0`
//! equal, `10` the window used last, `110` a new one, `111` stale. Behind `10` in the prefix a value that is known to
//! change needs one bit less: `0` the window used last, `1` a new one. Each sample ends with its start timestamp,
//! see `start`. Stale values are not what the next one is compared with.
//! Drawn in `docs/formats/chunks.md`.

mod builder;
mod decoder;

pub use builder::Xor2Builder;
pub use decoder::decode;

/// Bytes in front of the bits.
const HEADER_LEN: usize = 3;

#[cfg(test)]
mod tests;
