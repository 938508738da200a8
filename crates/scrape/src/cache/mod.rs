//! The positional scrape cache: what stood where on the last page of a target, and which series it was.
//!
//! ```text
//! page        slots (24 bytes each)                      while nothing moves: compare slot by slot, in place
//! line 1  ──► hash, length, series, flags
//! line 2  ──► hash, length, series, flags                first difference: the rest of the page is looked up by
//! …                                                      hash, and the slots are written anew in the page's order
//! ```
//!
//! Neither the page nor the labels are kept. A series is new to a page when its text is in no slot of the last page; it
//! is gone when no slot of the new page has its reference. So staleness costs nothing while a page stays the same.
//!
//! Invariants: a slot's series was appended to in the last good page (or dropped by relabelling: no series); a failed
//! page leaves the slots as they were.

mod scan;

pub(crate) use scan::{Placed, Scan};

use narthex_storage::SeriesRef;
use rustc_hash::FxHashSet;

/// A series as it stood on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    hash: u64,
    /// The storage's reference; 0 when relabelling dropped the series.
    series: u64,
    len: u32,
    flags: u32,
}

/// The series gets a stale marker when it is gone.
const TRACKED: u32 = 1;
/// The same text stood on the page before.
const REPEATED: u32 = 2;

impl Slot {
    /// The length of the series' text in bytes.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    /// The hash of the series' text.
    #[inline]
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }
}

/// The slots of one target.
#[derive(Debug, Default)]
pub(crate) struct ScrapeCache {
    slots: Vec<Slot>,
    /// Stale markers were written for all series, because the last scrape failed.
    all_stale: bool,
}

impl ScrapeCache {
    /// Begins a page. Slots change only at [`Scan::finish`].
    pub(crate) fn scan(&mut self) -> Scan<'_> {
        Scan::new(self)
    }

    /// Makes no text be recognised any more (the rules changed, or the storage forgot a series), but keeps in mind which
    /// series there were.
    pub(crate) fn forget_texts(&mut self) {
        for slot in &mut self.slots {
            slot.hash = 0;
            slot.len = u32::MAX;
        }
    }

    /// The series that need a stale marker because nothing of the page is known; none the second time.
    pub(crate) fn take_all_stale(&mut self) -> Vec<SeriesRef> {
        if std::mem::replace(&mut self.all_stale, true) {
            return Vec::new();
        }
        stale_series(self.slots.iter(), &FxHashSet::default())
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>()
    }
}

/// The tracked series of `gone`, each once, without those in `present`.
fn stale_series<'s>(gone: impl Iterator<Item = &'s Slot>, present: &FxHashSet<u64>) -> Vec<SeriesRef> {
    let mut seen = FxHashSet::default();
    gone.filter(|slot| slot.series != 0 && slot.flags & TRACKED != 0)
        .filter(|slot| !present.contains(&slot.series) && seen.insert(slot.series))
        .map(|slot| SeriesRef(slot.series))
        .collect()
}

#[cfg(test)]
mod tests;
