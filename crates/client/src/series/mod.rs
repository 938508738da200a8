//! The series of one family: from label values to a cell's handle without a lock, and back for the exposition.
//!
//! Called by `family`. A record is `[handle][plain << 63 | words of key << 32 | version][key words …]` in the arena; an open
//! addressing table of record places leads to it.
//!
//! Invariants:
//! * Records and table entries are written under the lock of [`SeriesMap::lock`] only.
//! * A record's version is odd while it changes; a reader that saw it change, or found nothing, asks again under the
//!   lock. So a miss without the lock may be wrong, a hit is right.
//! * The memory of removed series is reused by new ones and given back when the family is dropped.

mod key;

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use key::Key;
pub use key::LabelValues;
#[cfg(test)]
use key::Values;
use key::is_plain;

use crate::cells::{Arena, Handle, TableCell};

/// Words of a record before its key.
const HEADER: usize = 2;
/// Set in a record's second word when no label value has to be escaped on a page.
const PLAIN: u64 = 1 << 63;
/// A table entry that never led anywhere.
const EMPTY: u32 = 0;
/// A table entry whose series was removed.
const REMOVED: u32 = 1;
/// Added to a record's place to make a table entry.
const PLACE_OFFSET: u32 = 2;

/// The series of one family by their label values.
pub(crate) struct SeriesMap {
    table: TableCell,
    arena: Arena,
    seed: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Series that exist.
    live: usize,
    /// Entries of the table that are not `EMPTY`.
    used: usize,
    /// Where the next new record may start.
    end: usize,
    /// Places of removed records by their number of key words.
    free: BTreeMap<usize, Vec<u32>>,
}

/// The locked map: what may be changed and walked.
pub(crate) struct Locked<'a> {
    map: &'a SeriesMap,
    state: MutexGuard<'a, State>,
}

impl SeriesMap {
    pub(crate) fn new() -> Self {
        let seed = std::hash::RandomState::new().hash_one(0_u8);
        Self { table: TableCell::new(), arena: Arena::new(), seed, state: Mutex::default() }
    }

    /// Finds a series without a lock; a miss is not certain.
    #[inline]
    pub(crate) fn get(&self, key: &[u64]) -> Option<Handle> {
        let table = self.table.load();
        let start = self.hash(key) as usize;
        for step in 0..table.len() {
            let entry = table.get(start.wrapping_add(step) & (table.len() - 1))?.load(Ordering::Acquire);
            match entry {
                EMPTY => return None,
                REMOVED => {}
                _ => {
                    if let Found::Yes(handle) = self.compare(entry, key) {
                        return handle;
                    }
                }
            }
        }
        None
    }

    /// Whether the record behind a table entry has this key.
    #[inline]
    fn compare(&self, entry: u32, words: &[u64]) -> Found {
        let record = self.arena.from((entry - PLACE_OFFSET) as usize);
        let Some(([handle, meta], rest)) = record.split_first_chunk::<HEADER>() else { return Found::No };
        let before = meta.load(Ordering::Acquire);
        if word_count(before) != words.len() {
            return Found::No;
        }
        let Some(stored) = rest.get(..words.len()) else { return Found::No };
        let mut difference = 0;
        for (stored, wanted) in stored.iter().zip(words) {
            difference |= stored.load(Ordering::Relaxed) ^ wanted;
        }
        if difference != 0 {
            return Found::No;
        }
        let handle = handle.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        let whole = before & 1 == 0 && meta.load(Ordering::Relaxed) == before;
        Found::Yes(Handle::from_bits(handle).filter(|_| whole))
    }

    /// Excludes every other change.
    pub(crate) fn lock(&self) -> Locked<'_> {
        Locked { map: self, state: self.state.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Two words a multiplication, all of them independent: a chain would wait for each product.
    #[inline]
    fn hash(&self, words: &[u64]) -> u64 {
        let mut hash = 0;
        let mut seed = self.seed;
        for pair in words.chunks(2) {
            let second = pair.get(1).copied().unwrap_or_default();
            hash ^= fold(pair[0] ^ seed, second ^ seed.rotate_left(32) ^ MULTIPLIER);
            seed = seed.wrapping_add(MULTIPLIER);
        }
        fold(hash ^ self.seed, MULTIPLIER)
    }
}

/// What a table entry leads to.
enum Found {
    /// A record with the key; without a handle when it changed meanwhile.
    Yes(Option<Handle>),
    /// Another record.
    No,
}

/// 2^64 divided by the golden ratio, odd.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Both halves of the product, folded into one word.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

/// How many words of key a record has, by its second word.
#[inline]
fn word_count(meta: u64) -> usize {
    ((meta & !PLAIN) >> 32) as usize
}

/// The entries of `table` in the order in which a key with this hash is looked for; never empty, never endless.
#[inline]
fn probe(table: &[AtomicU32], hash: u64) -> impl Iterator<Item = &AtomicU32> {
    let mask = table.len() - 1;
    (0..table.len()).filter_map(move |step| table.get((hash as usize).wrapping_add(step) & mask))
}

impl Locked<'_> {
    /// How many series there are.
    pub(crate) fn len(&self) -> usize {
        self.state.live
    }

