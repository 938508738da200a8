//! The series of one family: from label values to a cell's handle without a lock, and back for the exposition.
//!
//! Called by `family`. A record is one word of header and the words of its key, in the arena; an open addressing table of
//! record places leads to it. The header is the handle with, in the bits that a handle leaves free, the number of key
//! words and whether the values are plain. A table entry is a place and five bits of the key's hash.
//!
//! Invariants:
//! * Records and table entries are written under the lock of [`SeriesMap::lock`] only.
//! * The header of a record that is removed, or being written, has no generation. A handle never comes back once its series
//!   is removed, so a reader that finds the same header before and after it compared the key compared that very series.
//! * A miss without the lock may be wrong, a hit is right.
//! * The memory of removed series is reused by new ones and given back when the family is dropped.

mod key;

use std::collections::BTreeMap;
use std::hash::BuildHasher;

pub(crate) use key::Key;
pub use key::LabelValues;
use key::is_plain;

use crate::cells::{
    Arena, Handle, LockedArena, Ordering, PLACE_END, Table, WORDS_MAX, WORDS_SHIFT, fence, next_chunk,
    word_count,
};

/// In a header: no label value has to be escaped on a page.
const PLAIN: u64 = 1 << 47;
/// The bits of a header that are the handle.
const HANDLE: u64 = !(PLAIN | (WORDS_MAX as u64) << WORDS_SHIFT);
/// A table entry that never led anywhere.
const EMPTY: u32 = 0;
/// A table entry whose series was removed.
const REMOVED: u32 = 1;
/// The place of the first record, so that no place looks like one of these.
const FIRST_PLACE: usize = 2;
/// Bits of a table entry that are the place; the others are of the hash.
const PLACE_BITS: u32 = PLACE_END.ilog2();

/// The series of one family by their label values.
pub(crate) struct SeriesMap {
    table: Table,
    arena: Arena<State>,
    seed: u64,
}

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
    arena: LockedArena<'a, State>,
}

impl SeriesMap {
    pub(crate) fn new() -> Self {
        Self::with_seed(std::hash::RandomState::new().hash_one(0_u8))
    }

    /// A map whose hashes begin with this seed.
    pub(crate) fn with_seed(seed: u64) -> Self {
        let state = State { live: 0, used: 0, end: FIRST_PLACE, free: BTreeMap::new() };
        Self { table: Table::new(), arena: Arena::new(state), seed }
    }

    /// Finds a series without a lock; a miss is not certain.
    #[inline(always)]
    pub(crate) fn get(&self, key: &[u64]) -> Option<Handle> {
        self.find(key).map(|(_, handle)| handle)
    }

    /// Finds the position of a series in the table as well.
    #[inline(always)]
    fn find(&self, key: &[u64]) -> Option<(usize, Handle)> {
        let table = self.table.load();
        let hash = hash(self.seed, key);
        let mut position = hash as usize & table.mask();
        for _ in 0..=table.mask() as u32 {
            let entry = table.get(position);
            if entry >> PLACE_BITS == tag(hash)
                && entry > REMOVED
                && let Some(record) = self.arena.compare(place(entry), key)
            {
                let handle = Handle::from_bits(record.header & HANDLE)?;
                return record.is_still().then_some((position, handle));
            }
            if entry == EMPTY {
                return None;
            }
            position = (position + 1) & table.mask();
        }
        None
    }

    /// Excludes every other change.
    pub(crate) fn lock(&self) -> Locked<'_> {
        Locked { map: self, arena: self.arena.lock() }
    }
}

/// 2^64 divided by the golden ratio, odd.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Both halves of the product, folded into one word.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

/// Two words a multiplication.
#[inline(always)]
fn hash(seed: u64, key: &[u64]) -> u64 {
    let (pairs, last) = key.as_chunks::<2>();
    let mut hash = seed;
    for [first, second] in pairs {
        hash = fold(hash ^ first, second ^ MULTIPLIER);
    }
    let last = last.first().copied().unwrap_or_default();
    fold(hash ^ last, seed | 1)
}

/// The bits of the hash that a table entry has.
#[inline(always)]
fn tag(hash: u64) -> u32 {
    (hash >> (u64::BITS - (u32::BITS - PLACE_BITS))) as u32
}

/// The place that a table entry leads to.
#[inline(always)]
fn place(entry: u32) -> usize {
    entry as usize & ((1 << PLACE_BITS) - 1)
}

