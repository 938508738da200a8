//! A storage in memory that answers like the database does, counter reset hints included.
//!
//! The database keeps histograms in chunks and knows a hint only for a whole chunk: the first sample of a counter's
//! chunk is read back with an unknown hint, the others as "no reset", and a gauge's as gauges. So the hint of a sample
//! depends on where chunks begin, which is worked out here as samples are appended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use narthex_model::{CounterResetHint, FloatHistogram, Labels, Matcher, Timestamp, is_stale};
use narthex_storage::{
    HistogramValue, LabelHints, Querier, Queryable, Samples, SelectHints, Series, SeriesSet, StorageError,
};

/// Chunks do not cross multiples of this: the length of a block.
const BLOCK_MS: i64 = 24 * 3_600_000;
/// A histogram chunk is only full when it has at least so many samples …
const CHUNK_SAMPLES_MIN: usize = 10;
/// … and at least about so many bytes.
const CHUNK_BYTES: usize = 1024;

/// Series and samples; cloning is taking a snapshot.
#[derive(Debug, Clone, Default)]
pub struct MemoryStorage {
    series: BTreeMap<Labels, Arc<Stored>>,
}

/// What one sample holds.
#[derive(Debug, Clone)]
pub(super) enum SampleData {
    Float(f64),
    Histogram(Arc<FloatHistogram>),
}

/// A series and its newest chunk.
#[derive(Debug, Clone, Default)]
struct Stored {
    labels: Labels,
    samples: Samples,
    chunk: Option<Chunk>,
}

/// What decides whether the next histogram goes into the same chunk.
#[derive(Debug, Clone)]
struct Chunk {
    last: Arc<FloatHistogram>,
    is_gauge: bool,
    samples: usize,
    bytes: usize,
    block: i64,
}

impl MemoryStorage {
    /// An empty storage.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends one sample; `start` is when its counter began, 0 = not known.
    pub(super) fn append(
        &mut self,
        labels: &Labels,
        start: Timestamp,
        t: Timestamp,
        data: SampleData,
    ) -> Result<(), String> {
        let stored = self
            .series
            .entry(labels.clone())
            .or_insert_with(|| Arc::new(Stored { labels: labels.clone(), ..Stored::default() }));
        Arc::make_mut(stored).append(start, t, data).map_err(|reason| format!("{labels} at {t} ms: {reason}"))
    }

    /// All samples, series by series.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Labels, &Samples)> {
        self.series.values().map(|stored| (&stored.labels, &stored.samples))
    }
}

impl Stored {
    fn append(&mut self, start: Timestamp, t: Timestamp, data: SampleData) -> Result<(), &'static str> {
        match self.samples.timestamps.last() {
            Some(newest) if t < *newest => return Err("out of order sample"),
            Some(newest) if t == *newest => {
                return if self.ends_with(&data) { Ok(()) } else { Err("duplicate sample for timestamp") };
            }
            _ => {}
        }
        match data {
            SampleData::Float(value) => {
                self.chunk = None;
                self.samples.push_with_start(start, t, value);
            }
            SampleData::Histogram(histogram) => {
                let hint = self.hint(t, &histogram);
                let mut histogram = Arc::unwrap_or_clone(histogram);
                histogram.counter_reset_hint = hint;
                self.samples.push_histogram(start, t, HistogramValue::Float(Arc::new(histogram)));
            }
        }
        Ok(())
    }

    fn ends_with(&self, data: &SampleData) -> bool {
        let last = self.samples.len().saturating_sub(1);
        let histogram = self.samples.histograms.last().filter(|(index, _)| *index as usize == last);
        match (data, histogram) {
            (SampleData::Float(value), None) => {
                self.samples.values.last().is_some_and(|last| last.to_bits() == value.to_bits())
            }
            (SampleData::Histogram(new), Some((_, HistogramValue::Float(old)))) => new.equals(old),
            _ => false,
        }
    }

    /// The hint with which the next histogram will be read back.
    fn hint(&mut self, t: Timestamp, histogram: &Arc<FloatHistogram>) -> CounterResetHint {
        let is_gauge = histogram.counter_reset_hint == CounterResetHint::Gauge;
        let block = t.div_euclid(BLOCK_MS);
        let continued = self.chunk.take().filter(|chunk| {
            chunk.block == block && !chunk.is_full() && chunk.is_gauge == is_gauge && chunk.accepts(histogram)
        });
        let (samples, bytes) = continued.map_or((0, 0), |chunk| (chunk.samples, chunk.bytes));
        self.chunk = Some(Chunk {
            last: Arc::clone(histogram),
            is_gauge,
            samples: samples + 1,
            bytes: bytes + approximate_bytes(histogram),
            block,
        });
        match (is_gauge, samples) {
            (true, _) => CounterResetHint::Gauge,
            (false, 0) => CounterResetHint::Unknown,
            (false, _) => CounterResetHint::NotCounterReset,
        }
    }
}