    /// Adds a series that [`SeriesMap::get`] does not find under this lock; `false` when the arena is full.
    pub(crate) fn insert(&mut self, key: &[u64], handle: Handle) -> bool {
        self.make_room();
        let words = key.len();
        let Some(place) = self.place(words) else { return false };
        let record = self.map.arena.from(place as usize);
        let (Some(slot), Some(meta)) = (record.first(), record.get(1)) else { return false };
        let version = meta.load(Ordering::Relaxed) as u32;
        let shape = (words as u64) << 32 | if is_plain(key) { PLAIN } else { 0 };
        meta.store(shape | u64::from(version | 1), Ordering::Relaxed);
        fence(Ordering::Release);
        for (to, from) in record[HEADER..].iter().zip(key) {
            to.store(*from, Ordering::Relaxed);
        }
        slot.store(handle.to_bits(), Ordering::Relaxed);
        let version = (version | 1).wrapping_add(1);
        meta.store(shape | u64::from(version), Ordering::Release);
        self.enter(self.map.hash(key), place + PLACE_OFFSET);
        self.state.live += 1;
        true
    }

    /// Removes a series and says which cell it had.
    pub(crate) fn remove(&mut self, key: &[u64]) -> Option<Handle> {
        let handle = self.map.get(key)?;
        let entry = probe(self.map.table.load(), self.map.hash(key)).find(|entry| {
            let place = entry.load(Ordering::Relaxed);
            let stored = |place: u32| self.map.arena.from((place - PLACE_OFFSET) as usize).first();
            place >= PLACE_OFFSET
                && stored(place).is_some_and(|h| h.load(Ordering::Relaxed) == handle.to_bits())
        })?;
        let place = entry.load(Ordering::Relaxed) - PLACE_OFFSET;
        let record = self.map.arena.from(place as usize);
        let (Some(slot), Some(meta)) = (record.first(), record.get(1)) else { return None };
        let changed = meta.load(Ordering::Relaxed);
        meta.store(changed | 1, Ordering::Relaxed);
        fence(Ordering::Release);
        slot.store(0, Ordering::Relaxed);
        let version = (changed as u32 | 1).wrapping_add(1);
        meta.store(changed >> 32 << 32 | u64::from(version), Ordering::Release);
        entry.store(REMOVED, Ordering::Release);
        self.state.free.entry(word_count(changed)).or_default().push(place);
        self.state.live -= 1;
        Some(handle)
    }

