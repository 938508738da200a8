//! Compiled expressions by their text: dashboards and rules ask with the same few again and again, and compiling one costs
//! more than a small query.
//!
//! Two generations: what is asked for moves to the young one, and when that is full the old one is forgotten.
//!
//! Invariant: at most [`GENERATION_MAX`] expressions of at most [`SOURCE_BYTES_MAX`] bytes in each generation, and only
//! those that need little memory.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// How many expressions a generation holds.
const GENERATION_MAX: usize = 128;
/// The longest text that is kept.
const SOURCE_BYTES_MAX: usize = 512;
/// The most memory that a kept expression may need.
const COMPILED_BYTES_MAX: usize = 256 << 10;

/// Compiled expressions of one kind.
pub(crate) struct Cache<T> {
    generations: LazyLock<Mutex<Generations<T>>>,
}

struct Generations<T> {
    young: HashMap<Box<str>, Arc<T>>,
    old: HashMap<Box<str>, Arc<T>>,
}

impl<T> Generations<T> {
    fn put(&mut self, source: &str, compiled: &Arc<T>) {
        if self.young.len() >= GENERATION_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(source.into(), Arc::clone(compiled));
    }
}

impl<T> Cache<T> {
    /// Knows nothing yet.
    pub(crate) const fn new() -> Self {
        let empty = || Mutex::new(Generations { young: HashMap::new(), old: HashMap::new() });
        Self { generations: LazyLock::new(empty) }
    }

    /// The compiled form of `source`, made by `compile` when it is not known; `size` says how much memory one needs.
    pub(crate) fn get<E>(
        &self,
        source: &str,
        compile: impl FnOnce(&str) -> Result<T, E>,
        size: impl FnOnce(&T) -> usize,
    ) -> Result<Arc<T>, E> {
        if source.len() > SOURCE_BYTES_MAX {
            return compile(source).map(Arc::new);
        }
        {
            let mut known = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(compiled) = known.young.get(source) {
                return Ok(Arc::clone(compiled));
            }
            if let Some(compiled) = known.old.remove(source) {
                known.put(source, &compiled);
                return Ok(compiled);
            }
        }
        let compiled = Arc::new(compile(source)?);
        if size(&compiled) <= COMPILED_BYTES_MAX {
            self.generations.lock().unwrap_or_else(PoisonError::into_inner).put(source, &compiled);
        }
        Ok(compiled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(cache: &Cache<String>, source: &str) -> Arc<String> {
        cache.get(source, |source| Ok::<_, ()>(source.to_owned()), |text| text.len() << 12).unwrap()
    }

    #[test]
    fn keeps_what_is_asked_for() {
        let cache = Cache::new();
        let first = get(&cache, "often");
        for index in 0..5 * GENERATION_MAX {
            get(&cache, &index.to_string());
            assert!(Arc::ptr_eq(&first, &get(&cache, "often")), "{index}");
        }
        let known = cache.generations.lock().unwrap();
        assert!(known.young.len() <= GENERATION_MAX && known.old.len() <= GENERATION_MAX);
    }

    #[test]
    fn neither_errors_nor_giants_stay() {
        let cache = Cache::new();
        assert_eq!(cache.get("x", |_| Err("bad"), String::len).unwrap_err(), "bad");
        let long = "x".repeat(100);
        assert!(!Arc::ptr_eq(&get(&cache, &long), &get(&cache, &long)), "it needs too much memory");
        let longer = "x".repeat(SOURCE_BYTES_MAX + 1);
        assert!(!Arc::ptr_eq(&get(&cache, &longer), &get(&cache, &longer)));
    }
}
