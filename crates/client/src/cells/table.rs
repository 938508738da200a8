//! The table of a series map: entries that readers probe without a lock. It grows in place, by a chunk as large as
//! everything before, so that no reader ever looks at a table that is out of force.

use std::ptr;

use super::sync::{AtomicPtr, AtomicU32, Ordering};

/// Entries of the first chunk; a power of two.
const FIRST: usize = 8;
/// Chunks, at most.
const CHUNKS: usize = 26;

/// Entries, 0 to begin with; their number is a power of two.
pub(crate) struct Table {
    /// The number of entries less one.
    mask: AtomicU32,
    chunks: [AtomicPtr<AtomicU32>; CHUNKS],
}

/// The chunk of an entry, its index there, and the entries of the chunk.
#[inline]
fn locate(position: usize) -> (usize, usize, usize) {
    let chunk = (usize::BITS - (position / FIRST).leading_zeros()) as usize;
    // 0 for the first chunk, which is as large as the second.
    let start = ((FIRST << chunk) / 2) & !(FIRST - 1);
    (chunk, position - start, start.max(FIRST))
}

impl Table {
    pub(crate) fn new() -> Self {
        let table = Self {
            mask: AtomicU32::new(0),
            chunks: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
        };
        table.add_chunk(0, FIRST, FIRST);
        table
    }

    fn add_chunk(&self, chunk: usize, len: usize, total: usize) {
        if let Some(entry) = self.chunks.get(chunk) {
            let made: Box<[AtomicU32]> = (0..len).map(|_| AtomicU32::new(0)).collect();
            entry.store(Box::into_raw(made).cast(), Ordering::Release);
            self.mask.store((total - 1) as u32, Ordering::Release);
        }
    }

    /// The number of entries less one.
    #[inline]
    pub(crate) fn mask(&self) -> usize {
        self.mask.load(Ordering::Acquire) as usize
    }

    #[inline]
    fn entry(&self, position: usize) -> Option<&AtomicU32> {
        let (chunk, index, _) = locate(position);
        let entries = self.chunks.get(chunk)?.load(Ordering::Acquire);
        if entries.is_null() {
            return None;
        }
        // SAFETY: a non-null chunk has the length that `locate` says, which is above `index`, and is freed with the table.
        Some(unsafe { &*entries.add(index) })
    }

    /// The entry at a position up to [`mask`](Self::mask).
    #[inline]
    pub(crate) fn load(&self, position: usize) -> u32 {
        self.entry(position).map_or(0, |entry| entry.load(Ordering::Acquire))
    }

    /// Changes an entry. Called by one writer at a time, as all that follow.
    pub(crate) fn store(&self, position: usize, value: u32) {
        if let Some(entry) = self.entry(position) {
            entry.store(value, Ordering::Release);
        }
    }

    /// Doubles the number of entries; `false` when it is at its largest. The old entries are then in the wrong places.
    pub(crate) fn grow(&self) -> bool {
        let len = self.mask() + 1;
        let (chunk, _, _) = locate(len);
        if chunk < CHUNKS {
            self.add_chunk(chunk, len, len * 2);
        }
        chunk < CHUNKS
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        for (chunk, entries) in self.chunks.iter().enumerate() {
            let entries = entries.load(Ordering::Relaxed);
            if !entries.is_null() {
                let len = if chunk == 0 { FIRST } else { FIRST << (chunk - 1) };
                // SAFETY: the chunk came from a boxed slice of this length in `add_chunk`.
                drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(entries, len)) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growing_keeps_the_entries() {
        let table = Table::new();
        for doubling in 0..6 {
            let len = FIRST << doubling;
            let before = if doubling == 0 { 0 } else { len / 2 };
            assert_eq!(table.mask(), len - 1);
            for position in 0..len {
                assert_eq!(table.load(position) as usize, if position < before { position } else { 0 });
                table.store(position, position as u32);
            }
            assert!(table.grow());
        }
    }

    #[test]
    fn chunks_follow_each_other() {
        assert_eq!(locate(0), (0, 0, 8));
        assert_eq!(locate(7), (0, 7, 8));
        assert_eq!(locate(8), (1, 0, 8));
        assert_eq!(locate(15), (1, 7, 8));
        assert_eq!(locate(16), (2, 0, 16));
        assert_eq!(locate(127), (4, 63, 64));
    }
}
