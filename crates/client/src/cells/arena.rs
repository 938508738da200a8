//! Where series records live: words that stay at their address and stay words until the family is dropped.
//!
//! Because a record's memory is only ever reused for another record, and all of it is atomics, a reader without a
//! lock may look at a record while it is being replaced; the record's version tells it so.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// Words in the first chunk; each chunk is twice the one before.
const FIRST: usize = 32;
/// Chunks that are enough for every 32-bit place.
const CHUNKS: usize = 28;

/// The words of one family's records.
pub(crate) struct Arena {
    chunks: [AtomicPtr<AtomicU64>; CHUNKS],
}

/// Which chunk holds the word at `place`, and where in it.
#[inline]
fn locate(place: usize) -> (usize, usize) {
    let position = place + FIRST;
    let chunk = (usize::BITS - 1 - position.leading_zeros() - FIRST.trailing_zeros()) as usize;
    (chunk, position - (FIRST << chunk))
}

impl Arena {
    pub(crate) fn new() -> Self {
        Self { chunks: [const { AtomicPtr::new(ptr::null_mut()) }; CHUNKS] }
    }

    /// All words from `place` to the end of its chunk; empty when the chunk was not made yet.
    #[inline]
    pub(crate) fn from(&self, place: usize) -> &[AtomicU64] {
        let (chunk, index) = locate(place);
        let Some(words) = self.chunks.get(chunk).map(|words| words.load(Ordering::Acquire)) else {
            return &[];
        };
        if words.is_null() {
            return &[];
        }
        // SAFETY: a non-null chunk holds `FIRST << chunk` words, comes from `reserve`, and is freed with the arena.
        // `locate` gives an index below that.
        unsafe { std::slice::from_raw_parts(words.add(index), (FIRST << chunk) - index) }
    }

    /// Hands `words` words from `place` on as the bytes of little-endian words.
    pub(crate) fn with_bytes<T>(&self, place: usize, words: usize, each: impl FnOnce(&[u8]) -> T) -> T {
        let mut bytes = [0; 128];
        let words = self.from(place).iter().take(words);
        if words.len() * 8 > bytes.len() {
            let long: Vec<u8> = words.flat_map(|word| word.load(Ordering::Relaxed).to_le_bytes()).collect();
            return each(&long);
        }
        let len = words.len() * 8;
        for (to, word) in bytes.chunks_exact_mut(8).zip(words) {
            to.copy_from_slice(&word.load(Ordering::Relaxed).to_le_bytes());
        }
        each(&bytes[..len])
    }

    /// The first place at or behind `place` with `len` words in one chunk, which is made if needed. Called by one
    /// writer at a time.
    pub(crate) fn reserve(&self, place: usize, len: usize) -> Option<usize> {
        let (mut chunk, mut index) = locate(place);
        while index + len > FIRST << chunk {
            chunk += 1;
            index = 0;
        }
        let entry = self.chunks.get(chunk)?;
        if entry.load(Ordering::Relaxed).is_null() {
            let words: Box<[AtomicU64]> = (0..FIRST << chunk).map(|_| AtomicU64::new(0)).collect();
            entry.store(Box::into_raw(words).cast(), Ordering::Release);
        }
        Some((FIRST << chunk) - FIRST + index)
    }

    /// The place where the chunk after the one of `place` starts.
    pub(crate) fn next_chunk(place: usize) -> usize {
        let (chunk, _) = locate(place);
        (FIRST << (chunk + 1)) - FIRST
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        for (chunk, words) in self.chunks.iter().enumerate() {
            let words = words.load(Ordering::Relaxed);
            if !words.is_null() {
                let slice = ptr::slice_from_raw_parts_mut(words, FIRST << chunk);
                // SAFETY: `words` came from a boxed slice of this length in `reserve`.
                drop(unsafe { Box::from_raw(slice) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_do_not_cross_chunks() {
        let arena = Arena::new();
        let mut place = 0;
        for len in [5, 20, 10, 3, 100, 1, 31] {
            let found = arena.reserve(place, len).unwrap();
            assert!(found >= place);
            assert!(arena.from(found).len() >= len);
            arena.from(found)[len - 1].store(1, Ordering::Relaxed);
            place = found + len;
        }
        assert!(arena.from(1 << 20).is_empty());
        assert_eq!(Arena::next_chunk(0), 32);
        assert_eq!(Arena::next_chunk(31), 32);
        assert_eq!(Arena::next_chunk(32), 96);
    }
}
