//! A thread's tables: arrays of pages, pages of cells.
//!
//! Owned by the thread's entry in the global state, read by the thread itself without a lock. A table starts empty
//! and grows by doubling; entries without a page of their own point to one shared empty page, whose cells hold
//! generation 0 and so never match a handle.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use super::buffer::Buffer;

/// Cells in a page.
pub(super) const PAGE: usize = 64;

/// A page of cells; aligned so that no two threads share a cache line.
#[repr(align(64))]
pub(super) struct Page<C>([C; PAGE]);

impl<C> Page<C> {
    #[inline]
    pub(super) fn cell(&self, slot: usize) -> &C {
        &self.0[slot % PAGE]
    }
}

/// A kind of cell: a value or a pointer to a histogram buffer.
pub(super) trait CellKind: Sized + 'static {
    /// The page without content.
    fn empty_page() -> *mut Page<Self>;
    /// A new page.
    fn new_page() -> Box<Page<Self>>;
}

static EMPTY_VALUES: Page<AtomicU64> = Page([const { AtomicU64::new(0) }; PAGE]);
static EMPTY_BUFFERS: Page<AtomicPtr<Buffer>> = Page([const { AtomicPtr::new(ptr::null_mut()) }; PAGE]);

impl CellKind for AtomicU64 {
    fn empty_page() -> *mut Page<Self> {
        ptr::from_ref(&EMPTY_VALUES).cast_mut()
    }
    fn new_page() -> Box<Page<Self>> {
        Box::new(Page([const { AtomicU64::new(0) }; PAGE]))
    }
}

impl CellKind for AtomicPtr<Buffer> {
    fn empty_page() -> *mut Page<Self> {
        ptr::from_ref(&EMPTY_BUFFERS).cast_mut()
    }
    fn new_page() -> Box<Page<Self>> {
        Box::new(Page([const { AtomicPtr::new(ptr::null_mut()) }; PAGE]))
    }
}

/// The pages of one thread for one kind of cell.
pub(super) struct Table<C: CellKind> {
    entries: *mut [AtomicPtr<Page<C>>],
}

// SAFETY: a table is only reached under the global lock, or by its owning thread, which only reads entries; entries
// and cells are atomics.
unsafe impl<C: CellKind> Send for Table<C> {}

impl<C: CellKind> Table<C> {
    pub(super) fn new() -> Self {
        Self { entries: Box::into_raw(Vec::new().into_boxed_slice()) }
    }

    /// What the owning thread keeps: the first entry and how many there are. Valid until the next `ensure`.
    pub(super) fn raw(&self) -> (*const AtomicPtr<Page<C>>, usize) {
        (self.entries.cast::<AtomicPtr<Page<C>>>().cast_const(), self.entries.len())
    }

    fn entries(&self) -> &[AtomicPtr<Page<C>>] {
        // SAFETY: `entries` comes from `Box::into_raw` and is freed in `drop` or replaced in `ensure`, both of which
        // need `&mut self`.
        unsafe { &*self.entries }
    }

    /// The cell of `slot`, if its page exists; called under the global lock.
    pub(super) fn get(&self, slot: usize) -> Option<&C> {
        let page = self.entries().get(slot / PAGE)?.load(Ordering::Relaxed);
        // SAFETY: entries point to the static empty page or to a page of this table, which lives as long.
        let page = unsafe { &*page };
        Some(page.cell(slot))
    }

    /// Makes room for `slot`; called by the owning thread under the global lock.
    pub(super) fn ensure(&mut self, slot: usize) {
        let index = slot / PAGE;
        if index >= self.entries().len() {
            let len = (index + 1).next_power_of_two();
            let grown: Box<[AtomicPtr<Page<C>>]> = (0..len)
                .map(|i| {
                    let page =
                        self.entries().get(i).map_or_else(C::empty_page, |e| e.load(Ordering::Relaxed));
                    AtomicPtr::new(page)
                })
                .collect();
            let old = std::mem::replace(&mut self.entries, Box::into_raw(grown));
            // SAFETY: `old` came from `Box::into_raw`; readers hold the global lock, as does the caller, and the
            // owning thread is the caller and takes the new table before it adds again.
            drop(unsafe { Box::from_raw(old) });
        }
        let entry = &self.entries()[index];
        if ptr::eq(entry.load(Ordering::Relaxed), C::empty_page()) {
            entry.store(Box::into_raw(C::new_page()), Ordering::Relaxed);
        }
    }

    /// Calls `each` with the number and cell of every slot that has a page.
    pub(super) fn for_each(&self, mut each: impl FnMut(usize, &C)) {
        for (index, entry) in self.entries().iter().enumerate() {
            let page = entry.load(Ordering::Relaxed);
            if ptr::eq(page, C::empty_page()) {
                continue;
            }
            // SAFETY: as in `get`.
            let page = unsafe { &*page };
            for (offset, cell) in page.0.iter().enumerate() {
                each(index * PAGE + offset, cell);
            }
        }
    }
}

impl<C: CellKind> Drop for Table<C> {
    fn drop(&mut self) {
        for entry in self.entries() {
            let page = entry.load(Ordering::Relaxed);
            if !ptr::eq(page, C::empty_page()) {
                // SAFETY: pages other than the empty one come from `Box::into_raw` in `ensure`, once each.
                drop(unsafe { Box::from_raw(page) });
            }
        }
        // SAFETY: `entries` comes from `Box::into_raw`.
        drop(unsafe { Box::from_raw(self.entries) });
    }
}
