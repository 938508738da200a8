//! Exemplars: kept beside the cells, by handle, so that a metric that never gets one pays nothing.
//!
//! Written by `inc_with_exemplar` and its like under one lock of sixteen, read by `encode`, forgotten by `family` when a
//! series goes away.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use narthex_model::{Exemplar, Labels};

use crate::cells::{Handle, Kind};

/// OpenMetrics' limit: names and values of an exemplar's labels together, in characters.
const CHARACTERS_MAX: usize = 128;
const SHARDS: usize = 16;
/// Words of marks.
const MARKS_LEN: usize = 512;
/// Exemplars that a histogram without classic buckets keeps.
const NATIVE_MAX: usize = 10;

type Shard = Mutex<HashMap<(Kind, Handle), Exemplars>>;

static SHARED: LazyLock<[Shard; SHARDS]> = LazyLock::new(|| std::array::from_fn(|_| Shard::default()));

/// The exemplars of one series, by bucket; a counter has bucket 0 only.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exemplars {
    by_bucket: Vec<(usize, Exemplar)>,
}

impl Exemplars {
    /// The exemplar of a counter.
    pub(crate) fn first(mut self) -> Option<Exemplar> {
        self.take(0)
    }

    /// The exemplar of this bucket.
    pub(crate) fn get(&self, bucket: usize) -> Option<&Exemplar> {
        self.by_bucket.iter().find(|(of, _)| *of == bucket).map(|(_, exemplar)| exemplar)
    }

    /// Takes the exemplar of this bucket out.
    pub(crate) fn take(&mut self, bucket: usize) -> Option<Exemplar> {
        let at = self.by_bucket.iter().position(|(of, _)| *of == bucket)?;
        Some(self.by_bucket.swap_remove(at).1)
    }

    /// What was not taken.
    pub(crate) fn into_rest(self) -> Vec<Exemplar> {
        self.by_bucket.into_iter().map(|(_, exemplar)| exemplar).collect()
    }
}

/// The mark of a series that has exemplars, perhaps: so that a page asks for those of few others.
#[inline]
fn mark(handle: Handle) -> (&'static AtomicU64, u64) {
    static MARKS: [AtomicU64; MARKS_LEN] = [const { AtomicU64::new(0) }; MARKS_LEN];
    let number = handle.to_bits() as usize % (MARKS_LEN * 64);
    (&MARKS[number / 64], 1 << (number % 64))
}

fn shard(handle: Handle) -> MutexGuard<'static, HashMap<(Kind, Handle), Exemplars>> {
    SHARED[handle.to_bits() as usize % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps an exemplar for a bucket in place of the one before; labels that are too long are not kept.
pub(crate) fn keep(kind: Kind, handle: Handle, bucket: usize, labels: &[(&str, &str)], value: f64) {
    let characters: usize = labels.iter().map(|(n, v)| n.chars().count() + v.chars().count()).sum();
    if labels.is_empty() || characters > CHARACTERS_MAX {
        return;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
    let exemplar =
        Exemplar { labels: Labels::from_pairs(labels.iter().copied()), value, timestamp: Some(now) };
    let (word, bit) = mark(handle);
    word.fetch_or(bit, Ordering::Relaxed);
    let mut shard = shard(handle);
    let kept = &mut shard.entry((kind, handle)).or_default().by_bucket;
    match kept.iter_mut().find(|(of, _)| *of == bucket) {
        Some((_, old)) => *old = exemplar,
        None => kept.push((bucket, exemplar)),
    }
}

/// Keeps an exemplar of a histogram without classic buckets: the newest few.
pub(crate) fn keep_recent(kind: Kind, handle: Handle, labels: &[(&str, &str)], value: f64) {
    let oldest = {
        let shard = shard(handle);
        let kept = shard.get(&(kind, handle)).map_or(&[][..], |exemplars| &exemplars.by_bucket);
        if kept.len() < NATIVE_MAX {
            kept.len()
        } else {
            kept.iter().min_by_key(|(_, exemplar)| exemplar.timestamp).map_or(0, |(of, _)| *of)
        }
    };
    keep(kind, handle, oldest, labels, value);
}

/// The exemplars of a series.
#[inline]
pub(crate) fn of(kind: Kind, handle: Handle) -> Option<Exemplars> {
    let (word, bit) = mark(handle);
    if word.load(Ordering::Relaxed) & bit == 0 { None } else { kept(kind, handle) }
}

fn kept(kind: Kind, handle: Handle) -> Option<Exemplars> {
    shard(handle).get(&(kind, handle)).cloned()
}

/// Forgets a series that was removed.
pub(crate) fn forget(kind: Kind, handle: Handle) {
    shard(handle).remove(&(kind, handle));
}
