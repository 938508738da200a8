//! One page's way through the cache; used by `ingest`.

use hashbrown::HashTable;
use narthex_storage::SeriesRef;
use rustc_hash::FxHashSet;

use super::{REPEATED, ScrapeCache, Slot, TRACKED, stale_series};

/// Where a text was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    /// The series; `None` when relabelling dropped it.
    pub(crate) series: Option<SeriesRef>,
    /// The same text stood on this page before.
    pub(crate) repeated: bool,
    tracked: bool,
}

/// A page being read.
#[derive(Debug)]
pub(crate) struct Scan<'c> {
    cache: &'c mut ScrapeCache,
    /// The slot that is expected next.
    cursor: usize,
    /// The page's own slots, since it differs from the last one.
    fresh: Option<Fresh>,
}

/// What replaces the slots of a page that is not like the last one.
#[derive(Debug)]
struct Fresh {
    slots: Vec<Slot>,
    /// Indices of `slots`, by hash.
    index: HashTable<u32>,
    /// Indices of the old slots, by hash.
    old_index: HashTable<u32>,
    /// Which old slots were found again.
    found: Vec<bool>,
}

impl<'c> Scan<'c> {
    pub(super) fn new(cache: &'c mut ScrapeCache) -> Self {
        Self { cache, cursor: 0, fresh: None }
    }

    /// The slot of the last page that stands here if nothing moved.
    #[inline]
    pub(crate) fn expected(&self) -> Option<Slot> {
        self.cache.slots.get(self.cursor).copied()
    }

    /// The expected slot was there.
    #[inline]
    pub(crate) fn hit(&mut self, slot: Slot) -> Placed {
        let place = self.cursor;
        self.cursor += 1;
        match &mut self.fresh {
            None => placed(slot),
            Some(fresh) => fresh.found_again(place, slot),
        }
    }

    /// Looks for a text by hash; `None` when it is new, then [`insert`](Self::insert) must follow.
    pub(crate) fn find(&mut self, hash: u64, len: usize) -> Option<Placed> {
        let is = |slot: &Slot| slot.hash == hash && slot.len as usize == len;
        if let Some(slot) = self.expected().filter(is) {
            return Some(self.hit(slot));
        }
        let old = &self.cache.slots;
        let cursor = self.cursor;
        let fresh = self.fresh.get_or_insert_with(|| Fresh::new(old, cursor));
        let at = |index: &u32| old.get(*index as usize);
        if let Some(index) = fresh.old_index.find(hash, |index| at(index).is_some_and(is)).copied()
            && let Some(slot) = at(&index).copied()
        {
            self.cursor = index as usize + 1;
            return Some(fresh.found_again(index as usize, slot));
        }
        // New to the cache, but perhaps not to the page.
        let slot = fresh.find(hash, len)?;
        Some(fresh.push(slot))
    }

    /// Adds a text that [`find`](Self::find) did not find.
    pub(crate) fn insert(&mut self, hash: u64, len: usize, series: Option<SeriesRef>) -> Placed {
        let slot = Slot {
            hash,
            series: series.map_or(0, |series| series.0),
            // A text beyond 4 GiB does not fit a page; it would only never be recognised.
            len: u32::try_from(len).unwrap_or(u32::MAX),
            flags: 0,
        };
        let old = &self.cache.slots;
        let cursor = self.cursor;
        self.fresh.get_or_insert_with(|| Fresh::new(old, cursor)).push(slot)
    }

    /// Says whether the series that was placed last is to get a stale marker when it goes.
    #[inline]
    pub(crate) fn track(&mut self, placed: Placed, tracked: bool) {
        if placed.tracked == tracked {
            return;
        }
        let slot = match &mut self.fresh {
            None => self.cursor.checked_sub(1).and_then(|last| self.cache.slots.get_mut(last)),
            Some(fresh) => fresh.slots.last_mut(),
        };
        if let Some(slot) = slot {
            slot.flags = if tracked { slot.flags | TRACKED } else { slot.flags & !TRACKED };
        }
    }

    /// The page was good: its slots are the cache now. Gives the series that are gone and need a stale marker.
    pub(crate) fn finish(self) -> Vec<SeriesRef> {
        let cache = self.cache;
        let were_stale = std::mem::replace(&mut cache.all_stale, false);
        let gone: Vec<Slot> = match self.fresh {
            None if self.cursor == cache.slots.len() => return Vec::new(),
            None => cache.slots.drain(self.cursor..).collect(),
            Some(fresh) => {
                let mut slots = fresh.slots;
                slots.shrink_to_fit();
                let old = std::mem::replace(&mut cache.slots, slots);
                old.into_iter().zip(fresh.found).filter(|(_, found)| !found).map(|(slot, _)| slot).collect()
            }
        };
        if were_stale || gone.is_empty() {
            return Vec::new();
        }
        let present = cache.slots.iter().map(|slot| slot.series).collect::<FxHashSet<u64>>();
        stale_series(gone.iter(), &present)
    }
}

impl Fresh {
    /// Starts from the first `cursor` old slots, which the page has in common with the last one.
    fn new(old: &[Slot], cursor: usize) -> Self {
        let mut old_index = HashTable::with_capacity(old.len());
        for (index, slot) in old.iter().enumerate() {
            old_index.insert_unique(slot.hash, index as u32, |index| hash_at(old, *index));
        }
        let mut slots = Vec::with_capacity(old.len() + 16);
        slots.extend_from_slice(old.get(..cursor).unwrap_or_default());
        let mut index = HashTable::with_capacity(old.len() + 16);
        for (at, slot) in slots.iter().enumerate() {
            index.insert_unique(slot.hash, at as u32, |index| hash_at(&slots, *index));
        }
        let found = (0..old.len()).map(|at| at < cursor).collect();
        Self { slots, index, old_index, found }
    }

    fn found_again(&mut self, old_place: usize, slot: Slot) -> Placed {
        if let Some(found) = self.found.get_mut(old_place) {
            *found = true;
        }
        self.push(slot)
    }

    fn find(&self, hash: u64, len: usize) -> Option<Slot> {
        let at = |index: &u32| self.slots.get(*index as usize);
        let is = |index: &u32| at(index).is_some_and(|slot| slot.hash == hash && slot.len as usize == len);
        self.index.find(hash, is).and_then(at).copied()
    }

    fn push(&mut self, mut slot: Slot) -> Placed {
        let repeated = self.find(slot.hash, slot.len as usize).is_some();
        slot.flags = if repeated { slot.flags | REPEATED } else { slot.flags & !REPEATED };
        let place = self.slots.len() as u32;
        self.slots.push(slot);
        if !repeated {
            let slots = &self.slots;
            self.index.insert_unique(slot.hash, place, |index| hash_at(slots, *index));
        }
        placed(slot)
    }
}

fn hash_at(slots: &[Slot], index: u32) -> u64 {
    slots.get(index as usize).map_or(0, |slot| slot.hash)
}

#[inline]
fn placed(slot: Slot) -> Placed {
    Placed {
        series: (slot.series != 0).then_some(SeriesRef(slot.series)),
        repeated: slot.flags & REPEATED != 0,
        tracked: slot.flags & TRACKED != 0,
    }
}
