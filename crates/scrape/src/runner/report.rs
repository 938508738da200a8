//! The report of a scrape: `up` and its companions, as series of the target.

use std::time::Duration;

use narthex_model::names::METRIC_NAME;
use narthex_model::{LabelsBuilder, Timestamp};
use narthex_storage::{AppendError, Appender, SampleValue, SeriesRef};

use crate::ingest::{Context, Outcome, add_target_labels};

/// How many series a report has at most.
pub(super) const SERIES_COUNT: usize = 8;

/// What is reported of one scrape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report {
    pub(super) up: bool,
    pub(super) took: Duration,
    pub(super) outcome: Outcome,
    /// Bytes of the page; 0 without one, -1 when it was larger than allowed.
    pub(super) size: f64,
}

/// Appends the report; `series` remembers its references.
pub(super) fn append(
    report: &Report,
    context: Context<'_>,
    series: &mut [Option<SeriesRef>; SERIES_COUNT],
    timeout: Duration,
    appender: &mut dyn Appender,
) {
    let values: [(&str, f64); SERIES_COUNT] = [
        ("up", if report.up { 1.0 } else { 0.0 }),
        ("scrape_duration_seconds", report.took.as_secs_f64()),
        ("scrape_samples_scraped", report.outcome.scraped as f64),
        ("scrape_samples_post_metric_relabeling", report.outcome.post_relabeling as f64),
        ("scrape_series_added", report.outcome.series_added as f64),
        ("scrape_timeout_seconds", timeout.as_secs_f64()),
        ("scrape_sample_limit", context.config.limits.samples as f64),
        ("scrape_body_size_bytes", report.size),
    ];
    let count = if context.options.extra_metrics { SERIES_COUNT } else { 5 };
    for ((name, value), series) in values.into_iter().zip(series.iter_mut()).take(count) {
        if let Err(error) = append_one(name, value, context, series, appender) {
            tracing::warn!(%error, metric = name, "Append of a scrape's report failed");
        }
    }
}

fn append_one(
    name: &str,
    value: f64,
    context: Context<'_>,
    series: &mut Option<SeriesRef>,
    appender: &mut dyn Appender,
) -> Result<(), AppendError> {
    if let Some(known) = *series {
        match append_value(appender, known, context.time, value) {
            Err(AppendError::UnknownSeries(_)) => {}
            result => return result,
        }
    }
    let mut builder = LabelsBuilder::new();
    builder.push(METRIC_NAME, name);
    add_target_labels(&mut builder, context.target, false);
    let made = appender.series(&builder.build())?;
    *series = Some(made);
    append_value(appender, made, context.time, value)
}

/// A report that comes at a time for which there is one already (the clock went back) is left out.
fn append_value(
    appender: &mut dyn Appender,
    series: SeriesRef,
    time: Timestamp,
    value: f64,
) -> Result<(), AppendError> {
    match appender.append(series, 0, time, SampleValue::Float(value)) {
        Err(AppendError::OutOfOrder | AppendError::OutOfBounds | AppendError::DuplicateTimestamp) => Ok(()),
        result => result,
    }
}
