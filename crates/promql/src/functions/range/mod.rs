//! Functions of a range of samples. Each has a form for one window, which takes floats, histograms and mixtures; those
//! that are worth it have a kernel for series of floats at all steps, too.

mod changes;
mod combine;
mod deriv;
mod edge;
mod extended;
mod extended_histogram;
mod extremum;
mod frame;
mod histogram_rate;
mod instant;
mod mad;
mod quantile;
mod rate;
mod smoothing;
mod start_time;
mod variance;

pub(crate) use extended_histogram::interpolate_histograms;

use std::sync::Arc;

use narthex_model::FloatHistogram;

use crate::annotations::{Annotation, Annotations};
use crate::ast::{PosRange, RangeMode};
use crate::column::Column;
use crate::engine::QueryError;
use crate::kernel::Windows;
use crate::value::PointValue;

/// The samples of one series in one window, and when it is evaluated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window<'a> {
    /// Times of the floats.
    pub(crate) float_times: &'a [i64],
    /// The floats.
    pub(crate) floats: &'a [f64],
    /// Start timestamps of the floats, or empty.
    pub(crate) float_starts: &'a [i64],
    /// Times of the histograms.
    pub(crate) histogram_times: &'a [i64],
    /// The histograms.
    pub(crate) histograms: &'a [Arc<FloatHistogram>],
    /// Start timestamps of the histograms, or empty.
    pub(crate) histogram_starts: &'a [i64],
    /// Where the range begins (outside of it).
    pub(crate) start: i64,
    /// Where the range ends (inside).
    pub(crate) end: i64,
    /// When the function is evaluated.
    pub(crate) eval_time: i64,
    /// The step of the query.
    pub(crate) step: usize,
    /// The scalar arguments, a value per step each.
    pub(crate) scalars: &'a [Vec<f64>],
}

impl Window<'_> {
    /// The scalar argument `index` at this step.
    fn scalar(&self, index: usize) -> f64 {
        scalar(self.scalars, index, self.step)
    }

    /// Whether there are floats and histograms.
    fn is_mixed(&self) -> bool {
        !self.floats.is_empty() && !self.histograms.is_empty()
    }
}

/// The scalar argument `index` at `step`.
fn scalar(scalars: &[Vec<f64>], index: usize, step: usize) -> f64 {
    scalars.get(index).and_then(|column| column.get(step)).copied().unwrap_or(f64::NAN)
}

/// What a call needs besides the samples.
pub(crate) struct RangeCall<'a> {
    /// Where annotations go.
    pub(crate) annotations: &'a mut Annotations,
    /// What annotations point to.
    pub(crate) pos: PosRange,
    /// The metric name of the series.
    pub(crate) metric: &'a dyn Fn() -> String,
    /// How the borders are treated.
    pub(crate) mode: RangeMode,
    /// The length of the range, in milliseconds.
    pub(crate) range_ms: i64,
}

impl RangeCall<'_> {
    fn range_seconds(&self) -> f64 {
        self.range_ms as f64 / 1000.0
    }

    fn add(&mut self, make: impl FnOnce(&str, PosRange) -> Annotation) {
        self.annotations.add(make(&(self.metric)(), self.pos));
    }

    /// Floats and histograms in one window: no result.
    fn mixed(&mut self) {
        self.add(Annotation::mixed_floats_histograms);
    }

    /// Histograms beside floats: they are not looked at.
    fn ignored(&mut self, window: &Window<'_>) {
        if !window.histograms.is_empty() {
            self.add(Annotation::histogram_ignored_in_range);
        }
    }

    /// Exponential and custom buckets in one window.
    fn mixed_schemas(&mut self) {
        self.add(Annotation::mixed_exponential_custom);
    }
}

/// What one window gives.
pub(crate) type WindowResult = Result<Option<PointValue>, QueryError>;

/// One window.
pub(crate) type WindowFn = fn(&Window<'_>, &mut RangeCall<'_>) -> WindowResult;

/// All steps of a series of floats: times, values, windows, scalar arguments, result.
pub(crate) type KernelFn = fn(&[i64], &[f64], &Windows, &[Vec<f64>], &mut Column);

/// A function of ranges.
#[derive(Debug)]
pub(crate) struct RangeFunction {
    /// One window.
    pub(crate) window: WindowFn,
    /// All steps of a series of floats, if there is a better way than window by window.
    pub(crate) kernel: Option<KernelFn>,
    /// Whether the metric name stays.
    pub(crate) keeps_name: bool,
    /// Whether start timestamps are looked at.
    pub(crate) uses_starts: bool,
    /// Whether the input should be a counter.
    pub(crate) expects_counter: bool,
    /// Whether the first scalar argument is a quantile.
    pub(crate) checks_quantile: bool,
}

impl RangeFunction {
    const fn new(window: WindowFn) -> Self {
        Self {
            window,
            kernel: None,
            keeps_name: false,
            uses_starts: false,
            expects_counter: false,
            checks_quantile: false,
        }
    }

    const fn kernel(mut self, kernel: KernelFn) -> Self {
        self.kernel = Some(kernel);
        self
    }

