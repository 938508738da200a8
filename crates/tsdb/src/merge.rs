//! [`MergedQuerier`]: the head and the blocks of a range as one.
//!
//! Invariants: every part gives its series sorted by labels, so equal series meet; of two samples with one time that of
//! the earlier part in the list stays.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use narthex_model::{Labels, Matcher, Timestamp};
use narthex_storage::{LabelHints, Querier, Samples, SelectHints, Series, SeriesSet, StorageError};

use crate::chunk_read;

/// Several queriers as one.
pub(crate) struct MergedQuerier {
    parts: Vec<Box<dyn Querier>>,
}

impl MergedQuerier {
    pub(crate) fn new(parts: Vec<Box<dyn Querier>>) -> Self {
        Self { parts }
    }

    fn union(
        &self,
        limit: usize,
        list: impl Fn(&dyn Querier) -> Result<Vec<String>, StorageError>,
    ) -> Result<Vec<String>, StorageError> {
        let mut all = BTreeSet::new();
        for part in &self.parts {
            all.extend(list(&**part)?);
        }
        let limit = if limit > 0 { limit } else { usize::MAX };
        Ok(all.into_iter().take(limit).collect())
    }
}

impl Querier for MergedQuerier {
    fn select(&self, hints: &SelectHints, matchers: &[Matcher]) -> Result<Box<dyn SeriesSet>, StorageError> {
        let hints = SelectHints { sorted: true, ..hints.clone() };
        let mut set =
            MergedSet { sets: Vec::new(), heads: BinaryHeap::new(), failed: None, left: usize::MAX };
        if hints.limit > 0 {
            set.left = hints.limit;
        }
        for part in &self.parts {
            set.sets.push(part.select(&hints, matchers)?);
        }
        (0..set.sets.len()).for_each(|part| set.advance(part));
        Ok(Box::new(set))
    }

    fn label_names(&self, hints: LabelHints, matchers: &[Matcher]) -> Result<Vec<String>, StorageError> {
        self.union(hints.limit, |part| part.label_names(hints, matchers))
    }

    fn label_values(
        &self,
        name: &str,
        hints: LabelHints,
        matchers: &[Matcher],
    ) -> Result<Vec<String>, StorageError> {
        self.union(hints.limit, |part| part.label_values(name, hints, matchers))
    }
}

/// The next series of one part; ordered by labels, then by part.
struct Next {
    labels: Labels,
    part: usize,
    series: Box<dyn Series>,
}

impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Next {}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.labels.cmp(&other.labels).then(self.part.cmp(&other.part))
    }
}

struct MergedSet {
    sets: Vec<Box<dyn SeriesSet>>,
    heads: BinaryHeap<Reverse<Next>>,
    failed: Option<StorageError>,
    left: usize,
}

impl MergedSet {
    /// Takes the next series of a part.
    fn advance(&mut self, part: usize) {
        match self.sets.get_mut(part).and_then(|set| set.next_series()) {
            Some(Ok(series)) => self.heads.push(Reverse(Next { labels: series.labels(), part, series })),
            Some(Err(error)) => self.failed = Some(error),
            None => {}
        }
    }
}

impl SeriesSet for MergedSet {
    fn next_series(&mut self) -> Option<Result<Box<dyn Series>, StorageError>> {
        if let Some(error) = self.failed.take() {
            self.left = 0;
            return Some(Err(error));
        }
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let Reverse(first) = self.heads.pop()?;
        self.advance(first.part);
        let mut parts = vec![first.series];
        while let Some(Reverse(next)) = self.heads.peek() {
            if next.labels != first.labels {
                break;
            }
            let Some(Reverse(next)) = self.heads.pop() else { break };
            self.advance(next.part);
            parts.push(next.series);
        }
        if parts.len() == 1 {
            return parts.pop().map(Ok);
        }
        Some(Ok(Box::new(MergedSeries { labels: first.labels, parts })))
    }

    fn size_hint(&self) -> usize {
        self.sets.iter().map(|set| set.size_hint()).max().unwrap_or_default().saturating_add(1).min(self.left)
    }
}

/// One series from several parts.
struct MergedSeries {
    labels: Labels,
    parts: Vec<Box<dyn Series>>,
}

impl Series for MergedSeries {
    fn labels(&self) -> Labels {
        self.labels.clone()
    }

    fn read(&self, mint: Timestamp, maxt: Timestamp, out: &mut Samples) -> Result<(), StorageError> {
        let start = out.len();
        for part in &self.parts {
            if out.len() == start {
                part.read(mint, maxt, out)?;
                continue;
            }
            let mut other = Samples::default();
            part.read(mint, maxt, &mut other)?;
            chunk_read::merge_into(out, start, &other);
        }
        Ok(())
    }
}
