//! The two histogram encodings: [`HistogramBuilder`] writes, [`decode`] reads.
//!
//! Layout: `count <u16> · flags <1b>`, then bits: the bucket layout (zero threshold, schema, spans, custom bounds) once
//! for the chunk, then per sample the time, the count, the zero count, the sum and each bucket. Integer fields are
//! deltas of deltas, float fields XORs. Drawn in `docs/formats/chunks.md`.
//!
//! Both kinds run through the same code: a sample is a row of words, which are absolute integers or float bits.

mod builder;
mod decoder;
mod layout;
mod reset;
mod row;

pub use builder::{HistogramBuilder, NewChunk};
pub use decoder::{Decoded, decode};
pub use row::HistogramRef;

/// What the two top bits of the flags byte say of a counter reset in front of the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum ResetHeader {
    /// Not known.
    #[default]
    Unknown = 0,
    /// No reset.
    NotCounterReset = 0b0100_0000,
    /// A reset.
    CounterReset = 0b1000_0000,
    /// A gauge: resets have no meaning.
    Gauge = 0b1100_0000,
}

impl ResetHeader {
    fn from_flags(flags: u8) -> Self {
        match flags & 0b1100_0000 {
            0b0100_0000 => Self::NotCounterReset,
            0b1000_0000 => Self::CounterReset,
            0b1100_0000 => Self::Gauge,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
