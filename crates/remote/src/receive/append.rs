//! [`Writer`]: appending one series' values with the rules of the receiver: labels that are checked, no sample far in the
//! future, and which refusals are the sender's fault. Used by `v1` and `v2`.

use narthex_model::names::METRIC_NAME;
use narthex_model::{Exemplar, Labels, Metadata};
use narthex_storage::{AppendError, Appender, SampleValue, SeriesRef};

use super::reasons::Reasons;
use super::request::{AnyHistogram, HistogramSample, Pair, RawExemplar, Sample};
use super::shown::Shown;

/// How far a sample may be ahead of this server's clock, in milliseconds.
const AHEAD_MS_MAX: i64 = 10 * 60_000;

/// How much of each kind was appended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Float samples.
    pub samples: u64,
    /// Histogram samples.
    pub histograms: u64,
    /// Exemplars.
    pub exemplars: u64,
}

impl Written {
    /// Samples of either kind.
    pub(super) fn values(self) -> u64 {
        self.samples + self.histograms
    }
}

/// What became of a request.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) written: Written,
    /// Samples (in 1.0: series) that were left out because of their labels.
    pub(super) invalid_labels: u64,
    /// Samples that came without metadata, or whose metadata is not kept.
    pub(super) without_metadata: u64,
    pub(super) reasons: Reasons,
}

/// A value that was not taken.
#[derive(Debug)]
pub(super) enum Refused {
    /// It is wrong; sending it again does not help.
    Bad(String),
    /// Something here does not work; it can be sent again. With a limit that says why, or without.
    Failed(String, bool),
}

/// A series that has no reference.
#[derive(Debug)]
pub(super) enum Unfit {
    /// Its labels are wrong.
    Labels(String),
    /// The storage does not take it.
    Refused(Refused),
}

/// What became of an exemplar.
pub(super) enum Exemplars {
    Taken,
    OutOfOrder,
    Failed(String),
}

/// The rules of one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer {
    /// The latest time that is taken.
    latest: i64,
    zeros: bool,
    keep_metadata: bool,
    pub(super) type_and_unit_labels: bool,
}

impl Writer {
    pub(super) fn new(options: &super::Options, now: i64) -> Self {
        Self {
            latest: now.saturating_add(AHEAD_MS_MAX),
            zeros: options.start_timestamp_zeros,
            keep_metadata: options.keep_metadata,
            type_and_unit_labels: options.type_and_unit_labels,
        }
    }

