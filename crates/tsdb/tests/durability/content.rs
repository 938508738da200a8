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
    let hints = SelectHints { sorted: true, ..SelectHints::default() };
    let mut all = Content::new();
    for series in collect_series(querier.select(&hints, &[]).unwrap()).unwrap() {
        let mut samples = Samples::default();
        series.read(mint, maxt, &mut samples).unwrap();
        assert!(samples.timestamps.is_sorted_by(|a, b| a < b), "{:?}", samples.timestamps);
        let mut histograms = samples.histograms.iter().peekable();
        let values = samples.values.iter().enumerate().map(|(index, v)| {
            match histograms.next_if(|(at, _)| *at as usize == index) {
                Some((_, value)) => Value::histogram(value),
                None => Value::float(*v),
            }
        });
        let samples: BTreeMap<_, _> = samples.timestamps.iter().copied().zip(values).collect();
        if !samples.is_empty() {
            let id = series.labels().value("id").parse().unwrap();
            assert!(all.insert(id, samples).is_none(), "series {id} comes twice");
        }
    }
    all
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
