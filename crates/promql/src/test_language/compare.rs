//! Answers against expectations.

use std::sync::Arc;

use narthex_model::histogram::CUSTOM_BUCKETS_SCHEMA;
use narthex_model::{FloatHistogram, Labels, Span, is_stale};

use super::expectation::{AnnotationExpectation, Expectations, TimeGrid};
use super::series::Slot;
use crate::value::{MatrixSeries, PointValue, Value, VectorSample};

/// How far two floats may differ, relative to their sum.
const EPSILON: f64 = 1e-6;

/// Compares a value that is expected for instant queries, and matrices when `grid` says where their points are.
pub(super) fn value(value: &Value, expected: &Expectations, grid: Option<TimeGrid>) -> Result<(), String> {
    match value {
        Value::Scalar { v, .. } => match expected.scalar {
            Some(wanted) if same_float(wanted, *v) => Ok(()),
            Some(wanted) => Err(format!("expected scalar {wanted}, got {v}")),
            None => Err(format!("expected series, got scalar {v}")),
        },
        _ if expected.scalar.is_some() => Err(format!("expected a scalar, got a {}", value.type_name())),
        Value::String { v, .. } => {
            let wanted = expected.string.as_deref().unwrap_or_default();
            if wanted == v { Ok(()) } else { Err(format!("expected string {wanted:?}, got {v:?}")) }
        }
        Value::Vector(vector) => compare_vector(vector, expected),
        Value::Matrix(matrix) => match grid {
            Some(grid) => compare_matrix(matrix, expected, grid),
            None => Err("an instant query answered a matrix; write `expect range vector`".to_owned()),
        },
    }
}

fn compare_vector(vector: &[VectorSample], expected: &Expectations) -> Result<(), String> {
    for (position, sample) in vector.iter().enumerate() {
        let wanted = expected.series.iter().rposition(|series| series.labels == sample.labels);
        let Some(index) = wanted else {
            return Err(format!("unexpected series {} with {}", sample.labels, shown(&sample.value)));
        };
        if expected.ordered && index != position {
            return Err(format!(
                "expected {} at position {}, found it at {}",
                sample.labels,
                index + 1,
                position + 1
            ));
        }
        if vector.iter().filter(|other| other.labels == sample.labels).count() > 1 {
            return Err(format!("series {} occurs more than once", sample.labels));
        }
        let slot = expected.series.get(index).and_then(|series| series.values.first());
        if let Some(slot) = slot {
            compare_point(slot, &sample.value).map_err(|reason| format!("{}: {reason}", sample.labels))?;
        }
    }
    let missing =
        expected.series.iter().find(|series| vector.iter().all(|sample| sample.labels != series.labels));
    match missing {
        Some(series) => Err(format!("expected series {} not found", series.labels)),
        None => Ok(()),
    }
}

fn compare_matrix(matrix: &[MatrixSeries], expected: &Expectations, grid: TimeGrid) -> Result<(), String> {
    if !matrix.is_sorted_by(|a, b| a.labels <= b.labels) {
        return Err("the series are not sorted by labels".to_owned());
    }
    if let Some(extra) = matrix.iter().find(|s| expected.series.iter().all(|e| e.labels != s.labels)) {
        return Err(format!("unexpected series {} with {}", extra.labels, shown_series(extra)));
    }
    for (index, wanted) in expected.series.iter().enumerate() {
        if expected.series.iter().skip(index + 1).any(|later| later.labels == wanted.labels) {
            continue;
        }
        let Some(series) = matrix.iter().find(|series| series.labels == wanted.labels) else {
            if wanted.values.iter().all(|slot| matches!(slot, Slot::Omitted)) {
                continue;
            }
            return Err(format!("expected series {} not found", wanted.labels));
        };
        compare_series(series, &wanted.values, grid)
            .map_err(|reason| format!("{}: {reason}; got {}", wanted.labels, shown_series(series)))?;
    }
    Ok(())
}

fn compare_series(series: &MatrixSeries, wanted: &[Slot], grid: TimeGrid) -> Result<(), String> {
    let steps = (grid.end - grid.start) / grid.step.max(1) + 1;
    if wanted.len() as i64 > steps {
        return Err(format!("expected {} points, but there are {steps} steps", wanted.len()));
    }
    let (mut floats, mut histograms) = (series.floats.iter(), series.histograms.iter());
    for (index, slot) in wanted.iter().enumerate() {
        let t = grid.start + index as i64 * grid.step;
        let (found_t, found) = match slot {
            Slot::Omitted => continue,
            Slot::Float(_) => match floats.next() {
                Some((t, value)) => (*t, PointValue::Float(*value)),
                None => return Err(format!("expected a float at {t} ms, there are no more floats")),
            },
            Slot::Histogram { .. } => match histograms.next() {
                Some((t, histogram)) => (*t, PointValue::Histogram(Arc::clone(histogram))),
                None => return Err(format!("expected a histogram at {t} ms, there are no more histograms")),
            },
        };
        if found_t != t {
            return Err(format!("expected a point at {t} ms, the next one is at {found_t} ms"));
        }
        compare_point(slot, &found).map_err(|reason| format!("at {t} ms: {reason}"))?;
    }
    match (floats.next(), histograms.next()) {
        (None, None) => Ok(()),
        (Some((t, value)), _) => Err(format!("unexpected float {value} at {t} ms")),
        (None, Some((t, _))) => Err(format!("unexpected histogram at {t} ms")),
    }
}

