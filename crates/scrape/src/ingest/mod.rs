//! From a page to an appender: known series in place, new ones through relabelling and limits.
//!
//! The hot path is [`Ingest::read`]'s first branch: the line at the cursor is the one of last time, so that a sample costs
//! a hash over its text, a number and an append.

pub(crate) mod bench;
mod labels;
mod limits;
mod outcome;
mod resolution;
mod sample;

use narthex_exposition::{Entry, Parser, ParserOptions, Protocol};
use narthex_model::relabel::process;
use narthex_model::{Labels, LabelsBuilder, Timestamp};
use narthex_storage::{AppendError, Appender, SampleValue, SeriesRef};

pub(crate) use labels::add_target_labels;
pub(crate) use outcome::Outcome;

use crate::cache::{Placed, Scan};
use crate::config::ScrapeConfig;
use crate::error::ScrapeError;
use crate::options::Options;
use crate::target::MetadataScan;
use sample::{Exemplars, Sample};

/// Samples further ahead than this are out of bounds.
const AHEAD_MAX_MS: i64 = 10 * 60 * 1000;

/// What a page is read with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) config: &'a ScrapeConfig,
    pub(crate) options: &'a Options,
    /// The target's own labels.
    pub(crate) target: &'a Labels,
    /// The timestamp of samples that bring none.
    pub(crate) time: Timestamp,
}

/// One page on its way into one appender.
pub(crate) struct Ingest<'a, 'c> {
    context: Context<'a>,
    scan: Scan<'c>,
    appender: &'a mut dyn Appender,
    metadata: &'a mut MetadataScan,
    builder: &'a mut LabelsBuilder,
    pub(crate) outcome: Outcome,
    /// Why new series were refused.
    pub(crate) refusal: Option<AppendError>,
}

impl<'a, 'c> Ingest<'a, 'c> {
    pub(crate) fn new(
        context: Context<'a>,
        scan: Scan<'c>,
        appender: &'a mut dyn Appender,
        metadata: &'a mut MetadataScan,
        builder: &'a mut LabelsBuilder,
    ) -> Self {
        Self { context, scan, appender, metadata, builder, outcome: Outcome::default(), refusal: None }
    }

    /// Reads the page to its end, appends its samples, and writes stale markers for the series that are gone.
    pub(crate) fn read(&mut self, page: &[u8], protocol: Protocol) -> Result<(), ScrapeError> {
        let mut parser = Parser::new(page, protocol, self.parser_options());
        let limited = self.context.config.limits.samples > 0;
        // Where the block of metadata begins that is read line by line.
        let mut block = None;
        loop {
            if let Some(slot) = self.scan.expected()
                && let Some(known) = parser.try_known(slot.len(), slot.hash())
            {
                let placed = self.scan.hit(slot);
                if known.is_plain() && !limited {
                    self.plain(placed, known.value)?;
                    continue;
                }
                let exemplars = Exemplars::One(known.exemplar.as_ref());
                let times = (known.timestamp, known.start_timestamp);
                self.sample(placed, Sample::new(SampleValue::Float(known.value), times, exemplars))?;
                continue;
            }
            if let Some(expected) = self.metadata.expected()
                && block.is_none()
                && parser.try_metadata(expected.len, expected.hash)
            {
                self.metadata.hit(expected);
                continue;
            }
            let start = parser.position();
            let Some(entry) = parser.next() else { break };
            let entry = entry?;
            let is_metadata =
                matches!(entry, Entry::Type(_) | Entry::Help(_) | Entry::Unit(_) | Entry::Comment(_));
            if is_metadata && block.is_none() {
                self.metadata.begin_block();
                block = start;
            }
            self.entry(entry)?;
            if is_metadata
                && !parser.is_at_metadata()
                && let (Some(start), Some(end)) = (block.take(), parser.position())
            {
                self.metadata.end_block(page.get(start..end).unwrap_or_default());
            }
        }
        self.outcome.check_limits(&self.context.config.limits)
    }

    /// Ends a page that was read well; gives what to say if a part of it was left out.
    pub(crate) fn finish(self) -> (Outcome, Option<ScrapeError>) {
        for series in self.scan.finish() {
            append_stale(self.appender, series, self.context.time);
        }
        let count = self.outcome.refused;
        (self.outcome, self.refusal.map(|source| ScrapeError::SeriesRefused { count, source }))
    }

