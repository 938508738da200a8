//! An in-memory storage: keeps every committed sample, refuses what a real one refuses.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use narthex_model::{Exemplar, Labels, Metadata, Timestamp, is_stale};
use narthex_storage::{AppendError, Appender, CommitError, SampleValue, SeriesRef, Storage};

/// What was committed, by labels.
#[derive(Default)]
pub(crate) struct Memory {
    state: Mutex<State>,
    full: AtomicBool,
}

#[derive(Default)]
struct State {
    refs: BTreeMap<Labels, u64>,
    /// The references that are valid.
    known: HashSet<u64>,
    series: BTreeMap<u64, Vec<(Timestamp, f64)>>,
    exemplars: Vec<(u64, Exemplar)>,
    metadata: BTreeMap<u64, Metadata>,
    created: u64,
}

impl Memory {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while holding it")
    }

    /// From now on refuses new series, or no longer.
    pub(crate) fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    /// The samples of the series with this name and these labels (all that are given, any others).
    pub(crate) fn samples(&self, name: &str, labels: &[(&str, &str)]) -> Vec<(Timestamp, f64)> {
        let state = self.state();
        let wanted = |set: &Labels| {
            set.metric_name() == name && labels.iter().all(|(name, value)| set.value(name) == *value)
        };
        let series = state.refs.iter().filter(|(set, _)| wanted(set));
        series.filter_map(|(_, id)| state.series.get(id)).flatten().copied().collect()
    }

    /// The values of a series; `"stale"` for the marker.
    pub(crate) fn values(&self, name: &str) -> Vec<String> {
        let text = |value: f64| if is_stale(value) { "stale".to_owned() } else { value.to_string() };
        self.samples(name, &[]).into_iter().map(|(_, value)| text(value)).collect()
    }

    /// The newest value of a series.
    pub(crate) fn last(&self, name: &str) -> Option<String> {
        self.values(name).pop()
    }

    /// All label sets with this name.
    pub(crate) fn label_sets(&self, name: &str) -> Vec<Labels> {
        self.state().refs.keys().filter(|set| set.metric_name() == name).cloned().collect()
    }

    /// How many series there are.
    pub(crate) fn series_count(&self) -> usize {
        self.state().refs.len()
    }

    /// How many stale markers there are.
    pub(crate) fn stale_count(&self) -> usize {
        let state = self.state();
        state.series.values().flatten().filter(|(_, value)| is_stale(*value)).count()
    }

    /// Exemplars of a series.
    pub(crate) fn exemplars(&self, name: &str) -> Vec<Exemplar> {
        let state = self.state();
        let of = |id: &u64| state.refs.iter().any(|(set, known)| known == id && set.metric_name() == name);
        state.exemplars.iter().filter(|(id, _)| of(id)).map(|(_, exemplar)| exemplar.clone()).collect()
    }

    /// Metadata of a series.
    pub(crate) fn metadata(&self, name: &str) -> Option<Metadata> {
        let state = self.state();
        let id = state.refs.iter().find(|(set, _)| set.metric_name() == name)?.1;
        state.metadata.get(id).cloned()
    }

    /// Forgets which references there are; samples stay.
    pub(crate) fn forget_refs(&self) {
        let mut state = self.state();
        state.created += 1_000_000;
        state.known.clear();
        let labels: Vec<Labels> = state.refs.keys().cloned().collect();
        for set in labels {
            state.created += 1;
            let new = state.created;
            state.known.insert(new);
            if let Some(old) = state.refs.insert(set, new)
                && let Some(samples) = state.series.remove(&old)
            {
                state.series.insert(new, samples);
            }
        }
    }
}

impl Storage for Memory {
    fn appender(&self) -> Box<dyn Appender + '_> {
        Box::new(Transaction {
            memory: self,
            samples: Vec::new(),
            exemplars: Vec::new(),
            metadata: Vec::new(),
        })
    }
}

struct Transaction<'m> {
    memory: &'m Memory,
    samples: Vec<(u64, Timestamp, f64)>,
    exemplars: Vec<(u64, Exemplar)>,
    metadata: Vec<(u64, Metadata)>,
}

impl Appender for Transaction<'_> {
    fn series(&mut self, labels: &Labels) -> Result<SeriesRef, AppendError> {
        let mut state = self.memory.state();
        if let Some(known) = state.refs.get(labels) {
            return Ok(SeriesRef(*known));
        }
        if self.memory.full.load(Ordering::Relaxed) {
            return Err(AppendError::Limit("the storage is full".to_owned()));
        }
        state.created += 1;
        let id = state.created;
        state.refs.insert(labels.clone(), id);
        state.known.insert(id);
        Ok(SeriesRef(id))
    }

    fn append(
        &mut self,
        series: SeriesRef,
        _: Timestamp,
        t: Timestamp,
        value: SampleValue<'_>,
    ) -> Result<(), AppendError> {
        let state = self.memory.state();
        if !state.known.contains(&series.0) {
            return Err(AppendError::UnknownSeries(series));
        }
        let value = match value {
            SampleValue::Float(value) => value,
            SampleValue::Histogram(histogram) => histogram.sum,
            SampleValue::FloatHistogram(histogram) => histogram.sum,
        };
        let committed = state.series.get(&series.0).and_then(|samples| samples.last()).copied();
        let pending = self.samples.iter().rev().find(|sample| sample.0 == series.0).map(|s| (s.1, s.2));
        if let Some((last, last_value)) = pending.or(committed) {
            if t < last {
                return Err(AppendError::OutOfOrder);
            }
            if t == last {
                let same = last_value.to_bits() == value.to_bits();
                return if same { Ok(()) } else { Err(AppendError::DuplicateTimestamp) };
            }
        }
        self.samples.push((series.0, t, value));
        Ok(())
    }

    fn append_exemplar(&mut self, series: SeriesRef, exemplar: &Exemplar) -> Result<(), AppendError> {
        self.exemplars.push((series.0, exemplar.clone()));
        Ok(())
    }

    fn update_metadata(&mut self, series: SeriesRef, metadata: &Metadata) -> Result<(), AppendError> {
        self.metadata.push((series.0, metadata.clone()));
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), CommitError> {
        let mut state = self.memory.state();
        for (id, t, value) in self.samples {
            state.series.entry(id).or_default().push((t, value));
        }
        state.exemplars.extend(self.exemplars);
        state.metadata.extend(self.metadata);
        Ok(())
    }

    fn rollback(self: Box<Self>) {}
}