impl Chunk {
    fn is_full(&self) -> bool {
        self.samples >= CHUNK_SAMPLES_MIN && self.bytes >= CHUNK_BYTES
    }

    fn accepts(&self, next: &FloatHistogram) -> bool {
        let last = &self.last;
        if is_stale(next.sum) || is_stale(last.sum) {
            return is_stale(next.sum);
        }
        if next.schema != last.schema || next.zero_threshold != last.zero_threshold {
            return false;
        }
        if next.uses_custom_buckets() && next.custom_values != last.custom_values {
            return false;
        }
        if self.is_gauge {
            return true;
        }
        if next.counter_reset_hint == CounterResetHint::CounterReset {
            return false;
        }
        let compared = FloatHistogram { counter_reset_hint: CounterResetHint::Unknown, ..next.clone() };
        !compared.detect_reset(last)
    }
}

/// Roughly what a float histogram takes in a chunk: a few bytes for each of its numbers.
fn approximate_bytes(histogram: &FloatHistogram) -> usize {
    const BYTES_A_NUMBER: usize = 2;
    let numbers = 4 + histogram.positive_buckets.len() + histogram.negative_buckets.len();
    numbers * BYTES_A_NUMBER
}

impl Queryable for MemoryStorage {
    fn querier(&self, _mint: Timestamp, _maxt: Timestamp) -> Result<Box<dyn Querier>, StorageError> {
        Ok(Box::new(self.clone()))
    }
}

impl MemoryStorage {
    fn matching(&self, matchers: &[Matcher]) -> impl Iterator<Item = &Arc<Stored>> {
        self.series.values().filter(move |stored| {
            matchers.iter().all(|matcher| matcher.matches(stored.labels.value(matcher.name())))
        })
    }
}

impl Querier for MemoryStorage {
    fn select(&self, _hints: &SelectHints, matchers: &[Matcher]) -> Result<Box<dyn SeriesSet>, StorageError> {
        let found: Vec<Box<dyn Series>> = self
            .matching(matchers)
            .map(|stored| Box::new(StoredSeries(Arc::clone(stored))) as Box<dyn Series>)
            .collect();
        Ok(Box::new(found.into_iter()))
    }

    fn label_names(&self, _hints: LabelHints, matchers: &[Matcher]) -> Result<Vec<String>, StorageError> {
        let names: BTreeSet<&str> =
            self.matching(matchers).flat_map(|stored| stored.labels.iter().map(|(name, _)| name)).collect();
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    fn label_values(
        &self,
        name: &str,
        _hints: LabelHints,
        matchers: &[Matcher],
    ) -> Result<Vec<String>, StorageError> {
        let values: BTreeSet<&str> =
            self.matching(matchers).filter_map(|stored| stored.labels.get(name)).collect();
        Ok(values.into_iter().map(str::to_owned).collect())
    }
}

struct StoredSeries(Arc<Stored>);

impl Series for StoredSeries {
    fn labels(&self) -> Labels {
        self.0.labels.clone()
    }

    fn read(&self, mint: Timestamp, maxt: Timestamp, out: &mut Samples) -> Result<(), StorageError> {
        let samples = &self.0.samples;
        let first = samples.timestamps.partition_point(|t| *t < mint);
        let end = samples.timestamps.partition_point(|t| *t <= maxt);
        let mut histograms =
            samples.histograms.iter().skip_while(|(index, _)| (*index as usize) < first).peekable();
        let columns = samples.timestamps.iter().zip(&samples.values).enumerate().take(end).skip(first);
        for (index, (t, value)) in columns {
            let start = samples.start_timestamps.get(index).copied().unwrap_or(0);
            match histograms.next_if(|(at, _)| *at as usize == index) {
                Some((_, histogram)) => out.push_histogram(start, *t, histogram.clone()),
                None => out.push_with_start(start, *t, *value),
            }
        }
        Ok(())
    }
}
