//! `rate`, `increase` and `delta`: the change over a window, as if samples lay on its borders.
//!
//! With the samples `v₀ … vₙ` of a window:
//!
//! ```text
//! change = (vₙ − v₀) + Σ vᵢ₋₁ over the resets i      resets and origins are looked for in counters only:
//!          + v₀ when the origin is known             `delta` has neither
//! result = change · factor                           `increase`, `delta`
//! result = change · (factor / length of the range)   `rate`
//! ```
//!
//! A reset is a decrease (for histograms see `histogram_rate`), or what start timestamps call one ([`Lives`]). The factor
//! is that of [`Coverage`]. A window of one sample has a result only if its origin is known; one that holds floats and
//! histograms has none, with a warning. Under `anchored` and `smoothed` values stand on the borders and nothing is
//! guessed (`extended`, `extended_histogram`).

use std::sync::Arc;

use super::extended::extended_rate;
use super::extended_histogram::extended_histogram_rate;
use super::histogram_rate::histogram_rate;
use super::start_time::Lives;
use super::{RangeCall, Window, WindowResult};
use crate::annotations::Annotation;
use crate::ast::RangeMode;
use crate::column::Column;
use crate::kernel::{Coverage, RateKind, Windows, sliding_rate};
use crate::value::PointValue;

const RATE: RateKind = RateKind { is_counter: true, is_rate: true };
const INCREASE: RateKind = RateKind { is_counter: true, is_rate: false };
const DELTA: RateKind = RateKind { is_counter: false, is_rate: false };

pub(super) fn rate(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    Ok(change(window, call, RATE))
}

pub(super) fn increase(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    Ok(change(window, call, INCREASE))
}

pub(super) fn delta(window: &Window<'_>, call: &mut RangeCall<'_>) -> WindowResult {
    Ok(change(window, call, DELTA))
}

pub(super) fn rate_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    sliding_rate(t, v, windows, RATE, out);
}

pub(super) fn increase_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    sliding_rate(t, v, windows, INCREASE, out);
}

pub(super) fn delta_kernel(t: &[i64], v: &[f64], windows: &Windows, _: &[Vec<f64>], out: &mut Column) {
    sliding_rate(t, v, windows, DELTA, out);
}

fn change(window: &Window<'_>, call: &mut RangeCall<'_>, kind: RateKind) -> Option<PointValue> {
    if window.is_mixed() {
        call.mixed();
        return None;
    }
    let is_extended = call.mode != RangeMode::Plain;
    if window.histograms.is_empty() {
        let value = if is_extended { extended_rate(window, call, kind) } else { floats(window, call, kind) };
        return value.map(PointValue::Float);
    }
    let value = if is_extended {
        extended_histogram_rate(window, call, kind)
    } else {
        histograms(window, call, kind)
    };
    value.map(|histogram| PointValue::Histogram(Arc::new(histogram)))
}

fn floats(window: &Window<'_>, call: &mut RangeCall<'_>, kind: RateKind) -> Option<f64> {
    let (times, values) = (window.float_times, window.floats);
    let (first, last) = (*values.first()?, *values.last()?);
    let mut change = last - first;
    let mut origin = None;
    if kind.is_counter {
        let lives = Lives::new(times, window.float_starts);
        if lives.overlap() {
            call.add(Annotation::start_time_overlap);
        }
        for (index, (before, value)) in values.iter().zip(values.iter().skip(1)).enumerate() {
            if value < before || lives.begins_at(index + 1) {
                change += before;
            }
        }
        origin = lives.origin(window.start);
        if origin.is_some() {
            change += first;
        }
    }
    let factor = coverage(window, times, origin)?.factor(kind.is_counter.then_some((first, change)));
    Some(change * per_second(factor, call, kind))
}

fn histograms(
    window: &Window<'_>,
    call: &mut RangeCall<'_>,
    kind: RateKind,
) -> Option<narthex_model::FloatHistogram> {
    let (times, histograms) = (window.histogram_times, window.histograms);
    let first = histograms.first()?;
    let origin = Lives::new(times, window.histogram_starts).origin(window.start).filter(|_| kind.is_counter);
    let coverage = coverage(window, times, origin)?;
    let mut change = if let [only] = histograms {
        // It has grown from nothing at its origin to what it is.
        only.as_ref().clone()
    } else {
        let mut change = histogram_rate(window, call, kind.is_counter)?;
        if origin.is_some() && !call.add_histogram(&mut change, first) {
            return None;
        }
        change
    };
    let factor = coverage.factor(kind.is_counter.then_some((first.count, change.count)));
    change.mul(per_second(factor, call, kind));
    Some(change)
}

