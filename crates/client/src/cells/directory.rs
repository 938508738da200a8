//! Slots: what is shared of a metric's value, at an address that never changes.
//!
//! A slot has a base (what finished threads counted, or a gauge's value), a generation and a creation time. Slots live
//! in chunks that double in size and are never freed, so a slot number leads to its slot without a lock.

use std::sync::atomic::{AtomicPtr, AtomicU16, AtomicU32, AtomicU64, Ordering};

use super::Handle;

/// Slots in the first chunk.
const FIRST: usize = 64;
/// Chunks that are enough for every 32-bit slot number.
const CHUNKS: usize = 27;

/// One slot's parts, borrowed from the directory.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// What is not in any thread's cell; a gauge's value as bits.
    pub(super) base: &'static AtomicU64,
    /// The generation that is in force.
    pub(super) generation: &'static AtomicU16,
    /// Creation time in tenths of a second since [`super::global::epoch_ms`].
    pub(super) created: &'static AtomicU32,
}

/// The slots of one chunk, as parallel arrays so that a slot costs 14 bytes and not 16.
struct Chunk {
    bases: Box<[AtomicU64]>,
    generations: Box<[AtomicU16]>,
    created: Box<[AtomicU32]>,
}

/// Leads from slot numbers to slots.
pub(super) struct Directory {
    chunks: [AtomicPtr<Chunk>; CHUNKS],
}

/// Which chunk holds `slot`, and where in it.
fn locate(slot: usize) -> (usize, usize) {
    let position = slot + FIRST;
    let chunk = (usize::BITS - 1 - position.leading_zeros() - FIRST.trailing_zeros()) as usize;
    (chunk, position - (FIRST << chunk))
}

impl Directory {
    pub(super) const fn new() -> Self {
        Self { chunks: [const { AtomicPtr::new(std::ptr::null_mut()) }; CHUNKS] }
    }

    /// The slot, if its chunk was made.
    #[inline]
    pub(super) fn get(&'static self, slot: usize) -> Option<Slot> {
        let (chunk, index) = locate(slot);
        let chunk = self.chunks.get(chunk)?.load(Ordering::Acquire);
        // SAFETY: a non-null chunk pointer comes from `Box::leak` in `ensure` and is never freed.
        let chunk: &'static Chunk = unsafe { chunk.as_ref() }?;
        Some(Slot {
            base: chunk.bases.get(index)?,
            generation: chunk.generations.get(index)?,
            created: chunk.created.get(index)?,
        })
    }

    /// Makes the chunk that holds `slot`. Called under the global lock only.
    pub(super) fn ensure(&'static self, slot: usize) {
        let (chunk, _) = locate(slot);
        let Some(entry) = self.chunks.get(chunk) else { return };
        if !entry.load(Ordering::Relaxed).is_null() {
            return;
        }
        let len = FIRST << chunk;
        let made = Box::new(Chunk {
            bases: (0..len).map(|_| AtomicU64::new(0)).collect(),
            generations: (0..len).map(|_| AtomicU16::new(1)).collect(),
            created: (0..len).map(|_| AtomicU32::new(0)).collect(),
        });
        entry.store(Box::leak(made), Ordering::Release);
    }
}

/// The gauge's value; `None` when the series was removed.
pub(crate) fn load_gauge(handle: Handle) -> Option<f64> {
    let slot = super::global::directory(super::Kind::Gauge).get(handle.slot())?;
    let value = slot.base.load(Ordering::Relaxed);
    (slot.generation.load(Ordering::Relaxed) == handle.generation()).then(|| f64::from_bits(value))
}

/// Sets the gauge by one store; does nothing when the series was removed.
///
/// Between the check of the generation and the store the series could be removed and the slot given to another. Freed
/// gauge slots rest for a minute before they are used again, so that such a store meets an unused slot.
#[inline]
pub(crate) fn set_gauge(handle: Handle, value: f64) {
    if let Some(slot) = super::global::directory(super::Kind::Gauge).get(handle.slot())
        && slot.generation.load(Ordering::Relaxed) == handle.generation()
    {
        slot.base.store(value.to_bits(), Ordering::Relaxed);
    }
}

/// Replaces the gauge's value by `change` of it, atomically; does nothing when the series was removed.
#[inline]
pub(crate) fn modify_gauge(handle: Handle, change: impl Fn(f64) -> f64) {
    if let Some(slot) = super::global::directory(super::Kind::Gauge).get(handle.slot())
        && slot.generation.load(Ordering::Relaxed) == handle.generation()
    {
        let mut current = slot.base.load(Ordering::Relaxed);
        loop {
            let next = change(f64::from_bits(current)).to_bits();
            match slot.base.compare_exchange_weak(current, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(seen) => current = seen,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slot_numbers_fill_the_chunks() {
        assert_eq!(locate(0), (0, 0));
        assert_eq!(locate(63), (0, 63));
        assert_eq!(locate(64), (1, 0));
        assert_eq!(locate(191), (1, 127));
        assert_eq!(locate(192), (2, 0));
        assert!(locate(u32::MAX as usize).0 < CHUNKS);
    }
}