    const fn starts(mut self) -> Self {
        self.uses_starts = true;
        self
    }

    const fn counter(mut self) -> Self {
        self.expects_counter = true;
        self
    }

    const fn named(mut self) -> Self {
        self.keeps_name = true;
        self
    }
}

static RATE: RangeFunction = RangeFunction::new(rate::rate).kernel(rate::rate_kernel).starts().counter();
static INCREASE: RangeFunction =
    RangeFunction::new(rate::increase).kernel(rate::increase_kernel).starts().counter();
static DELTA: RangeFunction = RangeFunction::new(rate::delta).kernel(rate::delta_kernel);
static IRATE: RangeFunction = RangeFunction::new(instant::irate).kernel(instant::irate_kernel).starts();
static IDELTA: RangeFunction = RangeFunction::new(instant::idelta).kernel(instant::idelta_kernel);
static RESETS: RangeFunction = RangeFunction::new(changes::resets).kernel(changes::resets_kernel).starts();
static CHANGES: RangeFunction = RangeFunction::new(changes::changes).kernel(changes::changes_kernel);
static SUM: RangeFunction = RangeFunction::new(combine::sum).kernel(combine::sum_kernel);
static AVG: RangeFunction = RangeFunction::new(combine::average).kernel(combine::average_kernel);
static MAX: RangeFunction = RangeFunction::new(extremum::max).kernel(extremum::max_kernel);
static MIN: RangeFunction = RangeFunction::new(extremum::min).kernel(extremum::min_kernel);
static TS_OF_MAX: RangeFunction = RangeFunction::new(extremum::ts_of_max);
static TS_OF_MIN: RangeFunction = RangeFunction::new(extremum::ts_of_min);
static COUNT: RangeFunction = RangeFunction::new(edge::count).kernel(edge::count_kernel);
static PRESENT: RangeFunction = RangeFunction::new(edge::present).kernel(edge::present_kernel);
static FIRST: RangeFunction = RangeFunction::new(edge::first).kernel(edge::first_kernel).named();
static LAST: RangeFunction = RangeFunction::new(edge::last).kernel(edge::last_kernel).named();
static TS_OF_FIRST: RangeFunction = RangeFunction::new(edge::ts_of_first);
static TS_OF_LAST: RangeFunction = RangeFunction::new(edge::ts_of_last);
static MAD: RangeFunction = RangeFunction::new(mad::mad);
static QUANTILE: RangeFunction = RangeFunction {
    checks_quantile: true,
    ..RangeFunction::new(quantile::quantile).kernel(quantile::quantile_kernel)
};
static STDDEV: RangeFunction = RangeFunction::new(variance::stddev).kernel(variance::stddev_kernel);
static STDVAR: RangeFunction = RangeFunction::new(variance::stdvar).kernel(variance::stdvar_kernel);
static DERIV: RangeFunction = RangeFunction::new(deriv::deriv).kernel(deriv::deriv_kernel);
static PREDICT: RangeFunction = RangeFunction::new(deriv::predict_linear).kernel(deriv::predict_kernel);
static SMOOTHING: RangeFunction = RangeFunction::new(smoothing::double_exponential);

/// The function of this name.
pub(crate) fn lookup(name: &str) -> Option<&'static RangeFunction> {
    Some(match name {
        "rate" => &RATE,
        "increase" => &INCREASE,
        "delta" => &DELTA,
        "irate" => &IRATE,
        "idelta" => &IDELTA,
        "resets" => &RESETS,
        "changes" => &CHANGES,
        "sum_over_time" => &SUM,
        "avg_over_time" => &AVG,
        "max_over_time" => &MAX,
        "min_over_time" => &MIN,
        "ts_of_max_over_time" => &TS_OF_MAX,
        "ts_of_min_over_time" => &TS_OF_MIN,
        "count_over_time" => &COUNT,
        "present_over_time" | "absent_over_time" => &PRESENT,
        "first_over_time" => &FIRST,
        "last_over_time" => &LAST,
        "ts_of_first_over_time" => &TS_OF_FIRST,
        "ts_of_last_over_time" => &TS_OF_LAST,
        "mad_over_time" => &MAD,
        "quantile_over_time" => &QUANTILE,
        "stddev_over_time" => &STDDEV,
        "stdvar_over_time" => &STDVAR,
        "deriv" => &DERIV,
        "predict_linear" => &PREDICT,
        "double_exponential_smoothing" => &SMOOTHING,
        _ => return None,
    })
}

/// Functions that `anchored` may be used with.
pub(crate) const ANCHORED_SAFE: [&str; 5] = ["changes", "delta", "increase", "rate", "resets"];
/// Functions that `smoothed` may be used with.
pub(crate) const SMOOTHED_SAFE: [&str; 3] = ["delta", "increase", "rate"];

/// A float as a result.
#[expect(clippy::unnecessary_wraps, reason = "the form that every window function returns")]
fn float(value: f64) -> WindowResult {
    Ok(Some(PointValue::Float(value)))
}
