//! Where series records live: words that stay at their address and stay words until the family is dropped.
//!
//! Because a record's memory is only ever reused for another record, and all of it is atomics, a reader without a
//! lock may look at a record while it is being replaced; the record's first word tells it so.
//!
//! Invariants:
//! * Words are written through a [`Locked`] arena only, of which there is one at a time.
//! * Four chunks of each size follow each other, so at most a fifth of the words is not used yet.

use std::ptr;
use std::sync::PoisonError;

use super::sync::{AtomicPtr, AtomicU64, Mutex, MutexGuard, Ordering, fence};

/// Words in the smallest chunks.
const FIRST: usize = 32;
/// Chunks of one size, as a power of two.
const SAME_BITS: usize = 2;
/// Chunks whose pointers lie in the arena itself; they hold 7 kB.
const NEAR: usize = 12;
/// The others.
const FAR: usize = 116;
/// Bits of a place that are the index in the chunk; the others are the chunk. So no chunk has more than 8 MB.
const INDEX_BITS: u32 = 20;
/// The first place that does not exist.
pub(crate) const PLACE_END: usize = (NEAR + FAR) << INDEX_BITS;
/// In a header, which is a record's first word: where the number of the words behind it is.
pub(crate) const WORDS_SHIFT: u32 = 32;
/// Most words of a record behind its header, 262 kB.
pub(crate) const WORDS_MAX: usize = (1 << 15) - 1;

type Chunk = AtomicPtr<AtomicU64>;

/// The words of one family's records, and what else their lock protects.
pub(crate) struct Arena<S> {
    near: [Chunk; NEAR],
    far: AtomicPtr<[Chunk; FAR]>,
    state: Mutex<S>,
}

/// The chunk of a place and the index there.
#[inline(always)]
fn locate(place: usize) -> (usize, usize) {
    (place >> INDEX_BITS, place & ((1 << INDEX_BITS) - 1))
}

/// How many words a chunk has.
#[inline(always)]
fn size(chunk: usize) -> usize {
    (FIRST << (chunk >> SAME_BITS)).min(1 << INDEX_BITS)
}

/// How many words a record has behind its header.
#[inline(always)]
pub(crate) fn word_count(header: u64) -> usize {
    (header >> WORDS_SHIFT) as usize & WORDS_MAX
}

impl<S> Arena<S> {
    pub(crate) fn new(state: S) -> Self {
        Self {
            near: std::array::from_fn(|_| Chunk::new(ptr::null_mut())),
            far: AtomicPtr::new(ptr::null_mut()),
            state: Mutex::new(state),
        }
    }

    /// Where a chunk's words are; null if it was not made yet.
    #[inline(always)]
    fn chunk(&self, chunk: usize) -> *mut AtomicU64 {
        if let Some(near) = self.near.get(chunk) {
            return near.load(Ordering::Acquire);
        }
        // SAFETY: a non-null table comes from `make_chunk` and is freed with the arena.
        let far = unsafe { self.far.load(Ordering::Acquire).as_ref() };
        far.and_then(|far| far.get(chunk - NEAR)).map_or(ptr::null_mut(), |far| far.load(Ordering::Acquire))
    }

    /// All words from `place` to the end of its chunk; none when the chunk was not made yet.
    fn words(&self, place: usize) -> &[AtomicU64] {
        let (chunk, index) = locate(place);
        let words = self.chunk(chunk);
        if words.is_null() || index >= size(chunk) {
            return &[];
        }
        // SAFETY: a non-null chunk holds `size` words, comes from `make_chunk`, and is freed with the arena.
        unsafe { std::slice::from_raw_parts(words.add(index), size(chunk) - index) }
    }

    /// The record at `place`, if these words are behind its header. They may be changing; then the header does not stay as
    /// it is: see [`Record::is_still`].
    #[inline(always)]
    pub(crate) fn compare(&self, place: usize, words: &[u64]) -> Option<Record<'_>> {
        let (chunk, index) = locate(place);
        let first = self.chunk(chunk);
        if first.is_null() || index + words.len() >= size(chunk) {
            return None;
        }
        // SAFETY: a non-null chunk holds `size` words, comes from `make_chunk`, and is freed with the arena.
        let record = unsafe { std::slice::from_raw_parts(first.add(index), 1 + words.len()) };
        let (cell, stored) = record.split_first()?;
        let header = cell.load(Ordering::Acquire);
        if word_count(header) != words.len() {
            return None;
        }
        let mut difference = 0;
        for (stored, wanted) in stored.iter().zip(words) {
            difference |= stored.load(Ordering::Relaxed) ^ wanted;
        }
        (difference == 0).then_some(Record { cell, header })
    }

    /// Excludes every other change.
    pub(crate) fn lock(&self) -> Locked<'_, S> {
        Locked { arena: self, state: self.state.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}

