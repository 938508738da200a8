//! The newest exemplars of all series, in a ring of fixed size; written by commits and replay, read by `query_exemplars`.
//!
//! Invariants: never more entries than the limit; `series` knows exactly the series that have an entry.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};

use narthex_model::{Exemplar, Timestamp};
use narthex_storage::AppendError;
use rustc_hash::FxHashMap;

/// Characters that the labels of one exemplar may have, names and values together.
const LABEL_CHARS_MAX: usize = 128;

#[derive(Debug)]
struct OfSeries {
    newest: Exemplar,
    count: usize,
}

/// The ring.
#[derive(Debug, Default)]
pub(crate) struct Exemplars {
    limit: usize,
    ring: VecDeque<(u64, Exemplar)>,
    series: FxHashMap<u64, OfSeries>,
    /// How many came in since the start.
    pub(crate) appended: u64,
    /// How many were refused because they were older than the newest of their series.
    pub(crate) out_of_order: AtomicU64,
}

impl Exemplars {
    /// A ring of at most `limit` exemplars; 0 keeps none.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Whether exemplars are kept at all.
    pub(crate) fn is_enabled(&self) -> bool {
        self.limit > 0
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ring.len()
    }

    /// How many series have some.
    pub(crate) fn series_len(&self) -> usize {
        self.series.len()
    }

    /// All of them, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &Exemplar)> {
        self.ring.iter().map(|(series, exemplar)| (*series, exemplar))
    }

    /// Whether the exemplar may be appended to the series.
    pub(crate) fn check(&self, series: u64, exemplar: &Exemplar) -> Result<(), AppendError> {
        let labels = &exemplar.labels;
        let chars: usize =
            labels.iter().map(|(name, value)| name.chars().count() + value.chars().count()).sum();
        if chars > LABEL_CHARS_MAX {
            let text = format!("exemplar labels have {chars} characters, the limit is {LABEL_CHARS_MAX}");
            return Err(AppendError::Limit(text));
        }
        let Some(OfSeries { newest, .. }) = self.series.get(&series) else { return Ok(()) };
        if newest == exemplar {
            return Err(AppendError::DuplicateExemplar);
        }
        if exemplar.timestamp < newest.timestamp {
            self.out_of_order.fetch_add(1, Ordering::Relaxed);
            return Err(AppendError::OutOfOrderExemplar);
        }
        Ok(())
    }

    /// Adds an exemplar if it may be, dropping the oldest of all when the ring is full.
    pub(crate) fn add(&mut self, series: u64, exemplar: Exemplar) {
        if !self.is_enabled() || self.check(series, &exemplar).is_err() {
            return;
        }
        if self.ring.len() == self.limit
            && let Some((old, _)) = self.ring.pop_front()
        {
            self.forget_one(old);
        }
        match self.series.get_mut(&series) {
            Some(entry) => {
                entry.count += 1;
                entry.newest = exemplar.clone();
            }
            None => drop(self.series.insert(series, OfSeries { newest: exemplar.clone(), count: 1 })),
        }
        self.ring.push_back((series, exemplar));
        self.appended += 1;
    }

    fn forget_one(&mut self, series: u64) {
        if let Some(entry) = self.series.get_mut(&series) {
            entry.count -= 1;
            if entry.count == 0 {
                self.series.remove(&series);
            }
        }
    }

    /// The exemplars in `[mint, maxt]` of the series that `wanted` takes, oldest first.
    pub(crate) fn select(
        &self,
        mint: Timestamp,
        maxt: Timestamp,
        wanted: impl Fn(u64) -> bool,
    ) -> FxHashMap<u64, Vec<Exemplar>> {
        let mut found: FxHashMap<u64, Vec<Exemplar>> = FxHashMap::default();
        let range = mint..=maxt;
        for (series, exemplar) in &self.ring {
            if exemplar.timestamp.is_some_and(|t| range.contains(&t)) && wanted(*series) {
                found.entry(*series).or_default().push(exemplar.clone());
            }
        }
        found
    }

    /// Forgets the series for which `gone` says yes.
    pub(crate) fn remove(&mut self, gone: impl Fn(u64) -> bool) {
        self.ring.retain(|(series, _)| !gone(*series));
        self.series.retain(|series, _| !gone(*series));
    }
}

#[cfg(test)]
mod tests {
    use narthex_model::Labels;

    use super::*;

    fn exemplar(t: i64, value: f64) -> Exemplar {
        Exemplar { labels: Labels::from_pairs([("trace_id", "x")]), value, timestamp: Some(t) }
    }

    #[test]
    fn a_ring_with_rules() {
        let mut ring = Exemplars::new(3);
        for t in 1..=5 {
            ring.add(t as u64 % 2, exemplar(t, 1.0));
        }
        assert_eq!(
            (ring.len(), ring.select(0, 9, |series| series == 1).remove(&1).map(|all| all.len())),
            (3, Some(2))
        );
        assert_eq!(ring.check(1, &exemplar(5, 1.0)), Err(AppendError::DuplicateExemplar));
        assert_eq!(ring.check(1, &exemplar(4, 1.0)), Err(AppendError::OutOfOrderExemplar));
        assert_eq!(ring.check(7, &exemplar(1, 1.0)), Ok(()));
        let long =
            Exemplar { labels: Labels::from_pairs([("t", "x".repeat(128).as_str())]), ..exemplar(9, 1.0) };
        assert!(matches!(ring.check(1, &long), Err(AppendError::Limit(_))));
        ring.remove(|series| series == 1);
        assert_eq!((ring.len(), ring.select(0, 9, |series| series == 0).len()), (1, 1));
    }
}
