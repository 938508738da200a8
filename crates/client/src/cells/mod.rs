//! The hot path: every thread adds into cells of its own, and a reader adds the threads up.
//!
//! Called by `series` (allocation, release) and by the metric types (adding, observing, reading). This folder is the
//! only place of the crate with `unsafe`.
//!
//! Invariants:
//! * A cell is written by its owning thread only, by a plain load and a plain store. Everybody else only reads it.
//! * The tables that lead to a thread's cells are changed under the global lock only; the owning thread may read them
//!   without the lock, because nobody else changes *its* entries except for the swap of histogram buffers, which is one
//!   atomic pointer.
//! * A [`Handle`] names a slot and the slot's generation. A cell carries the generation that it counts for, so a
//!   handle of a removed series can never add to the slot's next series: its additions are dropped.
//! * What a thread counted is either in its cells or in the slot's base, never in both and never in neither, at every
//!   moment at which the global lock is free.
#![expect(
    unsafe_code,
    reason = "cells are shared between one writer and many readers through raw thread-local tables"
)]

use std::num::NonZeroU64;

mod arena;
mod buffer;
mod directory;
mod global;
mod layout;
mod local;
mod native;
mod pages;
mod stray;
mod sync;
mod table;

pub(crate) use arena::{
    Arena, Locked as LockedArena, PLACE_END, WORDS_MAX, WORDS_SHIFT, next_chunk, word_count,
};
pub(crate) use buffer::HistogramSnapshot;
pub(crate) use directory::{load_gauge, modify_gauge, set_gauge};
pub(crate) use global::{
    Kind, Reading, allocate, created_ms, is_current, read_histogram, read_value, release,
};
pub(crate) use layout::Layout;
pub(crate) use local::{add, observe};
pub(crate) use native::Native;
pub(crate) use sync::{Ordering, fence};
pub(crate) use table::Table;

/// Bits of a value cell (and of a handle) that hold the generation.
const GENERATION_SHIFT: u32 = 48;
/// A cell whose value reaches this bit is folded into its base before it could touch the generation.
const OVERFLOW_SHIFT: u32 = 47;
/// The value part of a value cell.
const VALUE_MASK: u64 = (1 << GENERATION_SHIFT) - 1;
/// The largest single addition that goes through a cell; larger ones go straight to the base.
const ADD_MAX: u64 = 1 << 46;

/// Names a slot in its generation: 16 bits of generation (never 0), 16 zero bits, 32 bits of slot number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Handle(NonZeroU64);

impl Handle {
    /// `None` for generation 0, which no series has.
    fn new(slot: u32, generation: u16) -> Option<Self> {
        Self::from_bits(u64::from(generation) << GENERATION_SHIFT | u64::from(slot))
    }

    /// The handle as it is stored in a series record.
    #[inline]
    pub(crate) fn to_bits(self) -> u64 {
        self.0.get()
    }

    /// Reads a stored handle; without a generation it stands for "no series".
    #[inline]
    pub(crate) fn from_bits(bits: u64) -> Option<Self> {
        if bits >> GENERATION_SHIFT == 0 { None } else { NonZeroU64::new(bits).map(Self) }
    }

    #[inline]
    fn slot(self) -> usize {
        self.to_bits() as u32 as usize
    }

    #[inline]
    fn generation(self) -> u16 {
        (self.to_bits() >> GENERATION_SHIFT) as u16
    }

    /// The generation in place, as a value cell holds it.
    fn tag(self) -> u64 {
        self.to_bits() & !VALUE_MASK
    }
}

#[cfg(test)]
mod tests;
