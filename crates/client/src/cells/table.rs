//! The table of a series map: entries that readers probe without a lock, replaced by a larger one when it fills up.
//!
//! A reader may still hold the table before: it is kept until the map is dropped. As tables double, all old ones
//! together are smaller than the current one.

use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// Entries of a new table; a power of two, as are all sizes.
const FIRST: usize = 8;

struct Table {
    entries: Box<[AtomicU32]>,
    previous: *mut Table,
}

/// The table in force.
pub(crate) struct TableCell {
    current: AtomicPtr<Table>,
}

impl Table {
    fn make(len: usize, previous: *mut Table) -> *mut Table {
        let entries = (0..len).map(|_| AtomicU32::new(0)).collect();
        Box::into_raw(Box::new(Self { entries, previous }))
    }
}

impl TableCell {
    pub(crate) fn new() -> Self {
        Self { current: AtomicPtr::new(Table::make(FIRST, std::ptr::null_mut())) }
    }

    /// The entries; their number is a power of two.
    #[inline]
    pub(crate) fn load(&self) -> &[AtomicU32] {
        let table = self.current.load(Ordering::Acquire);
        // SAFETY: the pointer comes from `Table::make`; tables are freed in `drop` only.
        let table = unsafe { &*table };
        &table.entries
    }

    /// Puts an empty table of `len` entries, a power of two, in force. Called by one writer at a time.
    pub(crate) fn grow(&self, len: usize) {
        let previous = self.current.load(Ordering::Relaxed);
        self.current.store(Table::make(len, previous), Ordering::Release);
    }
}

impl Drop for TableCell {
    fn drop(&mut self) {
        let mut next = self.current.load(Ordering::Relaxed);
        while !next.is_null() {
            // SAFETY: every table of the chain comes from `Table::make` and is in the chain once.
            let table = unsafe { Box::from_raw(next) };
            next = table.previous;
        }
    }
}
