//! The texts of all annotations, and what they carry besides a text.

use narthex_model::Timestamp;

use crate::ast::PosRange;
use crate::format::{go_compact, go_quote, go_significant, rfc3339};

/// How serious an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnnotationKind {
    /// The result is probably not what was meant.
    Warning,
    /// The result may not be what was meant.
    Info,
}

/// What was done to histograms that do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistogramOperation {
    /// `+`
    Addition,
    /// `-`
    Subtraction,
    /// `sum`, `avg` and their `_over_time` forms.
    Aggregation,
}

impl HistogramOperation {
    fn as_str(self) -> &'static str {
        match self {
            Self::Addition => "addition",
            Self::Subtraction => "subtraction",
            Self::Aggregation => "aggregation",
        }
    }
}

/// What had to be changed to make classic buckets monotonic; merged over steps and series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonotonicityFix {
    /// First evaluation time, in milliseconds.
    pub mint: Timestamp,
    /// Last evaluation time, in milliseconds.
    pub maxt: Timestamp,
    /// Lowest upper bound of a changed bucket.
    pub min_bucket: f64,
    /// Highest upper bound of a changed bucket.
    pub max_bucket: f64,
    /// The largest change.
    pub max_diff: f64,
    /// How many histograms were changed.
    pub count: usize,
}

/// One warning or info.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// How serious.
    pub kind: AnnotationKind,
    /// The text without the position.
    pub text: String,
    /// What it is about.
    pub pos: PosRange,
    /// Details that are merged and printed behind the text.
    pub fix: Option<MonotonicityFix>,
}

impl Annotation {
    fn warning(text: String, pos: PosRange) -> Self {
        Self { kind: AnnotationKind::Warning, text: format!("PromQL warning: {text}"), pos, fix: None }
    }

    fn info(text: String, pos: PosRange) -> Self {
        Self { kind: AnnotationKind::Info, text: format!("PromQL info: {text}"), pos, fix: None }
    }

    /// The text as the API shows it, with details and position.
    pub fn render(&self, query: &str) -> String {
        let place = self.pos.line_column(query);
        match &self.fix {
            None => format!("{} ({place})", self.text),
            Some(fix) => format!(
                "{}, from buckets {} to {}, with a max diff of {}, over {} samples from {} to {} ({place})",
                self.text,
                go_compact(fix.min_bucket),
                go_compact(fix.max_bucket),
                go_significant(fix.max_diff, 2),
                fix.count,
                rfc3339(fix.mint),
                rfc3339(fix.maxt),
            ),
        }
    }

    /// Merges the details of an earlier annotation with the same text into this one.
    pub(super) fn absorb(&mut self, earlier: &Self) {
        if let (Some(fix), Some(before)) = (&mut self.fix, &earlier.fix) {
            fix.mint = fix.mint.min(before.mint);
            fix.maxt = fix.maxt.max(before.maxt);
            fix.min_bucket = fix.min_bucket.min(before.min_bucket);
            fix.max_bucket = fix.max_bucket.max(before.max_bucket);
            fix.max_diff = fix.max_diff.max(before.max_diff);
            fix.count += before.count;
        }
    }

    pub(crate) fn invalid_quantile(q: f64, pos: PosRange) -> Self {
        Self::warning(format!("quantile value should be between 0 and 1, got {}", go_compact(q)), pos)
    }

    pub(crate) fn invalid_ratio(ratio: f64, capped: f64, pos: PosRange) -> Self {
        let (ratio, capped) = (go_compact(ratio), go_compact(capped));
        Self::warning(
            format!("ratio value should be between -1 and 1, got {ratio}, capping to {capped}"),
            pos,
        )
    }

    pub(crate) fn bad_bucket_label(metric: &str, value: &str, pos: PosRange) -> Self {
        let text = format!("bucket label \"le\" is missing or has a malformed value of {}", go_quote(value));
        Self::warning(with_metric(text, metric), pos)
    }

    pub(crate) fn mixed_floats_histograms(metric: &str, pos: PosRange) -> Self {
        let metric = go_quote(metric);
        Self::warning(format!("encountered a mix of histograms and floats for metric name {metric}"), pos)
    }

    pub(crate) fn mixed_floats_histograms_aggregation(pos: PosRange) -> Self {
        Self::warning("encountered a mix of histograms and floats for aggregation".to_owned(), pos)
    }

    pub(crate) fn mixed_classic_native(metric: &str, pos: PosRange) -> Self {
        let text = "vector contains a mix of classic and native histograms".to_owned();
        Self::warning(with_metric(text, metric), pos)
    }

