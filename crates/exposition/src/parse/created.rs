//! OpenMetrics start times: a sample's is on the `_created` line of its metric, which stands somewhere below it.
//!
//! So it takes looking ahead. What was found is remembered for the other samples of the metric; that a family has no
//! such line at all, for the rest of the family.

use narthex_model::names::{BUCKET_LABEL, QUANTILE_LABEL};
use narthex_model::{MetricType, Timestamp};

use super::ParserOptions;
use super::entry::{Entry, KnownSample, SeriesEntry};
use super::error::Fault;
use super::hash::series_hash;
use super::labels::{self, Label};
use super::openmetrics::OpenMetricsLines;

const CREATED_SUFFIX: &str = "_created";

/// Whether metrics of this type have a start time.
fn has_start(metric_type: MetricType) -> bool {
    matches!(metric_type, MetricType::Counter | MetricType::Summary | MetricType::Histogram)
}

/// Whether the line is a start time and not a sample.
fn is_created(series: &SeriesEntry<'_>) -> bool {
    has_start(series.family_type()) && series.metric_name().ends_with(CREATED_SUFFIX)
}

/// Reads OpenMetrics lines; gives start times with the samples and leaves their lines out, if so asked.
#[derive(Debug)]
pub(super) struct OpenMetricsParser<'a> {
    lines: OpenMetricsLines<'a>,
    start_times: Option<StartTimes>,
    skip_created: bool,
}

impl<'a> OpenMetricsParser<'a> {
    pub(super) fn new(page: &'a [u8], options: ParserOptions) -> Self {
        Self {
            lines: OpenMetricsLines::new(page, ParserOptions { strict: false, ..options }),
            start_times: options.start_timestamps.then(StartTimes::default),
            skip_created: options.skip_created,
        }
    }

    /// As [`OpenMetricsLines::try_known`]; never if start times are asked for, which takes the labels.
    #[inline]
    pub(super) fn try_known(&mut self, len: usize, hash: u64) -> Option<KnownSample<'a>> {
        if self.start_times.is_some() { None } else { self.lines.try_known(len, hash) }
    }

    /// Where the line starts that is read next, if lines can be passed over: if nothing depends on a family's type.
    #[inline]
    pub(super) fn position(&self) -> Option<usize> {
        let depends = self.skip_created || self.start_times.is_some() || self.lines.has_metadata_labels();
        (!depends).then(|| self.lines.position())
    }

    /// Moves on over `len` bytes.
    pub(super) fn pass(&mut self, len: usize) {
        self.lines.pass(len);
    }

    #[inline]
    pub(super) fn next(&mut self) -> Option<Result<Entry<'a>, Fault>> {
        loop {
            let mut entry = self.lines.next()?;
            if let Ok(Entry::Series(series)) = &mut entry {
                if self.skip_created && is_created(series) {
                    continue;
                }
                if let Some(start_times) = &mut self.start_times {
                    series.start_timestamp = start_times.of(series, &self.lines);
                }
            }
            return Some(entry);
        }
    }
}

/// Finds start times.
#[derive(Debug, Default)]
struct StartTimes {
    /// The metric last asked for, and its time.
    last: Option<(u64, Option<Timestamp>)>,
    /// There is no `_created` line in front of this offset.
    none_before: usize,
    key: Vec<u8>,
}

impl StartTimes {
    /// The start time of a sample that was just read; `lines` stands behind it.
    fn of(&mut self, series: &SeriesEntry<'_>, lines: &OpenMetricsLines<'_>) -> Option<Timestamp> {
        if !has_start(series.family_type()) || lines.position() < self.none_before {
            return None;
        }
        let name = series.metric_name();
        let family = name.get(..lines.family().decode().len())?;
        let key = self.key(series, family);
        if let Some((known, time)) = self.last
            && known == key
        {
            return time;
        }
        let time = self.look_ahead(key, family, lines);
        self.last = Some((key, time));
        time
    }

    fn look_ahead(&mut self, key: u64, family: &str, lines: &OpenMetricsLines<'_>) -> Option<Timestamp> {
        let mut ahead = lines.clone();
        while let Some(Ok(Entry::Series(series))) = ahead.next() {
            let name = series.metric_name();
            if let Some(base) = name.strip_suffix(CREATED_SUFFIX) {
                let same = base == family && self.key(&series, family) == key;
                return same.then_some((series.value * 1000.0) as Timestamp);
            }
        }
        self.none_before = ahead.position();
        None
    }

    /// Identifies the metric of a sample: its family and labels without the one that tells parts apart.
    fn key(&mut self, series: &SeriesEntry<'_>, family: &str) -> u64 {
        let part = match series.family_type() {
            MetricType::Summary => QUANTILE_LABEL,
            MetricType::Histogram => BUCKET_LABEL,
            _ => "",
        };
        self.key.clear();
        self.key.extend_from_slice(family.as_bytes());
        let key = &mut self.key;
        labels::for_each(&series.series, &mut |label, value| {
            if let Label::Other(name) = label
                && name != part
            {
                for piece in [&*name, &*value] {
                    key.push(labels::SEPARATOR);
                    key.extend_from_slice(piece.as_bytes());
                }
            }
        });
        series_hash(&self.key)
    }
}