fn compare_point(wanted: &Slot, found: &PointValue) -> Result<(), String> {
    match (wanted, found) {
        (Slot::Float(wanted), PointValue::Float(found)) if same_float(*wanted, *found) => Ok(()),
        (Slot::Float(wanted), found) => Err(format!("expected {wanted}, got {}", shown(found))),
        (Slot::Histogram { histogram, has_hint }, PointValue::Histogram(found)) => {
            compare_histograms(histogram, found, *has_hint)
                .map_err(|reason| format!("{reason}: expected {histogram:?}, got {found:?}"))
        }
        (Slot::Histogram { .. }, found) => Err(format!("expected a histogram, got {}", shown(found))),
        (Slot::Omitted, found) => Err(format!("expected no point, got {}", shown(found))),
    }
}

fn compare_histograms(wanted: &FloatHistogram, found: &FloatHistogram, hint: bool) -> Result<(), String> {
    let (mut wanted, mut found) = (wanted.clone(), found.clone());
    wanted.compact(0);
    found.compact(0);
    let same_list =
        |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_float(*a, *b));
    let checks = [
        ("schema", wanted.schema == found.schema),
        ("count", same_float(wanted.count, found.count)),
        ("sum", same_float(wanted.sum, found.sum)),
        ("zero threshold", wanted.zero_threshold == found.zero_threshold),
        ("zero count", same_float(wanted.zero_count, found.zero_count)),
        (
            "custom values",
            wanted.schema != CUSTOM_BUCKETS_SCHEMA || wanted.custom_values == found.custom_values,
        ),
        ("positive spans", runs(&wanted.positive_spans) == runs(&found.positive_spans)),
        ("negative spans", runs(&wanted.negative_spans) == runs(&found.negative_spans)),
        ("positive buckets", same_list(&wanted.positive_buckets, &found.positive_buckets)),
        ("negative buckets", same_list(&wanted.negative_buckets, &found.negative_buckets)),
        ("counter reset hint", !hint || wanted.counter_reset_hint == found.counter_reset_hint),
    ];
    match checks.iter().find(|(_, same)| !same) {
        Some((what, _)) => Err(format!("the {what} of the histogram differs")),
        None => Ok(()),
    }
}

/// The buckets that spans describe, as start and length, without empty spans.
fn runs(spans: &[Span]) -> Vec<(i64, i64)> {
    let mut position = 0_i64;
    let mut found: Vec<(i64, i64)> = Vec::new();
    for span in spans {
        position += i64::from(span.offset);
        let length = i64::from(span.length);
        match found.last_mut() {
            _ if length == 0 => {}
            Some((start, run)) if *start + *run == position => *run += length,
            _ => found.push((position, length)),
        }
        position += length;
    }
    found
}

/// Equal but for rounding; all NaNs that are no staleness markers are equal.
pub(super) fn same_float(a: f64, b: f64) -> bool {
    if is_stale(a) || is_stale(b) {
        return is_stale(a) && is_stale(b);
    }
    if (a.is_nan() && b.is_nan()) || a == b {
        return true;
    }
    let (sum, difference) = (a.abs() + b.abs(), (a - b).abs());
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < EPSILON * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < EPSILON
}

/// Compares the annotations of one kind, rendered with their positions.
pub(super) fn annotations(
    kind: &str,
    expected: &AnnotationExpectation,
    found: &[String],
) -> Result<(), String> {
    match expected {
        AnnotationExpectation::Unchecked => Ok(()),
        AnnotationExpectation::Absent if found.is_empty() => Ok(()),
        AnnotationExpectation::Absent => Err(format!("unexpected {kind} annotations {found:?}")),
        AnnotationExpectation::Present(conditions) => {
            if found.is_empty() {
                return Err(format!("expected {kind} annotations, got none"));
            }
            if let Some(text) = found.iter().find(|text| !conditions.iter().any(|c| c.matches(text))) {
                return Err(format!("unexpected {kind} annotation {text:?}"));
            }
            match conditions.iter().find(|condition| !found.iter().any(|text| condition.matches(text))) {
                Some(condition) => Err(format!("expected {kind} annotation {condition:?}, got {found:?}")),
                None => Ok(()),
            }
        }
    }
}

/// The points of a matrix at `t`, as the vector (or scalar) that an instant query answers.
pub(super) fn slice(matrix: &[MatrixSeries], t: i64, is_scalar: bool) -> Value {
    let point = |series: &MatrixSeries| {
        let float = series.floats.iter().find(|(at, _)| *at == t).map(|(_, v)| PointValue::Float(*v));
        let histogram = || {
            let found = series.histograms.iter().find(|(at, _)| *at == t);
            found.map(|(_, histogram)| PointValue::Histogram(Arc::clone(histogram)))
        };
        float.or_else(histogram)
    };
    let vector: Vec<VectorSample> = matrix
        .iter()
        .filter_map(|series| {
            point(series).map(|value| VectorSample { labels: series.labels.clone(), t, value })
        })
        .collect();
    match vector.as_slice() {
        [VectorSample { value: PointValue::Float(v), labels, .. }]
            if is_scalar && *labels == Labels::EMPTY =>
        {
            Value::Scalar { t, v: *v }
        }
        _ => Value::Vector(vector),
    }
}

fn shown(value: &PointValue) -> String {
    match value {
        PointValue::Float(value) => value.to_string(),
        PointValue::Histogram(histogram) => format!("{histogram:?}"),
    }
}

fn shown_series(series: &MatrixSeries) -> String {
    format!("floats {:?} and {} histograms", series.floats, series.histograms.len())
}
