//! Slots: what is shared of a metric's value, at an address that never changes.
//!
//! A slot has a generation, a creation time and a base: what finished threads counted, or a gauge's value. Slots live in
//! chunks that are never freed, so a slot number leads to its slot without a lock. The bases of a chunk are made when
//! one of them is needed.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU16, AtomicU32, AtomicU64, Ordering};

use super::Handle;

/// Slots in the smallest chunks.
const FIRST: usize = 64;
/// Chunks of one size, as a power of two: at most a ninth of the slots is not used yet.
const SAME_BITS: u32 = 3;
/// Chunks that are enough for every 32-bit slot number.
const CHUNKS: usize = 185;

/// One slot's parts, borrowed from the directory.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    bases: &'static Bases,
    index: usize,
    /// The generation that is in force.
    pub(super) generation: &'static AtomicU16,
    /// Creation time in tenths of a second since [`super::global::epoch_ms`].
    pub(super) created: &'static AtomicU32,
}

impl Slot {
    /// What is not in any thread's cell, or a gauge's value as bits; `None` when it was not made.
    #[inline]
    pub(super) fn base(self) -> Option<&'static AtomicU64> {
        // SAFETY: a non-null pointer comes from `make_bases`, has the length of the chunk and is never freed; `index` is
        // below that length.
        unsafe {
            let bases = self.bases.first.load(Ordering::Acquire);
            if bases.is_null() { None } else { Some(&*bases.add(self.index)) }
        }
    }

    /// The base, made if needed. Called under the global lock only.
    pub(super) fn base_made(self) -> Option<&'static AtomicU64> {
        self.base().or_else(|| {
            let made: Box<[AtomicU64]> = (0..self.bases.len).map(|_| AtomicU64::new(0)).collect();
            self.bases.first.store(Box::leak(made).as_mut_ptr(), Ordering::Release);
            self.base()
        })
    }
}

struct Bases {
    first: AtomicPtr<AtomicU64>,
    len: usize,
}

/// The slots of one chunk, as parallel arrays.
struct Chunk {
    bases: Bases,
    generations: Box<[AtomicU16]>,
    created: Box<[AtomicU32]>,
}

/// Leads from slot numbers to slots.
pub(super) struct Directory {
    chunks: [AtomicPtr<Chunk>; CHUNKS],
}

/// Which chunk holds `slot`, where in it, and how many slots the chunk has.
#[inline]
fn locate(slot: usize) -> (usize, usize, usize) {
    let position = slot + (FIRST << SAME_BITS);
    let size = position.ilog2() - SAME_BITS;
    let chunk = (position >> size) + ((size - FIRST.ilog2()) << SAME_BITS) as usize - (1 << SAME_BITS);
    (chunk, position & ((1 << size) - 1), 1 << size)
}

impl Directory {
    pub(super) const fn new() -> Self {
        Self { chunks: [const { AtomicPtr::new(ptr::null_mut()) }; CHUNKS] }
    }

    /// The slot, if its chunk was made.
    #[inline]
    pub(super) fn get(&'static self, slot: usize) -> Option<Slot> {
        let (chunk, index, _) = locate(slot);
        let chunk = self.chunks.get(chunk)?.load(Ordering::Acquire);
        // SAFETY: a non-null chunk pointer comes from `Box::leak` in `ensure` and is never freed.
        let chunk: &'static Chunk = unsafe { chunk.as_ref() }?;
        Some(Slot {
            bases: &chunk.bases,
            index,
            generation: chunk.generations.get(index)?,
            created: chunk.created.get(index)?,
        })
    }

    /// Makes the chunk that holds `slot`. Called under the global lock only.
    pub(super) fn ensure(&'static self, slot: usize) {
        let (chunk, _, len) = locate(slot);
        let Some(entry) = self.chunks.get(chunk) else { return };
        if !entry.load(Ordering::Relaxed).is_null() {
            return;
        }
        let made = Box::new(Chunk {
            bases: Bases { first: AtomicPtr::new(ptr::null_mut()), len },
            generations: (0..len).map(|_| AtomicU16::new(1)).collect(),
            created: (0..len).map(|_| AtomicU32::new(0)).collect(),
        });
        entry.store(Box::leak(made), Ordering::Release);
    }
}

/// A gauge's slot and the cell of its value, if the handle is of the generation in force.
#[inline]
fn gauge(handle: Handle) -> Option<&'static AtomicU64> {
    let slot = super::global::directory(super::Kind::Gauge).get(handle.slot())?;
    let value = slot.base()?;
    (slot.generation.load(Ordering::Relaxed) == handle.generation()).then_some(value)
}

/// The gauge's value; `None` when the series was removed.
pub(crate) fn load_gauge(handle: Handle) -> Option<f64> {
    gauge(handle).map(|value| f64::from_bits(value.load(Ordering::Relaxed)))
}

/// Sets the gauge by one store; does nothing when the series was removed.
///
/// Between the check of the generation and the store the series could be removed and the slot given to another. Freed
/// gauge slots rest for a minute before they are used again, so that such a store meets an unused slot.
#[inline]
pub(crate) fn set_gauge(handle: Handle, value: f64) {
    if let Some(gauge) = gauge(handle) {
        gauge.store(value.to_bits(), Ordering::Relaxed);
    }
}

/// Replaces the gauge's value by `change` of it, atomically; does nothing when the series was removed.
#[inline]
pub(crate) fn modify_gauge(handle: Handle, change: impl Fn(f64) -> f64) {
    let Some(gauge) = gauge(handle) else { return };
    let mut current = gauge.load(Ordering::Relaxed);
    loop {
        let next = change(f64::from_bits(current)).to_bits();
        match gauge.compare_exchange_weak(current, next, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return,
            Err(seen) => current = seen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slot_numbers_fill_the_chunks() {
        assert_eq!(locate(0), (0, 0, 64));
        assert_eq!(locate(63), (0, 63, 64));
        assert_eq!(locate(511), (7, 63, 64));
        assert_eq!(locate(512), (8, 0, 128));
        assert_eq!(locate(640), (9, 0, 128));
        assert_eq!(locate(u32::MAX as usize).0, CHUNKS - 1);
    }
}
