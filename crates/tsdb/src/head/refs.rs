//! From a series reference to its slot, in two loads.
//!
//! References count up over the whole life of a data directory, slots are dense. The map is a directory of pages of
//! 1,024 references; a page whose series are all gone is freed, so old references cost 8 bytes per 1,024.
//!
//! Invariant: a reference that was never inserted, or was removed, is not found.

use rustc_hash::FxHashMap;

const PAGE_BITS: u32 = 10;
const PAGE: usize = 1 << PAGE_BITS;
/// References from here on (a log written elsewhere may hold any number) go to a hash map.
const SPARSE_FROM: u64 = 1 << 32;
const NONE: u32 = u32::MAX;

#[derive(Debug)]
struct Page {
    used: u32,
    slots: [u32; PAGE],
}

/// Reference → slot.
#[derive(Debug, Default)]
pub(crate) struct RefMap {
    pages: Vec<Option<Box<Page>>>,
    sparse: FxHashMap<u64, u32>,
}

impl RefMap {
    #[inline]
    pub(crate) fn get(&self, series: u64) -> Option<u32> {
        if series >= SPARSE_FROM {
            return self.sparse.get(&series).copied();
        }
        let page = self.pages.get((series >> PAGE_BITS) as usize)?.as_ref()?;
        page.slots.get(series as usize % PAGE).copied().filter(|slot| *slot != NONE)
    }

    /// Adds or changes an entry.
    pub(crate) fn insert(&mut self, series: u64, slot: u32) {
        if series >= SPARSE_FROM {
            self.sparse.insert(series, slot);
            return;
        }
        let index = (series >> PAGE_BITS) as usize;
        if index >= self.pages.len() {
            self.pages.resize_with(index + 1, || None);
        }
        let Some(page) = self.pages.get_mut(index) else { return };
        let page = page.get_or_insert_with(|| Box::new(Page { used: 0, slots: [NONE; PAGE] }));
        if let Some(place) = page.slots.get_mut(series as usize % PAGE) {
            page.used += u32::from(*place == NONE);
            *place = slot;
        }
    }

    pub(crate) fn remove(&mut self, series: u64) {
        if series >= SPARSE_FROM {
            self.sparse.remove(&series);
            return;
        }
        let Some(entry) = self.pages.get_mut((series >> PAGE_BITS) as usize) else { return };
        let Some(page) = entry else { return };
        if let Some(place) = page.slots.get_mut(series as usize % PAGE).filter(|slot| **slot != NONE) {
            *place = NONE;
            page.used -= 1;
        }
        if page.used == 0 {
            *entry = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_and_sparse() {
        let mut map = RefMap::default();
        for (series, slot) in [(1, 0), (5000, 1), (1 << 39, 2)] {
            map.insert(series, slot);
            assert_eq!(map.get(series), Some(slot));
        }
        assert_eq!((map.get(2), map.get(1 << 40), map.get(1 << 31)), (None, None, None));
        map.remove(5000);
        map.remove(1 << 39);
        assert_eq!((map.get(5000), map.get(1 << 39), map.get(1)), (None, None, Some(0)));
        assert!(map.pages[4].is_none());
    }
}