    fn parser_options(&self) -> ParserOptions {
        let config = self.context.config;
        let starts = self.context.options.start_timestamps || self.context.options.start_timestamp_zeros;
        ParserOptions {
            strict: false,
            start_timestamps: starts,
            skip_created: starts,
            ignore_native: !config.native_histograms,
            convert_classic: config.convert_classic_histograms,
            keep_classic: config.always_classic_histograms,
            type_and_unit_labels: self.context.options.type_and_unit_labels,
        }
    }

    fn entry(&mut self, entry: Entry<'_>) -> Result<(), ScrapeError> {
        match entry {
            Entry::Series(entry) => {
                let Some(placed) =
                    self.place(entry.series(), entry.hash(), |builder| entry.labels_into(builder))?
                else {
                    return Ok(());
                };
                let exemplars = Exemplars::One(entry.exemplar.as_ref());
                let times = (entry.timestamp, entry.start_timestamp);
                self.sample(placed, Sample::new(SampleValue::Float(entry.value), times, exemplars))
            }
            Entry::Histogram(entry) => self.histogram(&entry),
            Entry::Type(line) => {
                self.metadata.metric_type(&line.name(), line.metric_type);
                Ok(())
            }
            Entry::Help(line) => {
                self.metadata.help(&line.name(), line.help());
                Ok(())
            }
            Entry::Unit(line) => {
                self.metadata.unit(&line.name(), line.unit());
                Ok(())
            }
            Entry::Comment(_) => Ok(()),
        }
    }

    /// Finds a series by its text, or makes it; `None` when the storage has no room for it. It is then asked again next time.
    fn place(
        &mut self,
        text: &[u8],
        hash: u64,
        labels_into: impl FnOnce(&mut LabelsBuilder),
    ) -> Result<Option<Placed>, ScrapeError> {
        if let Some(placed) = self.scan.find(hash, text.len()) {
            return Ok(Some(placed));
        }
        self.builder.clear();
        labels_into(self.builder);
        let series = match self.new_series(text) {
            Err(ScrapeError::Append { source: source @ AppendError::Limit(_), .. }) => {
                self.outcome.scraped += 1;
                self.outcome.post_relabeling += 1;
                self.outcome.refused += 1;
                self.refusal = Some(source);
                return Ok(None);
            }
            made => made?,
        };
        self.outcome.series_added += u64::from(series.is_some());
        Ok(Some(self.scan.insert(hash, text.len(), series)))
    }

    /// The series of the exposed labels in the builder; `None` when relabelling drops it.
    fn new_series(&mut self, text: &[u8]) -> Result<Option<SeriesRef>, ScrapeError> {
        let config = self.context.config;
        let refused =
            |source| ScrapeError::Append { series: String::from_utf8_lossy(text).into_owned(), source };
        if let Some(name) = labels::duplicate(self.builder) {
            return Err(refused(AppendError::DuplicateLabel(name)));
        }
        add_target_labels(self.builder, self.context.target, config.honor_labels);
        if !process(&config.metric_relabel, self.builder) || self.builder.is_empty() {
            return Ok(None);
        }
        let labels = self.builder.build();
        labels::check_names(&labels, config.name_validation)?;
        limits::check_labels(&labels, &config.limits).inspect_err(|_| self.outcome.label_limit_hit = true)?;
        let series = self.appender.series(&labels).map_err(refused)?;
        if self.context.options.append_metadata
            && let Some(metadata) = self.metadata.current(labels.metric_name())
        {
            self.appender.update_metadata(series, metadata).map_err(refused)?;
        }
        Ok(Some(series))
    }
}

/// Appends a stale marker. That the series has a newer sample, or is forgotten, is no error: it needs none then.
pub(crate) fn append_stale(appender: &mut dyn Appender, series: SeriesRef, time: Timestamp) {
    let stale = SampleValue::Float(narthex_model::STALE_NAN);
    if let Err(error) = appender.append(series, 0, time, stale) {
        tracing::debug!(%error, "stale marker not taken");
    }
}
