//! The table of a series map: entries that readers probe without a lock, replaced by a larger one when it fills up.
//!
//! Invariants:
//! * The entries in force are at least as many as the mask says: the mask is raised after the entries are replaced, and
//!   read before them. A reader with the mask of before may miss what is there.
//! * A reader may still look at entries that were replaced: they are kept until the map is dropped. As tables double, all
//!   old ones together are smaller than the one in force.

use std::ptr;

use super::sync::{AtomicPtr, AtomicU32, Ordering};

/// Entries of a new table; a power of two, as are all sizes.
const FIRST: usize = 8;
/// Most entries.
const LEN_MAX: usize = 1 << 28;

/// Entries, 0 to begin with; their number is a power of two.
pub(crate) struct Table {
    /// The number of entries less one.
    mask: AtomicU32,
    entries: AtomicPtr<AtomicU32>,
    /// All entries there ever were, those in force first; for one writer at a time.
    blocks: AtomicPtr<Block>,
}

struct Block {
    entries: *mut [AtomicU32],
    previous: *mut Block,
}

// SAFETY: the pointers of blocks are only followed by `drop`; entries are atomics.
unsafe impl Send for Table {}
// SAFETY: as above.
unsafe impl Sync for Table {}

impl Table {
    pub(crate) fn new() -> Self {
        let table = Self {
            mask: AtomicU32::new(0),
            entries: AtomicPtr::new(ptr::null_mut()),
            blocks: AtomicPtr::new(ptr::null_mut()),
        };
        table.replace(FIRST);
        table
    }

    fn replace(&self, len: usize) {
        let entries: Box<[AtomicU32]> = (0..len).map(|_| AtomicU32::new(0)).collect();
        let entries = Box::into_raw(entries);
        let previous = self.blocks.load(Ordering::Relaxed);
        self.blocks.store(Box::into_raw(Box::new(Block { entries, previous })), Ordering::Relaxed);
        self.entries.store(entries.cast(), Ordering::Release);
        self.mask.store((len - 1) as u32, Ordering::Release);
    }

    /// The entries; their number is a power of two.
    #[inline(always)]
    pub(crate) fn load(&self) -> Entries<'_> {
        let mask = self.mask.load(Ordering::Acquire) as usize;
        let entries = self.entries.load(Ordering::Acquire);
        // SAFETY: the pointer comes from `replace`; there are more entries than the mask says, by the invariant; they are
        // freed in `drop` only.
        Entries(unsafe { std::slice::from_raw_parts(entries, mask + 1) })
    }

    /// Puts an empty table of twice as many entries in force; `false` when there are too many. Called by one writer at a
    /// time.
    pub(crate) fn grow(&self) -> bool {
        let len = self.load().0.len() * 2;
        if len <= LEN_MAX {
            self.replace(len);
        }
        len <= LEN_MAX
    }
}

/// The entries of a table.
#[derive(Clone, Copy)]
pub(crate) struct Entries<'a>(&'a [AtomicU32]);

impl Entries<'_> {
    /// The number of entries less one.
    #[inline(always)]
    pub(crate) fn mask(self) -> usize {
        self.0.len() - 1
    }

    /// The entry at a position up to [`mask`](Self::mask).
    #[inline(always)]
    pub(crate) fn get(self, position: usize) -> u32 {
        self.0.get(position).map_or(0, |entry| entry.load(Ordering::Acquire))
    }

    /// Changes an entry. Called by one writer at a time.
    pub(crate) fn set(self, position: usize, value: u32) {
        if let Some(entry) = self.0.get(position) {
            entry.store(value, Ordering::Release);
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        let mut next = self.blocks.load(Ordering::Relaxed);
        while !next.is_null() {
            // SAFETY: every block of the chain comes from `replace` and is in the chain once, as are its entries.
            let block = unsafe { Box::from_raw(next) };
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(block.entries) });
            next = block.previous;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growing_starts_empty_and_keeps_what_readers_hold() {
        let table = Table::new();
        let first = table.load();
        first.set(7, 3);
        assert!(table.grow());
        assert_eq!((first.mask(), first.get(7)), (7, 3));
        let second = table.load();
        assert_eq!(second.mask(), 15);
        assert!((0..16).all(|position| second.get(position) == 0));
    }
}
