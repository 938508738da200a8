//! The label pairs of the head, interned: each `name="value"` in use has a number, each series is a list of numbers.
//!
//! A pair's text stands once in one arena; a series with nine labels costs 36 bytes of labels. Postings hang on the same
//! numbers. Used by [`HeadState`](super::HeadState) only.
//!
//! Invariants: a pair number stays valid until [`Pairs::remove`], names are never removed; the text arena only grows
//! until [`Pairs::compact`] rewrites it.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

/// A place in the text arena.
#[derive(Debug, Clone, Copy, Default)]
struct TextRef {
    start: u32,
    len: u32,
}

#[derive(Debug)]
struct Name {
    text: TextRef,
    /// The pairs with this name, in no order.
    pairs: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Pair {
    name: u32,
    text: TextRef,
}

/// A name index that marks a free pair entry.
const FREE: u32 = u32::MAX;

/// The arena is full: four gigabytes of label text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextFull;

/// All label pairs in use.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    text: String,
    /// Bytes of `text` that no pair uses any more.
    garbage: usize,
    names: Vec<Name>,
    name_index: HashTable<u32>,
    pairs: Vec<Pair>,
    pair_index: HashTable<u32>,
    free: Vec<u32>,
}

fn hash_name(name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(name.as_bytes());
    hasher.finish()
}

fn hash_pair(name: u32, value: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u32(name);
    hasher.write(value.as_bytes());
    hasher.finish()
}

fn slice(text: &str, at: TextRef) -> &str {
    text.get(at.start as usize..(at.start + at.len) as usize).unwrap_or_default()
}

impl Pairs {
    /// The number of a pair, if it is in use.
    pub(crate) fn get(&self, name: &str, value: &str) -> Option<u32> {
        self.find(self.name(name)?, value)
    }

    /// The number of a name, if any series had it.
    pub(crate) fn name(&self, name: &str) -> Option<u32> {
        let found = self.name_index.find(hash_name(name), |index| self.name_text(*index) == name);
        found.copied()
    }

    fn find(&self, name: u32, value: &str) -> Option<u32> {
        let hash = hash_pair(name, value);
        let same = |pair: &u32| self.name_of(*pair) == name && self.value(*pair) == value;
        self.pair_index.find(hash, same).copied()
    }

    /// The number of a pair, new if need be. `like` is a pair that it may be, or whose name it may have: neighbours on a
    /// page have most of their pairs in common, at the same places.
    pub(crate) fn intern(&mut self, name: &str, value: &str, like: Option<u32>) -> Result<u32, TextFull> {
        let like = like.map(|pair| (pair, self.name_of(pair))).filter(|(_, name)| *name != FREE);
        let name = match like.filter(|(_, index)| self.name_text(*index) == name) {
            Some((pair, _)) if self.value(pair) == value => return Ok(pair),
            Some((_, index)) => index,
            None => match self.name(name) {
                Some(index) => index,
                None => self.add_name(name)?,
            },
        };
        match self.find(name, value) {
            Some(pair) => Ok(pair),
            None => self.add_pair(name, value),
        }
    }

    fn add_name(&mut self, name: &str) -> Result<u32, TextFull> {
        let text = self.add_text(name)?;
        let index = self.names.len() as u32;
        self.names.push(Name { text, pairs: Vec::new() });
        let Self { text, names, name_index, .. } = self;
        let rehash = |index: &u32| {
            names.get(*index as usize).map(|name| hash_name(slice(text, name.text))).unwrap_or_default()
        };
        name_index.insert_unique(hash_name(name), index, rehash);
        Ok(index)
    }

    fn add_pair(&mut self, name: u32, value: &str) -> Result<u32, TextFull> {
        let entry = Pair { name, text: self.add_text(value)? };
        let pair = match self.free.pop() {
            Some(pair) => {
                if let Some(place) = self.pairs.get_mut(pair as usize) {
                    *place = entry;
                }
                pair
            }
            None => {
                tight_push(&mut self.pairs, entry);
                self.pairs.len() as u32 - 1
            }
        };
        if let Some(name) = self.names.get_mut(name as usize) {
            tight_push(&mut name.pairs, pair);
        }
        let Self { text, pairs, pair_index, .. } = self;
        let rehash = |pair: &u32| {
            let pair = pairs.get(*pair as usize);
            pair.map(|pair| hash_pair(pair.name, slice(text, pair.text))).unwrap_or_default()
        };
        pair_index.insert_unique(hash_pair(name, value), pair, rehash);
        Ok(pair)
    }

    fn add_text(&mut self, text: &str) -> Result<TextRef, TextFull> {
        let start = u32::try_from(self.text.len()).map_err(|_| TextFull)?;
        let len = u32::try_from(text.len()).map_err(|_| TextFull)?;
        start.checked_add(len).ok_or(TextFull)?;
        if self.text.capacity() - self.text.len() < text.len() {
            self.text.reserve_exact((self.text.len() / 8).max(4096).max(text.len()));
        }
        self.text.push_str(text);
        Ok(TextRef { start, len })
    }