    /// The reference of the series with these labels; sorts them.
    pub(super) fn resolve(
        self,
        appender: &mut dyn Appender,
        pairs: &mut [Pair<'_>],
    ) -> Result<SeriesRef, Unfit> {
        sort(pairs);
        // What the storage knows has been checked when it was new.
        if let Some(series) = appender.known_series(pairs) {
            return Ok(series);
        }
        self.check(pairs).map_err(Unfit::Labels)?;
        let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
        let kept = pairs.iter().filter(|(_, value)| !value.is_empty());
        let labels = Labels::from_sorted(kept.map(|(name, value)| (text(*name), text(*value))));
        appender.series(&labels).map_err(|error| Unfit::Refused(refused(error)))
    }

    /// Whether sorted labels can be those of a series.
    pub(super) fn check(self, pairs: &[Pair<'_>]) -> Result<(), String> {
        let name = METRIC_NAME.as_bytes();
        let has_name = pairs.iter().any(|(key, value)| *key == name && !value.is_empty());
        let is_text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
        let valid = pairs.iter().all(|(key, value)| !key.is_empty() && is_text(key) && is_text(value));
        if !has_name || !valid {
            return Err(format!("invalid metric name or labels, got {}", Shown(pairs)));
        }
        match pairs.windows(2).find_map(|two| (two[0].0 == two[1].0).then_some(two[0].0)) {
            None => Ok(()),
            Some(twice) => Err(format!(
                "invalid labels for series, labels {}, duplicated label {}",
                Shown(pairs),
                String::from_utf8_lossy(twice)
            )),
        }
    }

    /// Appends a float, and a zero before it when its counter says when it started.
    pub(super) fn float(
        self,
        appender: &mut dyn Appender,
        id: SeriesRef,
        sample: &Sample,
    ) -> Result<(), Refused> {
        self.zero(appender, id, sample.start, sample.t, SampleValue::Float(0.0));
        self.value(appender, id, sample.start, sample.t, SampleValue::Float(sample.value))
    }

    /// Appends a histogram, and an empty one before it when it says when it started.
    pub(super) fn histogram(
        self,
        appender: &mut dyn Appender,
        id: SeriesRef,
        sample: &HistogramSample,
    ) -> Result<(), Refused> {
        if self.zeros && sample.start != 0 {
            let empty = match &sample.value {
                AnyHistogram::Int(histogram) => AnyHistogram::Int(narthex_model::Histogram {
                    schema: histogram.schema,
                    zero_threshold: histogram.zero_threshold,
                    custom_values: histogram.custom_values.clone(),
                    ..Default::default()
                }),
                AnyHistogram::Float(histogram) => AnyHistogram::Float(narthex_model::FloatHistogram {
                    schema: histogram.schema,
                    zero_threshold: histogram.zero_threshold,
                    custom_values: histogram.custom_values.clone(),
                    ..Default::default()
                }),
            };
            self.zero(appender, id, sample.start, sample.t, empty.as_value());
        }
        self.value(appender, id, sample.start, sample.t, sample.value.as_value())
    }

    fn zero(self, appender: &mut dyn Appender, id: SeriesRef, start: i64, t: i64, value: SampleValue<'_>) {
        if self.zeros && start != 0 && start < t && t <= self.latest {
            // A zero that is there already, or older than what is there, is what most requests try to add.
            let _ = appender.append(id, 0, start, value);
        }
    }

    fn value(
        self,
        appender: &mut dyn Appender,
        id: SeriesRef,
        start: i64,
        t: i64,
        value: SampleValue<'_>,
    ) -> Result<(), Refused> {
        if t > self.latest {
            return Err(Refused::Bad("out of bounds: timestamp is too far in the future".to_owned()));
        }
        appender.append(id, start, t, value).map_err(refused)
    }

    /// Appends an exemplar.
    pub(super) fn exemplar(
        self,
        appender: &mut dyn Appender,
        id: SeriesRef,
        labels: &[Pair<'_>],
        raw: &RawExemplar,
    ) -> Exemplars {
        if raw.t > self.latest {
            return Exemplars::Failed("timestamp is too far in the future".to_owned());
        }
        let text = |bytes| std::str::from_utf8(bytes).map_err(|_| "a label is not UTF-8".to_owned());
        let pairs: Result<Vec<_>, String> =
            labels.iter().map(|(name, value)| Ok((text(*name)?, text(*value)?))).collect();
        let pairs = match pairs {
            Ok(pairs) => pairs,
            Err(reason) => return Exemplars::Failed(reason),
        };
        let exemplar =
            Exemplar { labels: Labels::from_pairs(pairs), value: raw.value, timestamp: Some(raw.t) };
        match appender.append_exemplar(id, &exemplar) {
            // One that is there already counts as taken.
            Ok(()) | Err(AppendError::DuplicateExemplar) => Exemplars::Taken,
            Err(AppendError::OutOfOrderExemplar) => Exemplars::OutOfOrder,
            Err(error) => Exemplars::Failed(error.to_string()),
        }
    }

    /// Notes metadata, if it is kept; says whether that went well.
    pub(super) fn metadata(
        self,
        appender: &mut dyn Appender,
        id: SeriesRef,
        metadata: impl FnOnce() -> Metadata,
    ) -> bool {
        !self.keep_metadata || appender.update_metadata(id, &metadata()).is_ok()
    }
}

/// Brings labels into the order of their names.
pub(super) fn sort(pairs: &mut [Pair<'_>]) {
    if !pairs.is_sorted_by(|a, b| a.0 <= b.0) {
        pairs.sort_by(|a, b| a.0.cmp(b.0));
    }
}

/// Sorts errors of the storage into the two kinds.
fn refused(error: AppendError) -> Refused {
    match error {
        AppendError::OutOfOrder
        | AppendError::OutOfBounds
        | AppendError::TooOld
        | AppendError::DuplicateTimestamp
        | AppendError::EmptyLabels
        | AppendError::DuplicateLabel(_) => Refused::Bad(error.to_string()),
        AppendError::InvalidHistogram(reason) => Refused::Bad(reason),
        AppendError::Limit(reason) => Refused::Failed(reason, true),
        AppendError::UnknownSeries(_) | AppendError::OutOfOrderExemplar | AppendError::DuplicateExemplar => {
            Refused::Failed(error.to_string(), false)
        }
    }
}
