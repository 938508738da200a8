//! [`Content`]: everything that can be read of a database, so that it can be compared.

use std::collections::BTreeMap;

use narthex_model::{FloatHistogram, Span, is_stale};
use narthex_storage::{HistogramValue, Querier, Queryable, Samples, SelectHints, collect_series};
use narthex_tsdb::Db;

/// What a sample is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// The bits of a float.
    Float(u64),
    /// Whether it is a float histogram, its schema, the bits of zero count, count and sum, the buckets that are not empty,
    /// and the custom bounds.
    Histogram(bool, i32, [u64; 3], Vec<(i32, u64)>, Vec<u64>),
    /// A stale marker; of which kind depends on what is in front of it.
    Stale,
}

impl Value {
    pub(crate) fn float(v: f64) -> Self {
        if is_stale(v) { Self::Stale } else { Self::Float(v.to_bits()) }
    }

    pub(crate) fn histogram(value: &HistogramValue) -> Self {
        let (float, h) = match value {
            HistogramValue::Int(histogram) => (false, histogram.to_float()),
            HistogramValue::Float(histogram) => (true, FloatHistogram::clone(histogram)),
        };
        if is_stale(h.sum) {
            return Self::Stale;
        }
        let mut found = buckets(&h.positive_spans, &h.positive_buckets);
        // Places of negative buckets are told from those of positive ones by their sign.
        found.extend(buckets(&h.negative_spans, &h.negative_buckets).into_iter().map(|(at, n)| (!at, n)));
        let numbers = [h.zero_count, h.count, h.sum].map(f64::to_bits);
        let bounds = h.custom_values.iter().map(|bound| bound.to_bits()).collect();
        Self::Histogram(float, h.schema, numbers, found, bounds)
    }
}

/// The buckets that are not empty with their places: chunks may add empty ones.
fn buckets(spans: &[Span], counts: &[f64]) -> Vec<(i32, u64)> {
    let (mut at, mut counts, mut found) = (1000, counts.iter(), Vec::new());
    for span in spans {
        at += span.offset;
        for (place, count) in (at..).zip(counts.by_ref().take(span.length as usize)) {
            if *count != 0.0 {
                found.push((place, count.to_bits()));
            }
        }
        at += span.length as i32;
    }
    found
}

/// Samples by the series' label `id` and by time.
pub(crate) type Content = BTreeMap<u64, BTreeMap<i64, Value>>;

/// The samples of a database in `[mint, maxt]`; series without any are left out.
pub(crate) fn content(db: &Db, mint: i64, maxt: i64) -> Content {
    read(&*db.querier(mint, maxt).unwrap(), mint, maxt)
}

/// The samples in `[mint, maxt]` that a reader sees.
pub(crate) fn read(querier: &dyn Querier, mint: i64, maxt: i64) -> Content {
    let mut all = Content::new();
    each_series(querier, mint, maxt, |id, samples| {
        let samples: BTreeMap<_, _> = samples.timestamps.iter().copied().zip(values(samples)).collect();
        assert!(all.insert(id, samples).is_none(), "series {id} comes twice");
    });
    all
}

/// Series, time, value and start timestamp of every sample in `[mint, maxt]`; no start is 0.
pub(crate) fn starts(db: &Db, mint: i64, maxt: i64) -> Vec<(u64, i64, Value, i64)> {
    let mut all = Vec::new();
    each_series(&*db.querier(mint, maxt).unwrap(), mint, maxt, |id, samples| {
        let starts = samples.start_timestamps.iter().copied().chain(std::iter::repeat(0));
        let rows = samples.timestamps.iter().zip(values(samples)).zip(starts);
        all.extend(rows.map(|((t, value), start)| (id, *t, value, start)));
    });
    all
}

/// Calls `visit` with the number of each series that has samples in `[mint, maxt]`, and with those.
fn each_series(querier: &dyn Querier, mint: i64, maxt: i64, mut visit: impl FnMut(u64, &Samples)) {
    let hints = SelectHints { sorted: true, ..SelectHints::default() };
    for series in collect_series(querier.select(&hints, &[]).unwrap()).unwrap() {
        let mut samples = Samples::default();
        series.read(mint, maxt, &mut samples).unwrap();
        assert!(samples.timestamps.is_sorted_by(|a, b| a < b), "{:?}", samples.timestamps);
        if !samples.is_empty() {
            visit(series.labels().value("id").parse().unwrap(), &samples);
        }
    }
}

fn values(samples: &Samples) -> impl Iterator<Item = Value> {
    let mut histograms = samples.histograms.iter().peekable();
    samples.values.iter().enumerate().map(move |(index, v)| {
        match histograms.next_if(|(at, _)| *at as usize == index) {
            Some((_, value)) => Value::histogram(value),
            None => Value::float(*v),
        }
    })
}

/// The times of the exemplars of each series; their values are the times too.
pub(crate) fn exemplars(db: &Db) -> BTreeMap<u64, Vec<i64>> {
    let found = db.exemplars(i64::MIN, i64::MAX, &[vec![]]).into_iter();
    found
        .map(|(labels, exemplars)| {
            let times = exemplars.iter().map(|exemplar| {
                let t = exemplar.timestamp.unwrap();
                assert_eq!((exemplar.value, exemplar.labels.value("trace")), (t as f64, "x"));
                t
            });
            (labels.value("id").parse().unwrap(), times.collect())
        })
        .collect()
}
