//! `load_with_nhcb`: native histograms with custom buckets, made from the classic series of a storage.

use std::collections::BTreeMap;
use std::sync::Arc;

use narthex_model::histogram::CUSTOM_BUCKETS_SCHEMA;
use narthex_model::names::{BUCKET_LABEL, METRIC_NAME};
use narthex_model::{FloatHistogram, Labels, Span, Timestamp};

use super::store::{MemoryStorage, SampleData};
use crate::lexer::parse_number;

/// The classic histogram of one label set at one time.
#[derive(Debug, Default)]
struct Classic {
    /// Upper bound and cumulative count; the first count of a bound wins.
    buckets: Vec<(f64, f64)>,
    count: Option<f64>,
    sum: f64,
}

#[derive(Clone, Copy)]
enum Part {
    Bucket(f64),
    Count,
    Sum,
}

/// Appends the histograms that the classic series of `loaded` make.
pub(super) fn convert(loaded: &MemoryStorage, target: &mut MemoryStorage) -> Result<(), String> {
    let mut found: BTreeMap<Labels, BTreeMap<Timestamp, Classic>> = BTreeMap::new();
    for (labels, samples) in loaded.iter() {
        let Some((base, part)) = classic_part(labels)? else { continue };
        let by_time = found.entry(base).or_default();
        let mut histograms = samples.histograms.iter().map(|(index, _)| *index as usize).peekable();
        for (index, (t, value)) in samples.timestamps.iter().zip(&samples.values).enumerate() {
            if histograms.next_if_eq(&index).is_some() {
                continue;
            }
            let classic = by_time.entry(*t).or_default();
            match part {
                Part::Bucket(bound) if classic.buckets.iter().all(|(other, _)| *other != bound) => {
                    classic.buckets.push((bound, *value));
                }
                Part::Bucket(_) => {}
                Part::Count => classic.count = Some(*value),
                Part::Sum => classic.sum = *value,
            }
        }
    }
    for (labels, by_time) in found {
        for (t, classic) in by_time {
            let histogram = classic.convert().map_err(|reason| format!("{labels} at {t} ms: {reason}"))?;
            target.append(&labels, 0, t, SampleData::Histogram(Arc::new(histogram)))?;
        }
    }
    Ok(())
}

/// The label set of the histogram that a classic series belongs to, and which part it is.
fn classic_part(labels: &Labels) -> Result<Option<(Labels, Part)>, String> {
    let name = labels.metric_name();
    let (base, part) = if let Some(base) = name.strip_suffix("_bucket") {
        let bound = labels.get(BUCKET_LABEL).ok_or_else(|| format!("{labels} has no label le"))?;
        match parse_bound(bound) {
            Some(bound) => (base, Part::Bucket(bound)),
            None => return Ok(None),
        }
    } else if let Some(base) = name.strip_suffix("_count") {
        (base, Part::Count)
    } else if let Some(base) = name.strip_suffix("_sum") {
        (base, Part::Sum)
    } else {
        return Ok(None);
    };
    let mut builder = labels.to_builder();
    builder.set(METRIC_NAME, base);
    builder.remove(BUCKET_LABEL);
    Ok(Some((builder.build(), part)))
}

fn parse_bound(text: &str) -> Option<f64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    // Bounds are decimal: a leading zero does not make them octal.
    let value = if digits.eq_ignore_ascii_case("inf") {
        parse_number(digits).ok()?
    } else {
        digits.parse::<f64>().ok()?
    };
    let value = if negative { -value } else { value };
    (!value.is_nan()).then_some(value)
}

impl Classic {
    fn convert(mut self) -> Result<FloatHistogram, String> {
        self.buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        let count = match (self.count, self.buckets.last()) {
            (Some(count), _) => count,
            (None, Some((_, highest))) => *highest,
            (None, None) => 0.0,
        };
        if self.buckets.last().is_none_or(|(bound, _)| *bound != f64::INFINITY) {
            self.buckets.push((f64::INFINITY, count));
        }
        let mut counts = Vec::with_capacity(self.buckets.len());
        let mut below = 0.0;
        for (bound, cumulative) in &self.buckets {
            if *cumulative < below {
                return Err(format!("the bucket le={bound} counts {cumulative}, less than the one before"));
            }
            counts.push(cumulative - below);
            below = *cumulative;
        }
        if below != count {
            return Err(format!("the last bucket counts {below}, the histogram {count}"));
        }
        let whole = count.fract() == 0.0 && counts.iter().all(|count| count.fract() == 0.0);
        let bounds = self.buckets.iter().map(|(bound, _)| *bound).filter(|bound| bound.is_finite());
        let mut histogram = FloatHistogram {
            schema: CUSTOM_BUCKETS_SCHEMA,
            count,
            sum: self.sum,
            positive_spans: vec![Span { offset: 0, length: counts.len() as u32 }],
            positive_buckets: counts,
            custom_values: bounds.collect(),
            ..FloatHistogram::default()
        };
        histogram.compact(if whole { 2 } else { 0 });
        Ok(histogram)
    }
}