/// What the samples at `times` cover of the window; `None` when a single one has no known origin.
fn coverage(window: &Window<'_>, times: &[i64], origin: Option<i64>) -> Option<Coverage> {
    let ends = (*times.first()?, *times.last()?);
    let intervals = times.len() - 1;
    match origin {
        Some(origin) => Some(Coverage::since(origin, ends, intervals, window.end)),
        None if intervals == 0 => None,
        None => Some(Coverage::between(ends, intervals, (window.start, window.end))),
    }
}

fn per_second(factor: f64, call: &RangeCall<'_>, kind: RateKind) -> f64 {
    if kind.is_rate { factor / call.range_seconds() } else { factor }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotations::Annotations;
    use crate::ast::PosRange;
    use narthex_model::FloatHistogram;

    /// The samples `(start, t, value)`, as floats or as the counts of histograms, in `(0, 60 s]`; and the warnings.
    fn evaluate(
        kind: RateKind,
        samples: &[(i64, i64, f64)],
        as_histograms: bool,
    ) -> (Option<f64>, Vec<String>) {
        let times: Vec<i64> = samples.iter().map(|(_, t, _)| t * 1000).collect();
        let starts: Vec<i64> = samples.iter().map(|(start, ..)| start * 1000).collect();
        let values: Vec<f64> = samples.iter().map(|(.., value)| *value).collect();
        let histogram = |count| {
            let counter_reset_hint = if kind.is_counter {
                narthex_model::CounterResetHint::Unknown
            } else {
                narthex_model::CounterResetHint::Gauge
            };
            Arc::new(FloatHistogram { count, zero_count: count, counter_reset_hint, ..Default::default() })
        };
        let all: Vec<Arc<FloatHistogram>> = values.iter().map(|count| histogram(*count)).collect();
        let (floats, histograms): (&[f64], &[_]) = if as_histograms { (&[], &all) } else { (&values, &[]) };
        let window = Window {
            float_times: if as_histograms { &[] } else { &times },
            floats,
            float_starts: if as_histograms { &[] } else { &starts },
            histogram_times: if as_histograms { &times } else { &[] },
            histograms,
            histogram_starts: if as_histograms { &starts } else { &[] },
            start: 0,
            end: 60_000,
            eval_time: 60_000,
            step: 0,
            scalars: &[],
        };
        let mut annotations = Annotations::default();
        let mut call = RangeCall {
            annotations: &mut annotations,
            pos: PosRange::default(),
            metric: &|| "m".to_owned(),
            mode: RangeMode::Plain,
            range_ms: 60_000,
        };
        let value = change(&window, &mut call, kind).map(|value| match value {
            PointValue::Float(value) => value,
            PointValue::Histogram(histogram) => histogram.count,
        });
        (value, annotations.warnings("", 0))
    }

    #[test]
    fn changes_resets_and_origins() {
        for (kind, samples, expected) in [
            (INCREASE, &[(0, 10, 5.0), (0, 30, 9.0), (0, 50, 15.0)][..], Some(15.0)),
            (RATE, &[(0, 10, 5.0), (0, 30, 9.0), (0, 50, 15.0)], Some(0.25)),
            (INCREASE, &[(0, 10, 5.0), (0, 30, 2.0), (0, 50, 5.0)], Some(7.5)),
            (DELTA, &[(0, 10, 5.0), (0, 30, 2.0), (0, 50, 3.0)], Some(-3.0)),
            (INCREASE, &[(0, 10, 5.0)], None),
            (DELTA, &[(5, 10, 5.0)], None),
            (INCREASE, &[], None),
            // The start says what the values hide: 5 was reached, then 7 from zero.
            (INCREASE, &[(0, 10, 5.0), (20, 30, 7.0), (20, 50, 9.0)], Some(13.5)),
            // Known to have been zero at 2 s: 9 in 48 s, and 10 s to the border.
            (INCREASE, &[(2, 10, 5.0), (2, 30, 7.0), (2, 50, 9.0)], Some(9.0 * 58.0 / 48.0)),
            (INCREASE, &[(2, 10, 5.0)], Some(5.0)),
        ] {
            for as_histograms in [false, true] {
                let (value, warnings) = evaluate(kind, samples, as_histograms);
                let close = match (value, expected) {
                    (Some(a), Some(b)) => (a - b).abs() < 1e-12,
                    (a, b) => a == b,
                };
                assert!(close, "{kind:?} {samples:?} {as_histograms}: {value:?} instead of {expected:?}");
                assert!(warnings.is_empty(), "{warnings:?}");
            }
        }
    }

    #[test]
    fn contradicting_starts_are_reported() {
        for as_histograms in [false, true] {
            let samples = [(5, 10, 5.0), (7, 30, 7.0)];
            let (_, warnings) = evaluate(INCREASE, &samples, as_histograms);
            assert!(warnings[0].contains("overlaps with previous sample"), "{warnings:?}");
            assert!(evaluate(DELTA, &samples, as_histograms).1.is_empty());
        }
    }
}