impl Locked<'_> {
    /// How many series there are.
    pub(crate) fn len(&self) -> usize {
        self.arena.state.live
    }

    /// Adds a series that [`SeriesMap::get`] does not find under this lock; `false` when the key is too long or the arena
    /// full.
    pub(crate) fn insert(&mut self, key: &[u64], handle: Handle) -> bool {
        if key.len() > WORDS_MAX || !self.make_room() {
            return false;
        }
        let Some(place) = self.place(key.len()) else { return false };
        let shape = (key.len() as u64) << WORDS_SHIFT | if is_plain(key) { PLAIN } else { 0 };
        // In a reused record: without a handle since its series was removed.
        self.arena.store(place, shape, Ordering::Relaxed);
        fence(Ordering::Release);
        for (offset, word) in key.iter().enumerate() {
            self.arena.store(place + 1 + offset, *word, Ordering::Relaxed);
        }
        self.arena.store(place, shape | handle.to_bits(), Ordering::Release);
        self.enter(hash(self.map.seed, key), place);
        self.arena.state.live += 1;
        true
    }

    /// Removes a series and says which cell it had.
    pub(crate) fn remove(&mut self, key: &[u64]) -> Option<Handle> {
        let (position, handle) = self.map.find(key)?;
        let table = self.map.table.load();
        let place = place(table.get(position));
        table.set(position, REMOVED);
        self.arena.store(place, (key.len() as u64) << WORDS_SHIFT, Ordering::Relaxed);
        self.arena.state.free.entry(key.len()).or_default().push(place as u32);
        self.arena.state.live -= 1;
        Some(handle)
    }

    /// Calls `each` with the packed label values and the handle of every series, in the order of creation (a new
    /// series may take the place of a removed one).
    pub(crate) fn for_each(&self, mut each: impl FnMut(Key<'_>, Handle)) {
        self.walk(|_, key, handle| each(key, handle));
    }

    /// The same with the places of the records.
    #[inline]
    fn walk(&self, mut each: impl FnMut(usize, Key<'_>, Handle)) {
        let mut place = FIRST_PLACE;
        while place < self.arena.state.end {
            let mut bytes = self.arena.bytes(place);
            // All records of a chunk in one go.
            let next = next_chunk(place);
            while place < self.arena.state.end
                && let Some((header, rest)) = bytes.split_first_chunk::<8>()
            {
                let header = u64::from_le_bytes(*header);
                if header == 0 {
                    break;
                }
                let words = word_count(header);
                if let Some(handle) = Handle::from_bits(header & HANDLE) {
                    each(place, Key::new(rest, words, header & PLAIN != 0), handle);
                }
                place += 1 + words;
                bytes = rest.get(words * 8..).unwrap_or_default();
            }
            place = next;
        }
    }

    /// A place for a record with this many key words.
    fn place(&mut self, words: usize) -> Option<usize> {
        if let Some(place) = self.arena.state.free.get_mut(&words).and_then(Vec::pop) {
            return Some(place as usize);
        }
        let end = self.arena.state.end;
        let place = self.arena.reserve(end, 1 + words)?;
        self.arena.state.end = place + 1 + words;
        Some(place)
    }

    /// Makes sure that one more entry leaves an eighth of the table empty, so that every search ends.
    fn make_room(&mut self) -> bool {
        let limit = (self.map.table.load().mask() + 1) / 8 * 7;
        if self.arena.state.used < limit {
            return true;
        }
        // If enough entries are of removed series, it is enough to sweep them.
        if self.arena.state.live >= limit / 2 {
            if !self.map.table.grow() {
                return false;
            }
        } else {
            // A reader that misses meanwhile asks under the lock.
            let table = self.map.table.load();
            (0..=table.mask()).for_each(|position| table.set(position, EMPTY));
        }
        self.arena.state.used = 0;
        let mut entries = Vec::with_capacity(self.len());
        self.walk(|place, key, _| entries.push((hash(self.map.seed, &key.to_words()), place)));
        for (hash, place) in entries {
            self.enter(hash, place);
        }
        true
    }

    fn enter(&mut self, hash: u64, place: usize) {
        let table = self.map.table.load();
        let mask = table.mask();
        let mut position = hash as usize & mask;
        for _ in 0..=mask {
            let entry = table.get(position);
            if entry == EMPTY || entry == REMOVED {
                self.arena.state.used += usize::from(entry == EMPTY);
                table.set(position, tag(hash) << PLACE_BITS | place as u32);
                return;
            }
            position = (position + 1) & mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::{Kind, allocate};

    fn key(values: &[&str]) -> Vec<u64> {
        let mut words = LabelValues::WORDS;
        let mut key = LabelValues::new(&mut words);
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
        let end = map.lock().arena.state.end;
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
        assert_eq!(map.lock().arena.state.end, end, "the memory of removed series is reused");
        let mut seen = Vec::new();
        map.lock().for_each(|key, _| seen.push(key.values().nth(1).unwrap().to_owned()));
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
