//! Where series records live: words that stay at their address and stay words until the family is dropped.
//!
//! Because a record's memory is only ever reused for another record, and all of it is atomics, a reader without a
//! lock may look at a record while it is being replaced; the record's first word tells it so.
//!
//! Invariants:
//! * Words are written through a [`Locked`] arena only, of which there is one at a time.
//! * Four chunks of each size follow each other, so at most a fifth of the words is not used yet.

use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::sync::{AtomicPtr, AtomicU64, Ordering};

/// Words in the smallest chunks.
const FIRST: usize = 32;
/// Chunks of one size, as a power of two.
const SAME_BITS: u32 = 2;
/// Chunks whose pointers lie in the arena itself; they hold 7 kB.
const NEAR: usize = 12;
/// The others.
const FAR: usize = 69;
/// The first place that does not exist.
pub(crate) const PLACE_END: usize = 1 << 27;

type Chunk = AtomicPtr<AtomicU64>;

/// The words of one family's records, and what else their lock protects.
pub(crate) struct Arena<S> {
    near: [Chunk; NEAR],
    far: AtomicPtr<[Chunk; FAR]>,
    state: Mutex<S>,
}

/// Where a place is: its chunk, the index there, and the words of the chunk.
#[inline]
fn locate(place: usize) -> (usize, usize, usize) {
    let position = place + (FIRST << SAME_BITS);
    let size = position.ilog2() - SAME_BITS;
    let chunk = (position >> size) + ((size - FIRST.ilog2()) << SAME_BITS) as usize - (1 << SAME_BITS);
    (chunk, position & ((1 << size) - 1), 1 << size)
}

impl<S> Arena<S> {
    pub(crate) fn new(state: S) -> Self {
        Self {
            near: std::array::from_fn(|_| Chunk::new(ptr::null_mut())),
            far: AtomicPtr::new(ptr::null_mut()),
            state: Mutex::new(state),
        }
    }

    #[inline]
    fn chunk(&self, chunk: usize) -> Option<&Chunk> {
        if let Some(near) = self.near.get(chunk) {
            return Some(near);
        }
        // SAFETY: a non-null table comes from `chunk_made` and is freed with the arena.
        let far = unsafe { self.far.load(Ordering::Acquire).as_ref() }?;
        far.get(chunk - NEAR)
    }

    /// All words from `place` to the end of its chunk; none when the chunk was not made yet.
    #[inline]
    pub(crate) fn words(&self, place: usize) -> Words<'_> {
        let (chunk, index, size) = locate(place);
        let words = self.chunk(chunk).map_or(ptr::null_mut(), |words| words.load(Ordering::Acquire));
        if words.is_null() {
            return Words(&[]);
        }
        // SAFETY: a non-null chunk holds `size` words, comes from `reserve`, and is freed with the arena. `locate`
        // gives an index below `size`.
        Words(unsafe { std::slice::from_raw_parts(words.add(index), size - index) })
    }

    /// Excludes every other change.
    pub(crate) fn lock(&self) -> Locked<'_, S> {
        Locked { arena: self, state: self.state.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}

/// Words that somebody may be writing.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a>(&'a [AtomicU64]);

impl Words<'_> {
    /// The word at `index`.
    #[inline]
    pub(crate) fn load(&self, index: usize, order: Ordering) -> Option<u64> {
        Some(self.0.get(index)?.load(order))
    }

    /// Whether the words from `index` on are `wanted`, as far as they do not change meanwhile.
    #[inline]
    pub(crate) fn equal(&self, index: usize, wanted: &[u64]) -> bool {
        let Some(stored) = self.0.get(index..index + wanted.len()) else { return false };
        let mut difference = 0;
        for (stored, wanted) in stored.iter().zip(wanted) {
            difference |= stored.load(Ordering::Relaxed) ^ wanted;
        }
        difference == 0
    }
}

/// The arena in the hands of its only writer.
pub(crate) struct Locked<'a, S> {
    arena: &'a Arena<S>,
    /// What the lock protects beside the words.
    pub(crate) state: MutexGuard<'a, S>,
}

