//! [`Model`]: what must be in a database, and what may be.

use std::collections::BTreeMap;

use narthex_storage::{Queryable, Samples, SelectHints, collect_series};
use narthex_tsdb::Db;

/// Samples by series and time, as bits.
pub(crate) type Content = BTreeMap<String, BTreeMap<i64, u64>>;

/// What is known of a database that was written through failures.
#[derive(Clone, Default)]
pub(crate) struct Model {
    /// What was acknowledged.
    pub(crate) certain: Content,
    /// What was acknowledged or cut off by a failure.
    pub(crate) possible: Content,
    /// Samples before this may have been removed by the retention.
    pub(crate) horizon: i64,
    /// Blocks made of others, and blocks removed by the retention.
    pub(crate) blocks_merged: usize,
    pub(crate) blocks_removed: usize,
}

impl Model {
    /// A commit that succeeded.
    pub(crate) fn committed(&mut self, samples: &[(String, i64, f64)]) {
        self.maybe_committed(samples);
        for (id, t, v) in samples {
            self.certain.entry(id.clone()).or_default().insert(*t, v.to_bits());
        }
    }

    /// A commit that was interrupted.
    pub(crate) fn maybe_committed(&mut self, samples: &[(String, i64, f64)]) {
        for (id, t, v) in samples {
            self.possible.entry(id.clone()).or_default().insert(*t, v.to_bits());
        }
    }

    /// A deletion of a series' range; whether it was done is certain or not.
    pub(crate) fn deleted(&mut self, id: &str, mint: i64, maxt: i64, done: bool) {
        let clear = |content: &mut Content| {
            if let Some(samples) = content.get_mut(id) {
                samples.retain(|t, _| !(mint..=maxt).contains(t));
            }
        };
        clear(&mut self.certain);
        if done {
            clear(&mut self.possible);
        }
    }

    /// Fails with `context` unless everything certain is in `db` and nothing impossible is.
    pub(crate) fn check(&self, db: &Db, context: &str) {
        let got = content(db);
        for (id, samples) in &self.certain {
            for (t, v) in samples.range(self.horizon..) {
                let found = got.get(id).and_then(|samples| samples.get(t));
                assert_eq!(found, Some(v), "{context}: series {id} at {t} was acknowledged");
            }
        }
        for (id, samples) in &got {
            for (t, v) in samples {
                let may = self.possible.get(id).and_then(|samples| samples.get(t));
                assert_eq!(may, Some(v), "{context}: series {id} at {t} was not acknowledged");
            }
        }
    }
}

fn content(db: &Db) -> Content {
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let hints = SelectHints { sorted: true, ..SelectHints::default() };
    let mut all = Content::new();
    for series in collect_series(querier.select(&hints, &[]).unwrap()).unwrap() {
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        assert!(samples.timestamps.is_sorted_by(|a, b| a < b));
        let mut histograms = samples.histograms.iter().peekable();
        let values = samples.values.iter().enumerate().map(|(index, v)| {
            match histograms.next_if(|(at, _)| *at as usize == index) {
                Some((_, histogram)) => histogram.sum().to_bits(),
                None => v.to_bits(),
            }
        });
        let samples: BTreeMap<_, _> = samples.timestamps.iter().copied().zip(values).collect();
        if !samples.is_empty() {
            all.insert(series.labels().value("id").to_owned(), samples);
        }
    }
    all
}