    pub(crate) fn histogram_not_counter(metric: &str, pos: PosRange) -> Self {
        Self::warning(format!("this native histogram metric is not a counter: {}", go_quote(metric)), pos)
    }

    pub(crate) fn histogram_not_gauge(metric: &str, pos: PosRange) -> Self {
        Self::warning(format!("this native histogram metric is not a gauge: {}", go_quote(metric)), pos)
    }

    pub(crate) fn mixed_exponential_custom(metric: &str, pos: PosRange) -> Self {
        let metric = go_quote(metric);
        let text =
            "vector contains a mix of histograms with exponential and custom buckets schemas for metric name";
        Self::warning(format!("{text} {metric}"), pos)
    }

    pub(crate) fn start_time_overlap(metric: &str, pos: PosRange) -> Self {
        let metric = go_quote(metric);
        let text = "sample has start time that overlaps with previous sample timestamp for metric";
        Self::warning(format!("{text} {metric}"), pos)
    }

    pub(crate) fn possible_non_counter(metric: &str, pos: PosRange) -> Self {
        let metric = go_quote(metric);
        let text = "metric might not be a counter, name does not end in _total/_sum/_count/_bucket:";
        Self::info(format!("{text} {metric}"), pos)
    }

    pub(crate) fn possible_non_counter_label(metric: &str, kind: &str, pos: PosRange) -> Self {
        let (metric, kind) = (go_quote(metric), go_quote(kind));
        let text =
            "metric might not be a counter, __type__ label is not set to \"counter\" or \"histogram\", got";
        Self::info(format!("{text} {kind}: {metric}"), pos)
    }

    pub(crate) fn forced_monotonicity(metric: &str, fix: MonotonicityFix, pos: PosRange) -> Self {
        let text = "input to histogram_quantile needed to be fixed for monotonicity (see \
                    https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)";
        Self { fix: Some(fix), ..Self::info(with_metric(text.to_owned(), metric), pos) }
    }

    pub(crate) fn incompatible_types(left: &str, op: &str, right: &str, pos: PosRange) -> Self {
        let text = "incompatible sample types encountered for binary operator";
        Self::info(format!("{text} {}: {left} {op} {right}", go_quote(op)), pos)
    }

    pub(crate) fn histogram_ignored_in_aggregation(aggregation: &str, pos: PosRange) -> Self {
        Self::info(format!("ignored histogram in {aggregation} aggregation"), pos)
    }

    pub(crate) fn histogram_ignored_in_range(metric: &str, pos: PosRange) -> Self {
        let metric = go_quote(metric);
        let text = "ignored histograms in a range containing both floats and histograms for metric name";
        Self::info(format!("{text} {metric}"), pos)
    }

    pub(crate) fn incompatible_buckets(op: &str, pos: PosRange) -> Self {
        Self::warning(format!("incompatible bucket layout encountered for binary operator {op}"), pos)
    }

    pub(crate) fn quantile_nan_result(metric: &str, pos: PosRange) -> Self {
        let text = "input to histogram_quantile has NaN observations, result is NaN".to_owned();
        Self::info(with_metric(text, metric), pos)
    }

    pub(crate) fn quantile_nan_skew(metric: &str, pos: PosRange) -> Self {
        let text = "input to histogram_quantile has NaN observations, result is skewed higher".to_owned();
        Self::info(with_metric(text, metric), pos)
    }

    pub(crate) fn fraction_nan(metric: &str, pos: PosRange) -> Self {
        let text = "input to histogram_fraction has NaN observations, which are excluded from all fractions"
            .to_owned();
        Self::info(with_metric(text, metric), pos)
    }

    pub(crate) fn reset_collision(operation: HistogramOperation, pos: PosRange) -> Self {
        Self::warning(format!("conflicting counter resets during histogram {}", operation.as_str()), pos)
    }

    pub(crate) fn mismatched_custom_buckets(operation: HistogramOperation, pos: PosRange) -> Self {
        Self::info(format!("mismatched custom buckets were reconciled during {}", operation.as_str()), pos)
    }

    pub(crate) fn sort_in_range_query(pos: PosRange) -> Self {
        let text = "sort is ineffective for range queries since results are always ordered by labels";
        Self::warning(text.to_owned(), pos)
    }
}

fn with_metric(text: String, metric: &str) -> String {
    if metric.is_empty() { text } else { format!("{text} for metric name {}", go_quote(metric)) }
}