impl<S> Locked<'_, S> {
    /// Writes one word.
    pub(crate) fn store(&mut self, place: usize, word: u64, order: Ordering) {
        if let Some(to) = self.arena.words(place).0.first() {
            to.store(word, order);
        }
    }

    /// The bytes from `place` to the end of its chunk, in the order of little-endian words.
    pub(crate) fn bytes(&self, place: usize) -> &[u8] {
        let words = self.arena.words(place).0;
        // SAFETY: the bytes of these atomics. Words are written by `store` only, which needs this guard exclusively,
        // so nobody writes as long as the result lives.
        unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
    }

    /// The first place at or behind `place` with `len` words in one chunk, which is made if needed; `None` when there
    /// is none.
    pub(crate) fn reserve(&mut self, mut place: usize, len: usize) -> Option<usize> {
        let (chunk, size) = loop {
            let (chunk, index, size) = locate(place);
            if place + len > PLACE_END {
                return None;
            }
            if index + len <= size {
                break (chunk, size);
            }
            place += size - index;
        };
        let entry = self.chunk_made(chunk)?;
        if entry.load(Ordering::Relaxed).is_null() {
            let words: Box<[AtomicU64]> = (0..size).map(|_| AtomicU64::new(0)).collect();
            entry.store(Box::into_raw(words).cast(), Ordering::Release);
        }
        Some(place)
    }

    fn chunk_made(&self, chunk: usize) -> Option<&Chunk> {
        if chunk >= NEAR && self.arena.far.load(Ordering::Relaxed).is_null() {
            let far: Box<[Chunk; FAR]> =
                Box::new(std::array::from_fn(|_| Chunk::new(ptr::null_mut())));
            self.arena.far.store(Box::into_raw(far), Ordering::Release);
        }
        self.arena.chunk(chunk)
    }
}

/// The place where the chunk after the one of `place` starts.
pub(crate) fn next_chunk(place: usize) -> usize {
    let (_, index, size) = locate(place);
    place + size - index
}

impl<S> Drop for Arena<S> {
    fn drop(&mut self) {
        let mut place = 0;
        while place < PLACE_END {
            let (chunk, _, size) = locate(place);
            let words = self.chunk(chunk).map_or(ptr::null_mut(), |words| words.load(Ordering::Relaxed));
            if !words.is_null() {
                // SAFETY: `words` came from a boxed slice of this length in `reserve`.
                drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(words, size)) });
            }
            place += size;
        }
        let far = self.far.load(Ordering::Relaxed);
        if !far.is_null() {
            // SAFETY: the table came from a box in `chunk_made`.
            drop(unsafe { Box::from_raw(far) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_do_not_cross_chunks() {
        let arena = Arena::new(());
        let mut locked = arena.lock();
        let mut place = 0;
        for len in [5, 20, 10, 3, 100, 1, 31, 3000, 7] {
            let found = locked.reserve(place, len).unwrap();
            assert!(found >= place);
            locked.store(found + len - 1, 7, Ordering::Relaxed);
            assert_eq!(arena.words(found).load(len - 1, Ordering::Relaxed), Some(7));
            assert_eq!(locked.bytes(found)[(len - 1) * 8], 7);
            place = found + len;
        }
        assert_eq!(arena.words(1 << 20).load(0, Ordering::Relaxed), None);
        assert_eq!(locked.reserve(PLACE_END - 10, 11), None);
    }

    #[test]
    fn four_chunks_of_each_size() {
        let starts: Vec<usize> =
            std::iter::successors(Some(0), |place| Some(next_chunk(*place))).take(10).collect();
        assert_eq!(starts, [0, 32, 64, 96, 128, 192, 256, 320, 384, 512]);
        assert_eq!(next_chunk(31), 32);
        assert_eq!(locate(384), (8, 0, 128));
        assert_eq!(locate(PLACE_END - 1).0, NEAR + FAR - 1);
    }
}
