//! A storage in memory for tests and benches: series given as columns.
#![allow(unreachable_pub, reason = "a module that several tests and benches include")]

use std::sync::Arc;

use narthex_model::{Labels, Matcher, Timestamp};
use narthex_storage::{
    LabelHints, Querier, Queryable, Samples, SelectHints, Series, SeriesSet, StorageError,
};

/// Series with their samples.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    series: Vec<Arc<Stored>>,
}

#[derive(Debug)]
struct Stored {
    labels: Labels,
    samples: Samples,
}

struct Found(Arc<Stored>);

impl Memory {
    /// Adds a series.
    pub fn push(&mut self, labels: Labels, samples: Samples) {
        self.series.push(Arc::new(Stored { labels, samples }));
    }
}

impl Queryable for Memory {
    fn querier(&self, _: Timestamp, _: Timestamp) -> Result<Box<dyn Querier>, StorageError> {
        Ok(Box::new(self.clone()))
    }
}

impl Querier for Memory {
    fn select(&self, _: &SelectHints, matchers: &[Matcher]) -> Result<Box<dyn SeriesSet>, StorageError> {
        let fits = |stored: &Stored| matchers.iter().all(|m| m.matches(stored.labels.value(m.name())));
        let found: Vec<Box<dyn Series>> = self
            .series
            .iter()
            .filter(|stored| fits(stored))
            .map(|stored| Box::new(Found(Arc::clone(stored))) as Box<dyn Series>)
            .collect();
        Ok(Box::new(found.into_iter()))
    }

    fn label_names(&self, _: LabelHints, _: &[Matcher]) -> Result<Vec<String>, StorageError> {
        Ok(Vec::new())
    }

    fn label_values(&self, _: &str, _: LabelHints, _: &[Matcher]) -> Result<Vec<String>, StorageError> {
        Ok(Vec::new())
    }
}

impl Series for Found {
    fn labels(&self) -> Labels {
        self.0.labels.clone()
    }

    fn for_each_label(&self, visit: &mut dyn FnMut(&str, &str)) {
        for (name, value) in &self.0.labels {
            visit(name, value);
        }
    }

    fn read(&self, mint: Timestamp, maxt: Timestamp, out: &mut Samples) -> Result<(), StorageError> {
        let samples = &self.0.samples;
        let from = samples.timestamps.partition_point(|t| *t < mint);
        let to = samples.timestamps.partition_point(|t| *t <= maxt);
        out.timestamps.extend_from_slice(&samples.timestamps[from..to]);
        out.values.extend_from_slice(&samples.values[from..to]);
        for (index, histogram) in &samples.histograms {
            if (from..to).contains(&(*index as usize)) {
                out.histograms.push((*index - from as u32, histogram.clone()));
            }
        }
        Ok(())
    }
}