    /// One more than the largest pair number.
    pub(crate) fn end(&self) -> usize {
        self.pairs.len()
    }

    fn entry(&self, pair: u32) -> Pair {
        self.pairs.get(pair as usize).copied().unwrap_or(Pair { name: FREE, text: TextRef::default() })
    }

    /// The name number of a pair.
    #[inline]
    pub(crate) fn name_of(&self, pair: u32) -> u32 {
        self.entry(pair).name
    }

    /// The value of a pair.
    #[inline]
    pub(crate) fn value(&self, pair: u32) -> &str {
        slice(&self.text, self.entry(pair).text)
    }

    /// The text of a name.
    #[inline]
    pub(crate) fn name_text(&self, name: u32) -> &str {
        self.names.get(name as usize).map(|name| slice(&self.text, name.text)).unwrap_or_default()
    }

    /// Name and value of a pair.
    #[inline]
    pub(crate) fn both(&self, pair: u32) -> (&str, &str) {
        (self.name_text(self.name_of(pair)), self.value(pair))
    }

    /// The pairs with this name, in no order.
    pub(crate) fn of_name(&self, name: u32) -> &[u32] {
        self.names.get(name as usize).map(|name| name.pairs.as_slice()).unwrap_or_default()
    }

    /// The numbers of all names that are in use.
    pub(crate) fn names(&self) -> impl Iterator<Item = u32> {
        (0..self.names.len() as u32).filter(|name| !self.of_name(*name).is_empty())
    }

    /// How many pairs are in use.
    pub(crate) fn len(&self) -> usize {
        self.pairs.len() - self.free.len()
    }

    /// Forgets the pairs for which `dead` says yes; their numbers are used again.
    pub(crate) fn remove(&mut self, dead: impl Fn(u32) -> bool) {
        for pair in 0..self.pairs.len() as u32 {
            let entry = self.entry(pair);
            if entry.name == FREE || !dead(pair) {
                continue;
            }
            let hash = hash_pair(entry.name, slice(&self.text, entry.text));
            if let Ok(found) = self.pair_index.find_entry(hash, |other| *other == pair) {
                found.remove();
            }
            self.garbage += entry.text.len as usize;
            if let Some(place) = self.pairs.get_mut(pair as usize) {
                place.name = FREE;
            }
            self.free.push(pair);
        }
        for name in &mut self.names {
            name.pairs.retain(|pair| self.pairs.get(*pair as usize).is_some_and(|entry| entry.name != FREE));
        }
        if self.garbage > self.text.len() / 2 {
            self.compact();
        }
    }

    /// Rewrites the arena without what nobody uses.
    fn compact(&mut self) {
        let mut text = String::with_capacity(self.text.len() - self.garbage);
        let mut keep = |at: &mut TextRef| {
            let start = text.len() as u32;
            text.push_str(slice(&self.text, *at));
            at.start = start;
        };
        self.names.iter_mut().for_each(|name| keep(&mut name.text));
        self.pairs.iter_mut().filter(|pair| pair.name != FREE).for_each(|pair| keep(&mut pair.text));
        self.text = text;
        self.garbage = 0;
    }
}

/// Pushes with a growth of an eighth instead of doubling, for long vectors that stay.
pub(crate) fn tight_push<T>(vec: &mut Vec<T>, value: T) {
    if vec.len() == vec.capacity() {
        vec.reserve_exact((vec.len() / 8).max(4));
    }
    vec.push(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interned_once_and_numbers_are_used_again() {
        let mut pairs = Pairs::default();
        let a = pairs.intern("job", "a", None).unwrap();
        let b = pairs.intern("job", "b", Some(a)).unwrap();
        assert_eq!(pairs.intern("job", "a", None), Ok(a));
        assert_eq!(pairs.intern("job", "a", Some(a)), Ok(a));
        assert_eq!(pairs.intern("job", "a", Some(b)), Ok(a));
        assert_eq!(pairs.intern("job", "a", Some(99)), Ok(a));
        assert_eq!(pairs.both(b), ("job", "b"));
        pairs.remove(|pair| pair == a);
        assert_eq!((pairs.get("job", "a"), pairs.get("job", "b")), (None, Some(b)));
        let name = pairs.name("job").unwrap();
        assert_eq!(pairs.of_name(name), [b]);
        assert_eq!(pairs.intern("job", "c", Some(a)), Ok(a), "a free number is like nothing");
        pairs.compact();
        assert_eq!(pairs.both(a), ("job", "c"));
        assert_eq!((pairs.len(), pairs.text.as_str()), (2, "jobcb"));
    }
}