/// A record that was just compared.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    cell: &'a AtomicU64,
    /// The header before the comparison.
    pub(crate) header: u64,
}

impl Record<'_> {
    /// Whether the header is still the same: then the words did not change while they were compared, if every change
    /// gives the record a header that it never had.
    #[inline(always)]
    pub(crate) fn is_still(&self) -> bool {
        fence(Ordering::Acquire);
        self.cell.load(Ordering::Relaxed) == self.header
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
        if let Some(to) = self.arena.words(place).first() {
            to.store(word, order);
        }
    }

    /// The bytes from `place` to the end of its chunk, in the order of little-endian words.
    pub(crate) fn bytes(&self, place: usize) -> &[u8] {
        let words = self.arena.words(place);
        // SAFETY: the bytes of these atomics. Words are written by `store` only, which needs this guard exclusively,
        // so nobody writes as long as the result lives.
        unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
    }

    /// The first place at or behind `place` with `len` words in one chunk, which is made if needed; `None` when there
    /// is none.
    pub(crate) fn reserve(&mut self, place: usize, len: usize) -> Option<usize> {
        let (mut chunk, mut index) = locate(place);
        while index + len > size(chunk) {
            (chunk, index) = (chunk + 1, 0);
            if chunk >= NEAR + FAR {
                return None;
            }
        }
        self.make_chunk(chunk);
        Some(chunk << INDEX_BITS | index)
    }

    fn make_chunk(&self, chunk: usize) {
        if !self.arena.chunk(chunk).is_null() {
            return;
        }
        if chunk >= NEAR && self.arena.far.load(Ordering::Relaxed).is_null() {
            let far: Box<[Chunk; FAR]> = Box::new(std::array::from_fn(|_| Chunk::new(ptr::null_mut())));
            self.arena.far.store(Box::into_raw(far), Ordering::Release);
        }
        // SAFETY: as in `chunk`.
        let far = unsafe { self.arena.far.load(Ordering::Relaxed).as_ref() };
        let entry = self.arena.near.get(chunk).or_else(|| far?.get(chunk - NEAR));
        if let Some(entry) = entry {
            let words: Box<[AtomicU64]> = (0..size(chunk)).map(|_| AtomicU64::new(0)).collect();
            entry.store(Box::into_raw(words).cast(), Ordering::Release);
        }
    }
}

/// The place where the chunk after the one of `place` starts.
pub(crate) fn next_chunk(place: usize) -> usize {
    ((place >> INDEX_BITS) + 1) << INDEX_BITS
}

impl<S> Drop for Arena<S> {
    fn drop(&mut self) {
        for chunk in 0..NEAR + FAR {
            let words = self.chunk(chunk);
            if !words.is_null() {
                // SAFETY: `words` came from a boxed slice of this length in `make_chunk`.
                drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(words, size(chunk))) });
            }
        }
        let far = self.far.load(Ordering::Relaxed);
        if !far.is_null() {
            // SAFETY: the table came from a box in `make_chunk`.
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
            assert_eq!(arena.words(found)[len - 1].load(Ordering::Relaxed), 7);
            assert_eq!(locked.bytes(found)[(len - 1) * 8], 7);
            place = found + len;
        }
        assert!(arena.words(100 << INDEX_BITS).is_empty());
        assert_eq!(locked.reserve(PLACE_END - 10, 11), None);
    }

    #[test]
    fn every_record_fits_a_chunk_and_every_place_an_entry() {
        assert_eq!((0..9).map(size).collect::<Vec<_>>(), [32, 32, 32, 32, 64, 64, 64, 64, 128]);
        assert_eq!(size(NEAR + FAR - 1), 1 << INDEX_BITS);
        const { assert!(WORDS_MAX < 1 << INDEX_BITS) };
        const { assert!(PLACE_END <= 1 << 27) };
    }
}