    /// Calls `each` with the packed label values and the handle of every series, in the order of creation (a new
    /// series may take the place of a removed one).
    pub(crate) fn for_each(&self, mut each: impl FnMut(Key<'_>, Handle)) {
        for (place, words, handle) in self.records() {
            let meta = self.map.arena.from(place).get(1).map_or(0, |meta| meta.load(Ordering::Relaxed));
            let is_plain = meta & PLAIN != 0;
            self.map.arena.with_bytes(place + HEADER, words, |bytes| each(Key { bytes, is_plain }, handle));
        }
    }

    /// Place, key words and handle of every series.
    fn records(&self) -> impl Iterator<Item = (usize, usize, Handle)> {
        let mut place = 0;
        std::iter::from_fn(move || {
            while place < self.state.end {
                let record = self.map.arena.from(place);
                let meta = record.get(1).map_or(0, |meta| meta.load(Ordering::Relaxed));
                if meta == 0 {
                    place = Arena::next_chunk(place);
                    continue;
                }
                let (at, words) = (place, word_count(meta));
                place += HEADER + words;
                let handle = record.first().map_or(0, |handle| handle.load(Ordering::Relaxed));
                if let Some(handle) = Handle::from_bits(handle) {
                    return Some((at, words, handle));
                }
            }
            None
        })
    }

    /// A place for a record with this many key words.
    fn place(&mut self, words: usize) -> Option<u32> {
        if let Some(place) = self.state.free.get_mut(&words).and_then(Vec::pop) {
            return Some(place);
        }
        let place = self.map.arena.reserve(self.state.end, HEADER + words)?;
        let number = u32::try_from(place).ok().filter(|place| *place < u32::MAX - PLACE_OFFSET)?;
        self.state.end = place + HEADER + words;
        Some(number)
    }

    /// Makes sure that one more entry leaves an eighth of the table empty, so that every search ends.
    fn make_room(&mut self) {
        let len = self.map.table.load().len();
        let limit = len / 8 * 7;
        if self.state.used < limit {
            return;
        }
        if self.state.live >= limit / 2 {
            self.map.table.grow(len * 2);
        } else {
            // Enough entries are of removed series: sweep them. A reader that misses meanwhile asks under the lock.
            for entry in self.map.table.load() {
                entry.store(EMPTY, Ordering::Release);
            }
        }
        self.state.used = 0;
        let entries: Vec<(u64, u32)> = self
            .records()
            .map(|(place, words, _)| {
                let key = self.map.arena.from(place + HEADER).iter().take(words);
                let key: Vec<u64> = key.map(|word| word.load(Ordering::Relaxed)).collect();
                (self.map.hash(&key), place as u32 + PLACE_OFFSET)
            })
            .collect();
        for (hash, entry) in entries {
            self.enter(hash, entry);
        }
    }

    fn enter(&mut self, hash: u64, entry: u32) {
        let free =
            probe(self.map.table.load(), hash).find(|slot| slot.load(Ordering::Relaxed) < PLACE_OFFSET);
        if let Some(slot) = free {
            self.state.used += usize::from(slot.load(Ordering::Relaxed) == EMPTY);
            slot.store(entry, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::{Kind, allocate};

    fn key(values: &[&str]) -> Vec<u64> {
        let mut key = LabelValues::new();
        values.iter().for_each(|value| key.push(value));
        key.words().to_vec()
    }

    fn create(map: &SeriesMap, values: &[&str]) -> Handle {
        let handle = allocate(Kind::Value, None).unwrap();
        assert!(map.lock().insert(&key(values), handle));
        handle
    }

    #[test]
    fn thousands_of_series_are_found_removed_and_replaced() {
        let map = SeriesMap::new();
        let count = if cfg!(miri) { 100 } else { 5000 };
        let names: Vec<String> = (0..count).map(|n| "v".repeat(n % 40) + &n.to_string()).collect();
        let handles: Vec<Handle> = names.iter().map(|name| create(&map, &["GET", name])).collect();
        for (name, handle) in names.iter().zip(&handles) {
            assert_eq!(map.get(&key(&["GET", name])), Some(*handle));
            assert_eq!(map.get(&key(&["PUT", name])), None);
        }
        let end = map.lock().state.end;
        for round in 0..5 {
            for name in names.iter().step_by(2) {
                assert!(map.lock().remove(&key(&["GET", name])).is_some(), "{round}");
                assert_eq!(map.get(&key(&["GET", name])), None);
            }
            assert_eq!(map.lock().len(), count / 2);
            for name in names.iter().step_by(2) {
                create(&map, &["GET", name]);
            }
        }
        assert_eq!(map.lock().state.end, end, "the memory of removed series is reused");
        let mut seen = Vec::new();
        map.lock().for_each(|key, _| seen.push(Values::new(key.bytes).nth(1).unwrap().to_owned()));
        let mut expected = names.clone();
        expected.sort();
        seen.sort();
        assert_eq!(seen, expected);
    }

    #[test]
    fn readers_without_the_lock_see_whole_records() {
        let map = SeriesMap::new();
        let fixed = create(&map, &["fixed"]);
        let rounds = if cfg!(miri) { 50 } else { 20_000 };
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for n in 0..rounds {
                    let name = (n % 7).to_string();
                    create(&map, &[&name]);
                    map.lock().remove(&key(&[&name]));
                }
            });
            while !writer.is_finished() {
                assert!(map.get(&key(&["fixed"])).is_none_or(|handle| handle == fixed));
                assert_ne!(map.get(&key(&["3"])), Some(fixed));
            }
        });
        assert_eq!(map.get(&key(&["fixed"])), Some(fixed));
    }
}
