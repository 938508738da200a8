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

mod arena;
mod buffer;
mod directory;
mod global;
mod handle;
mod layout;
mod local;
mod native;
mod pages;
mod stray;
mod sync;
mod table;
mod value;

pub(crate) use arena::{
    Arena, Locked as LockedArena, PLACE_END, WORDS_MAX, WORDS_SHIFT, next_chunk, word_count,
};
pub(crate) use buffer::HistogramSnapshot;
pub(crate) use directory::{load_gauge, modify_gauge, set_gauge};
pub(crate) use global::{
    Kind, Reading, allocate, created_ms, is_current, read_histogram, read_value, release,
};
pub(crate) use handle::Handle;
pub(crate) use layout::Layout;
pub(crate) use local::{add, observe};
pub(crate) use native::Native;
pub(crate) use sync::{Ordering, fence};
pub(crate) use table::Table;

#[cfg(test)]
mod tests;
